//! Replacements inside a text that is YAML or JSON itself: `data.[config.yaml].server.port`.
//!
//! Rules. Where a path meets a scalar before it ends, the scalar's text is read by yaml.v3, comments and all; the rest
//! of the path is matched there. Text that begins with a brace or bracket is printed as JSON (over several lines if it
//! was so), other text by yaml.v3. Whatever goes wrong on the way sends kustomize back to the ordinary path.

use super::field_path::{Create, look_up, matches};
use super::replacements::set_text_only;
use crate::provenance::{Origin, StepId};
use crate::source::SourceId;
use crate::yaml::{
    Dialect, Document, Kind, Layout, NodeId, SequenceIndent, check_duplicate_keys, emit_v3, read_document_v3,
    write_json_as,
};

/// Sets a value inside a text that the path leads through; says whether that was done.
pub(super) fn set(
    document: &mut Document,
    value: &Document,
    parts: &[String],
    create: Create,
    step: StepId,
) -> bool {
    let Some((scalar, mut inside, rest)) = find(document, parts) else { return false };
    let Some(printed) = change(document.text(scalar), &mut inside, value, rest, create, step) else {
        return false;
    };
    let mut editor = document.edit(step);
    let from = editor.import_origin(value, value.origin(value.root()));
    set_text_only(&mut editor, scalar, &printed, from);
    true
}

/// The first scalar on the way that can be read as YAML, what it holds, and the rest of the path.
fn find<'p>(document: &Document, parts: &'p [String]) -> Option<(NodeId, Document, &'p [String])> {
    let root = document.try_root()?;
    for length in 1..parts.len() {
        let Ok(Some(node)) = look_up(document, root, &parts[..length]) else { continue };
        if document.kind(node) != Kind::Scalar {
            continue;
        }
        let text = document.text(node).into();
        if let Ok(read) = read_document_v3(SourceId::NONE, &text) {
            // A text without any document is read as one in which nothing can be found.
            let inside = read.filter(|inside| inside.try_root().is_some())?;
            return Some((node, inside, &parts[length..]));
        }
    }
    None
}

/// The text with the value set in it.
fn change(
    text: &str,
    inside: &mut Document,
    value: &Document,
    rest: &[String],
    create: Create,
    step: StepId,
) -> Option<String> {
    let root = inside.root();
    let mut editor = inside.edit(step);
    let found = matches(&mut editor, root, rest, create).ok()?;
    if found.is_empty() {
        return None;
    }
    for node in found {
        if editor.document().kind(node) == Kind::Scalar {
            set_text_only(&mut editor, node, value.text(value.root()), Origin::NONE);
        } else {
            let copy = editor.graft(value, value.root());
            editor.assign(node, copy);
        }
    }
    let mut out = Vec::new();
    emit_v3(inside, root, SequenceIndent::Compact, &mut out).ok()?;
    let printed = String::from_utf8(out).ok()?;
    if !text.trim_start().starts_with(['{', '[']) {
        return Some(printed.trim().to_owned());
    }
    let again = read_document_v3(SourceId::NONE, &printed.as_str().into()).ok()??;
    check_duplicate_keys(&again, again.try_root()?).ok()?;
    let pretty = text.contains('\n') && text.contains("  ");
    let layout = if pretty { Layout::Indented } else { Layout::Compact };
    let mut json = Vec::new();
    write_json_as(&again, again.root(), Dialect::V3, layout, &mut json).ok()?;
    String::from_utf8(json).ok()
}
