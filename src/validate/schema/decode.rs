//! The walk: nodes of a document and the types of Kubernetes side by side, as Go's strict decoder goes through JSON.
//!
//! - Null is nothing, wherever it stands.
//! - Fields are found by their exact names; unknown ones and ones that stand twice are refused.
//! - Inside a JSON schema that stands where also something else may stand (`items`, `additionalProperties`,
//!   `dependencies`), the server decodes leniently: unknown fields pass there.

use rustc_hash::FxHashSet;

use super::scalar;
use super::tell;
use crate::kubernetes::go_types::{KnownKind, Shape, Type};
use crate::validate::{At, Finding, Path};
use crate::yaml::{Dialect, Document, Kind, NodeId, resolve};

/// Values nested deeper than this are not looked at, which is told.
const DEEPEST: usize = 300;

/// Up to this many entries, each key is compared with each.
const FEW: usize = 12;

/// One walk through one object.
pub(super) struct Walk<'d, 'f> {
    document: &'d Document,
    dialect: Dialect,
    minor: u8,
    /// Unknown fields are refused.
    strict: bool,
    /// What stands twice has been told.
    repeated_is_told: bool,
    findings: &'f mut Vec<Finding>,
}

impl<'d, 'f> Walk<'d, 'f> {
    /// A walk that has not begun.
    pub(super) fn new(
        document: &'d Document,
        dialect: Dialect,
        minor: u8,
        findings: &'f mut Vec<Finding>,
    ) -> Self {
        Walk { document, dialect, minor, strict: true, repeated_is_told: false, findings }
    }

    /// An object of a known kind; of a kind that this version does not serve, as the nearest version has it.
    pub(super) fn object(&mut self, root: NodeId, known: KnownKind) {
        let minor = self.minor;
        self.minor = known.nearest_typed(minor);
        self.value(root, known.of(), &Path::Root, 0);
        self.minor = minor;
        if known.is_list() && known.kind() == "List" && known.group().is_empty() {
            self.list_items(root);
        }
    }

    /// An object of a kind that is not known: what holds for every object.
    pub(super) fn unknown(&mut self, root: NodeId) {
        self.anything(root, &Path::Root, 0);
        let path = Path::Field(&Path::Root, "metadata");
        if let (Some(metadata), Some(of)) = (self.document.get(root, "metadata"), super::object_meta())
            && !self.document.is_null(metadata)
        {
            self.repeated_is_told = true;
            self.value(metadata, of, &path, 0);
            self.repeated_is_told = false;
        }
    }

    /// The items of a `v1` `List`, which are objects of any kind.
    fn list_items(&mut self, root: NodeId) {
        let Some(items) = self.document.get(root, "items") else { return };
        if self.document.kind(items) != Kind::Sequence {
            return;
        }
        let above = Path::Field(&Path::Root, "items");
        for (index, item) in self.document.children(items).enumerate() {
            let path = Path::Index(&above, index);
            let text = |name| self.document.get(item, name).map_or("", |node| self.document.text(node));
            let (group, version) = text("apiVersion").split_once('/').unwrap_or(("", text("apiVersion")));
            if let Some(known) = KnownKind::find(group, version, text("kind")) {
                let minor = self.minor;
                self.minor = known.nearest_typed(minor);
                self.value(item, known.of(), &path, 1);
                self.minor = minor;
            }
        }
    }

    /// A value that is to be of a type.
    pub(super) fn value(&mut self, node: NodeId, of: Type, path: &Path<'_>, depth: usize) {
        let document = self.document;
        let shape = of.shape();
        // Most values are texts.
        if shape == Shape::Text && resolve::is_plainly_text(document, node) {
            return;
        }
        if document.is_null(node) {
            // `!!null x` is no null.
            if document.is_tagged(node) && !matches!(document.text(node), "" | "~" | "null" | "Null" | "NULL")
            {
                self.tell(node, path, "invalid-type", "a value tagged `!!null` must be a null");
            }
            return;
        }
        if depth > DEEPEST {
            self.tell(node, path, "too-deep", "values are nested too deeply to be checked");
            return;
        }
        match (shape, document.kind(node)) {
            (_, Kind::Alias) => {}
            (Shape::Structure, Kind::Mapping) => self.structure(node, of, path, depth),
            (Shape::List, Kind::Sequence) => self.list(node, of.of(), path, depth),
            (Shape::Map, Kind::Mapping) => {
                self.keys(node, path);
                for (key, value) in document.entries(node) {
                    self.value(value, of.of(), &Path::Key(path, document.text(key)), depth + 1);
                }
            }
            (Shape::Anything, _) => self.anything(node, path, depth),
            // Go takes bytes one by one as well.
            (Shape::Base64, Kind::Sequence) => {
                for (index, item) in document.children(node).enumerate() {
                    self.scalar(item, Shape::Integer(0, 255), &Path::Index(path, index));
                }
            }
            (Shape::SchemaOrBool | Shape::SchemaOrArray | Shape::SchemaOrStringArray, kind) => {
                let strict = std::mem::replace(&mut self.strict, false);
                match (shape, kind) {
                    (_, Kind::Mapping) => self.structure(node, of.of(), path, depth),
                    (Shape::SchemaOrBool, _) => self.scalar(node, shape, path),
                    (Shape::SchemaOrArray, Kind::Sequence) => self.list(node, of.of(), path, depth),
                    (Shape::SchemaOrStringArray, Kind::Sequence) => {
                        for (index, item) in document.children(node).enumerate() {
                            self.scalar(item, Shape::Text, &Path::Index(path, index));
                        }
                    }
                    // The server takes any other value for nothing.
                    _ => self.anything(node, path, depth),
                }
                self.strict = strict;
            }
            _ => self.scalar(node, shape, path),
        }
    }

