//! HorizontalPodAutoscaler, v1 and v2.

use super::format;
use super::report::Report;
use super::resource_names::check_container_resource_name;
use crate::kubernetes::Quantity;
use crate::validate::{At, Finding};

const METRIC_TYPES: &[&str] = &["ContainerResource", "External", "Object", "Pods", "Resource"];
const LONGEST_PERIOD: i64 = 1800;
const LONGEST_WINDOW: i64 = 3600;

/// Mirrors `ValidateHorizontalPodAutoscaler`, `validateHorizontalPodAutoscalerSpec`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let (minimum, maximum) = (spec.field("minReplicas"), spec.field("maxReplicas"));
    findings.non_negative(&minimum);
    let (least, most) = (minimum.integer().unwrap_or(1), maximum.integer().unwrap_or(0));
    if most == 0 {
        findings.required(&maximum, "must be greater than 0");
    } else if most < 0 {
        findings.invalid(&maximum, "must be greater than 0");
    }
    if most < least && most != 0 {
        findings.invalid(&maximum, "must be no less than `minReplicas`");
    }
    let target = spec.field("scaleTargetRef");
    check_reference(&target, target.field("kind").text() == "ReplicationController", findings);

    let metrics = spec.field("metrics");
    let mut can_be_zero = false;
    for metric in metrics.items() {
        check_metric(&metric, findings);
        can_be_zero |= matches!(metric.field("type").text(), "Object" | "External");
    }
    let metadata = object.field("metadata");
    let annotations = metadata.field("annotations");
    if least == 0 && !can_be_zero && !annotations.entry("autoscaling.alpha.kubernetes.io/metrics").is_there()
    {
        findings.forbidden(&metrics, "scaling to zero needs an `Object` or `External` metric");
    }
    let percentage = spec.field("targetCPUUtilizationPercentage");
    if percentage.integer().is_some_and(|value| value < 1) {
        findings.invalid(&percentage, "must be greater than 0");
        findings.told_at("spec.metrics[0].resource.target.averageUtilization");
    }
    let behavior = spec.field("behavior");
    check_rules(&behavior.field("scaleUp"), findings);
    check_rules(&behavior.field("scaleDown"), findings);
}

/// Mirrors `ValidateCrossVersionObjectReference`, `ValidateAPIVersion`
fn check_reference(reference: &At<'_>, may_be_core: bool, findings: &mut Vec<Finding>) {
    for name in ["kind", "name"] {
        check_segment(&reference.field(name), findings);
    }
    let version = reference.field("apiVersion");
    let text = version.text();
    if text.matches('/').count() > 1 {
        findings.invalid(&version, "must be a group, `/` and a version");
    } else if !may_be_core && (text == "/" || !text.contains('/') || text.starts_with('/')) {
        findings.invalid(&version, "must have an API group");
    }
}

fn check_segment(at: &At<'_>, findings: &mut Vec<Finding>) {
    if at.text().is_empty() {
        findings.required(at, "");
    } else {
        findings.format(at, format::path_segment(at.text()));
    }
}

/// Mirrors `validateMetrics`, `validateMetricSpec`
fn check_metric(metric: &At<'_>, findings: &mut Vec<Finding>) {
    const SOURCES: [(&str, &str); 5] = [
        ("object", "Object"),
        ("external", "External"),
        ("pods", "Pods"),
        ("resource", "Resource"),
        ("containerResource", "ContainerResource"),
    ];
    let kind = metric.field("type");
    if kind.text().is_empty() {
        findings.required(&kind, "");
    } else {
        findings.one_of(&kind, METRIC_TYPES);
    }
    let present = SOURCES.iter().filter(|(name, _)| metric.field(name).is_there());
    let count = present.clone().count();
    if let Some((first, _)) = present.clone().next() {
        check_source(first, &metric.field(first), findings);
    }
    for (name, of_type) in SOURCES {
        let source = metric.field(name);
        if of_type == kind.text() {
            if !source.is_there() {
                findings.required(&source, "the metric is of this type");
            }
        } else if count > 1 && source.is_there() {
            findings.forbidden(&source, "only the source of the metric's type may be set");
        } else if count == 1 && source.is_there() && METRIC_TYPES.contains(&kind.text()) {
            // The server leaves a single source of another type alone: the missing one is told above.
        }
    }
}

