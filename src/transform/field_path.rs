//! Field paths of replacements: `spec.containers.[name=web].env.0.value`, `metadata.annotations.[a.b/c]`, `a\.b`.
//!
//! Rules. Two readers, as in kustomize. A look-up (sources) finds one node: positions, `-` for the last item, `[key=value]`
//! for the first item whose key equals the value. A match (targets) finds all: positions, `*` for every item, `[key=value]`
//! where the value is a regular expression that may match anywhere, and it can make what is missing. Blanks round parts
//! and empty parts count in matches only. A number is always a position.

use crate::diagnostic::Result;
use crate::resource::expression;
use crate::source::{Place, SourceId};
use crate::yaml::{Document, Editor, Kind, NodeId, SequenceIndent, Style, Tag, emit_v3, read_document_v3};

use super::field_spec::{is_integer, split_path};

/// Splits a path at dots; a backslash keeps a dot in its part, and so do brackets.
pub(super) fn split(path: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut pieces = split_path(path, ".").into_iter();
    while let Some(piece) = pieces.next() {
        if !piece.starts_with('[') || piece.ends_with(']') {
            parts.push(piece);
            continue;
        }
        let mut whole = piece;
        for piece in pieces.by_ref() {
            whole.push('.');
            whole.push_str(&piece);
            if piece.ends_with(']') {
                break;
            }
        }
        if whole.contains('=') {
            parts.push(whole);
        } else {
            parts.push(whole.trim_matches(['[', ']']).to_owned());
        }
    }
    parts
}

/// Why a path leads nowhere, in words that follow "because".
pub(super) type Found<T> = std::result::Result<T, String>;

fn is_list_entry(part: &str) -> bool {
    part.starts_with('[') && part.ends_with(']')
}

fn is_position(part: &str) -> bool {
    is_integer(part) && !part.starts_with('-')
}

fn position(part: &str) -> Option<usize> {
    part.parse().ok()
}

/// `[key=value]` taken apart.
fn list_entry(part: &str) -> Found<(&str, &str)> {
    let inside = part.strip_suffix(']').unwrap_or(part);
    let inside = inside.strip_prefix('[').unwrap_or(inside);
    inside.split_once('=').ok_or_else(|| format!("`{part}` has no `=`: write `[key=value]`"))
}

fn expected(document: &Document, node: NodeId, wanted: Kind) -> Found<()> {
    if document.kind(node) == wanted || document.is_null(node) {
        return Ok(());
    }
    let name = super::field_spec::name_of;
    Err(format!("a {} is expected, but there is a {}", name(wanted), name(document.kind(node))))
}

/// The one node that a path leads to; `None` when something on the way is missing.
pub(super) fn look_up(document: &Document, root: NodeId, parts: &[String]) -> Found<Option<NodeId>> {
    let mut node = root;
    for part in parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        let next = if is_integer(part) {
            let Some(index) = position(part) else { return Err(format!("the index `{part}` is negative")) };
            expected(document, node, Kind::Sequence)?;
            document.item(node, index)
        } else if part == "-" {
            expected(document, node, Kind::Sequence)?;
            let Some(last) = document.children(node).last() else {
                return Err("there is no last item of an empty list".to_owned());
            };
            Some(last)
        } else if part == "*" {
            return Err("`*` works in targets only".to_owned());
        } else if is_list_entry(part) {
            let (key, value) = list_entry(part)?;
            expected(document, node, Kind::Sequence)?;
            document.children(node).find(|item| {
                if key.is_empty() {
                    document.text(*item) == value
                } else {
                    document.get(*item, key).is_some_and(|field| document.text(field) == value)
                }
            })
        } else {
            if document.is_null(node) {
                return Ok(None);
            }
            expected(document, node, Kind::Mapping)?;
            document.get(node, part)
        };
        match next {
            Some(next) => node = next,
            None => return Ok(None),
        }
    }
    Ok(Some(node))
}

