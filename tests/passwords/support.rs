//! A service behind `Basic`, and directories for it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use tower::util::BoxCloneSyncService;
use tower::{ServiceBuilder, ServiceExt as _, service_fn};
use tower_auth::observe::{Event, Observer};
use tower_auth::password::{Account, Accounts, Argon2id, HashPool, Hashed, PasswordHash};
use tower_auth::rejection::{Rejection, Unavailable};
use tower_auth::respond::EitherBody;
use tower_auth::scheme::Basic;
use tower_auth::scheme::basic::Directory;
use tower_auth::testing::assert_refused;
use tower_auth::{AuthenticateLayer, Eventual, Identity};

/// Costs that a test can afford.
pub(crate) fn cheap() -> Argon2id {
    Argon2id::new(32, 1, 1).unwrap()
}

/// argon2id of `wonderland`, cheap; made by Debian's `argon2`.
pub(crate) const WONDERLAND: &str = "$argon2id$v=19$m=32,t=1,p=1$c29tZXNhbHQxMjM0NTY3OA$\
                                     ZaevaqA22ltcCKrx0n5L/pGCu2ZUz5arYtU9lcjEVK0";

#[derive(Clone)]
pub(crate) struct Service(BoxCloneSyncService<Request<()>, Response<Bytes>, Infallible>);

impl Service {
    pub(crate) fn new(directory: impl Directory) -> Self {
        Self::try_new(directory).unwrap()
    }

    pub(crate) fn try_new(directory: impl Directory) -> Result<Self, tower_auth::ConfigError> {
        let basic = Basic::new("orders", directory);
        let door = AuthenticateLayer::builder().scheme(basic).optional().build()?;
        let inner = service_fn(|request: Request<()>| async move {
            let who = match request.extensions().get::<Identity>() {
                Some(who) if who.has_role("admin") => format!("{} admin", who.subject()),
                Some(who) => who.subject().to_owned(),
                None => "nobody".to_owned(),
            };
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(who))))
        });
        let service = ServiceBuilder::new().layer(door).service(inner).and_then(
            |response: Response<EitherBody<Full<Bytes>>>| async {
                let (head, body) = response.into_parts();
                Ok(Response::from_parts(head, body.collect().await.unwrap().to_bytes()))
            },
        );
        Ok(Self(BoxCloneSyncService::new(service)))
    }

    pub(crate) async fn ask(&self, name: &str, password: impl AsRef<[u8]>) -> Response<Bytes> {
        let pair = [name.as_bytes(), b":", password.as_ref()].concat();
        let credentials = format!("Basic {}", STANDARD.encode(pair));
        let request = Request::get("/").header("authorization", credentials).body(()).unwrap();
        self.0.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn ask_as_nobody(&self) -> Response<Bytes> {
        self.0.clone().oneshot(Request::new(())).await.unwrap()
    }

    pub(crate) async fn status(&self, name: &str, password: impl AsRef<[u8]>) -> u16 {
        let response = self.ask(name, password).await;
        match response.status() {
            StatusCode::OK => assert_eq!(response.body(), name),
            status => drop(assert_refused(&response, status)),
        }
        response.status().as_u16()
    }

    /// A request of its own, which does not end with this test's next step.
    pub(crate) fn spawn(&self, name: &str, password: &str) -> tokio::task::JoinHandle<u16> {
        let (service, name, password) = (self.clone(), name.to_owned(), password.to_owned());
        tokio::spawn(async move { service.status(&name, password).await })
    }
}

pub(crate) fn reason(response: &Response<Bytes>) -> &'static str {
    response.extensions().get::<Rejection>().unwrap().reason()
}

/// An observer that keeps codes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(pub(crate) Arc<Mutex<Vec<String>>>);

impl Observer for Log {
    fn on_event(&self, event: &Event<'_>) {
        self.0.lock().unwrap().push(format!("{}: {event:?}", event.code()));
    }
}

impl Log {
    pub(crate) fn codes(&self) -> Vec<String> {
        let events = self.0.lock().unwrap();
        events.iter().map(|event| event.split(':').next().unwrap().to_owned()).collect()
    }

    pub(crate) fn text(&self) -> String {
        self.0.lock().unwrap().join("\n")
    }
}

/// A file of this test's own, gone with it.
pub(crate) struct Path(pub(crate) PathBuf);

impl Path {
    pub(crate) fn new(name: &str) -> Self {
        let name = format!("tower-auth-passwords-{}-{name}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    pub(crate) fn write(&self, text: &str) {
        let new = self.0.with_extension("new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, &self.0).unwrap();
    }
}

impl Drop for Path {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Accounts in memory. `None` is a locked one.
#[derive(Clone, Default)]
pub(crate) struct Table(
    pub(crate) Arc<Mutex<HashMap<String, Option<String>>>>,
    /// How often one was asked for.
    pub(crate) Arc<AtomicUsize>,
);

impl Table {
    pub(crate) fn of(entries: &[(&str, Option<&str>)]) -> Self {
        let table = Self::default();
        for (name, hash) in entries {
            table.set(name, *hash);
        }
        table
    }

    pub(crate) fn set(&self, name: &str, hash: Option<&str>) {
        self.0.lock().unwrap().insert(name.to_owned(), hash.map(str::to_owned));
    }

    pub(crate) fn get(&self, name: &str) -> String {
        self.0.lock().unwrap()[name].clone().unwrap()
    }
}

impl Accounts for Table {
    fn find(&self, name: &str) -> Eventual<Result<Option<Account>, Unavailable>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        let found = self.0.lock().unwrap().get(name).cloned();
        Eventual::Ready(Ok(found.map(|hash| match hash {
            Some(hash) => Account::new(name, hash),
            None => Account::locked(name),
        })))
    }

    fn upgrade(
        &self,
        name: &str,
        old: &PasswordHash,
        new: &PasswordHash,
    ) -> Eventual<Result<(), Unavailable>> {
        if let Some(Some(hash)) = self.0.lock().unwrap().get_mut(name)
            && hash == old.expose()
        {
            *hash = new.expose().to_owned();
        }
        Ok(()).into()
    }
}

pub(crate) fn hashed(entries: &[(&str, Option<&str>)]) -> Hashed<Table> {
    Hashed::new(Table::of(entries)).decoys_like([WONDERLAND])
}

/// Keeps one place of a pool busy until it is dropped: so hashes wait, and don't end before a test
/// says so.
pub(crate) struct Gate(#[expect(dead_code, reason = "held")] std::sync::mpsc::Sender<()>);

impl Gate {
    pub(crate) async fn close(pool: &HashPool) -> Self {
        let (open, closed) = std::sync::mpsc::channel::<()>();
        let (before, busy) = (pool.stats().running, pool.clone());
        tokio::spawn(async move { busy.run(move || closed.recv().is_ok()).await.is_ok() });
        until(|| pool.stats().running > before).await;
        Self(open)
    }
}

/// Waits until it is so.
pub(crate) async fn until(mut so: impl FnMut() -> bool) {
    for _ in 0..2000 {
        if so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it was not so within 10 s");
}
