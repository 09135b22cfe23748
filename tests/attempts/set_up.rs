//! Every wrong set-up refuses to build, with a sentence that says what to do.

use std::time::Duration;

use tower_auth::AuthenticateLayer;
use tower_auth::attempts::{AttemptLimits, Delays, Source};
use tower_auth::store::MemoryAttempts;

use crate::stores::Remote;
use crate::support::basic;

fn limits() -> AttemptLimits {
    AttemptLimits::new(MemoryAttempts::new(1000), Source::connection())
}

fn behind(proxies: &[&str], header: &str) -> AttemptLimits {
    let source = Source::connection().forwarded_by(proxies, header);
    AttemptLimits::new(MemoryAttempts::new(1000), source)
}

fn remote() -> AttemptLimits {
    AttemptLimits::new(Remote::new(MemoryAttempts::new(1000)), Source::connection())
}

#[test]
fn limits_that_can_not_work() {
    let (ms, day) = (Duration::from_millis(1), Duration::from_secs(24 * 60 * 60));
    let pair = |delays| limits().per_account_and_source(delays);
    let proxies = ["10.0.0.0/8"];
    for (limits, sentence) in [
        (
            AttemptLimits::new(MemoryAttempts::new(0), Source::connection()),
            "MemoryAttempts has room for 0 entries",
        ),
        (pair(Delays::after(0)), "keep an owner from ever trying"),
        (pair(Delays::after(10_001)), "nobody is slowed down"),
        (pair(Delays::after(5).first(Duration::ZERO)), "less than a millisecond"),
        (pair(Delays::after(5).longest(ms)), "longer than the longest"),
        (pair(Delays::after(5).longest(day + ms)), "beyond a day"),
        (limits().per_source(Delays::after(0)), "the delays for one source"),
        (limits().attacked_after(0), "give `attacked_after`"),
        (limits().forget_after(Duration::from_secs(899)), "give `forget_after`"),
        (limits().forget_after(day * 31), "give `forget_after`"),
        (limits().known_for(Duration::from_secs(60)), "`known_for` is less"),
        (limits().known_for(day * 400), "`known_for` is less"),
        (limits().secret("15 bytes of it."), "openssl rand"),
        (remote(), "give `AttemptLimits::secret`"),
        (behind(&[], "x-forwarded-for"), "no proxy is trusted"),
        (behind(&proxies, "x forwarded for"), "can't be the name of a header field"),
        (behind(&["proxy.internal"], "forwarded"), "`proxy.internal` is no address"),
        (behind(&["10.0.0.0/33"], "forwarded"), "has a prefix"),
        (behind(&["0.0.0.0/0"], "forwarded"), "is everybody"),
        (behind(&["::/0"], "forwarded"), "is everybody"),
        (behind(&["::ffff:10.0.0.1"], "forwarded"), "write it as IPv4"),
    ] {
        let built = AuthenticateLayer::builder().scheme(basic()).limit_attempts(limits).build();
        let said = built.unwrap_err().to_string();
        assert!(said.contains(sentence), "{said:?} does not say {sentence:?}");
    }
}

#[test]
fn limits_that_work() {
    let hour = Duration::from_secs(3600);
    for limits in [
        limits(),
        limits()
            .per_account_and_source(Delays::after(1).first(Duration::from_millis(1)).longest(hour)),
        limits().per_source(Delays::after(10_000)).forget_after(hour).waiting(0),
        remote().secret("sixteen bytes ok"),
        behind(&["10.0.0.0/8", "2001:db8::7"], "Forwarded"),
    ] {
        let built = AuthenticateLayer::builder().scheme(basic()).limit_attempts(limits).build();
        assert!(built.is_ok(), "{built:?}");
    }
}
