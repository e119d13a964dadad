//! Labels and selectors: which pods have a label, and which objects select by one. Sorted arrays of hashes; what is found
//! by hash is then compared in full.

use std::hash::{Hash, Hasher};
use std::ops::Range;

use rayon::prelude::*;
use rustc_hash::FxHasher;

use super::namespace;
use crate::validate::pod::Pod;
use crate::validate::{At, Object};
use crate::yaml::{Document, Kind, NodeId};

/// Stands for any value of a label: no value is called so.
const ANY_VALUE: &str = "*";

/// Stands for all namespaces: no namespace is called so.
pub(super) const EVERYWHERE: &str = "*";

/// The label that tells the name of one pod of a set.
const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";

/// Stands for the name of a pod's workload among its labels: no label is called so.
const OF_WORKLOAD: &str = "*";

/// What is known of a pod's label.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Label<'a> {
    /// It has this value.
    Is(&'a str),
    /// A controller will set it.
    Later,
    /// There is none.
    None,
}

/// Labels that controllers add to the pods they make.
const LATER: &[&str] = &[
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "controller-uid",
    "job-name",
    "pod-template-generation",
    "pod-template-hash",
    "rollouts-pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
];

impl Pod<'_> {
    /// A label of the pod.
    pub fn label(&self, key: &str) -> Label<'_> {
        let labels = self.labels();
        let found = labels.node.and_then(|node| labels.document.get(node, key));
        match found {
            Some(value) => Label::Is(self.metadata.document.text(value)),
            None if self.object.kind != "Pod" && LATER.contains(&key) => Label::Later,
            None => Label::None,
        }
    }

    /// Whether the pod has all labels of a map (an empty map: yes).
    pub fn has_labels(&self, map: &At<'_>) -> bool {
        map.entries().all(|(key, value)| match self.label(key) {
            Label::Is(own) => own == value.text(),
            Label::Later if key == POD_NAME => {
                value.text().strip_prefix(self.object.name).is_some_and(|rest| rest.starts_with('-'))
            }
            Label::Later => true,
            Label::None => false,
        })
    }

    /// Whether a label selector that is there selects the pod (`{}`: yes).
    pub fn is_selected(&self, selector: &At<'_>) -> bool {
        if !selector.is_there() {
            return false;
        }
        let labels = selector.field("matchLabels");
        let expressions = selector.field("matchExpressions");
        self.has_labels(&labels)
            && expressions.items().all(|expression| fits(&expression, |key| self.label(key)))
    }
}

/// Whether an expression fits, by what is known of labels.
fn fits<'l>(expression: &At<'_>, label: impl Fn(&str) -> Label<'l>) -> bool {
    let key = expression.field("key");
    let values = expression.field("values");
    let own = label(key.text());
    let among = |own: &str| values.items().any(|value| value.text() == own);
    match (expression.field("operator").text(), own) {
        (_, Label::Later) => true,
        ("In", Label::Is(own)) => among(own),
        ("In", Label::None) => false,
        ("NotIn", Label::Is(own)) => !among(own),
        ("NotIn", Label::None) => true,
        ("Exists", own) => own != Label::None,
        ("DoesNotExist", own) => own == Label::None,
        // Not an operator: the server refuses the object, and says so.
        _ => true,
    }
}

/// Whether a label selector that is there selects an object with these labels.
pub(super) fn label_selector_matches(selector: &At<'_>, labels: &At<'_>) -> bool {
    let label = |key: &str| match labels.node.and_then(|node| labels.document.get(node, key)) {
        Some(value) => Label::Is(labels.document.text(value)),
        None => Label::None,
    };
    let wanted = selector.field("matchLabels");
    let expressions = selector.field("matchExpressions");
    selector.is_there()
        && wanted.entries().all(|(key, value)| label(key) == Label::Is(value.text()))
        && expressions.items().all(|expression| fits(&expression, label))
}

fn hash(in_namespace: &str, key: &str, value: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (namespace(in_namespace), key, value).hash(&mut hasher);
    hasher.finish()
}

fn range(sorted: &[(u64, u32)], hash: u64) -> &[(u64, u32)] {
    let start = sorted.partition_point(|(at, _)| *at < hash);
    let length = sorted[start..].partition_point(|(at, _)| *at == hash);
    &sorted[start..start + length]
}

/// Whether a pod runs under its workload's name: a `PodTemplate` is only a pattern.
fn is_run(pod: &Pod<'_>) -> bool {
    pod.object.kind != "PodTemplate"
}

/// Pods, or other objects, by namespace, and by namespace and label.
#[derive(Debug, Default)]
pub(super) struct PairIndex(Vec<(u64, u32)>);

