//! `multi_tenant`: what it prints is true.

use crate::printed;
use crate::process::Example;

#[test]
fn issuers_vouch_for_their_own_and_for_nobody_else() {
    let mut example = Example::start("multi_tenant");
    let printed = example.paragraph();
    assert_eq!(printed.len(), 24, "{printed:#?}");
    let answers = printed::run(&printed);

    let body = |why: &str| answers[why].body();
    assert_eq!(body("200: alice of acme"), "hello alice of acme\n");
    assert_eq!(body("200: alice of globex, who is somebody else"), "hello alice of globex\n");
    assert_eq!(body("200: alice of globex at home"), "the files of globex, for alice\n");

    let challenge = |why: &str| answers[why].field("www-authenticate").join("\n");
    assert_eq!(challenge("401: no token"), r#"Bearer realm="api""#);
    let forged = challenge("401: says to be of acme, and globex signed it");
    assert!(forged.contains(r#"error="invalid_token""#), "{forged}");
    // It does not say which issuers there are.
    assert_eq!(forged, challenge("401: an issuer that is no tenant"));

    let outage = &answers["503: whether it is one can't be told now"];
    assert_eq!((outage.field("retry-after"), outage.offers().len()), (vec!["5"], 0));
}
