//! Capacity: what the workloads of a namespace ask for with the fewest and the most replicas and while they are rolled
//! out, against its `ResourceQuotas`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Share;
use super::quota_scope::Scopes;
use crate::kubernetes::Quantity;
use crate::validate::pod::{Container, Pod, Role};
use crate::validate::set::{Set, namespace};
use crate::validate::{At, Object};
use crate::yaml::Document;

/// Requests and limits by resource. Few resources: a list.
#[derive(Clone, Debug, Default)]
pub(super) struct Amounts<'a>(Vec<(&'a str, Option<Quantity>, Option<Quantity>)>);

impl<'a> Amounts<'a> {
    /// The request and the limit of a resource.
    pub(super) fn get(&self, resource: &str) -> (Option<Quantity>, Option<Quantity>) {
        let found = self.0.iter().find(|(name, _, _)| *name == resource);
        found.map_or((None, None), |(_, request, limit)| (*request, *limit))
    }

    /// The resources that are asked for or limited.
    pub(super) fn resources(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().map(|(resource, _, _)| *resource)
    }

    fn at(&mut self, resource: &'a str) -> &mut (&'a str, Option<Quantity>, Option<Quantity>) {
        let known = self.0.iter().position(|(name, _, _)| *name == resource);
        let index = known.unwrap_or_else(|| {
            self.0.push((resource, None, None));
            self.0.len() - 1
        });
        &mut self.0[index]
    }

    fn add(&mut self, other: &Amounts<'a>) {
        self.merge(other, Quantity::plus);
    }

    fn raise(&mut self, other: &Amounts<'a>) {
        self.merge(other, Quantity::max);
    }

    fn merge(&mut self, other: &Amounts<'a>, both: fn(Quantity, Quantity) -> Quantity) {
        for (resource, request, limit) in &other.0 {
            let own = self.at(resource);
            for (old, new) in [(&mut own.1, request), (&mut own.2, limit)] {
                *old = match (*old, *new) {
                    (Some(old), Some(new)) => Some(both(old, new)),
                    (old, new) => old.or(new),
                };
            }
        }
    }
}

fn read<'a>(resources: &At<'_>, document: &'a Document) -> Amounts<'a> {
    let mut amounts = Amounts::default();
    for field in ["requests", "limits"] {
        let map = resources.field(field);
        for (key, value) in map.node.into_iter().flat_map(|map| document.entries(map)) {
            if let Some(amount) = Quantity::parse(document.text(value)) {
                let own = amounts.at(document.text(key));
                if field == "requests" {
                    own.1 = Some(amount);
                } else {
                    own.2 = Some(amount);
                }
            }
        }
    }
    amounts
}

/// What a container asks for, with what the server and `LimitRanges` fill in.
pub(super) fn container_amounts<'a>(
    container: &Container<'a>,
    set: &Set<'a>,
    in_namespace: &str,
) -> Amounts<'a> {
    let mut amounts = read(&container.resources(), container.at.document);
    for (_, request, limit) in &mut amounts.0 {
        *request = request.or(*limit);
    }
    for filled in
        set.limits(in_namespace).iter().filter(|limit| limit.of == crate::validate::set::Limited::Container)
    {
        if filled.default.is_some() || filled.default_request.is_some() {
            let own = amounts.at(filled.resource);
            own.1 = own.1.or(filled.default_request);
            own.2 = own.2.or(filled.default);
        }
    }
    amounts
}

/// What a pod asks for: regular containers and sidecars together, or the greatest init container where that is more,
/// and the overhead of its runtime; amounts that are stated for the whole pod stand above those.
///
/// Mirrors `PodRequests`, `PodLimits`, `AggregateContainerRequests`, `AggregateContainerLimits`
pub(super) fn pod_amounts<'a>(pod: &Pod<'a>, set: &Set<'a>) -> Amounts<'a> {
    let place = pod.object.namespace;
    let (mut all, mut sidecars, mut init) = (Amounts::default(), Amounts::default(), Amounts::default());
    for container in &pod.containers {
        let own = container_amounts(container, set, place);
        match container.role {
            Role::Main => all.add(&own),
            Role::Sidecar => {
                all.add(&own);
                sidecars.add(&own);
                init.raise(&sidecars);
            }
            Role::Init => {
                let mut with = own;
                with.add(&sidecars);
                init.raise(&with);
            }
            Role::Ephemeral => {}
        }
    }
    all.raise(&init);
    let whole = read(&pod.spec.field("resources"), pod.object.document);
    for (resource, request, limit) in &whole.0 {
        let own = all.at(resource);
        own.1 = request.or(own.1).or(*limit);
        own.2 = limit.or(own.2);
    }
    let overhead = pod.spec.field("overhead");
    let document = pod.object.document;
    for (key, value) in overhead.node.into_iter().flat_map(|map| document.entries(map)) {
        if let Some(amount) = Quantity::parse(document.text(value)) {
            let own = all.at(document.text(key));
            own.1 = Some(own.1.unwrap_or(Quantity::ZERO).plus(amount));
            own.2 = own.2.map(|limit| limit.plus(amount));
        }
    }
    all
}

