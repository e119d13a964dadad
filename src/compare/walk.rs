//! Two nodes held against each other, field by field, as the API server would see them. Lists are in `lists.rs`, texts
//! that hold YAML or JSON in `inside.rs`.

use rustc_hash::FxHashMap;

use super::alike::{Alike, is_same};
use super::change::{Change, Verb};
use super::custom::Schema;
use super::path::Path;
use super::scalar::{self, Scalar};
use super::{defaults, inside};
use crate::kubernetes::{Form, Type};
use crate::yaml::{Dialect, Document, Kind, Layout, NodeId, write_json_as};

/// Deeper than this, values are only said to differ.
const DEEPEST: usize = 200;

/// How closely to look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mode {
    /// What the server sets by itself counts as said.
    pub(super) defaults: bool,
    /// The order of lists that mean sets says nothing, and texts are looked into: for people, not for update rules.
    pub(super) meaning: bool,
    /// What means the same but is written otherwise is a difference.
    pub(super) letters: bool,
}

/// One side.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) document: &'a Document,
    pub(super) dialect: Dialect,
}

impl<'a> Side<'a> {
    pub(super) fn scalar(self, node: NodeId) -> Scalar<'a> {
        Scalar { document: self.document, node, dialect: self.dialect }
    }

    /// A field that is not null.
    pub(super) fn get(self, node: NodeId, name: &str) -> Option<NodeId> {
        self.document.get(node, name).filter(|node| !self.document.is_null(*node))
    }

    /// The value as JSON.
    pub(super) fn json(self, node: NodeId) -> String {
        let mut out = Vec::new();
        match write_json_as(self.document, node, self.dialect, Layout::Compact, &mut out) {
            Ok(()) => String::from_utf8_lossy(&out).into_owned(),
            Err(_) => serde_json::Value::from(self.document.text(node)).to_string(),
        }
    }
}

/// A walk over two nodes.
pub(super) struct Walk<'a> {
    pub(super) old: Side<'a>,
    pub(super) new: Side<'a>,
    pub(super) mode: Mode,
    /// Whether the objects are Pods: the server gives them more defaults than pod templates.
    pub(super) is_pod: bool,
    /// What the definition of a custom resource says.
    pub(super) custom: Option<Schema<'a>>,
    /// What need not be looked at.
    pub(super) alike: Option<&'a Alike>,
    pub(super) changes: Vec<Change>,
}

