//! The document, [RFC 9728 §2](https://www.rfc-editor.org/rfc/rfc9728#section-2).

use std::time::Duration;

use serde_json::{Value, json};
use tower_auth::metadata::{BearerMethod, ResourceMetadata, ResourceMetadataBuilder};

use crate::support::metadata;

fn read(builder: ResourceMetadataBuilder) -> Value {
    serde_json::from_str(builder.build().unwrap().document()).unwrap()
}

fn refused(builder: ResourceMetadataBuilder) -> String {
    builder.build().unwrap_err().to_string()
}

/// [RFC 9728 §3.1](https://www.rfc-editor.org/rfc/rfc9728#section-3.1)
#[test]
fn the_well_known_path_stands_between_host_and_path() {
    let path = "/.well-known/oauth-protected-resource";
    for (resource, origin, after) in [
        ("https://resource.example.com", "https://resource.example.com", ""),
        ("https://resource.example.com/", "https://resource.example.com", ""),
        ("https://resource.example.com/resource1", "https://resource.example.com", "/resource1"),
        ("https://r.example/a/b/", "https://r.example", "/a/b/"),
        ("https://r.example:8443/a", "https://r.example:8443", "/a"),
        ("https://r.example/a?k=v", "https://r.example", "/a?k=v"),
        ("https://r.example/?k=v", "https://r.example", "?k=v"),
        ("https://r.example?k=v", "https://r.example", "?k=v"),
        ("https://r.example/a%20b", "https://r.example", "/a%20b"),
        ("http://127.0.0.1:3000/mcp", "http://127.0.0.1:3000", "/mcp"),
        ("http://[::1]:3000/mcp", "http://[::1]:3000", "/mcp"),
    ] {
        let metadata = metadata(resource).build().unwrap();
        assert_eq!(metadata.metadata_url(), format!("{origin}{path}{after}"));
        let routed = after.split('?').next().unwrap();
        assert_eq!(metadata.path(), format!("{path}{routed}"));
        assert_eq!(metadata.resource(), resource, "as it was written");
    }
}

/// [RFC 9728 §1.2](https://www.rfc-editor.org/rfc/rfc9728#section-1.2)
#[test]
fn a_resource_is_an_https_url_without_a_fragment() {
    for (resource, why) in [
        ("http://api.example", "is not secured: use https"),
        ("http://127.0.0.1.evil.example/", "is not secured"),
        ("http://localhost.evil.example/", "is not secured"),
        ("https://api.example/#part", "has a fragment"),
        ("https://user@api.example/", "needs a host, and no user"),
        ("https://api.example/a b", "percent-encode it"),
        ("https://api.example/\"", "percent-encode it"),
        ("https://api.example/\r\nx: y", "percent-encode it"),
        ("https://bücher.example/", "percent-encode it"),
        ("ftp://api.example/", "use https"),
        ("/orders", "is no absolute URL"),
        ("api.example", "is no absolute URL"),
        ("", "is no absolute URL"),
        ("https://", "is no absolute URL"),
    ] {
        let said = refused(metadata(resource));
        assert!(said.starts_with("the resource `") && said.contains(why), "{resource}: {said}");
    }
    for loopback in
        ["http://localhost/", "http://127.0.0.1:1/", "http://127.9.9.9/", "http://[::1]/"]
    {
        assert!(metadata(loopback).build().is_ok(), "{loopback}");
    }
}

/// [RFC 9728 §3.2](https://www.rfc-editor.org/rfc/rfc9728#section-3.2): a JSON object; members
/// without elements are left out.
#[test]
fn what_is_empty_or_not_set_is_left_out() {
    let bare = read(ResourceMetadata::builder("https://api.example"));
    assert_eq!(
        bare,
        json!({ "resource": "https://api.example", "bearer_methods_supported": ["header"] })
    );
    let empty = metadata("https://api.example")
        .name("")
        .documentation("")
        .dpop_algorithms([] as [&str; 0])
        .member("x", Vec::new());
    assert_eq!(
        read(empty),
        json!({
            "resource": "https://api.example",
            "authorization_servers": ["https://idp.example"],
            "bearer_methods_supported": ["header"],
        })
    );
}

