//! Processes that share a Redis: two of `examples/sessions`, and `examples/replicas`.

use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, thread};

use crate::curl::{Answer, curl};
use crate::printed;
use crate::process::{Example, command};
use crate::redis::Server;

/// Logs in as alice, and hands out the cookie.
fn login(origin: &str) -> String {
    let form = ["-H", &format!("origin: {origin}"), "-d", "name=alice&password=wonderland"];
    let answer = curl(&[&form[..], &[&format!("{origin}/login")]].concat());
    assert_eq!(answer.status(), 303);
    let cookie = answer.field("set-cookie").remove(0).split(';').next().unwrap().to_owned();
    format!("cookie: {cookie}")
}

fn account(origin: &str, cookie: &str) -> Answer {
    curl(&["-H", cookie, &format!("{origin}/account")])
}

fn logout(origin: &str, cookie: &str) -> u16 {
    let own = format!("origin: {origin}");
    curl(&["-X", "POST", "-H", cookie, "-H", &own, &format!("{origin}/logout")]).status()
}

/// Whether it comes true in this many seconds.
fn soon(seconds: u64, mut is_true: impl FnMut() -> bool) -> bool {
    let until = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < until {
        if is_true() {
            return true;
        }
        thread::sleep(Duration::from_millis(10));
    }
    false
}

/// What ends at one is announced to the other, whatever that one remembers.
#[test]
fn who_logs_in_at_one_process_logs_out_at_the_other() {
    let Some(mut redis) = Server::start(&["--appendonly", "yes", "--appendfsync", "always"]) else {
        return;
    };
    let url = redis.url();
    let replica = || Example::start_with("sessions", &[("REDIS_URL", &url)]);
    let (one, two) = (replica(), replica());

    let cookie = login(one.origin());
    for origin in [one.origin(), two.origin(), one.origin(), two.origin()] {
        assert_eq!(account(origin, &cookie).status(), 200);
    }
    assert_eq!(logout(two.origin(), &cookie), 303);
    assert_eq!(account(two.origin(), &cookie).status(), 401);
    assert!(soon(1, || account(one.origin(), &cookie).status() == 401));

    // Redis away is no reason to log anybody out, and back it is without a restart of ours.
    let cookie = login(two.origin());
    redis.kill();
    assert_eq!(account(one.origin(), &cookie).status(), 503);
    redis.start_again();
    soon(5, || account(one.origin(), &cookie).status() != 503);
    assert_eq!(account(one.origin(), &cookie).status(), 200, "what Redis kept is not lost");
}

/// `examples/replicas`, and where its replicas are.
pub(crate) struct Replicas {
    pub(crate) example: Example,
    pub(crate) origins: [String; 2],
    redis: String,
}

impl Replicas {
    /// `None` where nginx is not installed; which fails under `CI`.
    pub(crate) fn start(variables: &[(&str, &str)]) -> Option<Self> {
        if Command::new("/usr/sbin/nginx").arg("-v").output().is_err() {
            let text = "nginx is not installed: apt-get install nginx-light";
            assert!(env::var_os("CI").is_none(), "{text}");
            return None;
        }
        let mut example = Example::start_with("replicas", variables);
        let line = example.paragraph().remove(0);
        let words: Vec<&str> = line.split([' ', ',']).collect();
        let ["replicas", "at", one, "and", two, "", "Redis", "at", redis] = words[..] else {
            panic!("{line}")
        };
        let origins = [one.to_owned(), two.to_owned()];
        Some(Self { origins, redis: redis.to_owned(), example })
    }
}

#[test]
fn what_one_replica_does_the_other_knows() {
    let Some(_) = Server::start(&[]) else { return };
    let Some(mut replicas) = Replicas::start(&[]) else { return };
    let printed = replicas.example.paragraph();
    let answers = printed::run(&printed);
    assert_eq!(answers.len(), 14);

    let list = answers["200: whichever replica it asks lists both sessions"].body();
    assert_eq!((list.matches("this one").count(), list.matches("/end").count()), (1, 1));
    // curl shows the challenge, and below it what came of its answer.
    let digest = &answers["401: one replica makes a nonce, the other takes it: the 200 follows"];
    let first = digest.field("replica")[0];
    let other = if first == "one" { "two" } else { "one" };
    assert!(digest.body().contains("HTTP/1.1 200 OK"));
    assert!(digest.body().contains(&format!("replica: {other}")), "{digest:?}");
    let guesses = answers["401: three keys are guessed, at either replica"].body();
    assert!(guesses.contains("replica: one") && guesses.contains("replica: two"));
    assert!(!guesses.contains("HTTP/1.1 429"));
}

/// Whatever ends the program, the three others end with it, and their folder goes.
#[test]
fn what_it_starts_ends_with_it() {
    let Some(_) = Server::start(&[]) else { return };
    for signal in ["-TERM", "-INT", "-KILL"] {
        let Some(mut replicas) = Replicas::start(&[]) else { return };
        let printed = replicas.example.paragraph();
        let folder = printed[1].split(' ').find(|word| word.ends_with("/cookies-1")).unwrap();
        let folder = Path::new(folder).parent().unwrap();
        let servers = [replicas.example.origin(), &replicas.redis];
        let servers: Vec<_> =
            servers.into_iter().chain(replicas.origins.iter().map(|it| &**it)).collect();
        let listens = |url: &&&str| TcpStream::connect(url.split_once("//").unwrap().1).is_ok();
        assert_eq!(servers.iter().filter(listens).count(), 4);
        assert!(folder.join("nginx.pid").exists());

        let pid = replicas.example.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        assert!(soon(20, || servers.iter().filter(listens).count() == 0), "{signal}");
        assert!(soon(20, || !folder.exists()), "{signal}");
    }
}

#[test]
fn what_is_not_installed_is_named() {
    let output = command("replicas").env("PATH", "/nowhere").output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(complaint.contains("redis-server is not installed: apt-get install redis-server"));
}
