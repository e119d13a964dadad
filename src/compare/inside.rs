//! YAML and JSON inside texts (the files of a ConfigMap, annotations): compared as what they say.

use super::change::Verb;
use super::path::Path;
use super::walk::{Side, Walk};
use crate::source::{SourceId, SourceText};
use crate::yaml::{Dialect, Document, Keep, Kind, NodeId, read_documents_v3};

/// Texts above this size are compared as texts.
const LARGEST: usize = 4 << 20;

/// Looks into two different texts; `false` when they are nothing but text.
pub(super) fn compare(walk: &mut Walk<'_>, a: NodeId, b: NodeId, path: &Path<'_>) -> bool {
    if matches!(path, Path::Inside(_)) {
        return false;
    }
    let (Some(x), Some(y)) = (read(walk.old, a), read(walk.new, b)) else { return false };
    let (Some(x_root), Some(y_root)) = (x.try_root(), y.try_root()) else { return false };
    if x.kind(x_root) != y.kind(y_root) {
        return false;
    }
    let mut within = Walk {
        old: Side { document: &x, dialect: Dialect::V3 },
        new: Side { document: &y, dialect: Dialect::V3 },
        mode: walk.mode,
        is_pod: false,
        custom: None,
        alike: None,
        changes: Vec::new(),
    };
    within.nodes(Some(x_root), Some(y_root), None, &Path::Inside(path));
    let mut changes = within.changes;
    if changes.is_empty() {
        walk.tell(Verb::Respelt, Some(a), Some(b), path);
        return true;
    }
    let (old_place, place) = (walk.old.document.place(a), walk.new.document.place(b));
    for change in &mut changes {
        (change.old_place, change.place) = (old_place, place);
    }
    walk.changes.append(&mut changes);
    true
}

fn read(side: Side<'_>, node: NodeId) -> Option<Document> {
    let text = side.document.text(node);
    let may = text.len() <= LARGEST
        && (text.starts_with(['{', '[']) || text.contains(":\n") || text.contains(": "));
    if !may || !(text.contains('\n') || text.starts_with(['{', '['])) {
        return None;
    }
    let text = SourceText::from(text);
    let mut documents =
        read_documents_v3(SourceId::NONE, &text, Keep { comments: false, aliases: false }).ok()?;
    let document = documents.pop().filter(|_| documents.is_empty())?;
    let root = document.try_root()?;
    matches!(document.kind(root), Kind::Mapping | Kind::Sequence).then_some(document)
}
