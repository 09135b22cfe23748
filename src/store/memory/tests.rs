#![expect(clippy::arithmetic_side_effects, reason = "small numbers of a test")]

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::thread;
use std::time::{Duration, SystemTime};

use proptest::prelude::{ProptestConfig, prop, proptest};
use proptest::prop_oneof;
use proptest::strategy::{Just, Strategy as _};

use super::*;

const NOW: u64 = 1_700_000_000;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A list whose clock is moved by hand.
fn list(max_entries: usize) -> (MemoryRevocations, Arc<AtomicU64>) {
    let time = Arc::new(AtomicU64::new(NOW));
    let clock = Arc::clone(&time);
    (MemoryRevocations::new(max_entries).clock(move || at(clock.load(Ordering::SeqCst))), time)
}

fn is_revoked(list: &MemoryRevocations, query: &RevocationQuery<'_>) -> bool {
    list.standing(query) == Standing::Revoked
}

#[test]
fn a_token_is_revoked_by_its_id_its_session_or_its_subject() {
    let token = RevocationQuery::new("alice")
        .issuer("https://a.example")
        .token_id("t1")
        .session_id("s1")
        .issued_at(at(NOW));
    let until = at(NOW + 100);
    for (name, revocation, revoked) in [
        ("its id", Revocation::token("t1", until), true),
        ("another id", Revocation::token("t2", until), false),
        ("an id like its session", Revocation::token("s1", until), false),
        ("an id like its subject", Revocation::token("alice", until), false),
        ("its session", Revocation::session("s1", until), true),
        ("a session like its id", Revocation::session("t1", until), false),
        ("its subject, later", Revocation::subject("alice", at(NOW + 1), until), true),
        ("its subject, within the second", Revocation::subject("alice", at(NOW), until), true),
        ("its subject, before", Revocation::subject("alice", at(NOW - 1), until), false),
        ("another subject", Revocation::subject("alic", at(NOW + 1), until), false),
        ("no name", Revocation::token("", until), false),
    ] {
        let (list, _) = list(10);
        list.insert(&revocation.issuer("https://a.example")).unwrap();
        assert_eq!(is_revoked(&list, &token), revoked, "{name}");
        let (list, _) = self::list(10);
        list.insert(&revocation).unwrap();
        list.insert(&revocation.issuer("https://b.example")).unwrap();
        list.insert(&revocation.issuer("https://a.example/")).unwrap();
        assert!(!is_revoked(&list, &token), "{name}, of another issuer");
    }
}

#[test]
fn a_token_that_does_not_say_when_it_was_issued_is_old() {
    let (list, _) = list(10);
    list.insert(&Revocation::subject("alice", at(NOW), at(NOW + 100))).unwrap();
    assert!(is_revoked(&list, &RevocationQuery::new("alice")));
    assert!(!is_revoked(&list, &RevocationQuery::new("alice").issued_at(at(NOW + 1))));
    assert!(!is_revoked(&list, &RevocationQuery::new("bob")));
}

/// Two revocations of one name are as good as the stronger of each half.
#[test]
fn a_later_revocation_does_not_weaken_an_earlier_one() {
    let (list, time) = list(10);
    list.insert(&Revocation::subject("alice", at(NOW), at(NOW + 1000))).unwrap();
    list.insert(&Revocation::subject("alice", at(NOW - 50), at(NOW + 10))).unwrap();
    time.store(NOW + 900, Ordering::SeqCst);
    assert!(is_revoked(&list, &RevocationQuery::new("alice").issued_at(at(NOW))));
}

#[test]
fn a_revocation_leaves_when_no_verifier_would_take_the_token() {
    let (list, time) = list(10_000);
    for n in 0..10_000 {
        list.insert(&Revocation::token(&n.to_string(), at(NOW + 100))).unwrap();
    }
    assert_eq!(list.len(), 10_000);
    time.store(NOW + 399, Ordering::SeqCst);
    assert!(is_revoked(&list, &RevocationQuery::new("x").token_id("7")));
    time.store(NOW + 400, Ordering::SeqCst);
    assert!(!is_revoked(&list, &RevocationQuery::new("x").token_id("7")));
    assert!(list.is_empty());
    let full = list.allocated();
    list.purge();
    assert!(list.allocated() < full);
}

/// RFC 7519 §2: `exp` may have a fraction, and the most generous verifier takes the token up to five
/// minutes after that.
#[test]
fn a_revocation_lasts_as_long_as_a_token_that_expires_within_a_second() {
    let time = Arc::new(Mutex::new(at(NOW)));
    let clock = Arc::clone(&time);
    let list = MemoryRevocations::new(10).clock(move || *clock.lock().unwrap());
    let (exp, leeway) = (at(NOW + 100) + Duration::from_millis(500), Duration::from_secs(300));
    list.insert(&Revocation::token("t1", exp)).unwrap();
    let token = RevocationQuery::new("alice").token_id("t1");
    *time.lock().unwrap() = exp + leeway - Duration::from_nanos(1);
    assert!(is_revoked(&list, &token), "it is still taken for good");
    *time.lock().unwrap() = at(NOW + 401);
    assert!(!is_revoked(&list, &token));
}

