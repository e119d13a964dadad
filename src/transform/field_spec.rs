//! Field specs at work: finds the fields of an object that field specs name, makes missing ones where a spec says
//! `create`, and hands each to a setter. Which fields there are is configuration; what is set is the transformers'.
//!
//! Rules, kustomize's own: a path is split at `/` (`\/` is a slash inside a part, one leading slash is dropped); `x[]`
//! is the field `x`, which is never made. Lists are walked without using up a part. A null on the way ends the walk
//! silently, but a null field that may be made, or is named with `[]`, becomes what it should be first. A scalar on
//! the way is refused.

use crate::diagnostic::{Diagnostic, Result};
use crate::kubernetes::{FieldSpec, Gvk};
use crate::provenance::StepId;
use crate::resource::{Affixes, Identity, KindScopes, Resource};
use crate::yaml::{Document, Editor, Kind, NodeId, Style, Tag};

/// What a missing field becomes when its spec says `create`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Create {
    /// Nothing is made, whatever the specs say.
    Never,
    /// A scalar; one that was null gets this tag.
    Scalar(Tag),
    /// A mapping.
    Mapping,
}

/// A part of a path.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Part {
    /// The key, trimmed of blanks as kustomize's look-up trims it.
    name: String,
    /// `name[]`
    sequence: bool,
    /// kustomize's look-up would take it for a list entry or refuse it.
    odd: bool,
}

/// A field spec, taken apart once for many objects.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct FieldPath {
    spec: FieldSpec,
    parts: Vec<Part>,
}

/// The field specs of one transformer.
#[derive(Clone, Debug)]
pub(crate) struct FieldPaths {
    list: Vec<FieldPath>,
    create: Create,
}

/// Where a walk has more to do; kept from object to object so that walking allocates nothing.
pub(crate) type Trail = Vec<(NodeId, usize)>;

/// What is kept from object to object: the trail, and which specs are about which kind.
#[derive(Default)]
pub(crate) struct Scratch {
    pub(crate) trail: Trail,
    /// The last list of prefixes, and of suffixes, that grew, and what it became.
    pub(super) affixes: [Option<(Affixes, Affixes)>; 2],
    /// Which kinds have no namespaces.
    pub(super) kinds: KindScopes,
    selections: Vec<Selection>,
}

/// Which of a transformer's specs are about one kind.
struct Selection {
    /// The address of the transformer's specs.
    paths: usize,
    api_version: String,
    kind: String,
    selected: Vec<usize>,
}

impl Scratch {
    fn selection(&mut self, paths: &FieldPaths, resource: &Resource) -> (&[usize], &mut Trail) {
        let address = std::ptr::from_ref(paths).addr();
        let Identity { api_version, kind, .. } = resource.identity();
        let known = self
            .selections
            .iter()
            .position(|s| s.paths == address && s.kind == kind && s.api_version == api_version);
        let known = known.unwrap_or_else(|| {
            let (group, version) = Gvk::split_api_version(api_version);
            let selects = |path: &FieldPath| path.selects(group, version, kind);
            let selected = (0..paths.list.len()).filter(|index| selects(&paths.list[*index])).collect();
            self.selections.push(Selection {
                paths: address,
                api_version: api_version.to_owned(),
                kind: kind.to_owned(),
                selected,
            });
            self.selections.len() - 1
        });
        (&self.selections[known].selected, &mut self.trail)
    }
}

impl FieldPath {
    pub(crate) fn new(spec: &FieldSpec) -> FieldPath {
        let parts = split_path(&spec.path, "/").iter().map(|part| Part::new(part)).collect();
        FieldPath { spec: spec.clone(), parts }
    }

    /// Whether the spec is about objects of this group, version and kind.
    pub(crate) fn selects(&self, group: &str, version: &str, kind: &str) -> bool {
        self.spec.gvk.selects(group, version, kind)
    }

    /// The path as it is written.
    pub(crate) fn path(&self) -> &str {
        &self.spec.path
    }

