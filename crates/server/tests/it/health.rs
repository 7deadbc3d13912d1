//! The process says that it runs, and whether it can do its work, to anybody who asks.

use crate::world::{Running, Setting, World, document};
use serde_json::json;

#[tokio::test]
async fn a_server_that_works_says_so() {
    let world = World::new().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(world.get(path).await.expect(200), json!({"status": "ok"}));
        world.call(http::Method::HEAD, path).await.expect(200);
    }
}

#[tokio::test]
async fn a_quarantined_store_is_alive_but_not_ready() {
    let running = Running::start(Setting::usual().quarantined()).await;
    document::of(&running.server);
    running.get("/healthz").await.expect(200);
    let answer = running.get("/readyz").await;
    assert!(answer.problem(503, "unavailable")["detail"].as_str().unwrap().contains("jeton doctor"));
    assert_eq!(answer.field("retry-after"), Some("1"));
}
