//! Kubernetes' own types in expressions: URLs, addresses, quantities, versions, formats.

use std::net::IpAddr;
use std::rc::Rc;

use super::semver::Version;
use super::url::Url;
use super::value::{Failure, Outcome, Special, Value};
use crate::kubernetes::Quantity;
use crate::validate::custom::format::{self as formats, Format};
use crate::validate::server::{address, format};

/// Functions that make values of Kubernetes' own types from texts, or ask whether they could.
pub(super) fn of_text<'v>(name: &str, text: &str, rest: &[Value<'v>]) -> Option<Outcome<'v>> {
    let bad = |what: &str| Err(Failure::new(format!("`{text}` is no {what}")));
    let loosely = match rest {
        [] => false,
        [Value::Bool(loosely)] => *loosely,
        _ => return None,
    };
    let version = || if loosely { Version::parse_loosely(text) } else { Version::parse(text) };
    Some(match name {
        "url" => match Url::parse_request(text).and_then(|_| Url::parse(text)) {
            Ok(url) => Ok(Value::special(Special::Url(url))),
            Err(error) => Err(Failure::new(format!("`{text}` is no URL: {error}"))),
        },
        "isURL" => Ok(Value::Bool(Url::parse_request(text).is_ok())),
        "ip" => match ip(text) {
            Some(ip) => Ok(Value::special(Special::Ip(ip))),
            None => bad("IP address"),
        },
        "isIP" => Ok(Value::Bool(ip(text).is_some())),
        "ip.isCanonical" => match ip(text) {
            Some(ip) => Ok(Value::Bool(address::canonical(&ip) == text)),
            None => bad("IP address"),
        },
        "cidr" => match cidr(text) {
            Some((ip, length)) => Ok(Value::special(Special::Cidr(ip, length))),
            None => bad("CIDR"),
        },
        "isCIDR" => Ok(Value::Bool(cidr(text).is_some())),
        "quantity" => match Quantity::parse(text) {
            Some(quantity) => Ok(Value::special(Special::Quantity(quantity))),
            None => bad("quantity"),
        },
        "isQuantity" => Ok(Value::Bool(Quantity::parse(text).is_some())),
        "semver" => match version() {
            Some(version) => Ok(Value::special(Special::Semver(version))),
            None => bad("version"),
        },
        "isSemver" => Ok(Value::Bool(version().is_some())),
        "format.named" => Ok(Value::Optional(
            FORMATS
                .iter()
                .find(|known| **known == text)
                .map(|known| Rc::new(Value::special(Special::Format(known)))),
        )),
        _ => return None,
    })
}

/// An address; neither one with a zone nor an IPv4 address within IPv6.
fn ip(text: &str) -> Option<IpAddr> {
    let ip: IpAddr = text.parse().ok()?;
    (!matches!(ip, IpAddr::V6(ip) if ip.to_ipv4_mapped().is_some())).then_some(ip)
}

fn cidr(text: &str) -> Option<(IpAddr, u32)> {
    let (address, length) = text.split_once('/')?;
    let ip = ip(address)?;
    let plain = length.bytes().all(|b| b.is_ascii_digit()) && (length.len() == 1 || !length.starts_with('0'));
    let length: u32 = length.parse().ok().filter(|_| plain)?;
    (length <= if ip.is_ipv4() { 32 } else { 128 }).then_some((ip, length))
}

/// Formats with names.
const FORMATS: &[&str] = &[
    "byte",
    "date",
    "datetime",
    "dns1035Label",
    "dns1035LabelPrefix",
    "dns1123Label",
    "dns1123LabelPrefix",
    "dns1123Subdomain",
    "dns1123SubdomainPrefix",
    "labelValue",
    "qualifiedName",
    "uri",
    "uuid",
];

/// A format by the name of its function: `format.uri`.
pub(super) fn named_format<'v>(name: &str) -> Option<Value<'v>> {
    let name = name.strip_prefix("format.")?;
    FORMATS.iter().find(|known| **known == name).map(|known| Value::special(Special::Format(known)))
}

