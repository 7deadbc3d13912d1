//! No other site sends a form, frames a page or reads one; nobody stores one; and each form needs a page that was
//! shown to the same session. Every route of the console is asked, as the page of routes names it.

use super::Visit;
use crate::world::{Answer, Setting, World};
use http::Method;

/// Identifiers that nothing has, for the parameters of paths.
const NOTHING: &str = "01890000-0000-7000-8000-000000000000";
const FORM: &str = "application/x-www-form-urlencoded";

/// Every route of the console with one of its methods, read from the page of routes.
fn routes(method: &str) -> Vec<String> {
    let routes = include_str!("../../../src/router.rs").split(".route(").skip(1).filter_map(|route| {
        let (path, handlers) = route.trim().strip_prefix('"')?.split_once("\",")?;
        // What stands behind the route itself belongs to the next function.
        let handlers = handlers.split_once("\n}").map_or(handlers, |(own, _)| own);
        handlers.contains(&format!("{method}(")).then(|| path.to_owned())
    });
    let named = |path: String| {
        let segments = path.split('/').map(|segment| match segment {
            "{position}" => "1",
            "{verb}" => "remove",
            parameter if parameter.starts_with('{') => NOTHING,
            plain => plain,
        });
        segments.collect::<Vec<_>>().join("/")
    };
    routes.map(named).collect()
}

fn is_page(answer: &Answer) -> bool {
    answer.field("content-type").is_some_and(|kind| kind.starts_with("text/html"))
}

#[test]
fn the_routes_are_found() {
    assert!(routes("get").len() > 35 && routes("post").len() > 25, "{:?} {:?}", routes("get"), routes("post"));
}

