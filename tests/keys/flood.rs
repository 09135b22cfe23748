//! Somebody invents names of keys.

use std::fmt::Write as _;

use tokio::time::sleep;

use crate::support::{Answer, Idp, Service, Told, UNKNOWN_KEY, secs, signer, tokio_clock};

/// A token that nobody signed, under a name that nobody has used.
fn invented(number: usize) -> String {
    let header = base64url(format!(r#"{{"alg":"ES256","kid":"{number:032x}"}}"#).as_bytes());
    format!("{header}.e30.{}", "A".repeat(86))
}

fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, byte| group << 8 | u32::from(*byte));
        let group = group << (8 * (3 - chunk.len()));
        for index in 0..=chunk.len() {
            let digit = (group >> (18 - 6 * index)) & 63;
            write!(text, "{}", DIGITS[digit as usize] as char).unwrap();
        }
    }
    text
}

#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_invented_names_cost_one_fetch_per_cooldown() {
    let clock = tokio_clock();
    let maker = signer(clock.clone());
    let idp = Idp::with(&maker);
    let service = Service::new(&idp, clock);
    service.keys.ready().await.unwrap();
    let before = idp.asked();
    // Three cooldowns of 30 s, and a moment.
    for number in 0..100_000 {
        if number % 1_111 == 0 {
            sleep(secs(1)).await;
        }
        assert_eq!(service.judge(&invented(number)).await, UNKNOWN_KEY);
    }
    assert_eq!(idp.asked() - before, 4, "at 1, 31, 61 and 91 s");
    assert!(service.keys.stats().spared > 99_000);
    assert_eq!(service.at_once(&maker.token("alice").sign()), Told::Accepted);
}

#[tokio::test(start_paused = true)]
async fn a_flood_does_not_keep_a_new_key_out_for_longer_than_one_cooldown() {
    let clock = tokio_clock();
    let (old, new) = (signer(clock.clone()), signer(clock.clone()));
    let idp = Idp::with(&old);
    let service = Service::new(&idp, clock);
    service.keys.ready().await.unwrap();
    let token = new.token("alice").sign();
    assert_eq!(service.judge(&invented(0)).await, UNKNOWN_KEY);
    // The cooldown has just begun: the worst moment for a rotation.
    idp.publish(&new);
    let mut waited = 0;
    while service.judge(&token).await != Told::Accepted {
        for number in 0..1000 {
            service.judge(&invented(waited * 1000 + number)).await;
        }
        sleep(secs(1)).await;
        waited += 1;
        assert!(waited <= 30, "seen within one cooldown");
    }
    assert_eq!(idp.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_flood_before_an_issuer_that_fails_follows_the_back_off() {
    for answer in [Answer::Status(500), Answer::Hang] {
        let clock = tokio_clock();
        let maker = signer(clock.clone());
        let idp = Idp::with(&maker);
        let service = Service::new(&idp, clock);
        service.keys.ready().await.unwrap();
        idp.set(answer);
        let before = idp.asked();
        for number in 0..1000 {
            // Not known to be bad, for nobody can be asked.
            assert_eq!(service.judge(&invented(number)).await, Told::Down);
        }
        assert_eq!(idp.asked() - before, 1, "one, and then the back-off");
        assert_eq!(service.at_once(&maker.token("alice").sign()), Told::Accepted);
    }
}

/// The attacker's requests do not wait either: only the one that asks does.
#[tokio::test(start_paused = true)]
async fn invented_names_are_refused_at_once_within_the_cooldown() {
    let clock = tokio_clock();
    let maker = signer(clock.clone());
    let idp = Idp::with(&maker);
    let service = Service::new(&idp, clock);
    service.keys.ready().await.unwrap();
    assert_eq!(service.at_once(&invented(1)), Told::Waits);
    assert_eq!(service.judge(&invented(2)).await, UNKNOWN_KEY);
    for number in 3..1000 {
        assert_eq!(service.at_once(&invented(number)), UNKNOWN_KEY);
    }
    // A known name with a bad signature asks nobody, cooldown or not.
    sleep(secs(31)).await;
    let asked = idp.asked();
    let kid = maker.kid().unwrap();
    let forged = signer(tokio_clock()).token("alice").kid(kid).sign();
    assert_eq!(service.at_once(&forged), Told::Rejected("bad_signature"));
    assert_eq!(idp.asked(), asked);
}
