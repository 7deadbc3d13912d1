//! Who may call each operation of Dfns' door, and how to call it.

use super::company::{Key, PATS, party, user_id};
use crate::{
    isolation::door::{
        ALL_DENIED, ALL_DONE, Door,
        Outcome::{Done, Hidden, Unnamed},
        Row, Rule, Subject, Whose, row,
    },
    world::{
        Answer, Call, PASSWORD, Person, World,
        document::{self, Operation},
    },
};
use authority::{owners::OwnerDraft, signature::Registration, signers::SignerDraft};
use domain::{
    facts::Facts,
    id::{AssignmentId, OrganisationId, OwnerId, PermissionId, TokenId},
    name::{Email, Name},
    owner::{OwnerKind, Role},
    scope::Scopes,
    secret::Secret,
};
use serde_json::json;
use server::{config::Contract, contracts::dfns::identifier};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

static MADE: AtomicU32 = AtomicU32::new(0);

/// The door, as its clients reach it: whoever has a key signs his changes with it.
#[derive(Default)]
pub(crate) struct AtDfns {
    /// The keys of those who show these tokens.
    keys: Mutex<HashMap<String, Arc<Key>>>,
}

impl Door for AtDfns {
    async fn open(&self, world: &World) {
        world.give_password(&world.root).await;
        let people =
            [&world.root, &world.acme.administrator, &world.acme.member, &world.acme.verifier, &world.verifier];
        for person in people {
            let key = Key::new(&person.id);
            register(world, person, &key).await;
            self.keys.lock().unwrap().insert(person.token.clone(), Arc::new(key));
        }
    }

    fn operations(&self) -> Vec<Operation> {
        document::operations_of(document::of_contract(Contract::Dfns))
    }

    fn rule(&self, operation: &str) -> Rule {
        let everybody = |outcomes| {
            let [root, administrator, member, verifier, gateway] = [outcomes; 5];
            Rule::Token(Row { subject: Subject::Nothing, root, administrator, member, verifier, gateway })
        };
        let (theirs, own) = ([Done, Done, Hidden], [Done, Hidden, Hidden]);
        match operation {
            "list_dfns_pats" => row(Subject::Nothing, ALL_DONE, ALL_DONE),
            "show_dfns_pat" | "update_dfns_pat" | "delete_dfns_pat" | "deactivate_dfns_pat" => {
                row(Subject::Token, theirs, own)
            }
            "activate_dfns_pat" => row(Subject::DisabledToken, theirs, own),
            "list_dfns_permissions" | "create_dfns_permission" => row(Subject::Nothing, ALL_DONE, ALL_DENIED),
            "show_dfns_permission" | "update_dfns_permission" | "archive_dfns_permission" | "list_dfns_assignments" => {
                row(Subject::Permission, theirs, ALL_DENIED)
            }
            "create_dfns_assignment" => row(Subject::Permission, theirs, ALL_DENIED),
            "delete_dfns_assignment" => row(Subject::Assignment, theirs, ALL_DENIED),
            // Whoever is asking says for himself what he is going to do.
            "challenge_dfns_action" => everybody(ALL_DONE),
            // The challenge is one that nobody was given.
            "sign_dfns_action" => everybody([Unnamed; 3]),
            // Only for whoever has logged in.
            "create_dfns_pat"
            | "log_out_of_dfns"
            | "create_dfns_service_account"
            | "challenge_dfns_credential"
            | "create_dfns_credential"
            | "activate_dfns_credential"
            | "deactivate_dfns_credential"
            | "delete_dfns_credential" => everybody(ALL_DENIED),
            // Only for service accounts, and none of these has the operation.
            "challenge_dfns_delegated_registration" | "log_customer_in_to_dfns" => everybody(ALL_DENIED),
            // Not for tokens of users, and none of these service accounts has the operation.
            "activate_dfns_service_account" | "deactivate_dfns_service_account" => everybody(ALL_DENIED),
            "list_dfns_credentials" => row(Subject::Nothing, ALL_DONE, ALL_DONE),
            "list_dfns_users" | "create_dfns_user" | "list_dfns_service_accounts" => {
                row(Subject::Nothing, ALL_DONE, ALL_DENIED)
            }
            "show_dfns_user"
            | "update_dfns_user"
            | "delete_dfns_user"
            | "activate_dfns_user"
            | "deactivate_dfns_user" => row(Subject::User, theirs, ALL_DENIED),
            "show_dfns_service_account" | "update_dfns_service_account" | "delete_dfns_service_account" => {
                row(Subject::ServiceAccount, theirs, ALL_DENIED)
            }
            // Whoever registers shows what he was given for that, and nothing else.
            "register_at_dfns" => Rule::Session,
            "challenge_dfns_login"
            | "log_in_to_dfns"
            | "challenge_dfns_registration"
            | "show_dfns_keys"
            | "show_dfns_document" => Rule::Open,
            other => panic!("the operation {other} has no row: say who may call it"),
        }
    }

