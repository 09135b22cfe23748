//! Two processes of `examples/sessions` that share a Redis, and a proxy that asks either.

use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use crate::curl::{Answer, curl};
use crate::process::Example;
use crate::redis::{Server, free_port};

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

/// What ended at one process is over at the other at once, whatever that one remembers.
fn is_over_soon(origin: &str, cookie: &str) -> bool {
    let until = Instant::now() + Duration::from_secs(1);
    while Instant::now() < until {
        if account(origin, cookie).status() == 401 {
            return true;
        }
        thread::sleep(Duration::from_millis(10));
    }
    false
}

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
    assert!(is_over_soon(one.origin(), &cookie));

    // Redis away is no reason to log anybody out, and back it is without a restart of ours.
    let cookie = login(two.origin());
    redis.kill();
    assert_eq!(account(one.origin(), &cookie).status(), 503);
    redis.start_again();
    let back = Instant::now() + Duration::from_secs(5);
    while account(one.origin(), &cookie).status() == 503 && Instant::now() < back {
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(account(one.origin(), &cookie).status(), 200, "what Redis kept is not lost");
}

/// nginx asks the two in turn, as a site with two machines has it.
#[test]
fn a_session_lives_behind_a_proxy_that_asks_either_process() {
    if Command::new("/usr/sbin/nginx").arg("-v").output().is_err() {
        assert!(env::var_os("CI").is_none(), "nginx is not installed: apt-get install nginx-light");
        return;
    }
    let Some(redis) = Server::start(&[]) else { return };
    let url = redis.url();
    let replica = || Example::start_with("sessions", &[("REDIS_URL", &url)]);
    let (one, two) = (replica(), replica());
    let proxy = Nginx::start(&[one.origin(), two.origin()]);

    let cookie = login(&proxy.origin);
    for _ in 0..6 {
        assert_eq!(account(&proxy.origin, &cookie).status(), 200);
    }
    assert_eq!(logout(&proxy.origin, &cookie), 303);
    for origin in [one.origin(), two.origin()] {
        assert!(is_over_soon(origin, &cookie));
    }
}

struct Nginx {
    origin: String,
    folder: std::path::PathBuf,
    child: process::Child,
}

impl Nginx {
    fn start(servers: &[&str]) -> Self {
        let port = free_port();
        let folder = env::temp_dir().join(format!("tower-auth-nginx-{}-{port}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let servers: String = servers
            .iter()
            .map(|origin| format!("server {};", origin.trim_start_matches("http://")))
            .collect();
        let at = folder.display();
        let text = format!(
            "daemon off; worker_processes 1; pid {at}/pid; error_log {at}/error;\n\
             events {{}}\n\
             http {{ access_log off; client_body_temp_path {at}/body; proxy_temp_path {at}/proxy;\n\
             fastcgi_temp_path {at}/f; uwsgi_temp_path {at}/u; scgi_temp_path {at}/s;\n\
             upstream replicas {{ {servers} }}\n\
             server {{ listen 127.0.0.1:{port}; location / {{\n\
             proxy_pass http://replicas; proxy_set_header Host $http_host; }} }} }}\n"
        );
        let file = folder.join("nginx.conf");
        fs::write(&file, text).unwrap();
        let child = Command::new("/usr/sbin/nginx").arg("-c").arg(&file).spawn().unwrap();
        let origin = format!("http://127.0.0.1:{port}");
        let until = Instant::now() + Duration::from_secs(5);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "nginx does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        Self { origin, folder, child }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let pid = fs::read_to_string(self.folder.join("pid")).unwrap_or_default();
        // A polite end takes the workers along.
        let _ = Command::new("kill").arg(pid.trim()).status();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