/// What a match makes of what is missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Create {
    /// Nothing.
    Never,
    /// A leaf of this kind, and what is needed above it.
    Leaf(Kind),
}

/// All nodes that a path matches, in order.
pub(super) fn matches(
    editor: &mut Editor<'_>,
    root: NodeId,
    parts: &[String],
    create: Create,
) -> Found<Vec<NodeId>> {
    let mut found = Vec::new();
    let mut todo = vec![(root, 0)];
    // Items of lists are visited in order: children are put on top in reverse.
    while let Some((node, at)) = todo.pop() {
        let Some(part) = parts.get(at) else {
            found.push(node);
            continue;
        };
        let rest = parts.len() - at - 1;
        let next = parts.get(at + 1).map_or("", String::as_str);
        if is_position(part) {
            todo.push((at_position(editor, node, part, next, create)?, at + 1));
        } else if is_list_entry(part) {
            let (items, primitive) = list_entries(editor, node, part, create)?;
            // What stands behind an item that is a scalar is ignored.
            let at = if primitive { parts.len() } else { at + 1 };
            todo.extend(items.into_iter().rev().map(|item| (item, at)));
        } else if part == "*" {
            expected(editor.document(), node, Kind::Sequence)?;
            let start = todo.len();
            todo.extend(editor.document().children(node).map(|item| (item, at + 1)));
            todo[start..].reverse();
        } else {
            let Some(field) = field(editor, node, part, next, create)? else { continue };
            if rest > 0 && editor.document().kind(field) == Kind::Scalar {
                // kustomize goes on inside the text of the scalar, and loses what is set there: what is found counts,
                // what would be set is set in a copy.
                found.extend(in_copy(editor, field, &parts[at + 1..], create)?);
            } else {
                todo.push((field, at + 1));
            }
        }
    }
    Ok(found)
}

/// The kind of a node that the next part of a path can go on from.
fn kind_before(next: &str, leaf: Kind) -> Kind {
    if is_list_entry(next) || is_position(next) {
        Kind::Sequence
    } else if next.is_empty() {
        leaf
    } else {
        Kind::Mapping
    }
}

fn new_node(editor: &mut Editor<'_>, kind: Kind) -> NodeId {
    match kind {
        Kind::Mapping => editor.mapping(Tag::Implicit, Style::Plain),
        Kind::Sequence => editor.sequence(Tag::Implicit, Style::Plain),
        Kind::Scalar | Kind::Alias => editor.scalar("", Tag::Implicit, Style::Plain),
    }
}

fn field(
    editor: &mut Editor<'_>,
    node: NodeId,
    part: &str,
    next: &str,
    create: Create,
) -> Found<Option<NodeId>> {
    let document = editor.document();
    if document.is_null(node) {
        // What would be made in a null is lost.
        return match create {
            Create::Never => Ok(None),
            Create::Leaf(leaf) => Ok(Some(new_node(editor, kind_before(next, leaf)))),
        };
    }
    if part.is_empty() {
        return Err("a part of the path is empty".to_owned());
    }
    expected(document, node, Kind::Mapping)?;
    match (document.get(node, part), create) {
        (Some(field), _) => Ok(Some(field)),
        (None, Create::Never) => Ok(None),
        (None, Create::Leaf(leaf)) => {
            let field = new_node(editor, kind_before(next, leaf));
            editor.insert_text_key(node, part, field);
            Ok(Some(field))
        }
    }
}

fn at_position(
    editor: &mut Editor<'_>,
    node: NodeId,
    part: &str,
    next: &str,
    create: Create,
) -> Found<NodeId> {
    let document = editor.document();
    expected(document, node, Kind::Sequence)?;
    let (index, length) = (position(part).unwrap_or(usize::MAX), document.len(node));
    if let Some(item) = document.item(node, index) {
        return Ok(item);
    }
    match create {
        Create::Leaf(leaf) if index == length && document.kind(node) == Kind::Sequence => {
            let item = new_node(editor, kind_before(next, leaf));
            editor.push(node, item);
            Ok(item)
        }
        _ => Err(format!("there is no item {index}: the list has {length}")),
    }
}