    fn good<'a>(&self, world: &'a World, operation: &Operation, named: &str) -> Call<'a> {
        // What a permission is given to stands behind it.
        let (named, bearer) = named.split_once('+').unwrap_or((named, ""));
        let call = world.call(operation.method.clone(), operation.with(named));
        let made = MADE.fetch_add(1, Ordering::Relaxed);
        match operation.id.as_str() {
            "create_dfns_pat" => call.json(json!({"name": "made", "publicKey": Key::new("").pem()})),
            "update_dfns_pat" => call.json(json!({"name": format!("changed {made}")})),
            "create_dfns_permission" => {
                call.json(json!({"name": format!("made {made}"), "operations": ["Auth:Users:Read"]}))
            }
            "create_dfns_user" => {
                call.json(json!({"email": format!("made{made}@people.example"), "kind": "CustomerEmployee"}))
            }
            "update_dfns_user" => call.json(json!({"isSSORequired": false})),
            "update_dfns_service_account" => call.json(json!({"name": format!("changed {made}")})),
            "create_dfns_service_account" => call.json(json!({"name": "made", "publicKey": Key::new("").pem()})),
            "challenge_dfns_credential" => call.json(json!({"kind": "Key"})),
            "create_dfns_credential" => call.json(json!({
                "challengeIdentifier": "none", "credentialKind": "Key", "credentialName": "made",
                "credentialInfo": {"credId": "made", "clientData": "e30", "attestationData": "e30"},
            })),
            "activate_dfns_credential" | "deactivate_dfns_credential" => {
                call.json(json!({"credentialUuid": "cr-00000-00000-0000000000000000"}))
            }
            "challenge_dfns_delegated_registration" => {
                call.json(json!({"email": format!("made{made}@people.example"), "kind": "EndUser"}))
            }
            "log_customer_in_to_dfns" => call.json(json!({"username": "made@people.example"})),
            "update_dfns_permission" => call.json(json!({"name": format!("changed {made}")})),
            "archive_dfns_permission" => call.json(json!({"isArchived": true})),
            "create_dfns_assignment" => call.json(json!({"identityId": bearer})),
            "challenge_dfns_action" => call.json(json!({
                "userActionPayload": "", "userActionHttpMethod": "PUT", "userActionHttpPath": PATS,
            })),
            "sign_dfns_action" => {
                let key = Key::new("nobody");
                let factor = key.factor(&json!({"challenge": "none"}));
                call.json(json!({"challengeIdentifier": "none", "firstFactor": factor}))
            }
            _ => call,
        }
    }

    async fn shown<'a>(&self, call: Call<'a>, credential: &str) -> Call<'a> {
        let (running, method, target, body) = call.parts();
        let key = self.keys.lock().unwrap().get(credential).cloned();
        let unsigned =
            *method == http::Method::GET || ["/auth/action", "/auth/log"].iter().any(|path| target.starts_with(path));
        let action = match key.filter(|_| !unsigned) {
            Some(key) => Some(running.action_with(credential, &key, method, target, &body).await),
            None => None,
        };
        let call = call.bearer(credential);
        action.into_iter().fold(call, |call, action| call.field("x-dfns-useraction", action))
    }

    async fn subject(&self, world: &World, kind: Subject, whose: Whose) -> String {
        let kind_of = |kind| if kind == Subject::User { OwnerKind::User } else { OwnerKind::ServiceAccount };
        if [Subject::User, Subject::ServiceAccount].contains(&kind) {
            return somebody(world, kind_of(kind), whose).await;
        }
        let named = world.subject(kind, whose).await;
        let permission = |id: &str| identifier::permission(PermissionId::parse("id", id).unwrap());
        match kind {
            Subject::Token | Subject::DisabledToken => identifier::token(TokenId::parse("id", &named).unwrap()),
            Subject::Permission => {
                let company = if whose == Whose::Foreign { &world.globex } else { &world.acme };
                format!("{}+{}", permission(&named), user_id(&company.member.id))
            }
            Subject::Assignment => {
                let (of, assignment) = named.split_once('/').unwrap();
                let assignment = AssignmentId::parse("id", assignment).unwrap();
                format!("{}/{}", permission(of), identifier::assignment(assignment))
            }
            // Nobody gets so far as to name a credential by it.
            _ => format!("cr-00000-00000-{named:0>16}"),
        }
    }

    fn unknown(&self, world: &World, kind: Subject) -> String {
        let (permission, rest) = ("pm-00000-00000-0000000000000000", "00000-00000-0000000000000000");
        match kind {
            Subject::Token | Subject::DisabledToken => format!("to-{rest}"),
            Subject::Permission => format!("{permission}+{}", user_id(&world.acme.member.id)),
            Subject::Assignment => format!("{permission}/as-{rest}"),
            Subject::User | Subject::ServiceAccount => format!("us-{rest}"),
            // The one operation with a parameter that nobody gets so far as to name something with.
            _ => format!("cr-{rest}"),
        }
    }

    fn check_denied(&self, answer: &Answer, context: &str) {
        assert!(answer.expect(403)["error"]["status"] == 403, "{context}: {}", answer.text());
    }

    fn check_unauthenticated(&self, answer: &Answer, context: &str) {
        assert_eq!(answer.field("www-authenticate"), Some("Bearer"), "{context}");
        assert!(answer.expect(401)["message"] == "Not Authorized.", "{context}: {}", answer.text());
    }
}

