//! Lists: by Kubernetes' merge keys where it has any; sets without order; everything else by what is equal, then by
//! names, then by position. Never every item with every other.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::change::Verb;
use super::custom::List;
use super::defaults;
use super::path::Path;
use super::walk::{Side, Walk, identical};
use crate::kubernetes::{Form, Type};
use crate::yaml::{Kind, NodeId};

/// Fields of built-in kinds that are lists of texts whose order means nothing, though the server keeps it.
const SETS: [&str; 13] = [
    "accessModes",
    "add",
    "apiGroups",
    "apiVersions",
    "drop",
    "finalizers",
    "nonResourceURLs",
    "operations",
    "policyTypes",
    "resourceNames",
    "resources",
    "scopes",
    "verbs",
];

/// Fields by which items of lists without merge keys are recognised, when all have them and none has them twice.
const NAMES: [&[&str]; 9] = [
    &["name"],
    &["kind", "name"],
    &["host"],
    &["path", "pathType"],
    &["id"],
    &["key"],
    &["port", "protocol"],
    &["topologyKey"],
    &["type"],
];

impl Walk<'_> {
    /// Compares two lists.
    pub(super) fn lists(&mut self, a: NodeId, b: NodeId, of: Option<Type>, path: &Path<'_>) {
        let old: Vec<NodeId> = self.old.document.children(a).collect();
        let new: Vec<NodeId> = self.new.document.children(b).collect();
        let items = of.and_then(Type::items);
        let custom = if of.is_none() { self.custom.and_then(|custom| custom.list(path)) } else { None };
        let keys = match &custom {
            Some(List::Keyed(keys)) => Some(keys.clone()),
            _ => of.and_then(Type::merge_keys).map(|keys| keys.map(|key| (key, None)).collect()),
        };
        if let Some(keys) = keys {
            let by_key = |side: Side<'_>, list: &[NodeId]| -> Option<Vec<String>> {
                list.iter().map(|item| key(side, *item, &keys, items)).collect()
            };
            if let (Some(x), Some(y)) = (by_key(self.old, &old), by_key(self.new, &new))
                && self.keyed((&old, &x), (&new, &y), items, (a, b), path)
            {
                return;
            }
        }
        if self.mode.meaning
            && (custom == Some(List::Set) || of.is_some_and(Type::is_set) || is_set_by_meaning(path, of))
        {
            return self.sets(&old, &new, path);
        }
        self.sequences(&old, &new, items, (a, b), path);
    }

    /// Compares items by their keys; `false` when a key is there twice.
    fn keyed(
        &mut self,
        (old, old_keys): (&[NodeId], &[String]),
        (new, new_keys): (&[NodeId], &[String]),
        items: Option<Type>,
        (a, b): (NodeId, NodeId),
        path: &Path<'_>,
    ) -> bool {
        let mut index: FxHashMap<&str, usize> = FxHashMap::default();
        for (number, key) in old_keys.iter().enumerate() {
            if index.insert(key, number).is_some() {
                return false;
            }
        }
        let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
        for (number, key) in new_keys.iter().enumerate() {
            if seen.insert(key, number).is_some() {
                return false;
            }
        }
        let mut last = None;
        let mut in_order = true;
        let mut taken = Vec::new();
        for (number, item) in new.iter().enumerate() {
            let key = new_keys[number].as_str();
            let mut before = index.get(key).copied();
            if before.is_some() {
                in_order &= before > last;
                last = before;
            } else if self.mode.meaning
                && old_keys.get(number).is_some_and(|old| !seen.contains_key(old.as_str()))
                && old.get(number).is_some_and(|before| {
                    // The only port of a Service is the same one, whatever its number.
                    old.len() == 1 && new.len() == 1 && items.is_some_and(|items| items.is("", "ServicePort"))
                        || is_much_the_same(self.old, *before, self.new, *item)
                })
            {
                // The same item under another key.
                before = Some(number);
                taken.push(number);
            }
            let path = Path::Item(path, before, Some(number), key);
            self.nodes(before.and_then(|before| old.get(before).copied()), Some(*item), items, &path);
        }
        for (number, item) in old.iter().enumerate() {
            let key = old_keys[number].as_str();
            if !seen.contains_key(key) && !taken.contains(&number) {
                self.nodes(Some(*item), None, items, &Path::Item(path, Some(number), None, key));
            }
        }
        if !in_order {
            let names = |keys: &[String]| Some(serde_json::Value::from(keys.to_vec()).to_string());
            self.note(Verb::Reordered, names(old_keys), names(new_keys), Some(a), Some(b), path);
        }
        true
    }

    /// Compares lists of which only the members count.
    fn sets(&mut self, old: &[NodeId], new: &[NodeId], path: &Path<'_>) {
        let member = |side: Side<'_>, node: NodeId| side.json(node);
        let mut left: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (number, node) in old.iter().enumerate().rev() {
            left.entry(member(self.old, *node)).or_default().push(number);
        }
        let mut kept = vec![false; old.len()];
        let mut came = Vec::new();
        for (number, node) in new.iter().enumerate() {
            match left.get_mut(&member(self.new, *node)).and_then(Vec::pop) {
                Some(same) => kept[same] = true,
                None => came.push((number, *node)),
            }
        }
        for (number, node) in came {
            // A member in another's stead.
            let before = old.get(number).copied().filter(|_| !kept[number]);
            if before.is_some() {
                kept[number] = true;
            }
            let verb = if before.is_some() { Verb::Changed } else { Verb::Added };
            let path = Path::Item(path, before.map(|_| number), Some(number), "");
            self.tell(verb, before, Some(node), &path);
        }
        for (number, node) in old.iter().enumerate() {
            if !kept[number] {
                self.tell(Verb::Removed, Some(*node), None, &Path::Item(path, Some(number), None, ""));
            }
        }
    }

    /// Compares lists in which position counts.
    fn sequences(
        &mut self,
        old: &[NodeId],
        new: &[NodeId],
        items: Option<Type>,
        (a, b): (NodeId, NodeId),
        path: &Path<'_>,
    ) {
        let (x, y) = (self.old, self.new);
        let front = old.iter().zip(new).take_while(|(a, b)| self.identical(**a, **b)).count();
        let (old_rest, new_rest) = (&old[front..], &new[front..]);
        let back = old_rest
            .iter()
            .rev()
            .zip(new_rest.iter().rev())
            .take_while(|(a, b)| self.identical(**a, **b))
            .count();
        let (old_rest, new_rest) = (&old_rest[..old_rest.len() - back], &new_rest[..new_rest.len() - back]);
        if old_rest.is_empty() && new_rest.is_empty() {
            return;
        }
        let pairs = pair(x, old_rest, y, new_rest);
        let mut last = None;
        let mut in_order = true;
        let mut kept = vec![false; old_rest.len()];
        for (number, item) in new_rest.iter().enumerate() {
            let before = pairs.of_new[number];
            if let Some(before) = before {
                kept[before] = true;
                in_order &= Some(before) > last;
                last = Some(before);
            }
            let key = pairs.keys.as_ref().map_or("", |keys| keys[number].as_str());
            let path = Path::Item(path, before.map(|before| before + front), Some(number + front), key);
            self.nodes(before.and_then(|before| old_rest.get(before).copied()), Some(*item), items, &path);
            if before.is_none() && items.is_some() {
                // An empty item is an item.
                self.tell_empty(None, Some(*item), items, &path);
            }
        }
        for (number, item) in old_rest.iter().enumerate() {
            if !kept[number] {
                let path = Path::Item(path, Some(number + front), None, "");
                self.nodes(Some(*item), None, items, &path);
                self.tell_empty(Some(*item), None, items, &path);
            }
        }
        if !in_order {
            let (from, to) = (self.old.json(a), self.new.json(b));
            self.note(Verb::Reordered, Some(from), Some(to), Some(a), Some(b), path);
        }
    }

    /// Notes an item that came or went and says nothing, which [`Walk::nodes`] passes over.
    fn tell_empty(&mut self, old: Option<NodeId>, new: Option<NodeId>, items: Option<Type>, path: &Path<'_>) {
        let before = self.changes.len();
        if before > 0 && self.changes[before - 1].steps == path.steps() {
            return;
        }
        let verb = if old.is_some() { Verb::Removed } else { Verb::Added };
        if items.is_some() {
            self.tell(verb, old, new, path);
        }
    }
}

