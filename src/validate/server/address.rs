//! Addresses: IPs and CIDRs, as strictly as Kubernetes 1.37 takes them, and the warnings for odd spellings.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::format::Format;

const IP: &str = "must be an IP address";
const CIDR: &str = "must be a CIDR, as in `10.9.8.0/24`";
const CANONICAL: &str = "must be in canonical form";
const ZEROS: &str = "must not have zeros before its numbers";
const V4_IN_V6: &str = "must not be an IPv4 address within IPv6";
const BITS: &str = "must not have bits set behind its prefix length";
/// What is wrong with addresses only since Kubernetes 1.36.
pub(super) const STRICT: [&str; 3] = [ZEROS, V4_IN_V6, BITS];

/// Whether a text is what is said of an address.
pub(super) fn is_fault(message: &str) -> bool {
    [IP, CIDR, CANONICAL].contains(&message) || STRICT.contains(&message)
}

/// An IP in whatever spelling net libraries once took: zeros before octets too.
///
/// Mirrors `ParseIPSloppy`
pub(in crate::validate) fn sloppy_ip(text: &str) -> Option<IpAddr> {
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Some(ip);
    }
    let (head, v4) = match text.rfind(':') {
        Some(at) => text.split_at(at + 1),
        None => ("", text),
    };
    let mut octets = [0u8; 4];
    let mut parts = v4.split('.');
    for octet in &mut octets {
        let part =
            parts.next().filter(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))?;
        let digits = part.trim_start_matches('0');
        *octet = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    }
    if parts.next().is_some() {
        return None;
    }
    let v4 = Ipv4Addr::from(octets);
    if head.is_empty() {
        return Some(IpAddr::V4(v4));
    }
    format!("{head}{v4}").parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

fn is_v4_in_v6(ip: &IpAddr) -> bool {
    matches!(ip, IpAddr::V6(ip) if ip.to_ipv4_mapped().is_some())
}

/// An IP in a field that is older than strict checks: any spelling without extra zeros, no IPv4 inside IPv6.
///
/// Mirrors `IsValidIPForLegacyField`
pub(in crate::validate) fn legacy_ip(text: &str) -> Format {
    let Some(ip) = sloppy_ip(text) else { return Err(IP) };
    if text.parse::<IpAddr>().is_err() {
        return Err(ZEROS);
    }
    if is_v4_in_v6(&ip) {
        return Err(V4_IN_V6);
    }
    Ok(())
}

/// An IP in its one canonical spelling.
///
/// Mirrors `IsValidIP`
pub(in crate::validate) fn ip(text: &str) -> Format {
    legacy_ip(text)?;
    match text.parse::<IpAddr>() {
        Ok(ip) if is_spelt(text, &canonical(&ip)) => Ok(()),
        _ => Err(CANONICAL),
    }
}

fn is_spelt(text: &str, canonical: &str) -> bool {
    text == canonical
}

/// The canonical spelling (an IPv4 address within IPv6 as the IPv4 address).
pub(in crate::validate) fn canonical(ip: &IpAddr) -> String {
    match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(|| v6.to_string(), |v4| v4.to_string()),
        IpAddr::V4(v4) => v4.to_string(),
    }
}

/// Address and length of a CIDR in whatever spelling net libraries once took.
///
/// Mirrors `ParseCIDRSloppy`
pub(in crate::validate) fn sloppy_cidr(text: &str) -> Option<(IpAddr, u32)> {
    let (address, length) = text.split_once('/')?;
    let ip = sloppy_ip(address)?;
    if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = length.trim_start_matches('0');
    let length: u32 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    (length <= if ip.is_ipv4() { 32 } else { 128 }).then_some((ip, length))
}

/// The address with everything behind the prefix cleared.
pub(in crate::validate) fn masked(ip: IpAddr, length: u32) -> IpAddr {
    match ip {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - length.min(32)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from(u32::from(v4) & mask))
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - length.min(128)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from(u128::from(v6) & mask))
        }
    }
}

/// A CIDR in a field that is older than strict checks.
///
/// Mirrors `IsValidCIDRForLegacyField`
pub(in crate::validate) fn legacy_cidr(text: &str) -> Format {
    let Some((ip, length)) = sloppy_cidr(text) else { return Err(CIDR) };
    let (address, digits) = text.split_once('/').unwrap_or((text, ""));
    if address.parse::<IpAddr>().is_err() || (digits.len() > 1 && digits.starts_with('0')) {
        return Err(ZEROS);
    }
    if is_v4_in_v6(&ip) {
        return Err(V4_IN_V6);
    }
    if masked(ip, length) != ip {
        return Err(BITS);
    }
    Ok(())
}

/// A CIDR in its one canonical spelling.
///
/// Mirrors `IsValidCIDR`
pub(in crate::validate) fn cidr(text: &str) -> Format {
    legacy_cidr(text)?;
    match sloppy_cidr(text) {
        Some((ip, length)) if is_spelt(text, &format!("{}/{length}", canonical(&ip))) => Ok(()),
        _ => Err(CANONICAL),
    }
}

/// What is odd about an IP that passes; nothing for most.
///
/// Mirrors `GetWarningsForIP`
pub(in crate::validate) fn ip_warning(text: &str) -> Option<String> {
    let ip = sloppy_ip(text)?;
    if text.parse::<IpAddr>().is_err() || is_v4_in_v6(&ip) {
        // Refused where it is strict; `loadBalancerIP` is never judged.
        return None;
    }
    let plain = canonical(&ip);
    (ip.is_ipv6() && plain != text).then(|| format!("IPv6 address `{text}` should be written `{plain}`"))
}

/// What is odd about a CIDR that passes; nothing for most.
///
/// Mirrors `GetWarningsForCIDR`
pub(in crate::validate) fn cidr_warning(text: &str) -> Option<String> {
    let (ip, length) = sloppy_cidr(text)?;
    let plain = format!("{}/{length}", canonical(&masked(ip, length)));
    (ip.is_ipv6() && plain != text).then(|| format!("IPv6 CIDR `{text}` should be written `{plain}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert!(ip("10.0.0.1").is_ok() && ip("2001:db8::ffff").is_ok());
        assert!(legacy_ip("FE80:0:0:0:0:0:0:0abc").is_ok());
        assert!(ip("FE80:0:0:0:0:0:0:0abc").is_err());
        for text in ["", "1.2.3", "010.0.0.1", "::ffff:1.2.3.4", "1.2.3.4.5", "fe80::1%eth0", "256.1.1.1"] {
            assert!(legacy_ip(text).is_err(), "{text}");
        }
        assert!(sloppy_ip("010.002.003.004").is_some());
    }

    #[test]
    fn networks() {
        assert!(legacy_cidr("10.9.8.0/24").is_ok() && legacy_cidr("0.0.0.0/0").is_ok());
        for text in ["10.9.8.7/24", "10.9.8.0", "10.9.8.0/33", "10.9.8.0/024", "::ffff:10.0.0.0/104", "a/1"] {
            assert!(legacy_cidr(text).is_err(), "{text}");
        }
        assert!(cidr("2001:db8::/64").is_ok() && cidr("2001:0db8::/64").is_err());
    }
}