fn format_fault(name: &str, text: &str) -> Option<String> {
    let prefix = |text: &str| text.strip_suffix('-').map_or(text.to_owned(), |rest| format!("{rest}a"));
    let ok = |valid: bool, message: &str| (!valid).then(|| message.to_owned());
    match name {
        "byte" => ok(formats::is_base64(text), "invalid base64"),
        "date" => ok(Format::Date.accepts(text), "invalid date"),
        "datetime" => ok(Format::DateTime.accepts(text), "invalid datetime"),
        "uri" => Url::parse_request(text).err(),
        "uuid" => ok(Format::Uuid(0).accepts(text), "does not match the UUID format"),
        "dns1035Label" => format::dns1035_label(text).err().map(str::to_owned),
        "dns1035LabelPrefix" => format::dns1035_label(&prefix(text)).err().map(str::to_owned),
        "dns1123Label" => format::dns_label(text).err().map(str::to_owned),
        "dns1123LabelPrefix" => format::dns_label(&prefix(text)).err().map(str::to_owned),
        "dns1123Subdomain" => format::dns_subdomain(text).err().map(str::to_owned),
        "dns1123SubdomainPrefix" => format::dns_subdomain(&prefix(text)).err().map(str::to_owned),
        "labelValue" => format::label_value(text).err().map(str::to_owned),
        _ => format::qualified_name(text).err().map(str::to_owned),
    }
}

/// Calls a function of one of these types.
pub(super) fn of_special<'v>(name: &str, special: &Special, rest: &[Value<'v>]) -> Outcome<'v> {
    let other = match rest {
        [Value::Special(other)] => Some(&**other),
        _ => None,
    };
    match (special, other) {
        (Special::Url(url), _) => Ok(match name {
            "getScheme" => Value::made(&url.scheme),
            "getHost" => Value::made(&url.host),
            "getHostname" => Value::made(url.hostname()),
            "getPort" => Value::made(url.port()),
            "getEscapedPath" => Value::made(url.escaped_path()),
            "getQuery" => query(url),
            _ => return Err(Failure::overload()),
        }),
        (Special::Ip(ip), _) => of_ip(name, ip),
        (Special::Cidr(ip, length), _) => of_cidr(name, *ip, *length, rest),
        (Special::Quantity(a), Some(Special::Quantity(b))) => Ok(match name {
            "isGreaterThan" => Value::Bool(a > b),
            "isLessThan" => Value::Bool(a < b),
            "compareTo" => Value::Int(a.cmp(b) as i64),
            "add" => Value::special(Special::Quantity(a.plus(*b))),
            "sub" => Value::special(Special::Quantity(a.plus(b.times(-1)))),
            _ => return Err(Failure::overload()),
        }),
        (Special::Quantity(a), None) => of_quantity(name, *a, rest),
        (Special::Semver(a), Some(Special::Semver(b))) => Ok(match name {
            "isGreaterThan" => Value::Bool(a.order(b).is_gt()),
            "isLessThan" => Value::Bool(a.order(b).is_lt()),
            "compareTo" => Value::Int(a.order(b) as i64),
            _ => return Err(Failure::overload()),
        }),
        (Special::Semver(version), None) => Ok(Value::Int(match name {
            "major" => version.major as i64,
            "minor" => version.minor as i64,
            "patch" => version.patch as i64,
            _ => return Err(Failure::overload()),
        })),
        (Special::Format(format), _) => match (name, rest) {
            ("validate", [Value::Text(text)]) => Ok(Value::Optional(
                format_fault(format, text.as_str())
                    .map(|fault| Rc::new(Value::list(vec![Value::made(fault)]))),
            )),
            _ => Err(Failure::overload()),
        },
        _ => Err(Failure::overload()),
    }
}

