//! Which object a reference means: the objects that had a name, by hash, and kustomize's sieves in its order.
//!
//! Rules. Only an object that had another name before can be meant. It must have had the name that the reference
//! says, once have been of the kind that the field spec names (and, in a `roleRef`, of the kind that stands there),
//! and stand in the referrer's namespace; objects without namespace, and service accounts that a RoleBinding's
//! subjects reach, may stand anywhere, and an object without namespace may name any. If several are left, prefixes and
//! suffixes must end alike where both have any; if still several, also where one has none. If still several, they
//! must now have the same name (and namespace, where that is written too); the first is taken.

use std::hash::Hasher;
use std::sync::OnceLock;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::SIDE_BY_SIDE;
use crate::kubernetes::Gvk;
use crate::resource::{Former, IdParts, Resource, ScopeMemory};

/// What counts of an object when references are looked up, read once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a> {
    pub(super) resource: &'a Resource,
    pub(super) id: IdParts<'a>,
    /// The namespace as written.
    pub(super) namespace: &'a str,
    pub(super) cluster_scoped: bool,
    /// Kind of the original id.
    pub(super) original_kind: &'a str,
    /// It was of more than one kind.
    kind_changed: bool,
}

impl<'a> Facts<'a> {
    pub(super) fn of(resource: &'a Resource, memory: &mut ScopeMemory<'a, '_>) -> Facts<'a> {
        let (id, namespace) = IdParts::current_remembering(resource, memory);
        let first = resource.former.first().map_or(id.kind, Former::kind);
        // Of two texts that say the same, the one that many objects share is near at hand.
        let original_kind = if first == id.kind { id.kind } else { first };
        let kind_changed = resource.former.iter().any(|other| other.kind() != first);
        Facts { resource, id, namespace, cluster_scoped: id.is_cluster_scoped(), original_kind, kind_changed }
    }

    /// Namespace of the original id, as it counts.
    fn original_namespace(&self) -> &'a str {
        IdParts::former(self.resource).next().map_or(self.id.namespace, |id| id.namespace)
    }

    /// The namespace as written; `/` for objects without.
    fn scope(&self) -> &'a str {
        if self.cluster_scoped { "/" } else { self.namespace }
    }

    fn had_name(&self, name: &str) -> bool {
        self.resource.former.iter().any(|former| former.name() == name)
    }

    fn was_of(&self, gvk: &Gvk) -> bool {
        self.resource.former.iter().any(|former| gvk.selects(self.id.group, self.id.version, former.kind()))
    }
}

/// What a reference says and where it stands.
pub(super) struct Wanted<'a, 'b> {
    pub(super) name: &'b str,
    pub(super) referral: &'b Gvk,
    pub(super) role_ref: Option<&'b Gvk>,
    pub(super) referrer: &'b Facts<'a>,
    /// Namespaces of service accounts in the subjects of a RoleBinding.
    pub(super) subjects: &'b [String],
    /// The `namespace` beside the name.
    pub(super) namespace: Option<&'b str>,
}

/// What the sieves leave.
pub(super) enum Found {
    /// Nothing to do.
    None,
    /// This one is meant.
    One(u32),
    /// Any of these could be meant.
    Several(Vec<u32>),
}

/// Objects that had a name, by that name.
pub(super) struct Candidates<'a, 'f> {
    facts: &'f [Facts<'a>],
    by_name: Chains,
    by_namespace: OnceLock<Chains>,
    by_ending: OnceLock<Chains>,
    original_namespaces: OnceLock<FxHashSet<u64>>,
    /// Some object was of more than one kind.
    kinds_changed: bool,
}

/// From how many objects of one former name and kind on the narrower indexes are asked.
const MANY: u32 = 16;

#[derive(Default)]
struct Chains {
    chains: FxHashMap<u64, Chain>,
    links: Vec<(u32, u32)>,
}

