//! Formats of texts that many kinds share: names, labels, ports, addresses, paths. Byte loops that say what is wrong;
//! which field a text is in, and whether it may be empty, is for the callers.

/// What a check of a format says: fine, or what the text must be.
pub(in crate::validate) type Format = Result<(), &'static str>;

const LABEL_LENGTH: usize = 63;
const SUBDOMAIN_LENGTH: usize = 253;

const LABEL: &str = "must be lower-case letters, digits or `-`, beginning and ending with a letter or digit";
const SUBDOMAIN: &str =
    "must be lower-case letters, digits, `-` or `.`, each part beginning and ending with a letter or digit";
const QUALIFIED: &str = "must be letters, digits, `-`, `_` or `.`, beginning and ending with a letter or digit, optionally behind a DNS prefix and `/`";

const PORT_NUMBER: &str = "must be between 1 and 65535";
const PORT_NAME: [&str; 5] = [
    "must be no more than 15 characters",
    "must be lower-case letters, digits and `-`",
    "must have at least one letter",
    "must not have two `-` in a row",
    "must not begin or end with `-`",
];
const LABEL_VALUE: &str =
    "must be empty, or letters, digits, `-`, `_` or `.`, beginning and ending with a letter or digit";

/// The rule that a fault of a format belongs to.
pub(super) fn rule_of(message: &str) -> &'static str {
    if message == PORT_NUMBER || PORT_NAME.contains(&message) {
        "invalid-port"
    } else if message == LABEL || message == SUBDOMAIN || message == "must not contain dots" {
        "invalid-name"
    } else if message == LABEL_VALUE {
        "invalid-label-value"
    } else if super::address::is_fault(message) {
        "invalid-address"
    } else {
        "invalid"
    }
}

