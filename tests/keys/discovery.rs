//! From an issuer to its keys, RFC 8414 and OpenID Connect Discovery.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use tower_auth::BoxFuture;
use tower_auth::fetch::{Fetch, FetchError};
use tower_auth::testing::TokenMaker;
use tower_auth::token::keys::RemoteKeys;

use crate::support::{ISSUER, Service, Told, secs, signer, tokio_clock};

/// Documents by their address; everything else is 404.
#[derive(Clone, Default)]
struct Site {
    pages: Arc<Mutex<HashMap<String, (String, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    fn put(&self, url: &str, content_type: &str, text: impl Into<String>) {
        let page = (content_type.to_owned(), text.into());
        self.pages.lock().unwrap().insert(url.to_owned(), page);
    }

    fn metadata(&self, url: &str, issuer: &str, jwks_uri: &str) {
        let text = format!(r#"{{"issuer":"{issuer}","jwks_uri":"{jwks_uri}","x":[{{"y":1}}]}}"#);
        self.put(url, "application/json", text);
    }

    fn keys(&self, url: &str, maker: &TokenMaker) {
        self.put(url, "application/jwk-set+json", maker.jwk_set());
    }

    fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl Fetch for Site {
    fn fetch(&self, request: Request<Bytes>) -> BoxFuture<Result<Response<Bytes>, FetchError>> {
        let url = request.uri().to_string();
        assert_eq!(request.method(), "GET");
        self.asked.lock().unwrap().push(url.clone());
        let page = self.pages.lock().unwrap().get(&url).cloned();
        let response = match page {
            Some((content_type, text)) => {
                Response::builder().header("content-type", content_type).body(Bytes::from(text))
            }
            None => Response::builder().status(404).body(Bytes::new()),
        };
        Box::pin(async move { Ok(response.unwrap()) })
    }
}

const OAUTH: &str = "https://idp.example/.well-known/oauth-authorization-server";
const OPENID: &str = "https://idp.example/.well-known/openid-configuration";
const KEYS: &str = "https://keys.example/jwks";

async fn found(site: &Site, issuer: &str) -> bool {
    let keys = RemoteKeys::discover(issuer, site.clone()).clock(tokio_clock()).build().unwrap();
    keys.ready().await.is_ok()
}

/// Whoever waits for keys while the service starts has no event at hand.
#[tokio::test(start_paused = true)]
async fn waiting_in_vain_says_why() {
    let site = Site::default();
    let keys = RemoteKeys::discover("https://idp.example", site.clone()).clock(tokio_clock());
    let keys = keys.build().unwrap();
    let why =
        format!("no keys from https://idp.example: {OAUTH} answered 404; {OPENID} answered 404");
    assert_eq!(keys.ready().await.unwrap_err().detail(), why);
    assert_eq!(keys.refresh().await.unwrap_err().detail(), why);
    site.metadata(OPENID, "https://idp.example/", KEYS);
    tokio::time::sleep(secs(60)).await;
    let why = format!(
        "no keys from https://idp.example: {OAUTH} answered 404; {OPENID}: its `issuer` is \
         `https://idp.example/`, which is another one"
    );
    assert_eq!(keys.ready().await.unwrap_err().detail(), why);
}

/// RFC 8414 §3.1 and §5: the requests, in their order.
#[tokio::test(start_paused = true)]
async fn metadata_are_looked_for_by_rfc_8414_first() {
    let maker = signer(tokio_clock());
    let site = Site::default();
    site.keys(KEYS, &maker);
    site.metadata(OPENID, ISSUER, KEYS);
    assert!(found(&site, ISSUER).await);
    assert_eq!(site.take_asked(), [OAUTH, OPENID, KEYS]);
    site.metadata(OAUTH, ISSUER, KEYS);
    assert!(found(&site, ISSUER).await);
    assert_eq!(site.take_asked(), [OAUTH, KEYS]);

    let tenant = "https://idp.example/tenant1";
    let appended = "https://idp.example/tenant1/.well-known/openid-configuration";
    site.metadata(appended, tenant, KEYS);
    assert!(found(&site, tenant).await);
    assert_eq!(
        site.take_asked(),
        [&format!("{OAUTH}/tenant1"), &format!("{OPENID}/tenant1"), appended, KEYS]
    );
}

/// RFC 8414 §3.3: identical, or of no use; whatever keys it names are not even fetched.
#[tokio::test(start_paused = true)]
async fn metadata_of_another_issuer_are_of_no_use() {
    for returned in [
        "https://idp.example/",
        "https://IDP.example",
        "https://evil.example",
        "http://idp.example",
        "https://idp.example:443",
        "",
    ] {
        let clock = tokio_clock();
        let maker = signer(clock.clone());
        let site = Site::default();
        site.keys(KEYS, &maker);
        site.metadata(OAUTH, returned, KEYS);
        site.metadata(OPENID, returned, KEYS);
        let keys = RemoteKeys::discover(ISSUER, site.clone()).clock(clock.clone()).build().unwrap();
        let service = Service::with(keys, clock);
        assert_eq!(service.judge(&maker.token("alice").sign()).await, Told::Down, "{returned}");
        assert_eq!(site.take_asked(), [OAUTH, OPENID], "{returned}");
    }
}

/// RFC 8414 §3.2: 200, `application/json`, an object with what is needed.
#[tokio::test(start_paused = true)]
async fn metadata_that_are_none_fail_closed() {
    let good = format!(r#"{{"issuer":"{ISSUER}","jwks_uri":"{KEYS}"}}"#);
    for (content_type, text, want) in [
        ("application/json", good.clone(), true),
        ("Application/JSON; charset=utf-8", good.clone(), true),
        ("text/html", good.clone(), false),
        ("text/html", "<html>".to_owned(), false),
        ("application/json", "<html>".to_owned(), false),
        ("application/json", "[]".to_owned(), false),
        ("application/json", format!(r#"{{"issuer":"{ISSUER}"}}"#), false),
        ("application/json", format!(r#"{{"jwks_uri":"{KEYS}"}}"#), false),
        ("application/json", good.replace(KEYS, "http://keys.example/jwks"), false),
        ("application/json", good.replace(KEYS, "/jwks"), false),
        ("application/json", good.replace(KEYS, "https://a@keys.example/jwks"), false),
        // From the network to this machine: never.
        ("application/json", good.replace(KEYS, "http://127.0.0.1:8080/jwks"), false),
        ("application/json", good.replace(KEYS, "https://localhost/jwks"), false),
        (
            "application/json",
            format!(r#"{{"issuer":"{ISSUER}","issuer":"{ISSUER}","jwks_uri":"{KEYS}"}}"#),
            false,
        ),
    ] {
        let site = Site::default();
        site.keys(KEYS, &signer(tokio_clock()));
        site.put(OAUTH, content_type, text.clone());
        assert_eq!(found(&site, ISSUER).await, want, "{content_type} {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn keys_that_move_are_found_again() {
    let clock = tokio_clock();
    let (old, new) = (signer(clock.clone()), signer(clock.clone()));
    let site = Site::default();
    site.keys(KEYS, &old);
    site.metadata(OAUTH, ISSUER, KEYS);
    let keys = RemoteKeys::discover(ISSUER, site.clone()).clock(clock.clone()).build().unwrap();
    let service = Service::with(keys, clock);
    service.keys.ready().await.unwrap();
    service.keys.refresh().await.unwrap();
    assert_eq!(site.take_asked(), [OAUTH, KEYS, KEYS], "the metadata are kept");

    let moved = "https://keys.example/v2";
    site.pages.lock().unwrap().remove(KEYS);
    site.keys(moved, &new);
    site.metadata(OAUTH, ISSUER, moved);
    let token = new.token("alice").sign();
    assert_eq!(service.judge(&token).await, Told::Down);
    tokio::time::sleep(secs(1)).await;
    assert_eq!(service.judge(&token).await, Told::Accepted);
    assert_eq!(site.take_asked(), [KEYS, OAUTH, moved]);
}

/// RFC 8414 §2: what can't be an issuer is refused while building.
#[test]
fn an_issuer_is_an_https_url_without_query() {
    for (issuer, why) in [
        ("http://idp.example", "it is not `https`, and plain `http` is for this machine only"),
        ("https://idp.example?tenant=1", "it has a query"),
        ("https://idp.example/#a", "it has a fragment"),
        ("https://me@idp.example", "it has a user in it"),
        ("idp.example", "it is no absolute URL"),
    ] {
        let error = RemoteKeys::discover(issuer, Site::default()).build().unwrap_err();
        let want = format!("the issuer `{issuer}` can't be asked: {why}");
        assert_eq!(error.to_string(), want);
    }
    let error = RemoteKeys::from_url("http://idp.example/jwks", Site::default()).build();
    assert_eq!(
        error.unwrap_err().to_string(),
        "the keys can't be fetched from `http://idp.example/jwks`: it is not `https`, and plain \
         `http` is for this machine only"
    );
    for local in ["http://127.0.0.1:4000", "http://localhost/issuer", "http://[::1]"] {
        assert!(RemoteKeys::discover(local, Site::default()).build().is_ok(), "{local}");
    }
}