/// Which items belong together.
struct Pairs {
    /// For each new item, its old one.
    of_new: Vec<Option<usize>>,
    /// The names of the new items, when they have names.
    keys: Option<Vec<String>>,
}

fn pair(old_side: Side<'_>, old: &[NodeId], new_side: Side<'_>, new: &[NodeId]) -> Pairs {
    let all_mappings =
        |side: Side<'_>, list: &[NodeId]| list.iter().all(|item| side.document.kind(*item) == Kind::Mapping);
    if all_mappings(old_side, old) && all_mappings(new_side, new) {
        for fields in NAMES {
            let keys: Vec<(&str, Option<&str>)> = fields.iter().map(|field| (*field, None)).collect();
            let names = |side: Side<'_>, list: &[NodeId]| -> Option<Vec<String>> {
                list.iter().map(|item| key(side, *item, &keys, None)).collect()
            };
            let (Some(x), Some(y)) = (names(old_side, old), names(new_side, new)) else { continue };
            let Some(index) = unique(&x) else { continue };
            if unique(&y).is_none() {
                continue;
            }
            let mut of_new: Vec<Option<usize>> =
                y.iter().map(|key| index.get(key.as_str()).copied()).collect();
            for number in 0..of_new.len().min(old.len()) {
                let is_free = of_new[number].is_none() && !of_new.contains(&Some(number));
                if is_free && is_much_the_same(old_side, old[number], new_side, new[number]) {
                    of_new[number] = Some(number);
                }
            }
            if of_new.iter().any(Option::is_some) || fields == ["name"] {
                return Pairs { of_new, keys: Some(y) };
            }
        }
    }
    // Equal ones first, then the rest in order.
    let mut left: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    for (number, node) in old.iter().enumerate().rev() {
        left.entry(old_side.json(*node)).or_default().push(number);
    }
    let mut of_new: Vec<Option<usize>> =
        new.iter().map(|node| left.get_mut(&new_side.json(*node)).and_then(Vec::pop)).collect();
    let mut taken = vec![false; old.len()];
    for number in of_new.iter().flatten() {
        taken[*number] = true;
    }
    let mut free = (0..old.len()).filter(|number| !taken[*number]).collect::<Vec<_>>().into_iter();
    if old.len() == new.len() || all_mappings(old_side, old) {
        for slot in of_new.iter_mut().filter(|slot| slot.is_none()) {
            *slot = free.next();
        }
    }
    Pairs { of_new, keys: None }
}

