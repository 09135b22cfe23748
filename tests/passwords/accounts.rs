//! Accounts of one's own.

use tower_auth::Eventual;
use tower_auth::password::{Account, Accounts, Hashed};
use tower_auth::rejection::Unavailable;

use crate::support::{Service, WONDERLAND, hashed};

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

#[test]
fn decoys_that_cannot_be_read_refuse_to_build() {
    let error = Service::try_new(hashed(&[]).decoys_like(["wonderland"])).err().unwrap();
    assert!(error.to_string().contains("`decoys_like`"), "{error}");
    assert!(!error.to_string().contains("wonderland"), "{error}");
}
