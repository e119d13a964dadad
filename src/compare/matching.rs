//! Which old object a new one was: by identity, then, for what was renamed, by its name but for a content hash, by equal
//! content, and by content that is mostly the same.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use super::walk::Side;
use crate::kubernetes::Schema;
use crate::validate::Object;
use crate::yaml::{Kind, NodeId};

/// Which objects belong together.
pub(super) struct Matching {
    /// For each new object, its old one.
    pub(super) of_new: Vec<Option<usize>>,
    /// For each new object, whether it was matched under another name.
    pub(super) renamed: Vec<bool>,
    /// Old objects without a new one.
    pub(super) gone: Vec<usize>,
}

/// What makes an object the same one: group, kind, namespace, name. No namespace is `default`, for the server would put
/// the object there.
type Identity<'a> = (&'a str, &'a str, &'a str, &'a str);

/// Groups of objects above this size are not searched for similar ones.
const MOST_SIMILAR: usize = 64;

/// How much of two objects must be the same, in percent, for one to be the other renamed.
const SIMILAR: usize = 75;

/// The namespace that counts: none for kinds that have none, whatever an object says.
pub(super) fn namespace<'a>(object: &Object<'a>) -> &'a str {
    let counts = !matches!(object.namespace, "" | "default")
        && Schema::default().is_namespaced(&object.api_version(), object.kind) != Some(false);
    if counts { object.namespace } else { "" }
}

fn identity<'a>(object: &Object<'a>) -> Identity<'a> {
    (object.group, object.kind, namespace(object), object.name)
}

/// Matches objects. Those that are there twice are matched in order.
pub(super) fn matching(old: &[Object<'_>], new: &[Object<'_>]) -> Matching {
    let mut index: FxHashMap<Identity<'_>, Vec<usize>> = FxHashMap::default();
    for (number, object) in old.iter().enumerate().rev() {
        index.entry(identity(object)).or_default().push(number);
    }
    let mut kept = vec![false; old.len()];
    let mut of_new: Vec<Option<usize>> = new
        .iter()
        .map(|object| {
            let found = index.get_mut(&identity(object)).and_then(Vec::pop)?;
            kept[found] = true;
            Some(found)
        })
        .collect();
    let mut renamed = vec![false; new.len()];
    let gone = |kept: &[bool]| (0..old.len()).filter(|number| !kept[*number]).collect::<Vec<_>>();
    let left = gone(&kept);
    if !left.is_empty() && of_new.iter().any(Option::is_none) {
        for (before, after) in renames(old, &left, new, &of_new) {
            of_new[after] = Some(before);
            renamed[after] = true;
            kept[before] = true;
        }
    }
    let gone = gone(&kept);
    Matching { of_new, renamed, gone }
}

