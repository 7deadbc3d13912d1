//! What a signed request carries, in one form: announced and sent text are compared as the JSON that they mean,
//! since clients write the same body in two ways.
//!
//! Keys are sorted, blanks are gone, letters stand for themselves, and a whole number has no fraction and no
//! exponent. An empty body is an empty object.

use crate::{json, problem::Problem};
use serde_json::{Number, Value};
use sha2::{Digest, Sha256};

/// SHA-256 of the one form of a body.
///
/// # Errors
/// As [`canonical`].
pub fn digest(body: &[u8]) -> Result<[u8; 32], Problem> {
    canonical(body).map(|text| Sha256::digest(text).into())
}

/// The one form of a body.
///
/// # Errors
/// A problem of kind `malformed-json` when it is no JSON, or of a form that two parsers could read differently:
/// with a key twice, nested too deep, or with a number that would lose digits.
pub fn canonical(body: &[u8]) -> Result<String, Problem> {
    let mut text = String::with_capacity(body.len());
    if is_empty(body) {
        text.push_str("{}");
    } else {
        write(&json::value(body)?, &mut text);
    }
    Ok(text)
}

/// True when a body says nothing, which is the same as an empty object.
pub fn is_empty(body: &[u8]) -> bool {
    body.trim_ascii().is_empty()
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(word) => text.push_str(if *word { "true" } else { "false" }),
        Value::Number(number) => write_number(number, text),
        Value::String(string) => write_string(string, text),
        Value::Array(values) => {
            text.push('[');
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write(value, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            // The map may keep the order of the text.
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(key, _)| *key);
            text.push('{');
            for (place, (key, value)) in members.into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write_string(key, text);
                text.push(':');
                write(value, text);
            }
            text.push('}');
        }
    }
}

fn write_number(number: &Number, text: &mut String) {
    match number.as_f64() {
        Some(double) if number.is_f64() && double.fract() == 0.0 => {
            // No fraction is written, and to add zero takes the sign off the negative one.
            text.push_str(&format!("{:.0}", double + 0.0));
        }
        _ => text.push_str(&number.to_string()),
    }
}

fn write_string(string: &str, text: &mut String) {
    text.push_str(&Value::from(string).to_string());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_written_as_they_are_read() {
        for number in ["4e-84", "1.5", "0.1", "123456.789e-7"] {
            let once = canonical(number.as_bytes()).unwrap();
            assert_eq!(canonical(once.as_bytes()).unwrap(), once, "{number}");
        }
    }

    #[test]
    fn bodies_that_mean_the_same_are_the_same() {
        for same in [
            &["", " \r\n\t", "{}", " { } "][..],
            &[r#"{"name":"é","n":1}"#, "{\n \"n\" : 1.0,\"name\":\"\\u00e9\"}", r#"{"n":1e0,"n\u0061me":"\u00E9"}"#],
            &["0", "-0", "-0.0", "0e5"],
            &["100", "1e2", "100.000"],
            &[r#""\/\u0041\ud83d\ude00""#, r#""/A😀""#],
            &["[1.5,[],{}]", "[ 15e-1 ,[ ] , {} ]"],
            &["9007199254740993"],
            &["18446744073709551615"],
        ] {
            let first = canonical(same[0].as_bytes()).unwrap();
            for other in same {
                assert_eq!(canonical(other.as_bytes()).unwrap(), first, "{other}");
                assert_eq!(digest(other.as_bytes()).unwrap(), digest(same[0].as_bytes()).unwrap(), "{other}");
            }
            assert_eq!(canonical(first.as_bytes()).unwrap(), first, "one form");
        }
    }

    #[test]
    fn bodies_that_mean_something_else_are_not() {
        let all = [
            "{}",
            "[]",
            "null",
            "0",
            "1",
            "-1",
            "0.5",
            "\"\"",
            "\"0\"",
            "[0]",
            "[0,0]",
            "[[0]]",
            r#"{"a":0}"#,
            r#"{"a":null}"#,
            r#"{"b":0}"#,
            r#"{"a":{"b":0}}"#,
            r#"{"a":{},"b":0}"#,
            r#"{"a":0,"b":0}"#,
            r#"["a",0]"#,
            "9007199254740992",
            "9007199254740993",
            r#""é""#,
            "\"e\u{301}\"",
            "true",
            "\"true\"",
            r#"{"a,b":0}"#,
        ];
        for (place, one) in all.iter().enumerate() {
            for other in &all[..place] {
                assert_ne!(canonical(one.as_bytes()).unwrap(), canonical(other.as_bytes()).unwrap(), "{one} {other}");
            }
        }
    }

    #[test]
    fn what_two_parsers_could_read_differently_is_refused() {
        let deep = "[".repeat(100_000);
        for wrong in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            "{} {}",
            "{",
            "1e400",
            r#""\ud800""#,
            "NaN",
            &deep,
            "\u{feff}{}",
        ] {
            assert!(canonical(wrong.as_bytes()).is_err(), "{wrong:.20}");
        }
        assert!(canonical(b"\"\xff\"").is_err());
    }
}
