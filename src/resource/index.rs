//! Finds objects by id without walking the set: positions chained under the hash of each id that an object has or
//! had. What a hit means (current or former, one or many) is decided in `set.rs`.

use std::hash::Hasher;
use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHasher};

use super::object::{Former, Identity, Resource};
use crate::kubernetes::{Gvk, Scopes};

/// What kustomize takes for the namespace of kinds that have none.
pub(crate) const NOT_A_NAMESPACE: &str = "_non_namespaceable_";

/// The namespace that kustomize takes for none.
pub(crate) const DEFAULT_NAMESPACE: &str = "default";

/// An id taken apart, as it counts when ids are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IdParts<'a> {
    /// Group.
    pub group: &'a str,
    /// Version.
    pub version: &'a str,
    /// Kind.
    pub kind: &'a str,
    /// Name.
    pub name: &'a str,
    /// Effective namespace: `NOT_A_NAMESPACE` for kinds without one, `default` for none.
    pub namespace: &'a str,
}

impl<'a> IdParts<'a> {
    /// The id that an object has now.
    pub fn current(resource: &'a Resource, scopes: &dyn Scopes) -> IdParts<'a> {
        IdParts::current_remembering(resource, &mut ScopeMemory::new(scopes)).0
    }

    /// The id that an object has now, and its namespace as it is written.
    pub(crate) fn current_remembering(
        resource: &'a Resource,
        memory: &mut ScopeMemory<'a, '_>,
    ) -> (IdParts<'a>, &'a str) {
        let Identity { api_version, kind, name, namespace: written } = resource.identity();
        let (group, version) = Gvk::split_api_version(api_version);
        let namespace =
            if memory.is_cluster_scoped(api_version, kind) { NOT_A_NAMESPACE } else { or_default(written) };
        (IdParts { group, version, kind, name, namespace }, written)
    }

    /// The ids that an object had. kustomize does not ask for the scope of a former kind: what was recorded counts.
    pub fn former(resource: &'a Resource) -> impl Iterator<Item = IdParts<'a>> {
        let (group, version) = Gvk::split_api_version(resource.api_version());
        resource.former.iter().map(move |former| IdParts {
            group,
            version,
            kind: &former.kind,
            name: &former.name,
            namespace: or_default(&former.namespace),
        })
    }

    /// The id as one that the object had.
    pub(crate) fn to_former(self) -> Former {
        Former {
            name: self.name.to_owned(),
            namespace: self.namespace.to_owned(),
            kind: self.kind.to_owned(),
        }
    }

    /// Whether the kind has no namespaces.
    pub fn is_cluster_scoped(&self) -> bool {
        self.namespace == NOT_A_NAMESPACE
    }

    /// Whether the object stands in the namespace that is taken for none.
    pub fn is_in_default_namespace(&self) -> bool {
        self.namespace == DEFAULT_NAMESPACE
    }

    /// A hash; equal ids have equal ones.
    pub(crate) fn hash(&self) -> u64 {
        let mut hasher = FxHasher::default();
        for part in [self.group, self.version, self.kind, self.name, self.namespace] {
            hasher.write(part.as_bytes());
            hasher.write_u8(0xff);
        }
        hasher.finish()
    }
}

/// Remembers which of the kinds seen last are cluster-scoped: most sets have few.
pub(crate) struct ScopeMemory<'a, 's> {
    scopes: &'s dyn Scopes,
    seen: Vec<(&'a str, &'a str, bool)>,
}

impl<'a, 's> ScopeMemory<'a, 's> {
    const MOST: usize = 16;

    pub(crate) fn new(scopes: &'s dyn Scopes) -> ScopeMemory<'a, 's> {
        ScopeMemory { scopes, seen: Vec::new() }
    }

    fn is_cluster_scoped(&mut self, api_version: &'a str, kind: &'a str) -> bool {
        if let Some(known) = self.seen.iter().find(|seen| seen.1 == kind && seen.0 == api_version) {
            return known.2;
        }
        let answer = self.scopes.is_cluster_scoped(api_version, kind);
        if self.seen.len() < ScopeMemory::MOST {
            self.seen.push((api_version, kind, answer));
        }
        answer
    }
}

pub(super) fn or_default(namespace: &str) -> &str {
    if namespace.is_empty() { DEFAULT_NAMESPACE } else { namespace }
}

const END: u32 = u32::MAX;

/// Positions in a set by the hash of every id that the object there has or had. Hits are candidates: compare them.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    chains: FxHashMap<u64, (u32, u32)>,
    links: Vec<(u32, u32)>,
    /// No two objects have the same id now.
    unique: OnceLock<()>,
}

impl Index {
    /// An empty index with room for this many objects.
    pub(super) fn with_capacity(objects: usize) -> Index {
        let mut index = Index::default();
        index.chains.reserve(objects * 2);
        index.links.reserve(objects * 2);
        index
    }

    pub(super) fn build(list: &[Resource], scopes: &dyn Scopes) -> Index {
        let mut index = Index::with_capacity(list.len());
        let mut memory = ScopeMemory::new(scopes);
        for (position, resource) in list.iter().enumerate() {
            index.add(position, resource, &IdParts::current_remembering(resource, &mut memory).0);
        }
        index
    }

    pub(super) fn is_unique(&self) -> bool {
        self.unique.get().is_some()
    }

    /// Notes that no two objects have the same id now; who adds one later has looked.
    pub(super) fn set_unique(&self) {
        let _ = self.unique.set(());
    }

    /// Enters one more object with its present id; positions must rise from call to call.
    pub(super) fn add(&mut self, position: usize, resource: &Resource, current: &IdParts<'_>) {
        if resource.is_nothing() {
            return;
        }
        self.link(current.hash(), position as u32);
        for id in IdParts::former(resource) {
            self.link(id.hash(), position as u32);
        }
    }

    fn link(&mut self, hash: u64, position: u32) {
        let new = self.links.len() as u32;
        match self.chains.get_mut(&hash) {
            Some((_, last)) => {
                let Some(end) = self.links.get_mut(*last as usize) else { return };
                if end.0 == position {
                    return;
                }
                end.1 = new;
                *last = new;
            }
            None => {
                self.chains.insert(hash, (new, new));
            }
        }
        self.links.push((position, END));
    }

    /// Positions that may hold this id, rising.
    pub(super) fn candidates(&self, id: &IdParts<'_>) -> impl Iterator<Item = usize> + '_ {
        let mut next = self.chains.get(&id.hash()).map_or(END, |(first, _)| *first);
        std::iter::from_fn(move || {
            let (position, following) = *self.links.get(next as usize)?;
            next = following;
            Some(position as usize)
        })
    }
}
