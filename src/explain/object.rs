//! KIND/NAME of `citadel explain`: kinds as kubectl takes them (short names, plurals, any letter case, `kind.group`), names
//! as they are rendered or as they were written, with candidates when one is nearly right.

use crate::diagnostic::{Diagnostic, Result, nearest};
use crate::kubernetes::Gvk;
use crate::resource::{Grave, Resource, ResourceSet};
use crate::yaml::NodeId;

/// kubectl's short names.
const SHORT: &[(&str, &str)] = &[
    ("cj", "CronJob"),
    ("cm", "ConfigMap"),
    ("cr", "CustomResourceDefinition"),
    ("crd", "CustomResourceDefinition"),
    ("crds", "CustomResourceDefinition"),
    ("cs", "ComponentStatus"),
    ("csr", "CertificateSigningRequest"),
    ("deploy", "Deployment"),
    ("ds", "DaemonSet"),
    ("ep", "Endpoints"),
    ("ev", "Event"),
    ("hpa", "HorizontalPodAutoscaler"),
    ("ing", "Ingress"),
    ("limits", "LimitRange"),
    ("netpol", "NetworkPolicy"),
    ("no", "Node"),
    ("ns", "Namespace"),
    ("pc", "PriorityClass"),
    ("pdb", "PodDisruptionBudget"),
    ("po", "Pod"),
    ("pv", "PersistentVolume"),
    ("pvc", "PersistentVolumeClaim"),
    ("quota", "ResourceQuota"),
    ("rc", "ReplicationController"),
    ("rs", "ReplicaSet"),
    ("sa", "ServiceAccount"),
    ("sc", "StorageClass"),
    ("sm", "ServiceMonitor"),
    ("sts", "StatefulSet"),
    ("svc", "Service"),
    ("vap", "ValidatingAdmissionPolicy"),
];

/// An object, there or gone.
#[derive(Clone, Copy)]
pub(super) enum Found<'s> {
    There(&'s Resource),
    Gone(&'s Grave),
}

impl<'s> Found<'s> {
    pub(super) fn resource(self) -> &'s Resource {
        match self {
            Found::There(resource) => resource,
            Found::Gone(grave) => &grave.resource,
        }
    }

    /// Where the object begins, or began before a step took everything away.
    pub(super) fn root(self) -> Option<NodeId> {
        let document = &self.resource().document;
        let taken = || document.tombstones().iter().rfind(|tombstone| tombstone.node == tombstone.parent);
        document.try_root().or_else(|| taken().map(|tombstone| tombstone.node))
    }
}

/// Who an object is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ObjectName {
    /// `group/version`.
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// The namespace; empty when it says none.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl ObjectName {
    /// `Deployment/api`.
    pub fn display(&self) -> String {
        format!("{}/{}", self.kind, self.name)
    }

    fn with_namespace(&self) -> String {
        match self.namespace.as_str() {
            "" => self.display(),
            namespace => format!("{} in namespace {namespace}", self.display()),
        }
    }
}

/// Who an object is, also one that a step has emptied.
pub(super) fn name_of(found: Found<'_>) -> ObjectName {
    let resource = found.resource();
    let document = &resource.document;
    let Some(root) = found.root() else { return ObjectName::default() };
    // What was taken away is still known.
    let get = |holder: NodeId, key: &str| {
        let taken = || {
            let of_holder = |tombstone: &&crate::yaml::Tombstone| {
                tombstone.parent == holder && tombstone.key.as_deref() == Some(key)
            };
            document.tombstones().iter().rfind(of_holder).map(|tombstone| tombstone.node)
        };
        document.get(holder, key).or_else(taken)
    };
    let text = |node: Option<NodeId>| {
        node.filter(|node| !document.is_null(*node))
            .map_or(String::new(), |node| document.text(node).to_owned())
    };
    let metadata = get(root, "metadata");
    ObjectName {
        api_version: text(get(root, "apiVersion")),
        kind: text(get(root, "kind")),
        namespace: text(metadata.and_then(|metadata| get(metadata, "namespace"))),
        name: text(metadata.and_then(|metadata| get(metadata, "name"))),
    }
}

/// A kind as it was asked for.
struct Wanted<'q> {
    word: &'q str,
    group: &'q str,
}

