//! Group, version, kind.

use std::cmp::Ordering;

/// Group, version and kind of an object, or a filter on them (an empty part matches anything).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Gvk {
    /// `apps`; empty for the core group.
    pub group: String,
    /// `v1`
    pub version: String,
    /// `Deployment`
    pub kind: String,
}

impl Gvk {
    /// From an `apiVersion` (`apps/v1`, `v1`) and a kind, taken apart as kustomize does: at the first slash, the
    /// rest is the version.
    pub fn new(api_version: &str, kind: &str) -> Gvk {
        let (group, version) = Gvk::split_api_version(api_version);
        Gvk { group: group.to_owned(), version: version.to_owned(), kind: kind.to_owned() }
    }

    /// Group and version of an `apiVersion`.
    pub fn split_api_version(api_version: &str) -> (&str, &str) {
        match api_version.bytes().position(|b| b == b'/') {
            Some(slash) => (&api_version[..slash], &api_version[slash + 1..]),
            None => ("", api_version),
        }
    }

    /// `apps/v1`, `v1`
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// Whether an object of this group, version and kind is selected when `self` is a filter: every part that is not
    /// empty is equal.
    pub fn selects(&self, group: &str, version: &str, kind: &str) -> bool {
        (self.group.is_empty() || self.group == group)
            && (self.version.is_empty() || self.version == version)
            && (self.kind.is_empty() || self.kind == kind)
    }

    /// kustomize's order of kinds: those that others need come first, webhooks last, the rest by group, version and
    /// kind, where an empty part counts as `~G`, `~V`, `~K`.
    pub fn order(&self, other: &Gvk) -> Ordering {
        fn or<'a>(part: &'a str, empty: &'static str) -> &'a str {
            if part.is_empty() { empty } else { part }
        }
        let text = |gvk: &Gvk| {
            format!("{}_{}_{}", or(&gvk.group, "~G"), or(&gvk.version, "~V"), or(&gvk.kind, "~K"))
        };
        rank(&self.kind).cmp(&rank(&other.kind)).then_with(|| text(self).cmp(&text(other)))
    }
}

/// Kinds that kustomize puts before all others, in this order.
pub const FIRST_KINDS: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// Kinds that kustomize puts behind all others, in this order.
pub const LAST_KINDS: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

fn rank(kind: &str) -> usize {
    if let Some(at) = FIRST_KINDS.iter().position(|first| *first == kind) {
        at
    } else {
        FIRST_KINDS.len() + LAST_KINDS.iter().position(|last| *last == kind).map_or(0, |at| at + 1)
    }
}