/// Whether two items agree in half of their fields, or have only one.
fn is_much_the_same(old_side: Side<'_>, old: NodeId, new_side: Side<'_>, new: NodeId) -> bool {
    let (x, y) = (old_side.document, new_side.document);
    if x.kind(old) != Kind::Mapping || y.kind(new) != Kind::Mapping {
        return false;
    }
    let same = x.entries(old).filter(|(key, value)| {
        let other = y.get(new, x.text(*key));
        other.is_some_and(|other| identical(old_side, *value, new_side, other))
    });
    let (same, all) = (same.count(), x.len(old).max(y.len(new)));
    all == 1 || same * 2 >= all
}

fn unique(keys: &[String]) -> Option<FxHashMap<&str, usize>> {
    let mut index = FxHashMap::default();
    for (number, key) in keys.iter().enumerate() {
        if index.insert(key.as_str(), number).is_some() {
            return None;
        }
    }
    Some(index)
}

/// The key of an item: `name=web`, `containerPort=80,protocol=TCP`; `None` when the item lacks it.
fn key(side: Side<'_>, item: NodeId, fields: &[(&str, Option<&str>)], of: Option<Type>) -> Option<String> {
    let mut text = String::new();
    for (field, default) in fields {
        let value: Cow<'_, str> = match (side.get(item, field), default) {
            (Some(node), _) if side.document.kind(node) == Kind::Scalar => side.document.text(node).into(),
            (Some(_), _) => return None,
            (None, Some(default)) => (*default).into(),
            (None, None) => {
                defaults::of(of?, field, side.document, Some(item)).unwrap_or_default().to_owned().into()
            }
        };
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(field);
        text.push('=');
        text.push_str(&value);
    }
    Some(text)
}

/// Whether a list of texts at the end of a path is one of which only the members count.
fn is_set_by_meaning(path: &Path<'_>, of: Option<Type>) -> bool {
    let Path::Field(_, name) = path else { return false };
    of.and_then(Type::items).is_some_and(|items| items.form() == Form::String) && SETS.contains(name)
}
