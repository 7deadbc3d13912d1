//! A page as somebody reads it. Reading checks what holds for every page: nothing inline, nothing from elsewhere,
//! every element ends, every identifier stands once and exists where it is named, every control has a name.

use super::markup::{Element, Piece, VOID, read};
use crate::world::Answer;
use std::collections::BTreeSet;

/// What a page may load and do.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// Attributes that name other elements.
const NAMING: [&str; 4] = ["aria-describedby", "aria-labelledby", "aria-controls", "for"];

/// A page, or an answer without one.
pub(crate) struct Page {
    pub(crate) answer: Answer,
    pub(crate) status: u16,
    pieces: Vec<Piece>,
}

impl Page {
    pub(super) fn new(answer: Answer) -> Self {
        let is_page = answer.field("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        let pieces = if is_page { read(&answer.text()) } else { Vec::new() };
        let page = Self { status: answer.status, answer, pieces };
        if is_page {
            page.check();
        }
        page
    }

    fn check(&self) {
        let call = &self.answer.call;
        assert_eq!(self.answer.field("content-security-policy"), Some(POLICY), "{call}");
        assert_eq!(self.answer.field("cache-control"), Some("no-store"), "{call}");
        assert_eq!(self.answer.field("x-content-type-options"), Some("nosniff"), "{call}");
        self.check_nesting();
        let mut ids = BTreeSet::new();
        for element in self.elements() {
            let name = element.name.as_str();
            assert!(!["style", "iframe", "object", "embed", "base"].contains(&name), "{call}: <{name}>");
            if name == "script" {
                assert!(
                    element.get("src").is_some_and(|src| src.starts_with("/console/assets/")),
                    "{call}: {element:?}"
                );
            }
            for (attribute, value) in &element.attributes {
                assert!(!attribute.starts_with("on") && attribute != "style", "{call}: {element:?}");
                if ["href", "src", "action", "formaction"].contains(&attribute.as_str()) {
                    let is_own = value.starts_with('/') && !value.starts_with("//");
                    assert!(is_own || value.starts_with(['?', '#']), "{call} leads elsewhere: {element:?}");
                }
            }
            if let Some(id) = element.get("id") {
                assert!(ids.insert(id), "{call}: the identifier {id} stands twice");
            }
        }
        for element in self.elements() {
            for name in NAMING.iter().filter_map(|attribute| element.get(attribute)) {
                for id in name.split_ascii_whitespace() {
                    assert!(ids.contains(id), "{call}: {id} does not exist: {element:?}");
                }
            }
        }
        self.check_names();
        if self.status != 303 {
            assert_eq!(self.elements().filter(|element| element.name == "h1").count(), 1, "{call}: one first heading");
        }
    }

    fn check_nesting(&self) {
        let mut open: Vec<&str> = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Open(element) if VOID.contains(&element.name.as_str()) => {}
                Piece::Open(element) => {
                    assert!(element.name != "form" || !open.contains(&"form"), "{}: nested forms", self.answer.call);
                    open.push(&element.name);
                }
                Piece::Close(name) if VOID.contains(&name.as_str()) => {}
                Piece::Close(name) => assert_eq!(open.pop(), Some(name.as_str()), "{}: {open:?}", self.answer.call),
                Piece::Text(_) => {}
            }
        }
        assert!(open.is_empty(), "{}: {open:?} do not end", self.answer.call);
    }

    /// Every control says what it is for, to those who do not see it, too.
    fn check_names(&self) {
        let labelled: BTreeSet<_> = self.elements().filter_map(|element| element.get("for")).collect();
        for (place, element) in self.opens() {
            let named = element.has("aria-label")
                || element.has("aria-labelledby")
                || element.get("id").is_some_and(|id| labelled.contains(id))
                || self.is_within(place, "label");
            match element.name.as_str() {
                "input" if element.get("type") == Some("hidden") => {}
                "input" | "select" | "textarea" => assert!(named, "{}: {element:?} has no label", self.answer.call),
                "button" | "a" | "summary" => {
                    let text = self.text_of(place);
                    assert!(named || !text.is_empty(), "{}: {element:?} has no text", self.answer.call);
                }
                _ => {}
            }
        }
    }

    fn is_within(&self, place: usize, name: &str) -> bool {
        let before = &self.pieces[..place];
        let opened = before.iter().filter(|piece| matches!(piece, Piece::Open(element) if element.name == name));
        let closed = before.iter().filter(|piece| matches!(piece, Piece::Close(closed) if closed == name));
        opened.count() > closed.count()
    }

    fn opens(&self) -> impl Iterator<Item = (usize, &Element)> {
        self.pieces.iter().enumerate().filter_map(|(place, piece)| match piece {
            Piece::Open(element) => Some((place, element)),
            Piece::Close(_) | Piece::Text(_) => None,
        })
    }

    /// Every element in order.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.opens().map(|(_, element)| element)
    }

    /// The text of the element that begins here, with single blanks.
    fn text_of(&self, place: usize) -> String {
        let (mut depth, mut text) = (0_usize, String::new());
        for piece in &self.pieces[place..] {
            match piece {
                // A picture is read as what it says it shows.
                Piece::Open(element) if VOID.contains(&element.name.as_str()) => {
                    text.push(' ');
                    text.push_str(element.get("alt").unwrap_or_default());
                }
                Piece::Open(_) => depth += 1,
                Piece::Close(_) => depth -= 1,
                Piece::Text(part) => text.push_str(part),
            }
            if depth == 0 {
                break;
            }
            if !matches!(piece, Piece::Text(_)) {
                text.push(' ');
            }
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// What a button is called.
    fn name_of(&self, place: usize, button: &Element) -> String {
        button.get("aria-label").map_or_else(|| self.text_of(place), str::to_owned)
    }

    /// The text of the element that begins here as it stands there, without the line break that it may begin with.
    fn raw_text_of(&self, place: usize) -> String {
        match self.pieces.get(place + 1) {
            Some(Piece::Text(text)) => text.strip_prefix('\n').unwrap_or(text).to_owned(),
            _ => String::new(),
        }
    }

    /// The texts of every element of this kind: the name of an element, or `.class`.
    pub(crate) fn texts(&self, kind: &str) -> Vec<String> {
        let fits = |element: &Element| match kind.strip_prefix('.') {
            Some(class) => element.is(class),
            None => element.name == kind,
        };
        self.opens().filter(|(_, element)| fits(element)).map(|(place, _)| self.text_of(place)).collect()
    }

    /// Everything that the page says, with single blanks.
    pub(crate) fn text(&self) -> String {
        self.texts("body").concat()
    }

    /// The same page, after a look at its status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.answer.call, self.text());
        self
    }

    /// The same page, after a look at whether it says this.
    #[track_caller]
    pub(crate) fn says(self, sentence: &str) -> Self {
        assert!(self.text().contains(sentence), "{}: no {sentence:?} in: {}", self.answer.call, self.text());
        self
    }

    /// The same page, after a look at whether it keeps silent about this.
    #[track_caller]
    pub(crate) fn says_nothing_of(self, sentence: &str) -> Self {
        assert!(!self.text().contains(sentence), "{}: {sentence:?} in: {}", self.answer.call, self.text());
        self
    }

    /// Its first heading.
    pub(crate) fn heading(&self) -> String {
        self.texts("h1").concat()
    }

    /// What was done just before.
    pub(crate) fn notice(&self) -> String {
        self.texts(".notice").concat()
    }

    /// The error beside a field, by the identifier `NAME-error`.
    pub(crate) fn error(&self, field: &str) -> String {
        let id = format!("{field}-error");
        let found = self.opens().find(|(_, element)| element.get("id") == Some(&id));
        found.map(|(place, _)| self.text_of(place)).unwrap_or_default()
    }

    /// Where the browser is sent to.
    #[track_caller]
    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{}: {}", self.answer.call, self.text());
        self.answer.field("location").unwrap()
    }

    /// Where the links with this text, or this label, lead to.
    pub(crate) fn links(&self, text: &str) -> Vec<String> {
        let anchors = self.opens().filter(|(_, element)| element.name == "a" && element.has("href"));
        let named = anchors
            .filter(|(place, element)| element.get("aria-label") == Some(text) || self.text_of(*place) == text)
            .filter_map(|(_, element)| element.get("href"));
        named.map(str::to_owned).collect()
    }

    /// Where every link leads to.
    pub(crate) fn hrefs(&self) -> Vec<&str> {
        self.elements().filter(|element| element.name == "a").filter_map(|element| element.get("href")).collect()
    }

    /// The form that is sent to this path, filled in as the page has it.
    #[track_caller]
    pub(crate) fn form(&self, action: &str) -> Form {
        let found = self.opens().find(|(_, element)| {
            let path = element.get("action").map(|path| path.split('?').next().unwrap_or_default());
            element.name == "form" && (path == Some(action) || element.get("action") == Some(action))
        });
        let Some((place, element)) = found else {
            panic!("{}: no form to {action}: {}", self.answer.call, self.answer.text())
        };
        Form::new(self, place, element)
    }

    /// The form that is sent to this path by the button that says this.
    #[track_caller]
    pub(crate) fn form_of(&self, action: &str, button: &str) -> Form {
        let forms = self.opens().filter(|(_, element)| element.name == "form" && element.get("action") == Some(action));
        let mut forms = forms.map(|(place, element)| Form::new(self, place, element));
        let found = forms.find(|form| form.buttons.iter().any(|(said, _)| said == button));
        found.unwrap_or_else(|| panic!("{}: no button {button}: {}", self.answer.call, self.text())).press(button)
    }

    /// True when there is a form that is sent to this path.
    pub(crate) fn has_form(&self, action: &str) -> bool {
        self.elements().any(|element| element.name == "form" && element.get("action") == Some(action))
    }
}

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
    fn new(page: &Page, place: usize, element: &Element) -> Self {
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
