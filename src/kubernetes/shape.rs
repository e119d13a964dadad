//! Schemas that a build brings along: OpenAPI definitions of `openapi.path`, or one schema in a comment. Of a schema,
//! what matters to strategic merge is kept: fields, values of maps, items of lists, merge keys, references.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Result};
use crate::yaml::{Document, Kind, NodeId};

/// JSON-like data that schemas are read from.
pub(super) trait Json: Copy {
    /// The entries of a mapping; `None` for anything else.
    fn entries(self) -> Option<Vec<(String, Self)>>;
    /// The items of a list; `None` for anything else.
    fn items(self) -> Option<Vec<Self>>;
    /// The text of a string.
    fn text(self) -> Option<String>;
    /// Whether it is null.
    fn is_null(self) -> bool;
}

impl Json for (&Document, NodeId) {
    fn entries(self) -> Option<Vec<(String, Self)>> {
        let (document, node) = self;
        (document.kind(node) == Kind::Mapping).then(|| {
            document
                .entries(node)
                .map(|(key, value)| (document.text(key).to_owned(), (document, value)))
                .collect()
        })
    }

    fn items(self) -> Option<Vec<Self>> {
        let (document, node) = self;
        (document.kind(node) == Kind::Sequence)
            .then(|| document.children(node).map(|item| (document, item)).collect())
    }

    fn text(self) -> Option<String> {
        let (document, node) = self;
        (document.kind(node) == Kind::Scalar && !document.is_null(node))
            .then(|| document.text(node).to_owned())
    }

    fn is_null(self) -> bool {
        self.0.is_null(self.1)
    }
}

impl Json for &serde_json::Value {
    fn entries(self) -> Option<Vec<(String, Self)>> {
        Some(self.as_object()?.iter().map(|(key, value)| (key.clone(), value)).collect())
    }

    fn items(self) -> Option<Vec<Self>> {
        Some(self.as_array()?.iter().collect())
    }

    fn text(self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    fn is_null(self) -> bool {
        serde_json::Value::is_null(self)
    }
}

/// What one schema says; numbers are those of other shapes of the same [`Shapes`].
#[derive(Debug, Default)]
pub(super) struct Shape {
    fields: BTreeMap<String, u32>,
    values: Option<u32>,
    items: Option<u32>,
    /// Lists are merged, by these keys (none: by value).
    merge_keys: Option<Vec<String>>,
    /// `$ref`: stands for another definition.
    pub(super) reference: Option<String>,
    /// `x-kubernetes-group-version-kind`: `apiVersion` and kind.
    kinds: Vec<(String, String)>,
    /// The schema says nothing at all (`{}`).
    pub(super) is_empty: bool,
}

/// Shapes of one document or comment.
#[derive(Debug, Default)]
pub struct Shapes {
    list: Vec<Shape>,
    definitions: BTreeMap<String, u32>,
    kinds: BTreeMap<(String, String), u32>,
    scopes: BTreeMap<(String, String), bool>,
}

fn misfit<T>(what: &str) -> Result<T> {
    Diagnostic::error("invalid-openapi", format!("the OpenAPI schema is not valid: {what}")).fail()
}

impl Shapes {
    /// Reads an OpenAPI v2 document.
    ///
    /// # Errors
    /// When it does not have the form of one.
    pub fn of_document(document: &Document) -> Result<Shapes> {
        match document.try_root() {
            Some(root) => Shapes::of_openapi((document, root)),
            None => misfit("it is empty"),
        }
    }

    fn of_openapi<J: Json>(root: J) -> Result<Shapes> {
        let mut shapes = Shapes::default();
        let Some(top) = root.entries() else { return misfit("it is no mapping") };
        for (name, part) in top {
            match name.as_str() {
                "definitions" if !part.is_null() => {
                    let Some(definitions) = part.entries() else {
                        return misfit("`definitions` is no mapping");
                    };
                    for (name, definition) in definitions {
                        let number = shapes.read(definition)?;
                        shapes.definitions.insert(name, number);
                    }
                }
                "paths" if !part.is_null() => {
                    let Some(paths) = part.entries() else { return misfit("`paths` is no mapping") };
                    for (path, item) in paths {
                        shapes.read_path(&path, item)?;
                    }
                }
                _ => {}
            }
        }
        // Of two definitions of one kind kustomize takes any; here the last by name.
        for number in shapes.definitions.values() {
            for kind in &shapes.list[*number as usize].kinds {
                shapes.kinds.insert(kind.clone(), *number);
            }
        }
        Ok(shapes)
    }

    /// Reads the schema in a comment (the text behind `#`); `None` when the comment holds none.
    pub(super) fn of_comment(comment: &str) -> Option<Shapes> {
        let text = comment.trim_start_matches('#');
        if !text.trim_start().starts_with('{') {
            return None;
        }
        // What stands behind the value (a second comment, perhaps) comes too late for kustomize to notice.
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
        let mut value = values.next()?.ok()?;
        let alone = text.get(values.byte_offset()..).is_some_and(|rest| rest.trim().is_empty());
        // kustomize takes the short form of a setter for a reference that nothing resolves.
        if let Some(name) = setter(&value).filter(|_| alone) {
            value = serde_json::json!({ "$ref": format!("#/definitions/io.k8s.cli.setters.{name}") });
        }
        let mut shapes = Shapes::default();
        shapes.read(&value).ok()?;
        (!shapes.list.first()?.is_empty).then_some(shapes)
    }

