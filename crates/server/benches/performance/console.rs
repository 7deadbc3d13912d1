//! A page of the console against the same list by the native API.

use crate::{
    load::{Load, Request, ask, ask_whole},
    median,
    process::{Jeton, copied, store_of},
    row,
};
use serde_json::{Value, json};
use std::time::Duration;

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(3);
const PASSWORD: &str = "plum-violin-7-harbour";
/// The most that a page of a hundred rows may weigh on the wire, in bytes.
const WIRE_BYTES: f64 = 60.0 * 1_024.0;

/// The time and the weight of a page of a hundred rows, in several orders and through a filter.
pub fn console(tokens: usize) {
    let jeton = Jeton::start(&copied(&store_of(tokens, false)), &[]);
    let cookie = sign_in(&jeton);
    for (what, page, list) in [
        ("newest first", "rows=100", "limit=100&total=true"),
        ("by name", "rows=100&sort=name", "limit=100&sort=name&total=true"),
        ("active ones", "rows=100&state=active", "limit=100&state=active&total=true"),
    ] {
        let lines = format!("cookie: {cookie}\r\naccept-encoding: gzip\r\n");
        let page = Request::new("GET", &format!("/console/settings/api-tokens?{page}"), &lines, "");
        let list = Request::get(&format!("/v1/tokens?{list}"), &jeton.administrator);
        let wire = ask(jeton.process.address, &page).unwrap().len() as f64;
        let (page, list) = ([page], [list]);
        let (mut ratios, mut shown) = (Vec::new(), (0.0, 0.0));
        for _ in 0..ROUNDS {
            let by_api = Load::new(1, &list).run(jeton.process.address, ROUND).median.as_secs_f64();
            let by_console = Load::new(1, &page).run(jeton.process.address, ROUND).median.as_secs_f64();
            shown = (by_console * 1e3, by_api * 1e3);
            ratios.push(by_console / by_api);
        }
        row(
            &format!("100 rows of {tokens} in the console, {what}, p50"),
            &format!("{:.2} ms", shown.0),
            &format!("the API {:.2} ms", shown.1),
            median(ratios),
        );
        row(
            &format!("the same on the wire, {what}"),
            &format!("{:.1} KB", wire / 1_024.0),
            "must 60 KB",
            wire / WIRE_BYTES,
        );
    }
}

/// The cookie of an application administrator who was invited for this.
fn sign_in(jeton: &Jeton) -> String {
    let email = "bench@operations.example";
    let new = json!({"name": "Bench", "email": email, "role": "application_administrator"});
    let invited = answer(jeton, &Request::post("/v1/users", &jeton.administrator, &new.to_string()));
    let redemption = json!({"link": invited["invitation"]["link"], "password": PASSWORD});
    let own = "x-jeton-request: 1\r\n";
    ask(jeton.process.address, &Request::new("POST", "/v1/links/redeem", own, &redemption.to_string())).unwrap();
    let credentials = json!({"email": email, "password": PASSWORD});
    let request = Request::new("POST", "/v1/sessions", own, &credentials.to_string());
    let (head, _) = ask_whole(jeton.process.address, &request).unwrap();
    let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

fn answer(jeton: &Jeton, request: &Request) -> Value {
    serde_json::from_slice(&ask(jeton.process.address, request).unwrap()).unwrap()
}