/// Mirrors `validateObjectSource`, `validateExternalSource`, `validatePodsSource`, `validateResourceSource`,
/// `validateContainerResourceSource`
fn check_source(name: &str, source: &At<'_>, findings: &mut Vec<Finding>) {
    let target = source.field("target");
    let (value, average) = (target.field("value"), target.field("averageValue"));
    let utilization = target.field("averageUtilization");
    match name {
        "object" | "external" | "pods" => {
            if name == "object" {
                check_reference(&source.field("describedObject"), true, findings);
            }
            let metric = source.field("metric");
            check_segment(&metric.field("name"), findings);
            check_target(&target, findings);
            if !average.is_there() && (name == "pods" || !value.is_there()) {
                findings.required(&average, "");
            }
            if name == "external" && average.is_there() && value.is_there() {
                findings.forbidden(&value, "only one of `value` and `averageValue` may be set");
            }
        }
        _ => {
            let resource = source.field("name");
            if resource.text().is_empty() {
                findings.required(&resource, "");
            } else if name == "containerResource" {
                check_container_resource_name(resource.text(), &resource, findings);
            }
            if name == "containerResource" {
                let container = source.field("container");
                if container.text().is_empty() {
                    findings.required(&container, "");
                } else {
                    findings.format(&container, format::dns_label(container.text()));
                }
            }
            check_target(&target, findings);
            if !utilization.is_there() && !average.is_there() {
                findings.required(&utilization, "set a utilization or a value");
            }
            if utilization.is_there() && average.is_there() {
                findings
                    .forbidden(&average, "only one of `averageValue` and `averageUtilization` may be set");
            }
        }
    }
}

/// Mirrors `validateMetricTarget`, `validateMetricIdentifier`
fn check_target(target: &At<'_>, findings: &mut Vec<Finding>) {
    let kind = target.field("type");
    if kind.text().is_empty() {
        findings.required(&kind, "");
    } else {
        findings.one_of(&kind, &["Utilization", "Value", "AverageValue"]);
    }
    for name in ["value", "averageValue"] {
        let value = target.field(name);
        if value.quantity().is_some_and(|value| value.is_negative() || value.is_zero()) {
            findings.invalid(&value, "must be greater than 0");
        }
    }
    let utilization = target.field("averageUtilization");
    if utilization.integer().is_some_and(|value| value < 1) {
        findings.invalid(&utilization, "must be greater than 0");
    }
}

/// Mirrors `validateBehavior`, `validateScalingRules`, `validateScalingPolicy`
fn check_rules(rules: &At<'_>, findings: &mut Vec<Finding>) {
    if !rules.is_there() {
        return;
    }
    let window = rules.field("stabilizationWindowSeconds");
    if window.integer().is_some_and(|value| !(0..=LONGEST_WINDOW).contains(&value)) {
        findings.invalid(&window, "must be between 0 and 3600");
    }
    let select = rules.field("selectPolicy");
    if select.is_there() {
        findings.one_of(&select, &["Disabled", "Max", "Min"]);
    }
    let policies = rules.field("policies");
    if policies.is_there() && policies.is_empty() {
        findings.required(&policies, "there must be at least one policy");
    }
    for policy in policies.items() {
        findings.one_of(&policy.field("type"), &["Percent", "Pods"]);
        let (value, period) = (policy.field("value"), policy.field("periodSeconds"));
        if value.integer().unwrap_or(0) <= 0 {
            findings.invalid(&value, "must be greater than 0");
        }
        if !(1..=LONGEST_PERIOD).contains(&period.integer().unwrap_or(0)) {
            findings.invalid(&period, "must be between 1 and 1800");
        }
    }
    let tolerance = rules.field("tolerance");
    if tolerance.quantity().is_some_and(Quantity::is_negative) {
        findings.invalid(&tolerance, "must be 0 or greater");
    }
}
