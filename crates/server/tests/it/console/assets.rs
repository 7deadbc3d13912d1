//! What pages load is kept for ever under a name that changes with its content, and sent as small as it is asked for.

use crate::world::World;

/// The addresses of everything that a page loads.
fn loaded(page: &str) -> Vec<&str> {
    let parts = page.split('"').filter(|part| part.starts_with("/console/assets/"));
    parts.collect()
}

#[tokio::test]
async fn a_page_names_what_it_loads_by_content() {
    let world = World::new().await;
    let page = world.get("/console/sign-in").await;
    let text = page.text();
    let assets = loaded(&text);
    assert!(assets.len() >= 3, "{assets:?}");
    for address in assets {
        let plain = world.get(address).await;
        assert_eq!((plain.status, plain.field("content-encoding")), (200, None), "{address}");
        assert_eq!(plain.field("cache-control"), Some("public, max-age=31536000, immutable"), "{address}");
        assert_eq!(plain.field("x-content-type-options"), Some("nosniff"), "{address}");
        let small = world.get(address).field("accept-encoding", "br, gzip;q=0.8").await;
        assert_eq!(small.field("content-encoding"), Some("gzip"), "{address}");
        assert_eq!(small.field("vary"), Some("accept-encoding"), "{address}");
        assert!(small.body.len() < plain.body.len(), "{address}");
        let refused = world.get(address).field("accept-encoding", "gzip;q=0").await;
        assert_eq!(refused.field("content-encoding"), None, "{address}");
        // A page of an older server names a file that is not there any more: no other file takes its place.
        let (stem, ending) = address.rsplit_once('.').unwrap();
        let digits = stem.rfind('-').unwrap();
        let older = format!("{}-0123456789abcdef.{ending}", &stem[..digits]);
        assert_eq!(world.get(older).await.status, 404);
    }
}