/// Pairs of objects of one kind and namespace under different names.
fn renames(
    old: &[Object<'_>],
    left: &[usize],
    new: &[Object<'_>],
    of_new: &[Option<usize>],
) -> Vec<(usize, usize)> {
    type Group<'a> = (&'a str, &'a str, &'a str);
    let mut groups: FxHashMap<Group<'_>, usize> = FxHashMap::default();
    let mut members: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    for number in left {
        let object = &old[*number];
        let at = *groups.entry((object.group, object.kind, namespace(object))).or_insert_with(|| {
            members.push((Vec::new(), Vec::new()));
            members.len() - 1
        });
        members[at].0.push(*number);
    }
    for (number, object) in new.iter().enumerate().filter(|(number, _)| of_new[*number].is_none()) {
        if let Some(at) = groups.get(&(object.group, object.kind, namespace(object))) {
            members[*at].1.push(number);
        }
    }
    let mut pairs = Vec::new();
    for (before, after) in members {
        if !before.is_empty() && !after.is_empty() {
            pair(old, before, new, after, &mut pairs);
        }
    }
    pairs
}

fn pair(
    old: &[Object<'_>],
    mut before: Vec<usize>,
    new: &[Object<'_>],
    mut after: Vec<usize>,
    pairs: &mut Vec<(usize, usize)>,
) {
    let mut take = |before: &mut Vec<usize>, after: &mut Vec<usize>, found: Vec<(usize, usize)>| {
        before.retain(|number| !found.iter().any(|(taken, _)| taken == number));
        after.retain(|number| !found.iter().any(|(_, taken)| taken == number));
        pairs.extend(found);
    };
    let by_base = unique_pairs(&before, |n| base(old[n].name), &after, |n| base(new[n].name));
    take(&mut before, &mut after, by_base);
    let by_content = unique_pairs(&before, |n| Some(content(&old[n])), &after, |n| Some(content(&new[n])));
    take(&mut before, &mut after, by_content);
    if before.len() > MOST_SIMILAR || after.len() > MOST_SIMILAR {
        return;
    }
    let leaves = |objects: &[Object<'_>], list: &[usize]| -> Vec<Vec<u64>> {
        list.iter().map(|number| leaves(&objects[*number])).collect()
    };
    let (x, y) = (leaves(old, &before), leaves(new, &after));
    let mut ranked = Vec::new();
    for (i, a) in x.iter().enumerate() {
        for (j, b) in y.iter().enumerate() {
            let (same, all) = (shared(a, b), a.len().max(b.len()));
            if all > 0 && same * 100 >= all * SIMILAR {
                ranked.push((std::cmp::Reverse(same * 1000 / all), i, j));
            }
        }
    }
    ranked.sort_unstable();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (_, i, j) in ranked {
        let (a, b) = (before[i], after[j]);
        if !found.iter().any(|(taken_a, taken_b)| *taken_a == a || *taken_b == b) {
            found.push((a, b));
        }
    }
    take(&mut before, &mut after, found);
}

/// Pairs whose key occurs once on either side.
fn unique_pairs<K: Hash + Eq>(
    before: &[usize],
    key_of_old: impl Fn(usize) -> Option<K>,
    after: &[usize],
    key_of_new: impl Fn(usize) -> Option<K>,
) -> Vec<(usize, usize)> {
    let index = |list: &[usize], key: &dyn Fn(usize) -> Option<K>| {
        let mut index: FxHashMap<K, Option<usize>> = FxHashMap::default();
        for number in list {
            if let Some(key) = key(*number) {
                index.entry(key).and_modify(|one| *one = None).or_insert(Some(*number));
            }
        }
        index
    };
    let (x, y) = (index(before, &key_of_old), index(after, &key_of_new));
    let found = before.iter().filter_map(|number| {
        let key = key_of_old(*number)?;
        let before = (*x.get(&key)?)?;
        let after = (*y.get(&key)?)?;
        Some((before, after))
    });
    found.collect()
}

/// A name without the hash of content that kustomize puts behind it.
fn base(name: &str) -> Option<&str> {
    let (base, hash) = name.rsplit_once('-')?;
    let is_hash = hash.len() == 10 && hash.bytes().all(|byte| b"bcdfghkmt2456789".contains(&byte));
    is_hash.then_some(base)
}

/// A hash of everything an object says but for its name.
fn content(object: &Object<'_>) -> u64 {
    let mut hasher = FxHasher::default();
    leaves(object).hash(&mut hasher);
    hasher.finish()
}

/// Hashes of the values of an object, each with the keys that lead to it, sorted; the name is left out.
fn leaves(object: &Object<'_>) -> Vec<u64> {
    let side = Side { document: object.document, dialect: object.dialect };
    let mut list = Vec::new();
    let Some(root) = object.document.try_root() else { return list };
    let mut todo: Vec<(NodeId, u64, usize)> = vec![(root, 0, 0)];
    while let Some((node, above, depth)) = todo.pop() {
        match side.document.kind(node) {
            Kind::Mapping => {
                for (key, value) in side.document.entries(node) {
                    let name = side.document.text(key);
                    let is_name = name == "name" && depth == 1 && above == hash(&(0_u64, "metadata"));
                    if !is_name && !side.document.is_null(value) {
                        todo.push((value, hash(&(above, name)), depth + 1));
                    }
                }
            }
            Kind::Sequence => {
                todo.extend(side.document.children(node).map(|item| (item, hash(&(above, "[]")), depth + 1)));
            }
            Kind::Scalar | Kind::Alias => list.push(hash(&(above, side.document.text(node)))),
        }
    }
    list.sort_unstable();
    list
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// How many members two sorted lists share.
fn shared(a: &[u64], b: &[u64]) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                (i, j, count) = (i + 1, j + 1, count + 1);
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::base;

    #[test]
    fn knows_kustomizes_hashes() {
        assert_eq!(base("app-config-7fk6g2bt4d"), Some("app-config"));
        assert_eq!(base("app-config-7fk6g2bt4a"), None);
        assert_eq!(base("app-config"), None);
    }
}