impl PairIndex {
    pub(super) fn of_pods(pods: &[Option<Box<Pod<'_>>>]) -> PairIndex {
        let runs = pods.par_iter().flatten().filter(|pod| is_run(pod));
        let mut entries: Vec<(u64, u32)> =
            runs.flat_map_iter(|pod| pod.pairs.iter().map(|pair| (*pair, pod.number as u32))).collect();
        entries.par_sort_unstable();
        PairIndex(entries)
    }

    /// Objects by their own labels; each also under [`EVERYWHERE`].
    pub(super) fn of_objects<'o>(objects: impl Iterator<Item = (usize, &'o Object<'o>)>) -> PairIndex {
        let mut entries = Vec::new();
        for (number, object) in objects {
            let root = object.at();
            let metadata = root.field("metadata");
            let labels = metadata.field("labels");
            for namespace in [object.namespace, EVERYWHERE] {
                entries.push((hash(namespace, "", ""), number as u32));
                for (key, value) in labels.entries() {
                    for value in [value.text(), ANY_VALUE] {
                        entries.push((hash(namespace, key, value), number as u32));
                    }
                }
            }
        }
        entries.sort_unstable();
        PairIndex(entries)
    }

    /// The pods of a namespace.
    pub(super) fn of_namespace(&self, namespace: &str) -> &[(u64, u32)] {
        range(&self.0, hash(namespace, "", ""))
    }

    /// Numbers among which are all that have these labels, few that do not.
    pub(super) fn candidates(&self, namespace: &str, labels: &At<'_>) -> Candidates<'_> {
        let mut ranges: Vec<&[(u64, u32)]> = labels
            .entries()
            .filter(|(key, _)| !LATER.contains(key))
            .map(|(key, value)| range(&self.0, hash(namespace, key, value.text())))
            .collect();
        ranges.sort_by_key(|found| found.len());
        if ranges.is_empty() {
            let pod_name = labels.entries().find(|(key, _)| *key == POD_NAME);
            if let Some((_, name)) = pod_name {
                return self.called(namespace, name.text());
            }
            ranges.push(self.of_namespace(namespace));
        }
        Candidates { some: ranges.remove(0).iter(), and: ranges, or: Vec::new() }
    }

    /// The pods that have this name by a label, or may be given it by their workload.
    fn called(&self, namespace: &str, name: &str) -> Candidates<'_> {
        let workloads = name.match_indices('-').map(|(at, _)| hash(namespace, OF_WORKLOAD, &name[..at]));
        let or = workloads.chain([hash(namespace, POD_NAME, name)]).map(|pair| range(&self.0, pair));
        Candidates { some: [].iter(), and: Vec::new(), or: or.collect() }
    }

    /// The same for a label selector.
    pub(super) fn candidates_of_selector(&self, namespace: &str, selector: &At<'_>) -> Candidates<'_> {
        let labels = selector.field("matchLabels");
        if labels.entries().any(|(key, _)| !LATER.contains(&key)) {
            return self.candidates(namespace, &labels);
        }
        let or = match narrowing(selector) {
            Some(narrowing) => {
                let hashes = narrowing.hashes(namespace).into_iter().rev();
                hashes.map(|hash| range(&self.0, hash)).collect()
            }
            None => vec![self.of_namespace(namespace)],
        };
        Candidates { some: [].iter(), and: Vec::new(), or }
    }
}

/// Numbers of what stands in a range of an index and in all of some others, then of what stands in further ranges.
#[derive(Default)]
pub(super) struct Candidates<'s> {
    some: std::slice::Iter<'s, (u64, u32)>,
    and: Vec<&'s [(u64, u32)]>,
    /// The next one is the last.
    or: Vec<&'s [(u64, u32)]>,
}

impl Iterator for Candidates<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        loop {
            let and = &self.and;
            let stands = |number: &u32| {
                and.iter().all(|range| range.binary_search_by_key(number, |(_, number)| *number).is_ok())
            };
            if let Some((_, number)) = self.some.find(|(_, number)| stands(number)) {
                return Some(*number as usize);
            }
            self.some = self.or.pop()?.iter();
        }
    }
}

/// What one expression of a selector says of all that it selects: a label with one of some values, or with any.
struct Narrowing<'a> {
    key: &'a str,
    values: Vec<&'a str>,
}

impl Narrowing<'_> {
    fn hashes(&self, namespace: &str) -> Vec<u64> {
        self.values.iter().map(|value| hash(namespace, self.key, value)).collect()
    }
}

/// The first expression that narrows a selector down.
fn narrowing<'a>(selector: &At<'a>) -> Option<Narrowing<'a>> {
    let document = selector.document;
    let list = document.get(selector.node?, "matchExpressions")?;
    document.children(list).find_map(|expression| {
        let [key, operator, values] = document.get_each(expression, ["key", "operator", "values"]);
        let key = key.map(|key| document.text(key)).filter(|key| !LATER.contains(key))?;
        let values = match document.text(operator?) {
            "In" => document.children(values?).map(|value| document.text(value)).collect(),
            "Exists" => vec![ANY_VALUE],
            _ => return None,
        };
        Some(Narrowing { key, values })
    })
}