/// What one workload asks for.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// How few pods it has.
    pub fewest: i64,
    /// How many it may have.
    pub most: i64,
    /// How many more there are while it is rolled out.
    pub surge: i64,
    /// Whether it has that many on every node.
    pub on_every_node: bool,
    /// What one pod requests, by resource.
    pub requests: BTreeMap<String, Quantity>,
    /// What one pod is limited to, by resource.
    pub limits: BTreeMap<String, Quantity>,
}

/// One line of a quota.
#[derive(Clone, Debug)]
pub struct QuotaLine {
    /// The `ResourceQuota`.
    pub quota: String,
    /// Its scopes, as people read them; empty where it counts everything.
    pub scopes: String,
    /// What it bounds: `requests.cpu`.
    pub resource: String,
    /// The bound.
    pub hard: Quantity,
    /// What is asked for with the fewest replicas.
    pub fewest: Quantity,
    /// With the most.
    pub most: Quantity,
    /// With the most, while all workloads are rolled out at once.
    pub rolling: Quantity,
}

/// What a namespace asks for, and what it may.
#[derive(Clone, Debug)]
pub struct Capacity {
    /// The namespace, as written.
    pub namespace: String,
    /// The workloads, in their order.
    pub workloads: Vec<Workload>,
    /// Sums by what a quota calls them: fewest, most, rolling.
    pub sums: BTreeMap<String, [Quantity; 3]>,
    /// The lines of its quotas.
    pub quotas: Vec<QuotaLine>,
}

/// The capacity of every namespace that has pods or quotas, by name.
pub fn capacity(objects: &[Object<'_>]) -> Vec<Capacity> {
    let set = Set::new(objects);
    let mut names: Vec<&str> = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        let counts = object.kind == "ResourceQuota" || set.pod(number).is_some();
        if counts && !names.iter().any(|name| namespace(name) == namespace(object.namespace)) {
            names.push(object.namespace);
        }
    }
    names.sort_unstable();
    names.into_iter().map(|name| of_namespace(&set, name)).collect()
}

/// The capacity of one namespace.
pub(in crate::validate) fn of_namespace(set: &Set<'_>, name: &str) -> Capacity {
    let mut all = Capacity {
        namespace: name.to_owned(),
        workloads: Vec::new(),
        sums: BTreeMap::new(),
        quotas: Vec::new(),
    };
    let here = |object: &Object<'_>| namespace(object.namespace) == namespace(name);
    let pods: Vec<&Pod<'_>> =
        set.pods().filter(|pod| here(&pod.object) && pod.object.kind != "PodTemplate").collect();
    for pod in &pods {
        let workload = workload(pod, set);
        add_pods(&workload, &mut all.sums);
        claims_of_templates(&pod.object, &workload, &Scopes::default(), &mut all.sums);
        all.workloads.push(workload);
    }
    for object in set.objects().iter().filter(|object| here(object)) {
        count(object, &mut all.sums);
    }
    for quota in set.quotas_of(name) {
        let scopes = Scopes::of(quota);
        if scopes.is_empty() {
            lines(quota, &scopes, &all.sums, &mut all.quotas);
            continue;
        }
        let mut sums = Sums::new();
        for (pod, workload) in pods.iter().zip(&all.workloads) {
            if scopes.have_pod(pod, set) {
                add_pods(workload, &mut sums);
            }
            claims_of_templates(&pod.object, workload, &scopes, &mut sums);
        }
        for object in set.of_kind("PersistentVolumeClaim").filter(|object| here(object)) {
            let root = object.at();
            let spec = root.field("spec");
            if scopes.have_claim(&spec) {
                claim(&spec, [1; 3], &mut sums);
            }
        }
        lines(quota, &scopes, &sums, &mut all.quotas);
    }
    all
}

