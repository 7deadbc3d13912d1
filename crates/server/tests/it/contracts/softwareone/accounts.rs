//! The marketplace that these tests look at: an account of each type, with a token that administers it.

use crate::world::{Answer, Call, Setting, World};
use authority::owners::OrganisationPatch;
use domain::{facts::ContractFacts, id::OrganisationId};
use http::Method;
use serde_json::{Value, json};

/// Where the tokens are.
pub(super) const TOKENS: &str = "/public/v1/accounts/api-tokens";
/// The module of whoever administers the tokens of his account.
pub(super) const ACCESS: &str = "MOD-1756";
/// The module of whoever administers those of all accounts.
pub(super) const PLATFORM: &str = "MOD-1760";
/// A module that every account may hand out.
pub(super) const MARKETPLACE: &str = "MOD-1751";
/// A module that no client may have.
pub(super) const CATALOGUE: &str = "MOD-1752";

/// An account.
pub(super) struct Account {
    pub(super) id: String,
    /// A token with Access Management.
    pub(super) token: String,
    pub(super) token_id: String,
}

/// A world with a marketplace.
pub(super) struct Marketplace {
    pub(super) world: World,
    /// Its token has Platform Account Management, too.
    pub(super) operations: Account,
    /// Acme.
    pub(super) vendor: Account,
    /// Globex.
    pub(super) client: Account,
}

impl std::ops::Deref for Marketplace {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Marketplace {
    pub(super) async fn new() -> Self {
        Self::with(Setting::usual()).await
    }

    /// One on such a server.
    pub(super) async fn with(setting: Setting) -> Self {
        let world = World::bound_to_acme(setting.contracts()).await;
        let (operations, vendor, client) =
            (world.caller.organisation, organisation(&world.acme.id), organisation(&world.globex.id));
        Self {
            operations: account(&world, operations, "Operations", &[ACCESS, PLATFORM]).await,
            vendor: account(&world, vendor, "Vendor", &[ACCESS]).await,
            client: account(&world, client, "Client", &[ACCESS]).await,
            world,
        }
    }

    /// A request to the list.
    pub(super) fn listed(&self, query: &str) -> Call<'_> {
        self.get(format!("{TOKENS}?{query}"))
    }

    /// A request about one token.
    pub(super) fn one(&self, method: Method, id: &str, verb: &str) -> Call<'_> {
        self.call(method, format!("{TOKENS}/{id}{verb}"))
    }

    /// A new token in the caller's own account.
    pub(super) async fn create(&self, bearer: &str, body: Value) -> Value {
        self.post(TOKENS, body).bearer(bearer).await.expect(201)
    }

    /// The identifiers of what a query finds, in its order.
    pub(super) async fn found(&self, bearer: &str, query: &str) -> Vec<String> {
        ids(&self.listed(query).bearer(bearer).await.expect(200))
    }

    /// What verification says of a secret.
    pub(super) async fn is_active(&self, secret: &str) -> bool {
        let verdict = self.post("/v1/tokens/verify", json!({"token": secret})).bearer(&self.verifier.token).await;
        verdict.expect(200)["active"] == true
    }
}

fn organisation(id: &str) -> OrganisationId {
    OrganisationId::parse("id", id).unwrap()
}

async fn account(world: &World, id: OrganisationId, account_type: &str, modules: &[&str]) -> Account {
    let facts = ContractFacts { contract: "softwareone", facts: json!({"type": account_type}) };
    let patch = OrganisationPatch { facts: Some(facts), ..OrganisationPatch::default() };
    let number = world.authority().update_organisation(&world.caller, id, patch, None).await.unwrap().number;
    let id = format!("ACC-{}", number.grouped());
    let modules: Vec<_> = modules.iter().map(|id| json!({"id": id})).collect();
    let body = json!({"account": {"id": id}, "name": "Administration", "modules": modules});
    let made = world.post(TOKENS, body).bearer(&world.root.token).await.expect(201);
    Account { id, token: text(&made["token"]), token_id: text(&made["id"]) }
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// The identifiers of the records of a list.
pub(super) fn ids(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|record| text(&record["id"])).collect()
}

/// What an answer says is wrong, by field, after a look at everything else in it.
#[track_caller]
pub(super) fn mistakes(answer: &Answer) -> Vec<(String, String)> {
    let problem = answer.expect(400);
    assert_eq!((&problem["status"], &problem["title"]), (&json!(400), &json!("Bad Request")), "{problem}");
    assert_eq!(problem["detail"], "One or more validation errors occurred.", "{problem}");
    let trace = text(&problem["traceId"]);
    assert!(trace.len() == 55 && trace.starts_with("00-") && trace.ends_with("-00"), "{trace}");
    let mut mistakes = Vec::new();
    for (field, messages) in problem["errors"].as_object().unwrap() {
        mistakes.extend(messages.as_array().unwrap().iter().map(|message| (field.clone(), text(message))));
    }
    mistakes
}

/// The fields that an answer says are wrong.
#[track_caller]
pub(super) fn fields(answer: &Answer) -> Vec<String> {
    mistakes(answer).into_iter().map(|(field, _)| field).collect()
}
