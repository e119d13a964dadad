//! What becomes of an object that kustomize sends through JSON, as a JSON patch does even when it changes nothing: it
//! comes back as yaml.v3 prints and reads a Go map. Numbers have been float64 and are spelt `1e+06`, texts have the
//! style that yaml.v3 chooses, keys are in its order, comments are gone.

use super::write::{Reader, json_entries, json_value};
use crate::diagnostic::{Diagnostic, Result};
use crate::provenance::Whence;
use crate::yaml::emit_analysis::{Tabs, analyze};
use crate::yaml::emit_order;
use crate::yaml::emit_output::{DEPTH, too_deep};
use crate::yaml::emit_reread::lossy;
use crate::yaml::emit_text::{self, is_sexagesimal};
use crate::yaml::number;
use crate::yaml::resolve::{self, Dialect, Value};
use crate::yaml::{Comments, Document, Editor, Kind, NodeId, Style, Tag};

/// Respells a node with all below it as if it had been JSON and back. Histories survive; what stays as it was gets no
/// entry. An object that comes from [`super::super::read_again`] is not printed another time. Doing it twice changes
/// nothing more, but for a negative zero.
///
/// # Errors
/// As [`super::to_json`]; and texts of several lines that begin with a tab, which yaml.v3 cannot read back.
pub fn respell_through_json(editor: &mut Editor<'_>, root: NodeId, is_read_again: bool) -> Result<()> {
    // Nothing is changed when anything is refused.
    let reader = if is_read_again { Reader::ReadAgain } else { Reader::Object };
    let mut changes = Vec::new();
    collect(editor.document(), root, reader, &mut changes)?;
    editor.unshare();
    editor.drop_comments();
    for change in changes {
        apply(editor, change);
    }
    if editor.document().try_root() == Some(root) {
        editor.drop_document_comments();
    }
    Ok(())
}

/// What is done to one node.
enum Change {
    Scalar { node: NodeId, text: Option<String>, style: Style },
    Collection { node: NodeId, children: Option<Vec<NodeId>>, style: Style },
}

fn collect(document: &Document, root: NodeId, reader: Reader, changes: &mut Vec<Change>) -> Result<()> {
    let mut todo = vec![(root, false, 1)];
    while let Some((node, flow, depth)) = todo.pop() {
        match document.kind(node) {
            Kind::Alias => {
                return Diagnostic::error("alias-left", "an alias is left in the object")
                    .at(document.place(node), format!("`*{}`", document.text(node)))
                    .hint("write the value out")
                    .fail();
            }
            Kind::Scalar if stays(document, node) => {}
            Kind::Scalar => changes.push(scalar(document, node, reader, flow)?),
            Kind::Mapping if !flow && depth <= DEPTH && all_stays(document, node) => {
                let start = todo.len();
                todo.extend(document.children(node).map(|child| (child, false, depth + 1)));
                todo[start..].reverse();
            }
            Kind::Mapping if !flow && depth <= DEPTH && keys_stay(document, node) => {
                let mut entries: Vec<(&str, NodeId)> =
                    document.entries(node).map(|(key, value)| (document.text(key), value)).collect();
                emit_order::sort_v3(&mut entries, |entry| entry.0);
                let children = || entries.iter().map(|entry| entry.1);
                if !document.children(node).eq(children()) {
                    let children = Some(children().collect());
                    changes.push(Change::Collection { node, children, style: Style::Plain });
                }
                todo.extend(children().rev().map(|child| (child, false, depth + 1)));
            }
            kind @ (Kind::Mapping | Kind::Sequence) => {
                if depth > DEPTH {
                    return too_deep(document, node);
                }
                let flow = flow || document.style(node) == Style::Flow;
                let mut children: Vec<NodeId> = document.children(node).collect();
                if kind == Kind::Mapping {
                    let mut entries = json_entries(document, node, reader, node == root, flow)?;
                    emit_order::sort_v3(&mut entries, |entry| &entry.0);
                    for (key, value) in &entries {
                        if let Some(key_node) = document.key(*value)
                            && !key_stays(document, key_node)
                        {
                            changes.push(text(document, key_node, key)?);
                        }
                    }
                    children = entries.into_iter().map(|(_, value)| value).collect();
                }
                todo.extend(children.iter().rev().map(|child| (*child, flow, depth + 1)));
                // Empty collections are printed in braces and keep them.
                let style = if children.is_empty() { Style::Flow } else { Style::Plain };
                let same = document.children(node).eq(children.iter().copied());
                changes.push(Change::Collection { node, children: (!same).then_some(children), style });
            }
        }
    }
    Ok(())
}

/// Whether nobody has written the node since it was read.
fn is_as_read(document: &Document, node: NodeId) -> bool {
    matches!(document.origin(node).read(), Whence::Own(_))
}

/// Whether a scalar certainly stays as it is: plain words and small numbers, which most are.
fn stays(document: &Document, node: NodeId) -> bool {
    if document.kind(node) != Kind::Scalar
        || document.style(node) != Style::Plain
        || document.tag(node) != Tag::Implicit
        || document.is_tagged(node)
        || !is_as_read(document, node)
    {
        return false;
    }
    let text = document.text(node);
    match text.as_bytes() {
        [b'1'..=b'9', rest @ ..] if rest.len() < 5 => rest.iter().all(u8::is_ascii_digit),
        [b'0'] => true,
        [first, rest @ ..] if first.is_ascii_alphabetic() => {
            rest.iter().fold(true, |all, b| all & emit_text::IN_WORD[usize::from(*b)])
                && (text.len() > 5 || matches!(text, "true" | "false" | "null") || is_plain(text))
        }
        _ => false,
    }
}

