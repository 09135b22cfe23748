//! Keys in a file.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::sleep;
use tower_auth::clock::Clock;
use tower_auth::testing::FixedClock;
use tower_auth::token::jwt::Jwt;
use tower_auth::token::keys::FileKeys;
use tower_auth::token::{IntoVerifier as _, VerifyToken};
use tower_auth::{BoxFuture, Eventual};

use crate::support::{AUDIENCE, ISSUER, Told, UNKNOWN_KEY, secs, signer, told};

/// A file of this test's own, gone with it.
struct Path(PathBuf);

impl Path {
    fn new(name: &str) -> Self {
        let name = format!("tower-auth-{}-{name}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn write(&self, text: &str) {
        let new = self.0.with_extension("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, &self.0).unwrap();
    }
}

impl Drop for Path {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn verifier(keys: &FileKeys, clock: impl Clock) -> Arc<dyn VerifyToken> {
    let jwt = Jwt::issuer(ISSUER).audience(AUDIENCE).keys(keys.clone()).clock(clock);
    jwt.into_verifier().unwrap()
}

fn judge(verifier: &Arc<dyn VerifyToken>, token: &str) -> BoxFuture<Told> {
    match verifier.verify(token) {
        Eventual::Ready(verdict) => Box::pin(async { told(verdict) }),
        Eventual::Pending(verdict) => Box::pin(async { told(verdict.await) }),
    }
}

fn setting() -> FixedClock {
    FixedClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000))
}

#[tokio::test]
async fn a_file_is_read_again_for_an_unknown_key_and_when_it_is_time() {
    let (clock, path) = (setting(), Path::new("rotation.json"));
    let (old, new, third) = (signer(clock.clone()), signer(clock.clone()), signer(clock.clone()));
    path.write(&old.jwk_set());
    let keys = FileKeys::settings(&path.0).clock(clock.clone()).build().unwrap();
    let verifier = verifier(&keys, clock.clone());
    let tokens =
        [&old, &new, &third].map(|maker| maker.token("alice").expires_in(secs(9999)).sign());
    assert_eq!(judge(&verifier, &tokens[0]).await, Told::Accepted);

    path.write(&new.jwk_set());
    assert_eq!(judge(&verifier, &tokens[1]).await, Told::Accepted, "within the request");
    assert_eq!(judge(&verifier, &tokens[0]).await, UNKNOWN_KEY);

    // Behind the requests, for which the old keys do until then.
    sleep(Duration::from_millis(20)).await;
    path.write(&third.jwk_set());
    clock.advance(secs(5));
    assert_eq!(judge(&verifier, &tokens[1]).await, Told::Accepted);
    while keys.stats().fetches < 2 || judge(&verifier, &tokens[1]).await == Told::Accepted {
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(judge(&verifier, &tokens[2]).await, Told::Accepted);
}

#[tokio::test]
async fn a_broken_version_leaves_the_old_one_in_force() {
    let (clock, path) = (setting(), Path::new("broken.json"));
    let maker = signer(clock.clone());
    path.write(&maker.jwk_set());
    let codes = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&codes);
    let keys = FileKeys::settings(&path.0)
        .clock(clock.clone())
        .observer(move |event: &tower_auth::observe::Event<'_>| {
            seen.lock().unwrap().push(event.code());
        })
        .build()
        .unwrap();
    let verifier = verifier(&keys, clock.clone());
    let token = maker.token("alice").expires_in(secs(1_000_000)).sign();
    for broken in ["", "{", r#"{"keys":[]}"#, "no keys"] {
        path.write(broken);
        assert!(keys.refresh().await.is_err(), "{broken:?}");
        clock.advance(secs(100_000));
        assert_eq!(judge(&verifier, &token).await, Told::Accepted, "{broken:?}");
    }
    fs::remove_file(&path.0).unwrap();
    assert!(keys.refresh().await.is_err());
    assert_eq!(judge(&verifier, &token).await, Told::Accepted);
    assert!(codes.lock().unwrap().iter().all(|code| *code == "keys_unavailable"));
    path.write(&maker.jwk_set());
    keys.refresh().await.unwrap();
    // The same again is not read again, and not told of.
    let told = codes.lock().unwrap().len();
    keys.refresh().await.unwrap();
    assert_eq!(codes.lock().unwrap().len(), told);
}

