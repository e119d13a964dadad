//! What an object was called before, and lists that few objects have: kept small, since a build holds one of each for
//! every object.

use std::ops::Deref;
use std::sync::Arc;

/// A name that an object had before a step changed it. Group and version are always the current ones.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Former {
    /// Kind, namespace and name, one behind the other.
    text: Box<str>,
    namespace_at: u32,
    name_at: u32,
}

impl Former {
    /// What an object was called; the namespace is the one that counts.
    pub fn new(kind: &str, namespace: &str, name: &str) -> Former {
        let mut text = String::with_capacity(kind.len() + namespace.len() + name.len());
        text.push_str(kind);
        text.push_str(namespace);
        let name_at = text.len() as u32;
        text.push_str(name);
        Former { text: text.into_boxed_str(), namespace_at: kind.len() as u32, name_at }
    }

    /// The kind.
    pub fn kind(&self) -> &str {
        &self.text[..self.namespace_at as usize]
    }

    /// The namespace that counts, as kustomize records it: `default` for none, `_non_namespaceable_` for kinds
    /// without (see [`super::Resource::store_previous_id`]).
    pub fn namespace(&self) -> &str {
        &self.text[self.namespace_at as usize..self.name_at as usize]
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.text[self.name_at as usize..]
    }
}

/// Prefixes or suffixes of a name, innermost first. Objects that were given the same ones may share the list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Affixes(Option<Arc<Vec<String>>>);

impl Affixes {
    /// Puts more behind. `memory` holds what came of the last list, so that objects in a row share it.
    pub fn extend(&mut self, more: &[String], memory: &mut Option<(Affixes, Affixes)>) {
        match memory {
            Some((before, after)) if before.is_same(self) && after.get(before.len()..) == Some(more) => {
                *self = after.clone();
            }
            _ => {
                let after = Affixes(Some(Arc::new([&**self, more].concat())));
                *memory = Some((std::mem::replace(self, after.clone()), after));
            }
        }
    }

    fn is_same(&self, other: &Affixes) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// Drops all.
    pub fn clear(&mut self) {
        self.0 = None;
    }
}

impl From<Vec<String>> for Affixes {
    fn from(list: Vec<String>) -> Affixes {
        Affixes((!list.is_empty()).then(|| Arc::new(list)))
    }
}

impl Deref for Affixes {
    type Target = [String];

    fn deref(&self) -> &[String] {
        self.0.as_ref().map_or(&[], |list| list)
    }
}

/// A list that is nearly always empty.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::box_collection, reason = "so that an empty one takes one word instead of three")]
pub struct Seldom<T>(Option<Box<Vec<T>>>);

impl<T> Seldom<T> {
    /// Adds one at the end.
    pub fn push(&mut self, one: T) {
        self.0.get_or_insert_default().push(one);
    }

    /// Drops all.
    pub fn clear(&mut self) {
        self.0 = None;
    }
}

impl<T> Default for Seldom<T> {
    fn default() -> Seldom<T> {
        Seldom(None)
    }
}

impl<T> FromIterator<T> for Seldom<T> {
    fn from_iter<I: IntoIterator<Item = T>>(all: I) -> Seldom<T> {
        let list: Vec<T> = all.into_iter().collect();
        Seldom((!list.is_empty()).then(|| Box::new(list)))
    }
}

impl<T> Deref for Seldom<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_ref().map_or(&[], |list| list)
    }
}
