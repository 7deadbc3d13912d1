//! `/auth/admin` makes the one user, once, with a password that keeps the product's rule, and deletes him with all
//! his sign-ins; whoever is made after him has nothing of his.

use super::database::{Database, OTHER_PASSWORD, PASSWORD, UNAUTHORIZED, refused, sign_in};
use crate::world::{Answer, World};
use http::Method;
use serde_json::{Value, json};

async fn exists(world: &World) -> Value {
    let answer = world.get("/auth/admin/exists").await.expect(200);
    assert_eq!((&answer["usage"], &answer["status"]), (&Value::Null, &json!("ok")));
    answer["result"].clone()
}

#[tokio::test]
async fn he_is_made_once() {
    let world = World::with_contracts().await;
    assert_eq!(exists(&world).await, false);
    let create = |password: &str| world.post("/auth/admin", json!({"password": password}));
    let made = create(PASSWORD).await.expect(200);
    assert_eq!(made, json!({"status": "success", "message": "User registered successfully"}));
    assert_eq!(exists(&world).await, true);
    refused(&create(OTHER_PASSWORD).await, 409, "Username already exists");
    sign_in(&world, PASSWORD).await;
    world.post("/auth/admin/login", json!({"password": OTHER_PASSWORD})).await.expect(401);
}

#[tokio::test]
async fn of_many_who_make_him_at_once_one_succeeds() {
    let world = World::with_contracts().await;
    for round in 0..3 {
        let password = |number: usize| format!("{PASSWORD}-{round}-{number}");
        let create = |number| world.post("/auth/admin", json!({"password": password(number)})).into_future();
        let answers: [Answer; 4] = tokio::join!(create(0), create(1), create(2), create(3)).into();
        let statuses = answers.map(|answer| answer.status);
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 3, "{statuses:?}");
        let winner = statuses.iter().position(|status| *status == 200).unwrap();
        let jwt = sign_in(&world, &password(winner)).await;
        world.delete("/auth/admin").bearer(&jwt).await.expect(200);
    }
}

#[tokio::test]
async fn the_first_broken_rule_about_his_password_is_told_and_nothing_is_written() {
    let world = World::with_contracts().await;
    let position = world.position().await;
    let missing = "Missing required field: password";
    let short = "Password must be at least 12 characters long";
    let kinds = "Password must include uppercase, lowercase, digit, and special characters";
    for (password, message) in [
        (Value::Null, missing),
        (json!(""), missing),
        (json!(" \t\r\n "), missing),
        (json!("Short-1"), short),
        (json!("   Short-1     "), short),
        (json!("admin"), short),
        (json!("lowercase-only-1"), kinds),
        (json!("UPPERCASE-ONLY-1"), kinds),
        (json!("No-Digits-Here"), kinds),
        (json!("NoSpecials1234"), kinds),
        (json!("ÄÖÜäöüß-1234567"), kinds),
        (json!(format!("Aa1-{}", "x".repeat(1_021))), "Password is too long"),
    ] {
        refused(&world.post("/auth/admin", json!({"password": password})).await, 400, message);
    }
    refused(&world.post("/auth/admin", json!({})).await, 400, missing);
    assert_eq!((world.position().await, exists(&world).await), (position, json!(false)));
    // Blanks at the ends do not count for the rule, but they are part of the password.
    let spaced = format!("  {PASSWORD} ");
    world.post("/auth/admin", json!({"password": spaced})).await.expect(200);
    world.post("/auth/admin/login", json!({"password": PASSWORD})).await.expect(401);
    sign_in(&world, &spaced).await;
}

#[tokio::test]
async fn deleted_he_is_gone_with_his_sign_ins_and_the_tokens_go_on() {
    let database = Database::new().await;
    let key = database.key("one", "admin").await;
    let message = "This call needs the sign-in of the admin user";
    refused(&database.delete("/auth/admin").bearer(&key.secret).await, 403, message);
    refused(&database.delete("/auth/admin").await, 401, UNAUTHORIZED);
    let other = sign_in(&database, PASSWORD).await;
    let deleted = database.by_admin(Method::DELETE, "/auth/admin").await.expect(200);
    assert_eq!(deleted, json!({"status": "success", "message": "User deleted successfully"}));
    assert_eq!(exists(&database).await, false);
    assert!(!database.is_signed_in(&database.jwt).await && !database.is_signed_in(&other).await);
    database.get("/auth/access_tokens").bearer(&database.jwt).await.expect(401);
    database.get("/auth/access_tokens").bearer(&key.secret).await.expect(200);
    let login = || database.post("/auth/admin/login", json!({"password": PASSWORD}));
    login().await.expect(401);
    let reset = database.post("/auth/admin/reset-password", json!({"password": OTHER_PASSWORD})).await;
    refused(&reset, 404, "User not found");

    database.post("/auth/admin", json!({"password": OTHER_PASSWORD})).await.expect(200);
    login().await.expect(401);
    assert!(!database.is_signed_in(&database.jwt).await && !database.is_signed_in(&other).await);
    let jwt = sign_in(&database, OTHER_PASSWORD).await;
    assert_eq!(database.get("/auth/enabled").bearer(&jwt).await.expect(200)["result"], true);
}

#[tokio::test]
async fn whom_an_administrator_has_deactivated_stays_out() {
    let database = Database::new().await;
    database.deactivate_admin().await;
    assert!(!database.is_signed_in(&database.jwt).await);
    database.post("/auth/admin/login", json!({"password": PASSWORD})).await.expect(401);
    refused(&database.post("/auth/admin", json!({"password": PASSWORD})).await, 409, "Username already exists");
    let reset = database.post("/auth/admin/reset-password", json!({"password": OTHER_PASSWORD})).await;
    refused(&reset, 409, "The user cannot be changed now");
}
