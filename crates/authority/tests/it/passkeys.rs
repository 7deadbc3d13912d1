//! Every field of a ceremony with a passkey is checked: one that is wrong is enough to refuse it.

use crate::{
    authenticator::{Authenticator, BACKED_UP, BACKUP_ELIGIBLE, Ceremony, PRESENT, VERIFIED, attestation_object},
    signed_vectors::{bytes, challenge, text},
};
use authority::signature::{
    Unverified,
    passkey::{NewPasskey, PasskeyAssertion, RelyingParty, check_passkey_assertion, check_passkey_attestation},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use domain::limits::{ATTESTATION_BYTES, AUTHENTICATOR_DATA_BYTES, CLIENT_DATA_BYTES};

fn relying_party() -> RelyingParty {
    RelyingParty { id: "localhost".into(), name: "Jeton".into(), origin: "http://localhost:8080".into() }
}

fn creation() -> Ceremony {
    Ceremony::new("webauthn.create", challenge(), 4)
}

fn request() -> Ceremony {
    Ceremony::new("webauthn.get", challenge(), 5)
}

fn register(passkey: &Authenticator, ceremony: &Ceremony) -> Result<NewPasskey, Unverified> {
    register_with(passkey, ceremony, &passkey.attestation(ceremony, &passkey.public_key()))
}

fn register_with(passkey: &Authenticator, ceremony: &Ceremony, attestation: &[u8]) -> Result<NewPasskey, Unverified> {
    let credential = passkey.credential();
    check_passkey_attestation(&relying_party(), challenge(), &credential, &ceremony.client_data(), attestation)
}

fn check(kept: &NewPasskey, passkey: &Authenticator, ceremony: &Ceremony) -> Result<u32, Unverified> {
    let answered = passkey.answer(ceremony);
    let assertion = PasskeyAssertion {
        credential: &passkey.credential(),
        client_data: &answered.client_data,
        authenticator_data: &answered.authenticator_data,
        signature: &answered.signature,
        user_handle: Some(b"user"),
    };
    check_passkey_assertion(&relying_party(), &kept.material, kept.counter, challenge(), &assertion)
}

/// One wrong field each, and why it is refused; the type is that of the other ceremony.
fn wrong(honest: &Ceremony, other_kind: &'static str) -> Vec<(&'static str, Ceremony, Unverified)> {
    let with = |change: &dyn Fn(&mut Ceremony)| {
        let mut ceremony = honest.clone();
        change(&mut ceremony);
        ceremony
    };
    vec![
        ("type", with(&|ceremony| ceremony.kind = other_kind), Unverified::Type),
        ("type of a key", with(&|ceremony| ceremony.kind = "key.get"), Unverified::Type),
        ("challenge", with(&|ceremony| ceremony.challenge = "b3RoZXI".into()), Unverified::Challenge),
        ("origin", with(&|ceremony| ceremony.origin = "http://evil.example"), Unverified::Place),
        ("subdomain", with(&|ceremony| ceremony.origin = "http://a.localhost:8080"), Unverified::Place),
        ("port", with(&|ceremony| ceremony.origin = "http://localhost:8081"), Unverified::Place),
        ("scheme", with(&|ceremony| ceremony.origin = "https://localhost:8080"), Unverified::Place),
        ("cross origin", with(&|ceremony| ceremony.cross_origin = true), Unverified::Place),
        ("relying party", with(&|ceremony| ceremony.relying_party = "evil.example"), Unverified::Place),
        ("presence", with(&|ceremony| ceremony.flags = VERIFIED), Unverified::Presence),
        ("verification", with(&|ceremony| ceremony.flags = PRESENT), Unverified::UserVerification),
        ("backup", with(&|ceremony| ceremony.flags |= BACKED_UP), Unverified::Backup),
    ]
}

#[test]
fn an_honest_ceremony_is_believed() {
    let passkey = Authenticator::new(7);
    let kept = register(&passkey, &creation()).unwrap();
    assert_eq!((kept.credential.clone(), kept.counter), (passkey.credential(), 4));
    assert_eq!(check(&kept, &passkey, &request()), Ok(5));
    let attested = passkey.self_attestation(&creation());
    assert!(register_with(&passkey, &creation(), &attested).is_ok(), "some authenticators cannot leave it out");
}

#[test]
fn each_wrong_field_of_an_answer_is_refused() {
    let passkey = Authenticator::new(7);
    let kept = register(&passkey, &creation()).unwrap();
    for (field, ceremony, why) in wrong(&request(), "webauthn.create") {
        assert_eq!(check(&kept, &passkey, &ceremony), Err(why), "{field}");
    }
    let mut eligible = request();
    eligible.flags |= BACKUP_ELIGIBLE;
    assert_eq!(check(&kept, &passkey, &eligible), Err(Unverified::Backup), "it was bound to one device");
}

#[test]
fn each_wrong_field_of_a_registration_is_refused() {
    let passkey = Authenticator::new(7);
    for (field, ceremony, why) in wrong(&creation(), "webauthn.get") {
        assert_eq!(register(&passkey, &ceremony), Err(why), "{field}");
    }
}

#[test]
fn a_counter_that_does_not_grow_shows_a_copy() {
    let passkey = Authenticator::new(7);
    let kept = register(&passkey, &creation()).unwrap();
    let check = |stored: u32, counter: u32| {
        let kept = NewPasskey { counter: stored, ..kept.clone() };
        check(&kept, &passkey, &Ceremony { counter, ..request() })
    };
    assert_eq!(check(4, 6), Ok(6));
    assert_eq!(check(0, 0), Ok(0), "many passkeys keep none");
    for (stored, counter) in [(4, 4), (4, 3), (4, 0), (u32::MAX, 0)] {
        assert_eq!(check(stored, counter), Err(Unverified::Counter), "{counter} after {stored}");
    }
}

#[test]
fn only_the_passkey_itself_answers_for_itself() {
    let (passkey, other) = (Authenticator::new(7), Authenticator::new(8));
    let kept = register(&passkey, &creation()).unwrap();
    assert_eq!(check(&kept, &other, &request()), Err(Unverified::Credential));
    let honest = passkey.answer(&request());
    let check = |credential: &str, data: &[u8], client_data: &[u8], signature: &[u8]| {
        let assertion =
            PasskeyAssertion { credential, client_data, authenticator_data: data, signature, user_handle: None };
        check_passkey_assertion(&relying_party(), &kept.material, kept.counter, challenge(), &assertion)
    };
    let credential = passkey.credential();
    let (data, client_data, signature) = (&honest.authenticator_data, &honest.client_data, &honest.signature);
    assert_eq!(check(&credential, data, client_data, signature), Ok(5));
    let by_other = other.answer(&request()).signature;
    assert_eq!(check(&credential, data, client_data, &by_other), Err(Unverified::Signature));
    assert_eq!(check(&credential, data, client_data, &[]), Err(Unverified::Signature));
    assert_eq!(check(&credential, data, client_data, &[&signature[..], &[0]].concat()), Err(Unverified::Signature));
    let spaced = [client_data, &b" "[..]].concat();
    assert_eq!(check(&credential, data, &spaced, signature), Err(Unverified::Signature));
    let mut counted = data.clone();
    counted[36] += 1;
    assert_eq!(check(&credential, &counted, client_data, signature), Err(Unverified::Signature));
    assert_eq!(check(&credential, &data[..36], client_data, signature), Err(Unverified::Unreadable));
    assert_eq!(check("not base64url!", data, client_data, signature), Err(Unverified::Credential));
    let twice = String::from_utf8(client_data.clone()).unwrap().replacen('{', r#"{"type":"webauthn.get","#, 1);
    assert_eq!(check(&credential, data, twice.as_bytes(), signature), Err(Unverified::Unreadable));
    assert_eq!(check(&credential, data, &[b' '; CLIENT_DATA_BYTES + 1], signature), Err(Unverified::TooLong));
    assert_eq!(
        check(&credential, &[0; AUTHENTICATOR_DATA_BYTES + 1], client_data, signature),
        Err(Unverified::TooLong)
    );
}

#[test]
fn only_algorithms_that_were_asked_for_are_registered() {
    let passkey = Authenticator::new(7);
    let register = |key: &[u8]| register_with(&passkey, &creation(), &passkey.attestation(&creation(), key));
    let honest = passkey.public_key();
    // -8 is EdDSA, which the library cannot verify; -35 is ES384, which does not go with this curve.
    let ed25519 = [&[0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20][..], &[9; 32]].concat();
    assert_eq!(register(&ed25519), Err(Unverified::Algorithm));
    let es384 = [&[0xa5, 0x01, 0x02, 0x03, 0x38, 0x22][..], &honest[5..]].concat();
    assert!(register(&es384).is_err());
    // ES256 on P-384, with a point of that curve out of a key that is refused elsewhere.
    let pem: String = text("/refused/p384").lines().filter(|line| !line.starts_with('-')).collect();
    let spki = STANDARD.decode(pem).unwrap();
    let (x, y) = spki[spki.len() - 96..].split_at(48);
    let other_curve = [&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x02, 0x21, 0x58, 0x30][..], x, &[0x22, 0x58, 0x30], y];
    assert_eq!(register(&other_curve.concat()), Err(Unverified::Algorithm));
    let off_curve = [&honest[..honest.len() - 1], &[honest[honest.len() - 1] ^ 1]].concat();
    assert!(register(&off_curve).is_err());
    assert!(register(&honest[..40]).is_err());
    assert!(register(&[0xa0]).is_err());
}

#[test]
fn attestations_that_nobody_asked_for_are_refused() {
    let passkey = Authenticator::new(7);
    let ceremony = creation();
    let honest = passkey.attestation(&ceremony, &passkey.public_key());
    let data = &honest[honest.len() - (37 + 16 + 2 + 16 + passkey.public_key().len())..];
    for format in ["android-safetynet", "fido-u2f", "apple", "tpm", "android-key", "compound", "packed"] {
        let object = attestation_object(format, &[0xa0], data);
        assert!(register_with(&passkey, &ceremony, &object).is_err(), "{format}");
    }
    assert!(register_with(&passkey, &ceremony, &attestation_object("none", &[0xa0], data)).is_ok());
    let mut forged = passkey.self_attestation(&ceremony);
    let signature = forged.windows(3).position(|window| window == b"sig").unwrap() + 20;
    forged[signature] ^= 1;
    assert!(register_with(&passkey, &ceremony, &forged).is_err(), "its signature is another's");
    assert_eq!(register_with(&passkey, &ceremony, &vec![0; ATTESTATION_BYTES + 1]), Err(Unverified::TooLong));
    assert_eq!(register_with(&passkey, &ceremony, &[]), Err(Unverified::Unreadable));
    assert_eq!(register_with(&Authenticator::new(8), &ceremony, &honest), Err(Unverified::Credential));
}

/// The passkey of a platform that signs with RSA, as Node's OpenSSL signed for it.
#[test]
fn a_passkey_with_rsa_is_one_too() {
    let (modulus, exponent) = (bytes("/rs256/n"), bytes("/rs256/e"));
    let key =
        [&[0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20, 0x59, 0x01, 0x00][..], &modulus, &[0x21, 0x43], &exponent];
    let passkey = Authenticator::new(7);
    let kept = register_with(&passkey, &creation(), &passkey.attestation(&creation(), &key.concat())).unwrap();
    let check = |signature: &[u8]| {
        let assertion = PasskeyAssertion {
            credential: &passkey.credential(),
            client_data: text("/rs256/client_data").as_bytes(),
            authenticator_data: &bytes("/rs256/authenticator_data"),
            signature,
            user_handle: None,
        };
        check_passkey_assertion(&relying_party(), &kept.material, kept.counter, challenge(), &assertion)
    };
    let signature = bytes("/rs256/signature");
    assert_eq!(check(&signature), Ok(9));
    assert_eq!(check(&passkey.answer(&request()).signature), Err(Unverified::Signature));
    assert_eq!(check(&signature[1..]), Err(Unverified::Signature));
}

#[test]
fn a_challenge_that_no_browser_could_answer_is_refused() {
    let passkey = Authenticator::new(7);
    let kept = register(&passkey, &creation()).unwrap();
    let answered = passkey.answer(&request());
    let assertion = PasskeyAssertion {
        credential: &URL_SAFE_NO_PAD.encode([7; 16]),
        client_data: &answered.client_data,
        authenticator_data: &answered.authenticator_data,
        signature: &answered.signature,
        user_handle: None,
    };
    for challenge in ["", "not base64url!", "YQ=="] {
        let checked = check_passkey_assertion(&relying_party(), &kept.material, 4, challenge, &assertion);
        assert_eq!(checked, Err(Unverified::Challenge), "{challenge}");
    }
    let checked = check_passkey_assertion(&relying_party(), "{}", 4, crate::signed_vectors::challenge(), &assertion);
    assert_eq!(checked, Err(Unverified::PublicKey));
}
