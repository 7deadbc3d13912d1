//! The pictures of the documentation are of the pages as they are: `UPDATE_PICTURES=1 ./test browser` takes them again.

use super::Person;
use crate::world::World;
use serde_json::json;
use std::{fs, path::Path, time::Duration};

const LIST: &str = "/console/settings/api-tokens";
/// Names, and how many days ago their tokens were made.
const TOKENS: [(&str, u64, &[&str]); 6] = [
    ("deploy pipeline", 3, &["tokens:read", "tokens:write"]),
    ("nightly backup", 40, &["journal:read"]),
    ("metrics exporter", 12, &["tokens:read"]),
    ("support desk", 75, &["owners:read", "tokens:read", "organisations:read", "journal:read"]),
    ("old laptop", 200, &["tokens:read"]),
    ("release bot", 1, &["tokens:*"]),
];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; `./test browser` installs and runs it"]
async fn every_page_of_the_documentation_can_be_shown() {
    let world = World::new().await;
    let administrator = &world.acme.administrator;
    let mut ids = Vec::new();
    for (name, _, scopes) in TOKENS {
        let new = json!({"name": name, "scopes": scopes, "labels": {"team": "platform"}});
        let issued = world.post("/v1/tokens", new).bearer(&administrator.token).await.expect(201);
        for _ in 0..7 {
            world.get("/v1/whoami").bearer(issued["secret"].as_str().unwrap()).await.expect(200);
        }
        ids.push(issued["id"].as_str().unwrap().to_owned());
        world.wait(Duration::from_mins(90));
    }
    world.post(format!("/v1/tokens/{}/disable", ids[4]), json!({})).bearer(&administrator.token).await.expect(200);
    world.give_password(administrator).await;
    let person = Person::signed_in(&world, administrator, true);
    let pages = [
        ("api-tokens", LIST.to_owned(), "API tokens"),
        ("token", format!("{LIST}/{}", ids[0]), "deploy pipeline"),
        ("usage", format!("{LIST}/{}/usage", ids[0]), "deploy pipeline"),
        ("history", format!("{LIST}/{}/history", ids[0]), "deploy pipeline"),
        ("delete", format!("{LIST}/{}/delete", ids[0]), "Delete API token"),
        ("add", format!("{LIST}/add"), "Add API token"),
        ("users", "/console/settings/users".to_owned(), "Users"),
        ("journal", "/console/settings/journal".to_owned(), "Journal"),
        ("profile", "/console/profile".to_owned(), "Profile"),
    ];
    for (name, path, title) in pages {
        person.open(&path);
        person.wait_for_title(title);
        for (theme, width, height) in [("light", 1_280, 860), ("dark", 1_280, 860)] {
            person.window.resize(width, height);
            person.window.prefer(theme);
            keep(&format!("{name}-{theme}"), &person.window.picture());
        }
    }
    person.open(LIST);
    person.window.resize(360, 740);
    person.window.prefer("light");
    keep("api-tokens-narrow", &person.window.picture());
}

/// Keeps a picture, where that is asked for; that there is one is proved either way.
fn keep(name: &str, picture: &[u8]) {
    assert!(picture.starts_with(b"\x89PNG"), "{name}");
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/console");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }
}
