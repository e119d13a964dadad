//! ValidatingWebhookConfiguration and MutatingWebhookConfiguration.

use super::admission_rule::{check_match_conditions, check_rule, check_suffix, warn_of_excluded};
use super::report::Report;
use super::selector::check_selector;
use super::{format, url};
use crate::validate::{At, Finding};

/// Mirrors `ValidateValidatingWebhookConfiguration`, `validateValidatingWebhookConfiguration`,
/// `ValidateMutatingWebhookConfiguration`, `validateMutatingWebhookConfiguration`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    check_suffix(object, findings);
    let webhooks = object.field("webhooks");
    for (number, webhook) in webhooks.items().enumerate() {
        check_webhook(&webhook, findings);
        check_review_versions(&webhook.field("admissionReviewVersions"), findings);
        let name = webhook.field("name");
        if !name.text().is_empty()
            && webhooks.items().take(number).any(|before| before.field("name").text() == name.text())
        {
            findings.duplicate(&name);
        }
    }
}

/// Mirrors `validateValidatingWebhook`, `validateMutatingWebhook`
fn check_webhook(webhook: &At<'_>, findings: &mut Vec<Finding>) {
    let name = webhook.field("name");
    if name.text().is_empty() {
        findings.required(&name, "");
    } else {
        findings.format(&name, format::fully_qualified_name(name.text()));
    }
    for rule in webhook.field("rules").items() {
        check_rule(&rule, findings);
        warn_of_excluded(&rule, findings);
    }
    for (name, known) in [
        ("failurePolicy", ["Fail", "Ignore"]),
        ("matchPolicy", ["Equivalent", "Exact"]),
        ("reinvocationPolicy", ["IfNeeded", "Never"]),
    ] {
        let field = webhook.field(name);
        if field.is_there() {
            findings.one_of(&field, &known);
        }
    }
    let effects = webhook.field("sideEffects");
    if effects.is_there() {
        findings.one_of(&effects, &["None", "NoneOnDryRun"]);
    } else {
        findings.required(&effects, "must be `None` or `NoneOnDryRun`");
    }
    let timeout = webhook.field("timeoutSeconds");
    if timeout.integer().is_some_and(|seconds| !(1..=30).contains(&seconds)) {
        findings.invalid(&timeout, "must be between 1 and 30");
    }
    check_selector(&webhook.field("namespaceSelector"), findings);
    check_selector(&webhook.field("objectSelector"), findings);
    let client = webhook.field("clientConfig");
    let (address, service) = (client.field("url"), client.field("service"));
    if address.is_there() == service.is_there() {
        findings.required(&client, "there must be either `url` or `service`");
    } else if address.is_there() {
        check_url(&address, findings);
    } else {
        // The server blames one for the other.
        let (service_name, namespace) = (service.field("name"), service.field("namespace"));
        check_service(&service, (&namespace, "name"), (&service_name, "namespace"), findings);
    }
    check_match_conditions(&webhook.field("matchConditions"), false, findings);
}

/// Mirrors `ValidateWebhookURL`
pub(in crate::validate) fn check_url(at: &At<'_>, findings: &mut Vec<Finding>) {
    let Some(url) = url::parse(at.text()) else {
        findings.required(at, "it must be a URL, as in `https://host/path`");
        return;
    };
    let fault = if !url.scheme.eq_ignore_ascii_case("https") {
        "must begin with `https://`"
    } else if url.host.is_empty() {
        "must have a host"
    } else if url.has_user {
        "must not name a user"
    } else if !url.fragment.is_empty() {
        "must not have a fragment"
    } else if !url.query.is_empty() {
        "must not have a query"
    } else {
        return;
    };
    findings.invalid(at, fault);
}

/// A service to call: the fields that must be there, each with the name of the field that is blamed.
///
/// Mirrors `ValidateWebhookService`
pub(in crate::validate) fn check_service(
    service: &At<'_>,
    first: (&At<'_>, &str),
    second: (&At<'_>, &str),
    findings: &mut Vec<Finding>,
) {
    for (field, blamed) in [first, second] {
        if field.text().is_empty() {
            findings.required(field, "");
            let path = service.field(blamed).path();
            if findings.last().is_some_and(|finding| finding.path != path) {
                findings.told_at(path);
            }
        }
    }
    let (port, path) = (service.field("port"), service.field("path"));
    if let Some(number) = port.integer() {
        findings.format(&port, format::port_number(number));
    }
    let text = path.text();
    if matches!(text, "" | "/") {
        return;
    }
    let inner = text.get(1..).unwrap_or_default();
    let fault = if !text.starts_with('/') {
        "must begin with `/`"
    } else if inner == "/" || inner.strip_suffix('/').unwrap_or(inner).split('/').any(str::is_empty) {
        "must not have an empty part"
    } else if inner
        .strip_suffix('/')
        .unwrap_or(inner)
        .split('/')
        .any(|step| format::dns_subdomain(step).is_err())
    {
        "must have parts that are DNS subdomains"
    } else {
        return;
    };
    findings.invalid(&path, fault);
}

/// Mirrors `validateAdmissionReviewVersions`
pub(super) fn check_review_versions(versions: &At<'_>, findings: &mut Vec<Finding>) {
    if versions.is_empty() {
        findings.required(versions, "must have `v1` or `v1beta1`");
        return;
    }
    for (number, version) in versions.items().enumerate() {
        if versions.items().take(number).any(|before| before.text() == version.text()) {
            findings.invalid(&version, "is given twice");
        } else {
            findings.format(&version, format::dns1035_label(version.text()));
        }
    }
    if !versions.items().any(|version| matches!(version.text(), "v1" | "v1beta1")) {
        findings.invalid(versions, "must have `v1` or `v1beta1`");
    }
}
