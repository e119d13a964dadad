//! What becomes of text on its way from a kustomization file to a built-in plugin: kustomize writes the fields as JSON
//! and reads that as YAML. JSON leaves three kinds of characters bare that YAML minds: most control characters above
//! ASCII's first 32 are refused, U+0085 is a line break and folds, and document marks behind it end the text.

use super::bind::{Bound, Content};
use super::shape::KUSTOMIZATION;
use crate::diagnostic::Diagnostic;
use crate::source::Place;
use crate::yaml::{Document, NodeId};

/// Fields that are not handed to a plugin, but used as they are.
const STAY: [&str; 15] = [
    "kind",
    "apiVersion",
    "metadata",
    "openapi",
    "vars",
    "sortOptions",
    "resources",
    "components",
    "crds",
    "bases",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "buildMetadata",
];

const NEXT_LINE: char = '\u{85}';

/// Sends the fields of a kustomization on their way.
pub(super) fn travel(document: &Document, fields: &mut [Bound]) -> Result<(), Vec<Diagnostic>> {
    let mut todo: Vec<&mut Bound> = Vec::new();
    for (field, bound) in KUSTOMIZATION.fields.iter().zip(fields) {
        if !STAY.contains(&field.name) {
            todo.push(bound);
        }
    }
    while let Some(bound) = todo.pop() {
        match &mut bound.content {
            Content::Text(text) => check(document, bound.node, text)?,
            Content::List(list) | Content::Fields(list) => todo.extend(list.iter_mut()),
            Content::Map(map) => {
                for (name, key, value) in map {
                    check(document, Some(*key), name)?;
                    todo.push(value);
                }
            }
            Content::Nothing | Content::Bool(_) | Content::Int(_) => {}
        }
    }
    Ok(())
}

/// Whether YAML reads this character bare, as JSON writes it.
fn is_readable(c: char) -> bool {
    !matches!(c, '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}')
}

fn check(document: &Document, node: Option<NodeId>, text: &mut String) -> Result<(), Vec<Diagnostic>> {
    if text.is_ascii() && !text.contains('\u{7F}') {
        return Ok(());
    }
    let fail = |what: String| {
        let place = node.map_or(Place::NONE, |node| document.place(node));
        Err(vec![Diagnostic::error("unusable-character", what).at(place, "kustomize cannot hand this on")])
    };
    if let Some(c) = text.chars().find(|c| !is_readable(*c)) {
        return fail(format!("the control character U+{:04X} is not allowed here", u32::from(c)));
    }
    if text.contains(NEXT_LINE) {
        match fold(text) {
            Some(folded) => *text = folded,
            None => return fail("a document mark follows a line break (U+0085)".to_owned()),
        }
    }
    Ok(())
}

/// Folds line breaks, with the spaces round them, as YAML does between double quotes.
fn fold(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut lines = text.split(NEXT_LINE);
    let mut breaks = 0;
    out.push_str(lines.next().unwrap_or_default());
    for line in lines {
        let marked = line.starts_with("---") || line.starts_with("...");
        // The text goes on with a break when another line follows; its end is a quote.
        if marked && (line[3..].starts_with(' ') || line.len() == 3 && !text.ends_with(line)) {
            return None;
        }
        breaks += 1;
        let rest = line.trim_start_matches(' ');
        if rest.is_empty() {
            continue;
        }
        break_line(&mut out, &mut breaks);
        out.push_str(rest);
    }
    break_line(&mut out, &mut breaks);
    Some(out)
}

fn break_line(out: &mut String, breaks: &mut usize) {
    if *breaks == 0 {
        return;
    }
    out.truncate(out.trim_end_matches(' ').len());
    match *breaks {
        1 => out.push(' '),
        several => out.extend(std::iter::repeat_n('\n', several - 1)),
    }
    *breaks = 0;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_as_kustomize_does() {
        for (text, expected) in [
            ("\u{85}", Some(" ")),
            ("a \u{85} b", Some("a b")),
            ("a\u{85}\u{85}b", Some("a\nb")),
            ("a\u{85} \u{85} ", Some("a\n")),
            ("\u{85} ", Some(" ")),
            ("a\u{85}---b", Some("a ---b")),
            ("a\u{85}--- b", None),
            ("a\u{85}---\u{85}b", None),
            ("a\u{85}...", Some("a ...")),
        ] {
            assert_eq!(fold(text).as_deref(), expected, "{text:?}");
        }
    }
}
