//! Kubernetes' grammar of label selectors (`app in (a, b), !legacy, tier!=db`), which kustomize also applies to
//! annotations. What it selects from is the caller's.

use crate::diagnostic::{Diagnostic, Result};
use crate::source::Place;

/// A parsed selector: all requirements must hold.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct LabelSelector {
    requirements: Vec<Requirement>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Requirement {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Operator {
    Exists,
    DoesNotExist,
    In,
    NotIn,
    GreaterThan,
    LessThan,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Token<'t> {
    End,
    /// A key or value; `in` and `notin` are told by the parser.
    Word(&'t str),
    Close,
    Open,
    Comma,
    Not,
    Equals,
    NotEquals,
    Greater,
    Less,
}

impl LabelSelector {
    /// Parses a selector; the empty one selects everything.
    ///
    /// # Errors
    /// When Kubernetes would refuse it.
    pub(super) fn parse(text: &str, at: Place) -> Result<LabelSelector> {
        Parser { tokens: tokens(text), position: 0 }.parse().map_err(|reason| {
            Box::new(
                Diagnostic::error("bad-label-selector", format!("`{text}` is no selector: {reason}"))
                    .at(at, "in this target")
                    .hint("write it like `app=web`, `tier in (a, b)`, `!legacy`; commas join requirements"),
            )
        })
    }

    /// Whether a map of labels, asked for key by key, fulfils all requirements.
    pub(super) fn matches<'l>(&self, label: impl Fn(&str) -> Option<&'l str>) -> bool {
        self.requirements.iter().all(|requirement| {
            let label = label(&requirement.key);
            let has = |value: &str| requirement.values.iter().any(|wanted| wanted == value);
            let compare = |value: &str, fits: fn(i64, i64) -> bool| {
                let wanted = requirement.values.first().and_then(|wanted| integer(wanted));
                integer(value).zip(wanted).is_some_and(|(value, wanted)| fits(value, wanted))
            };
            match (requirement.operator, label) {
                (Operator::Exists, label) => label.is_some(),
                (Operator::DoesNotExist, label) => label.is_none(),
                (Operator::In, Some(value)) => has(value),
                (Operator::NotIn, Some(value)) => !has(value),
                (Operator::NotIn, None) => true,
                (Operator::GreaterThan, Some(value)) => compare(value, |value, wanted| value > wanted),
                (Operator::LessThan, Some(value)) => compare(value, |value, wanted| value < wanted),
                (Operator::In | Operator::GreaterThan | Operator::LessThan, None) => false,
            }
        })
    }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let special = |c: char| "=!(),><".contains(c);
    let blank = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
    let mut list = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(blank);
        let Some(c) = rest.chars().next() else { break };
        let (token, length) = match c {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '>' => (Token::Greater, 1),
            '<' => (Token::Less, 1),
            '=' => (Token::Equals, if rest.starts_with("==") { 2 } else { 1 }),
            '!' if rest.starts_with("!=") => (Token::NotEquals, 2),
            '!' => (Token::Not, 1),
            _ => {
                let end = rest.find(|c| special(c) || blank(c)).unwrap_or(rest.len());
                (Token::Word(&rest[..end]), end)
            }
        };
        list.push(token);
        rest = &rest[length..];
    }
    list
}

struct Parser<'t> {
    tokens: Vec<Token<'t>>,
    position: usize,
}

type Parsed<T> = std::result::Result<T, String>;