    /// Hands every field of the document that the path names to `set`.
    pub(crate) fn visit(
        &self,
        editor: &mut Editor<'_>,
        create: Create,
        trail: &mut Trail,
        mut set: impl FnMut(&mut Editor<'_>, NodeId) -> Result<()>,
    ) -> Result<()> {
        let Some(root) = editor.document().try_root() else { return Ok(()) };
        trail.clear();
        trail.push((root, 0));
        while let Some((mut node, mut at)) = trail.pop() {
            loop {
                let Some(part) = self.parts.get(at) else {
                    set(editor, node).map_err(|fault| self.considering(editor.document(), fault))?;
                    break;
                };
                let document = editor.document();
                match document.kind(node) {
                    Kind::Sequence => {
                        let start = trail.len();
                        trail.extend(document.children(node).map(|item| (item, at)));
                        trail[start..].reverse();
                        break;
                    }
                    Kind::Mapping => {}
                    Kind::Scalar if document.is_null(node) => break,
                    Kind::Scalar | Kind::Alias => return self.not_a_collection(document, node, at),
                }
                match self.step(editor, node, part, at, create)? {
                    Some(field) => node = field,
                    None => break,
                }
                at += 1;
            }
        }
        Ok(())
    }

    /// From a mapping to the field that a part names.
    fn step(
        &self,
        editor: &mut Editor<'_>,
        mapping: NodeId,
        part: &Part,
        at: usize,
        create: Create,
    ) -> Result<Option<NodeId>> {
        if part.odd {
            return self.odd_part(editor.document(), mapping, part);
        }
        if part.name.is_empty() {
            // A part of blanks only names nothing, so the walk goes on from where it is.
            return Ok(Some(mapping));
        }
        let makes = self.spec.create && create != Create::Never && !part.sequence;
        let last = at + 1 == self.parts.len();
        let Some(field) = editor.document().get(mapping, &part.name) else {
            if !makes {
                return Ok(None);
            }
            let field = match create {
                Create::Scalar(_) if last => editor.scalar("", Tag::Implicit, Style::Plain),
                _ => editor.mapping(Tag::Implicit, Style::Plain),
            };
            editor.insert_text_key(mapping, &part.name, field);
            return Ok(Some(field));
        };
        if (makes || part.sequence) && editor.document().is_null(field) {
            match create {
                _ if part.sequence => editor.set_empty(field, Kind::Sequence, Tag::Implicit),
                Create::Scalar(tag) if last => editor.set_tag(field, tag),
                _ => editor.set_empty(field, Kind::Mapping, Tag::Map),
            }
        }
        Ok(Some(field))
    }

    fn not_a_collection(&self, document: &Document, node: NodeId, at: usize) -> Result<()> {
        let name = self.parts.get(at).map_or("", |part| part.name.as_str());
        let fault = Diagnostic::error(
            "field-spec-through-scalar",
            format!(
                "expected a mapping or sequence to look for `{name}` in, found `{}`",
                document.text(node)
            ),
        )
        .at(document.place(node), "a scalar stands here");
        Err(self.considering(document, Box::new(fault)))
    }

    /// Parts that kustomize's look-up refuses in a mapping: positions, `-`, `*`, `[a=b]`, the empty name.
    fn odd_part(&self, document: &Document, node: NodeId, part: &Part) -> Result<Option<NodeId>> {
        let message = if part.name.is_empty() {
            "cannot set or create an empty field name".to_owned()
        } else {
            format!("`{}` cannot be looked up in a mapping", part.name)
        };
        let fault = Diagnostic::error("bad-field-spec", message).at(document.place(node), "in this mapping");
        Err(self.considering(document, Box::new(fault)))
    }

    #[expect(clippy::unnecessary_box_returns, reason = "faults travel in boxes")]
    fn considering(&self, document: &Document, mut fault: Box<Diagnostic>) -> Box<Diagnostic> {
        let object = document.try_root().map(|root| {
            let text = |path: &[&str]| document.at(root, path).map_or("", |node| document.text(node));
            format!("{} `{}`", text(&["kind"]), text(&["metadata", "name"]))
        });
        fault.trace.push(format!("considering field `{}` of {}", self.spec.path, object.unwrap_or_default()));
        fault
    }
}

impl Part {
    fn new(text: &str) -> Part {
        let (name, sequence) = match text.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (text, false),
        };
        let trimmed = name.trim();
        let odd = name.is_empty()
            || matches!(trimmed, "-" | "*")
            || is_integer(trimmed)
            || (trimmed.starts_with('[') && trimmed.ends_with(']'));
        Part { name: trimmed.to_owned(), sequence, odd }
    }
}

