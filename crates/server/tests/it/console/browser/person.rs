//! Somebody who sits in front of a browser at the console, with its scripts or without.

use crate::{
    browser::{Element, Window},
    world::{self, Running},
};
use serde_json::{Value, json};
use std::{
    thread,
    time::{Duration, Instant},
};

/// How long he waits for something to appear.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody in front of a browser.
pub(crate) struct Person {
    pub(crate) window: Window,
    origin: String,
    /// True where pages run their own scripts.
    pub(crate) scripts: bool,
}

impl Person {
    /// Opens a browser at the console.
    pub(crate) fn new(running: &Running, scripts: bool) -> Self {
        let window = Window::open();
        window.resize(1_280, 900);
        window.allow_scripts(scripts);
        Self { window, origin: format!("http://localhost:{}", running.address.port()), scripts }
    }

    /// Opens a browser, and signs in with the password that everybody has here.
    pub(crate) fn signed_in(running: &Running, who: &world::Person, scripts: bool) -> Self {
        let person = Self::new(running, scripts);
        person.open("/console/sign-in");
        person.fill("email", &who.email);
        person.fill("password", world::PASSWORD);
        person.press("Sign in");
        person.wait_for_title("API tokens");
        person
    }

    /// Opens a page of this site by its address.
    pub(crate) fn open(&self, path: &str) {
        self.window.visit(&format!("{}{path}", self.origin));
    }

    /// The path and query of the page that is shown.
    pub(crate) fn path(&self) -> String {
        self.window.url_shown().strip_prefix(&self.origin).unwrap().to_owned()
    }

    /// Writes into the field of this name, in the place of what stood there.
    pub(crate) fn fill(&self, name: &str, text: &str) {
        let field = self.one(&format!("{} [name='{name}']", self.front()));
        field.clear();
        field.write(text);
    }

    /// Chooses one of the options of a field, or one of its buttons.
    pub(crate) fn choose(&self, name: &str, value: &str) {
        let front = self.front();
        let option = format!(
            "{front} select[name='{name}'] option[value='{value}'], {front} input[name='{name}'][value='{value}']"
        );
        self.one(&option).click();
    }

    /// Clicks the link or button that says this, in the dialog where one is open.
    pub(crate) fn press(&self, text: &str) {
        self.named("a, button, summary, input[type=submit]", text).click();
    }

    /// The link or button that says this or is called so, as soon as it is seen.
    pub(crate) fn named(&self, kinds: &str, text: &str) -> Element<'_> {
        let selector = kinds.split(", ").map(|kind| format!("{} {kind}", self.front())).collect::<Vec<_>>().join(", ");
        self.wait(&format!("nothing says {text:?}"), || {
            let says = |element: &Element<'_>| {
                element.is_shown() && (element.text().trim() == text || element.property("ariaLabel") == text)
            };
            self.window.find(&selector).into_iter().find(says)
        })
    }

    /// The one element that fits a selector, as soon as it is there.
    pub(crate) fn one(&self, selector: &str) -> Element<'_> {
        self.wait(&format!("there is no {selector}"), || self.window.find(selector).into_iter().next())
    }

    /// Waits until a page of this heading is shown, or a dialog of it.
    pub(crate) fn wait_for_title(&self, title: &str) {
        self.wait(&format!("no page is called {title:?}"), || {
            self.window.find("h1").iter().any(|heading| heading.text().contains(title)).then_some(())
        });
    }

    /// Waits until this is said somewhere on the page.
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait(&format!("nobody says {text:?}"), || self.says(text).then_some(()));
    }

    /// True when the page says this.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.page_text().contains(text)
    }

    /// All that is seen of the page.
    pub(crate) fn page_text(&self) -> String {
        self.window.run("return document.body.innerText", json!([])).as_str().unwrap_or_default().to_owned()
    }

    /// The sentences that tell what was done.
    pub(crate) fn wait_for_notice(&self, text: &str) {
        self.wait(&format!("no notice says {text:?}"), || {
            self.window.find(".notice").iter().any(|notice| notice.text().contains(text)).then_some(())
        });
    }

    /// What a script of the test finds out.
    pub(crate) fn run(&self, body: &str) -> Value {
        self.window.run(body, json!([]))
    }

    /// What is in front: the dialog where one is open.
    fn front(&self) -> &'static str {
        if self.scripts && self.run("return document.querySelector('dialog[open]') !== null") == true {
            "dialog[open]"
        } else {
            "body"
        }
    }

    fn wait<T>(&self, missing: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            match look() {
                Some(found) => return found,
                None if began.elapsed() > PATIENCE => {
                    panic!("{missing} at {}:\n{}", self.window.url_shown(), self.page_text())
                }
                None => thread::sleep(Duration::from_millis(50)),
            }
        }
    }
}
