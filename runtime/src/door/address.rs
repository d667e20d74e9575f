//! Addresses, as rights write them. Comes in: an address of the network. Goes out: its text, and whether it lies inside this machine
//! or its links. Deliberately absent: names, and who may connect where.

use std::net::IpAddr;

/// Addresses that an outside name has no business to lead to: this machine, its links, and nobody in particular.
pub(super) fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_loopback() || v4.is_link_local() || v4.is_unspecified() || v4.is_multicast() || v4.is_broadcast()
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unicast_link_local() || v6.is_unspecified() || v6.is_multicast(),
    }
}

pub(super) fn shown(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::is_inside;

    #[test]
    fn names_do_not_lead_inside() {
        for inside in ["127.0.0.1", "169.254.169.254", "0.0.0.0", "::1", "fe80::1", "224.0.0.1"] {
            assert!(is_inside(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["93.184.216.34", "10.0.0.1", "2606:2800::1"] {
            assert!(!is_inside(outside.parse().unwrap()), "{outside}");
        }
    }
}
