//! Affinity and spreading that name pods which nobody makes.

use super::shown_selector;
use crate::validate::pod::Pod;
use crate::validate::{At, Level, Told};

/// Terms of `podAffinity`, `podAntiAffinity` and `topologySpreadConstraints` that select no pod of the set.
pub(in crate::validate) fn affinity_without_pods(pod: &Pod<'_>, told: &mut Told<'_>) {
    let affinity = pod.spec.field("affinity");
    if affinity.is_there() {
        for (kind, what) in [("podAffinity", "affinity"), ("podAntiAffinity", "anti-affinity")] {
            let terms = affinity.field(kind);
            let required = terms.field("requiredDuringSchedulingIgnoredDuringExecution");
            for term in required.items() {
                let level = if kind == "podAffinity" { Level::Warning } else { Level::Note };
                check(pod, &term, what, level, told);
            }
            let preferred = terms.field("preferredDuringSchedulingIgnoredDuringExecution");
            for weighted in preferred.items() {
                check(pod, &weighted.field("podAffinityTerm"), what, Level::Note, told);
            }
        }
    }
    let spread = pod.spec.field("topologySpreadConstraints");
    for constraint in spread.items() {
        check(pod, &constraint, "spreading", Level::Note, told);
    }
}

fn check(pod: &Pod<'_>, term: &At<'_>, what: &str, level: Level, told: &mut Told<'_>) {
    let selector = term.field("labelSelector");
    // Pods of other namespaces, or of the cluster, are not known here.
    let elsewhere = term.field("namespaces").is_there() || term.field("namespaceSelector").is_there();
    let namespace = pod.object.namespace;
    if !selector.is_there()
        || elsewhere
        || told.set.selected(namespace, &selector).next().is_some()
        || told.set.operated(namespace).is_some()
    {
        return;
    }
    let level = if told.options.whole_set { level } else { Level::Note };
    let finding = told.tell_as(
        level,
        &selector,
        format!("{what} names pods `{}`, of which there are none", shown_selector(&selector)),
    );
    if level == Level::Warning {
        finding.hint = "the pod is scheduled nowhere until such a pod runs".into();
    }
}
