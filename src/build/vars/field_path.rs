//! Field paths of vars: `spec.ports[0].port`, `metadata.annotations.[a.b/c]`, `spec.containers.[name=web].image`.
//!
//! Rules (kyaml's `GetFieldValue`): split at dots, but not inside brackets; brackets without `=` are dropped; `x[0]` is
//! the item of a sequence; `-` is its last one; `[k=v]` the first item whose field is that, `[=v]` the item that is.

use crate::diagnostic::{Diagnostic, Result};
use crate::transform::field_spec::{is_integer, split_path};
use crate::yaml::{Document, Kind, NodeId};

/// The field at a path; `None` when it is not there.
///
/// # Errors
/// When the path asks for an item of what is no sequence, or a field of what is no mapping.
pub(super) fn find(document: &Document, root: NodeId, path: &str) -> Result<Option<NodeId>> {
    let mut node = root;
    for part in parts(path) {
        let part = part.trim();
        if part.is_empty() {
            continue;
        }
        let found = if is_integer(part) {
            expect(document, node, Kind::Sequence, part)?;
            part.parse().ok().and_then(|index: usize| document.item(node, index))
        } else if part == "-" {
            expect(document, node, Kind::Sequence, part)?;
            document.children(node).last()
        } else if part.starts_with('[') && part.ends_with(']') {
            item(document, node, part)?
        } else if document.is_null(node) {
            None
        } else {
            expect(document, node, Kind::Mapping, part)?;
            document.get(node, part)
        };
        match found {
            Some(found) => node = found,
            None => return Ok(None),
        }
    }
    Ok(Some(node))
}

fn expect(document: &Document, node: NodeId, kind: Kind, part: &str) -> Result<()> {
    if document.kind(node) == kind || (document.is_null(node) && kind == Kind::Sequence) {
        return Ok(());
    }
    let what = if kind == Kind::Sequence { "sequence" } else { "mapping" };
    Diagnostic::error("var-field-path", format!("`{part}` is looked for in what is no {what}"))
        .at(document.place(node), format!("expected a {what}"))
        .fail()
}

/// `[key=value]`, `[=value]`
fn item(document: &Document, node: NodeId, part: &str) -> Result<Option<NodeId>> {
    let inside = part.strip_prefix('[').and_then(|part| part.strip_suffix(']')).unwrap_or(part);
    let Some((key, value)) = inside.split_once('=') else {
        return Diagnostic::error("var-field-path", format!("`{part}` names no item of a sequence"))
            .hint("write `[field=value]`, or a position")
            .fail();
    };
    expect(document, node, Kind::Sequence, part)?;
    Ok(document.children(node).find(|item| {
        if key.is_empty() {
            return document.text(*item) == value;
        }
        document.get(*item, key).is_some_and(|field| document.text(field) == value)
    }))
}

/// The parts of a path.
fn parts(path: &str) -> Vec<String> {
    let mut pieces = split_path(path, ".").into_iter();
    let mut parts = Vec::new();
    while let Some(piece) = pieces.next() {
        if !piece.starts_with('[') || piece.ends_with(']') {
            push(piece, &mut parts);
            continue;
        }
        let mut bracketed = piece;
        for more in pieces.by_ref() {
            bracketed.push('.');
            bracketed.push_str(&more);
            if more.ends_with(']') {
                break;
            }
        }
        if bracketed.contains('=') {
            push(bracketed, &mut parts);
        } else {
            push(bracketed.trim_matches(['[', ']']).to_owned(), &mut parts);
        }
    }
    parts
}

/// Adds a part; `name[0]` is two.
fn push(part: String, parts: &mut Vec<String>) {
    if let Some(inside) = part.strip_suffix(']')
        && let Some((name, index)) = inside.rsplit_once('[')
        && !index.is_empty()
        && index.bytes().all(|b| b.is_ascii_digit())
    {
        if !name.is_empty() {
            parts.push(name.to_owned());
        }
        parts.push(index.to_owned());
        return;
    }
    parts.push(part);
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn splits_paths_as_kyaml_does() {
        assert_eq!(parts("a.b"), ["a", "b"]);
        assert_eq!(parts("a.b[0].c"), ["a", "b", "0", "c"]);
        assert_eq!(parts("metadata.annotations.[a.b/c]"), ["metadata", "annotations", "a.b/c"]);
        assert_eq!(parts("c.[name=a.b].d"), ["c", "[name=a.b]", "d"]);
        assert_eq!(parts("a\\.b.c"), ["a.b", "c"]);
    }
}
