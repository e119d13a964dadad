//! All objects that are checked together, indexed: by kind, namespace and name; the pods of workloads by their labels;
//! what selects pods; what scales workloads; what makes Secrets and `ConfigMaps`. Built once; rules look partners up here
//! instead of searching.

mod labels;
mod limits;
mod made;
mod scale;

use std::sync::OnceLock;

use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::Object;
use super::at::At;
use super::pins::capacity::{Capacity, of_namespace};
use super::pod::Pod;
pub use labels::Label;
pub(super) use labels::pairs;
use labels::{Candidates, PairIndex, SelectorIndex, label_selector_matches};
pub use limits::{Limit, Limited};
pub use made::Made;
pub use scale::Scaler;
pub(super) use scale::replicas;

/// Who an object is to those that refer to it. The version does not matter; namespace `default` and none are the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Key<'a> {
    group: &'a str,
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
}

/// The objects, indexed.
#[derive(Debug, Default)]
pub struct Set<'a> {
    objects: &'a [Object<'a>],
    /// One for each object.
    pods: Vec<Option<Box<Pod<'a>>>>,
    by_name: FxHashMap<Key<'a>, u32>,
    by_kind: FxHashMap<&'a str, Vec<u32>>,
    /// Objects whose names were met before, in their order, each with the first one of that name.
    again: Vec<(u32, u32)>,
    pairs: PairIndex,
    /// Services by their own labels.
    service_labels: PairIndex,
    services: SelectorIndex,
    budgets: SelectorIndex,
    network_policies: SelectorIndex,
    /// For each group of `network_policies`: whether it limits who may connect, and to whom.
    isolations: Vec<(bool, bool)>,
    scalers: FxHashMap<Key<'a>, Vec<u32>>,
    /// By namespace.
    quotas: FxHashMap<&'a str, Quotas>,
    /// By namespace.
    limits: FxHashMap<&'a str, Vec<Limit<'a>>>,
    made: FxHashMap<Key<'a>, u32>,
    makings: Vec<Made<'a>>,
    /// By namespace: the first object of a kind that may make pods, Services and the like without saying which.
    operated: FxHashMap<&'a str, u32>,
}

/// The quotas of a namespace.
#[derive(Debug, Default)]
struct Quotas {
    numbers: Vec<u32>,
    capacity: OnceLock<Capacity>,
}

/// So many objects are looked at in one go.
const MANY: usize = 256;

/// A namespace as it is compared: objects without one go to `default`.
pub(super) fn namespace(written: &str) -> &str {
    if written == "default" { "" } else { written }
}

/// The group of an `apiVersion`.
pub(super) fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