#[test]
fn a_file_that_cannot_be_read_at_first_refuses_to_build() {
    let path = Path::new("wrong.json");
    for (text, why) in [
        ("{}", "the JWK Set has no array `keys`"),
        ("{", "the JWK Set is not JSON"),
        (&" ".repeat(256 * 1024 + 1), "it is longer than 256 KiB"),
    ] {
        path.write(text);
        let error = FileKeys::open(&path.0).unwrap_err().to_string();
        assert_eq!(error, format!("the keys in `{}` can't be read: {why}", path.0.display()));
    }
    path.write(include_str!("../jwt/data/rsa_private.pem"));
    assert!(FileKeys::open(&path.0).is_err(), "a private key is no public one");
}

#[tokio::test]
async fn a_single_jwk_is_a_file_of_keys_too() {
    let (clock, path) = (setting(), Path::new("one.json"));
    let maker = signer(clock.clone());
    let set: serde_json::Value = serde_json::from_str(&maker.jwk_set()).unwrap();
    path.write(&set["keys"][0].to_string());
    let keys = FileKeys::settings(&path.0).clock(clock.clone()).build().unwrap();
    let token = maker.token("alice").sign();
    assert_eq!(judge(&verifier(&keys, clock), &token).await, Told::Accepted);
}

/// A read that hangs until it is let go.
#[cfg(unix)]
struct Fifo(PathBuf);

#[cfg(unix)]
impl Fifo {
    /// Puts it in the place of a file.
    fn at(path: &Path) -> Self {
        let name = path.0.with_extension("fifo");
        let made = std::process::Command::new("mkfifo").arg(&name).status().unwrap();
        assert!(made.success());
        fs::rename(&name, &path.0).unwrap();
        let held = path.0.with_extension("held");
        // A second name for it: the first will be that of a file again.
        fs::hard_link(&path.0, &held).unwrap();
        Self(held)
    }

    /// Waits for a reader, and has it read this.
    fn say(&self, text: &str) {
        fs::write(&self.0, text).unwrap();
    }
}

#[cfg(unix)]
impl Drop for Fifo {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// What comes too late was not seen: the same content is taken when it is read in time.
#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn a_version_that_was_read_too_late_is_read_again() {
    let (clock, path) = (setting(), Path::new("late.json"));
    let (old, new) = (signer(clock.clone()), signer(clock.clone()));
    path.write(&old.jwk_set());
    let keys = FileKeys::settings(&path.0).clock(clock.clone()).build().unwrap();
    let verifier = verifier(&keys, clock.clone());
    let fifo = Fifo::at(&path);
    let refreshing = keys.clone();
    let refreshed = tokio::spawn(async move { refreshing.refresh().await });
    tokio::task::yield_now().await;
    tokio::time::advance(secs(6)).await;
    assert!(refreshed.await.unwrap().is_err(), "no answer within 5 s");
    fifo.say(&new.jwk_set());
    path.write(&new.jwk_set());
    keys.refresh().await.unwrap();
    let [before, after] = [&old, &new].map(|maker| maker.token("alice").sign());
    assert_eq!(judge(&verifier, &after).await, Told::Accepted);
    assert_eq!(judge(&verifier, &before).await, UNKNOWN_KEY);
}

/// One thread waits for it, and not one more for each attempt.
#[cfg(unix)]
#[test]
fn a_file_that_hangs_holds_one_thread() {
    let (clock, path) = (setting(), Path::new("hang.json"));
    let maker = signer(clock.clone());
    path.write(&maker.jwk_set());
    let keys = FileKeys::settings(&path.0).clock(clock).build().unwrap();
    let fifo = Fifo::at(&path);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .max_blocking_threads(2)
        .build()
        .unwrap();
    runtime.block_on(async {
        for _ in 0..3 {
            let refreshing = keys.clone();
            let refreshed = tokio::spawn(async move { refreshing.refresh().await });
            tokio::task::yield_now().await;
            tokio::time::advance(secs(6)).await;
            assert!(refreshed.await.unwrap().is_err());
        }
        let other = tokio::task::spawn_blocking(|| ());
        for _ in 0..1000 {
            if other.is_finished() {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let is_free = other.is_finished();
        // Let go, it is read by whoever asks next.
        path.write(&maker.jwk_set());
        fifo.say("{");
        assert!(is_free, "each attempt holds a thread");
        assert_eq!(keys.stats().failures, 3);
        keys.refresh().await.unwrap();
    });
}
