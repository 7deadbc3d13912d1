//! Each role sees its own people and no others: for whom a page is not, it does not exist.

use crate::world::World;

const USERS: &str = "/console/settings/users";
const ACCOUNTS: &str = "/console/settings/service-accounts";

#[tokio::test]
async fn members_find_none_of_these_pages() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.member).await;
    let page = visit.open("/console/settings/api-tokens").await;
    assert!(page.links("Users").is_empty() && page.links("Service accounts").is_empty());
    let own = format!("{USERS}/{}", world.acme.member.id);
    for path in [USERS, ACCOUNTS, &format!("{USERS}/invite"), &format!("{ACCOUNTS}/add"), &own] {
        visit.get(path).await.expect(404);
    }
    // A form that he made himself, with the token of one of his pages.
    let token = visit.open("/console/sign-out").await.form("/console/sign-out");
    for verb in
        ["invite".to_owned(), format!("{}/edit", world.acme.member.id), format!("{}/link", world.acme.member.id)]
    {
        let mut form = token.clone();
        form.action = format!("{USERS}/{verb}");
        visit.send(&form.forge("name", "x").forge("email", "x@example.org")).await.expect(404);
    }
}

#[tokio::test]
async fn administrators_of_an_organisation_see_theirs() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.administrator).await;
    visit.open(USERS).await.says("Acme Linus").says_nothing_of("Globex").says_nothing_of("All organisations");
    let page = visit.open(&format!("{USERS}?organisation={}", world.globex.id)).await;
    assert!(page.says("Nobody fits these filters").texts(".name").is_empty());
    visit.open(ACCOUNTS).await.says("Acme Robot").says_nothing_of("Globex").says_nothing_of("Acme Linus");
    for verb in ["", "/edit", "/deactivate", "/activate", "/link"] {
        visit.get(&format!("{USERS}/{}{verb}", world.globex.member.id)).await.expect(404);
    }
    // A person is no program.
    visit.get(&format!("{ACCOUNTS}/{}", world.acme.member.id)).await.expect(404);
    for strange in ["x", "00000000-0000-7000-8000-000000000000"] {
        visit.get(&format!("{USERS}/{strange}")).await.expect(404);
    }
    let own = format!("{USERS}/{}/deactivate", world.acme.member.id);
    let mut form = visit.open(&own).await.form(&own);
    form.action = format!("{USERS}/{}/deactivate", world.globex.member.id);
    visit.send(&form).await.expect(404);
    assert!(world.accepts(&world.globex.member.token).await);
}

#[tokio::test]
async fn application_administrators_see_everybody_and_every_filter_finds_what_it_says() {
    let world = World::new().await;
    let visit = world.visit(&world.root).await;
    let shown = async |query: &str| visit.open(&format!("{USERS}?sort=name&{query}")).await.texts(".name");
    assert_eq!(shown("").await.len(), 7);
    assert_eq!(shown("q=LINUS").await, ["Acme Linus", "Globex Linus"]);
    assert_eq!(shown("q=acme.linus%40people").await, ["Acme Linus"]);
    assert_eq!(
        shown(&format!("organisation={}&role=member", world.globex.id)).await,
        ["Globex Linus", "Globex Margaret"]
    );
    assert_eq!(shown("state=inactive").await, [""; 0]);
    let page = visit.open(&format!("{USERS}?q=nobody%20at%20all")).await;
    page.says("Nobody fits these filters").says("Clear filters");
    for (query, field) in [("state=x", "state"), ("role=x", "role"), ("organisation=x", "organisation")] {
        let page = visit.get(&format!("{USERS}?{query}")).await.expect(422);
        assert!(page.error(field).contains(" must "), "{query}");
    }
}
