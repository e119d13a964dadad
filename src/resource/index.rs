//! Finds objects by id without walking the set: positions chained under the hash of each id that an object has or
//! had. What a hit means (current or former, one or many) is decided in `set.rs`.

use std::hash::Hasher;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHasher};

use super::former::Former;
use super::identity::Identity;
use super::object::Resource;
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
        let Identity { api_version, kind, name, namespace } = resource.identity();
        let (group, version) = Gvk::split_api_version(api_version);
        let cluster_scoped = scopes.is_cluster_scoped(api_version, kind);
        let namespace = if cluster_scoped { NOT_A_NAMESPACE } else { or_default(namespace) };
        IdParts { group, version, kind, name, namespace }
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

    /// The id that an object has now, asked for in a row of objects.
    pub(crate) fn current_in_row(
        resource: &'a Resource,
        scopes: &dyn Scopes,
        kinds: &mut KindScopes,
    ) -> IdParts<'a> {
        let Identity { api_version, kind, name, namespace } = resource.identity();
        let (group, version) = Gvk::split_api_version(api_version);
        let cluster_scoped = kinds.is_cluster_scoped(scopes, api_version, kind);
        let namespace = if cluster_scoped { NOT_A_NAMESPACE } else { or_default(namespace) };
        IdParts { group, version, kind, name, namespace }
    }

    /// The ids that an object had. kustomize does not ask for the scope of a former kind: what was recorded counts.
    pub fn former(resource: &'a Resource) -> impl Iterator<Item = IdParts<'a>> {
        let (group, version) = Gvk::split_api_version(resource.api_version());
        resource.former.iter().map(move |former| IdParts {
            group,
            version,
            kind: former.kind(),
            name: former.name(),
            namespace: or_default(former.namespace()),
        })
    }

    /// The id as one that the object had.
    pub(crate) fn to_former(self) -> Former {
        Former::new(self.kind, self.namespace, self.name)
    }

    /// Whether the kind has no namespaces.
    pub fn is_cluster_scoped(&self) -> bool {
        self.namespace == NOT_A_NAMESPACE
    }

    /// Whether the object stands in the namespace that is taken for none.
    pub fn is_in_default_namespace(&self) -> bool {
        self.namespace == DEFAULT_NAMESPACE
    }

    /// A hash, never 0; equal ids have equal ones.
    pub(crate) fn hash(&self) -> u64 {
        self.hashes().0
    }

    /// [`IdParts::hash`], and that of the id without its namespace.
    fn hashes(&self) -> (u64, u64) {
        let mut hasher = FxHasher::default();
        for part in [self.group, self.version, self.kind, self.name] {
            hasher.write(part.as_bytes());
            hasher.write_u8(0xff);
        }
        let named = hasher.finish().max(1);
        hasher.write(self.namespace.as_bytes());
        (hasher.finish().max(1), named)
    }
}

/// As [`ScopeMemory`], kept from object to object: owns what it remembers.
#[derive(Debug, Default)]
pub(crate) struct KindScopes {
    seen: Vec<(String, String, bool)>,
}

