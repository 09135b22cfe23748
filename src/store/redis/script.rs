//! Steps that Redis takes as one.

use std::sync::LazyLock;

use redis::{Cmd, Script as Hashed};

/// A script and its name in Redis.
pub(super) struct Script {
    text: &'static str,
    hash: String,
}

impl Script {
    fn new(text: &'static str) -> Self {
        Self { text, hash: Hashed::new(text).get_hash().to_owned() }
    }

    /// By its name, as Redis mostly knows it.
    pub(super) fn by_name(&self, call: &Call<'_>) -> Cmd {
        call.command("EVALSHA", &self.hash)
    }

    /// With its text, which Redis remembers from then on. One command, not two, and it goes to the
    /// node of a cluster that needs it.
    pub(super) fn in_full(&self, call: &Call<'_>) -> Cmd {
        call.command("EVAL", self.text)
    }
}

/// What a script is given.
pub(super) struct Call<'a> {
    pub(super) keys: &'a [&'a str],
    pub(super) args: &'a [&'a [u8]],
}

impl Call<'_> {
    fn command(&self, name: &str, script: &str) -> Cmd {
        let mut command = redis::cmd(name);
        command.arg(script).arg(self.keys.len()).arg(self.keys).arg(self.args);
        command
    }
}

macro_rules! scripts {
    ($($(#[$meta:meta])* $name:ident: $($file:literal)+;)+) => {$(
        $(#[$meta])*
        pub(super) static $name: LazyLock<Script> =
            LazyLock::new(|| Script::new(concat!($(include_str!(concat!("lua/", $file))),+)));
    )+};
}

scripts! {
    ATTEMPT_FAILED: "attempt_failed.lua";
    ATTEMPT_SUCCEEDED: "attempt_succeeded.lua";
    MARK: "mark.lua";
    #[cfg(feature = "digest")]
    NONCE: "nonce.lua";
    REPLAY: "replay.lua";
    #[cfg(feature = "revocation")]
    REVOKE: "revoke.lua";
    #[cfg(feature = "sessions")]
    SESSION_CLEAR: "session.lua" "session_clear.lua";
    #[cfg(feature = "sessions")]
    SESSION_DATA: "session.lua" "session_data.lua";
    #[cfg(feature = "sessions")]
    SESSION_INSERT: "session.lua" "session_insert.lua";
    #[cfg(feature = "sessions")]
    SESSION_LIST: "session.lua" "session_list.lua";
    #[cfg(feature = "sessions")]
    SESSION_REMOVE: "session.lua" "session_remove.lua";
    #[cfg(feature = "sessions")]
    SESSION_RENEW: "session.lua" "session_renew.lua";
    #[cfg(feature = "sessions")]
    SESSION_TOUCH: "session.lua" "session_touch.lua";
}
