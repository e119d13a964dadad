//! Semantic versions, as blang/semver reads them.

use std::cmp::Ordering;

/// A version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Version {
    pub(crate) major: u64,
    pub(crate) minor: u64,
    pub(crate) patch: u64,
    pre: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Part {
    Number(u64),
    Text(String),
}

fn number(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (plain && (text.len() == 1 || !text.starts_with('0'))).then(|| text.parse().ok()).flatten()
}

fn is_part(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

impl Version {
    /// Reads `1.2.3-rc.1+build`.
    pub(crate) fn parse(text: &str) -> Option<Version> {
        let mut parts = text.splitn(3, '.');
        let (major, minor, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let (rest, build) = match rest.split_once('+') {
            Some((rest, build)) => (rest, Some(build)),
            None => (rest, None),
        };
        let (patch, pre) = match rest.split_once('-') {
            Some((patch, pre)) => (patch, Some(pre)),
            None => (rest, None),
        };
        if build.is_some_and(|build| !build.split('.').all(is_part)) {
            return None;
        }
        let mut list = Vec::new();
        for part in pre.into_iter().flat_map(|pre| pre.split('.')) {
            if !is_part(part) {
                return None;
            }
            list.push(if part.bytes().all(|b| b.is_ascii_digit()) {
                Part::Number(number(part)?)
            } else {
                Part::Text(part.to_owned())
            });
        }
        Some(Version { major: number(major)?, minor: number(minor)?, patch: number(patch)?, pre: list })
    }

    /// Reads what is nearly a version: `v1.2`, `01.2.3`.
    pub(crate) fn parse_loosely(text: &str) -> Option<Version> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let mut parts: Vec<String> = text.splitn(3, '.').map(str::to_owned).collect();
        for part in &mut parts {
            let digits = part.trim_start_matches('0');
            if part.len() > 1 && digits.len() < part.len() {
                let needs = !digits.starts_with(|c: char| c.is_ascii_digit());
                *part = if needs { format!("0{digits}") } else { digits.to_owned() };
            }
        }
        if parts.len() < 3 {
            if parts.last().is_some_and(|part| part.contains(['+', '-'])) {
                return None;
            }
            while parts.len() < 3 {
                parts.push("0".to_owned());
            }
        }
        Version::parse(&parts.join("."))
    }

    /// Which comes first.
    pub(crate) fn order(&self, other: &Version) -> Ordering {
        let numbers = |v: &Version| (v.major, v.minor, v.patch);
        numbers(self).cmp(&numbers(other)).then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => self.pre.cmp(&other.pre),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn orders_versions() {
        let read = |text: &str| Version::parse(text).expect(text);
        assert!(read("1.2.3").order(&read("1.2.3-rc.1")).is_gt());
        assert!(read("1.2.3-1").order(&read("1.2.3-a")).is_lt());
        assert!(Version::parse("1.2").is_none());
        assert!(Version::parse("v1.2.3").is_none());
        assert!(Version::parse("01.2.3").is_none());
        assert!(Version::parse_loosely("v1.2").is_some());
    }
}
