//! Lists of custom resources: their definitions say which fields make an item the same one, and which lists are sets.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::path::{Path, Step};
use crate::validate::Object;
use crate::yaml::{Document, Kind, NodeId};

/// The definitions among some sets of objects, looked for when somebody asks.
pub(super) struct Definitions<'a> {
    sets: [&'a [Object<'a>]; 3],
    index: OnceLock<FxHashMap<(&'a str, &'a str), &'a Object<'a>>>,
}

/// What a definition says of a version.
#[derive(Clone, Copy)]
pub(super) struct Schema<'a> {
    document: &'a Document,
    root: NodeId,
}

/// What a list is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum List<'a> {
    /// Items are known by these fields, each with its default.
    Keyed(Vec<(&'a str, Option<&'a str>)>),
    /// Only the members count.
    Set,
}

impl<'a> Definitions<'a> {
    /// Of several definitions of a kind, that of the first set counts.
    pub(super) fn new(sets: [&'a [Object<'a>]; 3]) -> Definitions<'a> {
        Definitions { sets, index: OnceLock::new() }
    }

    /// What is said of an object.
    pub(super) fn of(&self, object: &Object<'_>) -> Option<Schema<'a>> {
        let definition = self.index().get(&(object.group, object.kind))?;
        let document = definition.document;
        let versions = document.at(document.try_root()?, &["spec", "versions"])?;
        let version = document.children(versions).find(|version| {
            document.get(*version, "name").is_some_and(|name| document.text(name) == object.version)
        })?;
        let root = document.at(version, &["schema", "openAPIV3Schema"])?;
        Some(Schema { document, root })
    }

    fn index(&self) -> &FxHashMap<(&'a str, &'a str), &'a Object<'a>> {
        self.index.get_or_init(|| {
            let mut index = FxHashMap::default();
            for object in self.sets.iter().flat_map(|set| set.iter()) {
                if object.kind == "CustomResourceDefinition" && object.group == "apiextensions.k8s.io" {
                    let document = object.document;
                    let text = |path: &[&str]| {
                        let node = document.try_root().and_then(|root| document.at(root, path));
                        node.map_or("", |node| document.text(node))
                    };
                    let kind = (text(&["spec", "group"]), text(&["spec", "names", "kind"]));
                    index.entry(kind).or_insert(object);
                }
            }
            index
        })
    }
}

impl<'a> Schema<'a> {
    /// What the list at a path is; `None` when position counts.
    pub(super) fn list(self, path: &Path<'_>) -> Option<List<'a>> {
        let document = self.document;
        let mut at = self.root;
        for step in path.steps() {
            at = match step {
                Step::Field(name) | Step::Key(name) => {
                    let properties = document.get(at, "properties");
                    let property = properties.and_then(|properties| document.get(properties, &name));
                    property.or_else(|| document.get(at, "additionalProperties"))?
                }
                Step::Item { .. } => document.get(at, "items")?,
                Step::Inside => return None,
            };
        }
        match document.text(document.get(at, "x-kubernetes-list-type")?) {
            "set" => Some(List::Set),
            "map" => {
                let keys = document.get(at, "x-kubernetes-list-map-keys")?;
                let items = document.get(at, "items")?;
                let default = |key: &str| {
                    let default = document.at(items, &["properties", key, "default"])?;
                    (document.kind(default) == Kind::Scalar).then(|| document.text(default))
                };
                let keys = document.children(keys).map(|key| document.text(key));
                Some(List::Keyed(keys.map(|key| (key, default(key))).collect()))
            }
            _ => None,
        }
    }
}
