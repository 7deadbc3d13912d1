//! A key's signature proves that its holder answered this challenge, and nothing else.

use crate::signed_vectors::{KINDS, bytes, challenge, read, text};
use authority::signature::{
    Unverified,
    client_data::{ClientDataType, check_client_data},
    key::{check_key_assertion, check_key_attestation},
    public_key::PublicKey,
};
use domain::limits::{ATTESTATION_BYTES, CLIENT_DATA_BYTES, SIGNATURE_BYTES};
use serde_json::{Value, json};

fn pem(kind: &str) -> &'static str {
    text(&format!("/keys/{kind}/pem"))
}

/// Checks a signature over the client data that was signed to answer the challenge.
fn check(kind: &str, signature: &[u8]) -> Result<(), Unverified> {
    check_key_assertion(pem(kind), challenge(), text("/client_data/get").as_bytes(), signature)
}

#[test]
fn every_kind_of_key_proves_its_holder_and_no_other() {
    for kind in KINDS {
        let signature = bytes(&format!("/keys/{kind}/signature"));
        assert_eq!(check(kind, &signature), Ok(()), "{kind}");
        for other in KINDS.into_iter().filter(|other| *other != kind) {
            assert_eq!(check(other, &signature), Err(Unverified::Signature), "{kind} for {other}");
        }
        for place in 0..signature.len() {
            let mut changed = signature.clone();
            changed[place] ^= 1;
            assert_eq!(check(kind, &changed), Err(Unverified::Signature), "{kind} at {place}");
        }
        assert_eq!(check(kind, &[]), Err(Unverified::Signature));
        assert_eq!(check(kind, &[&signature[..], &[0]].concat()), Err(Unverified::Signature), "{kind}");
        assert_eq!(check(kind, &vec![0; SIGNATURE_BYTES + 1]), Err(Unverified::TooLong));
    }
}

/// Each signature has one spelling, but for the two roots of ECDSA, of which OpenSSL makes either.
#[test]
fn no_signature_can_be_spelled_anew() {
    for kind in ["p256", "secp256k1"] {
        for root in ["low", "high"] {
            assert_eq!(check(kind, &bytes(&format!("/keys/{kind}/{root}"))), Ok(()), "{kind} {root}");
        }
        for other in ["raw", "long_length", "padded_integer", "plus_order", "zero"] {
            let signature = bytes(&format!("/keys/{kind}/{other}"));
            assert_eq!(check(kind, &signature), Err(Unverified::Signature), "{kind} {other}");
        }
    }
    assert_eq!(check("ed25519", &bytes("/keys/ed25519/plus_order")), Err(Unverified::Signature));
    let client_data = text("/keys/rsa/second_client_data").as_bytes();
    let rsa = |place: &str| check_key_assertion(pem("rsa"), challenge(), client_data, &bytes(place));
    assert_eq!(rsa("/keys/rsa/second_signature"), Ok(()));
    assert_eq!(rsa("/keys/rsa/signature_plus_modulus"), Err(Unverified::Signature));
}

/// The key has one algorithm. An answer that names another one cannot choose it: nothing here takes it.
#[test]
fn no_other_algorithm_of_the_same_key_is_taken() {
    for (kind, other) in [("rsa", "pss"), ("rsa", "sha512"), ("p256", "sha512"), ("secp256k1", "sha512")] {
        let signature = bytes(&format!("/keys/{kind}/{other}"));
        assert_eq!(check(kind, &signature), Err(Unverified::Signature), "{kind} {other}");
    }
}

