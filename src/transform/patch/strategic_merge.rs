//! Strategic merge: one patch into one object, as kustomize 5.8.1 merges. Lists are `strategic_merge_list.rs`; which
//! objects a patch meets, and the build's own annotations, are the callers' business.
//!
//! 1. Target and patch are walked together, all of the target, not only where the patch says something: a key without
//!    a value disappears, keyed lists are put in order everywhere.
//! 2. Mappings merge by key: target entries stay in place, new ones come behind them sorted by key. A scalar or a
//!    replaced list takes the place of the old one and keeps its style. Null removes; a spelt-out null of the target
//!    that the patch does not mention stays.
//! 3. `$patch: delete` in a mapping removes it, `replace` puts the patch's in its place, `merge` says nothing new; the
//!    directive itself goes. Other directives (`$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`) are
//!    ordinary keys.
//! 4. What only the patch has is added and then merged with itself: nulls and directives in it do their work.
//! 5. What stays or is added in a mapping is set once more, and texts that a YAML 1.1 reader would take for something
//!    else get quotes by that: also those that were made without a tag, which are text from then on. What takes the
//!    place of a value has the style from before that. Items of lists are not set.
//! 6. The schema of the object's kind says which lists merge; a nested object without a schema that names its kind
//!    brings its own; a comment with a schema (`# {"type": …}`) on a field wins over both.

use rustc_hash::FxHashSet;

use super::strategic_merge_walk::{Merge, Outcome};
use crate::diagnostic::Result;
use crate::kubernetes::Schema;
use crate::provenance::StepId;
use crate::yaml::{Document, Editor, Kind, NodeId, Style, Tag};

/// What became of the target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Merged {
    /// It is there (perhaps empty).
    Kept,
    /// The patch deleted it; the document is as it was.
    Deleted,
}

/// Merges a patch into a document. Values that came from the patch keep their origins there, what they replaced is
/// remembered, what was removed leaves tombstones.
///
/// # Errors
/// When patch and target disagree on what a node is (mapping, list, scalar), when a `$patch` directive is not one of
/// `merge`, `replace`, `delete`, or when a custom schema cannot be used.
pub fn merge(target: &mut Document, patch: &Document, schema: &Schema, step: StepId) -> Result<Merged> {
    schema.read()?;
    let (Some(root), Some(patch_root)) = (target.try_root(), patch.try_root()) else {
        return Ok(Merged::Kept);
    };
    let comments = target.has_comments() || patch.has_comments();
    let mut merge = Merge { editor: target.edit(step), patch, schema, comments, spent: FxHashSet::default() };
    match merge.run(root, patch_root)? {
        Outcome::Gone => Ok(Merged::Deleted),
        // A root with `$patch: replace` changes nothing: kustomize drops the new root.
        Outcome::Kept | Outcome::New(_) => Ok(Merged::Kept),
    }
}

/// Merges a patch into an object as transformers do: kind and name stay as they were unless the patch may change
/// them, and the namespace always does.
///
/// # Errors
/// As [`merge`].
pub fn apply_strategic_merge(
    target: &mut Document,
    patch: &Document,
    schema: &Schema,
    step: StepId,
    may_change_name: bool,
    may_change_kind: bool,
) -> Result<Merged> {
    let Some(root) = target.try_root() else { return Ok(Merged::Kept) };
    let text = |node: Option<NodeId>| node.map_or_else(String::new, |node| target.text(node).to_owned());
    let named = |key| target.at(root, &["metadata", key]).filter(|node| !target.is_null(*node));
    let kind = text(target.get(root, "kind"));
    let (name, namespace) = (text(named("name")), text(named("namespace")));
    if merge(target, patch, schema, step)? == Merged::Deleted {
        return Ok(Merged::Deleted);
    }
    if target.is_empty(root) {
        return Ok(Merged::Kept);
    }
    let mut editor = target.edit(step);
    if !may_change_kind {
        set_text(&mut editor, root, "kind", &kind);
    }
    if !may_change_name {
        let metadata = metadata(&mut editor, root);
        set_text(&mut editor, metadata, "name", &name);
    }
    if !namespace.is_empty() {
        let metadata = metadata(&mut editor, root);
        set_text(&mut editor, metadata, "namespace", &namespace);
    } else if let Some(metadata) = editor.document().get(root, "metadata")
        && let Some(node) = editor.document().get(metadata, "namespace")
    {
        editor.remove(metadata, node);
    }
    Ok(Merged::Kept)
}

fn metadata(editor: &mut Editor<'_>, root: NodeId) -> NodeId {
    match editor.document().get(root, "metadata") {
        Some(node) if editor.document().kind(node) == Kind::Mapping => node,
        Some(node) => {
            editor.set_empty(node, Kind::Mapping, Tag::Implicit);
            node
        }
        None => {
            let node = editor.mapping(Tag::Implicit, Style::Plain);
            editor.insert_text_key(root, "metadata", node);
            node
        }
    }
}

/// Gives an entry this text, untagged, in the style it has.
fn set_text(editor: &mut Editor<'_>, mapping: NodeId, key: &str, text: &str) {
    let document = editor.document();
    match document.get(mapping, key) {
        Some(node) if document.kind(node) == Kind::Scalar && document.text(node) == text => {
            if document.tag(node) != Tag::Implicit {
                editor.set_tag(node, Tag::Implicit);
            }
        }
        Some(node) => editor.set_scalar(node, text, Tag::Implicit),
        None => {
            let style = if reads_as_text(text) { Style::Plain } else { Style::DoubleQuoted };
            let node = editor.scalar(text, Tag::Implicit, style);
            editor.insert_text_key(mapping, key, node);
        }
    }
}

/// Whether yaml.v2 takes a plain scalar for text.
fn reads_as_text(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | '~'))
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null"
        )
}