#[derive(Clone, Copy)]
struct Chain {
    first: u32,
    last: u32,
    count: u32,
}

const END: u32 = u32::MAX;

impl Chains {
    fn link(&mut self, hash: u64, position: u32) {
        let new = self.links.len() as u32;
        match self.chains.get_mut(&hash) {
            Some(chain) => {
                let Some(end) = self.links.get_mut(chain.last as usize) else { return };
                if end.0 == position {
                    return;
                }
                end.1 = new;
                chain.last = new;
                chain.count += 1;
            }
            None => {
                self.chains.insert(hash, Chain { first: new, last: new, count: 1 });
            }
        }
        self.links.push((position, END));
    }

    fn count(&self, hash: u64) -> u32 {
        self.chains.get(&hash).map_or(0, |chain| chain.count)
    }

    fn iter(&self, hash: u64) -> impl Iterator<Item = u32> + '_ {
        let mut next = self.chains.get(&hash).map_or(END, |chain| chain.first);
        std::iter::from_fn(move || {
            let (position, following) = *self.links.get(next as usize)?;
            next = following;
            Some(position)
        })
    }

    fn collect(&self, hash: u64, into: &mut Vec<u32>) {
        into.extend(self.iter(hash));
    }

    /// Objects by former name, former kind, and the ends of their prefixes and suffixes: each end as an end, the whole
    /// list as a whole, and any.
    fn by_ending(facts: &[Facts<'_>]) -> Chains {
        let mut chains = Chains::default();
        for (position, facts) in (0u32..).zip(facts) {
            let (prefixes, suffixes) = (&facts.resource.prefixes, &facts.resource.suffixes);
            for_each_key(facts, |name, kind| {
                for prefix in keys_of(prefixes) {
                    for suffix in keys_of(suffixes) {
                        chains.link(hash(&[name, kind]) ^ mix(prefix, suffix), position);
                    }
                }
            });
        }
        chains
    }

    /// Calls for objects whose prefixes and suffixes may be alike to the referrer's, until told to stop.
    fn for_each_like(&self, wanted: &Wanted<'_, '_>, allow_empty: bool, mut call: impl FnMut(u32) -> bool) {
        let referrer = wanted.referrer.resource;
        let prefixes = keys_like(&referrer.prefixes, allow_empty);
        let suffixes = keys_like(&referrer.suffixes, allow_empty);
        for prefix in &prefixes {
            for suffix in &suffixes {
                let key = hash(&[wanted.name, &wanted.referral.kind]) ^ mix(*prefix, *suffix);
                for position in self.iter(key) {
                    if !call(position) {
                        return;
                    }
                }
            }
        }
    }
}

const ANY: u64 = 1;

fn hash_list(tag: &str, list: &[String]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(tag.as_bytes());
    for part in list {
        hasher.write(part.as_bytes());
        hasher.write_u8(0xff);
    }
    hasher.finish()
}

