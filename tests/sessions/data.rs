//! What a service keeps with a session.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use http::{Request, StatusCode};
use serde::{Deserialize, Serialize};
use tower::ServiceExt as _;
use tower_auth::scheme::session::{Login, NotKept, SessionCookie, SessionData, Sessions};
use tower_auth::store::NearSessions;
use tower_auth::testing::FixedClock;
use tower_auth::{Auth, Principal};

use crate::site::{Site, head, holding, own_post, with_cookie};
use crate::slow_store::Slow;
use crate::support::{ROBOT, Stack, api_key, basic, basic_of, door};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Cart {
    articles: Vec<u64>,
}

fn cart(articles: &[u64]) -> Cart {
    Cart { articles: articles.to_vec() }
}

/// What the handler of a request with this cookie sees.
async fn seen(site: &Site, pair: &str) -> Cart {
    let (seen, _) = site.stack.admits(with_cookie(pair)).await;
    Auth::of(&seen).unwrap().session_data().unwrap()
}

async fn add(sessions: &Sessions, pair: &str, article: u64) -> Option<usize> {
    let add = |cart: &mut Cart| {
        cart.articles.push(article);
        cart.articles.len()
    };
    sessions.update(&holding(pair), add).await.unwrap()
}

#[tokio::test]
async fn data_is_what_the_login_gave_and_changes_while_logged_in() {
    let site = Site::new();
    let login = Login::new("alice").data(&cart(&[7])).unwrap();
    let cookie = site.sessions.login(&head(Request::post("/")), login).await.unwrap();
    let other = site.login("alice").await;
    assert_eq!(seen(&site, cookie.pair()).await, cart(&[7]));
    assert_eq!(add(&site.sessions, cookie.pair(), 8).await, Some(2));
    assert_eq!(seen(&site, cookie.pair()).await, cart(&[7, 8]));
    assert_eq!(seen(&site, other.pair()).await, cart(&[]), "each session has its own");
    let listed = site.sessions.list(&holding(cookie.pair()), "alice").await.unwrap();
    let mut carts: Vec<Cart> = listed.iter().map(|session| session.data()).collect();
    carts.sort_by_key(|cart| cart.articles.len());
    assert_eq!(carts, [cart(&[]), cart(&[7, 8])]);
}

