//! Role, ClusterRole, RoleBinding, ClusterRoleBinding.

use super::format;
use super::report::Report;
use super::selector::{check_selector, selects};
use crate::validate::{At, Finding};

const GROUP: &str = "rbac.authorization.k8s.io";

/// Mirrors `ValidateRole`
pub(super) fn check_role(object: &At<'_>, findings: &mut Vec<Finding>) {
    for rule in object.field("rules").items() {
        check_rule(&rule, true, findings);
    }
}

/// Mirrors `ValidateClusterRole`
pub(super) fn check_cluster_role(object: &At<'_>, findings: &mut Vec<Finding>) {
    for rule in object.field("rules").items() {
        check_rule(&rule, false, findings);
    }
    let aggregation = object.field("aggregationRule");
    if aggregation.is_there() {
        let selectors = aggregation.field("clusterRoleSelectors");
        if selectors.is_empty() {
            findings.required(&selectors, "there must be at least one selector");
        }
        for selector in selectors.items() {
            check_selector(&selector, findings);
            if selector.is_there() && selects(&selector, &selector.field("no labels")).is_none() {
                findings.invalid(&selector, "must be a selector that can be read");
            }
        }
    }
}

/// Mirrors `ValidatePolicyRule`
fn check_rule(rule: &At<'_>, namespaced: bool, findings: &mut Vec<Finding>) {
    let (verbs, urls) = (rule.field("verbs"), rule.field("nonResourceURLs"));
    if verbs.is_empty() {
        findings.required(&verbs, "there must be at least one verb");
    }
    let (groups, resources) = (rule.field("apiGroups"), rule.field("resources"));
    if !urls.is_empty() {
        let names = rule.field("resourceNames");
        if namespaced {
            findings.invalid(&urls, "Roles have no rules for URLs: use a ClusterRole");
        }
        if !groups.is_empty() || !resources.is_empty() || !names.is_empty() {
            findings.invalid(&urls, "a rule is for resources or for URLs, not for both");
        }
        return;
    }
    if groups.is_empty() {
        findings.required(&groups, "there must be at least one API group (`\"\"` is the core group)");
    }
    if resources.is_empty() {
        findings.required(&resources, "there must be at least one resource");
    }
}

/// Mirrors `ValidateRoleBinding`
pub(super) fn check_role_binding(object: &At<'_>, findings: &mut Vec<Finding>) {
    check_binding(object, true, findings);
}

/// Mirrors `ValidateClusterRoleBinding`
pub(super) fn check_cluster_role_binding(object: &At<'_>, findings: &mut Vec<Finding>) {
    check_binding(object, false, findings);
}

fn check_binding(object: &At<'_>, namespaced: bool, findings: &mut Vec<Finding>) {
    let role = object.field("roleRef");
    let (group, kind, name) = (role.field("apiGroup"), role.field("kind"), role.field("name"));
    if group.text_or(GROUP) != GROUP {
        findings.not_supported(&group, &[GROUP]);
    }
    findings.one_of(&kind, if namespaced { &["Role", "ClusterRole"] } else { &["ClusterRole"] });
    if name.text().is_empty() {
        findings.required(&name, "");
    } else {
        findings.format(&name, format::path_segment(name.text()));
    }
    for subject in object.field("subjects").items() {
        check_subject(&subject, namespaced, findings);
    }
}

/// Mirrors `ValidateRoleBindingSubject`, `SetDefaults_Subject`
fn check_subject(subject: &At<'_>, namespaced: bool, findings: &mut Vec<Finding>) {
    let (kind, name) = (subject.field("kind"), subject.field("name"));
    let (group, namespace) = (subject.field("apiGroup"), subject.field("namespace"));
    if name.text().is_empty() {
        findings.required(&name, "");
    }
    match kind.text() {
        "ServiceAccount" => {
            if !name.text().is_empty() {
                findings.format(&name, format::dns_subdomain(name.text()));
            }
            if !group.text().is_empty() {
                findings.not_supported(&group, &[""]);
            }
            if !namespaced && namespace.text().is_empty() {
                findings.required(&namespace, "a ServiceAccount lives in a namespace");
            }
        }
        "User" | "Group" => {
            if group.text_or(GROUP) != GROUP {
                findings.not_supported(&group, &[GROUP]);
            }
        }
        _ => findings.not_supported(&kind, &["ServiceAccount", "User", "Group"]),
    }
}