/// Whether a key certainly is a text that stays as it is; keys of other kinds become texts.
fn key_stays(document: &Document, key: NodeId) -> bool {
    let text = document.text(key);
    stays(document, key)
        && text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && !matches!(text, "true" | "false" | "null")
}

/// Whether a mapping has neither braces nor a tag of its own to lose.
fn is_unadorned(document: &Document, mapping: NodeId) -> bool {
    document.style(mapping) == Style::Plain
        && matches!(document.tag(mapping), Tag::Implicit | Tag::Map)
        && !document.is_tagged(mapping)
}

/// Whether the keys of a mapping are certainly texts that stay as they are, in the order in which they stand.
fn all_stays(document: &Document, mapping: NodeId) -> bool {
    if document.is_empty(mapping) || !is_unadorned(document, mapping) {
        return false;
    }
    let mut before = "";
    document.entries(mapping).all(|(key, _)| {
        let text = document.text(key);
        key_stays(document, key) && emit_order::spelt_before(std::mem::replace(&mut before, text), text)
    })
}

/// Whether the keys of a mapping are certainly texts, each once, that stay as they are.
fn keys_stay(document: &Document, mapping: NodeId) -> bool {
    if document.is_empty(mapping) || document.len(mapping) > 16 || !is_unadorned(document, mapping) {
        return false;
    }
    for (key, _) in document.entries(mapping) {
        let text = document.text(key);
        let again =
            || document.entries(mapping).filter(|(other, _)| document.text(*other) == text).count() > 1;
        if !key_stays(document, key) || again() {
            return false;
        }
    }
    true
}

fn scalar(document: &Document, node: NodeId, reader: Reader, flow: bool) -> Result<Change> {
    let mut spelt = Vec::new();
    match json_value(document, node, reader, flow)? {
        Value::Text(found) => return text(document, node, &found),
        Value::Bytes(bytes) => return text(document, node, &lossy(&bytes)),
        Value::Null => spelt.extend_from_slice(b"null"),
        Value::Bool(value) => spelt.extend_from_slice(if value { b"true" } else { b"false" }),
        #[expect(clippy::cast_precision_loss, reason = "as Go converts them")]
        Value::Int(value) => number::write_yaml_float(value as f64, &mut spelt),
        #[expect(clippy::cast_precision_loss, reason = "as Go converts them")]
        Value::Unsigned(value) => number::write_yaml_float(value as f64, &mut spelt),
        Value::Float(value) => number::write_yaml_float(value, &mut spelt),
        Value::Timestamp(time) => {
            time.write(&mut spelt);
            return text(document, node, &lossy(&spelt));
        }
    }
    let spelt = lossy(&spelt);
    let text = (spelt != document.text(node)).then_some(spelt);
    Ok(Change::Scalar { node, text, style: Style::Plain })
}

/// A text in the style that yaml.v3 gives a string.
fn text(document: &Document, node: NodeId, found: &str) -> Result<Change> {
    let allowed = analyze(found, Tabs::InBlocks);
    let style = if found.contains('\n') {
        if allowed.block { Style::Literal } else { Style::DoubleQuoted }
    } else if !is_plain(found) {
        Style::DoubleQuoted
    } else if allowed.plain_in_block {
        Style::Plain
    } else if allowed.single_quoted {
        Style::SingleQuoted
    } else {
        Style::DoubleQuoted
    };
    if style == Style::Literal && found.starts_with('\t') {
        return Diagnostic::error("block-scalar-begins-with-tab", "a text of several lines begins with a tab")
            .at(document.place(node), "begins with a tab")
            .hint("kustomize cannot read such a text back when a JSON patch touches the object: begin it with something else, or patch the object by strategic merge")
            .fail();
    }
    let text = (found != document.text(node)).then(|| found.to_owned());
    Ok(Change::Scalar { node, text, style })
}

/// Whether yaml.v3 prints a string plain: nothing that it, or older YAML, reads as something else.
fn is_plain(text: &str) -> bool {
    let old_bool = text.len() <= 3 && matches!(resolve::plain(Dialect::V2, text), Value::Bool(_));
    resolve::is_text(Dialect::V3, text) && !old_bool && !is_sexagesimal(text.as_bytes())
}

fn apply(editor: &mut Editor<'_>, change: Change) {
    let node = match change {
        Change::Scalar { node, text, style } => {
            match text {
                Some(text) => editor.respell(node, &text, Tag::Implicit, style),
                None => editor.set_style(node, style),
            }
            node
        }
        Change::Collection { node, children, style } => {
            if let Some(children) = children {
                editor.arrange(node, &children);
            }
            editor.set_style(node, style);
            node
        }
    };
    editor.set_tag(node, Tag::Implicit);
    if !is_as_read(editor.document(), node) {
        // What code had made without a tag has been read now.
        editor.pin_tag(node);
    }
    if editor.document().comments(node).is_some() {
        editor.set_comments(node, Comments::default());
    }
    if editor.document().anchor(node).is_some() {
        editor.set_anchor(node, None);
    }
}