/// Somebody new: some operations take away what they are about.
async fn somebody(world: &World, kind: OwnerKind, whose: Whose) -> String {
    let company = if whose == Whose::Foreign { &world.globex } else { &world.acme };
    let made = MADE.fetch_add(1, Ordering::Relaxed);
    let email = (kind == OwnerKind::User).then(|| Email::parse("email", &format!("new{made}@people.example")).unwrap());
    let draft = OwnerDraft {
        kind,
        organisation: Some(OrganisationId::parse("id", &company.id).unwrap()),
        name: Name::parse("name", &format!("New {made}")).unwrap(),
        email,
        role: Role::Member,
        scopes: Scopes::default(),
        facts: Facts::default(),
    };
    identifier::user(world.authority().create_owner(&world.caller, draft, None).await.unwrap().record.id)
}

/// Registers a key of somebody: he may have no password, so the first administrator gives his own.
async fn register(world: &World, person: &Person, key: &Key) {
    let root = world.authority().authenticate(&world.root.token, &domain::origin::Origin::default()).await.unwrap();
    let owner = OwnerId::parse("id", &person.id).unwrap();
    let (caller, password) = if person.email.is_empty() || person.id == world.root.id {
        (root, PASSWORD)
    } else {
        world.give_password(person).await;
        (world.authority().authenticate(&person.token, &domain::origin::Origin::default()).await.unwrap(), PASSWORD)
    };
    let challenge = world.authority().challenge_signer(&caller, Some(owner), Duration::from_mins(1));
    let (credential, client_data, attestation) = key.registration(&challenge.text);
    let registration = Registration::Key { credential, client_data, attestation };
    let draft = SignerDraft { name: Name::parse("name", "Key").unwrap(), registration };
    let password = Some(Secret::new(password.to_owned()));
    world.authority().add_signer(&caller, &challenge.identifier, draft, password, &party()).await.unwrap();
}
