//! Affinity to nodes and to other pods.

use super::Context;
use crate::validate::server::format;
use crate::validate::server::report::Report;
use crate::validate::server::selector::check_selector;
use crate::validate::{At, Finding, Path};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// Mirrors `validateAffinity`, `validateNodeAffinity`, `validatePodAffinity`, `validatePodAntiAffinity`
pub(super) fn check(affinity: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !affinity.is_there() {
        return;
    }
    let node = affinity.field("nodeAffinity");
    let required = node.field(REQUIRED);
    if required.is_there() {
        check_node_selector(&required, findings);
    }
    for term in node.field(PREFERRED).items() {
        weight(&term, findings);
        // Values are let pass: on a cluster of one node such a preference may hold.
        node_term(&term.field("preference"), false, findings);
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        let pods = affinity.field(kind);
        for term in pods.field(REQUIRED).items() {
            pod_term(&term, context, findings);
        }
        for weighted in pods.field(PREFERRED).items() {
            weight(&weighted, findings);
            pod_term(&weighted.field("podAffinityTerm"), context, findings);
        }
    }
}

/// Mirrors `ValidatePreferredSchedulingTerms`, `validateWeightedPodAffinityTerms`
fn weight(term: &At<'_>, findings: &mut Vec<Finding>) {
    let weight = term.field("weight");
    if !(1..=100).contains(&weight.integer().unwrap_or(0)) {
        findings.invalid(&weight, "must be between 1 and 100");
    }
}

/// A selector of nodes: at least one term, each well formed.
///
/// Mirrors `ValidateNodeSelector`
pub(in crate::validate::server) fn check_node_selector(selector: &At<'_>, findings: &mut Vec<Finding>) {
    let terms = selector.field("nodeSelectorTerms");
    if terms.is_empty() {
        findings.required(&terms, "at least one term");
        return;
    }
    for term in terms.items() {
        node_term(&term, true, findings);
    }
}

/// Mirrors `ValidateNodeSelectorTerm`, `ValidateNodeSelectorRequirement`, `ValidateNodeFieldSelectorRequirement`
fn node_term(term: &At<'_>, with_values: bool, findings: &mut Vec<Finding>) {
    for expression in term.field("matchExpressions").items() {
        let (key, operator, values) =
            (expression.field("key"), expression.field("operator"), expression.field("values"));
        match operator.text() {
            "In" | "NotIn" if values.is_empty() => {
                findings.required(&values, "the operators `In` and `NotIn` need values");
            }
            "Exists" | "DoesNotExist" if !values.is_empty() => {
                findings.forbidden(&values, "the operators `Exists` and `DoesNotExist` take none");
            }
            "Gt" | "Lt" if values.len() != 1 => {
                findings.required(&values, "the operators `Gt` and `Lt` need exactly one value");
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => {}
            _ => findings.invalid(&operator, "must be `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt` or `Lt`"),
        }
        findings.format(&key, format::qualified_name(key.text()));
        if with_values {
            for value in values.items() {
                findings.format(&value, format::label_value(value.text()));
            }
        }
    }
    for field in term.field("matchFields").items() {
        let (key, operator, values) = (field.field("key"), field.field("operator"), field.field("values"));
        match operator.text() {
            "In" | "NotIn" if values.len() == 1 => {}
            "In" | "NotIn" => findings.required(&values, "exactly one value"),
            _ => findings.invalid(&operator, "must be `In` or `NotIn`"),
        }
        if key.text() == "metadata.name" {
            for value in values.items() {
                findings.format(&value, format::dns_subdomain(value.text()));
            }
        } else {
            findings.invalid(&key, "must be `metadata.name`");
        }
    }
}

/// Mirrors `validatePodAffinityTerm`, `validatePodAffinityTerms`, `ValidatePodAffinityTermSelector`
fn pod_term(term: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let selector = term.field("labelSelector");
    check_selector(&selector, findings);
    check_selector(&term.field("namespaceSelector"), findings);
    for namespace in term.field("namespaces").items() {
        // The server blames a field that there is not.
        findings.format(
            &namespace.told_at(Path::Field(&term.path, "namespace")),
            format::dns_label(namespace.text()),
        );
    }
    label_keys(term, &selector, context, findings);
    let key = term.field("topologyKey");
    if key.text().is_empty() {
        findings.required(&key, "");
    } else {
        findings.format(&key, format::qualified_name(key.text()));
    }
}

/// Keys of labels that the pod's own values are put behind.
///
/// Mirrors `ValidateMatchLabelKeysAndMismatchLabelKeys`, `validateLabelKeys`,
/// `applyMatchLabelKeysAndMismatchLabelKeys`, `applyLabelKeysToLabelSelector`
pub(super) fn label_keys(
    term: &At<'_>,
    selector: &At<'_>,
    context: &Context<'_>,
    findings: &mut Vec<Finding>,
) {
    let (matched, mismatched) = (term.field("matchLabelKeys"), term.field("mismatchLabelKeys"));
    if matched.is_empty() && mismatched.is_empty() {
        return;
    }
    for keys in [&matched, &mismatched] {
        if keys.is_empty() {
            continue;
        }
        if !selector.is_there() {
            findings.forbidden(keys, "it needs `labelSelector`");
            continue;
        }
        for key in keys.items() {
            findings.format(&key, format::qualified_name(key.text()));
        }
    }
    if selector.is_there() {
        repeated_keys(term, selector, [&matched, &mismatched], context, findings);
    }
    for key in matched.items() {
        if mismatched.items().any(|other| other.text() == key.text()) {
            findings.invalid(&key, "it is in `mismatchLabelKeys`, too");
        }
    }
}

/// A key that stands in the selector and in `matchLabelKeys`. Of pods, the server has put the keys into the selector
/// before it looks; the path it tells is the term's with the number of the key.
fn repeated_keys(
    term: &At<'_>,
    selector: &At<'_>,
    [matched, mismatched]: [&At<'_>; 2],
    context: &Context<'_>,
    findings: &mut Vec<Finding>,
) {
    let labels = selector.field("matchLabels");
    let expressions = selector.field("matchExpressions");
    let mut seen: Vec<String> = labels.entries().map(|(key, _)| key.to_owned()).collect();
    let mut see = |key: &str| {
        let position = matched.items().enumerate().filter(|(_, other)| other.text() == key).last();
        if let Some((position, at)) = position
            && seen.iter().any(|other| other == key)
        {
            findings.invalid(&at.told_at(Path::Index(&term.path, position)), "it is in `labelSelector`, too");
        }
        seen.push(key.to_owned());
    };
    for expression in expressions.items() {
        see(expression.field("key").text());
    }
    if context.is_pod {
        for keys in [matched, mismatched] {
            for key in keys.items() {
                if context
                    .labels
                    .node
                    .is_some_and(|node| context.labels.document.get(node, key.text()).is_some())
                {
                    see(key.text());
                }
            }
        }
    }
}
