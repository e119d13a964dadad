//! The ordered set of objects that a build works on, with look-ups by id. How generated objects meet those that are
//! there already is `absorb.rs`.
//!
//! - `append(resource, scopes)`, `append_all(other, scopes)`: at the end; an id that is taken is refused.
//! - `absorb_all(other, scopes, step)`: generated objects, by their behavior (create, replace, merge).
//! - `positions_by_current(id, scopes)`, `positions_by_any(id, scopes)`: rising positions; `position_by_current_id`,
//!   `position_by_id`: the only one, or a refusal.
//! - `iter_mut`, `get_mut`, `list_mut`, `retain`, `replace_list`: forget the index, it is made anew when asked for.

use std::sync::OnceLock;

use super::id::ResId;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::index::{IdHashes, IdParts, Index, NOT_A_NAMESPACE, or_default};
use super::names::Names;
use super::object::Resource;
use crate::diagnostic::{Diagnostic, Result};
use crate::kubernetes::Scopes;
use crate::provenance::StepId;
use crate::source::Place;

/// Objects in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct ResourceSet {
    list: Vec<Resource>,
    index: OnceLock<Index>,
    names: Names,
    graves: Vec<Grave>,
}

/// An object that is no longer in the set.
#[derive(Clone, Debug)]
pub struct Grave {
    /// The object as it was in the end. Of one that a patch deleted, the document tells who did it: its last tombstone.
    pub resource: Resource,
    /// The step that took it out or put another object of the same id in its place, where the document does not tell.
    pub taken_by: Option<StepId>,
}

impl ResourceSet {
    /// A set of objects whose ids nobody has compared yet.
    pub fn from_list(list: Vec<Resource>) -> ResourceSet {
        ResourceSet { list, ..ResourceSet::default() }
    }

