//! The steps that kustomize takes with a keyed list, one by one, for lists that follow no rule: items without keys,
//! repeated ones, several keys of which items give some. What looks odd here is what kustomize does.

use std::borrow::Cow;

use crate::diagnostic::{Diagnostic, Result};
use crate::yaml::{Document, Kind, NodeId};

/// Values of the merge keys of one item; empty where it gives none.
pub(super) type Values = Vec<String>;

/// Null, or an empty mapping: no item at all.
pub(super) fn is_nothing(document: &Document, item: NodeId) -> bool {
    document.is_null(item) || document.kind(item) == Kind::Mapping && document.is_empty(item)
}

/// The distinct key values of all items, list by list.
pub(super) fn values(lists: &[(&Document, &Vec<NodeId>)], keys: &[Cow<'static, str>]) -> Vec<Values> {
    let all = lists.iter().flat_map(|(document, items)| {
        items.iter().map(|item| keys.iter().map(|key| key_value(document, *item, key)).collect::<Values>())
    });
    distinct(all)
}

/// The distinct texts of all items, list by list.
pub(super) fn values_of_scalars(lists: &[(&Document, &Vec<NodeId>)]) -> Vec<Values> {
    distinct(
        lists
            .iter()
            .flat_map(|(document, items)| items.iter().map(|item| vec![document.text(*item).to_owned()])),
    )
}

fn distinct(all: impl Iterator<Item = Values>) -> Vec<Values> {
    let mut seen = rustc_hash::FxHashSet::default();
    all.filter(|values| seen.insert(values.clone())).collect()
}

fn key_value(document: &Document, item: NodeId, key: &str) -> String {
    match document.get(item, key) {
        Some(value) if !document.is_null(value) => document.text(value).to_owned(),
        _ => String::new(),
    }
}

/// Values that agree where both give one, and agree somewhere, become one another's.
pub(super) fn merge_values(list: &mut [Values]) {
    for i in 0..list.len() {
        let ours = list[i].clone();
        for j in 0..list.len() {
            if let Some(both) = agree(&ours, &list[j]) {
                list[i].clone_from(&both);
                list[j] = both;
            }
        }
    }
}

fn agree(ours: &Values, theirs: &Values) -> Option<Values> {
    let mut shared = false;
    let mut both = Vec::with_capacity(ours.len());
    for (a, b) in ours.iter().zip(theirs) {
        shared |= a == b;
        if a != b && !a.is_empty() && !b.is_empty() {
            return None;
        }
        both.push(if a.is_empty() { b.clone() } else { a.clone() });
    }
    shared.then_some(both)
}

/// The keys that any item gives, with their positions; all of them when none gives any.
pub(super) fn valid_keys(values: &[Values], keys: &[Cow<'static, str>]) -> Vec<(usize, Cow<'static, str>)> {
    let given = |at: usize| values.iter().any(|each| each.get(at).is_some_and(|value| !value.is_empty()));
    let all = || keys.iter().cloned().enumerate();
    let valid: Vec<_> = all().filter(|(at, _)| given(*at)).collect();
    if valid.is_empty() { all().collect() } else { valid }
}

/// The first item that has these values, as far as they are given; with none given, the first that has them empty.
pub(super) fn find(
    document: &Document,
    items: &[NodeId],
    keys: &[Cow<'static, str>],
    values: &Values,
) -> Option<NodeId> {
    let none_given = values.iter().all(String::is_empty);
    let wanted = keys.iter().zip(values).filter(|(_, value)| none_given || !value.is_empty());
    match wanted.clone().next() {
        None => items.iter().copied().find(|item| document.text(*item).is_empty()),
        Some((key, value)) if key.is_empty() => {
            items.iter().copied().find(|item| document.text(*item) == value.as_str())
        }
        Some(_) => items.iter().copied().find(|item| {
            !document.is_null(*item)
                && document.kind(*item) == Kind::Mapping
                && wanted.clone().all(|(key, value)| {
                    document.get(*item, key).is_some_and(|found| document.text(found) == value.as_str())
                })
        }),
    }
}

/// Whether an item has a key with this value (any, when it is empty); without a key, whether it is this text.
fn has(document: &Document, item: NodeId, key: &str, value: &str) -> Result<bool> {
    if key.is_empty() {
        if document.kind(item) != Kind::Scalar {
            return misfit(document, item, "a scalar");
        }
        return Ok(document.text(item) == value);
    }
    if document.kind(item) != Kind::Mapping {
        return misfit(document, item, "a mapping");
    }
    Ok(document.get(item, key).is_some_and(|found| value.is_empty() || document.text(found) == value))
}

fn misfit<T>(document: &Document, item: NodeId, wanted: &str) -> Result<T> {
    Diagnostic::error("patch-item-mismatch", format!("an item of a merged list is not {wanted}"))
        .at(document.place(item), "this item")
        .fail()
}

/// Puts an element in the place of every item with these values, or behind all; without an element, removes them.
/// Items that are nothing go, and without any value all go.
pub(super) fn set(
    document: &Document,
    items: &mut Vec<NodeId>,
    element: Option<NodeId>,
    keys: &[Cow<'static, str>],
    values: &[String],
) -> Result<()> {
    let for_mappings = keys.first().is_some_and(|key| !key.is_empty())
        && values.first().is_some_and(|value| !value.is_empty());
    let mut left = Vec::with_capacity(items.len() + 1);
    let mut is_set = false;
    for item in items.iter().copied() {
        if is_nothing(document, item) {
            continue;
        }
        if for_mappings && document.kind(item) != Kind::Mapping {
            left.push(item);
            continue;
        }
        let mut found = false;
        for (at, key) in keys.iter().enumerate() {
            // A key without a value takes over what the key before it found.
            if let Some(value) = values.get(at) {
                found = has(document, item, key, value)?;
            }
            if !found {
                break;
            }
        }
        if found {
            is_set = true;
            left.extend(element);
        } else if !values.is_empty() {
            left.push(item);
        }
    }
    *items = left;
    if let Some(element) = element
        && !is_set
        && !document.is_null(element)
    {
        items.push(element);
    }
    Ok(())
}

/// Puts the target's items into the merged list.
pub(super) fn append(
    document: &Document,
    mut merged: Vec<NodeId>,
    items: &[NodeId],
    keys: &[Cow<'static, str>],
) -> Result<Vec<NodeId>> {
    for item in items.iter().copied() {
        if keys.first().is_none_or(|key| key.is_empty()) {
            set(document, &mut merged, Some(item), &["".into()], &[document.text(item).to_owned()])?;
            continue;
        }
        let mut values = Vec::with_capacity(keys.len());
        for key in keys {
            if document.is_null(item) {
                merged.push(item);
                continue;
            }
            if document.kind(item) != Kind::Mapping {
                return misfit(document, item, "a mapping");
            }
            match document.get(item, key) {
                Some(value) => values.push(document.text(value).to_owned()),
                None => merged.push(item),
            }
        }
        if keys.len() > 1 {
            set(document, &mut merged, None, keys, &values)?;
        }
        set(document, &mut merged, Some(item), keys, &values)?;
    }
    Ok(merged)
}