#[allow(clippy::cast_precision_loss)]
fn of_quantity<'v>(name: &str, quantity: Quantity, rest: &[Value<'v>]) -> Outcome<'v> {
    Ok(match (name, rest) {
        ("sign", []) => Value::Int(quantity.sign() as i64),
        ("isInteger", []) => Value::Bool(quantity.is_whole()),
        ("asInteger", []) if quantity.is_whole() => Value::Int(quantity.value()),
        ("asInteger", []) => return Err(Failure::new("cannot convert value to integer")),
        ("asApproximateFloat", []) => Value::Double(quantity.milli() as f64 / 1000.0),
        ("add", [Value::Int(by)]) => Value::special(Special::Quantity(quantity.plus(Quantity::whole(*by)))),
        ("sub", [Value::Int(by)]) => {
            Value::special(Special::Quantity(quantity.plus(Quantity::whole(by.saturating_neg()))))
        }
        _ => return Err(Failure::overload()),
    })
}

fn query<'v>(url: &Url) -> Value<'v> {
    let mut map: Vec<(String, Vec<Value<'v>>)> = Vec::new();
    for (key, value) in url.pairs() {
        let value = Value::made(value);
        match map.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.push(value),
            None => map.push((key, vec![value])),
        }
    }
    Value::Map(Rc::new(
        map.into_iter().map(|(key, values)| (Value::made(key), Value::list(values))).collect(),
    ))
}

fn of_ip<'v>(name: &str, ip: &IpAddr) -> Outcome<'v> {
    let link_local = |ip: &IpAddr| match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.segments()[0] & 0xffc0 == 0xfe80,
    };
    let link_local_multicast = match ip {
        IpAddr::V4(ip) => ip.octets()[..3] == [224, 0, 0],
        IpAddr::V6(ip) => ip.segments()[0] & 0xff0f == 0xff02,
    };
    let broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
    Ok(match name {
        "family" => Value::Int(if ip.is_ipv4() { 4 } else { 6 }),
        "isUnspecified" => Value::Bool(ip.is_unspecified()),
        "isLoopback" => Value::Bool(ip.is_loopback()),
        "isLinkLocalMulticast" => Value::Bool(link_local_multicast),
        "isLinkLocalUnicast" => Value::Bool(link_local(ip)),
        "isGlobalUnicast" => Value::Bool(
            !broadcast && !ip.is_unspecified() && !ip.is_loopback() && !ip.is_multicast() && !link_local(ip),
        ),
        _ => return Err(Failure::overload()),
    })
}

fn of_cidr<'v>(name: &str, address: IpAddr, length: u32, rest: &[Value<'v>]) -> Outcome<'v> {
    let masked = |ip: IpAddr, length: u32| address::masked(ip, length);
    let contains_ip =
        |ip: IpAddr| ip.is_ipv4() == address.is_ipv4() && masked(ip, length) == masked(address, length);
    let contains_cidr = |(ip, other): (IpAddr, u32)| other >= length && contains_ip(ip);
    Ok(match (name, rest) {
        ("ip", []) => Value::special(Special::Ip(address)),
        ("prefixLength", []) => Value::Int(i64::from(length)),
        ("masked", []) => Value::special(Special::Cidr(masked(address, length), length)),
        ("containsIP", [Value::Text(text)]) => {
            let other = ip(text.as_str()).ok_or_else(|| Failure::new("not an IP address"))?;
            Value::Bool(contains_ip(other))
        }
        ("containsCIDR", [Value::Text(text)]) => {
            let other = cidr(text.as_str()).ok_or_else(|| Failure::new("not a CIDR"))?;
            Value::Bool(contains_cidr(other))
        }
        (_, [Value::Special(other)]) => match (name, &**other) {
            ("containsIP", Special::Ip(ip)) => Value::Bool(contains_ip(*ip)),
            ("containsCIDR", Special::Cidr(ip, other)) => Value::Bool(contains_cidr((*ip, *other))),
            _ => return Err(Failure::overload()),
        },
        _ => return Err(Failure::overload()),
    })
}
