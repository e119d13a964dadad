//! Labels and selectors: which pods have a label, and which objects select by one. Sorted arrays of hashes; what is found
//! by hash is then compared in full.

use std::hash::{Hash, Hasher};

use rayon::prelude::*;
use rustc_hash::FxHasher;

use super::namespace;
use crate::validate::pod::Pod;
use crate::validate::{At, Object};

/// Stands for any value of a label: no value is called so.
const ANY_VALUE: &str = "*";

/// Stands for all namespaces: no namespace is called so.
pub(super) const EVERYWHERE: &str = "*";

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
            Label::Later if key == "statefulset.kubernetes.io/pod-name" => {
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
        let mut entries: Vec<(u64, u32)> = pods
            .par_iter()
            .flatten()
            .filter(|pod| is_run(pod))
            .flat_map_iter(|pod| {
                let mut entries = vec![(hash(pod.object.namespace, "", ""), pod.number as u32)];
                let labels = pod.labels();
                for (key, value) in labels.entries() {
                    for value in [value.text(), ANY_VALUE] {
                        entries.push((hash(pod.object.namespace, key, value), pod.number as u32));
                    }
                }
                entries
            })
            .collect();
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

    /// The fewest pods among which are all that have these labels.
    pub(super) fn candidates(&self, namespace: &str, labels: &At<'_>) -> &[(u64, u32)] {
        labels
            .entries()
            .filter(|(key, _)| !LATER.contains(key))
            .map(|(key, value)| range(&self.0, hash(namespace, key, value.text())))
            .min_by_key(|found| found.len())
            .unwrap_or_else(|| self.of_namespace(namespace))
    }

    /// The same for a label selector, a few ranges together.
    pub(super) fn candidates_of_selector(&self, namespace: &str, selector: &At<'_>) -> Vec<&[(u64, u32)]> {
        let labels = selector.field("matchLabels");
        if labels.entries().any(|(key, _)| !LATER.contains(&key)) {
            return vec![self.candidates(namespace, &labels)];
        }
        match narrowing(selector) {
            Some(narrowing) => {
                narrowing.hashes(namespace).into_iter().map(|hash| range(&self.0, hash)).collect()
            }
            None => vec![self.of_namespace(namespace)],
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

/// Objects that select pods, by namespace and one label that they ask for; those that ask for none by namespace alone.
#[derive(Debug, Default)]
pub(super) struct SelectorIndex(Vec<(u64, u32)>);

impl SelectorIndex {
    /// Adds an object that selects by a plain map of labels.
    pub(super) fn add(&mut self, namespace: &str, labels: &At<'_>, number: usize) {
        let pair = labels.entries().find(|(key, _)| !LATER.contains(key));
        let hash =
            pair.map_or_else(|| hash(namespace, "", ""), |(key, value)| hash(namespace, key, value.text()));
        self.0.push((hash, number as u32));
    }

    /// Adds an object that selects by a label selector.
    pub(super) fn add_selector(&mut self, namespace: &str, selector: &At<'_>, number: usize) {
        let labels = selector.field("matchLabels");
        let narrowing = if labels.is_empty() { narrowing(selector) } else { None };
        match narrowing {
            Some(narrowing) => {
                self.0.extend(narrowing.hashes(namespace).into_iter().map(|hash| (hash, number as u32)));
            }
            None => self.add(namespace, &labels, number),
        }
    }

    pub(super) fn sorted(mut self) -> SelectorIndex {
        self.0.sort_unstable();
        self
    }

    /// The objects that may select a pod.
    pub(super) fn of<'s>(&'s self, pod: &'s Pod<'_>) -> impl Iterator<Item = usize> + 's {
        let mut found: Vec<&'s [(u64, u32)]> = Vec::new();
        if !self.0.is_empty() && is_run(pod) {
            found.push(range(&self.0, hash(pod.object.namespace, "", "")));
            let labels = pod.labels();
            for (key, value) in labels.entries() {
                for value in [value.text(), ANY_VALUE] {
                    found.push(range(&self.0, hash(pod.object.namespace, key, value)));
                }
            }
        }
        found.into_iter().flatten().map(|(_, number)| *number as usize)
    }
}
