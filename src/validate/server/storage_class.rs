//! StorageClass and VolumeAttributesClass.

use super::format;
use super::report::Report;
use crate::validate::{At, Finding};

const MOST_PARAMETERS: usize = 512;
const LARGEST_PARAMETERS: usize = 256 * 1024;

/// Mirrors `ValidateStorageClass`, `validateReclaimPolicy`, `validateVolumeBindingMode`, `validateAllowedTopologies`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    check_provisioner(&object.field("provisioner"), findings);
    check_parameters(&object.field("parameters"), true, findings);
    let reclaim = object.field("reclaimPolicy");
    if !reclaim.text().is_empty() {
        findings.one_of(&reclaim, &["Delete", "Retain"]);
    }
    let binding = object.field("volumeBindingMode");
    if binding.is_there() {
        findings.one_of(&binding, &["Immediate", "WaitForFirstConsumer"]);
    }
    let topologies = object.field("allowedTopologies");
    for (number, term) in topologies.items().enumerate() {
        check_topology(&term, findings);
        let says = meaning(&term);
        // As the server has it: a term that says nothing counts as one that was there before.
        if says.is_empty() || topologies.items().take(number).any(|before| meaning(&before) == says) {
            findings.duplicate(&term.field("matchLabelExpressions"));
        }
    }
}

/// Mirrors `ValidateVolumeAttributesClass`
pub(super) fn check_attributes(object: &At<'_>, findings: &mut Vec<Finding>) {
    check_provisioner(&object.field("driverName"), findings);
    check_parameters(&object.field("parameters"), false, findings);
}

/// Mirrors `validateProvisioner`
fn check_provisioner(at: &At<'_>, findings: &mut Vec<Finding>) {
    if at.text().is_empty() {
        findings.required(at, "");
    } else {
        findings.format(at, format::annotation_key(at.text()));
    }
}

/// Mirrors `validateParameters`
fn check_parameters(parameters: &At<'_>, may_be_empty: bool, findings: &mut Vec<Finding>) {
    if parameters.len() > MOST_PARAMETERS {
        findings.too_long(parameters, MOST_PARAMETERS);
        return;
    }
    let mut size = 0;
    for (key, value) in parameters.entries() {
        if key.is_empty() {
            findings.invalid(parameters, "must not have an empty key");
        }
        size += key.len() + value.text().len();
    }
    if size > LARGEST_PARAMETERS {
        findings.too_long(parameters, LARGEST_PARAMETERS);
    }
    if !may_be_empty && parameters.is_empty() {
        findings.required(parameters, "there must be at least one");
    }
}

/// What a term says, in a form that can be compared.
fn meaning<'a>(term: &'a At<'a>) -> Vec<(&'a str, Vec<&'a str>)> {
    let document = term.document;
    let text = |node, key| document.get(node, key).map_or("", |node| document.text(node));
    let expressions = term.node.and_then(|node| document.get(node, "matchLabelExpressions"));
    let mut said: Vec<(&str, Vec<&str>)> = Vec::new();
    for expression in expressions.into_iter().flat_map(|list| document.children(list)) {
        let values = document.get(expression, "values");
        let mut values: Vec<&str> = values
            .into_iter()
            .flat_map(|list| document.children(list))
            .map(|node| document.text(node))
            .collect();
        values.sort_unstable();
        values.dedup();
        let key = text(expression, "key");
        said.retain(|(before, _)| *before != key);
        said.push((key, values));
    }
    said.sort_unstable();
    said
}

/// Mirrors `ValidateTopologySelectorTerm`, `validateTopologySelectorLabelRequirement`, `GetWarningsForStorageClass`
fn check_topology(term: &At<'_>, findings: &mut Vec<Finding>) {
    let expressions = term.field("matchLabelExpressions");
    for (number, expression) in expressions.items().enumerate() {
        let (key, values) = (expression.field("key"), expression.field("values"));
        if values.is_empty() {
            findings.required(&values, "");
        }
        for (position, value) in values.items().enumerate() {
            if values.items().take(position).any(|before| before.text() == value.text()) {
                findings.duplicate(&value);
            }
        }
        findings.format(&key, format::qualified_name(key.text()));
        if expressions.items().take(number).any(|before| before.field("key").text() == key.text()) {
            findings.duplicate(&key);
        }
        if let Some(instead) = newer_node_label(key.text()) {
            findings.warns(&key, format!("`{}` is deprecated: use `{instead}`", key.text()));
        }
    }
}

/// The label of nodes that replaces a deprecated one.
///
/// Mirrors `GetNodeLabelDeprecatedMessage`
pub(super) fn newer_node_label(key: &str) -> Option<&'static str> {
    Some(match key {
        "beta.kubernetes.io/arch" => "kubernetes.io/arch",
        "beta.kubernetes.io/os" => "kubernetes.io/os",
        "failure-domain.beta.kubernetes.io/region" => "topology.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone" => "topology.kubernetes.io/zone",
        "beta.kubernetes.io/instance-type" => "node.kubernetes.io/instance-type",
        "scheduler.alpha.kubernetes.io/preferAvoidPods" => "taints and tolerations",
        "node-role.kubernetes.io/master" => "node-role.kubernetes.io/control-plane",
        _ => return None,
    })
}
