//! The examples of RFC 7515 Appendix A and E, RFC 7638 and RFC 8037 Appendix A.

use super::algorithm::Algorithms;
use super::jws::{JwsError, Unchecked, Workspace, verify_compact};
use super::keys::Keys;
use super::{Algorithm, jwk};

fn payload(token: &str, keys: &Keys, allowed: Algorithms) -> Result<Vec<u8>, JwsError> {
    let mut work = Workspace::new();
    let token = Unchecked::split(token)?;
    verify_compact(token, keys, allowed, &mut work).map(|jws| jws.payload.to_vec())
}

fn with_jwk(token: &str, jwk: &str) -> Result<Vec<u8>, JwsError> {
    payload(token, &Keys::from_jwk(jwk).unwrap(), Algorithms::ANY)
}

fn hmac_key() -> Keys {
    let secret = super::base64url::Buffer::<128>::new().decode(A1_SECRET).unwrap().to_vec();
    Keys::hmac(Algorithm::HS256, secret).unwrap()
}

/// [RFC 7515 A.1](https://www.rfc-editor.org/rfc/rfc7515#appendix-A.1): the header has a line break
/// in it, so one that was written out again would not verify.
#[test]
fn the_hs256_example_verifies_as_it_was_received() {
    assert_eq!(payload(A1, &hmac_key(), Algorithms::ANY).as_deref(), Ok(CLAIMS));
}

/// [RFC 7515 A.2](https://www.rfc-editor.org/rfc/rfc7515#appendix-A.2).
#[test]
fn the_rs256_example_verifies() {
    assert_eq!(with_jwk(A2, A2_KEY).as_deref(), Ok(CLAIMS));
}

/// [RFC 7515 A.3](https://www.rfc-editor.org/rfc/rfc7515#appendix-A.3).
#[test]
fn the_es256_example_verifies() {
    assert_eq!(with_jwk(A3, A3_KEY).as_deref(), Ok(CLAIMS));
}

/// [RFC 7515 A.4](https://www.rfc-editor.org/rfc/rfc7515#appendix-A.4).
#[cfg(feature = "aws-lc-rs")]
#[test]
fn the_es512_example_verifies() {
    assert_eq!(with_jwk(A4, A4_KEY).as_deref(), Ok(b"Payload".as_slice()));
}

/// Without aws-lc-rs there is no ES512, and the sentence says so.
#[cfg(not(feature = "aws-lc-rs"))]
#[test]
fn an_es512_key_is_refused_with_a_sentence() {
    let _ = A4;
    let why = Keys::from_jwk(A4_KEY).unwrap_err();
    assert_eq!(why.to_string(), "the JWK can't be used: ES512 needs feature `aws-lc-rs`");
}

/// [RFC 8037 A.4](https://www.rfc-editor.org/rfc/rfc8037#appendix-A.4).
#[test]
fn the_ed25519_example_verifies() {
    let want = b"Example of Ed25519 signing".as_slice();
    assert_eq!(with_jwk(ED25519, ED25519_KEY).as_deref(), Ok(want));
}

/// RFC 7515 A.5 and E: unsigned, and with an extension that nobody knows.
#[test]
fn unsigned_examples_and_critical_ones_are_refused() {
    for keys in [hmac_key(), Keys::from_jwk(A2_KEY).unwrap(), Keys::from_jwk(A3_KEY).unwrap()] {
        for token in UNSIGNED {
            assert_eq!(payload(token, &keys, Algorithms::ANY), Err(JwsError::Algorithm), "{token}");
        }
        let refused = payload(CRITICAL, &keys, Algorithms::ANY);
        assert!(matches!(refused, Err(JwsError::Extension(_))));
    }
}

/// [RFC 8725 §2.1](https://www.rfc-editor.org/rfc/rfc8725#section-2.1): HS256 over the text of a
/// public key.
#[test]
fn a_public_key_is_no_hmac_secret() {
    assert_eq!(with_jwk(CONFUSED, A2_KEY), Err(JwsError::NoKey));
    let only_rsa = payload(CONFUSED, &Keys::from_jwk(A2_KEY).unwrap(), Algorithms::RSA);
    assert_eq!(only_rsa, Err(JwsError::Algorithm));
}

