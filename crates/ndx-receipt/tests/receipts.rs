//! Receipts that prove something, and everything that proves nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod made;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use made::{TEN_DAYS, at, granted, keys, narrowed, published, receipt, record};
use ndx_receipt::{
    KeySet, KeySetError, PublishedKey, Record, Refusal, SigningKey, digest, sign, verify, verify_signature,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn refused(text: &str, keys: &KeySet) -> Refusal {
    verify(text, keys).expect_err("it was accepted")
}

/// A JWS of these very parts by `key`, however wrong they are.
fn signed_as_is(header: &str, payload: &str, key: &SigningKey) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let private = EncodingKey::from_ed_der(key.to_pkcs8());
    format!("{message}.{}", crypto::sign(message.as_bytes(), &private, Algorithm::EdDSA).unwrap())
}

fn header(kid: &str) -> String {
    format!(r#"{{"alg":"EdDSA","typ":"consent-record+jws","kid":"{kid}"}}"#)
}

#[test]
fn what_was_signed_is_proven_by_the_public_key_alone() {
    let key = SigningKey::generate().unwrap();
    let receipt = granted(&key);
    let genuine = verify(&receipt.to_json(), &keys(&[&key])).unwrap();
    assert_eq!((&genuine.signed.record, genuine.shown, genuine.earlier.len()), (&receipt.record, true, 0));
    assert_eq!(genuine.signed.key.key.id(), key.public().id());
    let bare = verify(&format!("  {}\r\n", receipt.signature), &keys(&[&key])).unwrap();
    assert_eq!((bare.signed, bare.shown), (genuine.signed, false));
}

#[test]
fn the_header_says_three_things_and_the_payload_is_the_record() {
    let key = SigningKey::generate().unwrap();
    let receipt = granted(&key);
    let parts: Vec<String> = receipt
        .signature
        .split('.')
        .take(2)
        .map(|part| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
        .collect();
    assert_eq!(parts[0], header(key.public().id()));
    assert_eq!(parts[1], serde_json::to_string(&receipt.record).unwrap());
    let text = serde_json::to_value(&receipt).unwrap();
    assert_eq!(text["record"]["pii_processing"]["pii_information"][0]["pii_type"], "Full name");
    assert_eq!(text["record"]["pii_processing"]["lawful_basis"], "consent");
    assert_eq!(text["record"]["key_id"], key.public().id());
}

#[test]
fn c14_every_flipped_byte_of_a_receipt_is_refused() {
    let key = SigningKey::generate().unwrap();
    let (first, keys) = (granted(&key), keys(&[&key]));
    let second = receipt(narrowed(&key, &first), &key, &[&first]);
    // Each byte of one, and of the longer one some of each part.
    for (text, step) in [(first.to_json(), 1), (second.to_json(), 11)] {
        verify(&text, &keys).unwrap();
        // The last line feed belongs to the file, not to the receipt.
        for place in (0..text.len() - 1).step_by(step) {
            // Another bit each time, and the one that makes a letter large or small.
            for bit in [place % 5, 5] {
                let mut bytes = text.clone().into_bytes();
                bytes[place] ^= 1 << bit;
                // Bytes that are no text never reach the reader of a text.
                let Ok(changed) = String::from_utf8(bytes) else { continue };
                assert!(verify(&changed, &keys).is_err(), "byte {place}, bit {bit}");
            }
        }
    }
}

#[test]
fn c14_every_other_letter_of_a_bare_signature_is_refused() {
    let key = SigningKey::generate().unwrap();
    let (jws, keys) = (granted(&key).signature, keys(&[&key]));
    verify(&jws, &keys).unwrap();
    for place in 0..jws.len() {
        for other in "A9-.=/ \n{".bytes().filter(|other| jws.as_bytes()[place] != *other) {
            let mut changed = jws.clone().into_bytes();
            changed[place] = other;
            let changed = String::from_utf8(changed).unwrap();
            // White space around a signature is not a part of it.
            if changed.trim() != jws {
                assert!(verify(&changed, &keys).is_err(), "letter {place} as `{other}`");
            }
        }
    }
    let mut short = jws.clone();
    short.pop();
    assert!(verify(&short, &keys).is_err());
    assert_eq!(refused(&format!("{jws}="), &keys), Refusal::Signature);
}

#[test]
fn c14_a_known_record_with_another_body_is_refused() {
    let key = SigningKey::generate().unwrap();
    let keys = keys(&[&key]);
    let original = granted(&key);
    let mut other = original.clone();
    other.record.pii_processing.purpose.description = "to sell you a car".to_owned();
    assert_eq!(refused(&other.to_json(), &keys), Refusal::OtherRecord);
    // Two good halves of two receipts are not one.
    let mut mixed = original.clone();
    mixed.signature = sign(&record(key.public().id(), 1, at(TEN_DAYS)), &key).unwrap();
    assert_eq!(refused(&mixed.to_json(), &keys), Refusal::OtherRecord);
    // A record under the name of another, properly signed by somebody who has the key.
    let mut renamed = original.record.clone();
    renamed.record_version += 1;
    assert_eq!(refused(&sign(&renamed, &key).unwrap(), &keys), Refusal::OtherName);
    // What is shown twice is not shown.
    let twice = original.to_json().replacen("\"record_id\"", "\"state\": \"withdrawn\",\n    \"record_id\"", 1);
    assert_eq!(refused(&twice, &keys), Refusal::OtherRecord);
    for (place, more) in [("", "\"also\": 1"), ("record", "\"also\": 1")] {
        let mut text: Value = serde_json::to_value(&original).unwrap();
        let object = if place.is_empty() { &mut text } else { &mut text[place] };
        object.as_object_mut().unwrap().insert("also".to_owned(), json!(more));
        assert!(matches!(refused(&text.to_string(), &keys), Refusal::NotAReceipt(_) | Refusal::OtherRecord));
    }
}

#[test]
fn c14_a_wrong_key_is_refused_however_it_is_named() {
    let (key, other) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    let text = granted(&key).to_json();
    assert_eq!(refused(&text, &keys(&[&other])), Refusal::UnknownKey(key.public().id().to_owned()));
    assert_eq!(refused(&text, &KeySet::default()), Refusal::UnknownKey(key.public().id().to_owned()));
    // Signed by a stranger under a known name.
    let record = granted(&key).record;
    let payload = serde_json::to_string(&record).unwrap();
    assert_eq!(
        refused(&signed_as_is(&header(key.public().id()), &payload, &other), &keys(&[&key])),
        Refusal::Signature
    );
    // Signed by a known key, over a record that names another.
    let strayed = signed_as_is(&header(other.public().id()), &payload, &other);
    assert_eq!(refused(&strayed, &keys(&[&key, &other])), Refusal::OtherKey);
    assert!(sign(&record, &other).is_err(), "nobody signs what names another key");
    // A set that puts a stranger's key under a known name.
    let set = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": other.public().x(), "kid": key.public().id()}]});
    assert_eq!(KeySet::read(&set.to_string()), Err(KeySetError::OtherName(key.public().id().to_owned())));
}

#[test]
fn c14_any_other_header_is_refused_although_the_signature_fits() {
    let key = SigningKey::generate().unwrap();
    let keys = keys(&[&key]);
    let (kid, payload) = (key.public().id(), serde_json::to_string(&granted(&key).record).unwrap());
    verify(&signed_as_is(&header(kid), &payload, &key), &keys).expect("the right one is accepted");
    for other in [
        format!(r#"{{"alg":"Ed25519","typ":"consent-record+jws","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"none","typ":"consent-record+jws","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"HS256","typ":"consent-record+jws","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"EdDSA","kid":"{kid}"}}"#),
        r#"{"alg":"EdDSA","typ":"consent-record+jws"}"#.to_owned(),
        format!(r#"{{"typ":"consent-record+jws","alg":"EdDSA","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"EdDSA","typ":"consent-record+jws","kid":"{kid}","crit":["exp"]}}"#),
        format!(r#"{{"alg":"EdDSA","typ":"consent-record+jws","kid":"{kid}","jku":"https://evil.example"}}"#),
        format!(r#"{{"alg":"EdDSA","typ":"consent-record+jws","kid":"{kid}","kid":"{kid}"}}"#),
        format!(r#"{{ "alg":"EdDSA","typ":"consent-record+jws","kid":"{kid}"}}"#),
        "[]".to_owned(),
    ] {
        assert_eq!(refused(&signed_as_is(&other, &payload, &key), &keys), Refusal::OtherKind, "{other}");
    }
    // The public key as the secret of a symmetric signature.
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"HS256","typ":"consent-record+jws","kid":"{kid}"}}"#)),
        URL_SAFE_NO_PAD.encode(&payload)
    );
    let secret = EncodingKey::from_secret(&URL_SAFE_NO_PAD.decode(key.public().x()).unwrap());
    let forged = format!("{message}.{}", crypto::sign(message.as_bytes(), &secret, Algorithm::HS256).unwrap());
    assert_eq!(refused(&forged, &keys), Refusal::OtherKind);
}

#[test]
fn a_record_in_another_form_is_refused_although_the_signature_fits() {
    let key = SigningKey::generate().unwrap();
    let keys = keys(&[&key]);
    let payload = serde_json::to_string(&granted(&key).record).unwrap();
    for other in [
        payload.replacen('{', "{ ", 1),
        payload.replacen('{', r#"{"also":1,"#, 1),
        payload.replacen("05:00:00Z", "05:00:00.000Z", 1),
        payload.replacen("ndx-consent-record/1", "ndx-consent-record/2", 1),
        payload.replacen(r#""state":"shared""#, r#""state":"shared","also":1"#, 1),
        payload.replacen(r#""lawful_basis":"consent""#, r#""lawful_basis":"whim""#, 1),
        "{}".to_owned(),
        String::new(),
    ] {
        assert_ne!(other, payload);
        let refusal = refused(&signed_as_is(&header(key.public().id()), &other, &key), &keys);
        assert!(matches!(refusal, Refusal::NotARecord(_)), "{other}: {refusal}");
    }
}

#[test]
fn l9_a_key_that_was_replaced_proves_what_it_signed_while_it_was_in_use() {
    let (old, new) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    let receipt = granted(&old);
    let issued = receipt.record.issued_at;
    let set = |from: i64, until: Option<i64>| {
        let used = |seconds| issued + chrono::TimeDelta::seconds(seconds);
        let archived =
            PublishedKey { key: old.public().clone(), used_from: Some(used(from)), used_until: until.map(used) };
        // As it is published, and read again by somebody else.
        KeySet::read(&KeySet::new(vec![archived, published(&new)]).to_json()).unwrap()
    };
    let genuine = verify(&receipt.to_json(), &set(-100, Some(100))).unwrap();
    assert!(genuine.signed.key.used_until.is_some());
    verify(&receipt.to_json(), &set(-100, Some(0))).expect("in the second of its end");
    verify(&receipt.to_json(), &set(30, None)).expect("by a clock that is half a minute behind");
    for (from, until) in [(-1000, Some(-100)), (100, Some(1000)), (100, None)] {
        let refusal = refused(&receipt.to_json(), &set(from, until));
        assert_eq!(refusal, Refusal::KeyNotInUse(old.public().id().to_owned()), "{from} {until:?}");
    }
}

#[test]
fn earlier_records_are_all_there_and_each_is_the_one_that_is_named() {
    let (old, key) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    let keys = keys(&[&old, &key]);
    let first = granted(&old);
    let second = receipt(narrowed(&key, &first), &key, &[&first]);
    let genuine = verify(&second.to_json(), &keys).unwrap();
    assert_eq!((genuine.earlier.len(), genuine.earlier[0].key.key.id()), (1, old.public().id()));
    assert_eq!(verify(&second.signature, &keys).unwrap().earlier_missing, 1);

    let with = |earlier: Vec<String>| {
        let mut other = second.clone();
        other.earlier = earlier;
        refused(&other.to_json(), &keys)
    };
    assert_eq!(with(vec![]), Refusal::OtherEarlier);
    assert_eq!(with(vec![first.signature.clone(), first.signature.clone()]), Refusal::OtherEarlier);
    let stranger = sign(&record(old.public().id(), 2, at(TEN_DAYS)), &old).unwrap();
    assert_eq!(with(vec![stranger]), Refusal::OtherEarlier);
    let broken = first.signature.replacen("ey", "eX", 1);
    assert!(matches!(with(vec![broken]), Refusal::Earlier(1, _)));
    assert_eq!(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[test]
fn a_set_of_keys_is_read_with_care() {
    let key = SigningKey::generate().unwrap();
    let jwk = |more: Value| {
        let mut jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": key.public().x()});
        jwk.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        jwk
    };
    let read = |keys: Vec<Value>| KeySet::read(&json!({"keys": keys}).to_string());
    assert_eq!(read(vec![jwk(json!({}))]).unwrap().find(key.public().id()).unwrap().used_from, None);
    // Of other kinds, or for other uses.
    for other in
        [json!({"kty": "RSA", "n": "x", "e": "AQAB"}), jwk(json!({"use": "enc"})), jwk(json!({"crv": "X25519"}))]
    {
        assert_eq!(read(vec![other]).unwrap().keys(), []);
    }
    assert_eq!(read(vec![jwk(json!({"d": "secret"}))]), Err(KeySetError::PrivateKey));
    assert!(matches!(read(vec![jwk(json!({"x": "AAAA"}))]), Err(KeySetError::Key(_))));
    assert!(matches!(read(vec![jwk(json!({})), jwk(json!({}))]), Err(KeySetError::Twice(_))));
    for times in [json!({"iat": i64::MAX}), json!({"iat": -1}), json!({"iat": 20, "exp": 10})] {
        assert!(matches!(read(vec![jwk(times)]), Err(KeySetError::Times(_))));
    }
    for text in ["", "[]", "{}", r#"{"keys": 1}"#] {
        assert!(matches!(KeySet::read(text), Err(KeySetError::NotAKeySet(_))), "{text}");
    }
}

#[test]
fn what_is_no_receipt_is_said_to_be_none() {
    let key = SigningKey::generate().unwrap();
    let keys = keys(&[&key]);
    for text in ["", " ", "hello", "a.b.c", "{}", "{", r#"{"record":{},"signature":"","earlier":[]}"#, "\u{feff}{}"] {
        assert!(matches!(refused(text, &keys), Refusal::NotAReceipt(_)), "{text}");
    }
    assert_eq!(refused("..", &keys), Refusal::OtherKind);
    assert_eq!(refused(&" ".repeat(ndx_receipt::LARGEST + 1), &keys), Refusal::TooLong);
    assert!(matches!(refused(&format!("{}1{}", "[".repeat(1000), "]".repeat(1000)), &keys), Refusal::NotAReceipt(_)));
}

/// A receipt of the first form, and the key that signed it, which nobody has any more. No later form may make it unreadable.
#[test]
fn l9_a_receipt_of_the_first_form_is_verified_for_ever() {
    let keys = KeySet::read(include_str!("kept/keys.json")).unwrap();
    let genuine = verify(include_str!("kept/receipt.json"), &keys).unwrap();
    assert_eq!((genuine.signed.record.record_version, genuine.earlier.len()), (3, 1));
    assert_eq!(genuine.signed.record.pii_processing.pii_information[0].pii_type, "Full name");
}

proptest! {
    #[test]
    fn no_text_is_accepted_or_makes_it_panic(text in ".{0,200}", at in 0_usize..4000, junk in "[ -~]{0,8}") {
        let key = SigningKey::generate().unwrap();
        let (receipt, keys) = (granted(&key), keys(&[&key]));
        prop_assert!(verify(&text, &keys).is_err());
        prop_assert!(verify_signature(&text, &keys).is_err());
        drop(KeySet::read(&text));
        let mut json = receipt.to_json();
        let place = at.min(json.len());
        if !junk.trim().is_empty() && json.is_char_boundary(place) {
            json.insert_str(place, &junk);
            let read: Result<Record, _> = verify(&json, &keys).map(|genuine| genuine.signed.record);
            prop_assert!(read.is_err(), "{json}");
        }
    }
}