/// RFC 9728 §2 gives an empty `bearer_methods_supported` a meaning, against §3.2: it is written
/// where it was configured, and only there.
#[test]
fn no_bearer_method_at_all_is_said() {
    let none = metadata("https://api.example").bearer_methods([]);
    assert_eq!(read(none)["bearer_methods_supported"], json!([]));
    let all = [BearerMethod::Header, BearerMethod::Body, BearerMethod::Query];
    let all = metadata("https://api.example").bearer_methods(all);
    assert_eq!(read(all)["bearer_methods_supported"], json!(["header", "body", "query"]));
}

#[test]
fn every_member_of_the_rfc_can_be_said() {
    let all = metadata("https://api.example")
        .authorization_server("https://other.example/tenant")
        .scopes_supported("orders:read orders:write")
        .scopes_supported("orders:admin")
        .name("Orders")
        .name_in("it", "Ordini")
        .name_in("zh-Hant", "訂單 \"\\\u{1}\n")
        .documentation("https://api.example/docs")
        .policy("https://api.example/policy")
        .terms_of_service("https://api.example/terms")
        .certificate_bound_tokens()
        .dpop_required()
        .dpop_algorithms(["ES256", "EdDSA"])
        .member("jwks_uri", "https://api.example/jwks")
        .member("resource_signing_alg_values_supported", ["ES256"])
        .member("authorization_details_types_supported", ["payment"])
        .member("https://api.example/level", 3)
        .member("resource_documentation#it", "https://api.example/it")
        .max_age(Duration::from_secs(60));
    assert_eq!(
        read(all),
        json!({
            "resource": "https://api.example",
            "authorization_servers": ["https://idp.example", "https://other.example/tenant"],
            "scopes_supported": ["orders:read", "orders:write", "orders:admin"],
            "bearer_methods_supported": ["header"],
            "resource_name": "Orders",
            "resource_name#it": "Ordini",
            "resource_name#zh-Hant": "訂單 \"\\\u{1}\n",
            "resource_documentation": "https://api.example/docs",
            "resource_documentation#it": "https://api.example/it",
            "resource_policy_uri": "https://api.example/policy",
            "resource_tos_uri": "https://api.example/terms",
            "tls_client_certificate_bound_access_tokens": true,
            "dpop_bound_access_tokens_required": true,
            "dpop_signing_alg_values_supported": ["ES256", "EdDSA"],
            "jwks_uri": "https://api.example/jwks",
            "resource_signing_alg_values_supported": ["ES256"],
            "authorization_details_types_supported": ["payment"],
            "https://api.example/level": 3,
        })
    );
}

/// [RFC 9728 §2](https://www.rfc-editor.org/rfc/rfc9728#section-2)
#[test]
fn what_can_not_be_true_is_refused() {
    let fresh = || metadata("https://api.example");
    for (builder, why) in [
        (
            fresh().member("resource_signing_alg_values_supported", ["ES256", "none"]),
            "no signature",
        ),
        (fresh().dpop_algorithms(["none"]), "no signature"),
        (fresh().authorization_server("http://idp.example"), "is not secured"),
        (fresh().authorization_server("https://idp.example?tenant=1"), "has a query"),
        (fresh().authorization_server("https://idp.example#a"), "has a fragment"),
        (fresh().scopes_supported("a  b"), "names no scope"),
        (fresh().scopes_supported("é"), "names no scope"),
        (fresh().documentation("http://api.example/docs"), "is not secured"),
        (fresh().name("a").name("b"), "is given twice"),
        (fresh().name("a").name_in("it", "b").name_in("it", "c"), "is given twice"),
        (fresh().member("resource", "https://evil.example"), "has a setter of its own"),
        (fresh().member("authorization_servers", ["https://e"]), "has a setter of its own"),
        (fresh().member("", "x"), "has no name"),
        (fresh().name("a").name_in("i t", "b"), "is no language tag"),
        (fresh().name("a").name_in("", "b"), "is no language tag"),
    ] {
        let said = refused(builder);
        assert!(said.contains(why), "{said}");
    }
}

/// [RFC 9728 §2.1](https://www.rfc-editor.org/rfc/rfc9728#section-2.1)
#[test]
fn a_name_in_a_language_stands_beside_one_without() {
    let said = refused(metadata("https://api.example").name_in("it", "Ordini"));
    assert_eq!(
        said,
        "`resource_name#it` stands without `resource_name`, which clients of other languages \
         read: add it"
    );
}
