//! Which addresses a program may connect to in the name of somebody else: public ones, and those of networks that are listed.
//!
//! INVARIANT: an address is judged in the one form that it has, whatever it is wrapped in: IPv4 in IPv6 (RFC 4291, section
//! 2.5.5.2) and behind a translator (RFC 6052) is IPv4.

use std::{
    borrow::Cow,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error};

/// A network, written like `10.20.0.0/16` or `fd00::/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(IpNet);

/// IPv4 that is not everybody's (IANA's registry of special purposes, and multicast).
const SPECIAL_V4: [Ipv4Net; 15] = [
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    v4([169, 254, 0, 0], 16),
    v4([172, 16, 0, 0], 12),
    v4([192, 0, 0, 0], 24),
    v4([192, 0, 2, 0], 24),
    v4([192, 88, 99, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([198, 18, 0, 0], 15),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    v4([224, 0, 0, 0], 4),
    v4([240, 0, 0, 0], 4),
];

/// IPv6 that is everybody's lies in here …
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0, 0], 3);

/// … but for these: protocols' own (Teredo among them), documentation, and IPv4 that another wraps (6to4).
const SPECIAL_V6: [Ipv6Net; 4] =
    [v6([0x2001, 0, 0, 0], 23), v6([0x2001, 0xdb8, 0, 0], 32), v6([0x2002, 0, 0, 0], 16), v6([0x3fff, 0, 0, 0], 20)];

/// Behind this stands IPv4 (RFC 6052).
const TRANSLATED: Ipv6Net = v6([0x64, 0xff9b, 0, 0], 96);

const fn v4(octets: [u8; 4], length: u8) -> Ipv4Net {
    let [a, b, c, d] = octets;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(first: [u16; 4], length: u8) -> Ipv6Net {
    let [a, b, c, d] = first;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), length)
}

impl Network {
    /// Reads an address and the length of its prefix; an address alone is a network of one.
    pub fn parse(text: &str) -> Option<Self> {
        let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))?;
        Some(Self(network.trunc()))
    }
}

/// Whether `address` may be connected to: it is everybody's, or lies in one of the networks that are `allowed`.
pub fn may_connect(address: IpAddr, allowed: &[Network]) -> bool {
    let address = unwrapped(address);
    is_public(address) || allowed.iter().any(|network| network.0.contains(&address))
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => {
            GLOBAL_V6.contains(&address) && !SPECIAL_V6.iter().any(|network| network.contains(&address))
        }
    }
}

fn unwrapped(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if TRANSLATED.contains(&address) => {
            let [.., a, b, c, d] = address.octets();
            Ipv4Addr::new(a, b, c, d).into()
        }
        address => address,
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("expected a network such as `10.20.0.0/16`"))
    }
}

impl JsonSchema for Network {
    fn schema_name() -> Cow<'static, str> {
        "Network".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let description = "A network of IPv4 or IPv6, such as `10.20.0.0/16`.";
        json_schema!({ "description": description, "type": "string", "format": "network" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(address: &str, allowed: &[&str]) -> bool {
        let allowed: Vec<_> = allowed.iter().map(|text| Network::parse(text).unwrap()).collect();
        may_connect(address.parse().unwrap(), &allowed)
    }

    #[test]
    fn p9_only_what_is_everybodys_may_be_connected_to() {
        for public in ["1.1.1.1", "8.8.8.8", "172.32.0.1", "192.169.0.1", "2606:4700::1111", "64:ff9b::8.8.8.8"] {
            assert!(may(public, &[]), "{public}");
        }
        for special in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.255.255",
            "192.0.0.8",
            "192.168.1.1",
            "198.19.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:a00:1::",
            "3fff::1",
        ] {
            assert!(!may(special, &[]), "{special}");
        }
    }

    #[test]
    fn a_network_that_is_listed_may_be_connected_to_in_whatever_form() {
        for inside in ["10.20.3.4", "::ffff:10.20.3.4", "64:ff9b::10.20.3.4"] {
            assert!(may(inside, &["10.20.0.0/16"]), "{inside}");
        }
        assert!(!may("10.21.0.1", &["10.20.0.0/16"]));
        assert!(may("::1", &["::1"]) && !may("::2", &["::1"]));
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "example.org", "10.0.0.0/-1", "10.0.0.0/8 "] {
            assert_eq!(Network::parse(wrong), None, "{wrong}");
        }
    }
}
