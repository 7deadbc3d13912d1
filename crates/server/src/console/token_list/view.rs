//! What the list shows, as its address says it.

use super::{
    columns::Columns,
    filter::{self, FIELDS},
};
use crate::console::{addresses::TOKENS, fields::Fields, lists::view::ListView, texts::ENGLISH};
use domain::invalid::Checks;
use store::query::SortKey;

/// The parameter that names columns.
const COLUMNS: &str = "columns";

/// Reads an address. What breaks a rule is refused by name, and as it is at first here. The column of organisations
/// is for those who see more than one.
pub fn read(fields: &Fields, everywhere: bool, checks: &mut Checks) -> (ListView<SortKey>, Columns) {
    read_beside(&[], fields, everywhere, checks)
}

/// The same where these names are known, too.
pub fn read_beside(
    names: &[&str],
    fields: &Fields,
    everywhere: bool,
    checks: &mut Checks,
) -> (ListView<SortKey>, Columns) {
    let known = [&FIELDS[..], &[COLUMNS], names].concat();
    let mut view = ListView::read(TOKENS, &known, filter::given(fields), fields, checks);
    let columns = checks.take(Columns::read(fields.all(COLUMNS), &ENGLISH.token_list)).unwrap_or_else(Columns::usual);
    let columns = if everywhere { columns } else { columns.within_an_organisation() };
    view.others.extend(columns.text().map(|text| (COLUMNS, text)));
    (view, columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(query: &str) -> Result<ListView<SortKey>, domain::invalid::Invalid> {
        let mut checks = Checks::new();
        let (view, _) = read(&Fields::read(query.as_bytes()).unwrap(), true, &mut checks);
        checks.finish().map(|()| view)
    }

    #[test]
    fn an_address_is_read_back_as_it_was_written() {
        for query in [
            "",
            "q=a+%26+b&state=active&label=a&label=b%3Dc",
            "sort=-name&columns=token%2Cowner&rows=25&page=3",
            "owner=ada%40acme.example&created_after=2026-01-31",
        ] {
            let view = view(query).unwrap();
            assert_eq!(view.address().split_once('?').map_or("", |(_, query)| query), query);
        }
        assert_eq!(
            view("label=a,b+c&q=+&owner=&rows=10&page=1").unwrap().address(),
            format!("{TOKENS}?label=a&label=b&label=c")
        );
    }

    #[test]
    fn what_is_wrong_is_named_all_at_once() {
        let invalid = view("sort=size&page=0&rows=7&columns=x&colour=red").unwrap_err();
        let names: Vec<_> = invalid.fields().iter().map(|refused| refused.field.as_str()).collect();
        assert_eq!(names, ["colour", "sort", "rows", "page", "columns"]);
    }
}