#[test]
fn client_data_is_read_as_every_client_writes_it_and_verified_as_it_arrived() {
    use p256::ecdsa::{Signature, SigningKey, signature::Signer};
    let signing = SigningKey::from_slice(&[7; 32]).unwrap();
    let pem = PublicKey::P256(*signing.verifying_key()).to_pem().unwrap();
    let challenge = challenge();
    for client_data in [
        format!(r#"{{"type":"key.get","challenge":"{challenge}"}}"#),
        format!(r#"{{"type":"key.get","challenge":"{challenge}","origin":"https://app.dfns.io","crossOrigin":false}}"#),
        format!(r#"{{"challenge":"{challenge}","crossOrigin":false,"type":"key.get"}}"#),
        format!(r#"{{ "challenge": "{challenge}", "crossOrigin": false, "origin": "", "type": "key.get" }}"#),
    ] {
        let signature: Signature = signing.sign(client_data.as_bytes());
        let signature = signature.to_der();
        let check =
            |client_data: &str| check_key_assertion(&pem, challenge, client_data.as_bytes(), signature.as_bytes());
        assert_eq!(check(&client_data), Ok(()), "{client_data}");
        // The same JSON in other bytes was not signed.
        assert_eq!(check(&format!("{client_data} ")), Err(Unverified::Signature), "{client_data}");
    }
}

#[test]
fn client_data_has_one_meaning_one_purpose_and_one_challenge() {
    let check = |text: &str| check_client_data(text.as_bytes(), ClientDataType::Get, "abc");
    assert_eq!(check(r#"{"type":"key.get","challenge":"abc"}"#), Ok(()));
    for (wrong, why) in [
        (r#"{"type":"key.create","challenge":"abc"}"#, Unverified::Type),
        (r#"{"type":"webauthn.get","challenge":"abc"}"#, Unverified::Type),
        (r#"{"type":"Key.get","challenge":"abc"}"#, Unverified::Type),
        (r#"{"challenge":"abc"}"#, Unverified::Type),
        (r#"{"type":["key.get"],"challenge":"abc"}"#, Unverified::Type),
        (r#"{"type":"key.get","challenge":"abd"}"#, Unverified::Challenge),
        (r#"{"type":"key.get","challenge":"abc="}"#, Unverified::Challenge),
        (r#"{"type":"key.get","challenge":""}"#, Unverified::Challenge),
        (r#"{"type":"key.get"}"#, Unverified::Challenge),
        (r#"{"type":"key.get","challenge":"abc","challenge":"abc"}"#, Unverified::Unreadable),
        (r#"{"type":"key.create","type":"key.get","challenge":"abc"}"#, Unverified::Unreadable),
        (r#"{"type":"key.get","challenge":"abc","a":{"b":1,"b":2}}"#, Unverified::Unreadable),
        (r#"{"type":"key.get","challenge":"abc","a":[{"b":1,"b":2}]}"#, Unverified::Unreadable),
        ("{\"type\":\"key.get\",\"challenge\":\"abc\",\"\\u0061\":1,\"a\":1}", Unverified::Unreadable),
        (r#"{"type":"key.get","challenge":"abc"}{}"#, Unverified::Unreadable),
        ("\u{feff}{\"type\":\"key.get\",\"challenge\":\"abc\"}", Unverified::Unreadable),
        (r#"["key.get","abc"]"#, Unverified::Unreadable),
        ("null", Unverified::Unreadable),
        ("", Unverified::Unreadable),
    ] {
        assert_eq!(check(wrong), Err(why), "{wrong}");
    }
    assert_eq!(check_client_data(b"{\"type\":\"\xff\"}", ClientDataType::Get, "abc"), Err(Unverified::Unreadable));
    let with = |extra: usize| format!(r#"{{"type":"key.get","challenge":"abc","a":"{}"}}"#, "x".repeat(extra));
    let most = CLIENT_DATA_BYTES - with(0).len();
    assert_eq!((check(&with(most)), check(&with(most + 1))), (Ok(()), Err(Unverified::TooLong)));
    let deep = "[".repeat(1_000);
    assert_eq!(check(&format!(r#"{{"type":"key.get","challenge":"abc","a":{deep}"#)), Err(Unverified::Unreadable));
}

#[test]
fn a_key_is_registered_by_a_signature_of_its_own() {
    let client_data = text("/client_data/create").as_bytes();
    let register = |attestation: &str| check_key_attestation(challenge(), client_data, attestation.as_bytes());
    for (kind, place) in KINDS.map(|kind| (kind, "attestation")).into_iter().chain([("rsa", "attestation_of_pkcs1")]) {
        let attestation = text(&format!("/keys/{kind}/{place}"));
        assert_eq!(register(attestation).unwrap(), pem(kind), "{kind}");
        let mut sent: Value = serde_json::from_str(attestation).unwrap();
        sent["algorithm"] = "SHA512".into();
        assert_eq!(register(&sent.to_string()).unwrap(), pem(kind), "{kind}");
        let other = KINDS.into_iter().find(|other| *other != kind).unwrap();
        sent["publicKey"] = pem(other).into();
        assert_eq!(register(&sent.to_string()), Err(Unverified::Signature), "{kind} as {other}");
    }
    for kind in KINDS {
        let answer = json!({"publicKey": pem(kind), "signature": text(&format!("/keys/{kind}/signature"))}).to_string();
        assert_eq!(register(&answer), Err(Unverified::Signature), "the signature of an answer registers nothing");
        assert_eq!(
            check(
                kind,
                &read(
                    serde_json::from_str::<Value>(text(&format!("/keys/{kind}/attestation"))).unwrap()["signature"]
                        .as_str()
                        .unwrap()
                )
            ),
            Err(Unverified::Signature),
            "the signature of a registration answers nothing",
        );
    }
}

#[test]
fn a_registration_that_is_not_one_is_refused() {
    let sent = text("/keys/p256/attestation");
    let client_data = text("/client_data/create").as_bytes();
    let register = |attestation: &str| check_key_attestation(challenge(), client_data, attestation.as_bytes());
    let read: Value = serde_json::from_str(sent).unwrap();
    let with = |key: &str, value: Value| {
        let mut changed = read.clone();
        changed[key] = value;
        changed.to_string()
    };
    let signature = read["signature"].as_str().unwrap();
    for (wrong, why) in [
        (with("signature", "".into()), Unverified::Signature),
        (with("signature", signature[1..].into()), Unverified::Unreadable),
        (with("signature", format!("{}zz", &signature[2..]).into()), Unverified::Unreadable),
        (with("signature", Value::Null), Unverified::Unreadable),
        (with("publicKey", text("/refused/p384").into()), Unverified::PublicKey),
        (with("publicKey", Value::Null), Unverified::Unreadable),
        (sent.replacen('{', &format!(r#"{{"publicKey":{},"#, read["publicKey"]), 1), Unverified::Unreadable),
        (" ".repeat(ATTESTATION_BYTES) + sent, Unverified::TooLong),
        ("[]".to_owned(), Unverified::Unreadable),
    ] {
        assert_eq!(register(&wrong), Err(why), "{wrong}");
    }
    let of_an_answer = text("/client_data/get").as_bytes();
    assert_eq!(check_key_attestation(challenge(), of_an_answer, sent.as_bytes()), Err(Unverified::Type));
    assert_eq!(check_key_attestation("other", client_data, sent.as_bytes()), Err(Unverified::Challenge));
}
