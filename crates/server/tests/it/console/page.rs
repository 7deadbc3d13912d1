//! A page as somebody reads it. Reading checks what holds for every page: nothing inline, nothing from elsewhere,
//! every element ends, every identifier stands once and exists where it is named, every control has a name.

use super::{
    form::Form,
    markup::{Element, Piece, VOID, read},
};
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
    pub(super) pieces: Vec<Piece>,
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

    pub(super) fn opens(&self) -> impl Iterator<Item = (usize, &Element)> {
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
    pub(super) fn text_of(&self, place: usize) -> String {
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
    pub(super) fn name_of(&self, place: usize, button: &Element) -> String {
        button.get("aria-label").map_or_else(|| self.text_of(place), str::to_owned)
    }

    /// The text of the element that begins here as it stands there, without the line break that it may begin with.
    pub(super) fn raw_text_of(&self, place: usize) -> String {
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
        let found = forms.find(|form| form.has_button(button));
        found.unwrap_or_else(|| panic!("{}: no button {button}: {}", self.answer.call, self.text())).press(button)
    }

    /// True when there is a form that is sent to this path.
    pub(crate) fn has_form(&self, action: &str) -> bool {
        self.elements().any(|element| element.name == "form" && element.get("action") == Some(action))
    }
}
