//! Hashes that are made anew.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::sleep;
use tower_auth::Eventual;
use tower_auth::password::{Account, Accounts, Argon2id, Formats, HashPool, Hashed, PasswordHash};
use tower_auth::rejection::Unavailable;

use crate::support::{Gate, Service, Table, WONDERLAND, until};

fn better() -> Argon2id {
    Argon2id::new(64, 2, 1).unwrap()
}

#[tokio::test]
async fn an_outdated_hash_is_made_anew_after_a_right_password() {
    let bcrypt = "$2y$04$YRf.A/1ltC9dhT0dDPMfTOC56Y5Mi87CG3gDOnx7ycl3JTfQRUrru";
    for (old, formats) in [(WONDERLAND, Formats::argon2id()), (bcrypt, Formats::strong())] {
        let pool = HashPool::new(1, 8);
        let table = Table::of(&[("alice", Some(old))]);
        let directory = Hashed::new(table.clone()).formats(formats).pool(&pool);
        let service = Service::new(directory.upgrade_to(better()));
        assert_eq!(service.status("alice", "wonderlane").await, 401);
        assert_eq!(service.status("nobody", "wonderland").await, 401);
        sleep(Duration::from_millis(50)).await;
        assert_eq!(pool.stats().hashes, 2, "a wrong password has nothing made");
        assert_eq!(service.status("alice", "wonderland").await, 200);
        until(|| table.get("alice") != old).await;
        let new = table.get("alice");
        assert!(new.starts_with("$argon2id$v=19$m=64,t=2,p=1$"), "{new}");
        assert_eq!(service.status("alice", "wonderland").await, 200);
        assert_eq!(service.status("alice", "wonderlane").await, 401);
        sleep(Duration::from_millis(50)).await;
        assert_eq!(table.get("alice"), new, "once is enough");
        assert_eq!(pool.stats().hashes, 6);
    }
}

#[tokio::test]
async fn without_being_asked_nothing_is_made_anew() {
    let pool = HashPool::default();
    let table = Table::of(&[("alice", Some(WONDERLAND))]);
    let service = Service::new(Hashed::new(table.clone()).pool(&pool));
    assert_eq!(service.status("alice", "wonderland").await, 200);
    sleep(Duration::from_millis(50)).await;
    assert_eq!((pool.stats().hashes, &*table.get("alice")), (1, WONDERLAND));
}

/// The password is changed while the new hash of the old one is made: the change wins.
#[tokio::test]
async fn a_password_that_was_changed_meanwhile_is_not_changed_back() {
    #[derive(Clone)]
    struct Racing(Table, Arc<Mutex<Vec<(String, String)>>>);
    impl Accounts for Racing {
        fn find(&self, name: &str) -> Eventual<Result<Option<Account>, Unavailable>> {
            self.0.find(name)
        }
        fn upgrade(
            &self,
            name: &str,
            old: &PasswordHash,
            new: &PasswordHash,
        ) -> Eventual<Result<(), Unavailable>> {
            self.0.set(name, Some("the hash of a newer password"));
            self.1.lock().unwrap().push((old.expose().to_owned(), new.expose().to_owned()));
            self.0.upgrade(name, old, new)
        }
    }
    let racing = Racing(Table::of(&[("alice", Some(WONDERLAND))]), Arc::default());
    let service = Service::new(Hashed::new(racing.clone()).upgrade_to(better()));
    assert_eq!(service.status("alice", "wonderland").await, 200);
    until(|| !racing.1.lock().unwrap().is_empty()).await;
    sleep(Duration::from_millis(20)).await;
    assert_eq!(racing.0.get("alice"), "the hash of a newer password");
    let (old, new) = racing.1.lock().unwrap().pop().unwrap();
    assert_eq!(old, WONDERLAND, "what it must still be");
    assert_ne!(new, old);
}

/// The answer does not wait for it, and neither do other log-ins.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_a_hash_that_is_made_anew() {
    struct Never(Table);
    impl Accounts for Never {
        fn find(&self, name: &str) -> Eventual<Result<Option<Account>, Unavailable>> {
            self.0.find(name)
        }
        fn upgrade(
            &self,
            _: &str,
            _: &PasswordHash,
            _: &PasswordHash,
        ) -> Eventual<Result<(), Unavailable>> {
            Eventual::pending(std::future::pending())
        }
    }
    let pool = HashPool::new(1, 8);
    let table = Table::of(&[("alice", Some(WONDERLAND)), ("bob", Some(WONDERLAND))]);
    let service = Service::new(Hashed::new(Never(table)).pool(&pool).upgrade_to(better()));
    let gate = Gate::close(&pool).await;
    let alice = service.spawn("alice", "wonderland");
    until(|| pool.stats().waiting == 1).await;
    let bob = service.spawn("bob", "wonderland");
    until(|| pool.stats().waiting == 2).await;
    drop(gate);
    assert_eq!((alice.await.unwrap(), bob.await.unwrap()), (200, 200));
    // Alice's is left for another time: Bob was waiting.
    until(|| pool.stats().hashes == 1 + 3 && pool.stats().running == 0).await;
}
