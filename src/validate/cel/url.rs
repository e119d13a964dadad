//! URLs as Go's `net/url` reads them.

/// A URL in parts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Url {
    pub(crate) scheme: String,
    pub(crate) user: Option<String>,
    pub(crate) host: String,
    /// As it is written.
    pub(crate) path: String,
    pub(crate) opaque: String,
    pub(crate) query: String,
    pub(crate) fragment: String,
}

impl Url {
    /// Reads what a request could ask for: an absolute URL or an absolute path. Mirrors `ParseRequestURI`.
    pub(crate) fn parse_request(text: &str) -> Result<Url, String> {
        Url::read(text, true)
    }

    /// Reads a URL with its fragment. Mirrors `Parse`.
    pub(crate) fn parse(text: &str) -> Result<Url, String> {
        let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
        let mut url = Url::read(rest, false)?;
        check_escapes(fragment)?;
        fragment.clone_into(&mut url.fragment);
        Ok(url)
    }

    fn read(text: &str, request: bool) -> Result<Url, String> {
        if text.bytes().any(|b| b < b' ' || b == 0x7f) {
            return Err("it has a control character".to_owned());
        }
        if text.is_empty() && request {
            return Err("it is empty".to_owned());
        }
        let mut url = Url::default();
        if text == "*" {
            "*".clone_into(&mut url.path);
            return Ok(url);
        }
        let (scheme, rest) = split_scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        let (mut rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        query.clone_into(&mut url.query);
        if !rest.starts_with('/') {
            if !url.scheme.is_empty() {
                rest.clone_into(&mut url.opaque);
                return Ok(url);
            }
            if request {
                return Err("it is neither absolute nor a path".to_owned());
            }
            if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
                return Err("its first segment has a colon".to_owned());
            }
        }
        let has_authority = !url.scheme.is_empty() || (!request && !rest.starts_with("///"));
        if has_authority && let Some(after) = rest.strip_prefix("//") {
            let end = after.find('/').unwrap_or(after.len());
            url.authority(&after[..end])?;
            rest = &after[end..];
        }
        check_escapes(rest)?;
        rest.clone_into(&mut url.path);
        Ok(url)
    }

    fn authority(&mut self, text: &str) -> Result<(), String> {
        let (user, host) = match text.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, text),
        };
        if let Some(user) = user {
            let valid = |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
            if !user.chars().all(valid) {
                return Err("its user has an invalid character".to_owned());
            }
            check_escapes(user)?;
            self.user = Some(user.to_owned());
        }
        if let Some(rest) = host.strip_prefix('[') {
            let (within, port) =
                rest.rsplit_once(']').ok_or_else(|| "a `]` is missing in its host".to_owned())?;
            check_port(port)?;
            let address = within.split('%').next().unwrap_or_default();
            if address.parse::<std::net::Ipv6Addr>().is_err() {
                return Err("its host is no IPv6 address".to_owned());
            }
        } else if let Some(colon) = host.rfind(':') {
            check_port(&host[colon..])?;
        }
        self.host = host_text(host)?;
        Ok(())
    }

    /// The host without its port and brackets.
    pub(crate) fn hostname(&self) -> &str {
        if let Some(rest) = self.host.strip_prefix('[') {
            return rest.rsplit_once(']').map_or(rest, |(within, _)| within);
        }
        self.host.rsplit_once(':').map_or(&*self.host, |(host, _)| host)
    }

    /// The port; empty when there is none.
    pub(crate) fn port(&self) -> &str {
        let after = self.host.rsplit_once(']').map_or(&*self.host, |(_, after)| after);
        after.rsplit_once(':').map_or("", |(_, port)| port)
    }

    /// Keys and values of the query, decoded, in their order.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let pairs = self.query.split('&').filter(|pair| !pair.is_empty() && !pair.contains(';'));
        pairs
            .filter_map(|pair| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                Some((decode_query(key)?, decode_query(value)?))
            })
            .collect()
    }

    /// The path, with what must be escaped escaped.
    pub(crate) fn escaped_path(&self) -> String {
        let mut out = String::with_capacity(self.path.len());
        for b in self.path.bytes() {
            if b.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@%!'()*[]".contains(&b) {
                out.push(b as char);
            } else {
                // Writing to a string cannot fail.
                let _ = std::fmt::Write::write_fmt(&mut out, format_args!("%{b:02X}"));
            }
        }
        out
    }
}

fn split_scheme(text: &str) -> Result<(&str, &str), String> {
    for (at, c) in text.bytes().enumerate() {
        match c {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("its scheme is missing".to_owned()),
            b':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok(("", text))
}

fn check_port(port: &str) -> Result<(), String> {
    let digits = port.strip_prefix(':').or_else(|| port.is_empty().then_some(""));
    match digits {
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => Ok(()),
        _ => Err("its port is no number".to_owned()),
    }
}

fn check_escapes(text: &str) -> Result<(), String> {
    let bytes = text.as_bytes();
    for (at, b) in bytes.iter().enumerate() {
        if *b == b'%' && !bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) {
            return Err("a `%` in it escapes nothing".to_owned());
        }
    }
    Ok(())
}

fn host_text(host: &str) -> Result<String, String> {
    check_escapes(host)?;
    let mut out = Vec::with_capacity(host.len());
    let bytes = host.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let b = bytes[at];
        if b == b'%' {
            let value = u8::from_str_radix(host.get(at + 1..at + 3).unwrap_or("00"), 16).unwrap_or(0);
            if value < 0x80 && value != b'%' {
                return Err("its host escapes what may not be escaped".to_owned());
            }
            out.push(value);
            at += 3;
            continue;
        }
        if b < 0x80 && !(b.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:[]<>\"".contains(&b)) {
            return Err("its host has an invalid character".to_owned());
        }
        out.push(b);
        at += 1;
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn decode_query(text: &str) -> Option<String> {
    check_escapes(text).ok()?;
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'%' => {
                out.push(u8::from_str_radix(text.get(at + 1..at + 3)?, 16).ok()?);
                at += 3;
                continue;
            }
            b'+' => out.push(b' '),
            b => out.push(b),
        }
        at += 1;
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_urls_as_go_does() {
        let url = Url::parse("https://u:p@[::1]:80/a%20b?x=1&y#f").expect("a url");
        assert_eq!((url.hostname(), url.port(), &*url.query), ("::1", "80", "x=1&y"));
        assert_eq!(url.escaped_path(), "/a%20b");
        for good in ["/a", "mailto:a@b", "http://a", "https://a.b:443/c?d=e", "*"] {
            assert!(Url::parse_request(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "a/b", "http://a b", "http://a:b", "http://[::1", ":a", "/%z", "http://[a]/"] {
            assert!(Url::parse_request(bad).is_err(), "{bad}");
        }
    }
}
