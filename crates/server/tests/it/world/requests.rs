//! One good request for each operation, so that tests can go through all of them. An operation that is missing
//! here fails every test that does.

use super::{Call, Running, document::Operation};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

static MADE: AtomicU32 = AtomicU32::new(0);

/// What a good request carries.
pub(crate) enum Content {
    Nothing,
    Json(Value),
    /// A form with this `token`.
    Form(String),
}

/// A good request. `subject` is what it is about: the identifier in its path; or the owner, the
/// organisation or the secret that its body or its query names.
pub(crate) fn good<'a>(running: &'a Running, operation: &Operation, subject: &str) -> Call<'a> {
    let path = operation.at(subject);
    let query = query(&operation.id, subject).map(|query| format!("?{query}")).unwrap_or_default();
    let call = running.call(operation.method.clone(), format!("{path}{query}"));
    match content(&operation.id, subject) {
        Content::Nothing => call,
        Content::Json(body) => call.json(body),
        Content::Form(token) => call.form(&[("token", &token)]),
    }
}

fn query(operation: &str, subject: &str) -> Option<String> {
    match operation {
        "list_tokens" | "list_signers" => Some(format!("owner={subject}")),
        "list_users" | "list_service_accounts" | "list_journal" => Some(format!("organisation={subject}")),
        _ => None,
    }
}

pub(crate) fn content(operation: &str, subject: &str) -> Content {
    let made = MADE.fetch_add(1, Ordering::Relaxed);
    let body = match operation {
        "issue_token" => json!({"name": "made", "owner": subject}),
        "issue_token_in_session" => json!({"name": "made"}),
        "update_token" => json!({"description": format!("changed {made}")}),
        "rotate_token" => json!({}),
        "verify_tokens" => json!({"token": subject}),
        "delete_tokens" => json!({"filter": {"owner": subject}, "dry_run": true}),
        "revoke_token_by_secret" => json!({"token": subject}),
        "create_organisation" | "update_organisation" => json!({"name": format!("Initech {made}")}),
        "create_user" => {
            json!({"name": "Ken", "email": format!("ken{made}@people.example"), "organisation": subject})
        }
        "create_service_account" => json!({"name": "Builder", "organisation": subject}),
        "update_user" | "update_service_account" => json!({"name": format!("Renamed {made}")}),
        "sign_in" => json!({"email": "nobody@people.example", "password": "not the password"}),
        "change_password" => json!({"current_password": "not the password", "new_password": "plum-violin-8-harbour"}),
        "challenge_action" => json!({"method": "DELETE", "path": "/v1/tokens/x"}),
        "sign_action" => json!({
            "challenge_identifier": "nothing",
            "answer": {"kind": "key", "credential": "nothing", "client_data": "", "signature": ""},
        }),
        "add_signer" => json!({
            "challenge_identifier": "nothing", "name": "made",
            "registration": {"kind": "key", "credential": "nothing", "client_data": "", "attestation": ""},
        }),
        "sign_in_with_passkey" => json!({
            "challenge_identifier": "nothing",
            "answer": {
                "kind": "passkey", "credential": "nothing", "client_data": "", "signature": "", "authenticator_data": "",
            },
        }),
        "update_signer" => json!({"active": false}),
        "inspect_link" => json!({"link": "jtl_nothing"}),
        "redeem_link" => json!({"link": "jtl_nothing", "password": "plum-violin-7-harbour"}),
        "introspect" | "revoke" => return Content::Form(subject.to_owned()),
        "challenge_sign_in"
        | "challenge_signer"
        | "delete_token"
        | "disable_token"
        | "enable_token"
        | "end_session"
        | "health"
        | "invite_user"
        | "list_journal"
        | "list_organisations"
        | "list_problems"
        | "list_service_accounts"
        | "list_sessions"
        | "list_signers"
        | "list_tokens"
        | "list_users"
        | "readiness"
        | "remove_signer"
        | "show_deletion"
        | "show_document"
        | "show_organisation"
        | "show_problem"
        | "show_service_account"
        | "show_token"
        | "show_token_usage"
        | "show_user"
        | "sign_out_everywhere"
        | "whoami" => return Content::Nothing,
        other => panic!("no good request is known for the operation {other}: add one"),
    };
    Content::Json(body)
}
