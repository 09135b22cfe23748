//! What a file of users may hold, and what refuses to build.

use tower_auth::Principal;
use tower_auth::password::{Formats, Htpasswd, PasswordHash};

use crate::support::{Path, Service, WONDERLAND};

fn error(text: &str) -> String {
    Htpasswd::settings().danger_weak_hashes().from_text(text).unwrap_err().to_string()
}

#[tokio::test]
async fn comments_empty_lines_crlf_and_a_byte_order_mark_are_no_users() {
    let text = format!("\u{feff}# users:of mine\r\n\r\n  \r\nalice:{WONDERLAND}\r\n#bob:x\r\n");
    let service = Service::new(Htpasswd::from_text(&text).unwrap());
    assert_eq!(service.status("alice", "wonderland").await, 200);
    for name in ["# users", "#bob", "", "\u{feff}# users"] {
        assert_eq!(service.status(name, "x").await, 401, "{name:?}");
    }
}

/// Whatever can't be read is an error with the number of its line, and never plain text.
#[test]
fn lines_that_cannot_be_used_refuse_to_build() {
    let good = format!("alice:{WONDERLAND}\n");
    for (line, why) in [
        ("bob", "line 2: there is no colon"),
        ("bob:", "line 2: the password hash of `bob` can't be used: it is empty"),
        (":x", "line 2: the name is empty"),
        ("bob:builder", "plain text is never taken"),
        ("bob:rqXexS6ZhobKA", "DES-based crypt"),
        ("bob:$1$salt$qJH7.N4xYta3aEG/dfqo/0", "MD5-crypt"),
        ("bob:$y$j9T$x$y", "yescrypt is not known"),
        ("bob:{SSHA}abc", "LDAP's schemes"),
        ("bob:{SHA}abc", "no SHA-1 in base64"),
        ("bob:{SHA}", "no SHA-1 in base64"),
        ("bob:$apr1$$", "no `$apr1$` hash"),
        ("bob:$apr1$", "no `$apr1$` hash"),
        ("bob:$apr1$salt$tooshort", "no `$apr1$` hash"),
        ("bob:$2y$05$tooshort", "no bcrypt hash"),
        ("bob:$2y$05$äääääääääääääääääääääääääääääääääääääääääääääääääääää", "no bcrypt hash"),
        ("bob:$2x$05$hkwHEDdNdyMNKxRDZ3LCEebPfd3vWqSwA0sPO0OiU1cKmeEtFqI1G", "not taken here"),
        ("bob:$6$salt$short", "no SHA-crypt hash"),
        ("bob:$6$rounds=x$salt$short", "no SHA-crypt hash"),
        ("bob:$argon2id$", "no PHC string"),
        ("bob:$argon2id$v=19$m=32,t=1,p=1$c29tZXNhbHQxMjM0NTY3OA", "no salt or no hash"),
        ("bob:$argon2id$v=20$m=32,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA", "version 20"),
        ("bob:$argon2id$v=19$m=32,t=1,p=1,x=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA", "`x`"),
        ("bob:$argon2id$v=19$m=32,t=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA", "no parameter `p`"),
        ("bob:$argon2d$v=19$m=32,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA", "argon2d"),
        ("b\u{7}ob:x", "control character"),
        (good.trim(), "line 2: the user `alice` is there twice: remove one"),
    ] {
        let error = error(&format!("{good}{line}\n"));
        assert!(error.contains(why) && error.contains("line 2: "), "{line}: {error}");
        let hash = line.split_once(':').map_or(line, |(_, hash)| hash);
        assert!(hash.len() < 10 || !error.contains(hash), "the line is not quoted: {error}");
    }
    for empty in ["", "\n\n", "# alice:x\n"] {
        assert!(error(empty).contains("it has no users"), "{empty:?}");
    }
    // One name in two spellings is one name.
    let twice = format!("J\u{e4}s:{WONDERLAND}\nJa\u{308}s:{WONDERLAND}\n");
    assert!(error(&twice).contains("is there twice"));
}

