//! `/console/profile`: the visitor's own account.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `password` | a new password |
//! | `sessions` | the end of one of his sessions |
//! | `passkeys` | what he signs with: switched off and on, and removed |

pub mod passkeys;
pub mod password;
pub mod sessions;

use super::{
    browser::short_name,
    feedback::Feedback,
    moment::Moment,
    page::{Page, Place, send, send_with},
    refused::Refused,
    texts::Phrase,
    visitor::Visitor,
};
use askama::Template;
use axum::response::Response;
use domain::{
    owner::Role,
    signer::{Signer, SignerKind},
};
use http::StatusCode;

/// One of his sessions.
struct SessionRow {
    id: String,
    device: String,
    user_agent: String,
    address: String,
    opened: Moment,
    seen: Moment,
    is_current: bool,
}

/// One of his keys and passkeys.
pub(super) struct SignerRow {
    id: String,
    name: String,
    is_passkey: bool,
    active: bool,
    created: Moment,
}

impl SignerRow {
    fn new(signer: &Signer) -> Self {
        Self {
            id: signer.id.to_string(),
            name: signer.name.to_string(),
            is_passkey: signer.kind == SignerKind::Passkey,
            active: signer.active,
            created: signer.created_at.into(),
        }
    }
}

#[derive(Template)]
#[template(path = "console/profile/profile.html")]
struct ProfilePage {
    page: Page,
    feedback: Feedback,
    role: &'static Phrase,
    sessions: Vec<SessionRow>,
    signers: Vec<SignerRow>,
    has_password: bool,
}

/// Everything about him.
pub async fn show(visitor: Visitor) -> Result<Response, Refused> {
    Ok(send(&profile(&visitor, Feedback::none()).await?))
}

/// The page again, with what was wrong in one of its forms.
async fn show_again(visitor: &Visitor, refused: impl Into<Refused>) -> Result<Response, Refused> {
    let feedback = Feedback::of(refused)?;
    let status: StatusCode = feedback.status();
    Ok(send_with(status, &profile(visitor, feedback).await?))
}

async fn profile(visitor: &Visitor, feedback: Feedback) -> Result<ProfilePage, Refused> {
    let authority = &visitor.server.authority;
    let page = visitor.page(&super::texts::ENGLISH.common.profile, Place::Profile);
    let sessions = authority.sessions(&visitor.caller).await?;
    let signers = authority.signers(&visitor.caller, None).await?;
    Ok(ProfilePage {
        role: role(&page, visitor.caller.role),
        sessions: sessions
            .iter()
            .map(|session| SessionRow {
                id: session.id.to_string(),
                device: session.user_agent.as_deref().map(short_name).unwrap_or_default(),
                user_agent: session.user_agent.clone().unwrap_or_default(),
                address: session.address.map(|address| address.to_string()).unwrap_or_default(),
                opened: session.opened_at.into(),
                seen: session.last_seen_at.into(),
                is_current: session.id == visitor.session,
            })
            .collect(),
        signers: signers.iter().map(SignerRow::new).collect(),
        has_password: visitor.owner.has_password,
        feedback,
        page,
    })
}

/// What a role is called.
fn role(page: &Page, role: Role) -> &'static Phrase {
    match role {
        Role::Member => &page.t.common.role_member,
        Role::OrganisationAdministrator => &page.t.common.role_organisation_administrator,
        Role::ApplicationAdministrator => &page.t.common.role_application_administrator,
    }
}