    /// Reads a schema with all below it; gives its number.
    fn read<J: Json>(&mut self, schema: J) -> Result<u32> {
        let first = self.add();
        let mut todo = vec![(first, schema)];
        while let Some((number, schema)) = todo.pop() {
            if schema.is_null() {
                self.list[number as usize].is_empty = true;
                continue;
            }
            let Some(entries) = schema.entries() else { return misfit("a schema is no mapping") };
            let mut shape = Shape { is_empty: entries.is_empty(), ..Shape::default() };
            let (mut is_array, mut merges) = (false, false);
            let (mut key, mut keys) = (None, None);
            for (name, value) in entries {
                let name = if name.starts_with(['x', 'X']) { name.to_ascii_lowercase() } else { name };
                match name.as_str() {
                    "$ref" => shape.reference = value.text().filter(|reference| !reference.is_empty()),
                    "type" => {
                        let types = match value.items() {
                            Some(items) => items.into_iter().filter_map(Json::text).collect(),
                            None => Vec::from_iter(value.text()),
                        };
                        is_array = types == ["array"];
                    }
                    "properties" if !value.is_null() => {
                        let Some(properties) = value.entries() else {
                            return misfit("`properties` is no mapping");
                        };
                        for (name, property) in properties {
                            let number = self.add();
                            shape.fields.insert(name, number);
                            todo.push((number, property));
                        }
                    }
                    "additionalProperties" if value.entries().is_some() => {
                        let number = self.add();
                        shape.values = Some(number);
                        todo.push((number, value));
                    }
                    "items" if value.entries().is_some() => {
                        let number = self.add();
                        shape.items = Some(number);
                        todo.push((number, value));
                    }
                    "x-kubernetes-patch-strategy" => {
                        merges = value.text().is_some_and(|text| text.split(',').any(|word| word == "merge"));
                    }
                    "x-kubernetes-patch-merge-key" => key = value.text(),
                    "x-kubernetes-list-map-keys" => {
                        keys = value
                            .items()
                            .map(|items| items.into_iter().filter_map(Json::text).collect::<Vec<_>>());
                    }
                    "x-kubernetes-group-version-kind" => {
                        for kind in value.items().unwrap_or_default() {
                            shape.kinds.extend(group_version_kind(kind)?);
                        }
                    }
                    _ => {}
                }
            }
            if !is_array {
                shape.items = None;
            }
            if merges {
                shape.merge_keys = Some(keys.unwrap_or_else(|| Vec::from_iter(key)));
            }
            self.list[number as usize] = shape;
        }
        Ok(first)
    }

    /// A kind is namespaced when any path that gets it names a namespace.
    fn read_path<J: Json>(&mut self, path: &str, item: J) -> Result<()> {
        let get = |from: J, name: &str| {
            from.entries()
                .and_then(|entries| entries.into_iter().find(|(key, _)| key == name))
                .map(|(_, value)| value)
        };
        let kind = get(item, "get").and_then(|operation| get(operation, "x-kubernetes-group-version-kind"));
        if let Some(kind) = kind
            && let Some(kind) = group_version_kind(kind)?
        {
            let namespaced = path.contains("namespaces/{namespace}");
            *self.scopes.entry(kind).or_default() |= namespaced;
        }
        Ok(())
    }

    fn add(&mut self) -> u32 {
        self.list.push(Shape::default());
        self.list.len() as u32 - 1
    }

    pub(super) fn shape(&self, number: u32) -> &Shape {
        &self.list[number as usize]
    }

    pub(super) fn definition(&self, name: &str) -> Option<u32> {
        self.definitions.get(name).copied()
    }

    pub(super) fn kind(&self, api_version: &str, kind: &str) -> Option<u32> {
        self.kinds.get(&(api_version.to_owned(), kind.to_owned())).copied()
    }

    pub(super) fn is_namespaced(&self, api_version: &str, kind: &str) -> Option<bool> {
        self.scopes.get(&(api_version.to_owned(), kind.to_owned())).copied()
    }
}

impl Shape {
    pub(super) fn field(&self, name: &str) -> Option<u32> {
        self.fields.get(name).copied().or(self.values)
    }

    pub(super) fn items(&self) -> Option<u32> {
        self.items
    }

    pub(super) fn merge_keys(&self) -> Option<&[String]> {
        self.merge_keys.as_deref()
    }
}

/// The name in `{"$openapi": "name"}`, where every value is text.
fn setter(value: &serde_json::Value) -> Option<&str> {
    let object = value.as_object()?;
    if object.values().any(|value| !value.is_string()) {
        return None;
    }
    object.get("$openapi")?.as_str().filter(|name| !name.is_empty())
}

/// `apiVersion` and kind of an `x-kubernetes-group-version-kind`; `None` when it is no mapping.
fn group_version_kind<J: Json>(value: J) -> Result<Option<(String, String)>> {
    let Some(entries) = value.entries() else { return Ok(None) };
    let get = |name: &str| entries.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.text());
    let (Some(version), Some(kind)) = (get("version"), get("kind")) else {
        return misfit("an `x-kubernetes-group-version-kind` lacks `version` or `kind`");
    };
    let api_version = match get("group") {
        Some(group) if !group.is_empty() => format!("{group}/{version}"),
        _ => version,
    };
    Ok(Some((api_version, kind)))
}
