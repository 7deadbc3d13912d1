//! Lists find what was asked for, page by page, whatever happens in between; they never show a secret, and they
//! have hard caps (S-63).

use crate::world::{Person, World};
use serde_json::{Value, json};
use std::time::Duration;

impl World {
    /// The names in a list, in its order.
    async fn names(&self, query: &str) -> Vec<String> {
        let path = format!("/v1/tokens?{query}");
        let list = self.get(path).bearer(&self.acme.colleague.token).await.expect(200);
        names(&list)
    }

    async fn named(&self, owner: &Person, body: Value) -> Value {
        self.post("/v1/tokens", body).bearer(&owner.token).await.expect(201)
    }
}

fn names(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|token| token["name"].as_str().unwrap().to_owned()).filter(|name| name != "everyday").collect()
}

/// Four tokens, a second apart: `a` used, `b` disabled, `c` short-lived, `d` with other scopes.
async fn furnished() -> World {
    let world = World::new().await;
    let owner = world.acme.colleague.clone();
    let a = world.named(&owner, json!({"name": "a", "labels": {"env": "prod", "x": "1"}})).await;
    world.wait(Duration::from_secs(1));
    let b = world.named(&owner, json!({"name": "b", "labels": {"env": "test"}, "expires_in_seconds": 7200})).await;
    world.wait(Duration::from_secs(1));
    world.named(&owner, json!({"name": "c", "labels": {"env": "prod"}, "expires_in_seconds": 3})).await;
    world.wait(Duration::from_secs(1));
    world.named(&owner, json!({"name": "d", "scopes": ["tokens:read"]})).await;
    let disable = format!("/v1/tokens/{}/disable", b["id"].as_str().unwrap());
    world.call(http::Method::POST, disable).bearer(&owner.token).await.expect(200);
    world.verdict(a["secret"].as_str().unwrap()).await;
    world.authority().write_uses().await.unwrap();
    world.wait(Duration::from_secs(10));
    world
}

#[tokio::test]
async fn every_filter_finds_what_it_says() {
    let world = furnished().await;
    let (colleague, root) = (&world.acme.colleague.id, &world.root.id);
    for (query, found) in [
        (String::new(), vec!["d", "c", "b", "a"]),
        ("state=active".to_owned(), vec!["d", "a"]),
        ("state=disabled".to_owned(), vec!["b"]),
        ("state=expired".to_owned(), vec!["c"]),
        ("state=deleted".to_owned(), vec![]),
        (format!("owner={colleague}"), vec!["d", "c", "b", "a"]),
        (format!("owner={}", world.acme.member.id), vec![]),
        (format!("author={colleague}"), vec!["d", "c", "b", "a"]),
        (format!("author={root}"), vec![]),
        (format!("organisation={}", world.acme.id), vec!["d", "c", "b", "a"]),
        (format!("organisation={}", world.globex.id), vec![]),
        ("scope=tokens:read&name_contains=d".to_owned(), vec!["d"]),
        ("scope=tokens".to_owned(), vec![]),
        ("label=env".to_owned(), vec!["c", "b", "a"]),
        ("label=env=prod".to_owned(), vec!["c", "a"]),
        ("label=env%3Dprod&label=x".to_owned(), vec!["a"]),
        ("label=env=prod&label=env=test".to_owned(), vec![]),
        ("label=env=".to_owned(), vec![]),
        ("created_after=2027-01-15T08:00:02Z".to_owned(), vec!["d", "c"]),
        ("created_before=2027-01-15T09:00:02%2B01:00".to_owned(), vec!["b", "a"]),
        ("expires_before=2027-01-15T08:01:00Z".to_owned(), vec!["c"]),
        ("expires_after=2027-01-15T08:01:00Z".to_owned(), vec!["d", "b", "a"]),
        ("last_used_after=2027-01-15T08:00:00Z".to_owned(), vec!["a"]),
        ("last_used_before=2027-01-16T08:00:00Z".to_owned(), vec!["d", "c", "b", "a"]),
        ("name_contains=A".to_owned(), vec!["a"]),
        ("secret_prefix=jtn_".to_owned(), vec!["d", "c", "b", "a"]),
        ("secret_prefix=nothing".to_owned(), vec![]),
        ("text=A".to_owned(), vec!["a"]),
        ("text=jtn_".to_owned(), vec![]),
        ("text=nothing%20at%20all".to_owned(), vec![]),
        ("state=active&label=env=prod".to_owned(), vec!["a"]),
    ] {
        assert_eq!(world.names(&query).await, found, "{query}");
    }
}