fn mix(prefix: u64, suffix: u64) -> u64 {
    prefix.rotate_left(17) ^ suffix.rotate_left(41).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The keys under which a list of prefixes or suffixes is found.
fn keys_of(list: &[String]) -> Vec<u64> {
    let ends = (0..list.len()).filter_map(|start| list.get(start..)).map(|end| hash_list("end", end));
    ends.chain([ANY, hash_list("whole", list)]).collect()
}

/// The keys of the lists that are alike to this one: those that end in it, and those that are an end of it.
fn keys_like(list: &[String], allow_empty: bool) -> Vec<u64> {
    if list.is_empty() {
        return if allow_empty { vec![ANY] } else { vec![hash_list("whole", list)] };
    }
    let mut keys = vec![hash_list("end", list)];
    keys.extend((1..list.len()).filter_map(|start| list.get(start..)).map(|end| hash_list("whole", end)));
    if allow_empty {
        keys.push(hash_list("whole", &[]));
    }
    keys
}

fn hash(parts: &[&str]) -> u64 {
    let mut hasher = FxHasher::default();
    for part in parts {
        hasher.write(part.as_bytes());
        hasher.write_u8(0xff);
    }
    hasher.finish()
}

/// Calls for each pair of a former name and a former kind of an object, and for each name with no kind.
fn for_each_key(facts: &Facts<'_>, mut call: impl FnMut(&str, &str)) {
    let former = &facts.resource.former;
    for (n, a) in former.iter().enumerate() {
        if former.iter().take(n).any(|earlier| earlier.name() == a.name()) {
            continue;
        }
        for (m, b) in former.iter().enumerate() {
            if !former.iter().take(m).any(|earlier| earlier.kind() == b.kind()) {
                call(a.name(), b.kind());
            }
        }
        call(a.name(), "");
    }
}

impl<'a, 'f> Candidates<'a, 'f> {
    /// `kinds` are those that anybody asks for.
    pub(super) fn new(facts: &'f [Facts<'a>], kinds: &FxHashSet<&str>) -> Candidates<'a, 'f> {
        let keys = |(number, some): (usize, &[Facts<'a>])| {
            let mut keys: Vec<(u64, u32)> = Vec::with_capacity(some.len());
            for (position, facts) in ((number * SIDE_BY_SIDE) as u32..).zip(some) {
                for_each_key(facts, |name, kind| {
                    if kinds.contains(kind) {
                        keys.push((hash(&[name, kind]), position));
                    }
                });
            }
            keys
        };
        let keys: Vec<Vec<(u64, u32)>> = if facts.len() <= SIDE_BY_SIDE {
            vec![keys((0, facts))]
        } else {
            facts.par_chunks(SIDE_BY_SIDE).enumerate().map(keys).collect()
        };
        let mut by_name = Chains::default();
        let many = keys.iter().map(Vec::len).sum();
        by_name.chains.reserve(many);
        by_name.links.reserve(many);
        for (hash, position) in keys.into_iter().flatten() {
            by_name.link(hash, position);
        }
        Candidates {
            facts,
            by_name,
            by_namespace: OnceLock::new(),
            by_ending: OnceLock::new(),
            original_namespaces: OnceLock::new(),
            kinds_changed: facts.iter().any(|facts| facts.kind_changed),
        }
    }

    fn fact(&self, position: u32) -> Option<&'f Facts<'a>> {
        self.facts.get(position as usize)
    }

    /// The object at a position.
    pub(super) fn resource(&self, position: u32) -> Option<&'a Resource> {
        self.fact(position).map(|facts| facts.resource)
    }

    /// The present name of the object at a position.
    pub(super) fn name(&self, position: u32) -> Option<&'a str> {
        self.fact(position).map(|facts| facts.id.name)
    }

    /// The present namespace, as written, of the object at a position.
    pub(super) fn namespace(&self, position: u32) -> Option<&'a str> {
        self.fact(position).map(|facts| facts.namespace)
    }

    /// The object that a reference means; `same` says whether two would give the reference the same text.
    pub(super) fn find(&self, wanted: &Wanted<'_, '_>, same: impl Fn(&Resource, &Resource) -> bool) -> Found {
        let key = hash(&[wanted.name, &wanted.referral.kind]);
        let count = self.by_name.count(key);
        if count == 0 {
            return Found::None;
        }
        let namespaces = Namespaces::of(self, wanted);
        let mut positions = Vec::new();
        if count <= MANY {
            self.by_name.collect(key, &mut positions);
        } else if !self.collect_in_namespaces(wanted, &namespaces, &mut positions) {
            positions = self.among_many(key, wanted, &namespaces);
        }
        positions.retain(|position| self.passes(*position, wanted, &namespaces));
        if positions.len() > 1 {
            positions.retain(|position| self.is_alike(*position, wanted, true));
        }
        if positions.len() > 1 {
            positions.retain(|position| self.is_alike(*position, wanted, false));
        }
        match *positions {
            [] => Found::None,
            [one] => Found::One(one),
            [first, ..] => {
                let resource = |position: u32| self.fact(position).map(|facts| facts.resource);
                let all_same = positions.iter().all(|other| match (resource(first), resource(*other)) {
                    (Some(first), Some(other)) => same(first, other),
                    _ => true,
                });
                if all_same { Found::One(first) } else { Found::Several(positions) }
            }
        }
    }

    /// All sieves but those of prefixes and suffixes.
    fn passes(&self, position: u32, wanted: &Wanted<'_, '_>, namespaces: &Namespaces<'_>) -> bool {
        self.fact(position).is_some_and(|facts| {
            facts.had_name(wanted.name)
                && facts.was_of(wanted.referral)
                && wanted.role_ref.is_none_or(|gvk| facts.was_of(gvk))
                && namespaces.allow(facts, wanted)
        })
    }

    fn is_alike(&self, position: u32, wanted: &Wanted<'_, '_>, allow_empty: bool) -> bool {
        let referrer = wanted.referrer.resource;
        self.fact(position).is_some_and(|facts| {
            alike(&facts.resource.prefixes, &referrer.prefixes, allow_empty)
                && alike(&facts.resource.suffixes, &referrer.suffixes, allow_empty)
        })
    }

    /// Where many objects had the same name and kind: those in the namespaces that count, when they are few.
    fn collect_in_namespaces(
        &self,
        wanted: &Wanted<'_, '_>,
        namespaces: &Namespaces<'_>,
        positions: &mut Vec<u32>,
    ) -> bool {
        let Some(scopes) = namespaces.written() else { return false };
        let chains = self.by_namespace.get_or_init(|| {
            let mut chains = Chains::default();
            for (position, facts) in (0u32..).zip(self.facts) {
                for_each_key(facts, |name, kind| chains.link(hash(&[name, kind, facts.scope()]), position));
            }
            chains
        });
        let keys = || scopes.iter().map(|scope| hash(&[wanted.name, &wanted.referral.kind, scope]));
        if keys().map(|key| chains.count(key)).sum::<u32>() > MANY {
            return false;
        }
        for key in keys() {
            chains.collect(key, positions);
        }
        positions.sort_unstable();
        positions.dedup();
        true
    }

    /// Where many objects had the same name and kind: as many of them as decide, found by prefixes and suffixes.
    fn among_many(&self, key: u64, wanted: &Wanted<'_, '_>, namespaces: &Namespaces<'_>) -> Vec<u32> {
        if let Some(role_ref) = wanted.role_ref
            && !self.kinds_changed
            && role_ref.kind != wanted.referral.kind
            && !role_ref.kind.is_empty()
            && !wanted.referral.kind.is_empty()
        {
            return Vec::new();
        }
        let mut two = self.by_name.iter(key).filter(|position| self.passes(*position, wanted, namespaces));
        let (Some(first), Some(second)) = (two.next(), two.next()) else {
            return self.by_name.iter(key).filter(|p| self.passes(*p, wanted, namespaces)).take(1).collect();
        };
        let ends = self.by_ending.get_or_init(|| Chains::by_ending(self.facts));
        let referrer = wanted.referrer.resource;
        // Loosely alike ones: it matters whether there are none, one or more.
        let mut loose = Vec::new();
        if referrer.prefixes.is_empty() && referrer.suffixes.is_empty() {
            loose.extend([first, second]);
        } else {
            ends.for_each_like(wanted, true, |position| {
                if self.passes(position, wanted, namespaces) && !loose.contains(&position) {
                    loose.push(position);
                }
                loose.len() < 2
            });
        }
        if loose.len() < 2 {
            return loose;
        }
        let mut strict = Vec::new();
        ends.for_each_like(wanted, false, |position| {
            strict.push(position);
            true
        });
        strict.sort_unstable();
        strict.dedup();
        strict.retain(|position| self.passes(*position, wanted, namespaces));
        // A second look must not stop at a single one: the sieve for strictness has already been.
        strict
    }

    /// Whether an object that the referrer may name had this namespace originally.
    fn is_original_namespace(&self, namespace: &str, wanted: &Wanted<'_, '_>) -> bool {
        let known = self.original_namespaces.get_or_init(|| {
            let mut known = FxHashSet::default();
            for facts in self.facts {
                let original = facts.original_namespace();
                known.insert(hash(&[original, facts.scope()]));
                known.insert(hash(&[original]));
            }
            known
        });
        if wanted.referrer.cluster_scoped {
            return known.contains(&hash(&[namespace]));
        }
        let scopes = reachable_scopes(wanted);
        scopes.iter().any(|scope| known.contains(&hash(&[namespace, scope])))
    }
}