impl Walk<'_> {
    /// Compares two nodes of a type (`None`: not known), either of which may be absent.
    pub(super) fn nodes(
        &mut self,
        old: Option<NodeId>,
        new: Option<NodeId>,
        of: Option<Type>,
        path: &Path<'_>,
    ) {
        match (old, new) {
            (None, None) => {}
            (Some(node), None) => {
                if self.mode.letters || !self.says_nothing(self.old, node, of, 0) {
                    self.tell(Verb::Removed, old, new, path);
                }
            }
            (None, Some(node)) => {
                if self.mode.letters || !self.says_nothing(self.new, node, of, 0) {
                    self.tell(Verb::Added, old, new, path);
                }
            }
            (Some(a), Some(b)) => self.both(a, b, of, path),
        }
    }

    /// [`identical()`], where it is not known already.
    pub(super) fn identical(&self, a: NodeId, b: NodeId) -> bool {
        let known = self.alike.and_then(|alike| alike.tells(a, b));
        known.unwrap_or_else(|| identical(self.old, a, self.new, b))
    }

    fn both(&mut self, a: NodeId, b: NodeId, of: Option<Type>, path: &Path<'_>) {
        if self.alike.is_some_and(|alike| alike.are(a, b)) {
            return;
        }
        let kinds = (self.old.document.kind(a), self.new.document.kind(b));
        if path.depth() > DEEPEST {
            if !self.identical(a, b) {
                self.tell(Verb::Changed, Some(a), Some(b), path);
            }
            return;
        }
        match kinds {
            (Kind::Mapping, Kind::Mapping) => self.mappings(a, b, of, path),
            (Kind::Sequence, Kind::Sequence) => self.lists(a, b, of, path),
            (Kind::Scalar, Kind::Scalar) => {
                let (old, new) = (self.old.scalar(a), self.new.scalar(b));
                if self.mode.letters {
                    // Quotes are the printer's, types are not.
                    if old.text() != new.text() || !scalar::same(None, old, new) {
                        self.tell(Verb::Changed, Some(a), Some(b), path);
                    }
                    return;
                }
                if scalar::same(of.map(Type::form), old, new) {
                    return;
                }
                if self.mode.meaning && inside::compare(self, a, b, path) {
                    return;
                }
                self.tell(Verb::Changed, Some(a), Some(b), path);
            }
            _ => self.tell(Verb::Changed, Some(a), Some(b), path),
        }
    }

    fn mappings(&mut self, a: NodeId, b: NodeId, of: Option<Type>, path: &Path<'_>) {
        let form = of.map(Type::form);
        let structure = of.filter(|_| form == Some(Form::Structure));
        let values = of.filter(|_| form == Some(Form::Map)).and_then(Type::items);
        let (old, new) = (self.old, self.new);
        let in_new = Index::new(new, b);
        for (key, value) in old.document.entries(a) {
            let name = old.document.text(key);
            let other = in_new.get(name);
            let value = Some(value).filter(|value| !old.document.is_null(*value));
            self.entry(name, (a, value), (b, other), structure, values, path);
        }
        let in_old = Index::new(old, a);
        for (key, value) in new.document.entries(b) {
            let name = new.document.text(key);
            if in_old.holds(name) || new.document.is_null(value) {
                continue;
            }
            self.entry(name, (a, None), (b, Some(value)), structure, values, path);
        }
    }

    fn entry(
        &mut self,
        name: &str,
        (a, old): (NodeId, Option<NodeId>),
        (b, new): (NodeId, Option<NodeId>),
        structure: Option<Type>,
        values: Option<Type>,
        path: &Path<'_>,
    ) {
        let of = structure.and_then(|of| of.field(name)).or(values);
        let path = if values.is_some() { Path::Key(path, name) } else { Path::Field(path, name) };
        let (mut old, mut new) = (old, new);
        if let Some(structure) = structure {
            if self.mode.defaults && old.is_some() && new.is_some() {
                // Zero is the same as absent, and gets the same default.
                old = old.filter(|node| !self.says_nothing(self.old, *node, of, 0));
                new = new.filter(|node| !self.says_nothing(self.new, *node, of, 0));
            }
            if self.mode.defaults
                && self.mode.meaning
                && let (Some(x), Some(y)) = (old, new)
                && self.follows(structure, name, of, (x, a), (y, b))
            {
                return;
            }
            let default = match (old, new) {
                (Some(node), None) => Some((self.old, node, self.new, b)),
                (None, Some(node)) => Some((self.new, node, self.old, a)),
                _ => None,
            };
            if self.mode.defaults
                && let Some((side, node, lacking, beside)) = default
                && self.is_default(side, node, of, structure, name, (lacking, Some(beside)), 0)
            {
                return;
            }
        }
        self.nodes(old, new, of, &path);
    }

    /// Whether two texts differ because the server makes them of what stands beside them: the target of a port, the old
    /// name of a field.
    fn follows(
        &self,
        structure: Type,
        name: &str,
        of: Option<Type>,
        (x, a): (NodeId, NodeId),
        (y, b): (NodeId, NodeId),
    ) -> bool {
        let (old, new) = (self.old, self.new);
        // A service account has two names, each the default of the other: one of them is told.
        name != "serviceAccountName"
            && old.document.kind(x) == Kind::Scalar
            && new.document.kind(y) == Kind::Scalar
            && old.document.text(x) != new.document.text(y)
            && self.is_default(old, x, of, structure, name, (old, Some(a)), 0)
            && self.is_default(new, y, of, structure, name, (new, Some(b)), 0)
    }

    /// Whether a value is what the server sets where it is absent.
    #[expect(clippy::too_many_arguments, reason = "a field, and the structure that lacks it")]
    fn is_default(
        &self,
        side: Side<'_>,
        node: NodeId,
        of: Option<Type>,
        structure: Type,
        name: &str,
        (lacking, beside): (Side<'_>, Option<NodeId>),
        depth: usize,
    ) -> bool {
        if self.is_pod
            && name == "requests"
            && structure.is("", "ResourceRequirements")
            && side.document.kind(node) == Kind::Mapping
        {
            // Requests that are not said are the limits.
            let limits = beside.and_then(|beside| lacking.get(beside, "limits"));
            return side.document.entries(node).all(|(key, value)| {
                let limit = limits.and_then(|limits| lacking.get(limits, side.document.text(key)));
                limit.is_some_and(|limit| {
                    scalar::same(Some(Form::Quantity), side.scalar(value), lacking.scalar(limit))
                })
            });
        }
        let Some(default) = defaults::of(structure, name, lacking.document, beside) else { return false };
        match default {
            "{}" => side.document.kind(node) == Kind::Mapping && self.only_defaults(side, node, of, depth),
            list if list.starts_with('[') => defaults::is_list(side.document, node, list),
            text if side.document.kind(node) == Kind::Scalar => {
                let written = side.document.text(node);
                written == text
                    || of.map(Type::form) == Some(Form::Quantity)
                        && scalar::quantity(written)
                            .is_some_and(|value| Some(value) == scalar::quantity(text))
            }
            _ => false,
        }
    }

    /// Whether every field of a structure is what the server would set in an empty one.
    fn only_defaults(&self, side: Side<'_>, node: NodeId, of: Option<Type>, depth: usize) -> bool {
        let Some(structure) = of.filter(|of| of.form() == Form::Structure) else {
            return side.document.is_empty(node);
        };
        depth < 16
            && side.document.entries(node).all(|(key, value)| {
                let name = side.document.text(key);
                let of = structure.field(name);
                side.document.is_null(value)
                    || self.says_nothing(side, value, of, depth + 1)
                    || self.mode.defaults
                        && self.is_default(side, value, of, structure, name, (side, None), depth + 1)
            })
    }

    /// Whether a value is the same to the server as none.
    fn says_nothing(&self, side: Side<'_>, node: NodeId, of: Option<Type>, depth: usize) -> bool {
        let Some(of) = of else { return false };
        match of.form() {
            Form::List | Form::Map => {
                side.document.kind(node) != Kind::Scalar && side.document.is_empty(node)
            }
            _ if of.is_pointer() => false,
            Form::Structure => {
                side.document.kind(node) == Kind::Mapping && self.only_defaults(side, node, Some(of), depth)
            }
            form => side.document.kind(node) == Kind::Scalar && scalar::is_zero(form, side.scalar(node)),
        }
    }

    /// Notes a difference.
    pub(super) fn tell(&mut self, verb: Verb, old: Option<NodeId>, new: Option<NodeId>, path: &Path<'_>) {
        let from = old.map(|node| self.old.json(node));
        let to = new.map(|node| self.new.json(node));
        self.note(verb, from, to, old, new, path);
    }

    /// Notes a difference whose values are already written down.
    pub(super) fn note(
        &mut self,
        verb: Verb,
        from: Option<String>,
        to: Option<String>,
        old: Option<NodeId>,
        new: Option<NodeId>,
        path: &Path<'_>,
    ) {
        // What came or went with all that is in it begins at its key.
        let place_of = |side: Side<'_>, node: NodeId| {
            let key = side.document.key(node).filter(|_| {
                matches!(verb, Verb::Added | Verb::Removed) && side.document.kind(node) != Kind::Scalar
            });
            let at_key = key.map(|key| side.document.place(key)).filter(|place| place.is_some());
            at_key.unwrap_or_else(|| side.document.place(node))
        };
        let old_place = old.map(|node| place_of(self.old, node)).unwrap_or_default();
        let place = new.map(|node| place_of(self.new, node)).unwrap_or_default();
        self.changes.push(Change {
            steps: path.steps(),
            verb,
            from,
            to,
            old_place,
            place,
            impacts: Vec::new(),
        });
    }
}