/// One log-in must not take hours, or all of the memory.
#[test]
fn costs_are_capped_when_a_hash_is_read() {
    let bcrypt =
        |cost: &str| format!("$2y${cost}$hkwHEDdNdyMNKxRDZ3LCEebPfd3vWqSwA0sPO0OiU1cKmeEtFqI1G");
    let argon2 = |costs: &str| format!("$argon2id$v=19${costs}$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA");
    let scrypt = |costs: &str| format!("$scrypt${costs}$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA");
    let pbkdf2 = |costs: &str| format!("$pbkdf2-sha256${costs}$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA");
    let sha512 = |rounds: &str| format!("$6$rounds={rounds}$salt${}", "x".repeat(86));
    for (hash, is_taken) in [
        (bcrypt("04"), true),
        (bcrypt("14"), true),
        (bcrypt("15"), false),
        (bcrypt("31"), false),
        (bcrypt("99"), false),
        (bcrypt("03"), false),
        (argon2("m=262144,t=4,p=16"), true),
        (argon2("m=262145,t=1,p=1"), false),
        (argon2("m=262144,t=5,p=1"), false),
        (argon2("m=32,t=4294967295,p=1"), false),
        (argon2("m=4294967295,t=1,p=1"), false),
        (argon2("m=4096,t=1,p=17"), false),
        (argon2("m=1,t=1,p=1"), false),
        (argon2("m=32,t=0,p=1"), false),
        (scrypt("ln=17,r=8,p=1"), true),
        (scrypt("ln=18,r=8,p=4"), true),
        (scrypt("ln=18,r=8,p=5"), false),
        (scrypt("ln=19,r=8,p=1"), false),
        (scrypt("ln=63,r=8,p=1"), false),
        (scrypt("ln=4294967295,r=8,p=1"), false),
        (scrypt("ln=4,r=0,p=1"), false),
        (scrypt("ln=4,r=4294967295,p=4294967295"), false),
        (pbkdf2("i=2000000"), true),
        (pbkdf2("i=2000001"), false),
        (pbkdf2("i=999"), false),
        (pbkdf2("i=1000,l=17"), false),
        (sha512("1000000"), true),
        (sha512("1000001"), false),
        (sha512("999"), false),
        (sha512("4294967296"), false),
    ] {
        let read = PasswordHash::parse_as(&hash, Formats::strong());
        assert_eq!(read.is_ok(), is_taken, "{hash}: {read:?}");
    }
    let error = PasswordHash::parse_as(&bcrypt("31"), Formats::strong()).unwrap_err().to_string();
    assert_eq!(
        error,
        "the password hash can't be used: bcrypt of cost 31 takes too long: at most 14"
    );
}

#[test]
fn a_missing_or_unreadable_file_refuses_to_build() {
    let path = Path::new("unreadable");
    let error = || Htpasswd::open(&path.0).unwrap_err().to_string();
    let start = format!("the users in `{}` can't be read: ", path.0.display());
    let missing = format!("{start}there is no such file: make it with `htpasswd -B -c ");
    assert!(error().starts_with(&missing), "{}", error());
    path.write("");
    assert_eq!(error(), format!("{start}it has no users, so nobody could log in"));
    std::fs::write(&path.0, b"alice:\xff").unwrap();
    assert!(error().starts_with(&start), "{}", error());
    std::fs::write(&path.0, vec![b'#'; 8 * 1024 * 1024 + 1]).unwrap();
    assert_eq!(error(), format!("{start}it is longer than 8 MiB"));
    assert!(Htpasswd::open(std::env::temp_dir()).is_err(), "a folder");
}

#[tokio::test]
async fn users_of_a_file_can_have_roles() {
    let users = Htpasswd::settings()
        .principal(|name| Principal::new(format!("{name}@example")).role("admin"))
        .from_text(&format!("alice:{WONDERLAND}"))
        .unwrap();
    let service = Service::new(users);
    let response = service.ask("alice", "wonderland").await;
    assert_eq!(response.body(), "alice@example admin");
}

/// [RFC 7617 §2](https://www.rfc-editor.org/rfc/rfc7617#section-2): later colons belong to the
/// password, and what follows a NUL is not cut off.
#[tokio::test]
async fn a_password_is_hashed_whole() {
    let pool = tower_auth::password::HashPool::default();
    let hash = |password: &'static str| {
        let pool = pool.clone();
        async move {
            pool.hash_with(crate::support::cheap(), password).await.unwrap().expose().to_owned()
        }
    };
    let text = format!("whole:{}\npart:{}\n", hash("a:b:c").await, hash("a").await);
    let service = Service::new(Htpasswd::from_text(&text).unwrap());
    assert_eq!(service.status("whole", "a:b:c").await, 200);
    for (name, password) in
        [("part", "a:b:c"), ("whole", "a"), ("part", "a\0evil"), ("part\0x", "a"), ("part", "")]
    {
        assert_eq!(service.status(name, password).await, 401, "{name:?} {password:?}");
    }
}

#[test]
fn nothing_prints_a_hash() {
    let users = Htpasswd::from_text(&format!("alice:{WONDERLAND}")).unwrap();
    let hash = PasswordHash::parse(WONDERLAND).unwrap();
    let account = tower_auth::password::Account::new("alice", WONDERLAND);
    let shown = format!("{users:?} {hash:?} {account:?} {:?}", Htpasswd::settings());
    assert!(!shown.contains("ZaevaqA2"), "{shown}");
    assert!(shown.contains("PasswordHash(argon2id, ***)"), "{shown}");
}