impl<'q> Wanted<'q> {
    fn new(text: &'q str) -> Wanted<'q> {
        let (word, group) = text.split_once('.').unwrap_or((text, ""));
        Wanted { word, group }
    }

    fn is(&self, name: &ObjectName) -> bool {
        let (group, version) = Gvk::split_api_version(&name.api_version);
        let group_fits = self.group.is_empty()
            || self.group.eq_ignore_ascii_case(group)
            || self.group.split_once('.').is_some_and(|(v, g)| v == version && g.eq_ignore_ascii_case(group));
        group_fits && is_kind(self.word, &name.kind)
    }
}

/// Whether a word stands for a kind.
pub fn is_kind(word: &str, kind: &str) -> bool {
    if word.eq_ignore_ascii_case(kind) {
        return true;
    }
    let short = |(short, long): &(&str, &str)| short.eq_ignore_ascii_case(word) && *long == kind;
    SHORT.iter().any(short) || plural(kind).eq_ignore_ascii_case(word)
}

/// The plural of a kind as the API spells it.
fn plural(kind: &str) -> String {
    let kind = kind.to_ascii_lowercase();
    match kind.as_bytes() {
        [.., b's'] if kind == "endpoints" => kind,
        [.., b's' | b'x'] | [.., b'c' | b's', b'h'] => kind + "es",
        [.., before, b'y'] if !b"aeiou".contains(before) => kind[..kind.len() - 1].to_owned() + "ies",
        _ => kind + "s",
    }
}

/// Finds the object that KIND/NAME means.
pub(super) fn find<'s>(set: &'s ResourceSet, wanted: &str, namespace: Option<&str>) -> Result<Found<'s>> {
    let (kind, name) = match wanted.split_once('/') {
        Some((kind, name)) => (kind, Some(name)),
        None => (wanted, None),
    };
    let kind = Wanted::new(kind);
    let there: Vec<(Found<'s>, ObjectName)> = set.iter().map(Found::There).map(|f| (f, name_of(f))).collect();
    let is_there = |name: &ObjectName| there.iter().any(|(_, other)| other == name);
    let mut gone: Vec<(Found<'s>, ObjectName)> =
        set.graves().iter().map(Found::Gone).map(|found| (found, name_of(found))).collect();
    gone.retain(|(_, name)| !is_there(name));
    let of_kind: Vec<&(Found<'s>, ObjectName)> =
        there.iter().chain(&gone).filter(|(_, name)| kind.is(name)).collect();
    if of_kind.is_empty() {
        return no_kind(&kind, there.iter().map(|(_, name)| name));
    }
    let Some(name) = name else {
        return one(
            wanted,
            &of_kind
                .iter()
                .copied()
                .filter(|(found, _)| matches!(found, Found::There(_)))
                .collect::<Vec<_>>(),
        );
    };
    let in_namespace: Vec<&(Found<'s>, ObjectName)> = of_kind
        .iter()
        .copied()
        .filter(|(found, id)| {
            namespace.is_none_or(|namespace| {
                id.namespace == namespace
                    || found.resource().former.iter().any(|f| f.namespace() == namespace)
            })
        })
        .collect();
    // What is there goes before what is gone, the name as it is before a former one, that before a part of one.
    for there in [true, false] {
        let by = |fits: &dyn Fn(&Found<'s>, &ObjectName) -> bool| -> Vec<&(Found<'s>, ObjectName)> {
            let here = |found: &Found<'s>| matches!(found, Found::There(_)) == there;
            in_namespace.iter().copied().filter(|(found, id)| here(found) && fits(found, id)).collect()
        };
        let former =
            |found: &Found<'s>, _: &ObjectName| found.resource().former.iter().any(|f| f.name() == name);
        for fits in [
            by(&|_, id| id.name == name),
            by(&former),
            by(&|_, id| !name.is_empty() && is_within(&id.name, name)),
        ] {
            if !fits.is_empty() {
                return one(wanted, &fits);
            }
        }
    }
    no_name(name, namespace, &of_kind)
}

/// Whether a name is another one with a prefix, a suffix or a hash.
fn is_within(name: &str, part: &str) -> bool {
    name.strip_prefix(part).is_some_and(|rest| rest.starts_with('-'))
        || name.strip_suffix(part).is_some_and(|rest| rest.ends_with('-'))
        || name.contains(&format!("-{part}-"))
}

fn one<'s>(wanted: &str, fits: &[&(Found<'s>, ObjectName)]) -> Result<Found<'s>> {
    // Of objects that are gone, the last one of a name counts.
    if let [first, rest @ ..] = fits
        && rest.iter().all(|(found, id)| matches!(found, Found::Gone(_)) && *id == first.1)
    {
        return Ok(fits.last().map_or(first.0, |last| last.0));
    }
    let mut fault =
        Diagnostic::error("ambiguous-object", format!("`{wanted}` could be {} objects", fits.len()));
    for (found, id) in fits.iter().take(8) {
        fault = fault.at(found.resource().place(), id.with_namespace());
    }
    fault = fault.hint(format!(
        "say which one: {}",
        fits.iter().take(8).map(|(_, id)| format!("`{}`", id.display())).collect::<Vec<_>>().join(", ")
    ));
    if fits.iter().any(|(_, id)| id.namespace != fits[0].1.namespace) {
        fault = fault.hint("or say where with `-n NAMESPACE`");
    }
    fault.fail()
}

