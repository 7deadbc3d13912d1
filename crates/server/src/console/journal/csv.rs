//! Lines of comma-separated values (RFC 4180) that no spreadsheet takes for formulas.

/// What a cell must not begin with: a spreadsheet would compute it.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A line of these cells, with its end.
pub fn line(cells: &[&str]) -> String {
    let mut line = cells.iter().map(|cell| escaped(cell)).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

/// A cell as text. An apostrophe in front of what looks like a formula makes a spreadsheet show it as it is.
fn escaped(cell: &str) -> String {
    let apostrophe = if cell.starts_with(FORMULA) { "'" } else { "" };
    if apostrophe.is_empty() && !cell.contains([',', '"', '\r', '\n']) && cell.trim() == cell {
        return cell.to_owned();
    }
    format!("\"{apostrophe}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(
            line(&["a", "", "b c", "1,5", "say \"hi\"", "two\nlines"]),
            "a,,b c,\"1,5\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n"
        );
    }

    #[test]
    fn nothing_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(\"https://evil.example\",\"x\")"] {
            assert!(escaped(text).starts_with("\"'"), "{text}");
        }
        assert_eq!(escaped("a=1"), "a=1");
    }
}
