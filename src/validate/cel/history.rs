//! Since when servers take what expressions are made of. A new expression may only use what the version before the
//! server's had, so each number is one above the version that brought the library.

use super::lexer::{Token, tokens};

/// What a name must be followed by to be meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum As {
    /// A call: `quantity(`.
    Call,
    /// A name before a dot: `sets.contains`.
    Front,
}

/// Names and the versions from which on they may be used.
const NAMES: &[(&str, As, u32)] = &[
    ("isQuantity", As::Call, 29),
    ("optFlatMap", As::Call, 29),
    ("optMap", As::Call, 29),
    ("optional", As::Front, 29),
    ("orValue", As::Call, 29),
    ("quantity", As::Call, 29),
    ("format", As::Call, 30),
    ("quote", As::Call, 30),
    ("sets", As::Front, 30),
    ("cidr", As::Call, 31),
    ("containsCIDR", As::Call, 31),
    ("containsIP", As::Call, 31),
    ("ip", As::Call, 31),
    ("isCIDR", As::Call, 31),
    ("isIP", As::Call, 31),
    ("format", As::Front, 32),
    ("transformList", As::Call, 33),
    ("transformMap", As::Call, 33),
    ("transformMapEntry", As::Call, 33),
    ("isSemver", As::Call, 34),
    ("semver", As::Call, 34),
    ("distinct", As::Call, 35),
    ("flatten", As::Call, 35),
    ("lists", As::Front, 35),
    ("slice", As::Call, 35),
    ("sort", As::Call, 35),
    ("sortBy", As::Call, 35),
];

/// What of an expression a server of this minor version does not have yet: its name, and since when there is it.
pub(in crate::validate) fn not_yet(text: &str, minor: u32) -> Option<(String, u32)> {
    if minor >= 35 {
        return None;
    }
    let words = tokens(text).ok()?;
    words.windows(2).enumerate().find_map(|(at, pair)| {
        let next = |sign| pair[1].0 == Token::Sign(sign);
        let is_after_dot = at > 0 && words[at - 1].0 == Token::Sign(".");
        match &pair[0].0 {
            Token::Name(name) => {
                let (_, _, since) = NAMES.iter().find(|(known, how, since)| {
                    *since > minor
                        && **known == **name
                        && match how {
                            As::Call => next("("),
                            As::Front => next(".") && !is_after_dot,
                        }
                })?;
                Some((name.to_string(), *since))
            }
            Token::Sign(sign @ ("." | "[")) if minor < 29 && next("?") => Some((format!("{sign}?"), 29)),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::not_yet;

    #[test]
    fn names_are_told_from_fields() {
        assert_eq!(not_yet("quantity(self.a).isLessThan(quantity('1'))", 28), Some(("quantity".into(), 29)));
        assert_eq!(not_yet("quantity(self.a).isLessThan(quantity('1'))", 29), None);
        assert_eq!(not_yet("self.ip == '' && self.format.size() > 0", 24), None);
        assert_eq!(
            not_yet("!format.dns1123Label().validate(self).hasValue()", 31),
            Some(("format".into(), 32))
        );
        assert_eq!(not_yet("self.?a.orValue(1) > 0", 28), Some((".?".into(), 29)));
        assert_eq!(not_yet("self.a ? self.b : self.c", 24), None);
    }
}
