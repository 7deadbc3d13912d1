//! Lines of comma-separated values (RFC 4180) that no spreadsheet takes for formulas.

/// What a cell must not begin with: a spreadsheet would compute it.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A line of these cells, with its end.
pub fn line(cells: &[&str]) -> String {
    let mut line = cells.iter().map(|cell| escaped(cell)).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

/// A cell as text.
fn escaped(cell: &str) -> String {
    let disarmed = disarmed(cell);
    if disarmed == cell && !cell.contains([',', ';', '"', '\r', '\n', '\t']) && cell.trim() == cell {
        return disarmed;
    }
    format!("\"{}\"", disarmed.replace('"', "\"\""))
}

/// The same with an apostrophe in front of what looks like a formula, which makes a spreadsheet show it as it is.
/// Some part cells by other signs than a comma, so what stands behind those begins a cell, too.
fn disarmed(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len() + 2);
    let mut begins = true;
    for character in cell.chars() {
        if begins && FORMULA.contains(&character) {
            text.push('\'');
        }
        begins = [';', '\t', '\r', '\n'].contains(&character) || begins && character == ' ';
        text.push(character);
    }
    text
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
        // Where semicolons part cells, what stands behind one is a cell of its own.
        assert_eq!(escaped("x;=1+1;y"), "\"x;'=1+1;y\"");
        assert_eq!(escaped("x\n  @1"), "\"x\n  '@1\"");
    }
}
