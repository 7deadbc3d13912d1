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

    /// Clicks the link or button that says this or is called so, in the dialog where one is open.
    pub(crate) fn press(&self, text: &str) {
        self.press_one_of("a, button, summary", text);
    }

    /// Clicks the button of a form that says this.
    pub(crate) fn press_button(&self, text: &str) {
        self.press_one_of("form button", text);
    }

    fn press_one_of(&self, kinds: &str, text: &str) {
        // Whatever is hidden from those who do not see it is not there for those who do, either.
        let body = "const front = document.querySelector('dialog[open]') ?? document.body;
            return [...front.querySelectorAll(arguments[0])].find((at) => !at.closest('[aria-hidden=true]')
                && at.checkVisibility() && (at.innerText.trim() === arguments[1] || at.ariaLabel === arguments[1]))";
        self.wait(&format!("nothing says {text:?}"), || {
            // A page that is put into the place of another one takes its elements away: those are looked for again.
            self.window.found(&self.window.run(body, json!([kinds, text])))?.try_click().then_some(())
        });
    }

    /// The one element that fits a selector, as soon as it is there.
    pub(crate) fn one(&self, selector: &str) -> Element<'_> {
        self.wait(&format!("there is no {selector}"), || self.window.find(selector).into_iter().next())
    }

    /// Waits until a page of this heading is shown, or a dialog of it.
    pub(crate) fn wait_for_title(&self, title: &str) {
        self.wait(&format!("no page is called {title:?}"), || self.shows("h1", title).then_some(()));
    }

    /// Waits until this is said somewhere on the page.
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait(&format!("nobody says {text:?}"), || self.says(text).then_some(()));
    }

    /// True when one of the elements that fit a selector says this.
    fn shows(&self, selector: &str, text: &str) -> bool {
        let body =
            "return [...document.querySelectorAll(arguments[0])].some((at) => at.innerText.includes(arguments[1]))";
        self.window.run(body, json!([selector, text])) == true
    }

    /// Clicks the first element that fits a selector, as soon as it can be clicked.
    pub(crate) fn click(&self, selector: &str) {
        self.wait(&format!("nobody can click {selector}"), || {
            let found = self.window.find(selector).into_iter().next();
            found?.try_click().then_some(())
        });
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
        self.wait(&format!("no notice says {text:?}"), || self.shows(".notice", text).then_some(()));
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
