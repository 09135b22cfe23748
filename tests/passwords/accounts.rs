//! Accounts of one's own.

use std::time::{Duration, SystemTime};

use tower_auth::clock::Clock as _;
use tower_auth::password::{Account, Accounts, Hashed, Htpasswd};
use tower_auth::rejection::Unavailable;
use tower_auth::testing::FixedClock;
use tower_auth::{Eventual, Principal};

use crate::support::{Service, WONDERLAND, hashed, reason};

/// A database that takes its time, and is down for some.
struct Slow;

impl Accounts for Slow {
    fn find(&self, name: &str) -> Eventual<Result<Option<Account>, Unavailable>> {
        let name = name.to_owned();
        Eventual::pending(async move {
            tokio::task::yield_now().await;
            match &*name {
                "alice" => Ok(Some(Account::new(name, WONDERLAND))),
                "down" => Err(Unavailable::new("the database")),
                _ => Ok(None),
            }
        })
    }
}

#[tokio::test]
async fn accounts_may_take_their_time() {
    let service = Service::new(Hashed::new(Slow).decoys_like([WONDERLAND]));
    assert_eq!(service.status("alice", "wonderland").await, 200);
    assert_eq!(service.status("alice", "wonderlane").await, 401);
    assert_eq!(service.status("nobody", "wonderland").await, 401);
}

#[tokio::test]
async fn an_outage_of_the_accounts_is_no_wrong_password() {
    let service = Service::new(Hashed::new(Slow).decoys_like([WONDERLAND]));
    assert_eq!(service.status("down", "wonderland").await, 503);
}

/// A database of one guest, and when that one's account ends.
struct Guest(SystemTime);

impl Accounts for Guest {
    fn find(&self, name: &str) -> Eventual<Result<Option<Account>, Unavailable>> {
        let guest = Principal::new(name).expires_at(self.0);
        Ok(Some(Account::new(guest, WONDERLAND))).into()
    }
}

/// What a principal says of its end is heeded, to the second, also where the password is remembered.
#[tokio::test]
async fn a_user_is_one_until_the_principal_expires() {
    let clock = FixedClock::at_unix(1_700_000_000);
    let minute = Duration::from_secs(60);
    let end = clock.now() + minute;
    let guest = Hashed::new(Guest(end)).decoys_like([WONDERLAND]).clock(clock.clone());
    let file = Htpasswd::settings().clock(clock.clone()).remember(2 * minute);
    let file = file.principal(move |name| Principal::new(name).expires_at(end));
    let services = [
        Service::new(guest.remember(2 * minute)),
        Service::new(file.from_text(&format!("guest:{WONDERLAND}")).unwrap()),
    ];
    clock.advance(Duration::from_secs(59));
    for service in &services {
        assert_eq!(service.status("guest", "wonderland").await, 200);
    }
    clock.advance(Duration::from_secs(1));
    for service in &services {
        for password in ["wonderland", "wonderlane"] {
            let refused = service.ask("guest", password).await;
            assert_eq!((refused.status().as_u16(), reason(&refused)), (401, "unknown_user"));
        }
    }
}

#[test]
fn decoys_that_cannot_be_read_refuse_to_build() {
    let error = Service::try_new(hashed(&[]).decoys_like(["wonderland"])).err().unwrap();
    assert!(error.to_string().contains("`decoys_like`"), "{error}");
    assert!(!error.to_string().contains("wonderland"), "{error}");
}