    fn structure(&mut self, node: NodeId, of: Type, path: &Path<'_>, depth: usize) {
        let document = self.document;
        let mut seen = [0_u64; 4];
        if !self.strict {
            self.keys(node, path);
        }
        for (key, value) in document.entries(node) {
            let name = document.text(key);
            let Some(field) = of.field(name, self.minor) else {
                if self.strict {
                    self.unknown_field(key, of, path);
                } else {
                    self.anything(value, &Path::Field(path, name), depth + 1);
                }
                continue;
            };
            let bit = 1 << (field.number % 64);
            let seen = &mut seen[usize::from(field.number / 64)];
            if *seen & bit != 0 && self.strict {
                self.repeated(key, path);
            }
            *seen |= bit;
            self.value(value, field.of(), &Path::Field(path, name), depth + 1);
        }
    }

    fn list(&mut self, node: NodeId, of: Type, path: &Path<'_>, depth: usize) {
        for (index, item) in self.document.children(node).enumerate() {
            self.value(item, of, &Path::Index(path, index), depth + 1);
        }
    }

    /// Any JSON: only what stands twice is refused.
    fn anything(&mut self, node: NodeId, path: &Path<'_>, depth: usize) {
        let document = self.document;
        if depth > DEEPEST {
            self.tell(node, path, "too-deep", "values are nested too deeply to be checked");
            return;
        }
        match document.kind(node) {
            Kind::Mapping => {
                self.keys(node, path);
                for (key, value) in document.entries(node) {
                    self.anything(value, &Path::Field(path, document.text(key)), depth + 1);
                }
            }
            Kind::Sequence => {
                for (index, item) in document.children(node).enumerate() {
                    self.anything(item, &Path::Index(path, index), depth + 1);
                }
            }
            // JSON has no infinity.
            Kind::Scalar if matches!(document.text(node).as_bytes().first(), Some(b'.' | b'+' | b'-')) => {
                self.scalar(node, Shape::Anything, path);
            }
            Kind::Scalar | Kind::Alias => {}
        }
    }

    /// Tells keys of a map that stand twice, and keys that JSON cannot have.
    fn keys(&mut self, node: NodeId, path: &Path<'_>) {
        let document = self.document;
        if document.len(node) <= FEW {
            for (number, (key, _)) in document.entries(node).enumerate() {
                let name = document.text(key);
                if document.is_null(key) {
                    self.null_key(key, path);
                }
                let mut earlier = document.entries(node).take(number);
                if earlier.any(|(other, _)| document.text(other) == name) {
                    self.repeated(key, path);
                }
            }
            return;
        }
        let mut seen = FxHashSet::with_capacity_and_hasher(document.len(node), rustc_hash::FxBuildHasher);
        for (key, _) in document.entries(node) {
            if document.is_null(key) {
                self.null_key(key, path);
            }
            if !seen.insert(document.text(key)) {
                self.repeated(key, path);
            }
        }
    }

    #[cold]
    fn null_key(&mut self, key: NodeId, path: &Path<'_>) {
        // The key's own node says null: it is told of the map, and placed at the key.
        let at = At::new(self.document, self.dialect, Some(key), Some(key), *path);
        let finding = Finding::schema("invalid-type", &at, "a key must be a text, not null");
        self.findings.push(finding.hint("put the key in quotes"));
    }

    fn scalar(&mut self, node: NodeId, shape: Shape, path: &Path<'_>) {
        if self.document.is_null(node) {
            return;
        }
        let at = At::new(self.document, self.dialect, Some(node), Some(node), *path);
        if let Err(finding) = scalar::check(&at, shape) {
            self.findings.push(*finding);
        }
    }

    fn tell(&mut self, node: NodeId, path: &Path<'_>, rule: &'static str, message: impl Into<String>) {
        let at = At::new(self.document, self.dialect, Some(node), Some(node), *path);
        self.findings.push(Finding::schema(rule, &at, message));
    }

    /// A field that stands twice in a structure, or an entry that stands twice in a map.
    fn repeated(&mut self, key: NodeId, path: &Path<'_>) {
        if self.repeated_is_told {
            return;
        }
        let name = self.document.text(key);
        let path = Path::Field(path, name);
        let at = At::new(self.document, self.dialect, Some(key), Some(key), path);
        let message = format!("`{}` is set twice", tell::clip(name));
        self.findings.push(Finding::schema("duplicate-key", &at, message).hint("keep one of the two"));
    }

    fn unknown_field(&mut self, key: NodeId, of: Type, path: &Path<'_>) {
        let document = self.document;
        let name = document.text(key);
        let path = Path::Field(path, name);
        let at = At::new(document, self.dialect, Some(key), Some(key), path);
        let finding = match of.any_field(name) {
            None => {
                let message = format!("there is no field `{}` in `{}`", tell::clip(name), of.name());
                let hint = tell::field_hint(of, name, self.minor);
                Finding::schema("unknown-field", &at, message).hint(hint)
            }
            Some(field) if field.since() > self.minor => {
                let message = format!("`{name}` is there from Kubernetes 1.{} on", field.since());
                let hint =
                    format!("the target is 1.{}: leave the field out, or raise the target", self.minor);
                Finding::schema("unknown-field", &at, message).hint(hint)
            }
            Some(field) => {
                let message = format!("`{name}` is no longer there since Kubernetes 1.{}", field.until());
                Finding::schema("unknown-field", &at, message).hint("leave the field out")
            }
        };
        self.findings.push(finding);
    }
}
