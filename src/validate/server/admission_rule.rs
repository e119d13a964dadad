//! What webhooks and admission policies share: rules for resources and operations, match resources, match conditions.

use super::admission_expression::{Expression, check_expression};
use super::format;
use super::report::{Report, shown};
use super::selector::check_selector;
use crate::validate::{At, Finding};

/// What is wrong with a name that is kept for the server's own disk.
pub(super) const SUFFIX: &str = "must not end with `.static.k8s.io`";
const OPERATIONS: &[&str] = &["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];

/// Names that end with `.static.k8s.io` are for configurations on the server's own disk.
///
/// Mirrors `ValidateStaticSuffix`
pub(super) fn check_suffix(object: &At<'_>, findings: &mut Vec<Finding>) {
    let metadata = object.field("metadata");
    let name = metadata.field("name");
    if name.text().ends_with(".static.k8s.io") {
        findings.invalid(&name, SUFFIX);
    }
}

/// Rules of webhooks for resources that webhooks are never asked about.
///
/// Mirrors `WarningsForValidatingWebhookRules`, `WarningsForMutatingWebhookRules`, `warningsForExcludedRules`
pub(super) fn warn_of_excluded(rule: &At<'_>, findings: &mut Vec<Finding>) {
    const EXCLUDED: [(&str, &str); 6] = [
        ("authentication.k8s.io", "selfsubjectreviews"),
        ("authentication.k8s.io", "tokenreviews"),
        ("authorization.k8s.io", "localsubjectaccessreviews"),
        ("authorization.k8s.io", "selfsubjectaccessreviews"),
        ("authorization.k8s.io", "selfsubjectrulesreviews"),
        ("authorization.k8s.io", "subjectaccessreviews"),
    ];
    let (groups, resources) = (rule.field("apiGroups"), rule.field("resources"));
    if has_wildcard(&groups) || has_wildcard(&resources) {
        return;
    }
    for (group, resource) in EXCLUDED {
        if groups.items().any(|item| item.text() == group)
            && resources.items().any(|item| item.text() == resource)
        {
            findings.warns(rule, format!("webhooks are never asked about `{resource}.{group}`"));
        }
    }
}

fn has_wildcard(list: &At<'_>) -> bool {
    list.items().any(|item| item.text() == "*")
}

/// A list that must have something, and nothing beside `*`.
fn check_list(list: &At<'_>, findings: &mut Vec<Finding>) {
    if list.is_empty() {
        findings.required(list, "");
    } else if list.len() > 1 && has_wildcard(list) {
        findings.invalid(list, "`*` must be alone");
    }
}

/// Mirrors `validateRuleWithOperations`, `validateRule`
pub(super) fn check_rule(rule: &At<'_>, findings: &mut Vec<Finding>) {
    let operations = rule.field("operations");
    check_list(&operations, findings);
    for operation in operations.items() {
        findings.one_of(&operation, OPERATIONS);
    }
    check_list(&rule.field("apiGroups"), findings);
    let versions = rule.field("apiVersions");
    check_list(&versions, findings);
    for version in versions.items() {
        if version.text().is_empty() {
            findings.required(&version, "");
        }
    }
    check_resources(&rule.field("resources"), findings);
    let scope = rule.field("scope");
    if scope.is_there() {
        findings.one_of(&scope, &["*", "Cluster", "Namespaced"]);
    }
}

/// Mirrors `validateResources`
fn check_resources(resources: &At<'_>, findings: &mut Vec<Finding>) {
    if resources.is_empty() {
        findings.required(resources, "");
    }
    let mut last_without_subresource = None;
    for (number, resource) in resources.items().enumerate() {
        let text = resource.text();
        if text.is_empty() {
            findings.required(&resource, "");
            continue;
        }
        let Some((name, subresource)) = text.split_once('/') else {
            last_without_subresource = Some(text);
            continue;
        };
        let before = |wanted: (&str, &str)| {
            resources.items().take(number).any(|item| item.text().split_once('/') == Some(wanted))
        };
        if before((name, "*")) {
            findings.invalid(&resource, format!("{} covers it", shown(&format!("{name}/*"))));
        }
        if before(("*", subresource)) {
            findings.invalid(&resource, format!("{} covers it", shown(&format!("*/{subresource}"))));
        }
    }
    if resources.len() > 1 && resources.items().any(|item| item.text() == "*/*") {
        findings.invalid(resources, "`*/*` must be alone");
    }
    // As the server has it: the last resource without a subresource decides.
    if has_wildcard(resources) && last_without_subresource.is_some_and(|text| text != "*") {
        findings.invalid(resources, "`*` covers every resource without a subresource");
    }
}

/// Mirrors `validateMatchResources`, `validateNamedRuleWithOperations`
pub(super) fn check_match_resources(at: &At<'_>, findings: &mut Vec<Finding>) {
    if !at.is_there() {
        return;
    }
    let policy = at.field("matchPolicy");
    if policy.is_there() {
        findings.one_of(&policy, &["Equivalent", "Exact"]);
    }
    check_selector(&at.field("namespaceSelector"), findings);
    check_selector(&at.field("objectSelector"), findings);
    for list in ["resourceRules", "excludeResourceRules"] {
        for rule in at.field(list).items() {
            let names = rule.field("resourceNames");
            for (number, name) in names.items().enumerate() {
                findings.format(&name, format::path_segment(name.text()));
                if names.items().take(number).any(|before| before.text() == name.text()) {
                    findings.duplicate(&name);
                }
            }
            check_rule(&rule, findings);
        }
    }
}

/// Policies that mutate do not see deletions.
pub(super) fn check_mutating_operations(at: &At<'_>, findings: &mut Vec<Finding>) {
    let rules = at.field("resourceRules");
    let path = rules.field("operations").path();
    for rule in rules.items() {
        for operation in rule.field("operations").items() {
            if !matches!(operation.text(), "*" | "CONNECT" | "CREATE" | "UPDATE") {
                findings.not_supported(&operation, &["*", "CONNECT", "CREATE", "UPDATE"]);
                findings.told_at(path.clone());
            }
        }
    }
}

/// Mirrors `validateMatchConditions`, `validateMatchCondition`, `validateMatchConditionsExpression`
pub(super) fn check_match_conditions(conditions: &At<'_>, has_params: bool, findings: &mut Vec<Finding>) {
    if conditions.len() > 64 {
        findings.too_many(conditions, 64);
    }
    for (number, condition) in conditions.items().enumerate() {
        let (name, expression) = (condition.field("name"), condition.field("expression"));
        if expression.text().trim().is_empty() {
            findings.required(&expression, "");
        } else {
            check_expression(&expression, &Expression::condition(has_params), findings);
        }
        if name.text().is_empty() {
            findings.required(&name, "");
        } else {
            findings.format(&name, format::qualified_name(name.text()));
            if conditions.items().take(number).any(|before| before.field("name").text() == name.text()) {
                findings.duplicate(&name);
            }
        }
    }
}