/// A look-up that the front door makes is enough.
#[tokio::test]
async fn reading_asks_no_store() {
    let mut slow = None;
    let site = Site::on(|store| slow.insert(Slow::new(store)).clone(), |it| it);
    let slow = slow.unwrap();
    let pair = site.login("alice").await.pair().to_owned();
    seen(&site, &pair).await;
    assert_eq!(slow.finds.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn data_survives_a_renewal_and_ends_with_the_session() {
    let site = Site::new();
    let old = site.login("alice").await;
    add(&site.sessions, old.pair(), 7).await;
    let new = site.sessions.renew(&holding(old.pair())).await.unwrap().unwrap();
    assert_eq!(seen(&site, new.pair()).await, cart(&[7]));
    assert_eq!(add(&site.sessions, old.pair(), 8).await, None, "the old id is dead");
    let _ = site.sessions.logout(&holding(new.pair())).await.unwrap();
    assert_eq!(add(&site.sessions, new.pair(), 8).await, None);
    site.refuses(new.pair()).await;
    assert_eq!(add(&site.sessions, "other=1", 8).await, None, "nobody has no data");
    let again = site.login("alice").await;
    assert_eq!(seen(&site, again.pair()).await, cart(&[]));
}

/// What an older version of the service left.
#[tokio::test]
async fn data_that_can_not_be_read_is_the_default_and_is_written_anew() {
    let site = Site::new();
    let login = Login::new("alice").data(&"another type").unwrap();
    let cookie = site.sessions.login(&head(Request::post("/")), login).await.unwrap();
    assert_eq!(seen(&site, cookie.pair()).await, cart(&[]));
    assert_eq!(add(&site.sessions, cookie.pair(), 7).await, Some(1));
    assert_eq!(seen(&site, cookie.pair()).await, cart(&[7]));
}

#[tokio::test]
async fn what_is_too_large_or_no_json_is_refused_and_nothing_is_changed() {
    let site = Site::new();
    // Two of the bytes are quotes.
    let of = |bytes: usize| "x".repeat(bytes - 2);
    let login = Login::new("alice").data(&of(4096)).unwrap();
    let cookie = site.sessions.login(&head(Request::post("/")), login).await.unwrap();
    let sentence = "the data of a session would be larger than 4 KiB: keep it elsewhere, and its \
                    name here";
    let refused = Login::new("alice").data(&of(4097)).unwrap_err();
    assert!(matches!(refused, NotKept::TooLarge));
    assert_eq!(refused.to_string(), sentence);
    let longer = |text: &mut String| text.push('x');
    let refused = site.sessions.update(&holding(cookie.pair()), longer).await.unwrap_err();
    assert_eq!(refused.to_string(), sentence);
    let session = site.sessions.current(&holding(cookie.pair())).await.unwrap().unwrap();
    assert_eq!(session.data::<String>(), of(4096));
    let unwritable = HashMap::from([((1, 2), 3)]);
    let refused = Login::new("alice").data(&unwritable).unwrap_err();
    assert!(refused.to_string().starts_with("the data of a session can't be written as JSON: "));
}

/// Requests at once, each of which has read before the other wrote.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_changes_at_once_none_is_lost() {
    for near in [false, true] {
        let slow = |store| Slow::new(store);
        let site = match near {
            false => Site::on(slow, |it| it),
            true => {
                let clock = FixedClock::at_unix(1_700_000_000);
                Site::on(|store| NearSessions::new(slow(store), 100).clock(clock), |it| it)
            }
        };
        let pair = site.login("alice").await.pair().to_owned();
        let calls = Arc::new(AtomicUsize::new(0));
        let adding: Vec<_> = (0..30_u64)
            .map(|article| {
                let (sessions, head, calls) =
                    (site.sessions.clone(), holding(&pair), calls.clone());
                tokio::spawn(async move {
                    let add = |cart: &mut Cart| {
                        calls.fetch_add(1, Ordering::SeqCst);
                        cart.articles.push(article);
                    };
                    sessions.update(&head, add).await.unwrap().unwrap();
                })
            })
            .collect();
        for added in adding {
            added.await.unwrap();
        }
        let mut all = seen(&site, &pair).await;
        all.articles.sort_unstable();
        assert_eq!(all, cart(&(0..30).collect::<Vec<_>>()));
        assert!(calls.load(Ordering::SeqCst) > 30, "they did meet");
    }
}

/// A change that would change nothing of what is remembered nearby, but does of what is stored.
#[tokio::test]
async fn a_change_is_not_spared_because_of_what_was_read_a_while_ago() {
    let clock = FixedClock::at_unix(1_700_000_000);
    let site = Site::on(|store| NearSessions::new(store, 100).clock(clock), |it| it);
    let elsewhere =
        Sessions::builder(site.store.clone()).clock(site.clock.clone()).build().unwrap();
    let login = Login::new("alice").data(&cart(&[])).unwrap();
    let cookie = site.sessions.login(&head(Request::post("/")), login).await.unwrap();
    assert_eq!(seen(&site, cookie.pair()).await, cart(&[]));
    assert_eq!(add(&elsewhere, cookie.pair(), 7).await, Some(1));
    let clear = |cart: &mut Cart| cart.articles.clear();
    site.sessions.update(&holding(cookie.pair()), clear).await.unwrap().unwrap();
    let session = elsewhere.current(&holding(cookie.pair())).await.unwrap().unwrap();
    assert_eq!(session.data::<Cart>(), cart(&[]));
}

#[tokio::test]
async fn while_the_store_is_down_nothing_is_changed_and_it_is_said() {
    let mut slow = None;
    let site = Site::on(|store| slow.insert(Slow::new(store)).clone(), |it| it);
    let slow = slow.unwrap();
    let pair = site.login("alice").await.pair().to_owned();
    slow.switch_off(true);
    let add = |cart: &mut Cart| cart.articles.push(7);
    let refused = site.sessions.update(&holding(&pair), add).await.unwrap_err();
    assert!(matches!(refused, NotKept::Unavailable(_)));
    assert_eq!(refused.into_response().status(), StatusCode::SERVICE_UNAVAILABLE);
    slow.switch_off(false);
    assert_eq!(seen(&site, &pair).await, cart(&[]));
}

async fn show(SessionData(cart): SessionData<Cart>) -> String {
    format!("{} articles", cart.articles.len())
}

async fn show_if(cart: Option<SessionData<Cart>>) -> String {
    cart.map_or("no session".into(), |cart| format!("{} articles", cart.articles.len()))
}

async fn fill(State(sessions): State<Sessions>, request: Parts) -> Result<&'static str, NotKept> {
    let fill = |cart: &mut Cart| cart.articles.extend(0..2000);
    sessions.update(&request, fill).await?;
    Ok("filled")
}

