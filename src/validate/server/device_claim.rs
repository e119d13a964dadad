//! ResourceClaim, ResourceClaimTemplate and DeviceClass: what is asked of devices.

use super::format;
use super::labels::{check_annotations, check_labels};
use super::pod::volume_sources::csi_driver_name;
use super::report::Report;
use super::resource_names::is_extended;
use crate::validate::cel::{self, Environment, Wanted};
use crate::validate::{At, Finding, Path};

const MOST_REQUESTS: usize = 32;
const MOST_ALTERNATIVES: usize = 8;
const MOST_TOLERATIONS: usize = 16;
const LONGEST_EXPRESSION: usize = 10 * 1024;

/// Mirrors `ValidateResourceClaim`, `validateResourceClaimSpec`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    check_claim(&spec.field("devices"), is_flat(object), findings);
}

/// Mirrors `ValidateResourceClaimTemplate`, `validateResourceClaimTemplateSpec`
pub(super) fn check_template(object: &At<'_>, findings: &mut Vec<Finding>) {
    let template = object.field("spec");
    let (metadata, spec) = (template.field("metadata"), template.field("spec"));
    check_annotations(&metadata.field("annotations"), findings);
    check_labels(&metadata.field("labels"), findings);
    for (name, value) in metadata.entries() {
        if !matches!(name, "annotations" | "labels") && value.is_there() {
            findings.forbidden(
                &metadata.field(name),
                "the metadata of templates has labels and annotations only",
            );
        }
    }
    check_claim(&spec.field("devices"), is_flat(object), findings);
}

/// Mirrors `ValidateDeviceClass`, `validateDeviceClassSpec`, `validateDeviceClassConfiguration`
pub(super) fn check_class(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    check_selectors(&spec.field("selectors"), findings);
    let config = spec.field("config");
    if within(&config, MOST_REQUESTS, findings) {
        for item in config.items() {
            check_configuration(&item, findings);
        }
    }
    let name = spec.field("extendedResourceName");
    if name.is_there() && !is_extended(name.text()) {
        findings.invalid(&name, "must be the name of an extended resource");
    }
}

/// Whether requests say what they want without `exactly`, as the first beta has it.
fn is_flat(object: &At<'_>) -> bool {
    object.field("apiVersion").text().ends_with("/v1beta1")
}

/// Whether a list is not too long; tells when it is.
fn within(list: &At<'_>, most: usize, findings: &mut Vec<Finding>) -> bool {
    let fits = list.len() <= most;
    if !fits {
        findings.too_many(list, most);
    }
    fits
}

/// Mirrors `validateDeviceClaim`, `validateSet`, `validateSlice`, `validateMap`
fn check_claim(devices: &At<'_>, flat: bool, findings: &mut Vec<Finding>) {
    let requests = devices.field("requests");
    if within(&requests, MOST_REQUESTS, findings) {
        for (number, request) in requests.items().enumerate() {
            check_request(&request, flat, findings);
            let name = request.field("name");
            if requests.items().take(number).any(|before| before.field("name").text() == name.text()) {
                findings.duplicate(&request);
            }
        }
    }
    let constraints = devices.field("constraints");
    if within(&constraints, MOST_REQUESTS, findings) {
        for constraint in constraints.items() {
            check_references(&constraint.field("requests"), &requests, findings);
            let (matched, distinct) =
                (constraint.field("matchAttribute"), constraint.field("distinctAttribute"));
            for name in [&matched, &distinct] {
                if name.is_there() {
                    findings.format(name, attribute_name(name.text()));
                }
            }
            if !matched.is_there() && !distinct.is_there() {
                findings.required(&constraint, "there must be `matchAttribute` or `distinctAttribute`");
            }
        }
    }
    let config = devices.field("config");
    if within(&config, MOST_REQUESTS, findings) {
        for item in config.items() {
            check_references(&item.field("requests"), &requests, findings);
            check_configuration(&item, findings);
        }
    }
}

/// Mirrors `validateDeviceRequest`
fn check_request(request: &At<'_>, flat: bool, findings: &mut Vec<Finding>) {
    let name = request.field("name");
    check_label(&name, findings);
    let (alternatives, exactly) = (request.field("firstAvailable"), request.field("exactly"));
    let is_exact = if flat { request.field("deviceClassName").is_there() } else { exactly.is_there() };
    match (!alternatives.is_empty(), is_exact) {
        (false, false) => findings.required(request, "there must be `exactly` or `firstAvailable`"),
        (true, both) => {
            if both {
                findings.invalid(request, "may have `exactly` or `firstAvailable`, not both");
            }
            if within(&alternatives, MOST_ALTERNATIVES, findings) {
                for (number, alternative) in alternatives.items().enumerate() {
                    let name = alternative.field("name");
                    if both {
                        // What tags of the type say holds all the same.
                        check_class_name(&alternative, findings);
                    } else {
                        check_label(&name, findings);
                        check_wish(&alternative, findings);
                    }
                    let same = |before: At<'_>| before.field("name").text() == name.text();
                    if alternatives.items().take(number).any(same) {
                        findings.duplicate(&alternative);
                    }
                }
            }
        }
        (false, true) if flat => {
            check_wish(&request.told_at(Path::Field(&request.path, "exactly")), findings);
        }
        (false, true) => check_wish(&exactly, findings),
    }
}

fn check_label(at: &At<'_>, findings: &mut Vec<Finding>) {
    if at.text().is_empty() {
        findings.required(at, "");
    } else {
        findings.format(at, format::dns_label(at.text()));
    }
}

