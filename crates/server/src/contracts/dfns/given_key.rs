//! The public key that a token is created with.

use authority::signature::public_key::PublicKey;
use domain::invalid::Invalid;

/// The public key of a token.
#[derive(Debug)]
pub struct GivenKey {
    /// As it was given.
    pub text: String,
    /// As it was read.
    pub pem: String,
}

impl GivenKey {
    /// Reads a public key.
    ///
    /// # Errors
    /// Names the field when it is none that can be used.
    pub fn read(text: String) -> Result<Self, Invalid> {
        public_key(&text)?;
        let unreadable = |_| Invalid::field("publicKey", "must be a public key");
        let pem = PublicKey::from_pem("publicKey", &text)?.to_pem().map_err(unreadable)?;
        Ok(Self { text, pem })
    }
}

/// Checks that a text has the documented form of a public key. A refusal never repeats it: it may be a private
/// one.
fn public_key(text: &str) -> Result<(), Invalid> {
    if text.contains("PRIVATE KEY") {
        let rule = "must be a public key: this is a private one, which belongs to nobody but its holder";
        return Err(Invalid::field("publicKey", rule));
    }
    if has_form_of_public_key(text) {
        return Ok(());
    }
    Err(Invalid::field("publicKey", "must be PEM, from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----"))
}

fn has_form_of_public_key(text: &str) -> bool {
    // One blank may stand behind it.
    let text = text.strip_suffix([' ', '\n', '\r', '\t']).unwrap_or(text);
    let word = |rest: &str| rest.strip_prefix("RSA ").unwrap_or(rest) == "PUBLIC KEY";
    let framed = text.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----"));
    let mut parts = framed.into_iter().flat_map(|rest| rest.split("-----"));
    let (Some(begin), Some(body), Some(end), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=\n\r\\".contains(&byte);
    word(begin) && end.strip_prefix("END ").is_some_and(word) && !body.is_empty() && body.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----";

    #[test]
    fn the_form_of_a_public_key_is_the_documented_pattern() {
        for good in [
            PEM.to_owned(),
            format!("{PEM}\n"),
            PEM.replace('\n', "\r\n"),
            PEM.replace('\n', "\\n"),
            PEM.replace("PUBLIC", "RSA PUBLIC"),
        ] {
            assert_eq!(public_key(&good), Ok(()), "{good}");
        }
        for wrong in [
            String::new(),
            "-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----".to_owned(),
            format!("{PEM}\n\n"),
            format!(" {PEM}"),
            format!("{PEM}{PEM}"),
            PEM.replace("MCow", "MC w"),
            PEM.replace("BEGIN PUBLIC", "BEGIN EC PUBLIC"),
            PEM.replace("END PUBLIC", "END CERTIFICATE"),
            "-----BEGIN CERTIFICATE-----\nMCow\n-----END CERTIFICATE-----".to_owned(),
        ] {
            assert!(public_key(&wrong).is_err(), "{wrong}");
        }
        let refused = public_key(&PEM.replace("PUBLIC", "PRIVATE")).unwrap_err();
        assert!(refused.fields()[0].rule.contains("private") && !refused.to_string().contains("MCow"), "{refused}");
    }
}
