//! Addresses, and ranges of them.

use std::net::{IpAddr, Ipv6Addr};

use crate::error::ConfigError;

/// What one caller can't change at will: an IPv4 address, also where it is written as IPv6, or the
/// half of an IPv6 address that a network gives to each of its customers.
pub(super) fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
    }
}

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Net {
    address: IpAddr,
    prefix: u32,
}

impl Net {
    /// Reads `192.0.2.7`, `10.0.0.0/8`, `fd00::/8`.
    pub(super) fn parse(text: &str) -> Result<Self, ConfigError> {
        let wrong = |why: &str| {
            Err(ConfigError::new(format!("the trusted proxy `{}` {why}", text.escape_debug())))
        };
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let Ok(address) = address.parse::<IpAddr>() else {
            return wrong("is no address: write `10.0.0.7`, `10.0.0.0/8` or `fd00::/8`, no names");
        };
        let bits = bits(address);
        let prefix = match prefix.map(str::parse) {
            None => bits,
            Some(Ok(prefix)) if prefix <= bits => prefix,
            Some(_) => return wrong("has a prefix that its kind of address has no bits for"),
        };
        if prefix == 0 {
            return wrong("is everybody, so that anybody could name any source: name your proxies");
        }
        if address.to_canonical() != address {
            return wrong("is an IPv4 address written as IPv6: write it as IPv4");
        }
        Ok(Self { address, prefix })
    }

    /// Whether an address, in its own kind, is in it.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        let differing = match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (own.to_bits() ^ other.to_bits()).leading_zeros()
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                (own.to_bits() ^ other.to_bits()).leading_zeros()
            }
            _ => return false,
        };
        differing >= self.prefix
    }
}

const fn bits(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_counts_by_what_its_holder_can_not_change() {
        for (address, want) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
            ("::1", "::"),
        ] {
            assert_eq!(counted(address.parse().unwrap()).to_string(), want, "{address}");
        }
    }

    #[test]
    fn a_range_holds_its_own() {
        for (net, address, want) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.1.2.3/8", "10.9.9.9", true),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.6", false),
            ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "fe00::1", false),
            ("::1", "::1", true),
            ("10.0.0.0/8", "::a00:1", false),
        ] {
            let net = Net::parse(net).unwrap();
            assert_eq!(net.contains(address.parse().unwrap()), want, "{net:?} {address}");
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["", "proxy", "10.0.0.0/33", "10.0.0.0/", "::/129", "10.0.0.0/-1"] {
            assert!(Net::parse(text).is_err(), "{text}");
        }
        for text in ["0.0.0.0/0", "::/0", "::ffff:10.0.0.1"] {
            assert!(Net::parse(text).is_err(), "{text}");
        }
    }
}
