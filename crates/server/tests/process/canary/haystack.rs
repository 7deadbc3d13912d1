//! The search for parts of secrets in anything: as they are, in hexadecimal and in base64.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, header::SET_COOKIE};
use serde_json::Value;
use std::collections::HashMap;

/// How many characters of a secret count as found.
const PART: usize = 12;

/// Every secret that must be found nowhere, by its parts.
#[derive(Default)]
pub(super) struct Canaries {
    parts: HashMap<[u8; PART], usize>,
    names: Vec<String>,
}

impl Canaries {
    /// Looks for this secret from now on. Of a JSON Web Token it is the signature that nobody can make up; what stands
    /// before it is no secret, and the same in many.
    pub(super) fn add(&mut self, name: &str, secret: &str) {
        let secret = if secret.starts_with("eyJ") { secret.rsplit('.').next().unwrap() } else { secret };
        assert!(secret.len() >= PART, "{name} is too short to be looked for");
        let hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        for (form, text) in [("", secret), (" in hexadecimal", &hexadecimal), (" in base64", &STANDARD.encode(secret))]
        {
            let place = self.names.len();
            self.names.push(format!("{name}{form}"));
            for part in text.trim_end_matches('=').as_bytes().windows(PART) {
                self.parts.insert(part.try_into().unwrap(), place);
            }
        }
    }

    /// The same for every member whose name ends so, however deep.
    pub(super) fn add_all(&mut self, name: &str, value: &Value, endings: &[&str]) {
        match value {
            Value::Object(object) => {
                for (key, value) in object {
                    match value.as_str() {
                        Some(secret) if endings.iter().any(|ending| key.ends_with(ending)) => {
                            self.add(&format!("{key} of {name}"), secret)
                        }
                        _ => self.add_all(name, value, endings),
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.add_all(name, value, endings)),
            _ => {}
        }
    }

    /// Takes the secret out of a body that is there to carry it.
    pub(super) fn take_member(&mut self, pointer: &str, body: &mut String) {
        let Ok(mut value) = serde_json::from_str::<Value>(body) else { return };
        let Some(Value::String(secret)) = value.pointer_mut(pointer).map(Value::take) else { return };
        let secret = secret.rsplit('/').next().unwrap();
        self.add(&pointer.replace('/', " ").trim().replace("link", "a link"), secret);
        *body = value.to_string();
    }

    /// Takes the secret of a session out of the header that is there to carry it.
    pub(super) fn take_cookie(&mut self, headers: &mut HeaderMap) {
        let Some(cookie) = headers.get(SET_COOKIE).map(|value| value.to_str().unwrap().to_owned()) else { return };
        let secret = cookie.split(';').next().and_then(|pair| pair.split_once('=')).unwrap().1;
        if !secret.is_empty() {
            self.add("a session", secret);
            headers.insert(SET_COOKIE, HeaderValue::from_static("taken out"));
        }
    }

    /// What is found in these bytes, one line for each secret, without the secret.
    pub(super) fn find(&self, place: &str, bytes: &[u8]) -> Vec<String> {
        let found = bytes.windows(PART).enumerate().filter_map(|(at, part)| Some((at, *self.parts.get(part)?)));
        let mut lines: Vec<_> = found
            .map(|(at, name)| {
                let around = &bytes[at.saturating_sub(80)..at];
                format!("{} in {place}, after {:?}", self.names[name], String::from_utf8_lossy(around))
            })
            .collect();
        lines.truncate(3);
        lines
    }

    /// How many secrets are looked for.
    pub(super) fn len(&self) -> usize {
        self.names.len() / 3
    }
}

pub(super) fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|part| part == wanted)
}

#[test]
fn parts_are_found_in_every_form() {
    let mut canaries = Canaries::default();
    canaries.add("it", "jtn_abcdefghijklmnop");
    for text in ["x bcdefghijklm x", "…6364656667686966…6364656667686", "anRuX2FiY2RlZmdoaWprbG0"] {
        assert!(!canaries.find("a text", text.as_bytes()).is_empty(), "{text}");
    }
    for text in ["jtn_abcd…mnop", "jtn_ABCDEFGHIJKLMNOP"] {
        assert!(canaries.find("a text", text.as_bytes()).is_empty(), "{text}");
    }
}
