//! Which updates kube-apiserver 1.37 refuses: what it compares between the stored and the new object, once defaults are
//! set. One file a kind or family of kinds; each rule names the check that it mirrors. The new object is taken to be
//! applied over the old one by the same applier: what it no longer says is taken out and defaulted anew.

mod custom_resource_definition;
mod immutable;
mod job;
mod persistent_volume;
mod pod;
mod sealed;
mod service;
mod validity;
mod workload;

use super::Options;
use super::change::Change;
use super::path::{Step, is, starts_with};
use crate::validate::Object;
use crate::yaml::{Kind as Shape, NodeId};

/// Why the server would refuse an update.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The field that the server blames.
    pub path: String,
    /// One sentence: lower case, no full stop.
    pub message: String,
    /// The cure.
    pub hint: String,
}

/// What helps where a field cannot be changed and nothing is lost with the object.
pub(super) const RECREATE: &str = "delete the object and apply again, or give the new one another name";

/// Two versions of one object, and how they differ once defaults are set.
pub(super) struct Update<'a, 'b> {
    pub(super) old: &'b Object<'a>,
    pub(super) new: &'b Object<'a>,
    /// Differences to the letter of the server.
    pub(super) changes: Vec<Change>,
    pub(super) refusals: Vec<Refusal>,
}

/// A kind and the rules for its updates.
type Kind = (&'static str, &'static str, fn(&mut Update<'_, '_>));

/// Rules that are more than a list of immutable fields (those are in `immutable.rs`).
const KINDS: &[Kind] = &[
    ("", "ConfigMap", sealed::config_map),
    ("", "Node", immutable::node),
    ("", "PersistentVolume", persistent_volume::volume),
    ("", "PersistentVolumeClaim", persistent_volume::claim),
    ("", "Pod", pod::check),
    ("", "ResourceQuota", immutable::resource_quota),
    ("", "Secret", sealed::secret),
    ("", "Service", service::check),
    ("apiextensions.k8s.io", "CustomResourceDefinition", custom_resource_definition::check),
    ("apps", "DaemonSet", workload::daemon_set),
    ("apps", "Deployment", workload::deployment),
    ("apps", "StatefulSet", workload::stateful_set),
    ("batch", "Job", job::check),
    ("networking.k8s.io", "ServiceCIDR", immutable::service_cidr),
    ("storage.k8s.io", "CSINode", immutable::csi_node),
];

/// Why the server would refuse to make `new` of `old`, whose differences are these (they are handed back).
pub(super) fn check(
    old: &Object<'_>,
    new: &Object<'_>,
    changes: Vec<Change>,
    options: &Options,
) -> (Vec<Change>, Vec<Refusal>) {
    let kind = KINDS.iter().find(|(group, kind, _)| *group == new.group && *kind == new.kind);
    let mut update = Update { old, new, changes, refusals: Vec::new() };
    if !update.changes.is_empty() {
        if let Some((_, _, rules)) = kind {
            rules(&mut update);
        }
        immutable::fields(&mut update);
    }
    validity::check(&mut update, options);
    (update.changes, update.refusals)
}

impl<'a> Update<'a, '_> {
    /// A value of the old object that is not null.
    pub(super) fn old_at(&self, path: &[&str]) -> Option<NodeId> {
        at(self.old, path)
    }

    /// A value of the new object that is not null.
    pub(super) fn new_at(&self, path: &[&str]) -> Option<NodeId> {
        at(self.new, path)
    }

    /// The text of an old value; empty when there is none.
    pub(super) fn old_text(&self, path: &[&str]) -> &'a str {
        text(self.old, path)
    }

    /// The text of a new value; empty when there is none.
    pub(super) fn new_text(&self, path: &[&str]) -> &'a str {
        text(self.new, path)
    }

    /// What the new object says at a path, `null` included; `None` when it says nothing there.
    pub(super) fn new_said(&self, path: &[&str]) -> Option<NodeId> {
        let document = self.new.document;
        let mut node = document.try_root()?;
        for field in path {
            node = document.get(node, field)?;
            if document.is_null(node) {
                break;
            }
        }
        Some(node)
    }

    /// Whether the new object says `null` for a field, or for what holds it, rather than nothing.
    pub(super) fn new_is_null(&self, path: &[&str]) -> bool {
        self.new_said(path).is_some_and(|node| self.new.document.is_null(node))
    }

    /// Whether a value differs.
    pub(super) fn differs(&self, fields: &[&str]) -> bool {
        self.changes.iter().any(|change| change.touches(fields))
    }

    /// Notes a refusal.
    pub(super) fn refuse(
        &mut self,
        path: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.refusals.push(Refusal { path: path.into(), message: message.into(), hint: hint.into() });
    }

    /// Refuses any difference of a value.
    pub(super) fn immutable(&mut self, fields: &[&str], hint: &str) {
        if self.differs(fields) {
            let path = fields.join(".");
            let message = format!("`{path}` cannot be changed once the object is there");
            self.refuse(path, message, hint);
        }
    }

    /// Refuses differences below some fields, but for those that a rule lets pass.
    pub(super) fn frozen(
        &mut self,
        below: &[&str],
        message: &str,
        hint: &str,
        passes: impl Fn(&Change, &[Step]) -> bool,
    ) {
        let frozen: Vec<String> = self
            .changes
            .iter()
            .filter(|change| change.touches(below))
            .filter(|change| {
                !starts_with(&change.steps, below) || !passes(change, &change.steps[below.len()..])
            })
            .map(Change::path)
            .collect();
        for path in frozen {
            self.refuse(path, message, hint);
        }
    }
}

/// Whether steps are these fields, `*` standing for any item of a list.
pub(super) fn are(steps: &[Step], pattern: &[&str]) -> bool {
    steps.len() == pattern.len() && begin(steps, pattern)
}

/// Whether steps begin with these fields, `*` standing for any item of a list.
pub(super) fn begin(steps: &[Step], pattern: &[&str]) -> bool {
    steps.len() >= pattern.len()
        && steps.iter().zip(pattern).all(|(step, name)| match (step, *name) {
            (Step::Item { old, new, .. }, "*") => old.is_some() && new.is_some(),
            _ => is(step, name),
        })
}

pub(super) fn at(object: &Object<'_>, path: &[&str]) -> Option<NodeId> {
    let node = object.document.at(object.document.try_root()?, path)?;
    (!object.document.is_null(node)).then_some(node)
}

pub(super) fn text<'a>(object: &Object<'a>, path: &[&str]) -> &'a str {
    at(object, path).map_or("", |node| object.document.text(node))
}

/// The texts of a list.
pub(super) fn texts<'a>(object: &Object<'a>, path: &[&str]) -> Vec<&'a str> {
    let list = at(object, path).filter(|node| object.document.kind(*node) == Shape::Sequence);
    list.into_iter()
        .flat_map(|list| object.document.children(list))
        .map(|item| object.document.text(item))
        .collect()
}
