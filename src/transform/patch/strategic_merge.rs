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
//! 5. The schema of the object's kind says which lists merge; a nested object without a schema that names its kind
//!    brings its own; a comment with a schema (`# {"type": …}`) on a field wins over both.

use rustc_hash::FxHashMap;

use super::strategic_merge_list::ListFrame;
use crate::diagnostic::{Diagnostic, Result};
use crate::kubernetes::{Field, Schema};
use crate::provenance::StepId;
use crate::yaml::{Comments, Document, Editor, Kind, NodeId, Style, Tag};

/// The key of a directive.
pub(super) const DIRECTIVE: &str = "$patch";

/// What became of the target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Merged {
    /// It is there (perhaps empty).
    Kept,
    /// The patch deleted it; the document is as it was.
    Deleted,
}

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
    schema: &'m Schema,
    /// Any comment in either document: schemas may stand there.
    comments: bool,
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

/// A mapping under way.
pub(super) struct MapFrame<'m> {
    node: NodeId,
    is_new: bool,
    schema: Option<Field<'m>>,
    work: Vec<(Option<NodeId>, Source)>,
    next: usize,
    gone: Vec<NodeId>,
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
    let mut merge = Merge { editor: target.edit(step), patch, schema, comments };
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
    let text =
        |path: &[&str]| target.at(root, path).map_or_else(String::new, |node| target.text(node).to_owned());
    let (kind, name, namespace) =
        (text(&["kind"]), text(&["metadata", "name"]), text(&["metadata", "namespace"]));
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