/// Adds the pods of a workload, and what they ask for.
fn add_pods(workload: &Workload, sums: &mut Sums) {
    for (what, amounts) in [("requests", &workload.requests), ("limits", &workload.limits)] {
        for (resource, amount) in amounts {
            add(sums, &format!("{what}.{resource}"), *amount, workload);
        }
    }
    add(sums, "pods", Quantity::whole(1), workload);
    add(sums, "count/pods", Quantity::whole(1), workload);
}

type Sums = BTreeMap<String, [Quantity; 3]>;

fn add(sums: &mut Sums, what: &str, each: Quantity, workload: &Workload) {
    let counts = [workload.fewest, workload.most, workload.most.saturating_add(workload.surge)];
    add_each(sums, what, counts.map(|count| each.times(count)));
}

fn add_each(sums: &mut Sums, what: &str, amounts: [Quantity; 3]) {
    let sum = sums.entry(what.to_owned()).or_insert([Quantity::ZERO; 3]);
    for (sum, amount) in sum.iter_mut().zip(amounts) {
        *sum = sum.plus(amount);
    }
}

fn workload(pod: &Pod<'_>, set: &Set<'_>) -> Workload {
    let object = &pod.object;
    let amounts = pod_amounts(pod, set);
    let root = object.at();
    let spec = root.field("spec");
    let (fewest, most) = match object.kind {
        "Pod" | "DaemonSet" => (1, 1),
        "Job" => parallel(&spec),
        "CronJob" => {
            let template = spec.field("jobTemplate");
            parallel(&template.field("spec"))
        }
        _ => (set.fewest_replicas(object), set.most_replicas(object)),
    };
    let (fewest, most) = (fewest.max(0), most.max(0));
    let strategy = spec.field(if object.kind == "DaemonSet" { "updateStrategy" } else { "strategy" });
    let rolling = strategy.field("rollingUpdate");
    let surge = Share::read(&rolling.field("maxSurge"));
    let surge = match object.kind {
        "Deployment" if strategy.field("type").text() != "Recreate" => {
            surge.unwrap_or(Share::Percent(25)).up(most).clamp(0, most)
        }
        "DaemonSet" => surge.map_or(0, |surge| surge.up(1).clamp(0, 1)),
        _ => 0,
    };
    let pick = |limits: bool| {
        let mut map = BTreeMap::new();
        for resource in amounts.resources() {
            let (request, limit) = amounts.get(resource);
            if let Some(amount) = if limits { limit } else { request } {
                map.insert(resource.to_owned(), amount);
            }
        }
        map
    };
    Workload {
        kind: object.kind.to_owned(),
        name: object.name.to_owned(),
        fewest,
        most,
        surge,
        on_every_node: object.kind == "DaemonSet",
        requests: pick(false),
        limits: pick(true),
    }
}

/// How many pods of a Job run at once.
fn parallel(spec: &At<'_>) -> (i64, i64) {
    let count = spec.field("parallelism").integer().unwrap_or(1).max(0);
    let whole = spec.field("completions").integer().unwrap_or(count.max(1));
    let most = count.min(whole.max(0));
    (0, most)
}

