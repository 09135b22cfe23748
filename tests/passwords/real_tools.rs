//! Hashes made by others: Apache's `htpasswd`, `openssl`, `mkpasswd`, Debian's `argon2`, Python.

use std::io::Write as _;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tower_auth::ConfigError;
use tower_auth::password::{Argon2id, Formats, HashPool, Htpasswd, PasswordHash};

use crate::support::{Path, Service};

/// What a tool prints, `input` being its standard input. Says that a tool is missing; under
/// continuous integration it must not be.
fn run(command: &[&str], input: &str) -> Option<String> {
    let child = Command::new(command[0])
        .args(&command[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else {
        let text = format!("`{}` is not installed: see the list of tools in .ci/run", command[0]);
        assert!(std::env::var_os("CI").is_none(), "{text}");
        std::io::stderr().write_all(format!("skipped: {text}\n").as_bytes()).unwrap();
        return None;
    };
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{command:?}");
    Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

fn open(path: &Path, danger: bool) -> Result<Htpasswd, ConfigError> {
    let settings = Htpasswd::settings();
    let settings = if danger { settings.danger_weak_hashes() } else { settings };
    settings.open(&path.0)
}

const PASSWORD: &str = "a:b c£ 🔑";

async fn assert_takes_only(users: Htpasswd, password: &str, what: &str) {
    let service = Service::new(users);
    assert_eq!(service.status("alice", password).await, 200, "{what}");
    for wrong in ["", "a", "a:b", &format!("{password}x"), password.get(1..).unwrap()] {
        assert_eq!(service.status("alice", wrong).await, 401, "{what}: {wrong:?}");
    }
    assert_eq!(service.status("bob", password).await, 401, "{what}");
}

/// Every format of Apache's own tool: -B and SHA-crypt as they are, -m and -s in spite of the
/// danger, -d and -p never.
#[tokio::test]
async fn files_of_apaches_htpasswd_are_read() {
    for (name, flags, is_strong) in [
        ("bcrypt", &["-B", "-C", "5"][..], true),
        ("sha256", &["-2"], true),
        ("sha512", &["-5"], true),
        ("sha512-rounds", &["-5", "-r", "3000"], true),
        ("md5", &["-m"], false),
        ("sha1", &["-s"], false),
    ] {
        let path = Path::new(name);
        let file = path.0.display().to_string();
        let command = [&["htpasswd", "-c", "-i"], flags, &[&file, "alice"]].concat();
        if run(&command, PASSWORD).is_none() {
            return;
        }
        assert_eq!(open(&path, false).is_ok(), is_strong, "{name}");
        assert_takes_only(open(&path, true).unwrap(), PASSWORD, name).await;
        if !is_strong {
            let error = open(&path, false).unwrap_err().to_string();
            assert!(error.contains("line 1: ") && error.contains("it is too weak"), "{error}");
        }
    }
    for (name, flag) in [("plain", "-p"), ("des", "-d")] {
        let path = Path::new(name);
        let file = path.0.display().to_string();
        run(&["htpasswd", "-c", "-i", flag, &file, "alice"], "wonder");
        let error = open(&path, true).unwrap_err().to_string();
        assert!(error.contains("plain text is never taken"), "{error}");
        assert!(!error.contains("wonder:") && !error.contains("`wonder`"), "{error}");
    }
}

/// The lengths at which MD5-crypt and SHA-crypt change their ways.
#[tokio::test]
async fn passwords_of_any_length_are_as_apache_hashes_them() {
    for flags in [&["-m"][..], &["-2", "-r", "1000"], &["-5", "-r", "1000"]] {
        let mut text = String::new();
        let lengths = [1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 200];
        for length in lengths {
            let name = format!("user{length}");
            let Some(line) =
                run(&[&["htpasswd", "-n", "-i"], flags, &[&name]].concat(), &"x".repeat(length))
            else {
                return;
            };
            text.push_str(&line);
            text.push('\n');
        }
        let users = Htpasswd::settings().danger_weak_hashes().from_text(&text).unwrap();
        let service = Service::new(users);
        for length in lengths {
            let name = format!("user{length}");
            assert_eq!(service.status(&name, "x".repeat(length)).await, 200, "{flags:?} {length}");
            assert_eq!(
                service.status(&name, "x".repeat(length + 1)).await,
                401,
                "{flags:?} {length}"
            );
        }
    }
}

#[tokio::test]
async fn hashes_of_openssl_and_mkpasswd_are_read() {
    for command in [
        &["openssl", "passwd", "-5", "-stdin"][..],
        &["openssl", "passwd", "-6", "-stdin"],
        &["openssl", "passwd", "-apr1", "-stdin"],
        &["openssl", "passwd", "-6", "-salt", "x", "-stdin"],
        &["mkpasswd", "-s", "-m", "sha-256"],
        &["mkpasswd", "-s", "-m", "sha-512", "-R", "2000"],
        &["mkpasswd", "-s", "-m", "bcrypt", "-R", "5"],
        &["mkpasswd", "-s", "-m", "bcrypt-a", "-R", "5"],
    ] {
        let Some(hash) = run(command, &format!("{PASSWORD}\n")) else { return };
        let text = format!("alice:{hash}");
        let users = Htpasswd::settings().danger_weak_hashes().from_text(&text).unwrap();
        assert_takes_only(users, PASSWORD, &format!("{command:?}")).await;
    }
    for method in ["yescrypt", "md5", "descrypt"] {
        let Some(hash) = run(&["mkpasswd", "-s", "-m", method], "wonderland\n") else { return };
        let text = format!("alice:{hash}");
        let refused = Htpasswd::settings().danger_weak_hashes().from_text(&text);
        assert!(refused.is_err(), "{method}");
    }
}

#[tokio::test]
async fn hashes_of_debians_argon2_are_read() {
    for (flags, is_taken) in [
        (&["-id", "-k", "64", "-t", "2"][..], true),
        (&["-id", "-k", "64", "-t", "1", "-p", "2", "-l", "24"], true),
        (&["-id", "-k", "64", "-t", "1", "-v", "10"], true),
        (&["-i", "-k", "64", "-t", "3"], true),
        (&["-d", "-k", "64", "-t", "3"], false),
        (&["-id", "-m", "19"], false),
        (&["-id", "-k", "8", "-t", "1", "-l", "8"], false),
    ] {
        let command = [&["argon2", "some-salt"], flags, &["-e"]].concat();
        let Some(hash) = run(&command, PASSWORD) else { return };
        let users = Htpasswd::from_text(&format!("alice:{hash}"));
        assert_eq!(users.is_ok(), is_taken, "{hash}");
        assert_eq!(PasswordHash::parse(&hash).is_ok(), is_taken, "{hash}");
        if let Ok(users) = users {
            assert_takes_only(users, PASSWORD, &hash).await;
        }
    }
}

#[tokio::test]
async fn each_hash_has_a_salt_of_its_own() {
    let pool = HashPool::default();
    let costs = Argon2id::new(64, 2, 1).unwrap();
    let mut salts = std::collections::HashSet::new();
    for _ in 0..100 {
        let hash = pool.hash_with(costs, "wonderland").await.unwrap();
        let salt = hash.expose().strip_prefix("$argon2id$v=19$m=64,t=2,p=1$").unwrap();
        let salt = STANDARD_NO_PAD.decode(salt.split('$').next().unwrap()).unwrap();
        assert_eq!(salt.len(), 16);
        assert!(salts.insert(salt));
    }
}

#[tokio::test]
async fn scrypt_and_pbkdf2_of_python_are_read() {
    let program = r#"
import base64, hashlib, sys
password, salt = sys.stdin.buffer.read(), b'sixteen bytes ..'
b64 = lambda raw: base64.b64encode(raw).decode().rstrip('=')
def pbkdf2(name, rounds, extra=''):
    raw = hashlib.pbkdf2_hmac(name, password, salt, rounds)
    return f'$pbkdf2-{name}$i={rounds}{extra}${b64(salt)}${b64(raw)}'
def scrypt(ln, r, p):
    raw = hashlib.scrypt(password, salt=salt, n=2**ln, r=r, p=p, dklen=32)
    return f'$scrypt$ln={ln},r={r},p={p}${b64(salt)}${b64(raw)}'
print(pbkdf2('sha256', 1000), pbkdf2('sha256', 2000, ',l=32'), pbkdf2('sha512', 1000))
print(scrypt(4, 8, 1), scrypt(5, 4, 2))
"#;
    let Some(hashes) = run(&["python3", "-c", program], PASSWORD) else { return };
    let hashes: Vec<_> = hashes.split_whitespace().collect();
    assert_eq!(hashes.len(), 5);
    for hash in hashes {
        assert!(PasswordHash::parse_as(hash, Formats::strong()).is_ok());
        let users = Htpasswd::from_text(&format!("alice:{hash}")).unwrap();
        assert_takes_only(users, PASSWORD, hash).await;
    }
}

/// Cut off at 72 bytes, these would be one password.
#[tokio::test]
async fn bcrypt_never_takes_the_first_72_bytes_for_the_whole() {
    let long = "x".repeat(71);
    let Some(line) = run(&["htpasswd", "-n", "-i", "-B", "-C", "4", "alice"], &long) else {
        return;
    };
    let service = Service::new(Htpasswd::from_text(&line).unwrap());
    assert_eq!(service.status("alice", &long).await, 200);
    for longer in 72..80 {
        assert_eq!(service.status("alice", "x".repeat(longer)).await, 401, "{longer}");
    }
    // A hash that other software made of more than that: nobody can log in with it, cut or whole.
    let longer = "x".repeat(72);
    let hash = run(&["mkpasswd", "-s", "-m", "bcrypt", "-R", "4"], &format!("{longer}\n")).unwrap();
    let service = Service::new(Htpasswd::from_text(&format!("alice:{hash}")).unwrap());
    for length in [71, 72, 73, 80] {
        assert_eq!(service.status("alice", "x".repeat(length)).await, 401, "{length}");
    }
}
