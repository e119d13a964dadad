//! Lists that are sets or maps: no item, no key twice.

use std::borrow::Cow;

use super::item::Item;
use super::schema::{ListType, Schema};
use super::telling::Telling;
use super::values::plain;
use crate::validate::Path;
use crate::validate::server::report::shown;

/// Checks the lists within a value.
///
/// Mirrors `ValidateListSetsAndMaps`, `validationListSetAndMaps`, `validateListSetsAndMapsArray`
pub(super) fn check(item: &Item<'_>, schema: &Schema, path: &Path<'_>, telling: &mut Telling<'_, '_>) {
    if !schema.has_lists {
        return;
    }
    match item {
        Item::Map(map) => {
            for (key, value) in map {
                if let Some(property) = schema.property(key) {
                    check(value, property, &Path::Field(path, key), telling);
                }
                if let Some(within) = schema.additional_schema() {
                    check(value, within, &Path::Key(path, key), telling);
                }
            }
        }
        Item::List(items) => {
            match schema.list_type {
                Some(ListType::Set) => check_set(items, path, telling),
                Some(ListType::Map) => check_keys(items, schema, path, telling),
                _ => {}
            }
            if let Some(within) = &schema.items {
                for (index, item) in items.iter().enumerate() {
                    check(item, within, &Path::Index(path, index), telling);
                }
            }
        }
        _ => {}
    }
}

/// Calls for each item that has been there exactly once before.
fn second_ones<T>(items: &[T], same: impl Fn(&T, &T) -> bool, mut found: impl FnMut(usize)) {
    for (index, item) in items.iter().enumerate() {
        if items[..index].iter().filter(|other| same(other, item)).take(2).count() == 1 {
            found(index);
        }
    }
}

/// Up to this many items are compared each with each.
const FEW: usize = 64;

/// Mirrors `validateListSet`
fn check_set(items: &[Item<'_>], path: &Path<'_>, telling: &mut Telling<'_, '_>) {
    let mut tell = |index: usize| {
        let text = shown(&plain(&items[index]));
        telling.server("duplicate", &Path::Index(path, index), format!("{text} is there twice"));
    };
    if items.len() <= FEW {
        second_ones(items, |a, b| a.same(b), tell);
    } else {
        let keys: Vec<String> = items.iter().map(|item| key_of(std::iter::once(Some(item)))).collect();
        repeated(&keys).into_iter().for_each(&mut tell);
    }
}

/// Mirrors `validateListMap`
fn check_keys(items: &[Item<'_>], schema: &Schema, path: &Path<'_>, telling: &mut Telling<'_, '_>) {
    for (index, item) in items.iter().enumerate() {
        if !matches!(item, Item::Map(_) | Item::Null) {
            let message = "must be an object: the list is a map";
            return telling.server("invalid", &Path::Index(path, index), message);
        }
    }
    let keys = &schema.list_map_keys;
    let mut tell = |index: usize| {
        let values = keys.iter().map(|key| {
            let value = items[index].get(key).map_or(Cow::Borrowed("none"), |value| plain(value).into());
            format!("{key} {}", shown(&value))
        });
        let values: Vec<String> = values.collect();
        let message = format!("an item with {} is there twice", values.join(", "));
        telling.server("duplicate", &Path::Index(path, index), message);
    };
    if items.len() <= FEW {
        let same = |a: &Item<'_>, b: &Item<'_>| {
            keys.iter().all(|key| match (a.get(key), b.get(key)) {
                (None, None) => true,
                (Some(a), Some(b)) => a.same(b),
                _ => false,
            })
        };
        second_ones(items, same, tell);
    } else {
        let of = |item: &Item<'_>| key_of(keys.iter().map(|key| item.get(key)));
        let keys: Vec<String> = items.iter().map(of).collect();
        repeated(&keys).into_iter().for_each(&mut tell);
    }
}

fn repeated(keys: &[String]) -> Vec<usize> {
    let mut times = rustc_hash::FxHashMap::default();
    let mut found = Vec::new();
    for (index, key) in keys.iter().enumerate() {
        let count = times.entry(key).or_insert(0u32);
        *count += 1;
        if *count == 2 {
            found.push(index);
        }
    }
    found
}

/// A text that is the same for the same values.
fn key_of<'i>(items: impl Iterator<Item = Option<&'i Item<'i>>>) -> String {
    let mut text = String::new();
    for item in items {
        match item {
            Some(item) => write_key(item, &mut text),
            None => text.push('-'),
        }
        text.push('\u{1}');
    }
    text
}

fn write_key(item: &Item<'_>, text: &mut String) {
    match item {
        Item::Text(value) => {
            text.push('"');
            text.push_str(value);
        }
        Item::List(items) => {
            text.push('[');
            for item in items {
                write_key(item, text);
                text.push('\u{1}');
            }
            text.push(']');
        }
        Item::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            text.push('{');
            for (key, value) in entries {
                text.push_str(key);
                text.push('\u{2}');
                write_key(value, text);
                text.push('\u{1}');
            }
            text.push('}');
        }
        other => text.push_str(&plain(other)),
    }
}
