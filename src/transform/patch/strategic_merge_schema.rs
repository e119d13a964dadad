//! Where strategic merge finds schemas (the kind of an object, a comment), and what becomes of styles and comments.

use super::strategic_merge_walk::{Merge, Source};
use crate::kubernetes::Field;
use crate::yaml::{Comments, Document, NodeId};

impl<'m> Merge<'m> {
    pub(super) fn schema_of(
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
    pub(super) fn entry_schema(&self, target: Option<NodeId>, source: Source) -> Option<Field<'m>> {
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

    pub(super) fn copy_comments(&mut self, target: Option<NodeId>, source: Source) {
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

    /// What kustomize makes anew (a merged list, a key) has no comments.
    pub(super) fn drop_comments(&mut self, node: NodeId) {
        if self.editor.document().comments(node).is_some() {
            self.editor.set_comments(node, Comments::default());
        }
    }
}
