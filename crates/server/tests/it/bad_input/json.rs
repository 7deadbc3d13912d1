//! A body has one reading, or is refused, on every route that takes JSON.

use super::{Tried, with_json};

#[tokio::test]
async fn malformed_json_is_refused_by_every_route_that_takes_json() {
    let tried = Tried::new().await;
    let position = tried.world.position().await;
    let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
    let bodies: [(&str, &[u8]); 13] = [
        ("nothing", b""),
        ("blanks", b" \n"),
        ("no JSON", b"name=a"),
        ("half an object", b"{\"name\": \"a\""),
        ("trailing garbage", b"{} {}"),
        ("a trailing comma", b"{\"name\": \"a\",}"),
        ("a comment", b"{} // {}"),
        ("a key that stands twice", b"{\"name\": \"a\", \"name\": \"b\"}"),
        ("a key that stands twice, escaped", b"{\"name\": \"a\", \"\\u006eame\": \"b\"}"),
        ("what is no UTF-8", b"{\"name\": \"\xff\"}"),
        ("half a character", b"{\"name\": \"\\ud800\"}"),
        ("a number beyond all numbers", b"{\"name\": 1e999}"),
        ("deep nesting", deep.as_bytes()),
    ];
    let routes = with_json();
    assert!(routes.len() >= 17, "{}", routes.len());
    for (operation, _) in &routes {
        for (what, body) in &bodies {
            let answer = tried.with_body(operation, body.to_vec()).await;
            // A rotation may come without any body; blanks are one.
            if operation.id == "rotate_token" && body.is_empty() {
                continue;
            }
            let problem = answer.expect(400);
            assert_eq!(problem["type"], "/problems/malformed-json", "{} {what}: {problem}", operation.id);
            assert!(!problem.to_string().contains("line 0"), "{problem}");
        }
        for body in ["[]", "\"x\"", "null", "7", "true"] {
            let answer = tried.with_body(operation, body).await;
            let problem = answer.problem(400, "invalid-request");
            assert_eq!(problem["fields"][0]["field"], "body", "{} {body}: {problem}", operation.id);
        }
        for kind in ["text/plain", "application/xml", "application/json; charset=utf-16", "application/jsonpatch+json"]
        {
            let path = operation.at(&tried.subject(operation));
            let call = tried.call(operation, &path).body(kind, "{}");
            call.await.problem(415, "unsupported-media-type");
        }
        let packed = tried.with_body(operation, "{}").field("content-encoding", "gzip").await;
        packed.problem(415, "unsupported-media-type");
    }
    for (operation, _) in routes.iter().filter(|(operation, _)| operation.id != "verify_tokens") {
        let large = format!("{{\"name\": \"{}\"}}", "a".repeat(70_000));
        tried.with_body(operation, large).await.problem(413, "payload-too-large");
    }
    // The rotations that took no body are the only changes.
    let rotations = tried.world.position().await - position;
    assert_eq!(rotations, 1);
}
