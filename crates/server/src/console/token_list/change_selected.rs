//! `/console/settings/api-tokens/selection`: a change of several tokens at once, previewed and made.
//!
//! All of it is one change: either every token that was shown is disabled or deleted, or none is, and one signed
//! action is enough. More than one commit takes go on being deleted in steps.

use super::{
    preview::Preview,
    selection::{self, Deed, Selection},
};
use crate::console::{
    addresses::TOKENS,
    feedback::Feedback,
    fields::Fields,
    notice::{Notice, NoticeKind},
    page::{Page, Place, send, send_with},
    refused::Refused,
    submitted::Submitted,
    texts::{ENGLISH, Phrase, TokenList},
    visitor::Visitor,
    way_back::see,
};
use askama::Template;
use authority::delete::Deleting;
use axum::response::Response;
use domain::{invalid::Checks, limits, name, token::State};
use store::query::{Sort, TokenFilter};

#[derive(Template)]
#[template(path = "console/token_list/selection.html")]
struct SelectionDialog {
    page: Page,
    t: &'static TokenList,
    feedback: Feedback,
    preview: Preview,
    /// Names and values that the form carries.
    carried: Vec<(&'static str, String)>,
    back: String,
    action: String,
    deletes: bool,
    /// True when how many they are has to be typed.
    asks_count: bool,
    typed: String,
    reason: String,
    longest_reason: usize,
}

/// Shows what would be done.
pub async fn ask(visitor: Visitor, fields: Fields) -> Result<Response, Refused> {
    selection::check_address(&visitor, &fields)?;
    let selection = Selection::read(&visitor, &fields).await?;
    if let Some(dialog) = selection.dialog_of_one() {
        return Ok(see(&dialog));
    }
    let preview = Preview::of(&visitor, &selection).await?;
    Ok(send(&SelectionDialog::new(&visitor, &selection, preview)))
}

/// Does it. Whoever sends the form again learns the same: it is done.
pub async fn carry_out(Submitted { visitor, fields }: Submitted) -> Result<Response, Refused> {
    let selection = Selection::read(&visitor, &fields).await?;
    let preview = Preview::of(&visitor, &selection).await?;
    if preview.count == 0
        && let Some(notice) = done_before(&visitor, &selection).await?
    {
        return Ok(done(&visitor, &selection, &notice));
    }
    match attempt(&visitor, &selection, &preview, &fields).await {
        Ok(notice) => Ok(done(&visitor, &selection, &notice)),
        Err(refused) => {
            let feedback = Feedback::of(refused)?;
            let status = feedback.status();
            // What is shown again is what is there now.
            let preview = Preview::of(&visitor, &selection).await?;
            let (typed, reason) = (fields.text("count").to_owned(), fields.text("reason").to_owned());
            let dialog = SelectionDialog::new(&visitor, &selection, preview);
            Ok(send_with(status, &SelectionDialog { feedback, typed, reason, ..dialog }))
        }
    }
}

async fn attempt(
    visitor: &Visitor,
    selection: &Selection,
    preview: &Preview,
    fields: &Fields,
) -> Result<Notice, Refused> {
    let authority = &visitor.server.authority;
    if selection.deed == Deed::Disable {
        let disabled = authority.disable_all(&visitor.caller, selection.ids.clone()).await?;
        return Ok(counted(NoticeKind::TokensDisabled, disabled));
    }
    let mut checks = Checks::new();
    if asks_count(selection, preview) && !is_count(fields.text("count"), preview.count) {
        checks.refuse("count", ENGLISH.token_list.rule_count.with("count", &preview.count).to_string());
    }
    let reason = fields.given("reason").and_then(|text| checks.take(name::reason("reason", text)));
    checks.finish()?;
    let reviewed = Preview::read_digest(fields.text("preview"));
    match authority.delete_where(&visitor.caller, selection.filter.clone(), Some(reviewed), reason).await? {
        Deleting::Done { tokens } => Ok(counted(NoticeKind::TokensDeleted, tokens)),
        Deleting::Started(deletion) => Ok(counted(NoticeKind::TokensBeingDeleted, deletion.total)),
    }
}

/// What to say when nothing is left to do because it was done before.
async fn done_before(visitor: &Visitor, selection: &Selection) -> Result<Option<Notice>, Refused> {
    let authority = &visitor.server.authority;
    let find = async |filter: TokenFilter| {
        authority.tokens_part(&visitor.caller, filter, Sort::default(), 0, selection.ids.len()).await
    };
    match selection.deed {
        Deed::Disable => {
            let state = Some(State::Disabled);
            let disabled = find(TokenFilter { state, ..selection.filter.clone() }).await?.total;
            Ok((disabled > 0).then(|| counted(NoticeKind::TokensDisabled, disabled)))
        }
        Deed::Delete => {
            let state = Some(State::Deleted);
            let deleted = find(TokenFilter { state, ..selection.filter.clone() }).await?.items;
            let own = deleted.iter().filter_map(|listed| listed.token.deleted.as_ref());
            let own = own.filter(|deleted| deleted.by == Some(visitor.caller.owner)).count() as u64;
            let is_own = own > 0 && own == deleted.len() as u64;
            Ok(is_own.then(|| counted(NoticeKind::TokensDeleted, own)))
        }
        Deed::DeleteFitting => Ok(None),
    }
}

fn asks_count(selection: &Selection, preview: &Preview) -> bool {
    match selection.deed {
        Deed::Disable => false,
        Deed::Delete => preview.used_lately > 0,
        Deed::DeleteFitting => preview.count > 0,
    }
}

/// True when somebody typed this number, with or without commas.
fn is_count(text: &str, count: u64) -> bool {
    text.replace([',', ' '], "").parse() == Ok(count)
}

fn counted(kind: NoticeKind, count: u64) -> Notice {
    Notice::about(kind, &count.to_string())
}

fn done(visitor: &Visitor, selection: &Selection, notice: &Notice) -> Response {
    notice.then(&visitor.server, &selection.view.address())
}

impl SelectionDialog {
    fn new(visitor: &Visitor, selection: &Selection, preview: Preview) -> Self {
        let t = &ENGLISH.token_list;
        let deletes = selection.deed != Deed::Disable;
        let title = if deletes { &t.delete_title } else { &t.disable_title };
        let mut carried = selection.pairs();
        carried.push(("preview", preview.digest_text()));
        Self {
            page: visitor.page(title, Place::Tokens),
            t,
            feedback: Feedback::none(),
            carried,
            back: selection.view.address(),
            action: format!("{TOKENS}/selection"),
            deletes,
            asks_count: asks_count(selection, &preview),
            preview,
            typed: String::new(),
            reason: String::new(),
            longest_reason: limits::REASON_CHARACTERS,
        }
    }

    /// What happens.
    fn text(&self) -> Phrase {
        let text = if self.deletes { &self.t.delete_text } else { &self.t.disable_text };
        text.count(self.preview.count)
    }

    fn in_use(&self) -> Phrase {
        self.t.in_use.count(self.preview.used_lately)
    }

    fn unchanged(&self) -> Phrase {
        self.t.unchanged.count(self.preview.unchanged)
    }

    fn more(&self) -> Phrase {
        self.t.more_tokens.count(self.preview.more())
    }

    fn button(&self) -> Phrase {
        let text = if self.deletes { &self.t.delete_count } else { &self.t.disable_count };
        text.count(self.preview.count)
    }
}