impl KindScopes {
    /// Whether a kind has no namespaces.
    pub(crate) fn is_cluster_scoped(&mut self, scopes: &dyn Scopes, api_version: &str, kind: &str) -> bool {
        if let Some(known) = self.seen.iter().find(|seen| seen.1 == kind && seen.0 == api_version) {
            return known.2;
        }
        let answer = scopes.is_cluster_scoped(api_version, kind);
        if self.seen.len() < ScopeMemory::MOST {
            self.seen.push((api_version.to_owned(), kind.to_owned(), answer));
        }
        answer
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

/// What stands for an object of which nothing is left: no id has this hash.
const NOTHING: u64 = 0;

/// From how many objects on it pays to hash ids side by side.
const SIDE_BY_SIDE: usize = 1024;

/// So many look-ups go through all hashes before a table is made of them: most builds ask for a few ids only.
const FEW: u32 = 16;

/// What is noted of the id that an object has now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdHashes {
    current: u64,
    named: u64,
    is_odd: bool,
}

impl IdHashes {
    /// Of an object with this id.
    pub(crate) fn of(resource: &Resource, id: &IdParts<'_>) -> IdHashes {
        if resource.is_nothing() {
            return IdHashes { current: NOTHING, named: NOTHING, is_odd: true };
        }
        let (current, named) = id.hashes();
        // What looks well at first sight is well; a null kind is not.
        let is_odd = id.kind.is_empty() || id.name.is_empty() || id.kind.starts_with(['~', 'n', 'N']);
        IdHashes { current, named, is_odd }
    }
}

/// Every id that an object of a set has or had, as a hash. Hits are candidates: compare them.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// By position: the id that the object has now.
    current: Vec<u64>,
    /// By position: the same without the namespace.
    named: Vec<u64>,
    /// The kind or name of some object needs a closer look.
    some_are_odd: bool,
    /// Ids that objects had, with the position; positions rise. Only look-ups ask for them.
    former: OnceLock<Vec<(u64, u32)>>,
    chains: OnceLock<Chains>,
    lookups: AtomicU32,
    /// No two objects have the same id now.
    unique: OnceLock<()>,
}

impl Clone for Index {
    fn clone(&self) -> Index {
        Index {
            current: self.current.clone(),
            named: self.named.clone(),
            some_are_odd: self.some_are_odd,
            former: self.former.clone(),
            chains: self.chains.clone(),
            lookups: AtomicU32::new(self.lookups.load(Ordering::Relaxed)),
            unique: self.unique.clone(),
        }
    }
}

impl Index {
    pub(super) fn build(list: &[Resource], scopes: &dyn Scopes) -> Index {
        let hashes = |part: &[Resource]| -> Vec<IdHashes> {
            let mut kinds = KindScopes::default();
            let mut hashes =
                |resource| IdHashes::of(resource, &IdParts::current_in_row(resource, scopes, &mut kinds));
            part.iter().map(&mut hashes).collect()
        };
        if list.len() <= SIDE_BY_SIDE {
            return Index::of(&hashes(list));
        }
        let parts: Vec<_> = list.par_chunks(SIDE_BY_SIDE).map(hashes).collect();
        Index::of(&parts.concat())
    }

    /// The index of objects whose present ids are known.
    pub(super) fn of(ids: &[IdHashes]) -> Index {
        Index {
            current: ids.iter().map(|id| id.current).collect(),
            named: ids.iter().map(|id| id.named).collect(),
            some_are_odd: ids.iter().any(|id| id.is_odd),
            ..Index::default()
        }
    }

    /// Whether every object surely has a kind and a name.
    pub(super) fn all_are_named(&self) -> bool {
        !self.some_are_odd
    }

    /// The ids that objects had.
    fn former(&self, list: &[Resource]) -> &[(u64, u32)] {
        self.former.get_or_init(|| {
            let hashes = |(number, part): (usize, &[Resource])| -> Vec<(u64, u32)> {
                let positions = (number * SIDE_BY_SIDE) as u32..;
                positions.zip(part).flat_map(|(at, resource)| former_hashes(at, resource)).collect()
            };
            if list.len() <= SIDE_BY_SIDE {
                return hashes((0, list));
            }
            let parts = list.par_chunks(SIDE_BY_SIDE).enumerate().map(hashes);
            parts.collect::<Vec<_>>().concat()
        })
    }

    pub(super) fn is_unique(&self) -> bool {
        self.unique.get().is_some()
    }

    /// Notes that no two objects have the same id now; who adds one later has looked.
    pub(super) fn set_unique(&self) {
        let _ = self.unique.set(());
    }

    /// Whether no two objects can have the same id now. Where something is left of every object only.
    pub(super) fn hashes_are_unique(&self) -> bool {
        all_differ(&self.current)
    }

    /// As [`Index::hashes_are_unique`], of group, version, kind and name alone.
    pub(super) fn names_are_unique(&self) -> bool {
        all_differ(&self.named)
    }

