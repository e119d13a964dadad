//! ValidatingAdmissionPolicy, MutatingAdmissionPolicy and their bindings. Expressions are compiled elsewhere.

use super::admission_expression::{Expression, Gives, check_expression};
use super::admission_rule::{
    check_match_conditions, check_match_resources, check_mutating_operations, check_suffix,
};
use super::format;
use super::report::Report;
use super::selector::check_selector;
use crate::validate::cel::RESERVED;
use crate::validate::{At, Finding};

const LONGEST_VALUE_EXPRESSION: usize = 5 * 1024;
const MOST_AUDIT_ANNOTATIONS: usize = 20;

/// What both kinds of policies begin with.
///
/// Mirrors `validateVariable`
fn check_head(spec: &At<'_>, mutating: bool, findings: &mut Vec<Finding>) {
    let failure = spec.field("failurePolicy");
    if failure.is_there() {
        findings.one_of(&failure, &["Fail", "Ignore"]);
    }
    let params = spec.field("paramKind");
    if params.is_there() {
        check_param_kind(&params, findings);
    }
    let constraints = spec.field("matchConstraints");
    if constraints.is_there() {
        check_match_resources(&constraints, findings);
        let rules = constraints.field("resourceRules");
        if rules.is_empty() {
            findings.required(&rules, "");
        }
        if mutating {
            check_mutating_operations(&constraints, findings);
        }
    } else {
        findings.required(&constraints, "");
    }
    check_match_conditions(&spec.field("matchConditions"), params.is_there(), findings);
    let variables = spec.field("variables");
    for (number, variable) in variables.items().enumerate() {
        let (name, expression) = (variable.field("name"), variable.field("expression"));
        if name.text().trim().is_empty() {
            findings.required(&name, "");
        } else if !is_cel_identifier(name.text()) {
            findings.invalid(&name, "must be a name that CEL knows as such");
        }
        if expression.text().trim().is_empty() {
            findings.required(&expression, "");
        } else {
            let surroundings = Expression {
                has_params: params.is_there(),
                has_authorizer: true,
                has_patch_types: false,
                gives: Gives::Any,
                variables: Some((&variables, number)),
            };
            check_expression(&expression, &surroundings, findings);
        }
    }
}

/// Mirrors `isCELIdentifier`
fn is_cel_identifier(name: &str) -> bool {
    format::c_identifier(name).is_ok() && !RESERVED.contains(&name)
}

/// Mirrors `validateParamKind`
fn check_param_kind(params: &At<'_>, findings: &mut Vec<Finding>) {
    let (version, kind) = (params.field("apiVersion"), params.field("kind"));
    let text = version.text();
    if text.is_empty() {
        findings.required(&version, "");
    } else if text.matches('/').count() > 1 {
        findings.invalid(&version, "must be a group, `/` and a version");
    } else {
        let (group, number) = text.split_once('/').unwrap_or(("", text));
        if !group.is_empty() && format::dns_subdomain(group).is_err() {
            findings.invalid(&version, "must have a DNS subdomain as its group");
        } else if number.is_empty() {
            findings.invalid(&version, "must have a version");
        } else if format::dns1035_label(number).is_err() {
            findings.invalid(&version, "must have a version of lower-case letters, digits and `-`");
        }
    }
    if kind.text().is_empty() {
        findings.required(&kind, "");
    } else {
        findings.format(&kind, format::dns1035_label(&kind.text().to_ascii_lowercase()));
    }
}

