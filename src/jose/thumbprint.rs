//! The name that a key has by itself.

use serde_json::Value;

use super::base64url;
use crate::error::ConfigError;
use crate::secret::SecretDigest;

/// The SHA-256 thumbprint of a JWK, [RFC 7638](https://www.rfc-editor.org/rfc/rfc7638), base64url.
/// Two texts of one key have the same. The key is not looked at any further: it may be of a kind
/// that the crate does not verify with.
///
/// # Errors
///
/// The text is no JWK of type `EC`, `OKP`, `RSA` or `oct`, or a member that belongs to it is
/// missing or is no string.
///
/// ```
/// use tower_auth::token::jwt::thumbprint;
///
/// // RFC 8037 appendix A.3
/// let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
/// assert_eq!(thumbprint(jwk)?, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
/// assert!(thumbprint(r#"{"kty":"OKP"}"#).is_err());
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
pub fn thumbprint(jwk: &str) -> Result<String, ConfigError> {
    let jwk: Value =
        serde_json::from_str(jwk).map_err(|_| ConfigError::new("the JWK is not JSON"))?;
    // §3.2: the required members in the order of their names, no white space.
    let required: &[&str] = match jwk.get("kty").and_then(Value::as_str) {
        Some("EC") => &["crv", "kty", "x", "y"],
        Some("OKP") => &["crv", "kty", "x"],
        Some("RSA") => &["e", "kty", "n"],
        Some("oct") => &["k", "kty"],
        _ => return Err(ConfigError::new("the JWK's `kty` is not EC, OKP, RSA or oct")),
    };
    let mut members = Vec::with_capacity(required.len());
    for name in required {
        let value = jwk.get(name).filter(|value| value.is_string());
        let value = value.ok_or_else(|| {
            ConfigError::new(format!("the JWK's member `{name}` is missing or no string"))
        })?;
        members.push(format!("\"{name}\":{value}"));
    }
    let text = format!("{{{}}}", members.join(","));
    Ok(base64url::encode(SecretDigest::of(text.as_bytes()).as_bytes()))
}
