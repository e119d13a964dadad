//! All objects that are checked together, indexed: by kind, namespace and name, and the pods of workloads. Built once;
//! rules look partners up here instead of searching.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::Object;
use super::pod::Pod;

/// Who an object is to those that refer to it. The version does not matter; namespace `default` and none are the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Key<'a> {
    group: &'a str,
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
}

/// The objects, indexed.
#[derive(Debug)]
pub struct Set<'a> {
    objects: &'a [Object<'a>],
    /// One for each object.
    pods: Vec<Option<Box<Pod<'a>>>>,
    by_name: FxHashMap<Key<'a>, u32>,
}

/// A namespace as it is compared: objects without one go to `default`.
pub(super) fn namespace(written: &str) -> &str {
    if written == "default" { "" } else { written }
}

impl<'a> Set<'a> {
    /// Indexes the objects.
    pub fn new(objects: &'a [Object<'a>]) -> Set<'a> {
        let pods = objects
            .par_iter()
            .enumerate()
            .map(|(number, object)| Pod::of(object, number).map(Box::new))
            .collect();
        let mut by_name = FxHashMap::with_capacity_and_hasher(objects.len(), rustc_hash::FxBuildHasher);
        for (number, object) in objects.iter().enumerate() {
            let key = Key {
                group: object.group,
                kind: object.kind,
                namespace: namespace(object.namespace),
                name: object.name,
            };
            by_name.entry(key).or_insert(number as u32);
        }
        Set { objects, pods, by_name }
    }

    /// All objects, in their order.
    pub fn objects(&self) -> &'a [Object<'a>] {
        self.objects
    }

    /// The pod of an object, when it has one.
    pub fn pod(&self, number: usize) -> Option<&Pod<'a>> {
        self.pods.get(number)?.as_deref()
    }

    /// All pods, in the order of their objects.
    pub fn pods(&self) -> impl Iterator<Item = &Pod<'a>> {
        self.pods.iter().filter_map(Option::as_deref)
    }

    /// The number of the object of this group, kind, namespace and name (the namespace is empty for cluster-wide kinds).
    pub fn number(&self, group: &str, kind: &str, in_namespace: &str, name: &str) -> Option<usize> {
        let key = Key { group, kind, namespace: namespace(in_namespace), name };
        self.by_name.get(&key).map(|number| *number as usize)
    }

    /// The object of this group, kind, namespace and name.
    pub fn find(&self, group: &str, kind: &str, namespace: &str, name: &str) -> Option<&'a Object<'a>> {
        self.number(group, kind, namespace, name).map(|number| &self.objects[number])
    }
}