impl<'a> Set<'a> {
    /// Indexes the objects.
    pub fn new(objects: &'a [Object<'a>]) -> Set<'a> {
        let (pods, mut set) = rayon::join(
            || {
                let pods = objects.par_iter().enumerate().with_min_len(MANY);
                pods.map(|(number, object)| Pod::of(object, number).map(Box::new)).collect::<Vec<_>>()
            },
            || Set::named(objects),
        );
        let (pairs, ()) = rayon::join(|| PairIndex::of_pods(&pods), || set.index());
        Set { pods, pairs, ..set }
    }

    /// The objects by kind and name.
    fn named(objects: &'a [Object<'a>]) -> Set<'a> {
        let mut set = Set { objects, ..Set::default() };
        set.by_name = FxHashMap::with_capacity_and_hasher(objects.len(), FxBuildHasher);
        for (number, object) in objects.iter().enumerate() {
            let number = number as u32;
            // Objects of the whole cluster are sometimes given a namespace, which the server ignores or refuses.
            let own = namespace(object.namespace);
            let namespace = if OF_CLUSTER.contains(&object.kind) { "" } else { own };
            let key = Key { group: object.group, kind: object.kind, namespace, name: object.name };
            let first = *set.by_name.entry(key).or_insert(number);
            if first != number && namespace == own {
                set.again.push((number, first));
            }
            set.by_kind.entry(object.kind).or_default().push(number);
            if is_operated(object) {
                set.operated.entry(namespace).or_insert(number);
            }
        }
        set
    }

    /// Indexes what is looked up by more than its name.
    fn index(&mut self) {
        if self.has_kind("ServiceMonitor") {
            let services = self.numbers("Service").map(|number| (number, &self.objects[number]));
            self.service_labels = PairIndex::of_objects(services);
        }
        self.index_selectors();
        self.index_scalers();
        self.index_made();
        self.index_limits();
        for number in self.by_kind.get("ResourceQuota").into_iter().flatten() {
            let quotas = self.quotas.entry(namespace(self.objects[*number as usize].namespace)).or_default();
            quotas.numbers.push(*number);
        }
    }

    fn index_selectors(&mut self) {
        let (mut services, mut budgets, mut policies) =
            (SelectorIndex::default(), SelectorIndex::default(), SelectorIndex::default());
        for number in self.numbers("Service") {
            let object = &self.objects[number];
            let root = object.at();
            let spec = root.field("spec");
            let selector = spec.field("selector");
            if object.group.is_empty() && !selector.is_empty() && spec.field("type").text() != "ExternalName"
            {
                services.add(object.namespace, &selector, number);
            }
        }
        for (kind, field, index) in [
            ("PodDisruptionBudget", "selector", &mut budgets),
            ("NetworkPolicy", "podSelector", &mut policies),
        ] {
            for number in self.numbers(kind) {
                let object = &self.objects[number];
                let root = object.at();
                let spec = root.field("spec");
                let selector = spec.field(field);
                if selector.is_there() {
                    index.add_selector(object.namespace, &selector, number);
                }
            }
        }
        self.services = services.sorted(self.objects);
        self.budgets = budgets.sorted(self.objects);
        self.network_policies = policies.sorted(self.objects);
        let isolation = |group| {
            let members = self.network_policies.members(group).iter();
            members
                .map(|number| isolation(&self.objects[*number as usize]))
                .fold((false, false), |all, one| (all.0 || one.0, all.1 || one.1))
        };
        self.isolations = self.network_policies.groups().iter().map(isolation).collect();
    }

    /// All objects, in their order.
    pub fn objects(&self) -> &'a [Object<'a>] {
        self.objects
    }

    /// The numbers of the objects of a kind, of whatever group.
    fn numbers(&self, kind: &str) -> impl Iterator<Item = usize> {
        self.by_kind.get(kind).into_iter().flatten().map(|number| *number as usize)
    }

    /// The objects of a kind, of whatever group, in their order.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &'a Object<'a>> {
        self.numbers(kind).map(|number| &self.objects[number])
    }

    /// Whether there is any object of a kind.
    pub fn has_kind(&self, kind: &str) -> bool {
        self.by_kind.contains_key(kind)
    }

    /// The pod of an object, when it has one.
    pub fn pod(&self, number: usize) -> Option<&Pod<'a>> {
        self.pods.get(number)?.as_deref()
    }

    /// All pods, in the order of their objects.
    pub fn pods(&self) -> impl Iterator<Item = &Pod<'a>> {
        self.pods.iter().filter_map(Option::as_deref)
    }

    /// The number of the object of this group, kind, namespace and name (the namespace is empty for cluster-wide kinds).
    pub fn number(&self, group: &str, kind: &str, in_namespace: &str, name: &str) -> Option<usize> {
        let key = Key { group, kind, namespace: namespace(in_namespace), name };
        self.by_name.get(&key).map(|number| *number as usize)
    }

    /// The object of this group, kind, namespace and name.
    pub fn find(&self, group: &str, kind: &str, namespace: &str, name: &str) -> Option<&'a Object<'a>> {
        self.number(group, kind, namespace, name).map(|number| &self.objects[number])
    }

    /// The first object that has the group, kind, namespace and name of this one, when that is another.
    pub fn first_of_name(&self, number: usize) -> Option<&'a Object<'a>> {
        let found = self.again.binary_search_by_key(&(number as u32), |(number, _)| *number).ok()?;
        Some(&self.objects[self.again[found].1 as usize])
    }

    /// The pods of a namespace that a plain map of labels selects; an empty one selects none.
    pub fn selected_by_labels<'s>(
        &'s self,
        namespace: &str,
        selector: &'s At<'s>,
    ) -> impl Iterator<Item = &'s Pod<'a>> {
        let candidates = if selector.is_empty() {
            Candidates::default()
        } else {
            self.pairs.candidates(namespace, selector)
        };
        candidates.filter_map(|number| self.pod(number)).filter(move |pod| pod.has_labels(selector))
    }

    /// The pods of a namespace that a label selector selects: `{}` selects all, one that is not there none.
    pub fn selected<'s>(
        &'s self,
        namespace: &str,
        selector: &'s At<'s>,
    ) -> impl Iterator<Item = &'s Pod<'a>> {
        let candidates = if selector.is_there() {
            self.pairs.candidates_of_selector(namespace, selector)
        } else {
            Candidates::default()
        };
        candidates.filter_map(|number| self.pod(number)).filter(move |pod| pod.is_selected(selector))
    }

    /// Whether a namespace has any pods that are known.
    pub fn has_pods(&self, namespace: &str) -> bool {
        !self.pairs.of_namespace(namespace).is_empty()
    }

    /// The Services of a namespace, or of all, whose own labels a label selector selects.
    pub fn labelled_services<'s>(
        &'s self,
        namespace: Option<&str>,
        selector: &'s At<'s>,
    ) -> impl Iterator<Item = &'a Object<'a>> + 's {
        let candidates =
            self.service_labels.candidates_of_selector(namespace.unwrap_or(labels::EVERYWHERE), selector);
        let services = candidates.map(|number| &self.objects[number]);
        services.filter(move |service| {
            let root = service.at();
            let metadata = root.field("metadata");
            let labels = metadata.field("labels");
            !selector.is_there() || label_selector_matches(selector, &labels)
        })
    }

    /// The first Service that selects a pod.
    pub fn service_of(&self, pod: &Pod<'_>) -> Option<&'a Object<'a>> {
        let groups = self.services.of(pod).flat_map(|groups| &self.services.groups()[groups]);
        groups.map(|group| &self.objects[group.first as usize]).find(|service| {
            let root = service.at();
            let spec = root.field("spec");
            let selector = spec.field("selector");
            pod.has_labels(&selector)
        })
    }

    /// The `PodDisruptionBudget`s that select a pod.
    pub fn budgets_of(&self, pod: &Pod<'_>) -> impl Iterator<Item = &'a Object<'a>> + use<'a> {
        let mut numbers = Vec::new();
        for groups in self.budgets.of(pod) {
            let from = numbers.len();
            for group in &self.budgets.groups()[groups] {
                if selects(&self.objects[group.first as usize], "selector", pod) {
                    numbers.extend_from_slice(self.budgets.members(group));
                }
            }
            numbers[from..].sort_unstable();
        }
        let objects = self.objects;
        numbers.into_iter().map(move |number| &objects[number as usize])
    }

    /// Whether any `NetworkPolicy` that selects a pod limits who may connect to it, and whether any limits whom it may
    /// connect to.
    pub fn isolation_of(&self, pod: &Pod<'_>) -> (bool, bool) {
        let mut known = (false, false);
        for number in self.network_policies.of(pod).flatten() {
            let more = self.isolations[number];
            let together = (known.0 || more.0, known.1 || more.1);
            let group = &self.network_policies.groups()[number];
            if together != known && selects(&self.objects[group.first as usize], "podSelector", pod) {
                known = together;
            }
            if known == (true, true) {
                break;
            }
        }
        known
    }

    /// The `ResourceQuotas` of a namespace.
    pub fn quotas_of(&self, in_namespace: &str) -> impl Iterator<Item = &'a Object<'a>> {
        let quotas = self.quotas.get(namespace(in_namespace));
        quotas.into_iter().flat_map(|quotas| &quotas.numbers).map(|number| &self.objects[*number as usize])
    }

    /// What is asked for in a namespace with quotas; summed up once.
    pub(super) fn capacity_of(&self, in_namespace: &str) -> Option<&Capacity> {
        let quotas = self.quotas.get(namespace(in_namespace))?;
        Some(quotas.capacity.get_or_init(|| of_namespace(self, in_namespace)))
    }

    /// An object of the namespace, of a kind that is not known here, that may make pods, Services and more.
    pub fn operated(&self, in_namespace: &str) -> Option<&'a Object<'a>> {
        self.operated.get(namespace(in_namespace)).map(|number| &self.objects[*number as usize])
    }
}

