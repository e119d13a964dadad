//! Nodes written down: as lines for golden files, and as the oracle writes them for comparison.

use std::fmt::Write as _;

use citadel::provenance::Whence;
use citadel::yaml::{Document, Kind, NodeId, Style, Tag};
use serde_json::{Map, Value, json};

fn tag(document: &Document, node: NodeId) -> &str {
    match document.tag(node) {
        Tag::Implicit => "",
        Tag::Null => "!!null",
        Tag::Bool => "!!bool",
        Tag::Int => "!!int",
        Tag::Float => "!!float",
        Tag::Timestamp => "!!timestamp",
        Tag::Str => "!!str",
        Tag::Binary => "!!binary",
        Tag::Merge => "!!merge",
        Tag::Map => "!!map",
        Tag::Seq => "!!seq",
        Tag::Other => document.tag_text(node).unwrap_or("?"),
    }
}

/// One line a node, deeper ones indented, keys before their values: offset, kind, style, tag, anchor, text, comments.
pub(crate) fn lines(document: &Document, out: &mut String) {
    if let Some(comments) = document.document_comments() {
        writeln!(out, "document {comments:?}").unwrap();
    }
    let mut todo = vec![(document.root(), 0, "")];
    while let Some((node, depth, role)) = todo.pop() {
        let offset = match document.origin(node).read() {
            Whence::Own(offset) => offset.to_string(),
            _ => "-".to_owned(),
        };
        write!(out, "{:depth$}{role}{offset} {:?}", "", document.kind(node), depth = depth * 2).unwrap();
        if document.style(node) != Style::Plain {
            write!(out, " {:?}", document.style(node)).unwrap();
        }
        let tag = tag(document, node);
        if !tag.is_empty() {
            write!(out, " {tag}").unwrap();
        }
        if let Some(anchor) = document.anchor(node) {
            write!(out, " &{anchor}").unwrap();
        }
        if matches!(document.kind(node), Kind::Scalar | Kind::Alias) {
            write!(out, " {:?}", document.text(node)).unwrap();
        }
        if let Some(comments) = document.comments(node) {
            for (name, text) in [("head", &comments.head), ("line", &comments.line), ("foot", &comments.foot)]
            {
                if !text.is_empty() {
                    write!(out, " {name}={text:?}").unwrap();
                }
            }
        }
        out.push('\n');
        let first = todo.len();
        for child in document.children(node) {
            if let Some(key) = document.key(child) {
                todo.push((key, depth + 1, "? "));
                todo.push((child, depth + 1, ": "));
            } else {
                todo.push((child, depth + 1, "- "));
            }
        }
        todo[first..].reverse();
    }
}

/// A node as the oracle's `nodes3` writes it, without places, and without the tags of plain scalars that say nothing.
pub(crate) fn value(document: &Document, node: NodeId, comments: bool) -> Value {
    let mut map = Map::new();
    let (kind, default) = match document.kind(node) {
        Kind::Scalar if document.style(node) == Style::Plain => ("scalar", ""),
        Kind::Scalar => ("scalar", "!!str"),
        Kind::Mapping => ("map", "!!map"),
        Kind::Sequence => ("seq", "!!seq"),
        Kind::Alias => ("alias", ""),
    };
    map.insert("k".to_owned(), json!(kind));
    let style = match document.style(node) {
        Style::Plain => 0,
        Style::DoubleQuoted => 2,
        Style::SingleQuoted => 4,
        Style::Literal => 8,
        Style::Folded => 16,
        Style::Flow => 32,
    } + u32::from(document.is_tagged(node));
    if style != 0 {
        map.insert("s".to_owned(), json!(style));
    }
    let tag = if tag(document, node).is_empty() { default } else { tag(document, node) };
    let mut put = |name: &str, text: &str| {
        if !text.is_empty() {
            map.insert(name.to_owned(), json!(text));
        }
    };
    put("t", tag);
    put("v", document.text(node));
    put("a", document.anchor(node).unwrap_or_default());
    if comments && let Some(comments) = document.comments(node) {
        put("h", &comments.head);
        put("e", &comments.line);
        put("f", &comments.foot);
    }
    let mut children = Vec::new();
    for child in document.children(node) {
        children.extend(document.key(child).map(|key| value(document, key, comments)));
        children.push(value(document, child, comments));
    }
    if !children.is_empty() {
        map.insert("n".to_owned(), Value::Array(children));
    }
    Value::Object(map)
}

/// A document with the comments round it.
pub(crate) fn document_value(document: &Document) -> Value {
    let mut map = Map::new();
    map.insert("k".to_owned(), json!("doc"));
    if let Some(comments) = document.document_comments() {
        for (name, text) in [("h", &comments.head), ("f", &comments.foot)] {
            if !text.is_empty() {
                map.insert(name.to_owned(), json!(text));
            }
        }
    }
    map.insert("n".to_owned(), json!([value(document, document.root(), true)]));
    Value::Object(map)
}

/// What the oracle wrote, in the same form.
pub(crate) fn plainer(node: &mut Value, comments: bool) {
    let Some(map) = node.as_object_mut() else { return };
    let mut drop = vec!["l", "c"];
    if !comments {
        drop.extend(["h", "e", "f"]);
    }
    if map.get("k").is_some_and(|kind| kind == "scalar")
        && !map.contains_key("s")
        && map.get("t").is_none_or(|tag| tag != "!!merge")
    {
        drop.push("t");
    }
    for name in drop {
        map.remove(name);
    }
    if let Some(children) = map.get_mut("n").and_then(Value::as_array_mut) {
        for child in children {
            plainer(child, comments);
        }
    }
}

/// The first place at which two written-down nodes differ.
pub(crate) fn difference(ours: &Value, theirs: &Value) -> Option<String> {
    if ours == theirs {
        return None;
    }
    let (ours, theirs) = (ours.to_string(), theirs.to_string());
    let at = ours.bytes().zip(theirs.bytes()).position(|(a, b)| a != b).unwrap_or(0);
    let cut = |text: &str| -> String { text.chars().skip(at.saturating_sub(80)).take(200).collect() };
    Some(format!("ours   {}\ntheirs {}", cut(&ours), cut(&theirs)))
}
