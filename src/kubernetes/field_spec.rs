//! Which fields a transformer changes, and in which fields one kind names another: one entry each, and lists of them
//! as kustomize merges and sorts them. The default lists are `defaults.rs`; decoding is `decode.rs`.

use std::borrow::Cow;
use std::hash::Hash;
use std::ops::Deref;

use rustc_hash::FxHashMap;

use super::defaults::{self, Section};
use super::gvk::Gvk;
use crate::diagnostic::{Diagnostic, Result};

/// A field of the objects that a filter selects: `{group: apps, kind: Deployment, path: spec/replicas, create: true}`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FieldSpec {
    /// Which objects; empty parts match anything.
    pub gvk: Gvk,
    /// `/`-separated; `\/` is a slash inside a part, a part that ends in `[]` is a sequence whose items are meant.
    pub path: String,
    /// Whether a missing field is made (`create`).
    pub create: bool,
}

/// The fields in which other objects name objects of one kind (`nameReference` of a configuration).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NameReference {
    /// What is named.
    pub referral: Gvk,
    /// Where it is named.
    pub fields: Vec<FieldSpec>,
}

/// The field specs of one transformer: kustomize's defaults, borrowed, or a list of the build's own. Reads as a slice;
/// the defaults are made when first read.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldSpecs(List<FieldSpec>);

/// Name references: kustomize's defaults, borrowed, or a list of the build's own. Reads as a slice.
#[derive(Clone, Debug, PartialEq)]
pub struct NameReferences(List<NameReference>);

#[derive(Clone, Debug, PartialEq)]
enum List<T> {
    Defaults(Section),
    Own(Vec<T>),
}

impl FieldSpecs {
    /// kustomize's defaults for a transformer.
    pub(super) fn defaults(section: Section) -> FieldSpecs {
        FieldSpecs(List::Defaults(section))
    }

    /// Whether nothing was added to the defaults.
    pub fn are_defaults(&self) -> bool {
        matches!(self.0, List::Defaults(_))
    }

    /// Takes in another list, one by one: a spec that is there already is not added again, where "there" means that
    /// the new one, as a filter, selects one of the same path.
    ///
    /// # Errors
    /// When such a pair disagrees on `create`.
    pub fn merge(&mut self, other: &FieldSpecs) -> Result<()> {
        if other.is_empty_without_reading() || self.0.same_defaults(&other.0) {
            return Ok(());
        }
        if self.is_empty_without_reading() && other.are_defaults() {
            *self = other.clone();
            return Ok(());
        }
        let mut own = std::mem::take(self).into_vec();
        merge_field_specs(&mut own, other)?;
        // kustomize's sort is not stable beyond twelve entries; the order of specs for one kind shows in no output.
        own.sort_by(|a, b| a.gvk.order(&b.gvk));
        self.0 = List::Own(own);
        Ok(())
    }

    fn is_empty_without_reading(&self) -> bool {
        matches!(&self.0, List::Own(own) if own.is_empty())
    }

    fn into_vec(self) -> Vec<FieldSpec> {
        match self.0 {
            List::Defaults(section) => defaults::field_specs(section).to_vec(),
            List::Own(own) => own,
        }
    }
}

impl NameReferences {
    /// kustomize's defaults.
    pub(super) fn defaults() -> NameReferences {
        NameReferences(List::Defaults(Section::NameReference))
    }

    /// Whether nothing was added to the defaults.
    pub fn are_defaults(&self) -> bool {
        matches!(self.0, List::Defaults(_))
    }

    /// Takes in another list: fields of kinds that are there already are merged, other kinds are added.
    ///
    /// # Errors
    /// As [`FieldSpecs::merge`].
    pub fn merge(&mut self, other: &NameReferences) -> Result<()> {
        if self.0.same_defaults(&other.0) || matches!(&other.0, List::Own(own) if own.is_empty()) {
            return Ok(());
        }
        if other.are_defaults() && matches!(&self.0, List::Own(own) if own.is_empty()) {
            *self = other.clone();
            return Ok(());
        }
        let mut own = match std::mem::take(self).0 {
            List::Defaults(_) => defaults::name_references().to_vec(),
            List::Own(own) => own,
        };
        let mut known = Known::default();
        for reference in other {
            known.add_reference(&mut own, reference)?;
        }
        own.sort_by(|a, b| a.referral.order(&b.referral));
        self.0 = List::Own(own);
        Ok(())
    }
}

impl<T> List<T> {
    /// The defaults are settled: taking them into themselves changes nothing.
    fn same_defaults(&self, other: &List<T>) -> bool {
        matches!((self, other), (List::Defaults(a), List::Defaults(b)) if a == b)
    }
}

/// Takes specs into a list in kustomize's way, one by one and without sorting.
///
/// # Errors
/// As [`FieldSpecs::merge`].
pub fn merge_field_specs(list: &mut Vec<FieldSpec>, specs: &[FieldSpec]) -> Result<()> {
    let mut paths = Paths::default();
    specs.iter().try_for_each(|spec| paths.merge_one(list, Cow::Borrowed(spec)))
}

/// Adds a spec unless it is there already (see [`FieldSpecs::merge`]).
pub(super) fn merge_one(list: &mut Vec<FieldSpec>, spec: Cow<'_, FieldSpec>) -> Result<()> {
    Paths::default().merge_one(list, spec)
}