/// The items that `[key=expression]` matches, and whether they are scalars.
fn list_entries(
    editor: &mut Editor<'_>,
    node: NodeId,
    part: &str,
    create: Create,
) -> Found<(Vec<NodeId>, bool)> {
    let (key, pattern) = list_entry(part)?;
    let document = editor.document();
    expected(document, node, Kind::Sequence)?;
    let primitive = key.is_empty();
    let pattern_of = |text: &str| expression(text, text, Place::NONE).map_err(|fault| fault.message);
    let mut items = Vec::new();
    let mut compiled = None;
    for item in document.children(node) {
        let value = if primitive { Some(item) } else { document.get(item, key) };
        let Some(value) = value else { continue };
        if compiled.is_none() {
            compiled = Some(pattern_of(pattern)?);
        }
        let text = printed(document, value).map_err(|fault| fault.message)?;
        if compiled.as_ref().is_some_and(|compiled| compiled.is_match(&text)) {
            items.push(item);
        }
    }
    if !items.is_empty() || create == Create::Never {
        return Ok((items, primitive));
    }
    if document.kind(node) != Kind::Sequence {
        return Err("nothing can be added to a null".to_owned());
    }
    if !pattern_of(pattern)?.is_match(pattern) {
        return Err(format!("an item made for `{part}` would not match it"));
    }
    let value = editor.scalar(pattern, Tag::Implicit, Style::Plain);
    let item = if primitive {
        value
    } else {
        let item = editor.mapping(Tag::Implicit, Style::Plain);
        editor.insert_text_key(item, key, value);
        item
    };
    editor.push(node, item);
    Ok((vec![item], primitive))
}

/// A node as kustomize prints it to compare it: quotes and all.
fn printed(document: &Document, node: NodeId) -> Result<String> {
    let text = document.text(node);
    if document.kind(node) == Kind::Scalar
        && document.style(node) == Style::Plain
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'/' | b'.'))
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && matches!(document.tag(node), Tag::Implicit)
    {
        return Ok(text.to_owned());
    }
    let mut out = Vec::new();
    emit_v3(document, node, SequenceIndent::Compact, &mut out)?;
    Ok(String::from_utf8_lossy(&out).trim().to_owned())
}

/// Matches inside the text of a scalar. What is found lies in a copy that is thrown away.
fn in_copy(editor: &mut Editor<'_>, scalar: NodeId, parts: &[String], create: Create) -> Found<Vec<NodeId>> {
    let text = editor.document().text(scalar).into();
    let read = read_document_v3(SourceId::NONE, &text).map_err(|fault| fault.message)?;
    let Some(inside) = read.filter(|inside| inside.try_root().is_some()) else {
        return Err("the text is empty".to_owned());
    };
    let copy = editor.graft(&inside, inside.root());
    matches_in_copy(editor, copy, parts, create)
}

/// As [`matches`]; a function of its own so that the depth of texts within texts is bounded by the path.
fn matches_in_copy(
    editor: &mut Editor<'_>,
    root: NodeId,
    parts: &[String],
    create: Create,
) -> Found<Vec<NodeId>> {
    matches(editor, root, parts, create)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn paths_are_split_at_dots() {
        assert_eq!(split("spec.replicas"), ["spec", "replicas"]);
        assert_eq!(split("a.[name=com.foo.x].b"), ["a", "[name=com.foo.x]", "b"]);
        assert_eq!(split("metadata.annotations.[a.b/c]"), ["metadata", "annotations", "a.b/c"]);
        assert_eq!(split(r"data.a\.b.c"), ["data", "a.b", "c"]);
        assert_eq!(split("a.[b].c"), ["a", "[b]", "c"]);
    }
}