/// Adds the claims that are made beside the pods of a `StatefulSet`, those in the scopes of a quota.
fn claims_of_templates(object: &Object<'_>, workload: &Workload, scopes: &Scopes<'_>, sums: &mut Sums) {
    if (object.group, object.kind) != ("apps", "StatefulSet") {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let templates = spec.field("volumeClaimTemplates");
    for template in templates.items() {
        let spec = template.field("spec");
        if scopes.have_claim(&spec) {
            claim(&spec, [workload.fewest, workload.most, workload.most], sums);
        }
    }
}

fn claim(spec: &At<'_>, counts: [i64; 3], sums: &mut Sums) {
    let resources = spec.field("resources");
    let requests = resources.field("requests");
    let storage = Quantity::parse(requests.entry("storage").text()).unwrap_or(Quantity::ZERO);
    let class = spec.field("storageClassName");
    let class = class.text();
    add_each(sums, "requests.storage", counts.map(|count| storage.times(count)));
    add_each(sums, "persistentvolumeclaims", counts.map(Quantity::whole));
    add_each(sums, "count/persistentvolumeclaims", counts.map(Quantity::whole));
    if !class.is_empty() {
        let of_class = |what: &str| format!("{class}.storageclass.storage.k8s.io/{what}");
        add_each(sums, &of_class("requests.storage"), counts.map(|count| storage.times(count)));
        add_each(sums, &of_class("persistentvolumeclaims"), counts.map(Quantity::whole));
    }
}

/// Counts an object as quotas do.
fn count(object: &Object<'_>, sums: &mut Sums) {
    let one = [Quantity::whole(1); 3];
    let root = object.at();
    let spec = root.field("spec");
    match (object.group, object.kind) {
        ("", "Service") => {
            add_each(sums, "services", one);
            let kind = spec.field("type");
            match kind.text() {
                "LoadBalancer" => add_each(sums, "services.loadbalancers", one),
                "NodePort" => {}
                _ => return counted(object, sums),
            }
            let ports = spec.field("ports");
            let by_node = spec.field("allocateLoadBalancerNodePorts").boolean() != Some(false);
            if kind.text() == "NodePort" || by_node {
                let count = i64::try_from(ports.len()).unwrap_or(i64::MAX);
                add_each(sums, "services.nodeports", [Quantity::whole(count); 3]);
            }
        }
        ("", "PersistentVolumeClaim") => return claim(&spec, [1; 3], sums),
        // Its workload counted it.
        ("", "Pod") => return,
        ("", "ConfigMap") => add_each(sums, "configmaps", one),
        ("", "Secret") => add_each(sums, "secrets", one),
        ("", "ReplicationController") => add_each(sums, "replicationcontrollers", one),
        ("", "ResourceQuota") => add_each(sums, "resourcequotas", one),
        _ => {}
    }
    counted(object, sums);
}

/// `count/deployments.apps`.
fn counted(object: &Object<'_>, sums: &mut Sums) {
    let kind = object.kind.to_lowercase();
    let plural = if let Some(front) = kind.strip_suffix('y').filter(|front| !front.ends_with(['a', 'e', 'o']))
    {
        format!("{front}ies")
    } else if kind.ends_with('s') && kind != "endpoints" {
        format!("{kind}es")
    } else if kind == "endpoints" {
        kind
    } else {
        format!("{kind}s")
    };
    let dot = if object.group.is_empty() { "" } else { "." };
    add_each(sums, &format!("count/{plural}{dot}{}", object.group), [Quantity::whole(1); 3]);
}

/// The lines of a quota, against the sums of what it counts.
fn lines(quota: &Object<'_>, scopes: &Scopes<'_>, sums: &Sums, lines: &mut Vec<QuotaLine>) {
    let root = quota.at();
    let spec = root.field("spec");
    let hard = spec.field("hard");
    for (resource, amount) in hard.entries() {
        let Some(hard) = Quantity::parse(amount.text()) else { continue };
        let [fewest, most, rolling] =
            sums.get(full_name(resource).as_ref()).copied().unwrap_or([Quantity::ZERO; 3]);
        lines.push(QuotaLine {
            quota: quota.name.to_owned(),
            scopes: scopes.shown(),
            resource: resource.to_owned(),
            hard,
            fewest,
            most,
            rolling,
        });
    }
}

/// The full name of what a quota bounds: `cpu` is short for `requests.cpu`.
pub(super) fn full_name(resource: &str) -> Cow<'_, str> {
    match resource {
        "cpu" | "memory" | "ephemeral-storage" => Cow::Owned(format!("requests.{resource}")),
        pages if pages.starts_with("hugepages-") => Cow::Owned(format!("requests.{pages}")),
        resource => Cow::Borrowed(resource),
    }
}

/// An amount as people write it: CPUs in thousandths where they are not whole, bytes in the largest binary unit that
/// leaves no rest worth telling.
pub fn shown(amount: Quantity, resource: &str) -> String {
    let bytes = resource.contains("memory") || resource.contains("storage") && !resource.contains("claims");
    if !bytes {
        let milli = amount.milli();
        return if milli % 1000 == 0 { (milli / 1000).to_string() } else { format!("{milli}m") };
    }
    let value = amount.value();
    for (bits, unit) in [(40, "Ti"), (30, "Gi"), (20, "Mi"), (10, "Ki")] {
        let whole = 1i64 << bits;
        if value >= whole && value % whole == 0 {
            return format!("{}{unit}", value / whole);
        }
        if value >= whole * 10 && bits <= 30 {
            let tenths = (i128::from(value) * 10 + i128::from(whole) / 2) / i128::from(whole);
            return format!("{}.{}{unit}", tenths / 10, tenths % 10);
        }
    }
    value.to_string()
}
