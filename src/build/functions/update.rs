//! What a function does to the set: objects are told by their present id (kustomize's `UpdateResMapValues`); what a
//! generator asks for in annotations is taken in (`UpdateResourceOptions`); and histories go on.
//!
//! Rules. A returned object takes the place of the one with its id, state of the build included; one with a new id
//! goes to the end; what was not returned is gone.

use super::Function;
use super::sign::sign;
use crate::diagnostic::{Diagnostic, Result};
use crate::kubernetes::Scopes;
use crate::provenance::StepId;
use crate::resource::{Behavior, IdParts, Resource, ResourceSet, projection};
use crate::yaml::{self, Document, NodeId, Style, Tag};

const ID: &str = "kustomize.config.k8s.io/id";
const NEEDS_HASH: &str = "kustomize.config.k8s.io/needs-hash";
const BEHAVIOR: &str = "kustomize.config.k8s.io/behavior";

/// A copy of the set as a function gets it: the state of the build can be seen, and each object says its id.
pub(super) fn with_ids(set: &ResourceSet, step: StepId) -> Result<ResourceSet> {
    let mut copy = set.clone();
    for object in copy.list_mut_keeping_ids() {
        let id = id_text(object, step)?;
        projection::show(object, step);
        projection::rewrite_annotations(object, &[(ID.to_owned(), id)], step)?;
    }
    Ok(copy)
}

/// The present id as YAML.
fn id_text(object: &Resource, step: StepId) -> Result<String> {
    let gvk = object.gvk();
    let mut document = Document::generated();
    let mut editor = document.edit(step);
    let root = editor.mapping(Tag::Implicit, Style::Plain);
    editor.set_root(root);
    let fields = [
        ("group", gvk.group.as_str()),
        ("kind", &gvk.kind),
        ("name", object.name()),
        ("namespace", object.namespace()),
        ("version", &gvk.version),
    ];
    for (key, value) in fields {
        if !value.is_empty() {
            let value = editor.scalar(value, Tag::Str, Style::DoubleQuoted);
            editor.insert_text_key(root, key, value);
        }
    }
    let mut out = Vec::new();
    yaml::emit(&document, root, &mut out)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// Brings what a transformer gave back into the set.
pub(super) fn apply(
    set: &mut ResourceSet,
    returned: ResourceSet,
    function: &Function,
    scopes: &dyn Scopes,
    step: StepId,
) -> Result<()> {
    let fresh = distinct(returned, function, scopes, step)?;
    let mut taken: Vec<bool> = vec![false; fresh.len()];
    let mut places: Vec<Option<usize>> = Vec::with_capacity(set.len());
    for old in set.iter() {
        let found = fresh.positions_by_current(&IdParts::current(old, scopes), scopes).first().copied();
        if let Some(position) = found
            && std::mem::replace(&mut taken[position], true)
        {
            return Diagnostic::error(
                "ambiguous-object",
                "a function gave back an id that several objects have",
            )
            .at(old.place(), "this object has it")
            .at(function.at, "the function")
            .fail();
        }
        places.push(found);
    }
    let mut fresh: Vec<Option<Resource>> = fresh.into_list().into_iter().map(Some).collect();
    let mut list = Vec::with_capacity(fresh.len());
    for (old, place) in set.take_list().into_iter().zip(places) {
        if let Some(mut new) = place.and_then(|place| fresh[place].take()) {
            sign(&mut new, Some(&old.document), step);
            new.var_names = old.var_names;
            list.push(new);
        } else {
            set.bury(old, step);
        }
    }
    for mut new in fresh.into_iter().flatten() {
        sign(&mut new, None, step);
        list.push(new);
    }
    set.replace_list(list);
    Ok(())
}

/// What a function gave back, without the ids that it was given; no id may be there twice.
fn distinct(
    returned: ResourceSet,
    function: &Function,
    scopes: &dyn Scopes,
    step: StepId,
) -> Result<ResourceSet> {
    let mut fresh = ResourceSet::default();
    for mut object in returned.into_list() {
        remove_annotations(&mut object, &[ID], step)?;
        let id = object.id();
        fresh.append(object, scopes).map_err(|mut fault| {
            fault.message = format!("the function {} gave back {id} twice", function.name);
            fault.hints.clear();
            *fault
        })?;
    }
    Ok(fresh)
}

/// Whether a function gave back any object of the set. kustomize compares objects down to the lines they stood on, so
/// that a validator which gives an object back is refused even if it has not changed it.
pub(super) fn first_given_back<'s>(
    set: &'s ResourceSet,
    returned: ResourceSet,
    function: &Function,
    scopes: &dyn Scopes,
    step: StepId,
) -> Result<Option<&'s Resource>> {
    let fresh = distinct(returned, function, scopes, step)?;
    let given =
        |old: &&Resource| !fresh.positions_by_current(&IdParts::current(old, scopes), scopes).is_empty();
    Ok(set.iter().find(given))
}

/// Takes in what a generator asks for in annotations.
pub(super) fn take_options(objects: &mut ResourceSet, function: &Function, step: StepId) -> Result<()> {
    for object in objects.list_mut_keeping_ids() {
        let document = &object.document;
        let node = |key: &str| document.at(document.try_root()?, &["metadata", "annotations", key]);
        let behavior = match node(BEHAVIOR).map_or("", |node| document.text(node)) {
            "replace" => Behavior::Replace,
            "merge" => Behavior::Merge,
            "create" => Behavior::Create,
            _ => Behavior::Unspecified,
        };
        let wish = node(NEEDS_HASH);
        let needs_hash = match wish.map(|node| document.text(node)) {
            None | Some("0" | "f" | "F" | "false" | "FALSE" | "False") => false,
            Some("1" | "t" | "T" | "true" | "TRUE" | "True") => true,
            Some(other) => {
                let message =
                    format!("the annotation `{NEEDS_HASH}` should be true or false, and is `{other}`");
                return Diagnostic::error("bad-needs-hash", message)
                    .at(
                        wish.map_or(function.at, |node| document.place(node)),
                        "in what the function gave back",
                    )
                    .hint("let the function write `\"true\"` or `\"false\"`")
                    .fail();
            }
        };
        remove_annotations(object, &[NEEDS_HASH, BEHAVIOR], step)?;
        object.needs_hash |= needs_hash;
        object.behavior = behavior;
        object.has_behavior = true;
    }
    Ok(())
}

/// Takes annotations away and writes the others anew.
fn remove_annotations(object: &mut Resource, keys: &[&str], step: StepId) -> Result<()> {
    let document = &object.document;
    if let Some(root) = document.try_root()
        && let Some(annotations) = document.at(root, &["metadata", "annotations"])
    {
        let going: Vec<NodeId> = keys.iter().filter_map(|key| document.get(annotations, key)).collect();
        for node in going {
            object.document.edit(step).remove(annotations, node);
        }
    }
    projection::rewrite_annotations(object, &[], step)
}
