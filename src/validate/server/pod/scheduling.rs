//! What scheduling asks of a pod: spreading, tolerations, gates, claims on devices.

use super::affinity::label_keys;
use super::{Context, Owner, told};
use crate::validate::server::format;
use crate::validate::server::report::Report;
use crate::validate::server::selector::check_selector;
use crate::validate::{At, Finding, Path};

/// Mirrors `validateTopologySpreadConstraints`, `ValidateTopologyKey`, `ValidateWhenUnsatisfiable`,
/// `validateMinDomains`, `validateNodeInclusionPolicy`, `ValidateSpreadConstraintNotRepeat`
pub(super) fn check_spreading(constraints: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (index, constraint) in constraints.items().enumerate() {
        let skew = constraint.field("maxSkew");
        if skew.integer().unwrap_or(0) <= 0 {
            findings.invalid(&skew, "must be greater than 0");
        }
        let (key, action) = (constraint.field("topologyKey"), constraint.field("whenUnsatisfiable"));
        if key.text().is_empty() {
            findings.required(&key, "");
        }
        findings.one_of(&action, &["DoNotSchedule", "ScheduleAnyway"]);
        let is_repeated = constraints.items().skip(index + 1).any(|other| {
            other.field("topologyKey").text() == key.text()
                && other.field("whenUnsatisfiable").text() == action.text()
        });
        if is_repeated {
            let path = Path::Field(&constraint.path, "{topologyKey, whenUnsatisfiable}");
            findings.push(told::duplicate(&key.told_at(path), key.text()));
        }
        let domains = constraint.field("minDomains");
        if let Some(count) = domains.integer() {
            if count <= 0 {
                findings.invalid(&domains, "must be greater than 0");
            }
            if action.text() != "DoNotSchedule" {
                findings.invalid(&domains, "it needs `whenUnsatisfiable: DoNotSchedule`");
            }
        }
        for field in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            let policy = constraint.field(field);
            if policy.is_there() {
                findings.one_of(&policy, &["Honor", "Ignore"]);
            }
        }
        let selector = constraint.field("labelSelector");
        label_keys(&constraint, &selector, context, findings);
        check_selector(&selector, findings);
    }
}

/// Mirrors `ValidateTolerations`, `validateTaintEffect`, `Validate_Toleration`
pub(in crate::validate::server) fn check_tolerations(tolerations: &At<'_>, findings: &mut Vec<Finding>) {
    for toleration in tolerations.items() {
        let (key, operator, value, effect) = (
            toleration.field("key"),
            toleration.field("operator"),
            toleration.field("value"),
            toleration.field("effect"),
        );
        if !key.text().is_empty() {
            findings.format(&key, format::qualified_name(key.text()));
        } else if operator.text() != "Exists" {
            findings.invalid(&operator, "must be `Exists` where there is no key: it stands for every taint");
        }
        if toleration.field("tolerationSeconds").is_there() && effect.text() != "NoExecute" {
            findings.invalid(&effect, "must be `NoExecute` where `tolerationSeconds` is given");
        }
        match operator.text() {
            "" | "Equal" => {
                if let Err(message) = format::label_value(value.text()) {
                    findings.invalid(&value.told_at(operator.path), message);
                }
            }
            "Exists" => {
                if !value.text().is_empty() {
                    findings.invalid(&value.told_at(operator.path), "the operator `Exists` takes no value");
                }
            }
            _ => findings.not_supported(&operator, &["Equal", "Exists"]),
        }
        if !effect.text().is_empty() {
            findings.one_of(&effect, &["NoSchedule", "PreferNoSchedule", "NoExecute"]);
        }
    }
}

/// Mirrors `validateReadinessGates`, `validateSchedulingGates`
pub(super) fn check_gates(spec: &At<'_>, findings: &mut Vec<Finding>) {
    for gate in spec.field("readinessGates").items() {
        let condition = gate.field("conditionType");
        findings.format(&condition, format::qualified_name(condition.text()));
    }
    let gates = spec.field("schedulingGates");
    for (index, gate) in gates.items().enumerate() {
        let name = gate.field("name");
        // The server blames the item, not its name.
        let at = name.told_at(gate.path);
        findings.format(&at, format::qualified_name(name.text()));
        if gates.items().take(index).any(|other| other.field("name").text() == name.text()) {
            findings.duplicate(&at);
        }
    }
}

/// Mirrors `validatePodResourceClaims`, `validatePodResourceClaim`
pub(super) fn check_claims(claims: &At<'_>, owner: &Owner<'_>, findings: &mut Vec<Finding>) {
    let is_static = owner.is_pod && owner.annotations.entry("kubernetes.io/config.mirror").node.is_some();
    for (index, claim) in claims.items().enumerate() {
        if is_static {
            let message = "static pods may not claim devices";
            findings.push(Finding::server(
                "forbidden",
                &claim.told_at(Path::Field(&Path::Root, "")),
                message,
            ));
            continue;
        }
        let name = claim.field("name");
        if name.text().is_empty() {
            findings.required(&name, "");
        } else if claims.items().take(index).any(|other| other.field("name").text() == name.text()) {
            findings.duplicate(&name);
        } else {
            findings.format(&name, format::dns_label(name.text()));
        }
        let (made, template) = (claim.field("resourceClaimName"), claim.field("resourceClaimTemplateName"));
        match (made.is_there(), template.is_there()) {
            (true, true) => findings.invalid(&claim, "it may name a claim or a template, not both"),
            (false, false) => findings.invalid(&claim, "it must name a claim or a template"),
            _ => {}
        }
        for name in [&made, &template] {
            if name.is_there() {
                findings.format(name, format::dns_subdomain(name.text()));
            }
        }
    }
}
