//! Where a file, or a table of hashes, says who the users are.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use http::Request;
use tower_auth::password::{Account, Accounts, HashPool, Hashed, Htpasswd};
use tower_auth::rejection::{Unavailable, Verdict};
use tower_auth::scheme::basic::Directory as _;
use tower_auth::{Eventual, Identity, Principal};

use crate::site::{MINUTE, Site, head, with_cookie};

/// Of `wonderland`, with the least cost.
const WONDERLAND: &str = "$argon2id$v=19$m=32,t=1,p=1$c29tZXNhbHQxMjM0NTY3OA$ZaevaqA22\
    ltcCKrx0n5L/pGCu2ZUz5arYtU9lcjEVK0";
/// Of another password.
const ANOTHER: &str = "$2y$05$hkwHEDdNdyMNKxRDZ3LCEebPfd3vWqSwA0sPO0OiU1cKmeEtFqI1G";

struct Users {
    path: PathBuf,
    htpasswd: Htpasswd,
}

impl Users {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("{name}-{}.htpasswd", std::process::id()));
        std::fs::write(&path, format!("alice:{WONDERLAND}\nbob:{WONDERLAND}\n")).unwrap();
        let roles = |name: &str| Principal::new(name).role("reader");
        let htpasswd = Htpasswd::settings().principal(roles).open(&path).unwrap();
        Self { path, htpasswd }
    }

    async fn become_lines(&self, lines: &str) {
        std::fs::write(&self.path, lines).unwrap();
        self.htpasswd.refresh().await.unwrap();
    }
}

impl Drop for Users {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

#[tokio::test]
async fn who_is_removed_from_the_file_loses_the_session() {
    let users = Users::new("removed");
    let site = Site::with(|it| it.users(users.htpasswd.clone()));
    let (alice, bob) = (site.login("alice").await, site.login("bob").await);
    let (seen, _) = site.stack.admits(with_cookie(alice.pair())).await;
    assert!(seen.extensions.get::<Identity>().unwrap().has_role("reader"));
    users.become_lines(&format!("bob:{WONDERLAND}")).await;
    site.admits(alice.pair()).await;
    site.clock.advance(MINUTE);
    assert_eq!(site.refuses(alice.pair()).await.reason(), Some("unknown_user"));
    site.admits(bob.pair()).await;
}

#[tokio::test]
async fn who_has_another_password_in_the_file_loses_the_session() {
    let users = Users::new("changed");
    let site = Site::with(|it| it.users(users.htpasswd.clone()));
    let (alice, bob) = (site.login("alice").await, site.login("bob").await);
    users.become_lines(&format!("alice:{ANOTHER}\nbob:{WONDERLAND}\n")).await;
    site.clock.advance(MINUTE);
    assert_eq!(site.refuses(alice.pair()).await.reason(), Some("credentials_changed"));
    site.admits(bob.pair()).await;
    let again = site.login("alice").await;
    site.admits(again.pair()).await;
    site.clock.advance(MINUTE);
    site.admits(again.pair()).await;
}

/// A login as the one whose password was checked: that it was changed just then is not missed.
#[tokio::test]
async fn a_password_that_changes_between_its_check_and_the_login_gives_no_session() {
    let users = Users::new("between");
    let site = Site::with(|it| it.users(users.htpasswd.clone()));
    let verdict = users.htpasswd.verify("alice", "wonderland".into()).await;
    let Verdict::Valid(who) = verdict else { panic!("the password is right: {verdict:?}") };
    users.become_lines(&format!("alice:{ANOTHER}")).await;
    let cookie = site.sessions.login(&head(Request::post("/")), who.get()).await.unwrap();
    assert_eq!(site.refuses(cookie.pair()).await.reason(), Some("credentials_changed"));
}

/// The hash, none where the account is locked; and when the password was changed.
type Row = (Option<String>, u64);

/// Rows by name.
#[derive(Clone, Default)]
struct Table(Arc<Mutex<HashMap<String, Row>>>);

impl Accounts for Table {
    fn find(&self, name: &str) -> Eventual<Result<Option<Account>, Unavailable>> {
        let found = self.0.lock().unwrap().get(name).cloned();
        Ok(found.map(|(hash, changed)| {
            let whose = Principal::new(name).security_stamp(changed.to_be_bytes());
            hash.map_or_else(
                || Account::locked(whose.clone()),
                |it| Account::new(whose.clone(), it),
            )
        }))
        .into()
    }
}

#[tokio::test]
async fn who_is_locked_removed_or_has_another_stamp_in_a_table_of_hashes_loses_the_session() {
    let table = Table::default();
    let set = |name: &str, hash: Option<&str>, changed| {
        table.0.lock().unwrap().insert(name.into(), (hash.map(str::to_owned), changed));
    };
    for name in ["alice", "bob", "carol", "dave"] {
        set(name, Some("a hash"), 1);
    }
    let hashed = Hashed::new(table.clone()).pool(&HashPool::default());
    let site = Site::with(|it| it.users(hashed.clone()));
    let mut pairs = Vec::new();
    for name in ["alice", "bob", "carol", "dave"] {
        pairs.push(site.login(name).await.pair().to_owned());
    }
    set("alice", None, 1);
    set("bob", Some("a hash"), 2);
    table.0.lock().unwrap().remove("carol");
    // As an upgrade of the hash does.
    set("dave", Some("another hash"), 1);
    site.clock.advance(MINUTE);
    for (pair, reason) in pairs.iter().zip(["unknown_user", "credentials_changed", "unknown_user"])
    {
        assert_eq!(site.refuses(pair).await.reason(), Some(reason));
    }
    site.admits(&pairs[3]).await;
}

/// Subjects are numbers here, and somebody calls themselves by the number of another: that one's
/// session is not theirs.
#[tokio::test]
async fn an_account_that_is_called_as_the_subject_of_another_gets_no_session_of_it() {
    struct Numbered;
    impl Accounts for Numbered {
        fn find(&self, name: &str) -> Eventual<Result<Option<Account>, Unavailable>> {
            let subject = match name {
                "mallory" | "1" => "1",
                "2" => "97",
                _ => return Ok(None).into(),
            };
            Ok(Some(Account::new(subject, "a hash"))).into()
        }
    }
    let site = Site::with(|it| it.users(Hashed::new(Numbered).pool(&HashPool::default())));
    site.admits(site.login("1").await.pair()).await;
    let cookie = site.login("2").await;
    assert_eq!(site.refuses(cookie.pair()).await.reason(), Some("unknown_user"));
}

/// A directory that says nothing of passwords has no say in it, whatever the login brings.
#[tokio::test]
async fn a_directory_without_stamps_ends_nothing() {
    let site = Site::new();
    let who = Principal::new("alice").security_stamp("a hash");
    let cookie = site.sessions.login(&head(Request::post("/")), &who).await.unwrap();
    site.admits(cookie.pair()).await;
}

/// One that says more than it did is heeded: who logged in before has to do so again.
#[tokio::test]
async fn sessions_from_before_there_were_stamps_end() {
    let stamp = Arc::new(Mutex::new(None::<&str>));
    let shown = Arc::clone(&stamp);
    let users = move |name: &str| {
        let user = Principal::new(name);
        Some(match *shown.lock().unwrap() {
            Some(stamp) => user.security_stamp(stamp),
            None => user,
        })
    };
    let site = Site::with(|it| it.users(users));
    let cookie = site.login("alice").await;
    site.admits(cookie.pair()).await;
    *stamp.lock().unwrap() = Some("a hash");
    site.clock.advance(MINUTE);
    site.refuses(cookie.pair()).await;
}
