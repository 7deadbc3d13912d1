//! Promise: a change of an account's type leaves no power alive that the new type may not have.

use super::accounts::{CATALOGUE, Marketplace, PLATFORM, TOKENS, text};
use crate::world::Call;
use authority::owners::OrganisationPatch;
use domain::facts::ContractFacts;
use http::Method;
use serde_json::{Value, json};

fn change<'a>(market: &'a Marketplace, organisation: &str, account_type: &str) -> Call<'a> {
    let body = json!({"contracts": {"softwareone": {"type": account_type}}});
    market.patch(format!("/v1/organisations/{organisation}"), body).bearer(&market.root.token)
}

fn modules(ids: &[&str]) -> Value {
    json!({"name": "made", "modules": ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>()})
}

async fn platform_seat_is_active(market: &Marketplace) -> bool {
    let seat = market.authority().seated(market.caller.organisation, "softwareone-platform").await.unwrap();
    seat.unwrap().active
}

#[tokio::test]
async fn an_account_stays_what_it_is_while_its_tokens_may_more() {
    let market = Marketplace::new().await;
    let operations = market.caller.organisation.to_string();
    for to in ["Client", "Vendor"] {
        assert_eq!(change(&market, &operations, to).await.refused(), ["contracts.softwareone.type"]);
    }
    market.listed("account.type=Operations").bearer(&market.operations.token).await.expect(200);
    let made = text(&market.create(&market.vendor.token, modules(&[CATALOGUE])).await["id"]);
    assert_eq!(change(&market, &market.acme.id, "Client").await.refused(), ["contracts.softwareone.type"]);
    market.one(Method::DELETE, &made, "").bearer(&market.vendor.token).await.expect(204);
    change(&market, &market.acme.id, "Client").await.expect(200);
    change(&market, &market.acme.id, "Operations").await.expect(200);
}

#[tokio::test]
async fn the_seat_of_the_platform_is_shut_with_the_account_that_runs_it_and_opened_again() {
    let market = Marketplace::new().await;
    let operations = market.caller.organisation.to_string();
    market.one(Method::DELETE, &market.operations.token_id, "").bearer(&market.root.token).await.expect(204);
    let stale = change(&market, &operations, "Vendor").field("if-match", "\"1\"").await;
    stale.problem(412, "precondition-failed");
    assert!(platform_seat_is_active(&market).await);
    let denied = json!({"contracts": {"softwareone": {"type": "Vendor"}}});
    let denied =
        market.patch(format!("/v1/organisations/{operations}"), denied).bearer(&market.acme.administrator.token);
    assert_eq!(denied.await.status, 403);
    assert!(platform_seat_is_active(&market).await);
    change(&market, &operations, "Vendor").await.expect(200);
    assert!(!platform_seat_is_active(&market).await);
    change(&market, &operations, "Operations").await.expect(200);
    assert!(platform_seat_is_active(&market).await);
    market.post(TOKENS, modules(&[PLATFORM])).bearer(&market.root.token).await.expect(201);
}

#[tokio::test]
async fn what_slips_in_between_is_worth_nothing_here() {
    let market = Marketplace::new().await;
    let facts = ContractFacts { contract: "softwareone", facts: json!({"type": "Client"}) };
    let patch = OrganisationPatch { facts: Some(facts), ..OrganisationPatch::default() };
    market.authority().update_organisation(&market.caller, market.caller.organisation, patch, None).await.unwrap();
    let denied = market.listed("").bearer(&market.operations.token).await.expect(403);
    assert_eq!(denied["detail"], "The account of this token does not run the marketplace any more.");
    market.listed("").bearer(&market.root.token).await.expect(200);
    market.listed("").bearer(&market.client.token).await.expect(200);
}

#[tokio::test]
async fn the_change_and_its_seat_are_signed_once_and_made_together() {
    let market = Marketplace::new().await;
    let operations = market.caller.organisation.to_string();
    let (path, root) = (format!("/v1/organisations/{operations}"), market.root.clone());
    market.one(Method::DELETE, &market.operations.token_id, "").bearer(&root.token).await.expect(204);
    let key = market.key_of(&root).await;
    market.patch(&path, json!({"signed_actions": "all"})).bearer(&root.token).await.expect(200);
    change(&market, &operations, "Vendor").await.problem(403, "action-required");
    assert!(platform_seat_is_active(&market).await);
    let body = json!({"contracts": {"softwareone": {"type": "Vendor"}}}).to_string();
    let action = market.sign_request(&root.token, &key, "PATCH", &path, &body).await;
    let call = market.call(Method::PATCH, &path).bearer(&root.token).field("x-jeton-action", action);
    call.body("application/json", body).await.expect(200);
    assert!(!platform_seat_is_active(&market).await);
}
