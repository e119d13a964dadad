//! A field of an object: a node (or its absence) and the path that leads to it. Walking allocates nothing; the path
//! becomes a text only when something is found.

use crate::kubernetes::Quantity;
use std::fmt::Write as _;

use crate::source::Place;
use crate::yaml::resolve::{self, Dialect, Value};
use crate::yaml::{Document, Kind, NodeId};

/// How one gets to a field.
#[derive(Clone, Copy, Debug)]
pub enum Path<'a> {
    /// The object itself.
    Root,
    /// A field of a structure: `.spec`.
    Field(&'a Path<'a>, &'a str),
    /// An item of a list: `[0]`.
    Index(&'a Path<'a>, usize),
    /// An entry of a map, as the server writes it: `[key]`.
    Key(&'a Path<'a>, &'a str),
}

impl Path<'_> {
    /// The path as the API server writes it; the object itself is empty.
    pub fn text(&self) -> String {
        let mut steps = Vec::with_capacity(16);
        let mut at = self;
        loop {
            match at {
                Path::Root => break,
                Path::Field(above, _) | Path::Index(above, _) | Path::Key(above, _) => {
                    steps.push(at);
                    at = above;
                }
            }
        }
        // Long enough for most: `spec.template.spec.containers[0].securityContext.capabilities.drop`.
        let mut text = String::with_capacity(72);
        for step in steps.into_iter().rev() {
            match step {
                Path::Root => {}
                Path::Field(_, name) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(name);
                }
                Path::Index(_, index) => {
                    // A text takes whatever is written.
                    let _ = write!(text, "[{index}]");
                }
                Path::Key(_, key) => {
                    text.push('[');
                    text.push_str(key);
                    text.push(']');
                }
            }
        }
        text
    }
}

/// A field of an object, there or not. `null` counts as absent, as Go has it.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The object's document.
    pub document: &'a Document,
    /// The value, when there is one that is not null.
    pub node: Option<NodeId>,
    /// The nearest node that is there: this one, or the one that lacks it.
    nearest: Option<NodeId>,
    /// How one gets here.
    pub path: Path<'a>,
    /// How scalars resolve: as kustomize reads them for what was rendered, as kubectl does for plain files.
    dialect: Dialect,
}

impl<'a> At<'a> {
    /// The object itself.
    pub fn root(document: &'a Document, dialect: Dialect) -> At<'a> {
        At { document, node: document.try_root(), nearest: document.try_root(), path: Path::Root, dialect }
    }

    /// A field that has been found before: `nearest` is the node, or the one that lacks it.
    pub(super) fn new(
        document: &'a Document,
        dialect: Dialect,
        node: Option<NodeId>,
        nearest: Option<NodeId>,
        path: Path<'a>,
    ) -> At<'a> {
        At { document, node: node.filter(|node| !document.is_null(*node)), nearest, path, dialect }
    }

