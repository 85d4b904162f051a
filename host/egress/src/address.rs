//! Which IP addresses may be dialled: public ones, and nothing else.
//!
//! IPv6 is an allow-list: of the whole space only global unicast (2000::/3) passes, less the parts
//! of it that hold an IPv4 address or lead nowhere. So every form of IPv4 inside IPv6 is refused
//! as a whole, whatever address it holds: no provider publishes one, and a decoder that is wrong
//! once is a way in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

/// IANA's special-purpose registry, and one provider's internal address.
const REFUSED_V4: [Ipv4Net; 18] = [
    v4(0, 0, 0, 0, 8),        // this network, unspecified
    v4(10, 0, 0, 0, 8),       // private
    v4(100, 64, 0, 0, 10),    // carrier-grade NAT; holds Alibaba's metadata service
    v4(127, 0, 0, 0, 8),      // loopback
    v4(168, 63, 129, 16, 32), // Azure's host, public by number only
    v4(169, 254, 0, 0, 16),   // link-local, metadata services
    v4(172, 16, 0, 0, 12),    // private
    v4(192, 0, 0, 0, 24),     // protocol assignments, metadata of Oracle
    v4(192, 0, 2, 0, 24),     // documentation
    v4(192, 31, 196, 0, 24),  // AS112
    v4(192, 52, 193, 0, 24),  // AMT
    v4(192, 88, 99, 0, 24),   // 6to4 relays
    v4(192, 168, 0, 0, 16),   // private
    v4(192, 175, 48, 0, 24),  // AS112
    v4(198, 18, 0, 0, 15),    // benchmarks
    v4(198, 51, 100, 0, 24),  // documentation
    v4(203, 0, 113, 0, 24),   // documentation
    v4(224, 0, 0, 0, 3),      // multicast, reserved, broadcast
];

/// Global unicast: outside it are loopback, v4-mapped and -compatible, NAT64, discard-only,
/// unique-local, link-local, site-local and multicast.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 0, 3);

/// What is special within global unicast.
const REFUSED_V6: [Ipv6Net; 6] = [
    v6(0x2001, 0, 0, 23),         // protocol assignments: Teredo, ORCHID, benchmarks
    v6(0x2001, 0xdb8, 0, 32),     // documentation
    v6(0x2002, 0, 0, 16),         // 6to4
    v6(0x2620, 0x4f, 0x8000, 48), // AS112
    v6(0x3ffe, 0, 0, 16),         // the former 6bone
    v6(0x3fff, 0, 0, 20),         // documentation
];

/// Whether an address is public: one that the gate connects to without an operator's remap.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !REFUSED_V4.iter().any(|net| net.contains(&address)),
        IpAddr::V6(address) => {
            GLOBAL_V6.contains(&address) && !REFUSED_V6.iter().any(|net| net.contains(&address))
        }
    }
}

#[cfg(test)]
mod tests {
    use ipnet::IpNet;
    use proptest::prelude::*;

    use super::*;