async fn answer(app: &Router, request: http::request::Builder) -> (u16, usize, String) {
    let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let challenges = response.headers().get_all("www-authenticate").iter().count();
    let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    (status, challenges, String::from_utf8(body.into()).unwrap())
}

#[tokio::test]
async fn handlers_take_it_and_who_has_no_session_gets_a_401() {
    let site = Site::new();
    let door = door(SessionCookie::new(&site.sessions)).scheme(basic()).build().unwrap();
    let app = Router::new()
        .route("/cart", get(show))
        .route("/any", get(show_if))
        .route("/fill", post(fill))
        .layer(door)
        .with_state(site.sessions.clone());
    let pair = site.login("alice").await.pair().to_owned();
    add(&site.sessions, &pair, 7).await;
    let get = |path: &str| Request::get(path.to_owned());
    let cookie = |path| get(path).header("cookie", &pair);
    let password = |path| get(path).header("authorization", basic_of("Aladdin:open sesame"));
    assert_eq!(answer(&app, cookie("/cart")).await, (200, 0, "1 articles".into()));
    assert_eq!(answer(&app, cookie("/any")).await, (200, 0, "1 articles".into()));
    assert_eq!(answer(&app, password("/any")).await, (200, 0, "no session".into()));
    let (status, challenges, _) = answer(&app, password("/cart")).await;
    assert_eq!((status, challenges), (401, 2), "a session is needed for this");
    // It is the caller who wants too much.
    let (status, _, said) = answer(&app, own_post(&pair).uri("/fill")).await;
    assert_eq!(status, 400);
    assert!(said.contains("more than the service keeps with a session"), "{said}");
}

/// That is the operator's fault.
#[tokio::test]
async fn where_there_are_no_sessions_a_handler_that_wants_one_is_a_500() {
    let app = Router::new().route("/cart", get(show)).layer(door(api_key()).build().unwrap());
    let request = Request::get("/cart").header("x-api-key", ROBOT);
    assert_eq!(answer(&app, request).await.0, 500);
}

/// A session is told from others by what it is kept with, also where several must be had.
#[tokio::test]
async fn data_is_found_beside_another_identity() {
    let site = Site::new();
    let set = door(basic()).scheme(SessionCookie::new(&site.sessions)).all().build().unwrap();
    let stack = Stack::new(set);
    let cookie = site.login("alice").await;
    add(&site.sessions, cookie.pair(), 7).await;
    let request =
        with_cookie(cookie.pair()).header("authorization", basic_of("Aladdin:open sesame"));
    let (seen, _) = stack.admits(request).await;
    assert_eq!(Auth::of(&seen).unwrap().session_data(), Some(cart(&[7])));
}

/// Beside what the directory knows of the user, which is of them and not of the session.
#[tokio::test]
async fn the_users_record_is_another_thing() {
    let site = Site::with(|it| {
        it.users(|name: &str| Some(Principal::new(name).claims(Duration::from_secs(7))))
    });
    let cookie = site.login("alice").await;
    add(&site.sessions, cookie.pair(), 7).await;
    let (seen, _) = site.stack.admits(with_cookie(cookie.pair())).await;
    let auth = Auth::of(&seen).unwrap();
    assert_eq!(auth.session_data(), Some(cart(&[7])));
    assert_eq!(auth.identity().unwrap().claims(), Some(&Duration::from_secs(7)));
}
