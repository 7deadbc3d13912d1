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
    /// The last part of the address.
    verb: &'static str,
    text: &'static Phrase,
    button: &'static Phrase,
    asks_password: bool,
}

/// What can be done with one.
#[derive(Clone, Copy)]
enum Verb {
    Enable,
    Disable,
    Remove,
}

impl Verb {
    fn of_word(word: &str) -> Result<Self, Refused> {
        match word {
            "enable" => Ok(Self::Enable),
            "disable" => Ok(Self::Disable),
            "remove" => Ok(Self::Remove),
            _ => Err(Error::NotFound.into()),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Enable => "enable",
            Self::Disable => "disable",
            Self::Remove => "remove",
        }
    }
}

/// Asks whether he means it.
pub async fn ask(Path((id, word)): Path<(String, String)>, visitor: Visitor) -> Result<Response, Refused> {
    Ok(send(&dialog(&visitor, &id, Verb::of_word(&word)?, Feedback::none()).await?))
}

/// Does it.
pub async fn switch(
    Path((id, word)): Path<(String, String)>,
    Submitted { visitor, fields }: Submitted,
) -> Result<Response, Refused> {
    let verb = Verb::of_word(&word)?;
    let (switch, notice) = match verb {
        Verb::Enable => (SignerSwitch::Enable, NoticeKind::SignerEnabled),
        Verb::Disable => (SignerSwitch::Disable, NoticeKind::SignerDisabled),
        Verb::Remove => (SignerSwitch::Remove, NoticeKind::SignerRemoved),
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
        Err(Error::NotFound) if matches!(verb, Verb::Remove) => Ok(see(PROFILE)),
        Err(error) => {
            let feedback = Feedback::of(error)?;
            Ok(send_with(feedback.status(), &dialog(&visitor, &id, verb, feedback).await?))
        }
    }
}

async fn dialog(visitor: &Visitor, id: &str, verb: Verb, feedback: Feedback) -> Result<SignerDialog, Refused> {
    let signers = visitor.server.authority.signers(&visitor.caller, None).await?;
    let signer = signers.iter().find(|signer| signer.id.to_string() == id).ok_or(Error::NotFound)?;
    let t = &crate::console::texts::ENGLISH.profile;
    let (title, text, button) = match verb {
        Verb::Enable => (&t.signer_enable_title, &t.signer_enable_text, &t.signer_enable),
        Verb::Disable => (&t.signer_disable_title, &t.signer_disable_text, &t.signer_disable),
        Verb::Remove => (&t.signer_remove_title, &t.signer_remove_text, &t.signer_remove),
    };
    Ok(SignerDialog {
        page: visitor.page(title, Place::Profile),
        feedback,
        signer: SignerRow::new(signer),
        verb: verb.word(),
        text,
        button,
        asks_password: visitor.owner.has_password,
    })
}