    /// Enters one more object with its present id; positions must rise from call to call.
    pub(super) fn add(&mut self, position: usize, resource: &Resource, current: &IdParts<'_>) {
        let IdHashes { current: hash, named, is_odd } = IdHashes::of(resource, current);
        self.current.push(hash);
        self.named.push(named);
        self.some_are_odd |= is_odd;
        if hash == NOTHING {
            return;
        }
        let position = position as u32;
        if let Some(former) = self.former.get_mut() {
            former.extend(former_hashes(position, resource));
        }
        if let Some(chains) = self.chains.get_mut() {
            chains.link(hash, position);
            former_hashes(position, resource).for_each(|(hash, position)| chains.link(hash, position));
        }
    }

    /// Positions in the list that may hold this id, rising.
    pub(super) fn candidates(&self, id: &IdParts<'_>, list: &[Resource]) -> Vec<usize> {
        let hash = id.hash();
        if self.chains.get().is_none() && self.lookups.fetch_add(1, Ordering::Relaxed) < FEW {
            let current = (0..).zip(&self.current).filter(|(_, other)| **other == hash).map(|(at, _)| at);
            let former = self.former(list).iter().filter(|(other, _)| *other == hash);
            let mut found: Vec<usize> = current.chain(former.map(|(_, at)| *at as usize)).collect();
            found.sort_unstable();
            found.dedup();
            return found;
        }
        self.chains.get_or_init(|| Chains::of(&self.current, self.former(list))).positions(hash)
    }
}

/// Whether hashes differ from each other and from [`NOTHING`].
fn all_differ(hashes: &[u64]) -> bool {
    let slots = (hashes.len() * 2).next_power_of_two().max(2);
    let shift = u64::BITS - slots.trailing_zeros();
    let mut table = vec![NOTHING; slots];
    hashes.iter().all(|hash| {
        let mut slot = (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> shift) as usize;
        while table[slot] != NOTHING && table[slot] != *hash {
            slot = (slot + 1) & (slots - 1);
        }
        std::mem::replace(&mut table[slot], *hash) != *hash && *hash != NOTHING
    })
}

/// The ids that an object had; none when nothing is left of it.
fn former_hashes(position: u32, resource: &Resource) -> impl Iterator<Item = (u64, u32)> + '_ {
    let ids = (!resource.is_nothing()).then(|| IdParts::former(resource));
    ids.into_iter().flatten().map(move |id| (id.hash(), position))
}

/// Positions chained under each hash.
#[derive(Clone, Debug, Default)]
struct Chains {
    ends: FxHashMap<u64, (u32, u32)>,
    links: Vec<(u32, u32)>,
}

impl Chains {
    fn of(current: &[u64], former: &[(u64, u32)]) -> Chains {
        let mut chains = Chains::default();
        chains.ends.reserve(current.len() + former.len());
        chains.links.reserve(current.len() + former.len());
        let mut former = former.iter().peekable();
        for (position, hash) in (0u32..).zip(current) {
            if *hash != NOTHING {
                chains.link(*hash, position);
            }
            while let Some((hash, _)) = former.next_if(|(_, at)| *at == position) {
                chains.link(*hash, position);
            }
        }
        chains
    }

    fn link(&mut self, hash: u64, position: u32) {
        let new = self.links.len() as u32;
        match self.ends.get_mut(&hash) {
            Some((_, last)) => {
                let Some(end) = self.links.get_mut(*last as usize) else { return };
                if end.0 == position {
                    return;
                }
                end.1 = new;
                *last = new;
            }
            None => {
                self.ends.insert(hash, (new, new));
            }
        }
        self.links.push((position, END));
    }

    /// Positions under a hash, rising.
    fn positions(&self, hash: u64) -> Vec<usize> {
        let mut found = Vec::new();
        let mut next = self.ends.get(&hash).map_or(END, |(first, _)| *first);
        while let Some((position, following)) = self.links.get(next as usize) {
            found.push(*position as usize);
            next = *following;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::all_differ;

    #[test]
    fn finds_hashes_that_stand_twice() {
        let many: Vec<u64> = (1..=1000u64).map(|n| n << 40 | n).collect();
        assert!(all_differ(&[]) && all_differ(&[7]) && all_differ(&many));
        assert!(!all_differ(&[many.as_slice(), &[many[9]]].concat()) && !all_differ(&[3, 0, 5]));
    }
}
