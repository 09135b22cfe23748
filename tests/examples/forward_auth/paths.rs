//! Paths that say one thing to the proxy and another to the service.

use super::ALICE;
use super::proxies::sites;

/// None of these gets to the service, for anybody: not for who may go to `/public` only, nor for alice,
/// who is no admin.
#[test]
fn no_spelling_of_a_path_walks_around_a_rule() {
    for site in sites() {
        for path in AMBIGUOUS {
            for who in [&[][..], &ALICE] {
                let status = site.get(path, who).status();
                // Some the proxies refuse themselves.
                assert!([400, 404].contains(&status), "{}: {path} {status}", site.proxy);
            }
        }
        assert_eq!(site.backend.heads(), [""; 0], "{}", site.proxy);
        // Read as what they are.
        for (path, status) in [
            ("/%61dmin/x", 403),
            ("/adm%69n", 403),
            ("/admin?x=/public/", 403),
            ("/admin/health/x", 403),
            ("/adminx", 403),
            ("/admin/health", 200),
            ("/admin/health/", 200),
            ("/public/100%25", 200),
            ("/public/a.b..c/x.", 200),
            ("/public/x?y=..;/%2f//", 200),
            ("/public/who%3F", 200),
            ("/admin/%23/x", 403),
            ("/%70ublic/x", 200),
            ("/public/caf%C3%A9/%E5%85%AC%E2%80%A6", 200),
        ] {
            let answer = site.get(path, &ALICE);
            assert_eq!(answer.status(), status, "{}: {path}", site.proxy);
            assert!(status != 200 || answer.body().starts_with(&format!("GET {path} ")), "{path}");
        }
    }
}

/// What two servers may read differently, or one that doesn't tell upper from lower case.
const AMBIGUOUS: [&str; 51] = [
    "/admin/../public/x",
    "/public/../admin/x",
    "/public/./x",
    "/public/%2e%2e/admin/x",
    "/public/.%2E/admin/x",
    "/public/%2e/x",
    "/public%2fx",
    "/orders%2F7",
    "/public%2f..%2fadmin",
    "/public%2F..%2Fadmin",
    "/public/..%2fadmin",
    "/public/..;/admin",
    "/public/..;x=y/admin",
    "/public;/x",
    "/public/%3b/x",
    "//admin",
    "//public/x",
    "/public//x",
    "/public/x//",
    "/public\\..\\admin",
    "/public/..\\admin",
    "/public/..%5cadmin",
    "/public/%252e%252e/admin",
    "/public/%252fadmin",
    "/public/%00",
    "/public/%0d%0aX:y",
    "/public/%c0%ae%c0%ae/admin",
    "/public/%ff",
    "/public/%2",
    "/public/%zz",
    "/public/.../admin",
    "/public/%20/x",
    "/ADMIN/x",
    "/Admin",
    "/admin.",
    "/admin%20/x",
    "/%41dmin/x",
    "/Public/x",
    "/public/%ef%bc%8f..%ef%bc%8fadmin",
    "/public/%e2%80%a4%e2%80%a4/admin",
    "/public/%e2%80%a5/admin",
    "/public%ef%bc%9b/x",
    "/cafe%cc%81/x",
    "/CAF%c3%89/x",
    "/admi%e2%93%9d/x",
    "/admin%3fx",
    "/ADMIN/%3Fx",
    "/admin/health%3fx",
    "/admin/health/%23",
    "/public/..%3fx",
    "/public/x/.%23/y",
];