impl<'m> Merge<'m> {
    fn run(&mut self, root: NodeId, patch_root: NodeId) -> Result<Outcome> {
        let mut frames = match self.enter(Some(root), Source::Patch(patch_root), None)? {
            Entered::Done(outcome) => return Ok(outcome),
            Entered::Frame(frame) => vec![frame],
        };
        self.keep_identity(&mut frames);
        loop {
            let Some(frame) = frames.last_mut() else { return Ok(Outcome::Kept) };
            let Some(child) = frame.next(self)? else {
                let outcome = match frames.pop() {
                    Some(frame) => frame.finish(self)?,
                    None => Outcome::Kept,
                };
                let Some(parent) = frames.last_mut() else { return Ok(outcome) };
                parent.receive(self, outcome)?;
                continue;
            };
            match self.enter(child.target, child.source, child.schema) {
                Ok(Entered::Done(outcome)) => frame.receive(self, outcome)?,
                Ok(Entered::Frame(child)) => {
                    let is_metadata = frames.len() == 1 && child.is_metadata(self);
                    frames.push(child);
                    if is_metadata {
                        self.keep_identity(&mut frames);
                    }
                }
                Err(fault) => return Err(self.explain(fault, &frames)),
            }
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
                    (Some(keys), _) => self.enter_list(target, source, schema, keys),
                    (None, Source::Absent | Source::Same) => Ok(Entered::Done(Outcome::Kept)),
                    (None, Source::Patch(_)) if patch_kind.is_none() => Ok(Entered::Done(Outcome::Gone)),
                    (None, Source::Patch(node)) => {
                        Ok(Entered::Done(Outcome::New(self.editor.graft(self.patch, node))))
                    }
                }
            }
        }
    }

    fn enter_mapping(
        &mut self,
        target: Option<NodeId>,
        source: Source,
        schema: Option<Field<'m>>,
    ) -> Result<Entered<'m>> {
        self.copy_style(target, source);
        let (directive, is_known) = match source {
            Source::Absent => (Directive::Merge, false),
            Source::Patch(node) if self.patch.kind(node) != Kind::Mapping || self.patch.is_null(node) => {
                return Ok(Entered::Done(Outcome::Gone));
            }
            Source::Patch(node) => self.directive(self.patch, node, target.is_none())?,
            Source::Same => match target {
                Some(node) => self.directive(self.editor.document(), node, false)?,
                None => return Ok(Entered::Done(Outcome::Gone)),
            },
        };
        if directive == Directive::Delete {
            return Ok(Entered::Done(Outcome::Gone));
        }
        let frame = match (target, source) {
            (Some(node), Source::Patch(patch)) if directive == Directive::Merge => {
                let work = self.pair(node, patch, is_known);
                MapFrame { node, is_new: false, schema, work, next: 0, gone: Vec::new() }
            }
            (_, Source::Patch(patch)) => {
                let node = self.editor.graft(self.patch, patch);
                if is_known {
                    self.elide(node);
                }
                let work = self.alone(node, Source::Same);
                MapFrame { node, is_new: true, schema, work, next: 0, gone: Vec::new() }
            }
            (Some(node), _) => {
                if is_known {
                    self.elide(node);
                }
                let work = self.alone(node, source);
                MapFrame { node, is_new: false, schema, work, next: 0, gone: Vec::new() }
            }
            (None, _) => return Ok(Entered::Done(Outcome::Gone)),
        };
        Ok(if frame.work.is_empty() {
            Entered::Done(frame.outcome())
        } else {
            Entered::Frame(Frame::Map(frame))
        })
    }

    /// The directive in a mapping, and whether there is one.
    fn directive(&self, document: &Document, node: NodeId, is_added: bool) -> Result<(Directive, bool)> {
        let Some(value) = document.get(node, DIRECTIVE) else { return Ok((Directive::Merge, false)) };
        match Directive::of(document.text(value)) {
            Some(directive) => Ok((directive, true)),
            // In what the target lacks altogether, kustomize takes it for a field.
            None if is_added => Ok((Directive::Merge, false)),
            None => unknown_directive(document, value),
        }
    }

    /// Takes the directive out of a mapping of the target.
    fn elide(&mut self, node: NodeId) {
        let document = self.editor.document();
        if let Some(directive) = document.get(node, DIRECTIVE) {
            let rest: Vec<NodeId> = document.children(node).filter(|child| *child != directive).collect();
            self.editor.arrange(node, &rest);
        }
    }

    /// The children of a mapping that is merged with nothing or with itself and may change.
    fn alone(&self, node: NodeId, source: Source) -> Vec<(Option<NodeId>, Source)> {
        let document = self.editor.document();
        document
            .children(node)
            .filter(|child| self.may_change(*child, source))
            .map(|child| (Some(child), source))
            .collect()
    }

    /// Whether a child that the patch does not mention, or brought along, may change.
    pub(super) fn may_change(&self, child: NodeId, source: Source) -> bool {
        let document = self.editor.document();
        match document.kind(child) {
            Kind::Mapping | Kind::Sequence => !document.is_empty(child),
            Kind::Scalar => {
                document.is_null(child) && (source == Source::Same || document.text(child).is_empty())
            }
            Kind::Alias => false,
        }
    }

    /// The children of two mappings, by key: the target's in order, then the patch's own, sorted.
    fn pair(&self, node: NodeId, patch: NodeId, without_directive: bool) -> Vec<(Option<NodeId>, Source)> {
        const FEW: usize = 8;
        let mut theirs: Vec<(&str, NodeId)> = Vec::with_capacity(self.patch.len(patch));
        let mut index: FxHashMap<&str, usize> = FxHashMap::default();
        let many = self.patch.len(patch) > FEW;
        for (key, value) in self.patch.entries(patch) {
            let key = self.patch.text(key);
            let is_repeated =
                if many { index.contains_key(key) } else { theirs.iter().any(|(other, _)| *other == key) };
            if is_repeated || without_directive && key == DIRECTIVE {
                continue;
            }
            if many {
                index.insert(key, theirs.len());
            }
            theirs.push((key, value));
        }
        let mut taken = vec![false; theirs.len()];
        let mut work = Vec::with_capacity(theirs.len());
        let document = self.editor.document();
        for (key, child) in document.entries(node) {
            let key = document.text(key);
            let at = if many {
                index.get(key).copied()
            } else {
                theirs.iter().position(|(other, _)| *other == key)
            };
            match at {
                Some(at) if !taken[at] => {
                    taken[at] = true;
                    work.push((Some(child), Source::Patch(theirs[at].1)));
                }
                _ if self.may_change(child, Source::Absent) => work.push((Some(child), Source::Absent)),
                _ => {}
            }
        }
        let mut added: Vec<(&str, NodeId)> =
            theirs.iter().zip(&taken).filter(|(_, taken)| !**taken).map(|(entry, _)| *entry).collect();
        added.sort_unstable_by_key(|(key, _)| *key);
        work.extend(added.into_iter().map(|(_, value)| (None, Source::Patch(value))));
        work
    }

    // ---- schemas, styles, comments

    fn schema_of(
        &self,
        target: Option<NodeId>,
        source: Source,
        schema: Option<Field<'m>>,
    ) -> Option<Field<'m>> {
        let target = target.map(|node| (self.editor.document(), node));
        let patch = match source {
            Source::Patch(node) => Some((self.patch, node)),
            Source::Absent | Source::Same => None,
        };
        let both =
            || [target, patch].into_iter().flatten().filter(|(document, node)| !document.is_null(*node));
        if self.comments {
            let commented = both().find_map(|(document, node)| self.comment_schema(document, node));
            if commented.is_some() {
                return commented;
            }
        }
        schema.or_else(|| both().find_map(|(document, node)| self.schema_of_kind(document, node)))
    }

    /// The schema of an object that says what it is.
    fn schema_of_kind(&self, document: &Document, node: NodeId) -> Option<Field<'m>> {
        let text = |key| {
            let value = document.get(node, key)?;
            let text = document.text(value);
            (!text.is_empty() && !document.is_null(value)).then_some(text)
        };
        let (kind, api_version) = (text("kind")?, text("apiVersion")?);
        self.schema.kind(api_version, kind)
    }

    fn comment_schema(&self, document: &Document, node: NodeId) -> Option<Field<'m>> {
        let comments = document.comments(node)?;
        let comment = [&comments.line, &comments.head].into_iter().find(|comment| !comment.is_empty())?;
        self.schema.of_comment(comment)
    }

    /// The schema in a comment at an entry: at its value, else at its key; the target's before the patch's.
    fn entry_schema(&self, target: Option<NodeId>, source: Source) -> Option<Field<'m>> {
        let of = |document: &Document, node: NodeId| {
            self.comment_schema(document, node)
                .or_else(|| document.key(node).and_then(|key| self.comment_schema(document, key)))
        };
        let found = target.and_then(|node| of(self.editor.document(), node));
        match source {
            Source::Patch(node) => found.or_else(|| of(self.patch, node)),
            Source::Absent | Source::Same => found,
        }
    }

    /// An empty collection takes the style of what is merged into it.
    pub(super) fn copy_style(&mut self, target: Option<NodeId>, source: Source) {
        if let (Some(node), Source::Patch(patch)) = (target, source)
            && self.editor.document().is_empty(node)
        {
            self.editor.set_style(node, self.patch.style(patch));
        }
    }

    fn copy_comments(&mut self, target: Option<NodeId>, source: Source) {
        if let (Some(node), Source::Patch(patch)) = (target, source)
            && let Some(theirs) = self.patch.comments(patch)
        {
            let mut ours = self.editor.document().comments(node).cloned().unwrap_or_default();
            for (ours, theirs) in [
                (&mut ours.head, &theirs.head),
                (&mut ours.line, &theirs.line),
                (&mut ours.foot, &theirs.foot),
            ] {
                if !theirs.is_empty() {
                    ours.clone_from(theirs);
                }
            }
            self.editor.set_comments(node, ours);
        }
    }

    /// A merged list is a new one to kustomize: it has no comments.
    pub(super) fn drop_comments(&mut self, node: NodeId) {
        if self.editor.document().comments(node).is_some() {
            self.editor.set_comments(node, Comments::default());
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

    fn explain(&self, mut fault: Box<Diagnostic>, frames: &[Frame<'m>]) -> Box<Diagnostic> {
        let mut path = String::new();
        for frame in frames {
            match frame {
                Frame::Map(frame) => {
                    let key =
                        frame.work.get(frame.next.wrapping_sub(1)).and_then(|(target, source)| {
                            match (target, source) {
                                (Some(node), _) => {
                                    let document = self.editor.document();
                                    document.key(*node).map(|key| document.text(key))
                                }
                                (None, Source::Patch(node)) => {
                                    self.patch.key(*node).map(|key| self.patch.text(key))
                                }
                                (None, _) => None,
                            }
                        });
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(key.unwrap_or_default());
                }
                Frame::List(_) => path.push_str("[]"),
            }
        }
        fault.trace.push(format!("while merging `{path}`"));
        fault
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

impl<'m> MapFrame<'m> {
    fn outcome(&self) -> Outcome {
        if self.is_new { Outcome::New(self.node) } else { Outcome::Kept }
    }

    fn next(&mut self, merge: &Merge<'m>) -> Option<Child<'m>> {
        let (target, source) = *self.work.get(self.next)?;
        self.next += 1;
        let document = merge.editor.document();
        let is_collection = |document: &Document, node| document.kind(node) != Kind::Scalar;
        let mut schema = None;
        if let Some(node) = target
            && is_collection(document, node)
        {
            schema = document.key(node).and_then(|key| self.schema.as_ref()?.field(document.text(key)));
        } else if let Source::Patch(node) = source
            && is_collection(merge.patch, node)
        {
            schema = merge.patch.key(node).and_then(|key| self.schema.as_ref()?.field(merge.patch.text(key)));
        }
        if merge.comments {
            schema = merge.entry_schema(target, source).or(schema);
        }
        Some(Child { target, source, schema })
    }

    fn receive(&mut self, merge: &mut Merge<'m>, outcome: Outcome) {
        let Some((target, source)) = self.next.checked_sub(1).and_then(|at| self.work.get(at)) else {
            return;
        };
        match (outcome, *target, *source) {
            (Outcome::Gone, Some(node), _) => self.gone.push(node),
            (Outcome::New(new), Some(node), _) => {
                let style = merge.editor.document().style(node);
                restyle(&mut merge.editor, new, style);
                merge.editor.assign(node, new);
            }
            (Outcome::New(new), None, Source::Patch(patch)) => {
                if let Some(key) = merge.patch.key(patch) {
                    let key = merge.editor.graft(merge.patch, key);
                    if merge.editor.document().tag(key) != Tag::Implicit {
                        merge.editor.set_tag(key, Tag::Implicit);
                    }
                    merge.editor.insert(self.node, key, new);
                }
            }
            (Outcome::Gone | Outcome::Kept | Outcome::New(_), _, _) => {}
        }
    }
}

/// Gives a node the style of the one whose place it takes; what it says stays the same.
fn restyle(editor: &mut Editor<'_>, node: NodeId, style: Style) {
    let document = editor.document();
    let old = document.style(node);
    if old == style {
        return;
    }
    if document.kind(node) == Kind::Scalar && document.tag(node) == Tag::Implicit {
        let is_plain = |style| matches!(style, Style::Plain | Style::Flow);
        if is_plain(old) != is_plain(style) {
            let tag = crate::yaml::resolve::tag_of(document, node);
            editor.set_tag(node, tag);
        }
    }
    editor.set_style(node, style);
}