#[test]
fn a_full_list_says_so_and_forgets_nothing() {
    let (list, time) = list(64);
    let id = |n: u64| n.to_string();
    for n in 0..64 {
        list.insert(&Revocation::token(&id(n), at(NOW + n))).unwrap();
    }
    assert!(list.insert(&Revocation::token("one more", at(NOW + 9))).is_err());
    list.insert(&Revocation::token("7", at(NOW + 7))).unwrap();
    for n in 0..64 {
        assert!(is_revoked(&list, &RevocationQuery::new("x").token_id(&id(n))));
    }
    // Some have expired: there is room, and it is found without being asked for.
    time.store(NOW + 310, Ordering::SeqCst);
    list.insert(&Revocation::token("one more", at(NOW + 400))).unwrap();
    assert_eq!(list.len(), 54);
}

#[test]
fn ten_thousand_take_little_room() {
    let (list, _) = list(10_000);
    for n in 0..10_000 {
        list.insert(&Revocation::token(&n.to_string(), at(NOW + 100))).unwrap();
    }
    assert_eq!(list.len(), 10_000);
    assert!(list.allocated() <= 36 * 10_000, "{}", list.allocated());
}

/// Entries of an hour ago leave as new ones come, so the list does not grow with its age.
#[test]
fn a_list_does_not_grow_with_its_age() {
    let (list, time) = list(100_000);
    for hour in 0..20 {
        time.store(NOW + hour * 3600, Ordering::SeqCst);
        for n in 0..5000 {
            let id = format!("{hour}-{n}");
            list.insert(&Revocation::token(&id, at(NOW + hour * 3600 + 60))).unwrap();
        }
    }
    assert_eq!(list.len(), 5000);
    assert!(list.allocated() <= 3 * 36 * 5000, "{}", list.allocated());
}

/// Few enough to meet again, more than one shard holds before it grows.
const NAMES: u8 = 40;

#[derive(Clone, Debug)]
enum Step {
    Revoke(u8, u64, u64),
    Wait(u64),
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A list does what a map from names to their ends would.
    #[test]
    fn as_a_map_would_do(steps in prop::collection::vec(
        prop_oneof![
            6 => (0..NAMES, 0_u64..100, 0_u64..600).prop_map(|(n, issued, until)| {
                Step::Revoke(n, issued, until)
            }),
            1 => (0_u64..200).prop_map(Step::Wait),
            1 => Just(Step::Wait(0)),
        ],
        1..300,
    )) {
        let (list, time) = list(10_000);
        let mut now = NOW;
        let mut model: HashMap<u8, (u64, u64)> = HashMap::new();
        for step in steps {
            match step {
                Step::Revoke(n, issued, until) => {
                    let name = n.to_string();
                    list.insert(&Revocation::subject(&name, at(NOW + issued), at(now + until))).unwrap();
                    let until = now + until + 300;
                    let held = model.entry(n).or_default();
                    *held = if held.1 <= now { (NOW + issued, until) } else {
                        (held.0.max(NOW + issued), held.1.max(until))
                    };
                }
                Step::Wait(0) => list.purge(),
                Step::Wait(seconds) => {
                    now += seconds;
                    time.store(now, Ordering::SeqCst);
                }
            }
            for n in 0..NAMES {
                let name = n.to_string();
                for issued in [0, 50, 99] {
                    let want = model
                        .get(&n)
                        .is_some_and(|held| held.1 > now && NOW + issued <= held.0);
                    let query = RevocationQuery::new(&name).issued_at(at(NOW + issued));
                    assert_eq!(is_revoked(&list, &query), want, "{n} {issued}");
                }
            }
        }
    }
}

/// While four threads revoke and tables are replaced, whatever was revoked is found at once and
/// from then on, and nothing else is.
#[test]
fn no_revocation_is_lost_and_none_invented() {
    const EACH: u64 = 20_000;
    let (list, time) = list(1_000_000);
    let done: Vec<AtomicU64> = (0..3).map(|_| AtomicU64::new(0)).collect();
    let name = |writer: usize, n: u64| format!("{writer}-{n}");
    thread::scope(|scope| {
        for (writer, done) in done.iter().enumerate() {
            let list = &list;
            scope.spawn(move || {
                for n in 0..EACH {
                    let name = name(writer, n);
                    list.insert(&Revocation::token(&name, at(NOW + 1_000_000))).unwrap();
                    done.store(n + 1, Ordering::Release);
                    let query = RevocationQuery::new("x").token_id(&name);
                    assert!(is_revoked(list, &query), "{name}");
                }
            });
        }
        // Entries that expire at once: their places pass to others while they are looked at.
        scope.spawn(|| {
            for n in 0..EACH {
                let now = NOW + n;
                time.store(now, Ordering::SeqCst);
                let name = format!("short {}", n % 500);
                list.insert(&Revocation::token(&name, at(now - 299))).unwrap();
            }
        });
        scope.spawn(|| {
            let mut n = 0_u64;
            while done.iter().any(|done| done.load(Ordering::Acquire) < EACH) {
                n += 7919;
                for (writer, done) in done.iter().enumerate() {
                    let upto = done.load(Ordering::Acquire);
                    if upto > 0 {
                        let name = name(writer, n % upto);
                        let query = RevocationQuery::new("x").token_id(&name);
                        assert!(is_revoked(&list, &query), "{name}");
                    }
                    let never = format!("never {n}");
                    assert!(!is_revoked(&list, &RevocationQuery::new("x").token_id(&never)));
                }
            }
        });
    });
    for writer in 0..3 {
        for n in 0..EACH {
            let name = name(writer, n);
            assert!(is_revoked(&list, &RevocationQuery::new("x").token_id(&name)), "{name}");
        }
    }
}
