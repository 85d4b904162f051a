//! Which addresses the gate connects to, against the list of what is special, and its escapes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use tollgate_egress::is_public;

/// What is not public of IPv4: the special-purpose registry in the words of its documents, and
/// Azure's host.
const SPECIAL_V4: [(&str, u32); 18] = [
    ("0.0.0.0", 8),
    ("10.0.0.0", 8),
    ("100.64.0.0", 10),
    ("127.0.0.0", 8),
    ("168.63.129.16", 32),
    ("169.254.0.0", 16),
    ("172.16.0.0", 12),
    ("192.0.0.0", 24),
    ("192.0.2.0", 24),
    ("192.31.196.0", 24),
    ("192.52.193.0", 24),
    ("192.88.99.0", 24),
    ("192.168.0.0", 16),
    ("192.175.48.0", 24),
    ("198.18.0.0", 15),
    ("198.51.100.0", 24),
    ("203.0.113.0", 24),
    ("224.0.0.0", 3),
];

/// Four or sixteen bytes are an address; anything else is read as the text of one.
pub fn run(input: &[u8]) {
    if let Ok(bytes) = <[u8; 4]>::try_from(input) {
        look_at_v4(Ipv4Addr::from(bytes));
    } else if let Ok(bytes) = <[u8; 16]>::try_from(input) {
        look_at_v6(Ipv6Addr::from(bytes));
    }
    match str::from_utf8(input).ok().and_then(|text| text.trim().parse().ok()) {
        Some(IpAddr::V4(address)) => look_at_v4(address),
        Some(IpAddr::V6(address)) => look_at_v6(address),
        None => {}
    }
}

fn look_at_v4(address: Ipv4Addr) {
    let is_special = SPECIAL_V4.iter().any(|(network, prefix)| {
        let network: Ipv4Addr = network.parse().expect("the table holds addresses");
        (address.to_bits() ^ network.to_bits()) >> (32 - prefix) == 0
    });
    assert_eq!(is_public(address.into()), !is_special, "{address}");
    let (high, low) = ((address.to_bits() >> 16) as u16, address.to_bits() as u16);
    for hidden in [
        address.to_ipv6_mapped(),
        address.to_ipv6_compatible(),
        Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
        Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
        Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
        Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
        Ipv6Addr::new(0x2001, 0, high, low, 0, 0, !high, !low),
    ] {
        assert!(!is_public(hidden.into()), "{address} hides in {hidden}");
    }
}

fn look_at_v6(address: Ipv6Addr) {
    if let Some(hidden) = address.to_ipv4() {
        look_at_v4(hidden);
        assert!(!is_public(address.into()), "{address} hides {hidden}");
    }
    if is_public(address.into()) {
        let [first, second, ..] = address.segments();
        assert!(first >> 13 == 1, "{address} is no global unicast");
        assert!(first != 0x2002 && first != 0x3ffe, "{address} is 6to4 or of the 6bone");
        assert!(first != 0x2001 || second >= 0x200, "{address} is of a protocol, as Teredo");
        assert!((first, second) != (0x2001, 0xdb8), "{address} is documentation");
        assert!(first != 0x3fff || second >= 0x1000, "{address} is documentation");
    }
}