#[tokio::test]
async fn no_page_is_stored_framed_or_added_to() {
    let world = World::new().await;
    let visit = world.visit(&world.root).await;
    for path in routes("get") {
        let answer = visit.call(Method::GET, &path).await;
        assert!(answer.status < 500, "{path}: {}", answer.status);
        if answer.status == 200 && path.starts_with("/console/assets/") {
            continue;
        }
        assert_eq!(answer.field("cache-control"), Some("no-store"), "{path}");
        let policy = answer.field("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{path}: {policy}");
        assert_eq!(answer.field("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.field("access-control-allow-origin"), None, "{path}");
        if is_page(&answer) {
            assert!(policy.contains("form-action 'self'") && policy.contains("base-uri 'none'"), "{path}: {policy}");
            let text = answer.text();
            for inline in ["<style", " style=", "javascript:", " onclick", " onload", " onerror", " onsubmit"] {
                assert!(!text.contains(inline), "{path} has {inline}");
            }
            assert_eq!(
                text.matches("<script").count(),
                text.matches("<script type=\"module\" src=\"").count(),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_sees_nothing_and_changes_nothing() {
    let world = World::new().await;
    let stranger = world.stranger();
    let open = ["/console", "/console/sign-in", "/console/theme"];
    let is_open = |path: &str| open.contains(&path) || path.contains("/links") || path.contains("/assets");
    for path in routes("get").into_iter().filter(|path| !is_open(path)) {
        let answer = stranger.call(Method::GET, &path).await;
        assert_eq!(answer.status, 303, "{path}");
        let way = answer.field("location").unwrap();
        assert!(way.starts_with("/console/sign-in"), "{path} leads to {way}");
    }
    for path in routes("post").into_iter().filter(|path| !is_open(path)) {
        let answer = stranger.call(Method::POST, &path).body(FORM, "form_token=x").await;
        assert_eq!((answer.status, answer.field("location")), (303, Some("/console/sign-in")), "{path}");
    }
}

#[tokio::test]
async fn no_form_of_another_site_is_taken() {
    let world = World::new().await;
    let visit = world.visit(&world.root).await;
    let token = form_token(&visit).await;
    let before = world.position().await;
    let origin = format!("http://localhost:{}", world.address.port());
    for path in routes("post") {
        let send = |fields: &[(&str, &str)]| {
            let call = world.call(Method::POST, &path).field("cookie", visit.cookie());
            let call = fields.iter().fold(call, |call, (name, value)| call.field(name, value));
            call.body(FORM, format!("form_token={token}"))
        };
        for fields in [
            &[][..],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")],
            &[("sec-fetch-site", "cross-site"), ("origin", &origin)],
        ] {
            assert_eq!(send(fields).await.status, 403, "{path} {fields:?}");
        }
    }
    assert_eq!(world.position().await, before);
}

#[tokio::test]
async fn a_form_needs_a_page_that_was_shown_to_the_same_session() {
    let world = World::new().await;
    let visit = world.visit(&world.root).await;
    let other = form_token(&world.visit_again(&world.root).await).await;
    let own = form_token(&visit).await;
    let before = world.position().await;
    let open = ["/console/sign-in", "/console/links", "/console/theme"];
    for path in routes("post").into_iter().filter(|path| !open.contains(&path.as_str())) {
        for wrong in ["", "x", &other, &format!("{own}A"), &own[..own.len() - 2]] {
            let answer = visit.call(Method::POST, &path).body(FORM, format!("form_token={wrong}")).await;
            assert_eq!(answer.status, 403, "{path} {wrong}");
        }
        // A session in a cookie is nothing without its form, whatever else is shown.
        let bearer = visit.call(Method::POST, &path).bearer(&world.root.token).body(FORM, "");
        assert_eq!(bearer.await.status, 403, "{path}");
    }
    assert_eq!(world.position().await, before);
}

#[tokio::test]
async fn over_tls_no_neighbouring_host_plants_a_cookie() {
    let world = World::with(Setting::usual().behind_proxy()).await;
    let planted = "jeton-notice=c2lnbmVkLW91dCA; jeton-theme=dark";
    let ask =
        |cookie: String| world.get("/console/sign-in").field("x-forwarded-proto", "https").field("cookie", cookie);
    let answer = ask(planted.to_owned()).await;
    assert!(!answer.text().contains("You are signed out.") && answer.text().contains("data-theme=\"system\""));
    let answer = ask(planted.replace("jeton-", "__Host-jeton-")).await;
    assert!(answer.text().contains("You are signed out.") && answer.text().contains("data-theme=\"dark\""));
}

#[tokio::test]
async fn the_address_of_a_link_is_told_to_nobody() {
    let world = World::new().await;
    let invited = format!("/v1/users/{}/invitation", world.acme.member.id);
    let invited = world.call(Method::POST, invited).bearer(&world.root.token).await.expect(201);
    let (_, link) = invited["link"].as_str().unwrap().rsplit_once('/').unwrap();
    let answer = world.get(format!("/console/links/{link}")).await;
    assert_eq!((answer.status, answer.field("referrer-policy")), (200, Some("strict-origin")));
}

#[tokio::test]
async fn a_token_opens_no_page() {
    let world = World::new().await;
    for path in ["/console/settings/api-tokens", "/console/profile"] {
        let answer = world.get(path).bearer(&world.root.token).await;
        assert_eq!(answer.status, 303, "{path}");
    }
}

#[tokio::test]
async fn whoever_comes_from_another_site_is_asked_to_come_again_and_only_to_pages_of_ours() {
    let world = World::new().await;
    let foreign = |path: &str| world.get(path).field("sec-fetch-site", "cross-site");
    let answer = foreign("/console/settings/api-tokens?state=active&q=%22%3E%3Cscript%3E").await;
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("0; url=/console/settings/api-tokens?state=active"), "{}", answer.text());
    assert!(!answer.text().contains("<script>"));
}

async fn form_token(visit: &Visit<'_>) -> String {
    let page = visit.open("/console/sign-out").await;
    let text = page.answer.text();
    let (_, behind) = text.split_once("name=\"form_token\" value=\"").unwrap();
    behind.split_once('"').unwrap().0.to_owned()
}
