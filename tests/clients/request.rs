//! One request that a client is asked for, which may take it several.

use crate::plan::{Http, Scheme};

#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) id: String,
    /// Requests of one session come one after the other, and share what the client remembers.
    pub(crate) session: String,
    pub(crate) http: Http,
    pub(crate) scheme: Scheme,
    pub(crate) method: &'static str,
    pub(crate) url: String,
    pub(crate) user: &'static str,
    pub(crate) password: &'static str,
    pub(crate) body: &'static str,
    /// `name: value`
    pub(crate) fields: Vec<String>,
    /// In seconds, before it is made.
    pub(crate) wait: f32,
}

impl Request {
    /// What `scripts` read.
    pub(crate) fn line(&self) -> String {
        let scheme = match self.scheme {
            Scheme::Basic => "basic",
            Scheme::Digest => "digest",
            Scheme::Any => "any",
            Scheme::None => "none",
        };
        let (fields, wait) = (self.fields.join("|"), self.wait.to_string());
        let all = [
            &self.id,
            &self.session,
            self.http.name(),
            scheme,
            self.method,
            &self.url,
            self.user,
            self.password,
            self.body,
            &fields,
            &wait,
        ];
        format!("{}\n", all.join("\t"))
    }
}

/// What a body is sent as, where it is one.
pub(crate) fn content_type(body: &str) -> Option<String> {
    match body {
        "" => None,
        body if body.starts_with('{') => Some("content-type: application/json".to_owned()),
        _ => Some("content-type: application/x-www-form-urlencoded".to_owned()),
    }
}