#[tokio::test]
async fn every_order_is_kept_both_ways_and_over_pages() {
    let world = furnished().await;
    for (sort, order) in [
        ("created", ["a", "b", "c", "d"]),
        ("name", ["a", "b", "c", "d"]),
        ("expires", ["c", "b", "a", "d"]),
        ("last_used", ["b", "c", "d", "a"]),
    ] {
        // The token that everybody has from the beginning would stand anywhere.
        let own = "created_after=2027-01-15T08:00:00Z&author=".to_owned() + &world.acme.colleague.id;
        let mut reversed = order;
        reversed.reverse();
        for (sort, order) in [(sort.to_owned(), order), (format!("-{sort}"), reversed)] {
            assert_eq!(world.names(&format!("{own}&sort={sort}")).await, order, "{sort}");
            let mut paged = Vec::new();
            let mut cursor = String::new();
            loop {
                let path = format!("/v1/tokens?{own}&sort={sort}&limit=1{cursor}");
                let page = world.get(path).bearer(&world.acme.colleague.token).await.expect(200);
                assert_eq!(page["items"].as_array().unwrap().len(), 1);
                paged.extend(names(&page));
                let Some(next) = page["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(paged, order, "{sort} page by page");
        }
    }
}

#[tokio::test]
async fn pages_neither_repeat_nor_miss_what_stays() {
    let world = World::new().await;
    let owner = &world.acme.colleague;
    let mut made = Vec::new();
    for number in 0..10 {
        made.push(world.named(owner, json!({"name": format!("t{number}")})).await);
    }
    let page = |cursor: String| {
        let path = format!("/v1/tokens?limit=3&author={}{cursor}", owner.id);
        async { world.get(path).bearer(&owner.token).await.expect(200) }
    };
    let first = page(String::new()).await;
    // One that was shown, the one that comes next, and a later one are deleted; something new appears.
    for number in [9, 6, 3] {
        let path = format!("/v1/tokens/{}", made[number]["id"].as_str().unwrap());
        world.delete(path).bearer(&owner.token).await.expect(204);
    }
    world.named(owner, json!({"name": "new"})).await;
    let mut seen = names(&first);
    let mut next = first["next_cursor"].clone();
    while let Some(cursor) = next.as_str() {
        let page = page(format!("&cursor={cursor}")).await;
        seen.extend(names(&page));
        next = page["next_cursor"].clone();
    }
    assert_eq!(seen, ["t9", "t8", "t7", "t5", "t4", "t2", "t1", "t0"]);
}

#[tokio::test]
async fn a_total_is_counted_only_on_request() {
    let world = furnished().await;
    let list = |query: &str| {
        let path = format!("/v1/tokens?{query}");
        async { world.get(path).bearer(&world.acme.colleague.token).await.expect(200) }
    };
    assert!(list("limit=1").await.get("total").is_none() && list("total=false").await.get("total").is_none());
    assert_eq!(list("limit=1&total=true").await["total"], 5);
    assert_eq!(list("limit=1&total=true&state=active&label=env").await["total"], 1);
}

#[tokio::test]
async fn no_list_shows_a_secret() {
    let world = World::new().await;
    let (id, secret) = world.token(&world.acme.member).await;
    let random = &secret[8..secret.len() - 4];
    for path in [
        "/v1/tokens".to_owned(),
        format!("/v1/tokens/{id}"),
        "/v1/tokens?total=true&sort=name".to_owned(),
        "/v1/journal".to_owned(),
        "/v1/whoami".to_owned(),
    ] {
        for token in [&world.root.token, &secret] {
            let text = world.get(&path).bearer(token).await.text();
            assert!(!text.contains(random) && !text.contains("\"secret\""), "{path}: {text}");
            // Not even a third of it, in any piece.
            let pieces = (0..random.len() - 12).map(|start| &random[start..start + 12]);
            assert!(pieces.into_iter().all(|piece| !text.contains(piece)), "{path}");
        }
    }
}

#[tokio::test]
async fn pages_filters_and_cursors_have_bounds() {
    let world = World::new().await;
    world.issue_many(&world.acme.colleague, 250).await;
    let list = |query: String| world.get(format!("/v1/tokens?{query}")).bearer(&world.acme.colleague.token);
    let length = |list: &Value| list["items"].as_array().unwrap().len();
    assert_eq!(length(&list("limit=200".into()).await.expect(200)), 200);
    assert_eq!(length(&list(String::new()).await.expect(200)), 50);
    let cursor = list("limit=1".into()).await.expect(200)["next_cursor"].as_str().unwrap().to_owned();
    let labels = (0..33).map(|number| format!("label=l{number}")).collect::<Vec<_>>().join("&");
    let many = (0..65).map(|number| format!("p{number}=1")).collect::<Vec<_>>().join("&");
    for (query, fields) in [
        ("limit=0".to_owned(), vec!["limit"]),
        ("limit=201".to_owned(), vec!["limit"]),
        ("limit=-1".to_owned(), vec!["limit"]),
        ("limit=1e2".to_owned(), vec!["limit"]),
        ("limit=".to_owned(), vec!["limit"]),
        ("total=yes".to_owned(), vec!["total"]),
        (labels, vec!["label"]),
        ("label=".to_owned(), vec!["label"]),
        ("label=a%20b".to_owned(), vec!["label"]),
        ("cursor=".to_owned(), vec!["cursor"]),
        ("cursor=!!!".to_owned(), vec!["cursor"]),
        ("cursor=e30".to_owned(), vec!["cursor"]),
        (format!("cursor={}", "A".repeat(3_000)), vec!["cursor"]),
        (format!("cursor={cursor}&sort=name"), vec!["cursor"]),
        (format!("cursor={cursor}&sort=created"), vec!["cursor"]),
        ("sort=size".to_owned(), vec!["sort"]),
        ("sort=--name".to_owned(), vec!["sort"]),
        ("secret_prefix=123456789".to_owned(), vec!["secret_prefix"]),
        ("state=alive&owner=1&limit=x&total=1&sort=up".to_owned(), vec!["limit", "owner", "sort", "state", "total"]),
        ("state=active&state=active".to_owned(), vec!["state"]),
    ] {
        let mut refused = list(query.clone()).await.refused();
        refused.sort();
        assert_eq!(refused, fields, "{query}");
    }
    assert!(list(many).await.refused().contains(&"query".to_owned()));
    // A cursor holds no more than a place: it opens nothing to another caller.
    let path = format!("/v1/tokens?cursor={cursor}");
    let other = world.get(path).bearer(&world.globex.member.token).await.expect(200);
    assert!(other["items"].as_array().unwrap().iter().all(|token| token["organisation"] == json!(world.globex.id)));
}
