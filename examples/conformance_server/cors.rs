//! Pages of any origin may call, and read refusals.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use http::{HeaderValue, Method, StatusCode};

/// Answers preflights, which carry no credentials, before anything asks for some. Any other OPTIONS
/// is a request like the rest.
pub(crate) async fn answer(request: Request, next: Next) -> Response {
    let mut response = if is_preflight(&request) {
        let allowed = [
            (ACCESS_CONTROL_ALLOW_METHODS, "*"),
            (ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, dpop, x-api-key"),
        ];
        (StatusCode::NO_CONTENT, allowed).into_response()
    } else {
        next.run(request).await
    };
    let exposed = "WWW-Authenticate, Authentication-Info, DPoP-Nonce";
    for (name, value) in
        [(ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (ACCESS_CONTROL_EXPOSE_HEADERS, exposed)]
    {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn is_preflight(request: &Request) -> bool {
    let has = |name| request.headers().contains_key(name);
    request.method() == Method::OPTIONS && has(ORIGIN) && has(ACCESS_CONTROL_REQUEST_METHOD)
}
