//! The file holds every entry that the page would show, in its order, also when it takes many pages; and nothing
//! that a spreadsheet takes for a formula.

use crate::{
    console::Visit,
    world::{Answer, World},
};
use http::Method;
use serde_json::{Value, json};

const EXPORT: &str = "/console/settings/journal/export";

/// The rows of a table: comma-separated values as RFC 4180 has them.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => cell.extend(characters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {
                assert_eq!(characters.next(), Some('\n'), "lines end with both");
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    assert!(row.is_empty() && cell.is_empty(), "the last line ends, too");
    rows
}

async fn file(visit: &Visit<'_>, query: &str) -> Answer {
    visit.call(Method::GET, &format!("{EXPORT}?{query}")).await
}

#[tokio::test]
async fn an_export_of_many_pages_is_complete_and_in_order() {
    let world = World::new().await;
    for _ in 0..230 {
        world.token(&world.acme.member).await;
    }
    let visit = world.visit(&world.acme.administrator).await;
    let mut expected: Vec<Value> = Vec::new();
    let mut path = "/v1/journal?limit=200".to_owned();
    loop {
        let list = world.get(&path).bearer(&world.acme.administrator.token).await.expect(200);
        expected.extend(list["items"].as_array().unwrap().clone());
        match list["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/journal?limit=200&cursor={cursor}"),
            None => break,
        }
    }
    assert!(expected.len() > 230);
    let answer = file(&visit, "format=jsonl").await;
    assert_eq!((answer.status, answer.field("content-type")), (200, Some("application/jsonl")));
    let lines: Vec<Value> = answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, expected, "in the very shape of the API");
    let oldest = file(&visit, "format=jsonl&sort=time").await.text();
    let oldest: Vec<Value> = oldest.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(oldest.iter().eq(expected.iter().rev()), "the oldest first, over all pages");

    let answer = file(&visit, "format=csv").await;
    assert_eq!(answer.field("content-type"), Some("text/csv; charset=utf-8; header=present"));
    assert_eq!(answer.field("cache-control"), Some("no-store"));
    let disposition = answer.field("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment; filename=\"jeton-journal-20") && disposition.ends_with(".csv\""));
    let table = rows(&answer.text());
    assert!(table.iter().all(|row| row.len() == 14));
    assert_eq!(table[0][..4], ["position", "at", "event", "kind"]);
    let positions: Vec<u64> = table[1..].iter().map(|row| row[0].parse().unwrap()).collect();
    let expected: Vec<u64> = expected.iter().map(|entry| entry["position"].as_u64().unwrap()).collect();
    assert_eq!(positions, expected);
}

#[tokio::test]
async fn an_export_has_the_filters_of_the_page() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.administrator).await;
    let query = format!("token_id={}", world.acme.member.token_id);
    let page = visit.open(&format!("/console/settings/journal?{query}")).await;
    let href = page.links("As JSON lines").remove(0);
    let answer = visit.call(Method::GET, &href).await;
    let entry: Value = serde_json::from_str(answer.text().trim()).unwrap();
    assert_eq!(entry["data"]["token"], json!(world.acme.member.token_id));
    for (query, field) in [("format=csv&kind=x", "kind"), ("format=jsonl&from=x", "from")] {
        let page = visit.get(&format!("{EXPORT}?{query}")).await.expect(422);
        assert!(!page.error(field).is_empty());
    }
    visit.get(&format!("{EXPORT}?format=xlsx")).await.expect(422).says("must be csv or jsonl");
    world.stranger().get(&format!("{EXPORT}?format=csv")).await.expect(303);
}

#[tokio::test]
async fn an_export_shows_nobody_more_than_the_page() {
    let world = World::new().await;
    let member = world.visit(&world.acme.member).await;
    for answer in [file(&member, "format=csv").await, file(&member, "format=jsonl").await] {
        let text = answer.text();
        assert!(text.contains(&world.acme.member.token_id) && !text.contains(&world.acme.colleague.token_id));
        assert!(!text.contains(&world.globex.id) && !text.contains("Grace"));
    }
    let query = format!("format=jsonl&organisation={}", world.globex.id);
    assert!(!file(&member, &query).await.text().contains(&world.globex.id));
}

#[tokio::test]
async fn both_forms_say_from_where_a_change_was_asked_for() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.administrator).await;
    let long = "x".repeat(10_000);
    for (sent, kept, cell) in [
        (&b"Firefox/140.0"[..], "Firefox/140.0", "Firefox/140.0"),
        (b"=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        (b"a;=1,\"b\"\t\xff", "a;=1,\"b\"\u{fffd}", "a;'=1,\"b\"\u{fffd}"),
        (long.as_bytes(), &long[..200], &long[..200]),
    ] {
        let call = world.post("/v1/tokens", json!({"name": "a"})).bearer(&world.acme.member.token);
        call.field("user-agent", sent).await.expect(201);
        let table = rows(&file(&visit, "format=csv").await.text());
        assert!(table.iter().all(|row| row.len() == 14));
        assert_eq!(table[0][8..10], ["address", "user_agent"]);
        assert_eq!(table[1][8..10], ["127.0.0.1", cell]);
        let lines = file(&visit, "format=jsonl").await.text();
        let entry: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
        assert_eq!((&entry["address"], &entry["user_agent"]), (&json!("127.0.0.1"), &json!(kept)));
    }
}

#[tokio::test]
async fn no_cell_is_a_formula() {
    let world = World::new().await;
    let (administrator, member) = (&world.acme.administrator, &world.acme.member);
    let visit = world.visit(administrator).await;
    for (number, name) in ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "=\"a\",b"].iter().enumerate() {
        let renamed = json!({"name": name});
        world.patch(format!("/v1/users/{}", member.id), renamed).bearer(&world.root.token).await.expect(200);
        let token = world.post("/v1/tokens", json!({"name": format!("t{number}")})).bearer(&member.token).await;
        token.expect(201);
        let table = rows(&file(&visit, "format=csv").await.text());
        let dangerous = |cell: &String| cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        assert!(!table.iter().flatten().any(dangerous), "{name}");
        assert!(table.iter().any(|row| row[6] == format!("'{name}")), "{name}");
    }
}