fn no_kind<'s, 'n>(kind: &Wanted<'_>, names: impl Iterator<Item = &'n ObjectName>) -> Result<Found<'s>> {
    let mut kinds: Vec<&str> = names.map(|name| name.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let group = if kind.group.is_empty() { String::new() } else { format!(" of `{}`", kind.group) };
    let fault =
        Diagnostic::error("unknown-object", format!("there is no object of kind `{}`{group}", kind.word));
    let words = kinds.iter().flat_map(|known| {
        let short = SHORT.iter().filter(move |(_, long)| long == known).map(|(short, _)| *short);
        std::iter::once(*known).chain(short)
    });
    match nearest(kind.word, words) {
        Some(near) => fault.hint(format!("did you mean `{near}`?")).fail(),
        None if kinds.is_empty() => fault.hint("nothing is rendered at all").fail(),
        None => fault.hint(format!("there are {}", kinds.join(", "))).fail(),
    }
}

fn no_name<'s>(
    name: &str,
    namespace: Option<&str>,
    of_kind: &[&(Found<'s>, ObjectName)],
) -> Result<Found<'s>> {
    let kind = of_kind.first().map_or("object", |(_, id)| id.kind.as_str());
    let place = namespace.map_or(String::new(), |namespace| format!(" in namespace `{namespace}`"));
    let fault = Diagnostic::error("unknown-object", format!("there is no {kind} `{name}`{place}"));
    if let Some((_, id)) = of_kind.iter().find(|(_, id)| id.name == name) {
        return fault.hint(format!("it is in namespace `{}`", id.namespace)).fail();
    }
    let former = of_kind
        .iter()
        .flat_map(|(found, _)| found.resource().former.iter().map(crate::resource::Former::name));
    let names = of_kind.iter().map(|(_, id)| id.name.as_str());
    if let Some(near) = nearest(name, names.chain(former)) {
        return fault.hint(format!("did you mean `{near}`?")).fail();
    }
    let mut names: Vec<String> = of_kind.iter().take(12).map(|(_, id)| format!("`{}`", id.name)).collect();
    if of_kind.len() > names.len() {
        names.push("…".to_owned());
    }
    fault.hint(format!("there are {}", names.join(", "))).fail()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_called_as_in_kubectl() {
        for (word, kind) in [
            ("deploy", "Deployment"),
            ("deployments", "Deployment"),
            ("DEPLOYMENT", "Deployment"),
            ("ingresses", "Ingress"),
            ("networkpolicies", "NetworkPolicy"),
            ("ingressclasses", "IngressClass"),
            ("endpoints", "Endpoints"),
            ("gateways", "Gateway"),
        ] {
            assert!(is_kind(word, kind), "{word}");
        }
        assert!(!is_kind("svc", "ServiceAccount"));
    }

    #[test]
    fn names_are_found_within_prefixes_and_hashes() {
        assert!(is_within("prod-api", "api") && is_within("config-6ct58987ht", "config"));
        assert!(is_within("prod-config-6ct58987ht", "config") && !is_within("apiserver", "api"));
    }
}