/// The entries of a mapping by key: looked through where there are few, by hash where there are many.
struct Index<'a> {
    side: Side<'a>,
    mapping: NodeId,
    by_key: Option<FxHashMap<&'a str, NodeId>>,
}

impl<'a> Index<'a> {
    fn new(side: Side<'a>, mapping: NodeId) -> Index<'a> {
        let by_key = (side.document.len(mapping) > 16).then(|| {
            // The first of entries with one key counts, as everywhere.
            let mut index = FxHashMap::default();
            for (key, value) in side.document.entries(mapping) {
                index.entry(side.document.text(key)).or_insert(value);
            }
            index
        });
        Index { side, mapping, by_key }
    }

    fn find(&self, key: &str) -> Option<NodeId> {
        match &self.by_key {
            Some(index) => index.get(key).copied(),
            None => self.side.document.get(self.mapping, key),
        }
    }

    fn get(&self, key: &str) -> Option<NodeId> {
        self.find(key).filter(|node| !self.side.document.is_null(*node))
    }

    fn holds(&self, key: &str) -> bool {
        self.find(key).is_some()
    }
}

/// Whether two nodes are written alike, to the letter of their values: a quick answer that may be a false no.
pub(super) fn identical(old: Side<'_>, a: NodeId, new: Side<'_>, b: NodeId) -> bool {
    let (x, y) = (old.document, new.document);
    let mut todo = vec![(a, b)];
    while let Some((a, b)) = todo.pop() {
        if !is_same(old, a, new, b) {
            return false;
        }
        todo.extend(x.children(a).zip(y.children(b)));
    }
    true
}
