//! What comments do to an object. kustomize prints every object with its comments and reads that again, and yaml.v3 does
//! not print all comments where they can be read: inside braces, behind keys whose values have become empty, behind
//! the heads of block scalars. Only documents that were read with their comments come here (see `read`).

use super::compose::Composer;
use super::emit3::{SequenceIndent, emit_v3};
use super::{Dialect, Document, NodeId};
use crate::diagnostic::{Diagnostic, Result};
use crate::source::{SourceId, SourceText};

/// The object as it is after it has been printed with its comments and read again, when that changes it.
///
/// # Errors
/// When what is printed cannot be read.
pub fn read_again(document: &Document, root: NodeId) -> Result<Option<Document>> {
    if !document.has_node_comments() {
        return Ok(None);
    }
    let mut printed = Vec::new();
    emit_v3(document, root, SequenceIndent::Compact, &mut printed)?;
    let Ok(printed) = String::from_utf8(printed) else { return Ok(None) };
    let text = SourceText::from(printed);
    let read = Composer::new(SourceId::NONE, &text, 0..text.len(), Dialect::V3, false).next_document();
    let composed = match read {
        Ok(composed) => composed,
        Err(fault) => {
            return broken(document, root, &fault.tell(SourceId::NONE).message).fail();
        }
    };
    let Some(again) = composed.map(|composed| composed.document) else { return Ok(None) };
    Ok(match again.try_root() {
        Some(other) if !document.same(root, &again, other) => Some(again),
        _ => None,
    })
}

/// What is told of an object that its comments break.
pub(super) fn broken(document: &Document, root: NodeId, why: &str) -> Diagnostic {
    let message =
        format!("kustomize prints the comments of this object where it cannot read them back: {why}");
    Diagnostic::error("comment-breaks-object", message)
        .at(document.place(root), "this object, or a patch of it, has such a comment")
        .hint("move comments that stand behind a key, a bracket or a brace to lines of their own")
}