fn is_lower_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`, whatever its length.
fn is_label_shaped(text: &[u8]) -> bool {
    matches!(text, [first, ..] if is_lower_alphanumeric(*first))
        && matches!(text, [.., last] if is_lower_alphanumeric(*last))
        && text.iter().all(|byte| is_lower_alphanumeric(*byte) || *byte == b'-')
}

/// A label of DNS: letters, digits and dashes, at most 63.
///
/// Mirrors `IsDNS1123Label`, `ValidateDNS1123Label`
pub(in crate::validate) fn dns_label(text: &str) -> Format {
    if text.len() > LABEL_LENGTH {
        return Err("must be no more than 63 characters");
    }
    if is_label_shaped(text.as_bytes()) {
        return Ok(());
    }
    Err(if text.contains('.') && is_subdomain_shaped(text) { "must not contain dots" } else { LABEL })
}

fn is_subdomain_shaped(text: &str) -> bool {
    text.as_bytes().split(|byte| *byte == b'.').all(is_label_shaped)
}

/// Labels of DNS with dots between them, at most 253 bytes in all.
///
/// Mirrors `IsDNS1123Subdomain`, `ValidateDNS1123Subdomain`
pub(in crate::validate) fn dns_subdomain(text: &str) -> Format {
    if text.len() > SUBDOMAIN_LENGTH {
        return Err("must be no more than 253 characters");
    }
    if is_subdomain_shaped(text) { Ok(()) } else { Err(SUBDOMAIN) }
}

/// As a subdomain, with underscores allowed inside and before labels.
///
/// Mirrors `IsDNS1123SubdomainWithUnderscore`, `ValidateDNS1123SubdomainWithUnderScore`
pub(in crate::validate) fn dns_subdomain_with_underscore(text: &str) -> Format {
    if text.len() > SUBDOMAIN_LENGTH {
        return Err("must be no more than 253 characters");
    }
    let is_fine = text.as_bytes().split(|byte| *byte == b'.').all(|label| {
        let label = label.strip_prefix(b"_").unwrap_or(label);
        matches!(label, [first, ..] if is_lower_alphanumeric(*first))
            && matches!(label, [.., last] if is_lower_alphanumeric(*last))
            && label.iter().all(|byte| is_lower_alphanumeric(*byte) || matches!(byte, b'-' | b'_'))
    });
    if is_fine { Ok(()) } else { Err(SUBDOMAIN) }
}

/// `*.` and a subdomain.
///
/// Mirrors `IsWildcardDNS1123Subdomain`
pub(in crate::validate) fn wildcard_dns_subdomain(text: &str) -> Format {
    if text.len() > SUBDOMAIN_LENGTH {
        return Err("must be no more than 253 characters");
    }
    match text.strip_prefix("*.") {
        Some(rest) if is_subdomain_shaped(rest) => Ok(()),
        _ => Err("must be `*.` followed by a DNS subdomain"),
    }
}

/// A label that begins with a letter, at most 63 bytes.
///
/// Mirrors `IsDNS1035Label`
pub(in crate::validate) fn dns1035_label(text: &str) -> Format {
    if text.len() > LABEL_LENGTH {
        return Err("must be no more than 63 characters");
    }
    if is_label_shaped(text.as_bytes()) && text.as_bytes()[0].is_ascii_lowercase() {
        Ok(())
    } else {
        Err(
            "must be lower-case letters, digits or `-`, beginning with a letter and ending with a letter or digit",
        )
    }
}

/// `([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]`
fn is_name_part(text: &[u8]) -> bool {
    matches!(text, [first, ..] if first.is_ascii_alphanumeric())
        && matches!(text, [.., last] if last.is_ascii_alphanumeric())
        && text.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// A name with an optional prefix: `app`, `example.com/app`. Keys of labels, names of resources, types of conditions.
///
/// Mirrors `IsLabelKey`, `IsQualifiedName`, `ValidateQualifiedName`
pub(in crate::validate) fn qualified_name(text: &str) -> Format {
    qualified(text, dns_subdomain)
}

/// A key of an annotation: a qualified name in which capitals do not matter.
///
/// Mirrors `ValidateAnnotations`
pub(in crate::validate) fn annotation_key(text: &str) -> Format {
    qualified(text, |prefix| {
        if prefix.bytes().any(|byte| byte.is_ascii_uppercase()) {
            dns_subdomain(&prefix.to_ascii_lowercase())
        } else {
            dns_subdomain(prefix)
        }
    })
}

fn qualified(text: &str, check_prefix: impl Fn(&str) -> Format) -> Format {
    let name = match text.split_once('/') {
        None => text,
        Some(("", _)) => return Err("must have a prefix before `/`"),
        Some((_, name)) if name.contains('/') => return Err(QUALIFIED),
        Some((prefix, name)) => {
            check_prefix(prefix).map_err(|_| "must have a DNS subdomain as its prefix before `/`")?;
            name
        }
    };
    if name.is_empty() {
        return Err("must have a name");
    }
    if name.len() > LABEL_LENGTH {
        return Err("must have a name of no more than 63 characters");
    }
    if is_name_part(name.as_bytes()) { Ok(()) } else { Err(QUALIFIED) }
}

/// A qualified name whose prefix must be there.
///
/// Mirrors `IsDomainPrefixedKey`, `IsPrefixedLabelKey`
pub(in crate::validate) fn prefixed_name(text: &str) -> Format {
    qualified_name(text)?;
    if text.contains('/') { Ok(()) } else { Err("must have a prefix, as in `example.com/name`") }
}

/// The value of a label: empty, or a name of at most 63 bytes.
///
/// Mirrors `IsLabelValue`, `IsValidLabelValue`, `validateLabelValue`
pub(in crate::validate) fn label_value(text: &str) -> Format {
    if text.len() > LABEL_LENGTH {
        return Err("must be no more than 63 bytes");
    }
    if text.is_empty() || is_name_part(text.as_bytes()) { Ok(()) } else { Err(LABEL_VALUE) }
}

/// The name of a port as IANA has it: at most 15 lower-case letters, digits and single dashes, with a letter in it.
///
/// Mirrors `IsValidPortName`
pub(in crate::validate) fn port_name(text: &str) -> Format {
    if text.len() > 15 {
        return Err(PORT_NAME[0]);
    }
    if text.is_empty() || !text.bytes().all(|byte| is_lower_alphanumeric(byte) || byte == b'-') {
        return Err(PORT_NAME[1]);
    }
    if !text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Err(PORT_NAME[2]);
    }
    if text.contains("--") {
        return Err(PORT_NAME[3]);
    }
    if text.starts_with('-') || text.ends_with('-') {
        return Err(PORT_NAME[4]);
    }
    Ok(())
}

/// A port that can be listened on.
///
/// Mirrors `IsValidPortNum`
pub(in crate::validate) fn port_number(port: i64) -> Format {
    if (1..=65535).contains(&port) { Ok(()) } else { Err(PORT_NUMBER) }
}

/// A user or group of Unix.
///
/// Mirrors `IsValidUserID`, `IsValidGroupID`
pub(in crate::validate) fn unix_id(id: i64) -> Format {
    if (0..=i64::from(i32::MAX)).contains(&id) { Ok(()) } else { Err("must be between 0 and 2147483647") }
}

/// The name of an environment variable: printable ASCII without `=`.
///
/// Mirrors `IsRelaxedEnvVarName`
pub(in crate::validate) fn env_name(text: &str) -> Format {
    if text.is_empty() {
        return Err("must not be empty");
    }
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'=') {
        Ok(())
    } else {
        Err("must be printable ASCII without `=`")
    }
}

/// A key of a ConfigMap or Secret.
///
/// Mirrors `IsConfigMapKey`
pub(in crate::validate) fn config_map_key(text: &str) -> Format {
    if text.len() > SUBDOMAIN_LENGTH {
        return Err("must be no more than 253 characters");
    }
    let is_fine = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
    if !is_fine {
        return Err("must be letters, digits, `-`, `_` or `.`");
    }
    no_parent_prefix(text)
}

/// Mirrors `hasChDirPrefix`
fn no_parent_prefix(text: &str) -> Format {
    match text {
        "." => Err("must not be `.`"),
        _ if text.starts_with("..") => Err("must not begin with `..`"),
        _ => Ok(()),
    }
}

/// A percentage: `25%`.
///
/// Mirrors `IsValidPercent`
pub(in crate::validate) fn percent(text: &str) -> Format {
    match text.strip_suffix('%') {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok(()),
        _ => Err("must be a number followed by `%`"),
    }
}

/// The name of an HTTP header.
///
/// Mirrors `IsHTTPHeaderName`
pub(in crate::validate) fn http_header_name(text: &str) -> Format {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        Ok(())
    } else {
        Err("must be letters, digits or `-`")
    }
}

/// A name that may be one part of a path of the API.
///
/// Mirrors `IsPathSegmentName`, `IsValidPathSegmentName`
pub(in crate::validate) fn path_segment(text: &str) -> Format {
    if matches!(text, "." | "..") {
        return Err("must not be `.` or `..`");
    }
    if text.contains(['/', '%']) {
        return Err("must not contain `/` or `%`");
    }
    Ok(())
}

/// An identifier as in C.
///
/// Mirrors `IsCIdentifier`
pub(in crate::validate) fn c_identifier(text: &str) -> Format {
    let is_fine = !text.is_empty()
        && !text.as_bytes()[0].is_ascii_digit()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_fine { Ok(()) } else { Err("must be letters, digits or `_`, not beginning with a digit") }
}

/// A domain of at least three parts.
///
/// Mirrors `IsFullyQualifiedName`
pub(in crate::validate) fn fully_qualified_name(text: &str) -> Format {
    dns_subdomain(text)?;
    if text.split('.').count() < 3 {
        return Err("must be a domain of at least three parts");
    }
    Ok(())
}

/// A domain of at least two parts, each a label; a dot may end it.
///
/// Mirrors `IsFullyQualifiedDomainName`
pub(in crate::validate) fn fully_qualified_domain_name(text: &str) -> Format {
    let text = text.strip_suffix('.').unwrap_or(text);
    dns_subdomain(text)?;
    if !text.contains('.') {
        return Err("must be a domain of at least two parts");
    }
    text.split('.').try_for_each(dns_label)
}

/// A domain, `/` and a path: `example.com/foo`.
///
/// Mirrors `IsDomainPrefixedPath`
pub(in crate::validate) fn domain_prefixed_path(text: &str) -> Format {
    let (domain, path) = text.split_once('/').unwrap_or((text, ""));
    if domain.is_empty() || path.is_empty() {
        return Err("must be a domain and a path, as in `example.com/name`");
    }
    dns_subdomain(domain)?;
    let is_fine =
        path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&byte));
    if is_fine { Ok(()) } else { Err("must have only characters of HTTP paths behind its domain") }
}

/// An absolute path that does not climb.
///
/// Mirrors `validatePathNoBacksteps`
pub(in crate::validate) fn no_backsteps(text: &str) -> Format {
    if text.split('/').any(|part| part == "..") { Err("must not contain `..`") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert!(dns_label("a-1").is_ok());
        assert_eq!(dns_label("a.b"), Err("must not contain dots"));
        for text in ["", "-a", "a-", "A", "a_b", "é", &"a".repeat(64)] {
            assert!(dns_label(text).is_err(), "{text}");
        }
        assert!(dns_subdomain("a.b-c.1").is_ok());
        assert!(dns_subdomain("a..b").is_err());
        assert!(qualified_name("example.com/My_Name.1").is_ok());
        for text in ["", "/a", "a/", "a/b/c", "Example.com/a", "-1", "a b"] {
            assert!(qualified_name(text).is_err(), "{text}");
        }
        assert!(annotation_key("Example.com/A").is_ok());
        assert!(label_value("").is_ok());
        assert!(label_value("-1").is_err());
    }

    #[test]
    fn ports_and_keys() {
        assert!(port_name("http-2").is_ok());
        for text in ["", "80", "a--b", "-a", "a-", "HTTP", "abcdefghijklmnop"] {
            assert!(port_name(text).is_err(), "{text}");
        }
        assert!(config_map_key("a..b").is_ok());
        assert!(config_map_key("..a").is_err());
        assert!(percent("10%").is_ok());
        assert!(percent("-10%").is_err());
    }
}
