//! URLs as Go reads them: what fails to parse there, and the parts that rules ask for.

/// What is asked of a URL that could be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::validate) struct Url<'a> {
    /// In whatever case it is written.
    pub(in crate::validate) scheme: &'a str,
    /// Host and port.
    pub(in crate::validate) host: &'a str,
    pub(in crate::validate) has_user: bool,
    pub(in crate::validate) query: &'a str,
    pub(in crate::validate) fragment: &'a str,
}

/// Reads a URL; `None` where Go refuses it.
///
/// Mirrors `url.Parse`
pub(in crate::validate) fn parse(text: &str) -> Option<Url<'_>> {
    let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
    if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) || !is_escaped(fragment) {
        return None;
    }
    let mut url = Url { fragment, ..Url::default() };
    if rest == "*" {
        return Some(url);
    }
    let (scheme, rest) = split_scheme(rest)?;
    url.scheme = scheme;
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    url.query = query;
    if !rest.starts_with('/') {
        if !scheme.is_empty() {
            return Some(url);
        }
        if rest.split('/').next().is_some_and(|first| first.contains(':')) {
            return None;
        }
    }
    let mut path = rest;
    if let Some(behind) = rest.strip_prefix("//")
        && (!scheme.is_empty() || !rest.starts_with("///"))
    {
        let end = behind.find('/').unwrap_or(behind.len());
        let (authority, behind) = behind.split_at(end);
        path = behind;
        let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(u, h)| (Some(u), h));
        if user.is_some_and(|user| !is_user(user)) || !is_host(host) {
            return None;
        }
        url.has_user = user.is_some();
        url.host = host;
    }
    is_escaped(path).then_some(url)
}

fn split_scheme(text: &str) -> Option<(&str, &str)> {
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return None,
            b':' => return Some((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Some(("", text))
}

/// Whether each `%` has two hexadecimal digits behind it.
fn is_escaped(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().all(|(at, byte)| {
        *byte != b'%' || bytes.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    })
}

fn is_user(text: &str) -> bool {
    is_escaped(text)
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte))
}

fn is_host(text: &str) -> bool {
    let port = if text.starts_with('[') {
        let Some(end) = text.rfind(']') else { return false };
        &text[end + 1..]
    } else {
        text.rfind(':').map_or("", |at| &text[at..])
    };
    let is_port = port.is_empty()
        || port.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    is_port
        && is_escaped(text)
        && text.bytes().all(|byte| {
            byte >= 0x80 || byte.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:[]<>\"%".contains(&byte)
        })
        && text.split('%').skip(1).all(|escape| {
            // Only what is no ASCII may be escaped in a host.
            escape.get(..2).and_then(|two| u8::from_str_radix(two, 16).ok()).is_some_and(|byte| byte >= 0x80)
        })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn parts() {
        let url = parse("https://u@example.com:443/a?b=c#d").expect("a URL");
        assert_eq!((url.scheme, url.host, url.has_user), ("https", "example.com:443", true));
        assert_eq!((url.query, url.fragment), ("b=c", "d"));
        assert_eq!(parse("").map(|url| url.host), Some(""));
        for text in [":a", "https://a b/", "https://a:b/", "https://a/%zz", "a:b\n", "1:2/3"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
