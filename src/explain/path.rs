//! PATH of `citadel explain`, in kustomize's spellings (`spec.template.spec.containers.[name=app].image`,
//! `spec/template/spec`), as `JSONPath` (`{.spec.containers[0].image}`, `$.metadata.annotations['a.b/c']`) and as the API
//! server writes it.

use crate::diagnostic::{Diagnostic, Result};

/// A step of a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// A key of a mapping; in a list, a position.
    Key(String),
    /// Items of a list by the value of one of their keys; without a key, by their own value.
    Item {
        /// The key of the items.
        key: String,
        /// What it has to say.
        value: String,
    },
    /// Everything below.
    All,
}

/// Reads a path; the empty one means the whole object.
pub(super) fn parse(text: &str) -> Result<Vec<Part>> {
    let mut rest = text.trim();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner.strip_suffix('}').unwrap_or(inner).trim();
    }
    rest = rest.strip_prefix('$').unwrap_or(rest);
    let slashes = is_slashed(rest);
    let mut parts = Vec::new();
    let mut word = String::new();
    let mut open = false;
    let mut letters = rest.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => {
                if let Some((_, next)) = letters.next() {
                    word.push(next);
                }
                open = true;
            }
            '/' if slashes => end(&mut parts, &mut word, &mut open, slashes),
            '.' if !slashes => end(&mut parts, &mut word, &mut open, slashes),
            '[' if !slashes || word.is_empty() => {
                end(&mut parts, &mut word, &mut open, slashes);
                let inside = rest.get(at + 1..).unwrap_or_default();
                let Some(length) = closing(inside) else { return unclosed(text) };
                parts.push(bracket(inside.get(..length).unwrap_or_default()));
                while letters.next().is_some_and(|(here, _)| here < at + 1 + length) {}
            }
            _ => {
                word.push(letter);
                open = true;
            }
        }
    }
    end(&mut parts, &mut word, &mut open, slashes);
    Ok(parts)
}

/// Whether the first separator is a slash.
fn is_slashed(text: &str) -> bool {
    let mut escaped = false;
    for letter in text.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '/' => return true,
            '.' | '[' => return false,
            _ => {}
        }
    }
    false
}

fn end(parts: &mut Vec<Part>, word: &mut String, open: &mut bool, slashes: bool) {
    if std::mem::take(open) {
        let mut key = std::mem::take(word);
        if slashes {
            key = key.replace("~1", "/").replace("~0", "~");
        }
        parts.push(if key == "*" { Part::All } else { Part::Key(key) });
    }
}

/// Where the bracket that is open here closes; brackets in quotes do not count.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(letter),
            (None, ']') => return Some(at),
            (None, _) => {}
        }
    }
    None
}

/// What stands in brackets: a position, `*`, `name=app`, `?(@.name=="app")`, a key with or without quotes.
fn bracket(text: &str) -> Part {
    let text = text.trim();
    if text == "*" {
        return Part::All;
    }
    if let Some(key) = unquoted(text) {
        return Part::Key(key.to_owned());
    }
    let filter = text.strip_prefix("?(").and_then(|inner| inner.strip_suffix(')'));
    let filter = filter.map_or(text, |inner| inner.trim().trim_start_matches("@.").trim_start_matches('@'));
    match filter.split_once('=') {
        Some((key, value)) => {
            let value = value.trim_start_matches('=').trim();
            let value = unquoted(value).unwrap_or(value);
            Part::Item { key: key.trim().to_owned(), value: value.to_owned() }
        }
        None => Part::Key(text.to_owned()),
    }
}

fn unquoted(text: &str) -> Option<&str> {
    ['\'', '"'].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
}

fn unclosed<T>(text: &str) -> Result<T> {
    Diagnostic::error("bad-path", format!("a bracket of the path `{text}` does not close"))
        .hint("write `spec.containers[0].image`, or `metadata.annotations['a.b/c']`")
        .fail()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let parts = parse(text).unwrap();
        let shown: Vec<String> = parts
            .iter()
            .map(|part| match part {
                Part::Key(key) => key.clone(),
                Part::Item { key, value } => format!("<{key}={value}>"),
                Part::All => "<*>".to_owned(),
            })
            .collect();
        shown.join(" ")
    }

    #[test]
    fn reads_all_spellings() {
        for (text, parts) in [
            (
                "spec.template.spec.containers.[name=app].image",
                "spec template spec containers <name=app> image",
            ),
            ("spec/template/spec", "spec template spec"),
            ("/metadata/annotations/a.b~1c", "metadata annotations a.b/c"),
            ("metadata/annotations/a.b\\/c", "metadata annotations a.b/c"),
            ("{.spec.replicas}", "spec replicas"),
            ("$.spec.containers[0].image", "spec containers 0 image"),
            ("metadata.annotations['a.b/c']", "metadata annotations a.b/c"),
            ("metadata.annotations[a.b/c]", "metadata annotations a.b/c"),
            ("metadata.annotations.a\\.b/c", "metadata annotations a.b/c"),
            ("spec.containers[?(@.name==\"app\")].env[*].name", "spec containers <name=app> env <*> name"),
            ("spec.finalizers.[=x]", "spec finalizers <=x>"),
            ("", ""),
            (".", ""),
        ] {
            assert_eq!(shown(text), parts, "{text}");
        }
        assert!(parse("a[b").is_err());
    }
}
