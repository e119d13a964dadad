//! How a generated object meets one that has, or had, its id: kustomize's `AbsorbAll` and
//! `CopyMergeMetaDataFieldsFrom`.
//!
//! Rules. No object of that id: `create` or nothing said adds it, `merge` and `replace` are refused. One: `replace`
//! takes labels, annotations, name, namespace and build state from the old object beneath its own and stands in its
//! place; `merge` also takes `data` and `binaryData` beneath its own; anything else is refused. Several: refused.

use std::collections::BTreeMap;

use super::index::IdParts;
use super::object::{Behavior, Resource};
use super::set::{ResourceSet, show};
use crate::diagnostic::{Diagnostic, Result};
use crate::kubernetes::Scopes;
use crate::provenance::{Origin, StepId};
use crate::yaml::{Document, Editor, Kind, NodeId, Style, Tag};

const ORIGIN_ANNOTATION: &str = "config.kubernetes.io/origin";

impl ResourceSet {
    /// Adds generated objects, each as its behavior says; `step` signs what is merged.
    pub fn absorb_all(&mut self, other: ResourceSet, scopes: &dyn Scopes, step: StepId) -> Result<()> {
        for resource in other.into_list() {
            self.absorb(resource, scopes, step)?;
        }
        Ok(())
    }

    fn absorb(&mut self, mut new: Resource, scopes: &dyn Scopes, step: StepId) -> Result<()> {
        let id = IdParts::current(&new, scopes);
        let positions = self.positions_by_any(&id, scopes);
        let (position, old) = match *positions {
            [] => {
                if matches!(new.behavior, Behavior::Merge | Behavior::Replace) {
                    return Diagnostic::error(
                        "nothing-to-merge",
                        format!("{} does not exist, so nothing can be merged into it or replaced", show(&id)),
                    )
                    .at(new.place(), "generated here")
                    .hint("use `behavior: create`, or name an object that a resource or base brings")
                    .fail();
                }
                return self.append(new, scopes);
            }
            [position] => match self.get(position) {
                Some(old) => (position, old),
                None => return Ok(()),
            },
            _ => {
                let mut fault = Diagnostic::error(
                    "ambiguous-merge",
                    format!("{} objects could accept a merge of {}", positions.len(), show(&id)),
                )
                .at(new.place(), "generated here");
                for old in positions.iter().filter_map(|position| self.get(*position)) {
                    fault = fault.at(old.place(), "could accept it");
                }
                return fault.fail();
            }
        };
        match new.behavior {
            Behavior::Replace => copy_metadata(&mut new, old, step)?,
            Behavior::Merge => {
                let origin = annotation(&old.document, ORIGIN_ANNOTATION).map(str::to_owned);
                copy_metadata(&mut new, old, step)?;
                merge_data(&mut new, old, step, "data");
                merge_data(&mut new, old, step, "binaryData");
                if let Some(origin) = origin {
                    set_annotation(&mut new, ORIGIN_ANNOTATION, &origin, step);
                }
            }
            Behavior::Unspecified | Behavior::Create => {
                return Diagnostic::error(
                    "id-conflict",
                    format!("{} exists already; to change it, behavior must be merge or replace", show(&id)),
                )
                .at(new.place(), "generated here")
                .at(old.place(), "exists here")
                .hint("add `behavior: merge` or `behavior: replace`")
                .fail();
            }
        }
        // kustomize looks the merged object up by its present id, which differs when a patch has changed the kind.
        let id = IdParts::current(&new, scopes);
        if self.positions_by_current(&id, scopes) != [position] {
            return Diagnostic::error(
                "nothing-to-merge",
                format!("{} cannot be replaced: no object has that id now", show(&id)),
            )
            .at(new.place(), "generated here")
            .at(old.place(), "had that id before a patch changed it")
            .fail();
        }
        self.put(position, new, step);
        Ok(())
    }
}

/// A string map of an object with, for each key, the node that holds the value.
fn string_map(document: &Document, map: Option<NodeId>) -> BTreeMap<&str, NodeId> {
    map.map(|map| document.entries(map).map(|(key, value)| (document.text(key), value)).collect())
        .unwrap_or_default()
}

fn annotation<'d>(document: &'d Document, name: &str) -> Option<&'d str> {
    let value = document.at(document.root(), &["metadata", "annotations", name])?;
    Some(document.text(value))
}

fn set_annotation(resource: &mut Resource, name: &str, text: &str, step: StepId) {
    let root = resource.document.root();
    if let Some(node) = resource.document.at(root, &["metadata", "annotations", name])
        && resource.document.text(node) != text
    {
        resource.document.edit(step).set_text(node, text);
    }
}

