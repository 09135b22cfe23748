//! Two replicas of one service behind a proxy, and what they know in common.
//!
//! ```text
//! cargo run --example replicas
//! ```
//!
//! It starts `redis-server`, the service twice and nginx before them, and prints a `curl` command
//! for each thing that one replica does and the other knows: who logged in and out, which nonces of
//! Digest were used, which tokens are revoked, who has guessed too often. Every answer says in the
//! field `replica` whose it is. The pages of `examples/sessions` are at
//! <http://127.0.0.1:3000/account>.
//!
//! Pause Redis (`kill -STOP`), kill it, or kill a replica, and see what comes of it. Whatever ends
//! this program ends them all.
//!
//! Another port: `PORT=8080`, or `PORT=0` for any that is free. With `REDIS_URL` the replicas share
//! the Redis that is there.

#![expect(clippy::print_stdout, reason = "an example says what to try")]

#[path = "../sessions/app/mod.rs"]
mod app;
mod leash;
mod replica;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use tower_auth::store::RedisStores;

use leash::{Leash, free_port, installed};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    match &*env::args().skip(1).collect::<Vec<_>>() {
        [name, port, redis] => replica::serve(name, port.parse()?, redis).await,
        _ => start_all().await,
    }
}

async fn start_all() -> Result<(), Box<dyn Error>> {
    let server = match env::var("REDIS_URL") {
        Ok(url) => Server::There(url),
        Err(_) => Server::Own(installed(&["redis-server"], "redis-server")?),
    };
    let nginx = installed(&["nginx", "/usr/sbin/nginx"], "nginx-light")?;
    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let port = if port == 0 { free_port()? } else { port };
    let folder = env::temp_dir().join(format!("tower-auth-replicas-{}", process::id()));
    fs::create_dir_all(&folder)?;

    let (redis, _redis) = redis(server, &folder).await?;
    let ((one, _one), (two, _two)) = (twin("one", &redis, &folder)?, twin("two", &redis, &folder)?);
    let config = nginx_config(&folder, port, one, two)?;
    let _proxy = Leash::start(nginx, &["-c", &config], &folder, port)?;

    let origin = |port| format!("http://127.0.0.1:{port}");
    let (proxy, one, two) = (origin(port), origin(one), origin(two));
    println!("listening on {proxy}\n\nreplicas at {one} and {two}, Redis at {redis}\n");
    let jar = folder.join("cookies").display().to_string();
    let texts = [("proxy", proxy), ("one", one), ("two", two), ("jar", jar)];
    println!("{}", fill(&replica::commands()?, &texts));
    std::future::pending().await
}

/// The Redis that is shared.
enum Server {
    There(String),
    /// Ours, by this program.
    Own(&'static str),
}

async fn redis(server: Server, folder: &Path) -> Result<(String, Option<Leash>), Box<dyn Error>> {
    let program = match server {
        Server::There(url) => return Ok((url, None)),
        Server::Own(program) => program,
    };
    let (port, dir) = (free_port()?, folder.display().to_string());
    let args = ["--bind", "127.0.0.1", "--port", &port.to_string(), "--dir", &dir];
    // Killed, it still knows what it has said.
    let lasting = ["--save", "", "--appendonly", "yes", "--appendfsync", "always"];
    let server = Leash::start(program, &[&args[..], &lasting].concat(), folder, port)?;
    let url = format!("redis://127.0.0.1:{port}");
    // True of a Redis that has just been set up. A service must not say so each time it starts.
    let stores = RedisStores::connect(&url)?;
    stores.danger_nothing_was_lost().await.map_err(|why| why.detail().to_owned())?;
    Ok((url, Some(server)))
}

/// This program again, as a replica.
fn twin(name: &str, redis: &str, folder: &Path) -> Result<(u16, Leash), Box<dyn Error>> {
    let (port, program) = (free_port()?, env::current_exe()?.display().to_string());
    Ok((port, Leash::start(&program, &[name, &port.to_string(), redis], folder, port)?))
}

fn nginx_config(folder: &Path, port: u16, one: u16, two: u16) -> Result<String, Box<dyn Error>> {
    let [proxy, one, two] = [port, one, two].map(|port| format!("127.0.0.1:{port}"));
    let at = folder.display().to_string();
    let texts = [("folder", at), ("proxy", proxy), ("one", one), ("two", two)];
    let file: PathBuf = folder.join("nginx.conf");
    fs::write(&file, fill(include_str!("nginx.conf"), &texts))?;
    Ok(file.display().to_string())
}

/// The text with `{{name}}` replaced.
fn fill(template: &str, texts: &[(&str, String)]) -> String {
    texts.iter().fold(template.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{{{name}}}}}"), value)
    })
}