/// Mirrors `ValidateValidatingAdmissionPolicy`, `validateValidatingAdmissionPolicySpec`
pub(super) fn check_validating(object: &At<'_>, findings: &mut Vec<Finding>) {
    check_suffix(object, findings);
    let spec = object.field("spec");
    check_head(&spec, false, findings);
    let (validations, audit) = (spec.field("validations"), spec.field("auditAnnotations"));
    if validations.is_empty() && audit.is_empty() {
        findings.required(&validations, "there must be a validation or an audit annotation");
        findings.required(&audit, "there must be a validation or an audit annotation");
        return;
    }
    let (params, variables) = (spec.field("paramKind"), spec.field("variables"));
    let surroundings = |gives: Gives, has_authorizer: bool| Expression {
        has_params: params.is_there(),
        has_authorizer,
        has_patch_types: false,
        gives,
        variables: (!variables.is_empty()).then_some((&variables, variables.len())),
    };
    for validation in validations.items() {
        check_validation(&validation, &surroundings, findings);
    }
    if audit.len() > MOST_AUDIT_ANNOTATIONS {
        findings.invalid(&audit, "may have at most 20 items");
    }
    let metadata = object.field("metadata");
    let policy = metadata.field("name");
    for (number, annotation) in audit.items().enumerate() {
        let (key, value) = (annotation.field("key"), annotation.field("valueExpression"));
        if policy.text().is_empty() {
            findings.invalid(&key, "the policy needs a name");
        } else if let Err(message) = format::qualified_name(&format!("{}/{}", policy.text(), key.text())) {
            findings.invalid(&key, message);
        }
        let text = value.text().trim();
        if text.is_empty() {
            findings.required(&value, "");
        } else if text.len() > LONGEST_VALUE_EXPRESSION {
            findings.required(&value, "it may have at most 5120 bytes");
        } else {
            check_expression(&value, &surroundings(Gives::TextOrNull, true), findings);
        }
        if audit.items().take(number).any(|before| before.field("key").text() == key.text()) {
            findings.duplicate(&key);
        }
    }
}

/// Mirrors `validateValidation`, `validateAuditAnnotation`, `validateMessageExpression`
fn check_validation<'a>(
    validation: &At<'_>,
    surroundings: &impl Fn(Gives, bool) -> Expression<'a>,
    findings: &mut Vec<Finding>,
) {
    let (expression, message) = (validation.field("expression"), validation.field("message"));
    if expression.text().trim().is_empty() {
        findings.required(&expression, "");
    } else {
        check_expression(&expression, &surroundings(Gives::Bool, true), findings);
    }
    let by_expression = validation.field("messageExpression");
    if !by_expression.text().is_empty() {
        if by_expression.text().trim().is_empty() {
            findings.invalid(&by_expression, "must not be blank");
        } else {
            check_expression(&by_expression, &surroundings(Gives::Text, false), findings);
        }
    }
    let trimmed = message.text().trim();
    if !message.text().is_empty() && trimmed.is_empty() {
        findings.invalid(&message, "must not be blank");
    } else if trimmed.contains(['\n', '\r']) {
        findings.invalid(&message, "must be one line");
    }
    let reason = validation.field("reason");
    if reason.is_there() {
        findings.one_of(&reason, &["Forbidden", "Invalid", "RequestEntityTooLarge"]);
    }
}

/// Mirrors `ValidateMutatingAdmissionPolicy`, `validateMutatingAdmissionPolicySpec`
pub(super) fn check_mutating(object: &At<'_>, findings: &mut Vec<Finding>) {
    check_suffix(object, findings);
    let spec = object.field("spec");
    check_head(&spec, true, findings);
    let mutations = spec.field("mutations");
    if mutations.is_empty() {
        findings.required(&mutations, "");
    }
    let (params, variables) = (spec.field("paramKind"), spec.field("variables"));
    for mutation in mutations.items() {
        check_mutation(&mutation, params.is_there(), &variables, findings);
    }
    let reinvocation = spec.field("reinvocationPolicy");
    if reinvocation.text().is_empty() {
        findings.required(&reinvocation, "must be `Never` or `IfNeeded`");
    } else {
        findings.one_of(&reinvocation, &["IfNeeded", "Never"]);
    }
}