/// kustomize's `CopyMergeMetaDataFieldsFrom`: labels and annotations of the old object beneath the new one's, the
/// old one's name and namespace, and its build state (of which the wish for a hash must be both objects').
fn copy_metadata(new: &mut Resource, old: &Resource, step: StepId) -> Result<()> {
    let old_root = old.document.root();
    let root = new.document.root();
    let Some(metadata) = new.document.get(root, "metadata") else {
        return Diagnostic::error("invalid-object", "a generated object has no metadata").fail();
    };
    for field in ["labels", "annotations"] {
        let beneath = string_map(&old.document, old.document.at(old_root, &["metadata", field]));
        merge_map(new, metadata, field, &old.document, &beneath, step, Nulls::AsSpelt, style_of);
    }
    let (name, namespace) = (old.name().to_owned(), old.namespace().to_owned());
    set_name(new, metadata, "name", &name, &old.document, step);
    if namespace.is_empty() {
        if let Some(node) = new.document.get(metadata, "namespace") {
            new.document.edit(step).remove(metadata, node);
        }
    } else {
        set_name(new, metadata, "namespace", &namespace, &old.document, step);
    }
    new.needs_hash = new.needs_hash && old.needs_hash;
    new.behavior = old.behavior;
    new.has_behavior = old.has_behavior;
    new.former.clone_from(&old.former);
    new.prefixes.clone_from(&old.prefixes);
    new.suffixes.clone_from(&old.suffixes);
    new.referred_by.clone_from(&old.referred_by);
    new.allow_name_change = old.allow_name_change;
    new.allow_kind_change = old.allow_kind_change;
    new.var_names.clone_from(&old.var_names);
    Ok(())
}

/// Sets `name` or `namespace` as kustomize's `SetMapField` does: the style of the present node stays, the tag is
/// forgotten (a plain `1e3` becomes a number).
fn set_name(
    resource: &mut Resource,
    metadata: NodeId,
    field: &str,
    text: &str,
    old: &Document,
    step: StepId,
) {
    let from = old.at(old.root(), &["metadata", field]).map(|node| old.origin(node));
    let Some(node) = resource.document.get(metadata, field) else {
        let style = if super::plain_means_string(text) { Style::Plain } else { Style::DoubleQuoted };
        let mut editor = resource.document.edit(step);
        let from = from.map_or(Origin::NONE, |origin| editor.import_origin(old, origin));
        let node = editor.scalar_from(text, Tag::Implicit, style, from);
        editor.insert_text_key(metadata, field, node);
        return;
    };
    let differs = resource.document.text(node) != text;
    let mut editor = resource.document.edit(step);
    if differs {
        let from = from.map_or(Origin::NONE, |origin| editor.import_origin(old, origin));
        editor.set_text_from(node, text, from);
    }
    editor.set_tag(node, Tag::Implicit);
}

/// `data` and `binaryData` of the old object beneath the new one's.
fn merge_data(new: &mut Resource, old: &Resource, step: StepId, field: &str) {
    let beneath = string_map(&old.document, old.document.get(old.document.root(), field));
    let root = new.document.root();
    merge_map(new, root, field, &old.document, &beneath, step, Nulls::Empty, style_of);
}

/// The style that yaml.v3 gives a string.
fn style_of(text: &str) -> Style {
    if text.contains('\n') { Style::Literal } else { Style::Plain }
}

/// Writes a map of strings anew, sorted by key, as kustomize does: the new object's values over the old one's; an
/// empty one vanishes. Values keep their history.
#[expect(clippy::too_many_arguments, reason = "one map into another, and how its texts are spelt")]
fn merge_map(
    new: &mut Resource,
    parent: NodeId,
    field: &str,
    old: &Document,
    beneath: &BTreeMap<&str, NodeId>,
    step: StepId,
    nulls: Nulls,
    style: impl Fn(&str) -> Style,
) {
    let present = new.document.get(parent, field);
    let mut above: BTreeMap<String, NodeId> = BTreeMap::new();
    for (key, node) in string_map(&new.document, present) {
        above.insert(key.to_owned(), node);
    }
    let mut keys: Vec<&str> = above.keys().map(String::as_str).chain(beneath.keys().copied()).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut editor = new.document.edit(step);
    if keys.is_empty() {
        if let Some(present) = present {
            editor.remove(parent, present);
        }
        return;
    }
    let map = match present {
        Some(present) if editor.document().kind(present) == Kind::Mapping => present,
        _ => {
            if let Some(present) = present {
                editor.remove(parent, present);
            }
            let map = editor.mapping(Tag::Implicit, Style::Plain);
            editor.insert_text_key(parent, field, map);
            map
        }
    };
    let mut children = Vec::with_capacity(keys.len());
    for key in keys {
        let value = match (above.get(key), beneath.get(key)) {
            (Some(value), before) => {
                if let Some(before) = before.filter(|_| editor.document().keeps_values()) {
                    editor.supersede(*value, old, *before);
                }
                *value
            }
            (None, Some(value)) => editor.graft(old, *value),
            (None, None) => continue,
        };
        let key = editor.scalar(key, Tag::Implicit, Style::Plain);
        editor.set_key(value, key);
        as_string(&mut editor, value, nulls, &style);
        children.push(value);
    }
    editor.arrange(map, &children);
}

/// What a null becomes in a map of Go strings.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nulls {
    /// `~` is the text `~`: labels and annotations.
    AsSpelt,
    /// Nothing: data.
    Empty,
}

/// Makes a value what kustomize makes of it on its way through a map of Go strings: text, or nothing for collections.
fn as_string(editor: &mut Editor<'_>, value: NodeId, nulls: Nulls, style: &impl Fn(&str) -> Style) {
    let document = editor.document();
    let is_text =
        document.kind(value) == Kind::Scalar && (nulls == Nulls::AsSpelt || !document.is_null(value));
    if !is_text {
        editor.set_text(value, "");
    }
    let text = editor.document().text(value);
    let mut wanted = style(text);
    if wanted == Style::Plain && !super::plain_means_string(text) {
        wanted = Style::DoubleQuoted;
    }
    editor.set_tag(value, Tag::Str);
    editor.set_style(value, wanted);
}
