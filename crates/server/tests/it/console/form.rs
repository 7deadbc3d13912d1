//! A form as somebody fills it in: only what stands in it can be set, ticked or pressed.

use super::{
    markup::{Element, Piece},
    page::Page,
};
use std::collections::BTreeSet;

/// A form that somebody fills in.
#[derive(Clone)]
pub(crate) struct Form {
    pub(crate) action: String,
    /// False where its fields go into the query.
    pub(crate) is_post: bool,
    /// True when it asks for a passkey.
    pub(crate) signs: bool,
    pub(crate) fields: Vec<(String, String)>,
    /// The names of all its controls, those without a value among them.
    controls: BTreeSet<String>,
    /// What its buttons say, and the field that each sends.
    buttons: Vec<(String, Option<(String, String)>)>,
}

impl Form {
    pub(super) fn new(page: &Page, place: usize, element: &Element) -> Self {
        let method = element.get("method").unwrap_or_default();
        assert!(["get", "post"].contains(&method), "{}: {element:?}", page.answer.call);
        let mut form = Self {
            is_post: method == "post",
            action: element.get("action").unwrap_or_default().to_owned(),
            signs: element.has("data-sign"),
            fields: Vec::new(),
            controls: BTreeSet::new(),
            buttons: Vec::new(),
        };
        let end = page.pieces[place..].iter().position(|piece| *piece == Piece::Close("form".to_owned())).unwrap();
        let mut select = String::new();
        for (here, control) in page.opens().filter(|(here, _)| (place..place + end).contains(here)) {
            let name = control.get("name").unwrap_or_default().to_owned();
            let value = control.get("value").unwrap_or_default().to_owned();
            match control.name.as_str() {
                "input" if !name.is_empty() => {
                    let is_box = matches!(control.get("type"), Some("checkbox" | "radio"));
                    form.controls.insert(name.clone());
                    if !is_box || control.has("checked") {
                        form.fields.push((name, if is_box && !control.has("value") { "on".to_owned() } else { value }));
                    }
                }
                "textarea" if !name.is_empty() => {
                    form.controls.insert(name.clone());
                    form.fields.push((name, page.raw_text_of(here)));
                }
                "select" => {
                    form.controls.insert(name.clone());
                    select = name;
                }
                "option" => {
                    let chosen = form.fields.iter().position(|(known, _)| *known == select);
                    match chosen {
                        None => form.fields.push((select.clone(), value)),
                        Some(chosen) if control.has("selected") => form.fields[chosen].1 = value,
                        Some(_) => {}
                    }
                }
                "button" if control.get("form").is_none_or(|form| Some(form) == element.get("id")) => {
                    let sent = (!name.is_empty()).then_some((name, value));
                    form.buttons.push((page.name_of(here, control), sent));
                }
                _ => {}
            }
        }
        // Buttons and fields may stand elsewhere and name the form that they belong to.
        let id = element.get("id");
        for (here, control) in page.opens().filter(|(here, _)| !(place..place + end).contains(here)) {
            if id.is_none() || control.get("form") != id {
                continue;
            }
            let name = control.get("name").unwrap_or_default().to_owned();
            let value = control.get("value").unwrap_or_default().to_owned();
            if control.name == "button" {
                form.buttons.push((page.name_of(here, control), (!name.is_empty()).then_some((name, value))));
            } else if control.get("type") == Some("hidden") {
                form.fields.push((name, value));
            }
        }
        form
    }

    /// True when one of its buttons says this.
    pub(super) fn has_button(&self, text: &str) -> bool {
        self.buttons.iter().any(|(said, _)| said == text)
    }

    /// Fills a control in that the form has.
    #[track_caller]
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        assert!(self.controls.contains(name), "{} has no control {name}: {:?}", self.action, self.controls);
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Ticks a box of several with this name.
    #[track_caller]
    pub(crate) fn tick(mut self, name: &str, value: &str) -> Self {
        assert!(self.controls.contains(name), "{} has no control {name}: {:?}", self.action, self.controls);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes a tick away.
    pub(crate) fn untick(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, found)| known != name || found != value);
        self
    }

    /// Sends a field whatever the form has.
    pub(crate) fn forge(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Presses the button that says this.
    #[track_caller]
    pub(crate) fn press(mut self, text: &str) -> Self {
        let found = self.buttons.iter().find(|(said, _)| said == text);
        let Some((_, sent)) = found else { panic!("{} has no button {text}: {:?}", self.action, self.buttons) };
        self.fields.extend(sent.clone());
        self
    }

    /// What a field holds.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Everything that the fields of this name hold.
    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    /// What is sent: the bytes of the body, or the query.
    pub(crate) fn body(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }
}
