//! Adding a token in steps. Nothing is kept here between them: every form carries all that was filled in.

use super::{
    draft::Draft,
    offer::{self, OwnerOffers, ScopeOffer},
    step::Step,
    summary,
};
use crate::console::{
    addresses::TOKENS,
    feedback::Feedback,
    fields::Fields,
    moment::Moment,
    once::Once,
    page::{Page, Place, send_with},
    refused::Refused,
    submitted::Submitted,
    texts::ENGLISH,
    visitor::Visitor,
};
use askama::Template;
use authority::{
    Error,
    error::{Conflict, Denied},
    issue::NewToken,
};
use axum::response::Response;
use domain::{
    id::OwnerId,
    invalid::{Checks, Invalid},
    owner::Owner,
    time::Timestamp,
    token::Terms,
};
use http::StatusCode;

/// The page of a step.
#[derive(Template)]
#[template(path = "console/token/add.html")]
struct Wizard {
    page: Page,
    feedback: Feedback,
    step: Step,
    draft: Draft,
    once: Once,
    /// The words by which an owner was searched.
    words: String,
    offers: OwnerOffers,
    choices: Vec<ScopeOffer>,
    owner_name: String,
    expires: Option<Moment>,
    keeps: bool,
    kept: Option<Moment>,
    today: String,
}

/// The first step; with `owner` in the address that one is chosen, where the visitor may choose it.
pub async fn begin(visitor: Visitor, fields: Fields) -> Result<Response, Refused> {
    let draft = Draft { owner: fields.text("owner").to_owned(), ..Draft::of(&Fields::default()) };
    let may_be_chosen =
        visitor.is_administrator() && offer::owner(&visitor, &draft).await?.is_some_and(|owner| owner.active);
    let draft = if may_be_chosen { draft } else { Draft::of(&Fields::default()) };
    show(&visitor, &Fields::default(), draft, Step::General, Feedback::none()).await
}

/// The step that a button asks for, once what was filled in is right; the last one adds the token.
pub async fn advance(Submitted { visitor, fields }: Submitted) -> Result<Response, Refused> {
    let (draft, here) = (Draft::of(&fields), Step::of_number(fields.text("step")));
    match fields.text("go") {
        "search" => show(&visitor, &fields, draft, Step::Access, Feedback::none()).await,
        "add" => add(&visitor, &fields, draft).await,
        "next" | "" => match check(&visitor, &draft, here).await? {
            Ok(()) => {
                let next = Step::ALL.get(here.number()).copied().unwrap_or(Step::Overview);
                show(&visitor, &fields, draft, next, Feedback::none()).await
            }
            Err(invalid) => show(&visitor, &fields, draft, here, Feedback::of(invalid)?).await,
        },
        number => show(&visitor, &fields, draft, Step::of_number(number), Feedback::none()).await,
    }
}

/// Checks what a step shows; the outer error is one of the server.
async fn check(visitor: &Visitor, draft: &Draft, step: Step) -> Result<Result<(), Invalid>, Refused> {
    let mut checks = Checks::new();
    checks.take(draft.check(step, visitor.server.authority.now()));
    if step == Step::Access && offer::owner(visitor, draft).await?.is_none_or(|owner| !owner.active) {
        checks.refuse("owner", ENGLISH.token.owner_choose.to_string());
    }
    Ok(checks.finish())
}

async fn add(visitor: &Visitor, fields: &Fields, draft: Draft) -> Result<Response, Refused> {
    for step in [Step::General, Step::Access, Step::Scopes] {
        if let Err(invalid) = check(visitor, &draft, step).await? {
            return show(visitor, fields, draft, step, Feedback::of(invalid)?).await;
        }
    }
    let authority = &visitor.server.authority;
    let new = new_token(&draft, authority.now())?;
    let key = Once::of(visitor, fields).key(TOKENS, fields);
    match authority.issue(&visitor.caller, new, Some(key)).await {
        Ok(issued) => Ok(summary::added(visitor, issued)),
        Err(error) => {
            let step = step_of(&error);
            show(visitor, fields, draft, step, Feedback::of(error)?).await
        }
    }
}

fn new_token(draft: &Draft, now: Timestamp) -> Result<NewToken, Invalid> {
    let owner = if draft.owner.is_empty() { None } else { Some(OwnerId::parse("owner", &draft.owner)?) };
    Ok(NewToken {
        key: None,
        name: draft.check_name()?,
        description: draft.check_description()?,
        owner,
        scopes: Some(draft.check_scopes()?),
        networks: draft.check_networks()?,
        labels: draft.check_labels()?,
        expires_at: draft.check_expiry(now)?,
        terms: Terms::default(),
        permission: None,
    })
}

/// The step that can do something about a refusal.
fn step_of(error: &Error) -> Step {
    match error {
        Error::Invalid(invalid) => {
            invalid.fields().first().map_or(Step::Overview, |first| Step::of_field(&first.field))
        }
        Error::Denied(Denied::Beyond(_)) => Step::Scopes,
        Error::Conflict(Conflict::OwnerInactive) => Step::Access,
        Error::Conflict(_)
        | Error::Denied(_)
        | Error::NotFound
        | Error::Gone(_)
        | Error::Unauthenticated
        | Error::RevisionChanged { .. }
        | Error::PreviewChanged
        | Error::Unproven(_)
        | Error::SignInFailed
        | Error::Throttled { .. }
        | Error::Unavailable(_)
        | Error::OutcomeUnknown(_) => Step::Overview,
    }
}

async fn show(
    visitor: &Visitor,
    fields: &Fields,
    draft: Draft,
    step: Step,
    feedback: Feedback,
) -> Result<Response, Refused> {
    let words = fields.text("words").to_owned();
    let owner: Option<Owner> = offer::owner(visitor, &draft).await?;
    let is_at = |wanted: Step| step == wanted;
    let offers =
        if is_at(Step::Access) { offer::owners(visitor, &draft, &words).await? } else { OwnerOffers::default() };
    let choices = if is_at(Step::Scopes) { offer::scopes(visitor, owner.as_ref(), &draft).await? } else { Vec::new() };
    let now = visitor.server.authority.now();
    let wizard = Wizard {
        page: visitor.page(&ENGLISH.token.add_title, Place::Tokens),
        feedback,
        step,
        once: Once::of(visitor, fields),
        words,
        offers,
        choices,
        owner_name: owner.map(|owner| owner.name.to_string()).unwrap_or_default(),
        expires: draft.check_expiry(now).ok().flatten().map(Moment::new),
        keeps: false,
        kept: None,
        today: Moment::new(now).date,
        draft,
    };
    let status = if wizard.feedback.status().is_success() { StatusCode::OK } else { wizard.feedback.status() };
    Ok(send_with(status, &wizard))
}
