//! Somebody with a browser that runs no scripts: he keeps cookies, reads pages, follows redirects, and sends forms
//! with what stands in them.

use super::{form::Form, page::Page};
use crate::world::{Call, Key, PASSWORD, Person, Running, World};
use domain::hexadecimal;
use http::Method;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, sync::Mutex};

const FORM: &str = "application/x-www-form-urlencoded";
/// How many redirects in a row are followed.
const REDIRECTS: usize = 5;

/// Somebody with a browser.
pub(crate) struct Visit<'a> {
    running: &'a Running,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Running {
    /// Somebody who is not signed in.
    pub(crate) fn stranger(&self) -> Visit<'_> {
        Visit { running: self, cookies: Mutex::default() }
    }
}

impl World {
    /// Somebody who gets a password and signs in with it.
    pub(crate) async fn visit(&self, person: &Person) -> Visit<'_> {
        self.give_password(person).await;
        self.visit_again(person).await
    }

    /// The same in another browser, with the password that he has.
    pub(crate) async fn visit_again(&self, person: &Person) -> Visit<'_> {
        let visit = self.stranger();
        let form = visit.get("/console/sign-in").await.form("/console/sign-in");
        visit.send(&form.set("email", &person.email).set("password", PASSWORD)).await.expect(303);
        visit
    }
}

impl Visit<'_> {
    /// The cookies as a header holds them.
    pub(crate) fn cookie(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// A request as the browser sends it from a page of this site.
    pub(crate) fn call(&self, method: Method, path: &str) -> Call<'_> {
        let call = self.running.call(method, path).field("sec-fetch-site", "same-origin");
        let cookie = self.cookie();
        if cookie.is_empty() { call } else { call.field("cookie", cookie) }
    }

    /// Sends a request and keeps the cookies of its answer.
    pub(crate) async fn ask(&self, call: Call<'_>) -> Page {
        let answer = call.await;
        let mut cookies = self.cookies.lock().unwrap();
        for cookie in answer.headers.get_all("set-cookie") {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            assert!(attributes.contains("HttpOnly") && attributes.contains("SameSite=Strict"), "{cookie:?}");
            if attributes.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Page::new(answer)
    }

    /// A page, or whatever is answered in its place.
    pub(crate) async fn get(&self, path: &str) -> Page {
        self.ask(self.call(Method::GET, path)).await
    }

    /// A page that must be there.
    pub(crate) async fn open(&self, path: &str) -> Page {
        self.get(path).await.expect(200)
    }

    /// Goes where an answer leads to, if it leads anywhere.
    pub(crate) async fn follow(&self, mut page: Page) -> Page {
        for _ in 0..REDIRECTS {
            if page.status != 303 {
                return page;
            }
            let location = page.location().to_owned();
            page = self.get(&location).await;
        }
        panic!("{} leads in a circle", page.answer.call)
    }

    /// Sends a form.
    pub(crate) async fn send(&self, form: &Form) -> Page {
        if form.is_post {
            self.ask(self.call(Method::POST, &form.action).body(FORM, form.body())).await
        } else {
            self.get(&format!("{}?{}", form.action, form.body())).await
        }
    }

    /// Sends a form and goes where the answer leads to.
    pub(crate) async fn submit(&self, form: &Form) -> Page {
        self.follow(self.send(form).await).await
    }

    /// Sends a form that a key has signed, as the script does with a passkey.
    pub(crate) async fn send_signed(&self, form: &Form, key: &Key) -> Page {
        let action = self.signed(form, key).await;
        let call = self.call(Method::POST, &form.action).body(FORM, form.body());
        self.ask(call.field("x-jeton-action", action)).await
    }

    /// An action token about sending a form.
    pub(crate) async fn signed(&self, form: &Form, key: &Key) -> String {
        let hash = hexadecimal::encode(&Sha256::digest(form.body()));
        let asked = json!({"method": "POST", "path": form.action, "body_sha256": hash});
        let cookie = self.cookie();
        let post = |path: &str, body| self.running.post(path, body).cookie(&cookie);
        let challenge = post("/v1/actions/challenges", asked).await.expect(201);
        let answer = key.answer(challenge["challenge"].as_str().unwrap());
        let body = json!({"challenge_identifier": challenge["challenge_identifier"], "answer": answer});
        post("/v1/actions", body).await.expect(201)["action"].as_str().unwrap().to_owned()
    }
}
