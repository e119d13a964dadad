//! The walk of strategic merge: target and patch together, with a stack of its own. Mappings are
//! `strategic_merge_map.rs`, lists `strategic_merge_list.rs`, where schemas come from `strategic_merge_schema.rs`.

use rustc_hash::FxHashSet;

use super::strategic_merge_list::ListFrame;
use super::strategic_merge_map::MapFrame;
use crate::diagnostic::{Diagnostic, Result};
use crate::kubernetes::{Field, Schema};
use crate::source::Place;
use crate::yaml::{Document, Editor, Kind, NodeId};

/// The key of a directive.
pub(super) const DIRECTIVE: &str = "$patch";

/// What the patch says where a node of the target stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Source {
    /// Nothing.
    Absent,
    /// This node of the patch.
    Patch(NodeId),
    /// The target's node itself: it came from the patch and is merged with itself.
    Same,
}

/// What becomes of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// It is not there (any more).
    Gone,
    /// The target's node stays, changed in place.
    Kept,
    /// This detached node comes in its place.
    New(NodeId),
}

/// A directive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Directive {
    Merge,
    Replace,
    Delete,
}

impl Directive {
    pub(super) fn of(text: &str) -> Option<Directive> {
        match text {
            "merge" => Some(Directive::Merge),
            "replace" => Some(Directive::Replace),
            "delete" => Some(Directive::Delete),
            _ => None,
        }
    }
}

/// A merge under way.
pub(super) struct Merge<'m> {
    pub(super) editor: Editor<'m>,
    pub(super) patch: &'m Document,
    pub(super) schema: &'m Schema,
    /// Any comment in either document: schemas may stand there.
    pub(super) comments: bool,
    /// Mappings of the patch whose directive has done its work: kustomize takes it out, and comes by again in lists
    /// with repeated items.
    pub(super) spent: FxHashSet<NodeId>,
}

/// The first step into a node: done with it, or a frame whose children come next.
pub(super) enum Entered<'m> {
    Done(Outcome),
    Frame(Frame<'m>),
}

pub(super) enum Frame<'m> {
    Map(MapFrame<'m>),
    List(ListFrame<'m>),
}

/// A child to be merged.
#[derive(Clone)]
pub(super) struct Child<'m> {
    pub(super) target: Option<NodeId>,
    pub(super) source: Source,
    pub(super) schema: Option<Field<'m>>,
}

impl<'m> Merge<'m> {
    /// Merges the two roots.
    pub(super) fn run(&mut self, root: NodeId, patch_root: NodeId) -> Result<Outcome> {
        let mut frames = match self.enter(Some(root), Source::Patch(patch_root), None)? {
            Entered::Done(outcome) => return Ok(outcome),
            Entered::Frame(frame) => vec![frame],
        };
        self.keep_identity(&mut frames);
        loop {
            match self.step(&mut frames) {
                Ok(None) => {}
                Ok(Some(outcome)) => return Ok(outcome),
                Err(mut fault) => {
                    fault.trace.push(format!("while merging `{}`", self.path(&frames)));
                    return Err(fault);
                }
            }
        }
    }

    /// One child of the innermost frame, or its end; the outcome of the root when all is done.
    fn step(&mut self, frames: &mut Vec<Frame<'m>>) -> Result<Option<Outcome>> {
        let Some(frame) = frames.last_mut() else { return Ok(Some(Outcome::Kept)) };
        if let Some(child) = frame.next(self)? {
            match self.enter(child.target, child.source, child.schema)? {
                Entered::Done(outcome) => frame.receive(self, outcome)?,
                Entered::Frame(child) => {
                    let is_metadata = frames.len() == 1 && child.is_metadata(self);
                    frames.push(child);
                    if is_metadata {
                        self.keep_identity(frames);
                    }
                }
            }
            return Ok(None);
        }
        let outcome = match frames.pop() {
            Some(frame) => frame.finish(self)?,
            None => Outcome::Kept,
        };
        match frames.last_mut() {
            Some(parent) => parent.receive(self, outcome).map(|()| None),
            None => Ok(Some(outcome)),
        }
    }