/// Hashes of a pod's namespace, of its workload's name and of each label, with its value and with any: what pods are found by.
pub(in crate::validate) fn pairs(
    document: &Document,
    namespace: &str,
    workload: &str,
    labels: Option<NodeId>,
) -> Vec<u64> {
    let labels = labels.filter(|labels| document.kind(*labels) == Kind::Mapping);
    let mut pairs = Vec::with_capacity(2 + 2 * labels.map_or(0, |labels| document.len(labels)));
    pairs.extend([hash(namespace, "", ""), hash(namespace, OF_WORKLOAD, workload)]);
    for (key, value) in labels.into_iter().flat_map(|labels| document.entries(labels)) {
        for value in [document.text(value), ANY_VALUE] {
            pairs.push(hash(namespace, document.text(key), value));
        }
    }
    pairs
}

/// Objects that select pods, by namespace and one label that they ask for; those that ask for none by namespace alone.
/// Those with the same selector stand together, so that it is looked at once for all of them.
#[derive(Debug, Default)]
pub(super) struct SelectorIndex {
    /// By hash, then by the first member.
    groups: Vec<Selecting>,
    members: Vec<u32>,
    /// What was added: by hash, then by what the selector says.
    added: Vec<(u64, u64, u32, NodeId)>,
}

/// Objects of a namespace that select by the same selector.
#[derive(Clone, Debug)]
pub(super) struct Selecting {
    pair: u64,
    /// The first of them, which stands for all.
    pub(super) first: u32,
    members: Range<u32>,
}

impl SelectorIndex {
    /// Adds an object that selects by a plain map of labels.
    pub(super) fn add(&mut self, namespace: &str, labels: &At<'_>, number: usize) {
        self.add_by(namespace, labels, labels, number);
    }

    fn add_by(&mut self, namespace: &str, labels: &At<'_>, selector: &At<'_>, number: usize) {
        let pair = labels.entries().find(|(key, _)| !LATER.contains(key));
        let pair =
            pair.map_or_else(|| hash(namespace, "", ""), |(key, value)| hash(namespace, key, value.text()));
        self.add_pair(pair, selector, number);
    }

    fn add_pair(&mut self, pair: u64, selector: &At<'_>, number: usize) {
        if let Some(node) = selector.node {
            self.added.push((pair, said(selector.document, node), number as u32, node));
        }
    }

    /// Adds an object that selects by a label selector.
    pub(super) fn add_selector(&mut self, namespace: &str, selector: &At<'_>, number: usize) {
        let labels = selector.field("matchLabels");
        let narrowing = if labels.is_empty() { narrowing(selector) } else { None };
        match narrowing {
            Some(narrowing) => {
                narrowing
                    .hashes(namespace)
                    .into_iter()
                    .for_each(|pair| self.add_pair(pair, selector, number));
            }
            None => self.add_by(namespace, &labels, selector, number),
        }
    }

    /// The same, ready to be asked.
    pub(super) fn sorted(mut self, objects: &[Object<'_>]) -> SelectorIndex {
        self.added.sort_unstable();
        let same = |one: &(u64, u64, u32, NodeId), other: &(u64, u64, u32, NodeId)| {
            let (a, b) = (&objects[one.2 as usize], &objects[other.2 as usize]);
            (one.0, one.1) == (other.0, other.1)
                && a.namespace == b.namespace
                && a.document.same(one.3, b.document, other.3)
        };
        for group in self.added.chunk_by(same) {
            let from = self.members.len() as u32;
            self.members.extend(group.iter().map(|(_, _, number, _)| *number));
            let members = from..self.members.len() as u32;
            self.groups.push(Selecting { pair: group[0].0, first: group[0].2, members });
        }
        self.groups.sort_unstable_by_key(|group| (group.pair, group.first));
        self.added = Vec::new();
        self
    }

    /// All groups.
    pub(super) fn groups(&self) -> &[Selecting] {
        &self.groups
    }

    /// The objects of a group, in their order.
    pub(super) fn members(&self, group: &Selecting) -> &[u32] {
        &self.members[group.members.start as usize..group.members.end as usize]
    }

    /// The groups that may select a pod, a few together; as numbers of [`SelectorIndex::groups`].
    pub(super) fn of<'s>(&'s self, pod: &'s Pod<'_>) -> impl Iterator<Item = Range<usize>> + 's {
        let pairs = if self.groups.is_empty() || !is_run(pod) { &[] } else { pod.pairs.as_slice() };
        pairs.iter().filter_map(|pair| {
            let start = self.groups.partition_point(|group| group.pair < *pair);
            let length = self.groups[start..].iter().take_while(|group| group.pair == *pair).count();
            (length > 0).then_some(start..start + length)
        })
    }
}

/// A hash of what a selector says.
fn said(document: &Document, selector: NodeId) -> u64 {
    let mut hasher = FxHasher::default();
    let mut todo = vec![selector];
    while let Some(node) = todo.pop() {
        document.text(node).hash(&mut hasher);
        document.key(node).map(|key| document.text(key)).hash(&mut hasher);
        todo.extend(document.children(node));
    }
    hasher.finish()
}
