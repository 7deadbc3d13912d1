//! `/console/administration/organisations/{id}/edit`: its name, and what has to be signed there.

use super::{
    find,
    row::{Row, signed_actions},
};
use crate::{
    console::{
        feedback::Feedback,
        fields::Fields,
        notice::{Notice, NoticeKind},
        page::{Page, Place, send, send_with},
        refused::Refused,
        submitted::Submitted,
        texts::{ENGLISH, Organisations, Phrase},
        visitor::Visitor,
    },
    path::Path,
    problem::ProblemKind,
};
use askama::Template;
use authority::owners::OrganisationPatch;
use axum::response::Response;
use domain::{
    invalid::{Checks, Invalid},
    name::Name,
    owner::Organisation,
    signer::SignedActions,
};

/// The fields that have a place in the form.
const FIELDS: [&str; 2] = ["name", "signed_actions"];

/// What can be demanded to be signed.
struct Demand {
    word: &'static str,
    text: &'static Phrase,
    hint: &'static Phrase,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "console/organisations/edit.html")]
struct Edit {
    page: Page,
    t: &'static Organisations,
    feedback: Feedback,
    row: Row,
    name: String,
    demands: Vec<Demand>,
    may_sign: bool,
    revision: String,
}

impl Edit {
    /// The form with what is stored, or with what was sent.
    async fn new(visitor: &Visitor, organisation: &Organisation, sent: Option<&Fields>) -> Result<Self, Refused> {
        let (t, row) = (&ENGLISH.organisations, Row::new(visitor, organisation));
        let text = |name: &str, stored: String| sent.map_or(stored, |fields| fields.text(name).to_owned());
        let demanded = text("signed_actions", organisation.signed_actions.as_str().to_owned());
        let signers = visitor.server.authority.signers(&visitor.caller, None).await?;
        Ok(Self {
            page: visitor.page(t.edit_title.with("name", &row.name), Place::Organisations),
            t,
            feedback: Feedback::none(),
            name: text("name", row.name.clone()),
            demands: demands(&demanded),
            may_sign: signers.iter().any(|signer| signer.active),
            revision: text("revision", organisation.revision.to_string()),
            row,
        })
    }

    fn unshown(&self) -> Vec<String> {
        self.feedback.others(&FIELDS)
    }
}

fn demands(chosen: &str) -> Vec<Demand> {
    let all = [SignedActions::Off, SignedActions::Destructive, SignedActions::All];
    let demand = |demand: SignedActions| {
        let (text, hint) = signed_actions(demand);
        Demand { word: demand.as_str(), text, hint, chosen: demand.as_str() == chosen }
    };
    all.into_iter().map(demand).collect()
}

/// The form.
pub async fn ask(visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let organisation = find(&visitor, &id).await?;
    Ok(send(&Edit::new(&visitor, &organisation, None).await?))
}

/// Makes the change.
pub async fn change(Path(id): Path<String>, Submitted { visitor, fields }: Submitted) -> Result<Response, Refused> {
    let organisation = find(&visitor, &id).await?;
    let (refused, sent) = match attempt(&visitor, &organisation, &fields).await {
        Ok(changed) => {
            let notice = Notice::about(NoticeKind::OrganisationChanged, changed.name.as_str());
            return Ok(notice.then(&visitor.server, &Row::new(&visitor, &changed).href));
        }
        // What somebody else changed meanwhile is shown, so that nothing of it is undone unseen.
        Err(Refused::ChangedMeanwhile) => {
            let sentence = ENGLISH.organisations.edit_changed_meanwhile.clone();
            (Refused::Sentence(ProblemKind::PreconditionFailed, sentence), None)
        }
        Err(refused) => (refused, Some(&fields)),
    };
    let feedback = Feedback::of(refused)?;
    let form = Edit { feedback, ..Edit::new(&visitor, &organisation, sent).await? };
    Ok(send_with(form.feedback.status(), &form))
}

async fn attempt(visitor: &Visitor, organisation: &Organisation, fields: &Fields) -> Result<Organisation, Refused> {
    let (patch, expects) = (patch(fields)?, fields.revision()?);
    Ok(visitor.server.authority.update_organisation(&visitor.caller, organisation.id, patch, expects).await?)
}

fn patch(fields: &Fields) -> Result<OrganisationPatch, Invalid> {
    let mut checks = Checks::new();
    let patch = OrganisationPatch {
        name: checks.take(Name::parse("name", fields.text("name"))),
        signed_actions: checks.take(SignedActions::parse("signed_actions", fields.text("signed_actions"))),
        ..OrganisationPatch::default()
    };
    checks.finish().map(|()| patch)
}