impl FieldPaths {
    pub(crate) fn new<'s>(specs: impl IntoIterator<Item = &'s FieldSpec>, create: Create) -> FieldPaths {
        FieldPaths { list: specs.into_iter().map(FieldPath::new).collect(), create }
    }

    /// Hands every field of an object that the specs name to `set`, spec by spec.
    pub(crate) fn visit(
        &self,
        resource: &mut Resource,
        step: StepId,
        scratch: &mut Scratch,
        mut set: impl FnMut(&mut Editor<'_>, NodeId) -> Result<()>,
    ) -> Result<()> {
        let (selected, trail) = scratch.selection(self, resource);
        let mut editor = resource.document.edit(step);
        for path in selected.iter().filter_map(|index| self.list.get(*index)) {
            path.visit(&mut editor, self.create, trail, &mut set)?;
        }
        Ok(())
    }
}

/// Whether any of the specs could change what makes up the id of an object.
pub(crate) fn may_touch_ids(fields: &[FieldSpec]) -> bool {
    fields.iter().any(|field| touches_ids(&field.path))
}

/// Whether a path could lead to what makes up the id of an object.
pub(crate) fn touches_ids(path: &str) -> bool {
    let parts = split_path(path, "/");
    match parts.first().map_or("", |part| part.trim()) {
        "apiVersion" | "kind" | "" => true,
        "metadata" => !matches!(parts.get(1).map_or("", |part| part.trim()), "labels" | "annotations"),
        _ => false,
    }
}

/// Splits a path as kustomize's `PathSplitter` does: a delimiter behind a backslash belongs to the part.
pub(crate) fn split_path(path: &str, delimiter: &str) -> Vec<String> {
    let mut pieces = path.split(delimiter).peekable();
    if path.starts_with(delimiter) {
        pieces.next();
    }
    let mut parts: Vec<String> = Vec::new();
    for piece in pieces {
        match parts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push_str(delimiter);
                last.push_str(piece);
            }
            _ => parts.push(piece.to_owned()),
        }
    }
    parts
}

/// Whether Go's `Atoi` takes the text for a number.
pub(crate) fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && text.parse::<i64>().is_ok()
}

/// Sets the text of a scalar in place as kustomize's `FieldSetter` without a name does; refuses collections.
pub(crate) fn set_scalar(editor: &mut Editor<'_>, node: NodeId, text: &str, tag: Tag) -> Result<()> {
    expect_scalar(editor.document(), node)?;
    editor.set_scalar(node, text, tag);
    Ok(())
}

/// Refuses a mapping or sequence where a scalar is wanted.
pub(crate) fn expect_scalar(document: &Document, node: NodeId) -> Result<()> {
    match document.kind(node) {
        Kind::Scalar => Ok(()),
        kind => Diagnostic::error("not-a-scalar", format!("expected a scalar, found a {}", name_of(kind)))
            .at(document.place(node), "found here")
            .fail(),
    }
}

/// What people call a node of this kind.
pub(crate) fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Scalar => "scalar",
        Kind::Mapping => "mapping",
        Kind::Sequence => "sequence",
        Kind::Alias => "alias",
    }
}

#[cfg(test)]
mod tests {
    use super::{is_integer, split_path};

    #[test]
    fn paths_are_split_as_kustomize_splits_them() {
        let split = |path: &str| split_path(path, "/");
        assert_eq!(split("a/b"), ["a", "b"]);
        assert_eq!(split("/a/b"), ["a", "b"]);
        assert_eq!(split("a/b\\/c/d"), ["a", "b/c", "d"]);
        assert_eq!(split(""), [""]);
        assert_eq!(split("/"), [""]);
        assert_eq!(split("a/"), ["a", ""]);
        assert_eq!(split("a\\/b\\/c"), ["a/b/c"]);
    }

    #[test]
    fn numbers_are_what_go_takes_for_numbers() {
        assert!(is_integer("0") && is_integer("-3") && is_integer("+5"));
        assert!(
            !is_integer("") && !is_integer("-") && !is_integer("1e3") && !is_integer("99999999999999999999")
        );
    }
}
