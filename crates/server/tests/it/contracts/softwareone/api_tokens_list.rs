//! Promise: lists are filtered, sorted, cut and projected as the query language says, in the spellings of both
//! official clients.

use super::accounts::{ACCESS, MARKETPLACE, Marketplace, ids, mistakes, text};
use http::Method;
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

/// Six tokens of a vendor: identifiers by name.
async fn furnished() -> (Marketplace, Vec<String>) {
    let market = Marketplace::new().await;
    let mut made = Vec::new();
    for (name, more) in [
        ("Alpha", json!({"description": "first", "modules": [{"id": MARKETPLACE}]})),
        ("alpha 2", json!({"modules": [{"id": MARKETPLACE}, {"id": ACCESS}]})),
        ("O'Neil", json!({"icon": "a.png"})),
        ("x-y", json!({"description": "x+y & z"})),
        ("Beta", json!({"modules": [{"id": ACCESS}]})),
    ] {
        market.wait(Duration::from_secs(10));
        let mut body = more;
        body["name"] = json!(name);
        made.push(text(&market.create(&market.vendor.token, body).await["id"]));
    }
    market.one(Method::POST, &made[3], "/disable").bearer(&market.vendor.token).await.expect(200);
    (market, made)
}

#[tokio::test]
async fn filters_find_what_fits_them() {
    let (market, made) = furnished().await;
    let [alpha, second, neil, xy, beta] = made.iter().map(String::as_str).collect::<Vec<_>>()[..] else { panic!() };
    let created = market.authority().now();
    for (filter, expected) in [
        (format!("eq(id,'{alpha}')"), vec![alpha]),
        (format!("id={alpha}"), vec![alpha]),
        (format!("in(id,('{beta}','{alpha}',TKN-1,'{beta}'))"), vec![alpha, beta]),
        (
            format!("and(out(id,({alpha},{beta})),gt(audit.created.at,'{}'))", created.before(Duration::from_secs(45))),
            vec![second, neil, xy],
        ),
        (format!("gt(id,'{xy}')"), vec![beta]),
        ("status=Disabled".to_owned(), vec![xy]),
        ("ne(status,active)".to_owned(), vec![xy]),
        ("name=Alpha".to_owned(), vec![alpha]),
        ("like(name,'alpha*')".to_owned(), vec![second]),
        ("ilike(name,'*ALPHA*')".to_owned(), vec![alpha, second]),
        ("eq(name,%22O%27Neil%22)".to_owned(), vec![neil]),
        ("ilike(description,'*x%2By*')".to_owned(), vec![xy]),
        ("ilike(description,'*x+y*')".to_owned(), vec![xy]),
        ("eq(description,'x+y%20%26%20z')".to_owned(), vec![xy]),
        ("eq(description,'x+y%20&%20z')".to_owned(), vec![xy]),
        ("ne(description,null())&ne(description,empty())".to_owned(), vec![alpha, xy]),
        ("icon=a.png".to_owned(), vec![neil]),
        (format!("any(modules,eq(id,'{MARKETPLACE}'))"), vec![alpha, second]),
        (format!("any(modules,and(eq(id,'{MARKETPLACE}'),ilike(name,'market*')))&like(name,A*)"), vec![alpha]),
        (format!("any(modules)&all(modules,eq(self(id),'{MARKETPLACE}'))"), vec![alpha]),
        ("not(and(or(name=Beta,ne(name,Beta)),not(name=x-y)))".to_owned(), vec![xy]),
        ("name=Alpha;name=Beta".to_owned(), vec![alpha, beta]),
        ("name=Alpha|name=Beta&status=Disabled".to_owned(), vec![alpha]),
        ("revision=2&audit.updated.at=null()".to_owned(), vec![]),
        ("revision=2".to_owned(), vec![xy]),
        ("audit.created.by.name='SoftwareOne account'&lastAccessAt=null()&name=Beta".to_owned(), vec![beta]),
        (format!("account.id={}&account.type=vendor&account.name=Acme&name=Beta", market.vendor.id), vec![beta]),
        ("eq(name,id)".to_owned(), vec![]),
        ("like(id,'TKN-*')&name=Beta".to_owned(), vec![beta]),
    ] {
        let query = format!("and(({filter}),in(id,({})))", made.join(","));
        let query = query.replace(' ', "%20").replace('"', "%22").replace('|', "%7C");
        assert_eq!(market.found(&market.vendor.token, &query).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn pieces_of_a_query_must_all_hold() {
    let (market, made) = furnished().await;
    let both = "like(name,'*a')&limit=10&eq(name,%22Beta%22)&offset=0&render()&select=";
    assert_eq!(market.found(&market.vendor.token, both).await, [made[4].clone()]);
    // A token that was given everything has every module.
    assert_eq!(market.found(&market.vendor.token, &format!("any(modules,eq(id,'{MARKETPLACE}'))")).await.len(), 3);
}

#[tokio::test]
async fn lists_are_sorted_and_cut() {
    let (market, made) = furnished().await;
    let mine = format!("in(id,({}))", made.join(","));
    let names =
        |list: &Value| list["data"].as_array().unwrap().iter().map(|token| text(&token["name"])).collect::<Vec<_>>();
    for (order, expected) in [
        ("name", ["Alpha", "Beta", "O'Neil", "alpha 2", "x-y"]),
        ("-name", ["x-y", "alpha 2", "O'Neil", "Beta", "Alpha"]),
        ("-status,name", ["x-y", "Alpha", "Beta", "O'Neil", "alpha 2"]),
        ("description,-audit.created.at", ["Beta", "O'Neil", "alpha 2", "Alpha", "x-y"]),
        ("+id", ["Alpha", "alpha 2", "O'Neil", "x-y", "Beta"]),
        ("%2Bid", ["Alpha", "alpha 2", "O'Neil", "x-y", "Beta"]),
    ] {
        let list = market.listed(&format!("order={order}&{mine}")).bearer(&market.vendor.token).await.expect(200);
        assert_eq!(names(&list), expected, "{order}");
    }
    let mut seen = Vec::new();
    for offset in 0..3 {
        let query = format!("limit=2&offset={}&{mine}", offset * 2);
        let list = market.listed(&query).bearer(&market.vendor.token).await.expect(200);
        assert_eq!(list["$meta"]["pagination"], json!({"offset": offset * 2, "limit": 2, "total": 5}));
        seen.extend(ids(&list));
    }
    assert_eq!(seen, made);
    let none = market.listed(&format!("limit=0&{mine}")).bearer(&market.vendor.token).await.expect(200);
    assert_eq!((none["data"].clone(), &none["$meta"]["pagination"]["total"]), (json!([]), &json!(5)));
    let capped = market.listed("limit=5000").bearer(&market.vendor.token).await.expect(200);
    assert_eq!(capped["$meta"]["pagination"]["limit"], 100);
    let beyond = market.listed("offset=9223372036854775807").bearer(&market.vendor.token).await.expect(200);
    assert_eq!(beyond["data"], json!([]));
}

#[tokio::test]
async fn a_selection_says_what_is_shown() {
    let (market, made) = furnished().await;
    let (market, made) = (&market, &made);
    let show = |select: &str| {
        let path = format!("id={}&select={select}", made[1]);
        async move { market.listed(&path).bearer(&market.vendor.token).await.expect(200) }
    };
    let keys = |list: &Value| list["data"][0].as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let usual = show("").await;
    assert_eq!(usual["$meta"]["omitted"], json!(["modules", "audit"]));
    assert!(usual["data"][0].get("modules").is_none() && usual["data"][0].get("audit").is_none());
    let more = show("+audit,%2Bmodules.id,-name").await;
    assert_eq!(more["$meta"]["omitted"], json!(["name"]));
    assert_eq!(more["data"][0]["modules"], json!([{"id": MARKETPLACE}, {"id": ACCESS}]));
    assert!(more["data"][0]["audit"]["created"]["by"]["id"].as_str().unwrap().starts_with("USR-"));
    assert!(more["data"][0].get("name").is_none());
    assert_eq!(keys(&show("-*,+id,+name,nothing").await), ["id".to_owned(), "name".to_owned()].into());
    assert_eq!(show("-*,account(id)").await["data"][0], json!({"account": {"id": market.vendor.id}}));
    // What is not shown can be asked for all the same.
    let hidden = market.listed("name=Beta&select=-name").bearer(&market.vendor.token).await.expect(200);
    assert_eq!(ids(&hidden), [made[4].clone()]);
}

#[tokio::test]
async fn every_mistake_in_a_query_is_named() {
    let market = Marketplace::new().await;
    let deep = format!("{}name=a{}", "not(".repeat(40), ")".repeat(40));
    let wide = vec!["name=a"; 300].join("&");
    let long = format!("name={}", "a".repeat(8_200));
    for (query, key, message) in [
        ("mistake(name,a)", "mistake", "Unknown expression group."),
        ("active", "active", "Expression expected."),
        ("and()", "filter", "Expression group cannot be empty."),
        ("colour=red", "colour", "Invalid property path."),
        ("order=colour", "colour", "Invalid property path."),
        ("order=account", "account", "Invalid property path."),
        ("order=", "order", "No valid ordering properties were detected"),
        ("revision=one", "revision", "Cannot convert value: 'one'."),
        ("status=Gone", "status", "Cannot convert value: 'Gone'."),
        ("like(revision,1)", "revision", "Operator 'like' is not permitted"),
        ("eq(account,1)", "account", "Operator 'eq' is not permitted"),
        ("eq(token,'a')", "token", "Invalid property path."),
        ("in(id,())", "id", "Value has to be a non empty array."),
        ("name=eq(a,b)", "name", "Invalid equals shortcut expression"),
        ("eq(name,'a", "filter", "Parentheses and quotes must be balanced."),
        ("limit=-1", "limit", "Cannot convert value: '-1'."),
        ("select=a(b", "select", "Parentheses and quotes must be balanced."),
        ("%ff", "filter", "Must be percent-encoded UTF-8."),
        (&deep, "filter", "Must not have more than 32 levels."),
        (&wide, "filter", "Must not have more than 200 conditions."),
        (&long, "filter", "Must not have more than 8192 bytes."),
    ] {
        let answer = market.listed(query).bearer(&market.vendor.token).await;
        assert_eq!(mistakes(&answer), [(key.to_owned(), message.to_owned())], "{query}");
    }
    let several = market.listed("limit=x&offset=y&order=colour").bearer(&market.vendor.token).await;
    assert_eq!(mistakes(&several).len(), 3);
}

#[tokio::test]
async fn whatever_is_left_out_is_named() {
    let market = Marketplace::new().await;
    let bearer = &market.client.token;
    let list = market.listed("select=-name,+audit,-unknown").bearer(bearer).await.expect(200);
    assert_eq!(list["$meta"]["omitted"], json!(["name", "modules"]));
    let one = market.one(Method::GET, &market.client.token_id, "?select=-*,id,modules.id").bearer(bearer).await;
    let others = ["href", "status", "name", "description", "icon", "token", "account", "extensions", "lastAccessAt"];
    let others: Vec<_> = others.into_iter().chain(["revision", "audit"]).collect();
    assert_eq!(one.expect(200)["$meta"]["omitted"], json!(others));
    let modules = market.get("/public/v1/accounts/modules?select=-code").bearer(bearer).await.expect(200);
    assert_eq!(modules["$meta"]["omitted"], json!(["code"]));
}

#[tokio::test]
async fn an_empty_text_is_none_only_where_it_is_kept_as_none() {
    let market = Marketplace::new().await;
    let bearer = &market.client.token;
    let made = async |body: Value| text(&market.create(bearer, body).await["id"]);
    let empty = made(json!({"name": "CI", "icon": "", "description": ""})).await;
    let absent = made(json!({"name": "CI", "icon": null, "description": "x"})).await;
    let given = made(json!({"name": "CI", "icon": "i", "description": "y"})).await;
    for (filter, expected) in [
        ("eq(icon,'')", vec![&empty]),
        ("icon=empty()", vec![&empty]),
        ("in(icon,('','i'))", vec![&empty, &given]),
        ("icon=null()", vec![&absent]),
        ("ne(icon,null())", vec![&empty, &given]),
        ("in(description,(''))", vec![&empty]),
        ("in(description,('','x'))", vec![&empty, &absent]),
        ("out(description,(''))", vec![&absent, &given]),
        ("description=null()", vec![&empty]),
    ] {
        let found = market.found(bearer, &format!("name=CI&order=id&{filter}")).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter}");
    }
}
