//! `conformance_server` with everything it can be given: keys, an introspection endpoint, tokens.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs};

use serde_json::{Value, json};
use tower_auth::testing::TokenMaker;

use crate::origin::Origin;
use crate::process::Example;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Token {
    Rs256,
    Es256,
    EdDsa,
    /// Of another type than access tokens have.
    Plain,
    /// By who is not the issuer.
    OtherKey,
    /// For the server of the Model Context Protocol.
    Mcp,
    /// One that the authorization server is asked about.
    Opaque,
}

pub(crate) struct Server {
    pub(crate) example: Example,
    issuers: [TokenMaker; 3],
    stranger: TokenMaker,
    keys: PathBuf,
}

impl Server {
    pub(crate) fn start() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let issuers = [TokenMaker::es256(), TokenMaker::rs256(), TokenMaker::eddsa()]
            .map(|maker| maker.issuer(ISSUER).audience(PUBLIC_URL));
        let keys: Vec<Value> = issuers.iter().flat_map(keys).collect();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let file = format!("tower-auth-suite-{}-{count}.json", std::process::id());
        let file = env::temp_dir().join(file);
        fs::write(&file, json!({ "keys": keys }).to_string()).unwrap();
        let endpoint = Origin::answering("application/json", |request| {
            let known = request.contains(&format!("token={OPAQUE}&"));
            json!({ "active": known, "sub": "alice" }).to_string()
        });
        let variables = [
            ("PUBLIC_URL", PUBLIC_URL),
            ("JWT_ISSUER", ISSUER),
            ("JWT_AUDIENCE", PUBLIC_URL),
            ("JWKS_FILE", file.to_str().unwrap()),
            ("INTROSPECTION_URL", &format!("http://{}/introspect", endpoint.address())),
            ("INTROSPECTION_CLIENT_ID", "conformance"),
            ("INTROSPECTION_CLIENT_SECRET", "secret"),
        ];
        let example = Example::start_with("conformance_server", &variables);
        let stranger = TokenMaker::es256().issuer(ISSUER).audience(PUBLIC_URL);
        Self { example, issuers, stranger, keys: file }
    }

    pub(crate) fn token(&self, which: Token) -> String {
        let [es256, rs256, eddsa] = &self.issuers;
        let token = |maker: &TokenMaker| {
            let token = maker.token("alice").scope("read").claim("client_id", "app");
            let audience = if matches!(which, Token::Mcp) { "/mcp" } else { "" };
            let token = token.claim("jti", "1").audience(&format!("{PUBLIC_URL}{audience}"));
            let plain = matches!(which, Token::Plain);
            if plain { token.typ("JWT").sign() } else { token.sign() }
        };
        match which {
            Token::Rs256 => token(rs256),
            Token::EdDsa => token(eddsa),
            Token::OtherKey => token(&self.stranger),
            Token::Es256 | Token::Plain | Token::Mcp => token(es256),
            Token::Opaque => OPAQUE.to_owned(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.keys);
    }
}

fn keys(maker: &TokenMaker) -> Vec<Value> {
    let set: Value = serde_json::from_str(&maker.jwk_set()).unwrap();
    set["keys"].as_array().unwrap().clone()
}

const ISSUER: &str = "https://idp.example";
const PUBLIC_URL: &str = "https://api.example";
const OPAQUE: &str = "f00d";
