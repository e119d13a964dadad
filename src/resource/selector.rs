//! Which objects a target of a patch or replacement means: regular expressions on group, version, kind, name and
//! namespace, label and annotation selectors.
//!
//! Rules. Patches ask for the original or the present name and namespace (that which counts: `default` for none,
//! `_non_namespaceable_` for kinds without) and the present kind. Replacements ask all ids an object has or had, with
//! the namespace as it is recorded. Label selectors are read only once an object is there to try them on.

use rayon::prelude::*;

use super::index::{IdParts, or_default};
use super::label_selector::LabelSelector;
use super::object::Resource;
use super::pattern::Pattern;
use super::set::ResourceSet;
use crate::diagnostic::{Diagnostic, Result};
use crate::kubernetes::{Gvk, Scopes};
use crate::kustomization::Selector;
use crate::yaml::{Kind, NodeId};

/// A target, ready to be asked.
#[derive(Clone, Debug)]
pub struct Target<'s> {
    selector: &'s Selector,
    group: Pattern,
    version: Pattern,
    kind: Pattern,
    name: Pattern,
    namespace: Pattern,
    labels: Result<LabelSelector>,
    annotations: Result<LabelSelector>,
}

impl<'s> Target<'s> {
    /// Reads the regular expressions of a selector.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn new(selector: &'s Selector) -> Result<Target<'s>> {
        let pattern = |text: &str| Pattern::anchored(text, selector.at);
        Ok(Target {
            selector,
            group: pattern(&selector.gvk.group)?,
            version: pattern(&selector.gvk.version)?,
            kind: pattern(&selector.gvk.kind)?,
            name: pattern(&selector.name)?,
            namespace: pattern(&selector.namespace)?,
            labels: LabelSelector::parse(&selector.label_selector, selector.at),
            annotations: LabelSelector::parse(&selector.annotation_selector, selector.at),
        })
    }

    /// Positions of the objects that a patch with this target is for.
    ///
    /// # Errors
    /// When a label or annotation selector that is needed cannot be read.
    pub fn select(&self, resources: &ResourceSet, scopes: &dyn Scopes) -> Result<Vec<usize>> {
        const SIDE_BY_SIDE: usize = 512;
        let some = |(number, resources): (usize, &[Resource])| {
            let mut found = Vec::new();
            for (position, resource) in (number * SIDE_BY_SIDE..).zip(resources) {
                if self.selects(resource, scopes)? {
                    found.push(position);
                }
            }
            Ok(found)
        };
        if let Some(named) = self.named(resources) {
            let mut found = Vec::new();
            for position in named {
                if let Some(resource) = resources.get(position)
                    && self.selects(resource, scopes)?
                {
                    found.push(position);
                }
            }
            return Ok(found);
        }
        if resources.len() <= SIDE_BY_SIDE {
            return some((0, resources.list()));
        }
        let parts = resources.list().par_chunks(SIDE_BY_SIDE).enumerate().map(some);
        let parts: Vec<Result<Vec<usize>>> = parts.collect();
        Ok(parts.into_iter().collect::<Result<Vec<_>>>()?.concat())
    }

    /// Positions of the objects that may be meant by their name, rising; `None`: any may be.
    pub(crate) fn named(&self, resources: &ResourceSet) -> Option<Vec<usize>> {
        match &self.name {
            Pattern::Text(name) => resources.positions_by_name(name),
            Pattern::Any | Pattern::Expression(_) => None,
        }
    }

    /// Whether a patch with this target is for this object.
    ///
    /// # Errors
    /// As [`Target::select`].
    pub fn selects(&self, resource: &Resource, scopes: &dyn Scopes) -> Result<bool> {
        let original = resource.former.first();
        let name = |pattern: &Pattern| {
            matches!(pattern, Pattern::Any)
                || original.is_some_and(|former| pattern.matches(former.name()))
                || pattern.matches(resource.name())
        };
        if !self.matches_gvk(resource.api_version(), resource.kind()) || !name(&self.name) {
            return Ok(false);
        }
        if !matches!(self.namespace, Pattern::Any) {
            let current = IdParts::current(resource, scopes).namespace;
            let in_original =
                original.is_some_and(|former| self.namespace.matches(or_default(former.namespace())));
            if !in_original && !self.namespace.matches(current) {
                return Ok(false);
            }
        }
        Ok(self.matches_labels(resource)? && self.matches_annotations(resource)?)
    }

    fn matches_gvk(&self, api_version: &str, kind: &str) -> bool {
        let (group, version) = Gvk::split_api_version(api_version);
        self.kind.matches(kind) && self.group.matches(group) && self.version.matches(version)
    }

    /// Whether any id that an object has or had is meant, as replacements ask.
    pub fn matches_any_id(&self, resource: &Resource) -> bool {
        let version = resource.api_version();
        let fits = |kind: &str, name: &str, namespace: &str| {
            self.name.matches(name) && self.namespace.matches(namespace) && self.matches_gvk(version, kind)
        };
        fits(resource.kind(), resource.name(), resource.namespace())
            || resource.former.iter().any(|former| fits(former.kind(), former.name(), former.namespace()))
    }

    /// Whether the selector names nothing of an id: no group, version, kind, name, namespace.
    pub fn is_without_id(&self) -> bool {
        let selector = self.selector;
        selector.gvk == Gvk::default() && selector.name.is_empty() && selector.namespace.is_empty()
    }

    /// Whether it has a label or annotation selector.
    pub fn has_label_selectors(&self) -> bool {
        !self.selector.label_selector.is_empty() || !self.selector.annotation_selector.is_empty()
    }

    /// Whether the label selector fits.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn matches_labels(&self, resource: &Resource) -> Result<bool> {
        fits(&self.labels, resource, "labels")
    }

    /// Whether the annotation selector fits.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn matches_annotations(&self, resource: &Resource) -> Result<bool> {
        fits(&self.annotations, resource, "annotations")
    }
}

fn fits(selector: &Result<LabelSelector>, resource: &Resource, field: &str) -> Result<bool> {
    if let Some(map) = odd_list(resource, field) {
        let document = &resource.document;
        // kustomize takes items for keys and values in turn, and crashes.
        return Diagnostic::error("not-a-mapping", format!("{field} are a list, not a mapping"))
            .at(document.place(map), "found here")
            .hint("write them as `key: value`")
            .fail();
    }
    match selector {
        Ok(selector) => Ok(selector.matches(|key| entry(resource, field, key))),
        Err(fault) => Err(fault.clone()),
    }
}

/// Labels or annotations that are a list of odd length.
fn odd_list(resource: &Resource, field: &str) -> Option<NodeId> {
    let document = &resource.document;
    let map = document.at(document.try_root()?, &["metadata", field])?;
    (document.kind(map) == Kind::Sequence && !document.len(map).is_multiple_of(2)).then_some(map)
}

/// Whether labels or annotations are lists that asking for them refuses.
pub(crate) fn has_odd_lists(resource: &Resource) -> bool {
    odd_list(resource, "labels").is_some() || odd_list(resource, "annotations").is_some()
}

/// A label or annotation; of a key that is there twice, the last, as in kustomize's map.
fn entry<'r>(resource: &'r Resource, field: &str, key: &str) -> Option<&'r str> {
    let document = &resource.document;
    let map = document.at(document.try_root()?, &["metadata", field])?;
    let value = document.entries(map).filter(|(k, _)| document.text(*k) == key).last()?.1;
    Some(if document.kind(value) == Kind::Scalar { document.text(value) } else { "" })
}