    /// What names the target is the target's own, though the patch must say the same: it keeps its origin.
    fn keep_identity(&self, frames: &mut [Frame<'m>]) {
        let names: &[&str] = if frames.len() == 1 { &["apiVersion", "kind"] } else { &["name", "namespace"] };
        let Some(Frame::Map(frame)) = frames.last_mut() else { return };
        let target = self.editor.document();
        frame.work.retain(|(node, source)| {
            let (Some(node), Source::Patch(patch)) = (*node, *source) else { return true };
            let named = target.key(node).is_some_and(|key| names.contains(&target.text(key)));
            !(named && target.same(node, self.patch, patch))
        });
    }

    /// Begins with a node of the target, a node of the patch, or both.
    fn enter(
        &mut self,
        target: Option<NodeId>,
        source: Source,
        schema: Option<Field<'m>>,
    ) -> Result<Entered<'m>> {
        let schema = self.schema_of(target, source, schema);
        let document = self.editor.document();
        let target_kind = target.filter(|node| !document.is_null(*node)).map(|node| document.kind(node));
        let patch_kind = match source {
            Source::Patch(node) if !self.patch.is_null(node) => Some(self.patch.kind(node)),
            Source::Same => target_kind,
            Source::Patch(_) | Source::Absent => None,
        };
        if let (Some(ours), Some(theirs)) = (target_kind, patch_kind)
            && ours != theirs
        {
            return self.misfit(target, source, ours, theirs);
        }
        self.copy_comments(target, source);
        match target_kind.or(patch_kind) {
            None => Ok(Entered::Done(match (target, source) {
                // A spelt-out null that the patch does not mention stays.
                (Some(node), Source::Absent) if !self.editor.document().text(node).is_empty() => {
                    Outcome::Kept
                }
                _ => Outcome::Gone,
            })),
            Some(Kind::Scalar | Kind::Alias) => Ok(Entered::Done(match source {
                Source::Absent | Source::Same => Outcome::Kept,
                Source::Patch(_) if patch_kind.is_none() => Outcome::Gone,
                Source::Patch(node) => Outcome::New(self.editor.graft(self.patch, node)),
            })),
            Some(Kind::Mapping) => {
                self.enter_mapping(target.filter(|_| target_kind.is_some()), source, schema)
            }
            Some(Kind::Sequence) => {
                let keys = schema.as_ref().and_then(Field::merge_keys);
                let target = target.filter(|_| target_kind.is_some());
                match (keys, source) {
                    (Some(keys), _) => self.enter_list(target, source, schema.as_ref(), keys),
                    (None, Source::Absent | Source::Same) => Ok(Entered::Done(Outcome::Kept)),
                    (None, Source::Patch(_)) if patch_kind.is_none() => Ok(Entered::Done(Outcome::Gone)),
                    (None, Source::Patch(node)) => {
                        self.copy_style(target, source);
                        Ok(Entered::Done(Outcome::New(self.editor.graft(self.patch, node))))
                    }
                }
            }
        }
    }

    /// Where the patch says what it says; nowhere when it says nothing.
    pub(super) fn place_of(&self, source: Source) -> Place {
        match source {
            Source::Patch(node) => self.patch.place(node),
            Source::Absent | Source::Same => Place::NONE,
        }
    }

    // ---- faults

    fn misfit<T>(&self, target: Option<NodeId>, source: Source, ours: Kind, theirs: Kind) -> Result<T> {
        let mut fault = Diagnostic::error(
            "patch-kind-mismatch",
            format!("the patch has {} where the target has {}", name(theirs), name(ours)),
        );
        if let Source::Patch(node) = source {
            fault = fault.at(self.patch.place(node), format!("{} here", name(theirs)));
        }
        if let Some(node) = target {
            fault = fault.at(self.editor.document().place(node), format!("{} here", name(ours)));
        }
        fault.fail()
    }

    /// Where the walk is, for people.
    fn path(&self, frames: &[Frame<'m>]) -> String {
        let mut path = String::new();
        for frame in frames {
            match frame {
                Frame::Map(frame) => {
                    path.push_str(if path.is_empty() { "" } else { "." });
                    path.push_str(frame.current_key(self).unwrap_or_default());
                }
                Frame::List(_) => path.push_str("[]"),
            }
        }
        path
    }
}

pub(super) fn unknown_directive<T>(document: &Document, value: NodeId) -> Result<T> {
    Diagnostic::error(
        "patch-directive-unknown",
        format!("`{DIRECTIVE}: {}` is no directive of strategic merge", document.text(value)),
    )
    .at(document.place(value), "")
    .hint("use `merge`, `replace` or `delete`")
    .fail()
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Scalar => "a scalar",
        Kind::Mapping => "a mapping",
        Kind::Sequence => "a list",
        Kind::Alias => "an alias",
    }
}

impl<'m> Frame<'m> {
    fn next(&mut self, merge: &mut Merge<'m>) -> Result<Option<Child<'m>>> {
        match self {
            Frame::Map(frame) => Ok(frame.next(merge)),
            Frame::List(frame) => frame.next(merge),
        }
    }

    fn receive(&mut self, merge: &mut Merge<'m>, outcome: Outcome) -> Result<()> {
        match self {
            Frame::Map(frame) => {
                frame.receive(merge, outcome);
                Ok(())
            }
            Frame::List(frame) => frame.receive(merge, outcome),
        }
    }

    fn finish(self, merge: &mut Merge<'m>) -> Result<Outcome> {
        match self {
            Frame::Map(frame) => {
                merge.editor.remove_all(frame.node, &frame.gone);
                Ok(frame.outcome())
            }
            Frame::List(frame) => frame.finish(merge),
        }
    }

    fn is_metadata(&self, merge: &Merge<'m>) -> bool {
        let document = merge.editor.document();
        match self {
            Frame::Map(frame) if !frame.is_new => {
                document.key(frame.node).is_some_and(|key| document.text(key) == "metadata")
            }
            Frame::Map(_) | Frame::List(_) => false,
        }
    }
}
