//! `/auth/admin/reset-password` sets another password, on the host or with the old one, and ends every sign-in.

use super::database::{Database, OTHER_PASSWORD, PASSWORD, refused, sign_in};
use crate::world::World;
use serde_json::{Value, json};

const PATH: &str = "/auth/admin/reset-password";

fn with(old: &str, new: &str) -> Value {
    json!({"old_password": old, "new_password": new})
}

#[tokio::test]
async fn a_reset_ends_the_old_password_and_every_sign_in() {
    let done = json!({"status": "success", "message": "Password reset successfully"});
    for body in [json!({"password": OTHER_PASSWORD}), with(PASSWORD, OTHER_PASSWORD)] {
        let database = Database::new().await;
        let other = sign_in(&database, PASSWORD).await;
        let key = database.key("one", "admin").await;
        assert_eq!(database.post(PATH, body).await.expect(200), done);
        assert!(!database.is_signed_in(&database.jwt).await && !database.is_signed_in(&other).await);
        database.get("/auth/access_tokens").bearer(&database.jwt).await.expect(401);
        database.get("/auth/access_tokens").bearer(&key.secret).await.expect(200);
        database.post("/auth/admin/login", json!({"password": PASSWORD})).await.expect(401);
        sign_in(&database, OTHER_PASSWORD).await;
    }
}

#[tokio::test]
async fn it_takes_one_of_two_bodies_and_keeps_the_rule() {
    let database = Database::new().await;
    let position = database.position().await;
    let short = "Password must be at least 12 characters long";
    let both = "Send either password, or old_password and new_password";
    for (body, message) in [
        (json!({}), "Missing required field: password"),
        (json!({"password": " "}), "Missing required field: password"),
        (json!({"new_password": OTHER_PASSWORD}), "Missing required field: old_password"),
        (with(" ", OTHER_PASSWORD), "Missing required field: old_password"),
        (json!({"old_password": PASSWORD}), "Missing required field: new_password"),
        (json!({"old_password": PASSWORD, "new_password": null}), "Missing required field: new_password"),
        (json!({"password": "Short-1"}), short),
        (with(PASSWORD, "Short-1"), short),
        (json!({"password": OTHER_PASSWORD, "old_password": PASSWORD}), both),
    ] {
        refused(&database.post(PATH, body).await, 400, message);
    }
    let wrong = database.post(PATH, with("Not-The-Password-1", OTHER_PASSWORD)).await;
    refused(&wrong, 401, "Invalid username or password");
    assert_eq!(database.position().await, position);
    assert!(database.is_signed_in(&database.jwt).await);
}

#[tokio::test]
async fn without_an_admin_there_is_nothing_to_reset() {
    let world = World::with_contracts().await;
    for body in [json!({"password": PASSWORD}), with(PASSWORD, OTHER_PASSWORD)] {
        refused(&world.post(PATH, body).await, 404, "User not found");
    }
}