/// Mirrors `validateDeviceClass`
fn check_class_name(wish: &At<'_>, findings: &mut Vec<Finding>) {
    let class = wish.field("deviceClassName");
    if class.text().is_empty() {
        findings.required(&class, "");
    } else {
        findings.format(&class, format::dns_subdomain(class.text()));
    }
}

/// Mirrors `validateExactDeviceRequest`, `validateDeviceSubRequest`, `validateDeviceAllocationMode`
fn check_wish(wish: &At<'_>, findings: &mut Vec<Finding>) {
    check_class_name(wish, findings);
    check_selectors(&wish.field("selectors"), findings);
    let (mode, count) = (wish.field("allocationMode"), wish.field("count"));
    let number = count.integer().unwrap_or(0);
    match mode.text_or("ExactCount") {
        "All" if number != 0 => findings.invalid(&count, "goes with `ExactCount`"),
        "ExactCount" if number < 0 => findings.invalid(&count, "must be greater than 0"),
        "All" | "ExactCount" => {}
        _ => findings.not_supported(&mode, &["All", "ExactCount"]),
    }
    let tolerations = wish.field("tolerations");
    if within(&tolerations, MOST_TOLERATIONS, findings) {
        for toleration in tolerations.items() {
            check_toleration(&toleration, findings);
        }
    }
}

/// Mirrors `validateDeviceToleration`
fn check_toleration(toleration: &At<'_>, findings: &mut Vec<Finding>) {
    let (key, operator) = (toleration.field("key"), toleration.field("operator"));
    let (value, effect) = (toleration.field("value"), toleration.field("effect"));
    if !key.text().is_empty() {
        findings.format(&key, format::qualified_name(key.text()));
    }
    match operator.text_or("Equal") {
        "Exists" => {
            if !value.text().is_empty() {
                findings.invalid(&value, "the operator `Exists` takes no value");
            }
        }
        "Equal" => findings.format(&value, format::label_value(value.text())),
        _ => findings.not_supported(&operator, &["Equal", "Exists"]),
    }
    if !effect.text().is_empty() {
        findings.one_of(&effect, &["NoExecute", "NoSchedule", "None"]);
    }
}

/// Mirrors `validateSelectorSlice`, `validateSelector`, `validateCELExpression`
fn check_selectors(selectors: &At<'_>, findings: &mut Vec<Finding>) {
    if !within(selectors, MOST_REQUESTS, findings) {
        return;
    }
    for selector in selectors.items() {
        let cel = selector.field("cel");
        let expression = cel.field("expression");
        if !cel.is_there() {
            findings.required(&cel, "");
        } else if expression.text().len() > LONGEST_EXPRESSION {
            findings.too_long(&expression, LONGEST_EXPRESSION);
        } else if let Err(fault) =
            cel::check_expression(&Environment::device(), expression.text(), Wanted::BoolOrUnknown)
        {
            findings.invalid(&expression, fault.message);
            findings.belongs_to("invalid-expression");
        }
    }
}

/// Mirrors `validateRequestNameRef`, `validateDeviceConstraint`, `validateDeviceClaimConfiguration`
fn check_references(names: &At<'_>, requests: &At<'_>, findings: &mut Vec<Finding>) {
    if !within(names, MOST_REQUESTS, findings) {
        return;
    }
    for (number, name) in names.items().enumerate() {
        let text = name.text();
        let (request, alternative) =
            text.split_once('/').map_or((text, None), |(request, rest)| (request, Some(rest)));
        let known = requests.items().filter(|at| at.field("name").text() == request).any(|at| {
            let alternatives = at.field("firstAvailable");
            alternative
                .is_none_or(|wanted| alternatives.items().any(|item| item.field("name").text() == wanted))
        });
        if !known || text.split('/').any(|part| format::dns_label(part).is_err()) {
            findings
                .invalid(&name, "must be a request of the claim, or a request, `/` and an alternative of it");
        }
        if names.items().take(number).any(|before| before.text() == text) {
            findings.duplicate(&name);
        }
    }
}

/// Mirrors `validateDeviceConfiguration`, `validateOpaqueConfiguration`, `validateRawExtension`
fn check_configuration(config: &At<'_>, findings: &mut Vec<Finding>) {
    let opaque = config.field("opaque");
    if !opaque.is_there() {
        findings.required(&opaque, "");
        return;
    }
    csi_driver_name(&opaque.field("driver"), findings);
    let parameters = opaque.field("parameters");
    if !parameters.is_there() {
        findings.required(&parameters, "");
    } else if !parameters.is_mapping() {
        findings.invalid(&parameters, "must be an object");
    }
}

/// A domain, `/` and an identifier.
///
/// Mirrors `validateFullyQualifiedName`, `validateQualifiedName`, `validateCIdentifier`
pub(super) fn attribute_name(text: &str) -> format::Format {
    let Some((domain, _)) = text.split_once('/') else {
        return Err("must be a domain, `/` and a name");
    };
    if text.matches('/').count() == 1 && domain.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err("must have a domain without capitals");
    }
    qualified_attribute(text)
}

/// An identifier, with or without a domain.
pub(super) fn qualified_attribute(text: &str) -> format::Format {
    if text.matches('/').count() > 1 {
        // As the server has it: nothing looks at such names.
        return Ok(());
    }
    let (domain, name) = text.split_once('/').map_or((None, text), |(domain, name)| (Some(domain), name));
    if let Some(domain) = domain {
        if domain.is_empty() || domain.len() > 63 {
            return Err("must have a domain of 1 to 63 characters");
        }
        format::dns_subdomain(&domain.to_ascii_lowercase())?;
    }
    if name.len() > 32 {
        return Err("must have a name of at most 32 characters");
    }
    format::c_identifier(name)
}
