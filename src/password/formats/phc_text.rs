//! The text form `$name$v=19$m=1,t=2$salt$hash`,
//! [of the Password Hashing Competition](https://github.com/P-H-C/phc-string-format).

use phc::PasswordHash;

/// What stands in such a text, whose name is the right one already.
pub(super) struct Phc(PasswordHash);

impl Phc {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let hash = PasswordHash::new(text)
            .map_err(|error| format!("it is no PHC string ({error}), see the PHC format"))?;
        if hash.salt.is_none() || hash.hash.is_none() {
            return Err("it has no salt or no hash".to_owned());
        }
        Ok(Self(hash))
    }

    pub(super) fn version(&self) -> Option<u32> {
        self.0.version
    }

    pub(super) fn number(&self, name: &str) -> Result<u32, String> {
        self.optional(name)?.ok_or_else(|| format!("it has no parameter `{name}`"))
    }

    pub(super) fn optional(&self, name: &str) -> Result<Option<u32>, String> {
        let value = self.0.params.iter().find(|(ident, _)| ident.as_str() == name);
        let number = value.map(|(_, value)| value.decimal()).transpose();
        number.map_err(|_| format!("its parameter `{name}` is no number"))
    }

    /// Refuses parameters that nobody heeds.
    pub(super) fn only(&self, names: &[&str]) -> Result<(), String> {
        let mut others = self.0.params.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        match others.next() {
            Some((name, _)) => Err(format!("its parameter `{}` is not known", name.as_str())),
            None => Ok(()),
        }
    }

    pub(super) fn salt(&self) -> Box<[u8]> {
        self.0.salt.as_ref().map(AsRef::as_ref).unwrap_or_default().into()
    }

    /// At least 16 bytes of it: where a hash was shortened, other passwords fit.
    pub(super) fn hash(&self) -> Result<Box<[u8]>, String> {
        let hash = self.0.hash.as_ref().map(AsRef::as_ref).unwrap_or_default();
        if hash.len() < 16 { Err("its hash is too short".to_owned()) } else { Ok(hash.into()) }
    }
}
