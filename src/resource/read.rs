//! The objects of one text, as kustomize's resource factory makes them. Splitting the text, aliases, and lists of kind
//! `List` that are alone in their text are `yaml::read_resources`; ids that stand twice are met when sets are joined.
//!
//! Rules. Empty documents are dropped. Each object needs a kind, and a name unless its kind ends in `List`. An object
//! whose kind ends in `List` and that has `items` gives way to its items, which go through JSON and stand behind the
//! other objects of the text; `items: null` leaves nothing.
//!
//! `read(source, &text) -> Result<ResourceSet>`; `check_metadata(&document)`.

use std::collections::VecDeque;

use super::object::Resource;
use super::projection;
use super::set::ResourceSet;
use crate::diagnostic::{Diagnostic, Result};
use crate::provenance::StepId;
use crate::source::{SourceId, SourceText};
use crate::yaml::{self, Document, Kind, NodeId};

/// The objects of a text. State that users wrote as kustomize's own annotations is taken in.
pub fn read(source: SourceId, text: &SourceText) -> Result<ResourceSet> {
    let looked = yaml::read_resources_with(source, text, Looked::at)?;
    if looked.iter().any(|looked| matches!(looked, Looked::Refused(_))) {
        for looked in looked {
            if let Looked::Refused(fault) = looked {
                return Err(fault);
            }
        }
        return Ok(ResourceSet::default());
    }
    let has_state = memchr::memmem::find(text.as_bytes(), b"internal.config.kubernetes.io/").is_some();
    if !has_state && looked.iter().all(|looked| matches!(looked, Looked::Object(_))) {
        let object = |looked| match looked {
            Looked::Object(resource) => Some(resource),
            _ => None,
        };
        return Ok(ResourceSet::from_list(looked.into_iter().filter_map(object).collect()));
    }
    let mut list = Vec::with_capacity(looked.len());
    let mut todo: VecDeque<Looked> = looked.into();
    while let Some(looked) = todo.pop_front() {
        let document = match looked {
            Looked::Object(mut resource) => {
                if has_state {
                    projection::take_in(&mut resource, || StepId::READ)?;
                }
                list.push(resource);
                continue;
            }
            Looked::List(document) => *document,
            Looked::Nothing | Looked::Refused(_) => continue,
        };
        let Some(items) = document.get(document.root(), "items") else { continue };
        yaml::check_duplicate_keys(&document, document.root())?;
        match document.kind(items) {
            Kind::Sequence => {
                for item in document.children(items) {
                    let items = items_of(yaml::through_json(&document, item)?);
                    let looked: Vec<Looked> = items.into_iter().map(Looked::at).collect();
                    for looked in looked {
                        if let Looked::Refused(fault) = looked {
                            return Err(fault);
                        }
                        todo.push_back(looked);
                    }
                }
            }
            Kind::Scalar if document.is_null(items) => {}
            _ => {
                return Diagnostic::error("list-without-items", "`items` of a list is no sequence")
                    .at(document.place(items), "expected a sequence")
                    .hint("indent the items below `items:`, each behind a dash")
                    .fail();
            }
        }
    }
    Ok(ResourceSet::from_list(list))
}

/// A document at first sight.
#[allow(clippy::large_enum_variant)] // nearly all are objects
enum Looked {
    /// Empty.
    Nothing,
    Object(Resource),
    /// Its kind ends in `List`, and it has `items`.
    List(Box<Document>),
    /// It cannot be an object.
    Refused(Box<Diagnostic>),
}

impl Looked {
    fn at(document: Document) -> Looked {
        if is_nothing(&document) {
            return Looked::Nothing;
        }
        if let Err(fault) = check_metadata(&document) {
            return Looked::Refused(fault);
        }
        let is_list = kind(&document).is_some_and(|kind| document.text(kind).ends_with("List"))
            && document.get(document.root(), "items").is_some();
        if is_list { Looked::List(Box::new(document)) } else { Looked::Object(Resource::new(document)) }
    }
}

/// An item that is itself a `List` is taken apart by the reader.
fn items_of(document: Document) -> Vec<Document> {
    let root = document.root();
    let is_list = kind(&document).is_some_and(|kind| matches!(document.text(kind), "List" | "ResourceList"));
    if !is_list {
        return vec![document];
    }
    match (document.get(root, "items"), document.get(root, "functionConfig")) {
        (Some(items), _) => {
            let nodes =
                document.children(items).flat_map(|item| document.key(item).into_iter().chain([item]));
            nodes.map(|node| document.extract(node)).collect()
        }
        (None, Some(_)) => Vec::new(),
        (None, None) => vec![document],
    }
}

fn is_nothing(document: &Document) -> bool {
    document.try_root().is_none_or(|root| match document.kind(root) {
        Kind::Mapping | Kind::Sequence => document.is_empty(root),
        Kind::Scalar => document.is_null(root),
        Kind::Alias => false,
    })
}

fn kind(document: &Document) -> Option<NodeId> {
    let kind = document.get(document.root(), "kind")?;
    (!document.is_null(kind)).then_some(kind)
}

/// Refuses an object without kind, or without name unless its kind ends in `List` (kustomize's
/// `GetValidatedMetadata`).
pub fn check_metadata(document: &Document) -> Result<()> {
    let root = document.root();
    let text = |node: Option<NodeId>| {
        node.filter(|node| !document.is_null(*node)).map_or("", |node| document.text(node))
    };
    let kind = document.get(root, "kind");
    if text(kind).is_empty() {
        let what = match document.kind(root) {
            Kind::Mapping => "an object has no `kind`",
            _ => "this is no object: it is not a mapping",
        };
        return Diagnostic::error("missing-kind", what)
            .at(document.place(kind.unwrap_or(root)), "expected `kind`")
            .hint("every object needs `apiVersion`, `kind` and `metadata.name`")
            .fail();
    }
    if text(kind).ends_with("List") {
        return Ok(());
    }
    let metadata = document.get(root, "metadata");
    let name = metadata.and_then(|metadata| document.get(metadata, "name"));
    if text(name).is_empty() {
        let at = name.or(metadata).unwrap_or(root);
        return Diagnostic::error("missing-name", format!("a {} has no `metadata.name`", text(kind)))
            .at(document.place(at), "expected a name")
            .hint("add `metadata.name`")
            .fail();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Result<Vec<String>> {
        let set = read(SourceId(0), &SourceText::from(text))?;
        Ok(set.iter().map(|resource| format!("{}/{}", resource.kind(), resource.name())).collect())
    }

    #[test]
    fn moves_items_behind_the_other_objects() {
        let text = "kind: RoleList\nitems:\n- {kind: Role, metadata: {name: a}}\n- null\n- kind: XList\n  items: []\n\
                    ---\nkind: Role\nmetadata: {name: b}\n---\n{}\n---\nkind: SetList\n";
        assert_eq!(names(text).unwrap(), ["Role/b", "SetList/", "Role/a"]);
    }

    #[test]
    fn refuses_what_is_no_object() {
        for text in [
            "a: b\n",
            "kind: A\n",
            "kind: A\nmetadata: {name: }\n",
            "[a]\n",
            "kind: ''\nmetadata: {name: a}\n",
        ] {
            assert!(names(text).is_err(), "{text}");
        }
        assert_eq!(names("kind: A\nmetadata: {name: 1}\n").unwrap(), ["A/1"]);
    }
}
