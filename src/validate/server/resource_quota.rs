//! ResourceQuota.

use super::report::{Report, shown};
use super::resource_names::{check_amount, check_resource_name, is_quota_resource};
use crate::validate::{At, Finding};

const SCOPES: &[&str] = &[
    "BestEffort",
    "CrossNamespacePodAffinity",
    "NotBestEffort",
    "NotTerminating",
    "PriorityClass",
    "Terminating",
    "VolumeAttributesClass",
];

/// Mirrors `ValidateResourceQuota`, `ValidateResourceQuotaSpec`, `ValidateResourceQuotaResourceName`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let hard = spec.field("hard");
    for (name, amount) in hard.entries() {
        if check_resource_name(name, &amount, findings) && !name.contains('/') && !is_quota_resource(name) {
            let text = format!("the resource {} must be one that quotas have, or have a domain", shown(name));
            findings.push(Finding::server("invalid", &amount, text));
        }
        check_amount(name, &amount, findings);
    }
    check_scopes(&spec, &hard, findings);
    check_scope_selector(&spec, &hard, findings);
}

/// Whether a scope can be had with a resource of the server's own.
///
/// Mirrors `IsResourceQuotaScopeValidForResource`
fn suits(scope: &str, resource: &str) -> bool {
    const COMPUTE: &[&str] =
        &["pods", "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];
    match scope {
        "Terminating"
        | "NotTerminating"
        | "NotBestEffort"
        | "PriorityClass"
        | "CrossNamespacePodAffinity" => COMPUTE.contains(&resource),
        "BestEffort" => resource == "pods",
        "VolumeAttributesClass" => matches!(resource, "persistentvolumeclaims" | "requests.storage"),
        _ => true,
    }
}

fn unsuited<'a>(scope: &str, hard: &'a At<'a>) -> Option<&'a str> {
    hard.entries().map(|(name, _)| name).find(|name| is_quota_resource(name) && !suits(scope, name))
}

fn conflict(has: impl Fn(&str) -> bool) -> bool {
    (has("BestEffort") && has("NotBestEffort")) || (has("Terminating") && has("NotTerminating"))
}

/// Mirrors `validateResourceQuotaScopes`
fn check_scopes(spec: &At<'_>, hard: &At<'_>, findings: &mut Vec<Finding>) {
    let scopes = spec.field("scopes");
    for scope in scopes.items() {
        let text = scope.text();
        if !SCOPES.contains(&text) {
            findings.invalid(&scopes, format!("there is no scope {}", shown(text)));
        }
        if let Some(resource) = unsuited(text, hard) {
            findings
                .invalid(&scopes, format!("the scope {} does not go with {}", shown(text), shown(resource)));
        }
    }
    if conflict(|name| scopes.items().any(|scope| scope.text() == name)) {
        findings.invalid(&scopes, "two of the scopes exclude each other");
    }
}

/// Mirrors `validateScopeSelector`, `validateScopedResourceSelectorRequirement`
fn check_scope_selector(spec: &At<'_>, hard: &At<'_>, findings: &mut Vec<Finding>) {
    let selector = spec.field("scopeSelector");
    // The server's paths have no index here.
    let expressions = selector.field("matchExpressions");
    for expression in expressions.items() {
        let (scope, operator) = (expression.field("scopeName"), expression.field("operator"));
        let values = expression.field("values");
        let text = scope.text();
        if !SCOPES.contains(&text) {
            findings.invalid(&scope, "must be a scope of quotas");
            findings.told_at(expressions.field("scopeName").path());
        }
        if let Some(resource) = unsuited(text, hard) {
            findings.invalid(
                &expressions,
                format!("the scope {} does not go with {}", shown(text), shown(resource)),
            );
        }
        let needs_exists =
            SCOPES.contains(&text) && !matches!(text, "PriorityClass" | "VolumeAttributesClass");
        match operator.text() {
            "Exists" | "In" | "NotIn" | "DoesNotExist" => {
                if needs_exists && operator.text() != "Exists" {
                    findings.invalid(&operator, "must be `Exists` with this scope");
                    findings.told_at(expressions.field("operator").path());
                }
            }
            _ => {
                findings.invalid(&operator, "must be `In`, `NotIn`, `Exists` or `DoesNotExist`");
                findings.told_at(expressions.field("operator").path());
            }
        }
        match operator.text() {
            "In" | "NotIn" if values.is_empty() => {
                findings.required(&values, "the operators `In` and `NotIn` need values");
                findings.told_at(expressions.field("values").path());
            }
            "Exists" | "DoesNotExist" if !values.is_empty() => {
                findings.invalid(&values, "the operators `Exists` and `DoesNotExist` take no values");
                findings.told_at(expressions.field("values").path());
            }
            _ => {}
        }
    }
    if conflict(|name| expressions.items().any(|e| e.field("scopeName").text() == name)) {
        findings.invalid(&expressions, "two of the scopes exclude each other");
    }
}