    /// IANA's registries of special-purpose addresses and of multicast as they stand there, those
    /// included that are said to be reachable: nobody publishes an API at any of them.
    const REGISTERED: [&str; 40] = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "::1/128",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "100:0:0:1::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
        // Not of the registries: Azure's host, and what IPv6 had before and without them.
        "168.63.129.16/32",
        "::/96",
        "::ffff:0:0:0/96",
        "3ffe::/16",
        "4000::/2",
    ];

    /// The address before or after one, or that itself where there is none.
    fn beside(address: IpAddr, by: i8) -> IpAddr {
        match address {
            IpAddr::V4(address) => {
                let bits = address.to_bits().checked_add_signed(by.into());
                bits.map_or(address, Ipv4Addr::from_bits).into()
            }
            IpAddr::V6(address) => {
                let bits = address.to_bits().checked_add_signed(by.into());
                bits.map_or(address, Ipv6Addr::from_bits).into()
            }
        }
    }

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap())
    }

    #[test]
    fn public_addresses_pass() {
        let table = [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "93.184.216.34",
            "100.63.255.255",
            "100.128.0.0",
            "128.0.0.1",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450:4001:80e::200e",
            "2001:4860:4860::8888",
            "2001:200::1",
            "2003::1",
        ];
        for address in table {
            assert!(public(address), "{address} was refused");
        }
    }

    // Proves: addresses
    #[test]
    fn everything_else_is_refused() {
        let table = [
            // This machine, its networks, its provider.
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
            "192.0.0.192",
            // Nobody.
            "192.0.2.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "192.88.99.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            // The same in IPv6.
            "::",
            "::1",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "100::1",
            "2001:db8::1",
            "3fff::1",
            "5f00::1",
            "4000::1",
            // IPv4 in IPv6, public or not.
            "::ffff:127.0.0.1",
            "::ffff:1.1.1.1",
            "::127.0.0.1",
            "::1.1.1.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::101:101",
            "64:ff9b:1::a00:1",
            "2002:7f00:1::",
            "2002:101:101::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        ];
        for address in table {
            assert!(!public(address), "{address} passed");
        }
    }

    proptest! {
        // Proves: addresses
        #[test]
        fn what_std_calls_special_is_never_public(bits: u32) {
            let address = Ipv4Addr::from_bits(bits);
            let special = address.is_private() || address.is_loopback() || address.is_link_local()
                || address.is_multicast() || address.is_broadcast() || address.is_documentation()
                || address.is_unspecified();
            prop_assert!(!(special && is_public(address.into())));
        }

        // Proves: addresses
        #[test]
        fn what_is_registered_for_a_purpose_is_not_public(
            net in prop::sample::select(REGISTERED.to_vec()), host: u128,
        ) {
            let net: IpNet = net.parse().unwrap();
            let within: IpAddr = match net {
                IpNet::V4(net) => {
                    let host = host as u32 & net.hostmask().to_bits();
                    Ipv4Addr::from_bits(net.network().to_bits() | host).into()
                }
                IpNet::V6(net) => {
                    let host = host & net.hostmask().to_bits();
                    Ipv6Addr::from_bits(net.network().to_bits() | host).into()
                }
            };
            for address in [net.network(), within, net.broadcast()] {
                prop_assert!(!is_public(address), "{address} of {net}");
            }
        }

        #[test]
        fn what_is_registered_for_no_purpose_is_public(
            net in prop::sample::select(REGISTERED.to_vec()), bits: u32, global: u128,
        ) {
            let nets = REGISTERED.map(|net| net.parse::<IpNet>().unwrap());
            let net: IpNet = net.parse().unwrap();
            let (first, last) = (net.network(), net.broadcast());
            let global = Ipv6Addr::from_bits(global >> 3 | 1 << 125);
            let addresses = [
                Ipv4Addr::from_bits(bits).into(), global.into(), beside(first, -1), beside(last, 1),
            ];
            for address in addresses {
                let is_registered = nets.iter().any(|net| net.contains(&address));
                let is_global = match address {
                    IpAddr::V4(_) => true,
                    IpAddr::V6(address) => address.segments()[0] >> 13 == 1,
                };
                prop_assert_eq!(is_public(address), is_global && !is_registered, "{}", address);
            }
        }

        // Proves: addresses
        #[test]
        fn no_form_of_ipv4_inside_ipv6_is_public(bits: u32) {
            let address = Ipv4Addr::from_bits(bits);
            let (high, low) = ((bits >> 16) as u16, bits as u16);
            for form in [
                address.to_ipv6_mapped(), address.to_ipv6_compatible(),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
                Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
                Ipv6Addr::new(0x2001, 0, high, low, 0, 0, !high, !low),
            ] {
                prop_assert!(!is_public(form.into()), "{}", form);
            }
        }
    }
}
