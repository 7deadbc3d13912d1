//! A public key is read in every honest spelling; what is none is refused, and never repeated.

use crate::signed_vectors::{KINDS, text, texts};
use authority::signature::public_key::PublicKey;
use domain::limits::PUBLIC_KEY_BYTES;

fn refused(text: &str) -> String {
    let invalid = PublicKey::from_pem("publicKey", text).expect_err(text);
    let [field] = invalid.fields() else { panic!("{invalid}") };
    assert_eq!(field.field, "publicKey");
    field.rule.clone()
}

#[test]
fn every_spelling_of_a_key_is_the_same_key() {
    for kind in KINDS {
        let pem = text(&format!("/keys/{kind}/pem"));
        let key = PublicKey::from_pem("publicKey", pem).unwrap();
        assert_eq!(key.to_pem().unwrap(), pem, "{kind}");
        let lines: Vec<_> = pem.trim().lines().collect();
        let [first, body @ .., last] = lines.as_slice() else { panic!("{pem}") };
        for spelling in [
            pem.trim().to_owned(),
            format!("\n {pem}\n"),
            pem.replace('\n', "\r\n"),
            pem.replace('\n', "\\n"),
            pem.replace('\n', "\\r\\n"),
            format!("{first}\n{}\n{last}", body.concat()),
            format!("{first}{}{last}", body.concat()),
        ] {
            assert_eq!(PublicKey::from_pem("publicKey", &spelling), Ok(key.clone()), "{spelling:?}");
        }
    }
}

#[test]
fn older_and_shorter_forms_are_the_same_key() {
    for (kind, form) in [("rsa", "pkcs1"), ("p256", "compressed")] {
        let key = PublicKey::from_pem("publicKey", text(&format!("/keys/{kind}/{form}"))).unwrap();
        assert_eq!(key.to_pem().unwrap(), text(&format!("/keys/{kind}/pem")));
    }
}

#[test]
fn other_keys_are_refused_by_what_is_wrong_with_them() {
    for (name, pem) in texts("/refused") {
        let rule = match name {
            "ed448" | "explicit_curve" | "p384" | "rsa_pss" | "x25519" => "Ed25519, P-256, secp256k1 or RSA",
            "ed25519_zero" => "small order",
            "off_curve" => "point of the curve P-256",
            "rsa1024" | "rsa2047" => "2048 to 8192 bits",
            _ => panic!("{name}"),
        };
        assert!(refused(pem).contains(rule), "{name}: {}", refused(pem));
    }
}

#[test]
fn a_private_key_is_refused_by_that_name_and_never_repeated() {
    for label in ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY"] {
        let sent = format!("-----BEGIN {label}-----\nc2VjcmV0IG9mIHRoZSB1c2Vy\n-----END {label}-----\n");
        let invalid = PublicKey::from_pem("publicKey", &sent).unwrap_err();
        let told = format!("{invalid} {invalid:?}");
        assert!(told.contains("private key was sent"), "{told}");
        assert!(!told.contains("c2VjcmV0"), "{told}");
    }
}

#[test]
fn what_is_no_key_is_refused() {
    let pem = text("/keys/ed25519/pem");
    let body = pem.lines().nth(1).unwrap();
    let wrap = |label: &str, body: &str| format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
    for wrong in [
        String::new(),
        body.to_owned(),
        "-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----".to_owned(),
        "-----BEGIN PUBLIC KEY-----".to_owned(),
        wrap("CERTIFICATE", body),
        wrap("RSA PUBLIC KEY", body),
        wrap("PUBLIC KEY", &body[4..]),
        wrap("PUBLIC KEY", &body.replace('=', "")),
        wrap("PUBLIC KEY", &format!("{}AA==", &body[..body.len() - 1])),
        wrap("PUBLIC KEY", &body.replace('M', "!")),
        pem.replace("END PUBLIC", "END RSA PUBLIC"),
        format!("{pem}{pem}"),
        format!("{pem}x"),
        wrap("PUBLIC KEY", &"A".repeat(PUBLIC_KEY_BYTES)),
    ] {
        refused(&wrong);
    }
}

/// Bytes after the end of the DER, and a length that is written longer than it needs to be.
#[test]
fn the_inside_of_a_key_has_one_spelling() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    for kind in KINDS {
        let pem = text(&format!("/keys/{kind}/pem"));
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(body).unwrap();
        let wrap =
            |der: Vec<u8>| format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", STANDARD.encode(der));
        assert!(PublicKey::from_pem("publicKey", &wrap(der.clone())).is_ok());
        refused(&wrap([&der[..], &[0]].concat()));
        refused(&wrap(der[..der.len() - 1].to_vec()));
        if der[1] < 0x80 {
            refused(&wrap([&[0x30, 0x81], &der[1..]].concat()));
        }
    }
}
