//! What is wrong is said in the frame of whoever is signed in, and like the way in to everybody else, in the theme that
//! was chosen; and no page of it repeats a secret.

use crate::world::World;
use http::Method;

/// The theme of a page.
fn theme(page: &super::Page) -> Option<&str> {
    page.elements().find(|element| element.name == "html").and_then(|element| element.get("data-theme"))
}

#[tokio::test]
async fn what_is_wrong_keeps_the_menu_and_the_theme() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.administrator).await;
    let form = visit.open("/console/profile").await.form("/console/theme").forge("theme", "dark");
    visit.send(&form).await.expect(303);
    for (path, status, title) in [
        ("/console/nowhere", 404, "There is nothing here"),
        ("/console/settings/users/nobody", 404, "There is nothing here"),
        ("/console/settings/api-tokens/%ff", 400, "That did not work"),
        ("/console/theme", 405, "That did not work"),
        ("/console/nowhere?password=x", 400, "That did not work"),
        ("/console/links/x", 409, "This link does not work any more"),
    ] {
        let page = visit.get(path).await.expect(status);
        assert_eq!((page.heading().as_str(), theme(&page)), (title, Some("dark")), "{path}");
        if status != 409 {
            assert!(page.has_form("/console/theme") && !page.links("Users").is_empty(), "{path}");
            assert_eq!(page.links("Sign out"), ["/console/sign-out"], "{path}");
        }
        assert!(!page.answer.text().contains("password=x"), "{path} repeats its address");
    }
    // A form whose session is another one's is refused in the frame as well.
    let form = visit.open("/console/sign-out").await.form("/console/sign-out").forge("form_token", "x");
    let page = visit.send(&form).await.expect(403);
    assert!(page.text().contains("from another session") && !page.links("Users").is_empty());
}

#[tokio::test]
async fn what_is_wrong_looks_like_the_way_in_to_a_stranger() {
    let world = World::new().await;
    let stranger = world.stranger();
    for (path, status) in [("/console/nowhere", 404), ("/console/links", 405), ("/console/links/x", 409)] {
        let page = stranger.get(path).await.expect(status);
        assert_eq!(page.links("Sign in"), ["/console/sign-in"], "{path}");
        assert!(page.links("Users").is_empty() && !page.has_form("/console/theme"), "{path}");
        assert_eq!(theme(&page), Some("system"), "{path}");
    }
    let dark = stranger.call(Method::GET, "/console/nowhere").field("cookie", "jeton-theme=dark");
    assert_eq!(theme(&stranger.ask(dark).await.expect(404)), Some("dark"));
}

#[tokio::test]
async fn a_notice_waits_for_a_page_that_is_no_error() {
    let world = World::new().await;
    let visit = world.visit(&world.acme.administrator).await;
    let path = format!("/console/settings/api-tokens/{}/disable", world.acme.member.token_id);
    visit.send(&visit.open(&path).await.form(&path)).await.expect(303);
    assert_eq!(visit.get("/console/nowhere").await.expect(404).notice(), "");
    assert!(visit.open("/console/profile").await.notice().contains("disabled"));
}