/// Merges the fields of a kind into the reference of that kind, or adds one.
pub(super) fn add_reference(list: &mut Vec<NameReference>, reference: &NameReference) -> Result<()> {
    Known::default().add_reference(list, reference)
}

/// Up to so many entries a list is walked, unless it is asked again and again.
const FEW: usize = 64;
/// So many times a long list is walked before a table is made of it.
const SELDOM: usize = 16;

/// Where the entries of a list stand by some key of theirs; a table is made once that pays.
#[derive(Debug)]
struct Places<K> {
    asked: usize,
    table: Option<FxHashMap<K, Vec<usize>>>,
}

impl<K> Default for Places<K> {
    fn default() -> Places<K> {
        Places { asked: 0, table: None }
    }
}

impl<K: Eq + Hash + Clone> Places<K> {
    /// Places of the entries with this key, rising, as far as a table knows; `None`: any entry may have it.
    fn of<T>(&mut self, list: &[T], key_of: impl Fn(&T) -> &K, key: &K) -> Option<&[usize]> {
        self.asked += 1;
        if self.table.is_none() && list.len() > FEW && self.asked > SELDOM {
            let mut table: FxHashMap<K, Vec<usize>> = FxHashMap::default();
            for (place, entry) in list.iter().enumerate() {
                table.entry(key_of(entry).clone()).or_default().push(place);
            }
            self.table = Some(table);
        }
        let table = self.table.as_ref()?;
        Some(table.get(key).map(Vec::as_slice).unwrap_or_default())
    }

    /// An entry comes to stand in this place.
    fn add(&mut self, key: &K, place: usize) {
        if let Some(table) = &mut self.table {
            table.entry(key.clone()).or_default().push(place);
        }
    }
}

/// Where each path stands in one list of field specs.
#[derive(Debug, Default)]
struct Paths(Places<String>);

impl Paths {
    fn merge_one(&mut self, list: &mut Vec<FieldSpec>, spec: Cow<'_, FieldSpec>) -> Result<()> {
        let same = |have: &&FieldSpec| {
            have.path == spec.path && spec.gvk.selects(&have.gvk.group, &have.gvk.version, &have.gvk.kind)
        };
        let there = match self.0.of(list, |have| &have.path, &spec.path) {
            None => list.iter().find(same),
            Some(places) => places.iter().filter_map(|place| list.get(*place)).find(same),
        };
        match there {
            None => {
                self.0.add(&spec.path, list.len());
                list.push(spec.into_owned());
            }
            Some(have) if have.create == spec.create => {}
            Some(have) => {
                let kind = if have.gvk.kind.is_empty() { "any kind" } else { &have.gvk.kind };
                return Diagnostic::error(
                    "conflicting-field-specs",
                    format!("field specs for `{}` of {kind} disagree on `create`", spec.path),
                )
                .hint("say the same `create` in every configuration, or drop one of them")
                .fail();
            }
        }
        Ok(())
    }
}

/// Where each referral stands in one list of name references, and each path in the fields of each.
#[derive(Debug, Default)]
struct Known {
    referrals: Places<Gvk>,
    paths: FxHashMap<usize, Paths>,
}

impl Known {
    fn add_reference(&mut self, list: &mut Vec<NameReference>, reference: &NameReference) -> Result<()> {
        let there = match self.referrals.of(list, |have| &have.referral, &reference.referral) {
            None => (0..list.len()).filter(|place| list[*place].referral == reference.referral).collect(),
            Some(places) => places.to_vec(),
        };
        for place in &there {
            let Some(have) = list.get_mut(*place) else { continue };
            let paths = self.paths.entry(*place).or_default();
            for spec in &reference.fields {
                paths.merge_one(&mut have.fields, Cow::Borrowed(spec))?;
            }
        }
        if there.is_empty() {
            self.referrals.add(&reference.referral, list.len());
            list.push(reference.clone());
        }
        Ok(())
    }
}

impl Deref for FieldSpecs {
    type Target = [FieldSpec];

    fn deref(&self) -> &[FieldSpec] {
        match &self.0 {
            List::Defaults(section) => defaults::field_specs(*section),
            List::Own(own) => own,
        }
    }
}

impl Deref for NameReferences {
    type Target = [NameReference];

    fn deref(&self) -> &[NameReference] {
        match &self.0 {
            List::Defaults(_) => defaults::name_references(),
            List::Own(own) => own,
        }
    }
}

impl From<Vec<FieldSpec>> for FieldSpecs {
    fn from(own: Vec<FieldSpec>) -> FieldSpecs {
        FieldSpecs(List::Own(own))
    }
}

impl From<Vec<NameReference>> for NameReferences {
    fn from(own: Vec<NameReference>) -> NameReferences {
        NameReferences(List::Own(own))
    }
}

impl Default for FieldSpecs {
    fn default() -> FieldSpecs {
        Vec::new().into()
    }
}

impl Default for NameReferences {
    fn default() -> NameReferences {
        Vec::new().into()
    }
}

impl<'a> IntoIterator for &'a FieldSpecs {
    type Item = &'a FieldSpec;
    type IntoIter = std::slice::Iter<'a, FieldSpec>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a NameReferences {
    type Item = &'a NameReference;
    type IntoIter = std::slice::Iter<'a, NameReference>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
