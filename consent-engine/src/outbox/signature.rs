//! Signatures as Standard Webhooks 1.0.0 has them: HMAC-SHA-256 over id, time and body, with a secret that the application
//! shares with us and with nobody else.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use uuid::Uuid;

/// The value of `webhook-signature`: one signature for each of `keys`, so that a receiver may change from one to another.
pub(super) fn signatures(keys: &[Vec<u8>], id: Uuid, timestamp: i64, body: &str) -> String {
    let content = format!("{id}.{timestamp}.{body}");
    keys.iter().map(|key| signature(key, &content)).collect::<Vec<_>>().join(" ")
}

fn signature(key: &[u8], content: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), content.as_bytes());
    format!("v1,{}", STANDARD.encode(tag.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the libraries of Standard Webhooks are tested with.
    #[test]
    fn signs_what_others_verify() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let content = "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}";
        assert_eq!(signature(&key, content), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn signs_with_every_key_and_over_every_part() {
        let (one, other) = (vec![1; 24], vec![2; 24]);
        let id = Uuid::from_u128(7);
        let both = signatures(&[one.clone(), other.clone()], id, 1, "{}");
        let alone = |key: &Vec<u8>| signatures(std::slice::from_ref(key), id, 1, "{}");
        assert_eq!(both, format!("{} {}", alone(&one), alone(&other)));
        for changed in [
            signatures(std::slice::from_ref(&one), Uuid::from_u128(8), 1, "{}"),
            signatures(std::slice::from_ref(&one), id, 2, "{}"),
            signatures(std::slice::from_ref(&one), id, 1, "{ }"),
        ] {
            assert_ne!(changed, alone(&one));
        }
    }
}
