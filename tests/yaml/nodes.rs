//! Documents made of the nodes that the oracle writes down, so that emitters are tested without our own reader.

use citadel::provenance::StepId;
use citadel::yaml::{Comments, Document, Editor, NodeId, Style, Tag};
use serde_json::Value;

const TAGGED: u64 = 1;

fn style(bits: u64) -> Style {
    match bits & !TAGGED {
        2 => Style::DoubleQuoted,
        4 => Style::SingleQuoted,
        8 => Style::Literal,
        16 => Style::Folded,
        32 => Style::Flow,
        _ => Style::Plain,
    }
}

/// The document that a written-down node stands for.
pub(crate) fn document(node: &Value) -> Document {
    let mut document = Document::generated();
    let mut editor = document.edit(StepId(0));
    let top = if node["k"] == "doc" { &node["n"][0] } else { node };
    let root = build(&mut editor, top);
    editor.set_root(root);
    document
}

fn build(editor: &mut Editor<'_>, node: &Value) -> NodeId {
    let bits = node["s"].as_u64().unwrap_or(0);
    let tag = node["t"].as_str().unwrap_or("");
    let text = node["v"].as_str().unwrap_or("");
    let children = node["n"].as_array().map_or(&[][..], Vec::as_slice);
    let made = match node["k"].as_str().unwrap() {
        "map" => {
            let made = editor.mapping(Tag::Implicit, style(bits));
            for pair in children.chunks(2) {
                let key = build(editor, &pair[0]);
                let value = build(editor, &pair[1]);
                editor.insert(made, key, value);
            }
            made
        }
        "seq" => {
            let made = editor.sequence(Tag::Implicit, style(bits));
            for child in children {
                let item = build(editor, child);
                editor.push(made, item);
            }
            made
        }
        "alias" => editor.alias(text),
        _ => editor.scalar(text, Tag::Implicit, style(bits)),
    };
    // A node that was read notes its tag but does not show it; one that code made has no line.
    let by_code = node["l"].is_null() && !tag.is_empty();
    if bits & TAGGED != 0 || by_code {
        editor.tag_explicitly(made, tag);
        if bits & TAGGED == 0 && Tag::of_text(tag) != Tag::Other {
            editor.set_tag(made, Tag::of_text(tag));
        }
    }
    if let Some(anchor) = node["a"].as_str() {
        editor.set_anchor(made, Some(anchor));
    }
    let comment = |name: &str| node[name].as_str().unwrap_or("").to_owned();
    let comments = Comments { head: comment("h"), line: comment("e"), foot: comment("f") };
    if comments != Comments::default() {
        editor.set_comments(made, comments);
    }
    made
}
