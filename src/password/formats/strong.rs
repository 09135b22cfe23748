//! What comes with the feature `htpasswd`.

use super::{Format, Formats, apr1, argon2id, bcrypt2, kdf, sha, sha_crypt2};

impl Formats {
    /// argon2id, bcrypt (`$2y$`, `$2b$`, `$2a$`), SHA-crypt (`$5$`, `$6$`), and scrypt and PBKDF2
    /// as PHC strings. Needs the feature `htpasswd`.
    #[must_use]
    pub const fn strong() -> Self {
        Self(STRONG)
    }

    /// These, and what Apache's `htpasswd` writes without `-B`: `$apr1$` and `{SHA}`. Needs the
    /// feature `htpasswd`.
    ///
    /// # Security
    ///
    /// Whoever gets hold of such a hash finds most people's passwords within hours: `{SHA}` has no
    /// salt and is tried billions of times a second on one graphics card, `$apr1$` tens of
    /// millions of times.
    #[must_use]
    pub const fn danger_weak() -> Self {
        Self(WEAK_TOO)
    }
}

const STRONG: &[Format] =
    &[argon2id::parse, bcrypt2::parse, sha_crypt2::parse, kdf::scrypt, kdf::pbkdf2];
const WEAK_TOO: &[Format] = &[
    argon2id::parse,
    bcrypt2::parse,
    sha_crypt2::parse,
    kdf::scrypt,
    kdf::pbkdf2,
    apr1::parse,
    sha::parse,
];