fn selects(object: &Object<'_>, field: &str, pod: &Pod<'_>) -> bool {
    let root = object.at();
    let spec = root.field("spec");
    let selector = spec.field(field);
    pod.is_selected(&selector)
}

/// Whether a `NetworkPolicy` limits who may connect to its pods, and whom they may connect to.
fn isolation(policy: &Object<'_>) -> (bool, bool) {
    let root = policy.at();
    let spec = root.field("spec");
    let types = spec.field("policyTypes");
    if types.is_empty() {
        // The server's defaults: always ingress, and egress where there are rules for it.
        return (true, !spec.field("egress").is_empty());
    }
    let limits = |direction: &str| types.items().any(|kind| kind.text() == direction);
    (limits("Ingress"), limits("Egress"))
}

/// Kinds of the whole cluster that others refer to.
const OF_CLUSTER: &[&str] = &[
    "ClusterIssuer",
    "ClusterRole",
    "ClusterSecretStore",
    "IngressClass",
    "Namespace",
    "PriorityClass",
    "RuntimeClass",
    "StorageClass",
];

/// Groups whose objects make no pods and no Services.
const INERT_GROUPS: &[&str] = &[
    "acme.cert-manager.io",
    "bitnami.com",
    "cert-manager.io",
    "cilium.io",
    "crd.projectcalico.org",
    "external-secrets.io",
    "generators.external-secrets.io",
    "keda.sh",
    "kyverno.io",
    "networking.istio.io",
    "policies.kyverno.io",
    "projectcalico.org",
    "route.openshift.io",
    "secrets.hashicorp.com",
    "security.istio.io",
    "security.openshift.io",
    "telemetry.istio.io",
    "traefik.containo.us",
    "traefik.io",
    "trust.cert-manager.io",
];

/// Kinds of `monitoring.coreos.com` that only say what is to be watched.
const INERT_MONITORING: &[&str] =
    &["AlertmanagerConfig", "PodMonitor", "Probe", "PrometheusRule", "ScrapeConfig", "ServiceMonitor"];

/// Whether a controller that is not known here may make pods and Services of an object.
fn is_operated(object: &Object<'_>) -> bool {
    let group = object.group;
    let built_in = matches!(
        group,
        "" | "apps" | "batch" | "autoscaling" | "policy" | "extensions" | "argoproj.io" | "apps.openshift.io"
    ) || group.ends_with(".k8s.io")
        || group.ends_with(".x-k8s.io");
    !(built_in
        || INERT_GROUPS.contains(&group)
        || group == "monitoring.coreos.com" && INERT_MONITORING.contains(&object.kind))
}
