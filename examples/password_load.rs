//! How long other requests take while passwords are hashed without a pause.
//!
//! ```sh
//! cargo run --release --example password_load
//! ```
//!
//! A server on this machine, and requests with a token to it: alone, and while 32 clients guess
//! passwords, whose hashes keep the pool full. The second is to take not more than twice as long as
//! the first, also for the slowest hundredth. Then the same with a pool of as many hashes at once
//! as there are cores, which is one more than is usual.
//!
//! The two take turns, so that what else the machine does meets both. It takes 8 s; with a number as
//! its argument, as many times longer.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "it takes the time")]

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use axum::{Router, routing::get};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tower_auth::password::{HashPool, Htpasswd};
use tower_auth::scheme::{Basic, Bearer};
use tower_auth::token::OpaqueTokens;
use tower_auth::{AuthenticateLayer, Identity};

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let longer = std::env::args().nth(1).map_or(Ok(1.0), |text| text.parse())?;
    let time = Duration::from_secs_f64(0.4 * longer);
    let cores = thread::available_parallelism()?.get();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    for (what, pool) in
        [("usual pool", HashPool::default()), ("pool of all cores", HashPool::new(cores, 128))]
    {
        let address = runtime.block_on(serve(&pool))?;
        let (mut idle, mut busy) = (Vec::new(), Vec::new());
        let (mut hashes, mut seconds) = (0_u64, 0.0);
        for _ in 0..4 {
            measure(address, time, &mut idle)?;
            let guessing = Guessing::start(address)?;
            thread::sleep(Duration::from_millis(50));
            let (before, began) = (pool.stats().hashes, Instant::now());
            measure(address, time, &mut busy)?;
            let made = pool.stats().hashes.saturating_sub(before);
            hashes = hashes.saturating_add(made);
            seconds += began.elapsed().as_secs_f64();
            guessing.stop();
            while pool.stats().running > 0 {
                thread::sleep(Duration::from_millis(10));
            }
        }
        println!("{what}: {:.0} hashes a second on {cores} cores", hashes as f64 / seconds);
        for (name, share) in [("median", 0.5), ("p99", 0.99)] {
            let (idle, busy) = (quantile(&mut idle, share), quantile(&mut busy, share));
            let quotient = busy.as_secs_f64() / idle.as_secs_f64();
            println!("  {name:<6} idle {idle:>8.1?}, hashing {busy:>8.1?}: {quotient:.2} times");
        }
    }
    Ok(())
}

async fn serve(pool: &HashPool) -> Result<SocketAddr, Failure> {
    let hash = pool.hash("wonderland").await?;
    let users = Htpasswd::settings().pool(pool).from_text(&format!("alice:{}", hash.expose()))?;
    let front_door = AuthenticateLayer::builder()
        .scheme(Bearer::new(OpaqueTokens::new().token("importer", "mF_9.B5f-4.1JqM")))
        .scheme(Basic::new("orders", users))
        .build()?;
    let orders = get(async |who: Identity| format!("orders for {}", who.subject()));
    let app = Router::new().route("/orders", orders).layer(front_door);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}

/// Requests with a token, one each millisecond, and how long each took.
fn measure(address: SocketAddr, time: Duration, times: &mut Vec<Duration>) -> Result<(), Failure> {
    let mut stream = connect(address)?;
    let request = request("Bearer mF_9.B5f-4.1JqM");
    let began = Instant::now();
    while began.elapsed() < time {
        let sent = Instant::now();
        let status = ask(&mut stream, &request)?;
        times.push(sent.elapsed());
        if status != *b"200" {
            return Err("the token was refused".into());
        }
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// 32 clients, each with another wrong password every time, until they are cut off.
struct Guessing(Vec<(TcpStream, thread::JoinHandle<()>)>);

impl Guessing {
    fn start(address: SocketAddr) -> io::Result<Self> {
        let number = Arc::new(AtomicU64::new(0));
        let clients = (0..32).map(|_| {
            let mut stream = connect(address)?;
            let (number, end) = (Arc::clone(&number), stream.try_clone()?);
            let client = thread::spawn(move || {
                loop {
                    let pair = format!("alice:{}", number.fetch_add(1, Ordering::Relaxed));
                    let request = request(&format!("Basic {}", STANDARD.encode(pair)));
                    if ask(&mut stream, &request).is_err() {
                        return;
                    }
                }
            });
            Ok((end, client))
        });
        Ok(Self(clients.collect::<io::Result<_>>()?))
    }

    fn stop(self) {
        for (stream, client) in self.0 {
            let _ = stream.shutdown(Shutdown::Both);
            let _ = client.join();
        }
    }
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn request(credentials: &str) -> String {
    format!("GET /orders HTTP/1.1\r\nhost: localhost\r\nauthorization: {credentials}\r\n\r\n")
}

/// The three digits of the status. Each answer is short, and comes in one piece.
fn ask(stream: &mut TcpStream, request: &str) -> io::Result<[u8; 3]> {
    stream.write_all(request.as_bytes())?;
    let mut answer = [0; 4096];
    let length = stream.read(&mut answer)?;
    let status = answer.get(9..12).filter(|_| length > 12).and_then(|text| text.try_into().ok());
    status.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

fn quantile(times: &mut [Duration], share: f64) -> Duration {
    times.sort_unstable();
    let index = (times.len() as f64 * share) as usize;
    times.get(index).copied().unwrap_or_default()
}