/// Every bit of a token counts: header, payload and signature.
#[test]
fn a_token_with_one_other_character_is_refused() {
    for (token, keys) in [(A1, hmac_key()), (A3, Keys::from_jwk(A3_KEY).unwrap())] {
        for at in 0..token.len() {
            for other in *b"AQgw_-.=" {
                let mut forged = token.as_bytes().to_vec();
                if std::mem::replace(&mut forged[at], other) == other {
                    continue;
                }
                let forged = String::from_utf8(forged).unwrap();
                assert!(payload(&forged, &keys, Algorithms::ANY).is_err(), "{forged}");
            }
        }
    }
}

/// [RFC 7638 §3.1](https://www.rfc-editor.org/rfc/rfc7638#section-3.1), RFC 8037 A.3, RFC 9449 §6.1:
/// required members only, so private and further members change nothing.
#[test]
fn the_thumbprint_examples_come_out() {
    for (key, want) in THUMBPRINTS {
        for more in ["", r#","kid":"2011-04-29","use":"sig","d":"AQAB""#] {
            let text = format!("{}{more}}}", key.strip_suffix('}').unwrap());
            let read = jwk::read(serde_json::from_str(&text).unwrap()).unwrap();
            assert_eq!(read.key.thumbprint(), want);
        }
    }
}

const CLAIMS: &[u8] = b"{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \
    \"http://example.com/is_root\":true}";
const A1: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQo\
    gImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOE\
    jXk";
const A1_SECRET: &str =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
const A2: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGx\
    lLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5R\
    Zmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrn\
    byTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHW\
    EsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0ig\
    cN_IoypGlUPQGe77Rw";
const A2_KEY: &str = "{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQ\
    p-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wG\
    zjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4u\
    DZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9\
    gb54h4FRWyuXpoQ\",\"e\":\"AQAB\"}";
const A3: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGx\
    lLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8I\
    SlSApmWQxfKTUJqPP3-Kg6NU1Q";
const A3_KEY: &str = "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\
    \"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}";
const A4: &str = "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPW\
    ROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKv\
    U8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn";
const A4_KEY: &str = "{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcB\
    pXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk\",\"y\":\"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBX\
    MoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2\"}";
const ED25519: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09P\
    GcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
const ED25519_KEY: &str = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\
    \"}";
const UNSIGNED: [&str; 5] = [
    "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl\
    LmNvbS9pc19yb290Ijp0cnVlfQ.",
    "eyJhbGciOiJOb25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl\
    LmNvbS9pc19yb290Ijp0cnVlfQ.",
    "eyJhbGciOiJOT05FIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl\
    LmNvbS9pc19yb290Ijp0cnVlfQ.",
    "eyJhbGciOiJuT25FIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl\
    LmNvbS9pc19yb290Ijp0cnVlfQ.",
    "eyJhbGciOiIifQ.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvb\
    S9pc19yb290Ijp0cnVlfQ.",
];
const CRITICAL: &str = "eyJhbGciOiJub25lIiwNCiAiY3JpdCI6WyJodHRwOi8vZXhhbXBsZS5jb20vVU5ERUZJTkVEIl0sDQogImh0dHA6\
    Ly9leGFtcGxlLmNvbS9VTkRFRklORUQiOnRydWUNCn0.RkFJTA.";
const CONFUSED: &str = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGx\
    lLmNvbS9pc19yb290Ijp0cnVlfQ.c8Tg3ipPrf5_HrYg61gCx0plq6GU74R-LeYmADiLgfs";
const THUMBPRINTS: [(&str, &str); 3] = [
    (
        "{\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78L\
    hWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9\
    yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQ\
    vRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1\
    jF44-csFCur-kEgU8awapJzKnqDKgw\"}",
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
    ),
    (
        "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\
    \"}",
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    ),
    (
        "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs\",\
    \"y\":\"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA\"}",
        "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
    ),
];
