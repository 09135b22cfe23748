//! What a session costs: the check of one, in time, and a million of them, in memory.
//!
//! `bare` is the same request, answered by the same service without the layer: see
//! `benches/middleware.rs` for what that does. Both are run by turns, in many short rounds; printed
//! are the best round of each and the middle one, so that what else the machine does is left out.
//!
//! `cargo bench --bench sessions one` stops after the first line.
//!
//! From runs of 2026 on two virtual Xeon cores, *bare* at 570 ns: 510 ns more for the session, of
//! which some 350 ns any scheme costs; 381 bytes each for a million sessions. With many sessions
//! by turns it is the memory that is waited for, in *bare* as well.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a benchmark may panic, takes the time, and reports"
)]

mod common;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use common::{Orders, Wire, exchange};
use http::{Request, StatusCode};
use tower::Layer as _;
use tower_auth::scheme::session::{SessionCookie, Sessions};
use tower_auth::store::{MemorySessions, SessionRecord, SessionStore};
use tower_auth::{AuthenticateLayer, Eventual, SecretDigest};

const ROUNDS: usize = 400;
const ROUND: usize = 1000;
const MILLION: u64 = 1_000_000;

fn main() {
    let store = Arc::new(MemorySessions::new(2 * MILLION as usize));
    let sessions = Sessions::builder(Arc::clone(&store)).build().unwrap();
    check("one session", &sessions, 1);
    if std::env::args().any(|argument| argument == "one") {
        return;
    }

    let before = resident();
    fill(&store);
    let each = (resident() - before) / MILLION as f64;
    println!("a million sessions take {each:.0} bytes each of the process's memory");

    check("one session among a million", &sessions, 1);
    check("a thousand sessions among a million", &sessions, 1000);
    check("fifty thousand sessions among a million", &sessions, 50_000);
}

/// Times requests of `users` sessions beside the same requests to the bare service.
fn check(name: &str, sessions: &Sessions, users: usize) {
    let door = AuthenticateLayer::builder().scheme(SessionCookie::new(sessions));
    let mut service = door.build().unwrap().layer(Orders);
    let wires: Vec<Wire> = (0..users).map(|user| wire(sessions, user)).collect();
    for wire in &wires {
        assert_eq!(exchange(&mut service, wire), StatusCode::OK);
    }
    let mut rounds: [Vec<f64>; 2] = Default::default();
    for round in 0..ROUNDS {
        let wires: Vec<&Wire> =
            (0..ROUND).map(|n| &wires[(round * ROUND + n) * 16_411 % users]).collect();
        rounds[0].push(time(&wires, |wire| exchange(&mut Orders, wire)));
        rounds[1].push(time(&wires, |wire| exchange(&mut service, wire)));
    }
    let [bare, checked] = rounds.map(|mut times| {
        times.sort_by(f64::total_cmp);
        [times[0], times[ROUNDS / 2]]
    });
    println!(
        "{name}: {:.0} ns at best, bare {:.0} and {:.0} more; in the middle {:.0} more",
        checked[0],
        bare[0],
        checked[0] - bare[0],
        checked[1] - bare[1]
    );
}

fn time(wires: &[&Wire], mut exchange: impl FnMut(&Wire) -> StatusCode) -> f64 {
    let began = Instant::now();
    for wire in wires {
        black_box(exchange(black_box(wire)));
    }
    began.elapsed().as_nanos() as f64 / wires.len() as f64
}

fn wire(sessions: &Sessions, user: usize) -> Wire {
    let head = Request::post("/login").body(()).unwrap().into_parts().0;
    let cookie = ready(Box::pin(sessions.login(&head, format!("user-{user}")))).unwrap();
    Wire::new(None).with("cookie", &format!("theme=dark; {}", cookie.pair()))
}

/// A store in memory answers at once.
fn ready<F: Future + Unpin>(mut future: F) -> F::Output {
    let cx = &mut std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::Pin::new(&mut future).poll(cx) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
    .expect("at once")
}

/// Sessions of a million people, without texts beside an empty name.
fn fill(store: &MemorySessions) {
    let (now, day) = (SystemTime::now(), Duration::from_secs(24 * 60 * 60));
    for number in 0..MILLION {
        let record = SessionRecord::new(number.to_string(), now, now + day, day);
        let key = SecretDigest::of(&number.to_be_bytes());
        assert!(matches!(store.insert(&key, &record, usize::MAX), Eventual::Ready(Ok(()))));
    }
}

/// What the process holds in memory, in bytes.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) * 1024.0
}