    /// A field of a structure whose node has been found before.
    pub(super) fn found(&'a self, name: &'a str, node: Option<NodeId>) -> At<'a> {
        self.step(node, Path::Field(&self.path, name))
    }

    fn step(&'a self, node: Option<NodeId>, path: Path<'a>) -> At<'a> {
        let there = node.filter(|node| !self.document.is_null(*node));
        At {
            document: self.document,
            node: there,
            nearest: node.or(self.nearest),
            path,
            dialect: self.dialect,
        }
    }

    /// The same field, told at another path: where the server has it once it has read the object.
    pub(super) fn told_as(&self, path: Path<'a>) -> At<'a> {
        At { path, ..*self }
    }

    /// A field of a structure.
    pub fn field(&'a self, name: &'a str) -> At<'a> {
        let node = self.node.and_then(|node| self.document.get(node, name));
        self.step(node, Path::Field(&self.path, name))
    }

    /// An entry of a map; its path is `[key]`.
    pub fn entry(&'a self, key: &'a str) -> At<'a> {
        let node = self.node.and_then(|node| self.document.get(node, key));
        self.step(node, Path::Key(&self.path, key))
    }

    /// The items of a list, each with its index; none for anything else.
    pub fn items(&'a self) -> impl Iterator<Item = At<'a>> + 'a {
        let list = self.node.filter(|node| self.document.kind(*node) == Kind::Sequence);
        list.into_iter()
            .flat_map(|list| self.document.children(list))
            .enumerate()
            .map(|(index, item)| self.step(Some(item), Path::Index(&self.path, index)))
    }

    /// The entries of a map: key and value; none for anything else.
    pub fn entries(&'a self) -> impl Iterator<Item = (&'a str, At<'a>)> + 'a {
        let map = self.node.filter(|node| self.document.kind(*node) == Kind::Mapping);
        map.into_iter().flat_map(|map| self.document.entries(map)).map(|(key, value)| {
            let key = self.document.text(key);
            (key, self.step(Some(value), Path::Key(&self.path, key)))
        })
    }

    /// Whether there is a value that is not null.
    pub fn is_there(&self) -> bool {
        self.node.is_some()
    }

    /// How many items or entries there are.
    pub fn len(&self) -> usize {
        self.node.map_or(0, |node| self.document.len(node))
    }

    /// Whether there are no items or entries (or it is not there).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text of a scalar as it is written; empty when it is not there. For fields that are strings.
    pub fn text(&self) -> &'a str {
        self.node.map_or("", |node| self.document.text(node))
    }

    /// The text of a field; empty when it is not there.
    pub fn text_of(&self, name: &str) -> &'a str {
        let node = self.node.and_then(|node| self.document.get(node, name));
        node.filter(|node| !self.document.is_null(*node)).map_or("", |node| self.document.text(node))
    }

    /// The text, or what the server sets when it is not there or empty.
    pub fn text_or(&self, default: &'a str) -> &'a str {
        let text = self.text();
        if text.is_empty() { default } else { text }
    }

    /// What a scalar is; `None` for collections, for what is not there and for a value that misfits its tag.
    pub fn value(&self) -> Option<Value<'a>> {
        let node = self.node.filter(|node| self.document.kind(*node) == Kind::Scalar)?;
        resolve::scalar(self.document, node, self.dialect).ok()
    }

    /// A whole number, when it is one (`3`, and as in JSON `3.0`).
    pub fn integer(&self) -> Option<i64> {
        match self.value()? {
            Value::Int(value) => Some(value),
            Value::Float(value) if value.fract() == 0.0 && value.abs() < 9e15 => Some(value as i64),
            _ => None,
        }
    }

    /// A truth value, when it is one.
    pub fn boolean(&self) -> Option<bool> {
        match self.value()? {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// A quantity, when it is one.
    pub fn quantity(&self) -> Option<Quantity> {
        match self.value()? {
            Value::Text(text) => Quantity::parse(text.trim()),
            Value::Int(value) => Some(Quantity::whole(value)),
            _ => Quantity::parse(self.text()),
        }
    }

    /// Whether it is text, and not a number, a truth value or a collection.
    pub fn is_text(&self) -> bool {
        matches!(self.value(), Some(Value::Text(_) | Value::Timestamp(_)))
    }

    /// Whether it is a mapping.
    pub fn is_mapping(&self) -> bool {
        self.node.is_some_and(|node| self.document.kind(node) == Kind::Mapping)
    }

    /// Whether it is a sequence.
    pub fn is_sequence(&self) -> bool {
        self.node.is_some_and(|node| self.document.kind(node) == Kind::Sequence)
    }

    /// How its scalars resolve.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The nearest node that is there: the field's own, or that of the field above that lacks it.
    pub fn nearest(&self) -> Option<NodeId> {
        self.nearest
    }

    /// Where the value is written; when it is not there, the place of the structure that lacks it.
    pub fn place(&self) -> Place {
        self.nearest.map_or(Place::NONE, |node| self.document.place(node))
    }

    /// The path as the API server writes it.
    pub fn path(&self) -> String {
        self.path.text()
    }

    /// Another value of the document, or none, under the same path.
    #[must_use]
    pub fn with(&self, node: Option<NodeId>) -> At<'a> {
        At { node, ..*self }
    }

    /// The same value under another path: where the server does not name the field that it read.
    #[must_use]
    pub fn told_at(&self, path: Path<'a>) -> At<'a> {
        At { path, ..*self }
    }
}