    /// The objects in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Resource> {
        self.list.iter()
    }

    /// The objects in order.
    pub fn list(&self) -> &[Resource] {
        &self.list
    }

    /// The objects in order, taken out.
    pub fn into_list(self) -> Vec<Resource> {
        self.list
    }

    /// The object at a position.
    pub fn get(&self, position: usize) -> Option<&Resource> {
        self.list.get(position)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    // ---- changing; ids may change, so the index is forgotten

    fn forget_ids(&mut self) {
        self.index.take();
        self.names.forget();
    }

    /// The objects in order, to be changed.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Resource> {
        self.list_mut().iter_mut()
    }

    /// The objects in order, to be changed (side by side, too).
    pub fn list_mut(&mut self) -> &mut [Resource] {
        self.forget_ids();
        &mut self.list
    }

    /// The object at a position, to be changed.
    pub fn get_mut(&mut self, position: usize) -> Option<&mut Resource> {
        self.list_mut().get_mut(position)
    }

    /// The objects in order, to be changed in ways that touch no name, namespace, kind, version or former name: the
    /// index stays.
    pub(crate) fn list_mut_keeping_ids(&mut self) -> &mut [Resource] {
        &mut self.list
    }

    /// Puts other objects in the place of all.
    pub fn replace_list(&mut self, list: Vec<Resource>) {
        self.forget_ids();
        self.list = list;
    }

    /// Puts the objects in another order: `order` says for each place which object comes there, each once.
    pub(crate) fn permute(&mut self, order: &[u32]) {
        if (0..).zip(order).all(|(place, from)| place == *from) {
            return;
        }
        self.forget_ids();
        // Follows each circle of moves; one object at a time is in the air.
        let mut placed = vec![false; self.list.len()];
        for start in 0..order.len().min(self.list.len()) {
            let mut place = start;
            while !std::mem::replace(&mut placed[place], true) {
                let Some(from) = order.get(place).map(|from| *from as usize) else { break };
                if from >= placed.len() || placed[from] {
                    break;
                }
                self.list.swap(place, from);
                place = from;
            }
        }
    }

    /// Takes all objects out.
    pub fn take_list(&mut self) -> Vec<Resource> {
        self.forget_ids();
        std::mem::take(&mut self.list)
    }

    /// Keeps the objects for which this is true, in order; the others are remembered among the graves.
    pub fn retain(&mut self, mut keep: impl FnMut(&Resource) -> bool) {
        self.forget_ids();
        let (kept, gone) = std::mem::take(&mut self.list).into_iter().partition(|resource| keep(resource));
        self.list = kept;
        let gone: Vec<Resource> = gone;
        self.graves.extend(gone.into_iter().map(|resource| Grave { resource, taken_by: None }));
    }

    /// Remembers an object that a step has taken out of the set.
    pub(crate) fn bury(&mut self, resource: Resource, step: StepId) {
        self.graves.push(Grave { resource, taken_by: Some(step) });
    }

    /// Objects that are no longer in the set, in the order in which they went.
    pub fn graves(&self) -> &[Grave] {
        &self.graves
    }

    /// Drops objects of which a patch has left nothing.
    pub fn drop_empties(&mut self) {
        let any = if self.list.len() < 4096 {
            self.list.iter().any(Resource::is_nothing)
        } else {
            self.list.par_chunks(1024).any(|some| some.iter().any(Resource::is_nothing))
        };
        if any {
            self.retain(|resource| !resource.is_nothing());
        }
    }

    /// Adds an object at the end without looking at its id.
    pub fn push(&mut self, resource: Resource) {
        self.forget_ids();
        self.list.push(resource);
    }

    /// Adds an object at the end; refuses an id that another object has now.
    pub fn append(&mut self, resource: Resource, scopes: &dyn Scopes) -> Result<()> {
        self.index(scopes);
        let id = IdParts::current(&resource, scopes);
        let index = self.index.get_mut();
        if let Some(index) = index {
            let list = &self.list;
            let taken = index
                .candidates(&id, &self.list)
                .into_iter()
                .filter_map(|position| list.get(position))
                .find(|other| IdParts::current(other, scopes) == id);
            if let Some(other) = taken {
                return conflict(&resource, other);
            }
            index.add(self.list.len(), &resource, &id);
        }
        self.names.forget();
        self.list.push(resource);
        Ok(())
    }

    /// Adds the objects of another set at the end; refuses ids that are taken.
    pub fn append_all(&mut self, other: ResourceSet, scopes: &dyn Scopes) -> Result<()> {
        if self.list.is_empty() {
            let graves = std::mem::take(&mut self.graves);
            *self = other;
            self.graves.splice(0..0, graves);
            return self.check_ids(scopes);
        }
        self.graves.extend(other.graves);
        self.list.reserve(other.list.len());
        for resource in other.list {
            self.append(resource, scopes)?;
        }
        Ok(())
    }

    /// Refuses ids that two objects have now.
    pub fn check_ids(&self, scopes: &dyn Scopes) -> Result<()> {
        if self.ids_are_unique(scopes) {
            return Ok(());
        }
        let mut known: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
        for (position, resource) in self.list.iter().enumerate() {
            let id = IdParts::current(resource, scopes);
            let same_hash = known.entry(id.hash()).or_default();
            for other in same_hash.iter().filter_map(|other| self.list.get(*other)) {
                if IdParts::current(other, scopes) == id {
                    return conflict(resource, other);
                }
            }
            if !resource.is_nothing() {
                same_hash.push(position);
            }
        }
        Ok(())
    }

    /// Whether no two objects have the same id now. When some may have, or nothing is left of one: `false`.
    pub(crate) fn ids_are_unique(&self, scopes: &dyn Scopes) -> bool {
        let index = self.index(scopes);
        if index.is_unique() {
            return true;
        }
        let unique = index.hashes_are_unique();
        if unique {
            index.set_unique();
        }
        unique
    }

    /// Whether no two objects have the same group, version, kind and name now. When some may have, or nobody can tell
    /// quickly: `false`.
    pub(crate) fn names_are_unique(&self, scopes: &dyn Scopes) -> bool {
        self.index(scopes).names_are_unique()
    }

    /// Whether every object surely has a kind and a name.
    pub(crate) fn all_are_named(&self, scopes: &dyn Scopes) -> bool {
        self.index(scopes).all_are_named()
    }

    /// Notes the ids that objects have now, one an object in order, where somebody has looked at all of them anyway.
    pub(crate) fn note_ids(&self, ids: &[IdHashes]) {
        self.index.get_or_init(|| Index::of(ids));
    }

    /// Puts an object in the place of another that has and had the same ids.
    pub(super) fn put(&mut self, position: usize, resource: Resource, step: StepId) {
        if let Some(place) = self.list.get_mut(position) {
            let resource = std::mem::replace(place, resource);
            self.graves.push(Grave { resource, taken_by: Some(step) });
        }
    }

    // ---- looking up

    fn index(&self, scopes: &dyn Scopes) -> &Index {
        self.index.get_or_init(|| Index::build(&self.list, scopes))
    }

    /// Positions of the objects that may have or have had this name, rising; `None`: nobody knows yet, any may.
    pub(crate) fn positions_by_name(&self, name: &str) -> Option<Vec<usize>> {
        self.names.positions(name, &self.list)
    }

    /// Positions of the objects that may have or have had this name, rising: all, where nobody knows.
    pub(crate) fn named(&self, name: &str) -> Vec<usize> {
        self.positions_by_name(name).unwrap_or_else(|| (0..self.list.len()).collect())
    }

    /// Positions of the objects that have this id now (kustomize's `GetMatchingResourcesByCurrentId`).
    pub fn positions_by_current(&self, id: &IdParts<'_>, scopes: &dyn Scopes) -> Vec<usize> {
        self.index(scopes)
            .candidates(id, &self.list)
            .into_iter()
            .filter(|position| self.list.get(*position).is_some_and(|r| IdParts::current(r, scopes) == *id))
            .collect()
    }

    /// Positions of the objects that have or had this id (kustomize's `GetMatchingResourcesByAnyId`).
    pub fn positions_by_any(&self, id: &IdParts<'_>, scopes: &dyn Scopes) -> Vec<usize> {
        self.index(scopes)
            .candidates(id, &self.list)
            .into_iter()
            .filter(|position| self.list.get(*position).is_some_and(|r| has_or_had(r, id, scopes)))
            .collect()
    }

    /// The position of the one object that has this id now; refuses none and several.
    pub fn position_by_current_id(&self, id: &IdParts<'_>, scopes: &dyn Scopes) -> Result<usize> {
        self.only(&self.positions_by_current(id, scopes), id)
    }

    /// The position of the one object that has or had this id; refuses none and several.
    pub fn position_by_id(&self, id: &IdParts<'_>, scopes: &dyn Scopes) -> Result<usize> {
        self.only(&self.positions_by_any(id, scopes), id)
    }

    fn only(&self, found: &[usize], id: &IdParts<'_>) -> Result<usize> {
        match found {
            [one] => Ok(*one),
            [] => Diagnostic::error("no-such-object", format!("no object is {}", show(id))).fail(),
            several => {
                let mut fault = Diagnostic::error(
                    "ambiguous-object",
                    format!("{} objects are {}", several.len(), show(id)),
                );
                for resource in several.iter().filter_map(|position| self.list.get(*position)) {
                    fault = fault.at(resource.place(), "this one");
                }
                fault.fail()
            }
        }
    }

    /// Whether the objects say the same as those of another set, in any order (kustomize's `ErrorIfNotEqualSets`,
    /// which holds validators to changing nothing).
    pub fn error_if_not_equal_sets(&self, other: &ResourceSet, scopes: &dyn Scopes) -> Result<()> {
        if self.len() != other.len() {
            let message = format!("there were {} objects and now there are {}", self.len(), other.len());
            return Diagnostic::error("set-changed", message).fail();
        }
        for resource in &self.list {
            let id = IdParts::current(resource, scopes);
            match *other.positions_by_current(&id, scopes) {
                [position] => {
                    let same = other.get(position).is_some_and(|o| {
                        resource.document.same(resource.document.root(), &o.document, o.document.root())
                    });
                    if !same {
                        return Diagnostic::error("set-changed", format!("{} was changed", show(&id)))
                            .at(resource.place(), "this object")
                            .fail();
                    }
                }
                _ => {
                    return Diagnostic::error("set-changed", format!("{} is gone or there twice", show(&id)))
                        .at(resource.place(), "this object")
                        .fail();
                }
            }
        }
        Ok(())
    }
}

