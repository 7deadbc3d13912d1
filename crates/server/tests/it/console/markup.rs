//! Markup as a browser reads it: elements with attributes, and the text between them.

/// A piece of a page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece {
    Open(Element),
    Close(String),
    Text(String),
}

/// The beginning of an element.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

impl Element {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// True when it is one of this class.
    pub(crate) fn is(&self, class: &str) -> bool {
        self.get("class").is_some_and(|classes| classes.split_ascii_whitespace().any(|one| one == class))
    }
}

/// Elements that have no end.
pub(crate) const VOID: [&str; 6] = ["br", "hr", "img", "input", "link", "meta"];

/// Reads a page.
pub(crate) fn read(text: &str) -> Vec<Piece> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some(begin) = rest.find('<') {
        if begin > 0 {
            pieces.push(Piece::Text(decoded(&rest[..begin])));
        }
        rest = &rest[begin + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = &comment[comment.find("-->").expect("a comment ends") + 3..];
        } else if rest.starts_with('!') {
            rest = &rest[rest.find('>').expect("a declaration ends") + 1..];
        } else if let Some(end) = rest.strip_prefix('/') {
            let (name, behind) = end.split_once('>').expect("an end of an element ends");
            pieces.push(Piece::Close(name.trim().to_owned()));
            rest = behind;
        } else {
            let (element, behind, is_closed) = element(rest);
            let name = element.name.clone();
            pieces.push(Piece::Open(element));
            if is_closed {
                pieces.push(Piece::Close(name));
            }
            rest = behind;
        }
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(decoded(rest)));
    }
    pieces
}

/// The element that begins here, what stands behind its beginning, and whether it ends at once.
fn element(text: &str) -> (Element, &str, bool) {
    let end = text.find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/').expect("a name ends");
    let (name, mut rest) = (text[..end].to_owned(), &text[end..]);
    assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !name.is_empty(), "no element: <{name}");
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(behind) = rest.strip_prefix("/>") {
            return (Element { name, attributes }, behind, true);
        }
        if let Some(behind) = rest.strip_prefix('>') {
            return (Element { name, attributes }, behind, false);
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace() || "=>/".contains(c)).expect("an attribute ends");
        assert!(end > 0, "no attribute in <{name}: {}", &rest[..rest.len().min(80)]);
        let attribute = rest[..end].to_owned();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(quoted) = rest.strip_prefix('=') {
            let quoted = quoted.strip_prefix('"').unwrap_or_else(|| panic!("{attribute} of <{name} is not quoted"));
            let (text, behind) = quoted.split_once('"').expect("a value ends");
            assert!(!text.contains('<'), "{attribute} of <{name}: {text}");
            value = decoded(text);
            rest = behind;
        }
        assert!(!attributes.iter().any(|(known, _)| *known == attribute), "{attribute} stands twice in <{name}");
        attributes.push((attribute, value));
    }
}

/// A text with its character references replaced.
fn decoded(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let (name, after) = behind.split_once(';').unwrap_or_else(|| panic!("an ampersand stands alone: {text}"));
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "nbsp" => '\u{a0}',
            "times" => '×',
            "hellip" => '…',
            "middot" => '·',
            number => {
                let digits = number.strip_prefix('#').unwrap_or_else(|| panic!("&{number}; is unknown"));
                let code = match digits.strip_prefix(['x', 'X']) {
                    Some(digits) => u32::from_str_radix(digits, 16),
                    None => digits.parse(),
                };
                char::from_u32(code.expect("a number")).expect("a character")
            }
        });
        rest = after;
    }
    out.push_str(rest);
    out
}
