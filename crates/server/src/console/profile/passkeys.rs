//! Keys and passkeys of the visitor's: switched off and on, and removed. A script registers new passkeys through
//! the native API, because only scripts reach the browser's.

use super::SignerRow;
use crate::{
    console::{
        addresses::PROFILE,
        feedback::Feedback,
        notice::{Notice, NoticeKind},
        page::{Page, Place, send, send_with},
        refused::Refused,
        submitted::Submitted,
        texts::Phrase,
        visitor::Visitor,
        way_back::see,
    },
    path::Path,
};
use askama::Template;
use authority::Error;
use axum::response::Response;
use domain::{id::SignerId, secret::Secret};
use store::change::SignerSwitch;

/// The dialog that asks whether he means it.
#[derive(Template)]
#[template(path = "console/profile/signer.html")]
struct SignerDialog {
    page: Page,
    feedback: Feedback,
    signer: SignerRow,
    switch: SignerSwitch,
    /// The last part of the address.
    word: String,
    text: &'static Phrase,
    button: &'static Phrase,
    asks_password: bool,
}

fn switch_of(word: &str) -> Result<SignerSwitch, Refused> {
    match word {
        "enable" => Ok(SignerSwitch::Enable),
        "disable" => Ok(SignerSwitch::Disable),
        "remove" => Ok(SignerSwitch::Remove),
        _ => Err(Error::NotFound.into()),
    }
}

impl SignerDialog {
    fn signs(&self) -> bool {
        match self.switch {
            SignerSwitch::Enable => self.page.signs_change(&self.feedback),
            SignerSwitch::Disable | SignerSwitch::Remove => self.page.signs_ending(&self.feedback),
        }
    }
}

/// Asks whether he means it.
pub async fn ask(Path((id, word)): Path<(String, String)>, visitor: Visitor) -> Result<Response, Refused> {
    Ok(send(&dialog(&visitor, &id, &word, Feedback::none()).await?))
}

/// Does it.
pub async fn switch(
    Path((id, word)): Path<(String, String)>,
    Submitted { visitor, fields }: Submitted,
) -> Result<Response, Refused> {
    let switch = switch_of(&word)?;
    let notice = match switch {
        SignerSwitch::Enable => NoticeKind::SignerEnabled,
        SignerSwitch::Disable => NoticeKind::SignerDisabled,
        SignerSwitch::Remove => NoticeKind::SignerRemoved,
    };
    let signer = SignerId::parse("id", &id).map_err(|_| Error::NotFound)?;
    let password = Some(fields.exact("current_password")).filter(|password| !password.is_empty());
    let password = password.map(|password| Secret::new(password.to_owned()));
    match visitor.server.authority.switch_signer(&visitor.caller, signer, switch, password).await {
        Ok(signer) => {
            let notice = Notice::about(notice, signer.name.as_str());
            Ok(notice.then(&visitor.server, PROFILE))
        }
        // One that is gone is as gone as he wants it.
        Err(Error::NotFound) if switch == SignerSwitch::Remove => Ok(see(PROFILE)),
        Err(error) => {
            let feedback = Feedback::of(error)?;
            Ok(send_with(feedback.status(), &dialog(&visitor, &id, &word, feedback).await?))
        }
    }
}

async fn dialog(visitor: &Visitor, id: &str, word: &str, feedback: Feedback) -> Result<SignerDialog, Refused> {
    let switch = switch_of(word)?;
    let signers = visitor.server.authority.signers(&visitor.caller, None).await?;
    let signer = signers.iter().find(|signer| signer.id.to_string() == id).ok_or(Error::NotFound)?;
    let t = &crate::console::texts::ENGLISH.profile;
    let (title, text, button) = match switch {
        SignerSwitch::Enable => (&t.signer_enable_title, &t.signer_enable_text, &t.signer_enable),
        SignerSwitch::Disable => (&t.signer_disable_title, &t.signer_disable_text, &t.signer_disable),
        SignerSwitch::Remove => (&t.signer_remove_title, &t.signer_remove_text, &t.signer_remove),
    };
    Ok(SignerDialog {
        page: visitor.page(title, Place::Profile),
        feedback,
        signer: SignerRow::new(signer),
        switch,
        word: word.to_owned(),
        text,
        button,
        asks_password: visitor.owner.has_password,
    })
}
