//! What was chosen in the list: rows of it, or everything that fits its filter, and what shall be done with it.

use super::{choices::Choices, filter, view};
use crate::console::{
    addresses, fields::Fields, lists::view::ListView, refused::Refused, texts::ENGLISH, visitor::Visitor,
};
use domain::{
    id::TokenId,
    invalid::{Checks, Invalid},
};
use store::query::{SortKey, TokenFilter};

/// How many rows can be chosen at once: more than the largest page has.
const MOST: usize = 500;

/// What shall be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Disable the chosen ones.
    Disable,
    /// Delete the chosen ones.
    Delete,
    /// Delete everything that fits the filter.
    DeleteFitting,
}

impl Deed {
    /// The word for it in forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Delete => "delete",
            Self::DeleteFitting => "delete-all",
        }
    }
}

/// Refuses an address that asks for everything that fits a filter and says what the list does not know: a
/// misspelt condition must not make it more.
///
/// # Errors
/// Names every parameter that is not known, or wrong.
pub fn check_address(visitor: &Visitor, fields: &Fields) -> Result<(), Invalid> {
    let mut checks = Checks::new();
    if fields.text("do") == Deed::DeleteFitting.word() {
        view::read_beside(&["do", "id"], fields, visitor.is_application_administrator(), &mut checks);
    }
    checks.finish()
}

/// What was chosen.
pub struct Selection {
    /// What shall be done with it.
    pub deed: Deed,
    /// The chosen rows; empty for everything that fits.
    pub ids: Vec<TokenId>,
    /// Which tokens that means.
    pub filter: TokenFilter,
    /// The list that they were chosen in.
    pub view: ListView<SortKey>,
}

impl Selection {
    /// Reads what a form says. What is no identifier is as if it were not there.
    ///
    /// # Errors
    /// Names `do`, `id`, and what is wrong with a filter.
    pub async fn read(visitor: &Visitor, fields: &Fields) -> Result<Self, Refused> {
        let t = &ENGLISH.token_list;
        let deeds = [Deed::Disable, Deed::Delete, Deed::DeleteFitting];
        let deed = deeds.into_iter().find(|deed| deed.word() == fields.text("do"));
        let deed = deed.ok_or_else(|| Invalid::field("do", t.rule_deed.as_str()))?;
        // The list is only where one goes back to; its own page says what is wrong with an address.
        let (view, _) = view::read(fields, visitor.is_application_administrator(), &mut Checks::new());
        if deed == Deed::DeleteFitting {
            let choices = Choices::of(visitor, &view.filter).await?;
            let filter = filter::check(&view.filter, t, &choices.by_email)?;
            if filter == TokenFilter::default() {
                return Err(Invalid::field("do", t.rule_everything.as_str()).into());
            }
            return Ok(Self { deed, ids: Vec::new(), filter, view });
        }
        let mut ids: Vec<_> = fields.all("id").filter_map(|id| TokenId::parse("id", id).ok()).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() > MOST {
            return Err(Invalid::field("id", t.rule_too_many.with("count", &MOST).to_string()).into());
        }
        let filter = TokenFilter { ids: Some(ids.clone()), ..TokenFilter::default() };
        Ok(Self { deed, ids, filter, view })
    }

    /// The one row that was chosen, when it is one: it has a dialog of its own.
    pub fn dialog_of_one(&self) -> Option<String> {
        match self.ids.as_slice() {
            [id] => Some(format!("{}/{}", addresses::token(id), self.deed.word())),
            _ => None,
        }
    }

    /// Names and values that a form about it carries.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = self.view.pairs();
        pairs.push(("do", self.deed.word().to_owned()));
        pairs.extend(self.ids.iter().map(|id| ("id", id.to_string())));
        pairs
    }
}
