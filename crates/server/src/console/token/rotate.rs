//! Rotating a token: a new secret, and when the older one ends.

use super::{
    gone::or_gone,
    head::Head,
    opened_from::{came_from, carried},
    subject::Subject,
    summary,
};
use crate::{
    console::{
        feedback::Feedback,
        fields::Fields,
        once::Once,
        page::{Page, Place, send, send_with},
        refused::Refused,
        submitted::Submitted,
        texts::{ENGLISH, Phrase},
        visitor::Visitor,
    },
    path::Path,
};
use askama::Template;
use authority::rotate::Overlap;
use axum::response::Response;
use domain::{invalid::Invalid, limits};
use http::HeaderMap;
use std::time::Duration;

/// The overlaps to choose from, in hours, with what they are called.
const HOURS: [(&str, u64); 4] = [("1", 1), ("24", 24), ("72", 72), ("168", 168)];

#[derive(Template)]
#[template(path = "console/token/rotate.html")]
struct RotateDialog {
    page: Page,
    feedback: Feedback,
    head: Head,
    back: String,
    overlap: String,
    hours: String,
    once: Once,
}

impl RotateDialog {
    fn new(visitor: &Visitor, subject: &Subject, back: String, fields: &Fields) -> Self {
        // A secret that nobody uses can end at once; one in use needs time for whoever uses it.
        let usual = if subject.listed.token.last_use.is_some() { "time" } else { "now" };
        Self {
            page: visitor.page(&ENGLISH.token.rotate_title, Place::Tokens),
            feedback: Feedback::none(),
            head: Head::new(visitor, subject),
            back,
            overlap: fields.given("overlap").unwrap_or(usual).to_owned(),
            hours: fields.given("hours").unwrap_or("24").to_owned(),
            once: Once::of(visitor, fields),
        }
    }

    /// The times to choose from.
    fn times() -> [(&'static str, Phrase); 4] {
        let t = &ENGLISH.token;
        HOURS.map(|(word, hours)| (word, if hours < 24 { t.hours.count(hours) } else { t.days.count(hours / 24) }))
    }

    fn is_overlap(&self, word: &str) -> bool {
        self.overlap == word
    }
}

/// Asks when the older secret shall end.
pub async fn ask(visitor: Visitor, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let made = dialog(&visitor, &headers, &id).await;
    or_gone(&visitor, made).await
}

async fn dialog(visitor: &Visitor, headers: &HeaderMap, id: &str) -> Result<Response, Refused> {
    let subject = Subject::find(visitor, id).await?;
    let back = came_from(headers, &subject.path());
    Ok(send(&RotateDialog::new(visitor, &subject, back, &Fields::default())))
}

/// Gives the token a new secret and shows it.
pub async fn rotate(Path(id): Path<String>, Submitted { visitor, fields }: Submitted) -> Response {
    let made = attempt(&visitor, &id, &fields).await;
    or_gone(&visitor, made).await
}

async fn attempt(visitor: &Visitor, id: &str, fields: &Fields) -> Result<Response, Refused> {
    let subject = Subject::find(visitor, id).await?;
    let back = carried(fields, &subject.path());
    let refused = match overlap(fields) {
        Ok(overlap) => {
            let key = Once::of(visitor, fields).key(&format!("{}/rotate", subject.path()), fields);
            let expects = fields.revision()?;
            let authority = &visitor.server.authority;
            match authority.rotate(&visitor.caller, subject.id(), overlap, expects, Some(key)).await {
                Ok(issued) => return Ok(summary::rotated(visitor, issued, &back)),
                Err(refused) => Refused::from(refused),
            }
        }
        Err(invalid) => invalid.into(),
    };
    let feedback = Feedback::of(refused)?;
    let mut dialog = RotateDialog::new(visitor, &subject, back, fields);
    dialog.feedback = feedback;
    Ok(send_with(dialog.feedback.status(), &dialog))
}

fn overlap(fields: &Fields) -> Result<Overlap, Invalid> {
    let t = &ENGLISH.token;
    match fields.text("overlap") {
        "now" => Ok(Overlap::None),
        "first_use" => Ok(Overlap::UntilFirstUse(limits::ROTATION_OVERLAP)),
        "time" => {
            let known = HOURS.iter().find(|(word, _)| *word == fields.text("hours"));
            let (_, hours) = known.ok_or_else(|| Invalid::field("hours", t.rotate_choose.to_string()))?;
            Ok(Overlap::Time(Duration::from_hours(*hours)))
        }
        _ => Err(Invalid::field("overlap", t.rotate_choose.to_string())),
    }
}