/// Mirrors `validateMutation`, `validateApplyConfiguration`, `validateJSONPatch`
fn check_mutation(mutation: &At<'_>, has_params: bool, variables: &At<'_>, findings: &mut Vec<Finding>) {
    let kind = mutation.field("patchType");
    let (wanted, other, gives) = match kind.text() {
        "" => {
            findings.required(&kind, "");
            return;
        }
        "JSONPatch" => ("jsonPatch", "applyConfiguration", Gives::JsonPatch),
        "ApplyConfiguration" => ("applyConfiguration", "jsonPatch", Gives::ApplyConfiguration),
        _ => {
            findings.not_supported(&kind, &["ApplyConfiguration", "JSONPatch"]);
            return;
        }
    };
    let (wanted, other) = (mutation.field(wanted), mutation.field(other));
    if wanted.is_there() {
        let expression = wanted.field("expression");
        if expression.text().trim().is_empty() {
            findings.required(&expression, "");
        } else {
            let surroundings = Expression {
                has_params,
                has_authorizer: true,
                has_patch_types: true,
                gives,
                variables: Some((variables, variables.len())),
            };
            check_expression(&expression, &surroundings, findings);
        }
    } else {
        findings.required(&wanted, "the patch is of this type");
    }
    if other.is_there() {
        findings.invalid(&other, "the patch is not of this type");
    }
}

/// Mirrors `ValidateValidatingAdmissionPolicyBinding`, `validateValidatingAdmissionPolicyBindingSpec`
pub(super) fn check_validating_binding(object: &At<'_>, findings: &mut Vec<Finding>) {
    check_suffix(object, findings);
    let spec = object.field("spec");
    check_binding(&spec, findings);
    check_match_resources(&spec.field("matchResources"), findings);
    let actions = spec.field("validationActions");
    for (number, action) in actions.items().enumerate() {
        findings.one_of(&action, &["Audit", "Deny", "Warn"]);
        if actions.items().take(number).any(|before| before.text() == action.text()) {
            findings.duplicate(&action);
        }
    }
    if ["Deny", "Warn"].iter().all(|name| actions.items().any(|action| action.text() == *name)) {
        findings.invalid(&actions, "may not have both `Deny` and `Warn`");
    }
    if actions.is_empty() {
        findings.required(&actions, "");
    }
}

/// Mirrors `ValidateMutatingAdmissionPolicyBinding`, `validateMutatingAdmissionPolicyBindingSpec`
pub(super) fn check_mutating_binding(object: &At<'_>, findings: &mut Vec<Finding>) {
    check_suffix(object, findings);
    let spec = object.field("spec");
    check_binding(&spec, findings);
    let resources = spec.field("matchResources");
    check_match_resources(&resources, findings);
    check_mutating_operations(&resources, findings);
}

/// Mirrors `validateParamRef`, `validateValidationActions`
fn check_binding(spec: &At<'_>, findings: &mut Vec<Finding>) {
    let policy = spec.field("policyName");
    if policy.text().is_empty() {
        findings.required(&policy, "");
    } else {
        findings.format(&policy, format::dns_subdomain(policy.text()));
    }
    let params = spec.field("paramRef");
    if !params.is_there() {
        return;
    }
    let (name, selector) = (params.field("name"), params.field("selector"));
    let is_named = !name.text().is_empty();
    if is_named {
        findings.format(&name, format::path_segment(name.text()));
    }
    check_selector(&selector, findings);
    if is_named && selector.is_there() {
        findings.forbidden(&name, "there may be `name` or `selector`, not both");
        findings.forbidden(&selector, "there may be `name` or `selector`, not both");
    } else if !is_named && !selector.is_there() {
        findings.required(&params, "there must be `name` or `selector`");
    }
    let action = params.field("parameterNotFoundAction");
    if action.text().is_empty() {
        findings.required(&action, "must be `Deny` or `Allow`");
    } else {
        findings.one_of(&action, &["Deny", "Allow"]);
    }
}