/// Namespaces, as written, of the objects that a referrer with a namespace may name; `/` stands for none.
fn reachable_scopes<'w>(wanted: &'w Wanted<'_, '_>) -> Vec<&'w str> {
    let mut scopes = vec!["/", wanted.referrer.id.namespace];
    if wanted.referrer.id.is_in_default_namespace() {
        scopes.push("");
    }
    scopes.extend(wanted.subjects.iter().map(String::as_str));
    scopes
}

/// Where the object may stand that a reference means.
struct Namespaces<'w> {
    /// None: anywhere.
    scopes: Option<Vec<&'w str>>,
    beside: Beside<'w>,
}

/// What the `namespace` beside a name asks for.
enum Beside<'w> {
    Nothing,
    Original(&'w str),
    Current(&'w str),
}

impl<'w> Namespaces<'w> {
    fn of(candidates: &Candidates<'_, '_>, wanted: &'w Wanted<'_, '_>) -> Namespaces<'w> {
        let scopes = (!wanted.referrer.cluster_scoped).then(|| reachable_scopes(wanted));
        let beside = match wanted.namespace {
            None => Beside::Nothing,
            Some(namespace) if candidates.is_original_namespace(namespace, wanted) => {
                Beside::Original(namespace)
            }
            Some(namespace) => Beside::Current(namespace),
        };
        Namespaces { scopes, beside }
    }

    /// The namespaces, as written, in which objects can be: for an index.
    fn written(&self) -> Option<Vec<&'w str>> {
        match (&self.beside, &self.scopes) {
            (Beside::Current("default"), _) => Some(vec!["default", ""]),
            (Beside::Current(namespace), _) => Some(vec![namespace]),
            (_, scopes) => scopes.clone(),
        }
    }

    fn allow(&self, facts: &Facts<'_>, wanted: &Wanted<'_, '_>) -> bool {
        let beside = match self.beside {
            Beside::Nothing => true,
            Beside::Original(namespace) => {
                !facts.original_is_cluster_scoped() && facts.original_namespace() == namespace
            }
            Beside::Current(namespace) => !facts.cluster_scoped && facts.id.namespace == namespace,
        };
        beside
            && (wanted.referrer.cluster_scoped
                || facts.cluster_scoped
                || facts.id.namespace == wanted.referrer.id.namespace
                || (facts.id.kind == "ServiceAccount"
                    && wanted.subjects.iter().any(|s| s == facts.namespace)))
    }
}

impl Facts<'_> {
    fn original_is_cluster_scoped(&self) -> bool {
        self.original_namespace() == crate::resource::NOT_A_NAMESPACE
    }
}

/// kustomize's `SameEndingSubSlice`, and whether an empty list matches any.
fn alike(a: &[String], b: &[String], allow_empty: bool) -> bool {
    if a.is_empty() || b.is_empty() {
        return allow_empty || a.is_empty() == b.is_empty();
    }
    a.iter().rev().zip(b.iter().rev()).all(|(a, b)| a == b)
}
