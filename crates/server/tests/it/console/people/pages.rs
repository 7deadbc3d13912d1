//! Lists of users and service accounts have pages, totals and orders that are links which can be kept; what they do
//! not know is refused by name.

use crate::{console::Visit, world::World};

const USERS: &str = "/console/settings/users";
const ACCOUNTS: &str = "/console/settings/service-accounts";

async fn add(visit: &Visit<'_>, names: &[&str]) {
    for name in names {
        let path = format!("{ACCOUNTS}/add");
        let form = visit.open(&path).await.form(&path).set("name", name);
        visit.send(&form).await.expect(303);
    }
}

#[tokio::test]
async fn pages_of_a_list_hold_everybody_once_and_say_how_many() {
    let world = World::new().await;
    let visit = world.visit(&world.root).await;
    let expected: Vec<_> = (0..12).map(|number| format!("Fresh {number:02}")).collect();
    add(&visit, &expected.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let page = visit.open(&format!("{ACCOUNTS}?q=fresh&rows=5&sort=name")).await.says("1–5 of 12 rows").says("of 3");
    assert!(page.links("Previous").is_empty());
    let mut names = page.texts(".name");
    let page = visit.open(&page.links("Next")[0]).await.says("6–10 of 12 rows");
    names.extend(page.texts(".name"));
    let page = visit.open(&page.links("Next")[0]).await.says("11–12 of 12 rows");
    names.extend(page.texts(".name"));
    assert!(page.links("Next").is_empty());
    assert_eq!(names, expected);
    // Behind the end is the last page; at first there are ten rows, the newest first.
    visit.open(&format!("{ACCOUNTS}?q=fresh&rows=5&page=99")).await.says("11–12 of 12 rows");
    let page = visit.open(&format!("{ACCOUNTS}?q=fresh")).await.says("1–10 of 12 rows");
    assert_eq!(page.texts(".name").first().map(String::as_str), Some("Fresh 11"));
}

#[tokio::test]
async fn heads_of_columns_sort_and_keep_what_narrows_the_list_down() {
    let world = World::new().await;
    let visit = world.visit(&world.root).await;
    add(&visit, &["zebra", "Yak", "ant"]).await;
    let shown = async |query: &str| visit.open(&format!("{ACCOUNTS}?{query}")).await;
    let page = shown("rows=5&state=active").await;
    assert_eq!(page.texts(".name")[..3], ["ant", "Yak", "zebra"]);
    let sorted = visit.open(&page.links("Name")[0]).await;
    assert_eq!(sorted.texts(".name")[..1], ["Acme Robot"]);
    let last = visit.open(&sorted.links("Name")[0]).await;
    assert_eq!(last.texts(".name")[..2], ["zebra", "Yak"]);
    assert_eq!(last.links("Refresh"), [format!("{ACCOUNTS}?state=active&sort=-name&rows=5")]);
    let roles = visit.open(&format!("{USERS}?sort=-role")).await;
    let administrator = roles.texts(".name").remove(0);
    assert_eq!(administrator, visit.open(&format!("{USERS}?role=application_administrator")).await.texts(".name")[0]);
    let globex = visit.open(&format!("{USERS}?sort=organisation&role=member")).await.texts(".name");
    assert!(globex[0].starts_with("Acme") && globex.last().unwrap().starts_with("Globex"), "{globex:?}");
    // An organisation that was made last comes first when its name does.
    let path = "/console/administration/organisations/add";
    visit.send(&visit.open(path).await.form(path).set("name", "aardvark")).await.expect(303);
    let id = visit.open("/console/administration/organisations?q=aardvark").await;
    let ids = id.hrefs().into_iter().filter_map(|href| href.strip_prefix("/console/administration/organisations/"));
    let id = ids.into_iter().find(|id| id.len() == 36).unwrap().to_owned();
    let path = format!("{ACCOUNTS}/add");
    let form = visit.open(&path).await.form(&path).set("name", "worker").set("organisation", &id);
    visit.send(&form).await.expect(303);
    assert_eq!(shown("sort=organisation").await.texts(".name")[0], "worker");
    assert_ne!(shown("sort=-organisation").await.texts(".name")[0], "worker");
}

#[tokio::test]
async fn what_has_no_input_is_kept_when_the_filter_changes() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.administrator).await;
    let path = format!("{USERS}?organisation={}&sort=organisation&q=nobody&rows=25", world.acme.id);
    let query = visit.open(&path).await.form(USERS).body();
    for kept in [&format!("organisation={}", world.acme.id), "sort=organisation", "rows=25"] {
        assert!(query.split('&').any(|pair| pair == kept), "{kept} is lost: {query}");
    }
}

#[tokio::test]
async fn what_a_list_does_not_know_is_refused_by_name() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.administrator).await;
    for list in [USERS, ACCOUNTS] {
        for (query, said) in [
            ("colour=red", "is not known here"),
            ("after=x", "is not known here"),
            ("sort=size", "must be one of created, name, role, organisation"),
            ("rows=7", "must be 5, 10, 25, 50 or 100"),
            ("rows=x", "must be 5, 10, 25, 50 or 100"),
            ("page=0", "must be a whole number from 1 to 1,000,000,000"),
            ("page=-1", "must be a whole number from 1 to 1,000,000,000"),
        ] {
            let page = visit.get(&format!("{list}?{query}")).await.expect(422);
            let page = page.says(said).says("This list cannot be shown as asked");
            assert!(page.texts(".name").is_empty(), "{query}");
        }
    }
}
