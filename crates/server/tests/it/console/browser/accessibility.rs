//! axe-core, the judge of accessibility that browsers' own tools use, finds nothing on any page in either theme, wide
//! and narrow.

use super::Person;
use crate::world::World;
use http::Method;
use serde_json::{Value, json};

/// The rules that are asked: those of WCAG 2.2, levels A and AA, and the best practices beside them.
const RULES: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// The script of axe, which `./test browser` installs.
fn axe() -> String {
    let path = std::env::var("JETON_TEST_AXE").expect("JETON_TEST_AXE names axe.min.js; `./test browser` sets it");
    std::fs::read_to_string(path).unwrap()
}

/// What axe finds on the page that is shown, a line each.
fn findings(person: &Person, axe: &str) -> Vec<String> {
    person.window.run(&format!("{axe}\nreturn typeof axe;"), json!([]));
    let body = "const done = arguments[1];
        axe.run(document, {runOnly: arguments[0], resultTypes: ['violations']})
            .then(({violations}) => done(violations), (error) => done([{id: String(error), nodes: []}]));";
    let found = person.window.run_until_done(body, json!([RULES]));
    let line = |violation: &Value| {
        let nodes = violation["nodes"].as_array().unwrap().iter();
        let nodes: Vec<_> = nodes.map(|node| format!("{} {}", node["html"], node["failureSummary"])).collect();
        format!("{} at {}:\n  {}", violation["id"], person.path(), nodes.join("\n  "))
    };
    found.as_array().unwrap().iter().map(line).collect()
}

/// Asks axe about pages in both themes, wide and narrow.
fn judge(person: &Person, paths: &[String]) {
    let axe = axe();
    let mut found = Vec::new();
    for path in paths {
        person.open(path);
        for (width, height) in [(1_280, 900), (320, 640)] {
            person.window.resize(width, height);
            for theme in ["light", "dark"] {
                person.window.prefer(theme);
                found.extend(findings(person, &axe).into_iter().map(|line| format!("{theme}, {width} px: {line}")));
            }
            let overflow =
                person.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
            if overflow.as_i64() > Some(0) {
                found.push(format!("{path} is {overflow} px wider than {width} px"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; `./test browser` installs and runs it"]
async fn axe_finds_nothing_for_somebody_who_is_not_signed_in() {
    let world = World::new().await;
    let invited = format!("/v1/users/{}/invitation", world.acme.member.id);
    let invited = world.call(Method::POST, invited).bearer(&world.root.token).await.expect(201);
    let (_, link) = invited["link"].as_str().unwrap().rsplit_once('/').unwrap();
    let paths = [
        "/console/sign-in".to_owned(),
        "/console/nowhere".to_owned(),
        format!("/console/links/{link}"),
        "/console/links/x".to_owned(),
    ];
    judge(&Person::new(&world, true), &paths);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; `./test browser` installs and runs it"]
async fn axe_finds_nothing_on_the_pages_of_tokens() {
    let world = World::new().await;
    world.give_password(&world.acme.administrator).await;
    let person = Person::signed_in(&world, &world.acme.administrator, true);
    let list = "/console/settings/api-tokens";
    let (own, other) = (&world.acme.administrator.token_id, &world.acme.member.token_id);
    let token = format!("{list}/{own}");
    judge(
        &person,
        &[
            list.to_owned(),
            format!("{list}?state=disabled"),
            format!("{list}?rows=7&created_after=never"),
            format!("{list}/add"),
            token.clone(),
            format!("{token}/scopes"),
            format!("{token}/usage"),
            format!("{token}/history"),
            format!("{token}/edit"),
            format!("{token}/rotate"),
            format!("{token}/disable"),
            format!("{token}/delete"),
            format!("{list}/selection?do=delete&id={own}&id={other}"),
            "/console/sign-out".to_owned(),
            "/console/profile".to_owned(),
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; `./test browser` installs and runs it"]
async fn axe_finds_nothing_on_the_pages_of_administrators() {
    let world = World::new().await;
    world.give_password(&world.root).await;
    let person = Person::signed_in(&world, &world.root, true);
    let (users, accounts) = ("/console/settings/users", "/console/settings/service-accounts");
    let (organisations, member) = ("/console/administration/organisations", &world.acme.member.id);
    let (robot, acme) = (&world.acme.robot.id, &world.acme.id);
    judge(
        &person,
        &[
            users.to_owned(),
            format!("{users}/invite"),
            format!("{users}/{member}"),
            format!("{users}/{member}/tokens"),
            format!("{users}/{member}/signers"),
            format!("{users}/{member}/history"),
            "/console/nowhere".to_owned(),
            format!("{users}/{member}/edit"),
            format!("{users}/{member}/link"),
            format!("{users}/{member}/deactivate"),
            accounts.to_owned(),
            format!("{accounts}/add"),
            format!("{accounts}/{robot}"),
            format!("{accounts}/{robot}/edit"),
            format!("{accounts}/{robot}/deactivate"),
            "/console/settings/journal".to_owned(),
            "/console/settings/journal/1".to_owned(),
            organisations.to_owned(),
            format!("{organisations}/add"),
            format!("{organisations}/{acme}"),
            format!("{organisations}/{acme}/tokens"),
            format!("{organisations}/{acme}/history"),
            format!("{organisations}/{acme}/deactivate"),
            format!("{organisations}/{acme}/edit"),
        ],
    );
}