impl<'t> Parser<'t> {
    fn look(&self) -> Token<'t> {
        self.tokens.get(self.position).copied().unwrap_or(Token::End)
    }

    fn take(&mut self) -> Token<'t> {
        let token = self.look();
        self.position += 1;
        token
    }

    fn parse(mut self) -> Parsed<LabelSelector> {
        let mut requirements = Vec::new();
        if self.look() == Token::End {
            return Ok(LabelSelector { requirements });
        }
        loop {
            requirements.push(self.requirement()?);
            match self.take() {
                Token::End => return Ok(LabelSelector { requirements }),
                Token::Comma => {}
                _ => return Err("a comma or the end is expected behind a requirement".to_owned()),
            }
        }
    }

    fn requirement(&mut self) -> Parsed<Requirement> {
        let negated = self.look() == Token::Not;
        if negated {
            self.take();
        }
        let Token::Word(key) = self.take() else { return Err("a key is expected".to_owned()) };
        check_key(key)?;
        let of = |operator, values: Vec<String>| {
            values.iter().try_for_each(|value| check_value(value))?;
            Ok(Requirement { key: key.to_owned(), operator, values })
        };
        if negated {
            return of(Operator::DoesNotExist, Vec::new());
        }
        match self.look() {
            Token::End | Token::Comma => return of(Operator::Exists, Vec::new()),
            _ => {}
        }
        match self.take() {
            Token::Word("in") => of(Operator::In, self.values()?),
            Token::Word("notin") => of(Operator::NotIn, self.values()?),
            Token::Equals => of(Operator::In, vec![self.value()?]),
            Token::NotEquals => of(Operator::NotIn, vec![self.value()?]),
            Token::Greater => of(Operator::GreaterThan, vec![self.number()?]),
            Token::Less => of(Operator::LessThan, vec![self.number()?]),
            _ => Err(format!("`=`, `!=`, `in` or `notin` is expected behind `{key}`")),
        }
    }

    fn value(&mut self) -> Parsed<String> {
        match self.look() {
            Token::End | Token::Comma => Ok(String::new()),
            Token::Word(value) => {
                self.take();
                Ok(value.to_owned())
            }
            _ => Err("a value is expected".to_owned()),
        }
    }

    fn number(&mut self) -> Parsed<String> {
        let value = self.value()?;
        if integer(&value).is_none() {
            return Err(format!("`{value}` is no whole number to compare with"));
        }
        Ok(value)
    }

    /// Values in parentheses; between two commas, and before and behind one, stands the empty value.
    fn values(&mut self) -> Parsed<Vec<String>> {
        let mut values = Vec::new();
        if self.take() != Token::Open {
            return Err("`(` is expected".to_owned());
        }
        if self.look() == Token::Close {
            self.take();
            return Ok(vec![String::new()]);
        }
        loop {
            match self.take() {
                Token::Word(value) => {
                    values.push(value.to_owned());
                    match self.look() {
                        Token::Comma => {}
                        Token::Close => break,
                        _ => return Err("`,` or `)` is expected between values".to_owned()),
                    }
                }
                Token::Comma => {
                    if values.is_empty() {
                        values.push(String::new());
                    }
                    match self.look() {
                        Token::Close => {
                            values.push(String::new());
                            break;
                        }
                        Token::Comma => {
                            self.take();
                            values.push(String::new());
                        }
                        _ => {}
                    }
                }
                _ => return Err("a value is expected".to_owned()),
            }
        }
        self.take();
        Ok(values)
    }
}

/// Go's `ParseInt` in base ten.
fn integer(text: &str) -> Option<i64> {
    text.parse().ok()
}

fn check_key(key: &str) -> Parsed<()> {
    let bad = || Err(format!("`{key}` is no label key"));
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    if let Some(prefix) = prefix {
        let part = |part: &str| {
            let edge = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                && edge(part.bytes().next())
                && edge(part.bytes().last())
        };
        if prefix.len() > 253 || !prefix.split('.').all(part) {
            return bad();
        }
    }
    if name.is_empty() || name.len() > 63 || !is_label_text(name) { bad() } else { Ok(()) }
}

fn check_value(value: &str) -> Parsed<()> {
    if value.is_empty() || (value.len() <= 63 && is_label_text(value)) {
        Ok(())
    } else {
        Err(format!("`{value}` is no label value"))
    }
}

fn is_label_text(text: &str) -> bool {
    let edge = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        && edge(text.bytes().next())
        && edge(text.bytes().last())
}

#[cfg(test)]
mod tests {
    use super::LabelSelector;
    use crate::source::Place;

    fn matches(selector: &str, labels: &[(&str, &str)]) -> Option<bool> {
        let selector = LabelSelector::parse(selector, Place::NONE).ok()?;
        Some(selector.matches(|key| labels.iter().find(|(k, _)| *k == key).map(|(_, v)| *v)))
    }

    #[test]
    fn requirements_hold_or_do_not() {
        let labels = [("app", "web"), ("n", "5"), ("empty", "")];
        for (selector, wanted) in [
            ("", true),
            ("app", true),
            ("!app", false),
            ("app=web", true),
            ("app == web , n", true),
            ("app!=web", false),
            ("other!=web", true),
            ("app in (db, web)", true),
            ("app notin (db)", true),
            ("other notin (db)", true),
            ("empty in ()", true),
            ("empty=", true),
            ("n>4,n<6", true),
            ("n>5", false),
            ("app>1", false),
            ("in in (x)", false),
        ] {
            assert_eq!(matches(selector, &labels), Some(wanted), "{selector}");
        }
    }

    #[test]
    fn what_kubernetes_refuses_is_refused() {
        for bad in ["app=", "a=b,"] {
            assert_eq!(LabelSelector::parse(bad, Place::NONE).is_ok(), bad == "app=", "{bad}");
        }
        for bad in [
            "=a", "a b", "!a=b", "a in", "a in (b", "a in b", "a=b c", "-a", "a=b@", "a/b/c", "A/b", "a>b",
            ",",
        ] {
            assert!(LabelSelector::parse(bad, Place::NONE).is_err(), "{bad}");
        }
    }
}