fn has_or_had(resource: &Resource, id: &IdParts<'_>, scopes: &dyn Scopes) -> bool {
    IdParts::current(resource, scopes) == *id || IdParts::former(resource).any(|former| former == *id)
}

/// An id as a person should read it.
pub(crate) fn show(id: &IdParts<'_>) -> String {
    if id.namespace == NOT_A_NAMESPACE {
        format!("{} `{}`", id.kind, id.name)
    } else {
        format!("{} `{}` in namespace `{}`", id.kind, id.name, id.namespace)
    }
}

fn conflict(new: &Resource, old: &Resource) -> Result<()> {
    let id = new.id();
    let mut fault =
        Diagnostic::error("id-conflict", format!("may not add resource with an already registered id: {id}"))
            .at(new.place(), "this object")
            .at(old.place(), "has the same id as this one");
    if new.place() == old.place() && new.place() != Place::NONE {
        fault = fault.hint("the same file is read twice: drop one of the two ways that lead to it");
    } else {
        fault = fault.hint("rename one of them, or give one another namespace");
    }
    fault.fail()
}

impl ResId {
    /// The id as it counts when ids are compared.
    pub fn parts<'a>(&'a self, scopes: &dyn Scopes) -> IdParts<'a> {
        let namespace = if scopes.is_cluster_scoped(&self.gvk.api_version(), &self.gvk.kind) {
            NOT_A_NAMESPACE
        } else {
            or_default(&self.namespace)
        };
        IdParts {
            group: &self.gvk.group,
            version: &self.gvk.version,
            kind: &self.gvk.kind,
            name: &self.name,
            namespace,
        }
    }
}

impl<'a> IntoIterator for &'a ResourceSet {
    type Item = &'a Resource;
    type IntoIter = std::slice::Iter<'a, Resource>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut ResourceSet {
    type Item = &'a mut Resource;
    type IntoIter = std::slice::IterMut<'a, Resource>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}
