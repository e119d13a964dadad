//! Ingress and IngressClass.

use super::report::Report;
use super::{address, format};
use crate::validate::{At, Finding};

/// Mirrors `ValidateIngressCreate`, `validateIngress`, `ValidateIngressSpec`, `validateIngressTLS`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let (rules, backend) = (spec.field("rules"), spec.field("defaultBackend"));
    if rules.is_empty() && !backend.is_there() {
        findings.invalid(&spec, "there must be `defaultBackend` or `rules`");
    }
    if backend.is_there() {
        check_backend(&backend, findings);
    }
    for rule in rules.items() {
        check_rule(&rule, findings);
    }
    for tls in spec.field("tls").items() {
        for host in tls.field("hosts").items() {
            check_host(&host, findings);
        }
        let secret = tls.field("secretName");
        if !secret.text().is_empty() {
            findings.format(&secret, format::dns_subdomain(secret.text()));
        }
    }
    let class = spec.field("ingressClassName");
    if class.is_there() {
        findings.format(&class, format::dns_subdomain(class.text()));
    }
    let metadata = object.field("metadata");
    let annotations = metadata.field("annotations");
    let old = annotations.entry("kubernetes.io/ingress.class");
    if old.is_there() {
        if !class.is_there() {
            findings.warns(&old, "the annotation is deprecated: use `spec.ingressClassName`");
        } else if old.text() != class.text() {
            findings.invalid(&old, "must be the same as `ingressClassName`");
            findings.told_at("annotations.kubernetes.io/ingress.class");
        }
    }
}

fn check_host(host: &At<'_>, findings: &mut Vec<Finding>) {
    let text = host.text();
    findings.format(
        host,
        if text.contains('*') { format::wildcard_dns_subdomain(text) } else { format::dns_subdomain(text) },
    );
}

/// Mirrors `validateIngressRules`, `validateIngressRuleValue`, `validateHTTPIngressRuleValue`
fn check_rule(rule: &At<'_>, findings: &mut Vec<Finding>) {
    let (host, http) = (rule.field("host"), rule.field("http"));
    if !host.text().is_empty() {
        if address::sloppy_ip(host.text()).is_some() {
            findings.invalid(&host, "must be a DNS name, not an IP address");
        } else {
            check_host(&host, findings);
        }
    }
    if http.is_there() {
        let paths = http.field("paths");
        if paths.is_empty() {
            findings.required(&paths, "");
        }
        for path in paths.items() {
            check_path(&path, findings);
        }
    }
}

/// Mirrors `validateHTTPIngressPath`
fn check_path(at: &At<'_>, findings: &mut Vec<Finding>) {
    const PARTS: [&str; 5] = ["//", "/./", "/../", "%2f", "%2F"];
    let (kind, path) = (at.field("pathType"), at.field("path"));
    let text = path.text();
    match kind.text() {
        _ if !kind.is_there() => {
            findings.required(&kind, "");
            return;
        }
        "Exact" | "Prefix" => {
            if !text.starts_with('/') {
                findings.invalid(&path, "must begin with `/`");
            } else if PARTS.iter().any(|part| text.contains(part)) {
                findings.invalid(&path, "must not contain `//`, `/./`, `/../` or `%2f`");
            } else if text.ends_with("/..") || text.ends_with("/.") {
                findings.invalid(&path, "must not end with `/..` or `/.`");
            }
        }
        "ImplementationSpecific" => {
            if !text.is_empty() && !text.starts_with('/') {
                findings.invalid(&path, "must begin with `/`");
            }
        }
        _ => findings.not_supported(&kind, &["Exact", "ImplementationSpecific", "Prefix"]),
    }
    check_backend(&at.field("backend"), findings);
}

/// Mirrors `validateIngressBackend`
fn check_backend(backend: &At<'_>, findings: &mut Vec<Finding>) {
    let (resource, service) = (backend.field("resource"), backend.field("service"));
    match (resource.is_there(), service.is_there()) {
        (true, true) => findings.invalid(backend, "may not have both `resource` and `service`"),
        (true, false) => check_reference(&resource, findings),
        (false, true) => {
            let (name, port) = (service.field("name"), service.field("port"));
            if name.text().is_empty() {
                findings.required(&name, "");
            } else {
                findings.format(&name, format::dns_label(name.text()));
            }
            let (by_name, by_number) = (port.field("name"), port.field("number"));
            let number = by_number.integer().unwrap_or(0);
            match (!by_name.text().is_empty(), number != 0) {
                (true, true) => {
                    findings.invalid(backend, "may not have both a name and a number of the port");
                }
                (true, false) => findings.format(&by_name, format::port_name(by_name.text())),
                (false, true) => findings.format(&by_number, format::port_number(number)),
                (false, false) => findings.required(backend, "the port needs a name or a number"),
            }
        }
        (false, false) => findings.invalid(backend, "there must be `service` or `resource`"),
    }
}

/// Mirrors `validateIngressTypedLocalObjectReference`
fn check_reference(at: &At<'_>, findings: &mut Vec<Finding>) {
    let group = at.field("apiGroup");
    if group.is_there() {
        findings.format(&group, format::dns_subdomain(group.text()));
    }
    for name in ["kind", "name"] {
        let field = at.field(name);
        if field.text().is_empty() {
            findings.required(&field, "");
        } else {
            findings.format(&field, format::path_segment(field.text()));
        }
    }
}

/// Mirrors `ValidateIngressClass`, `validateIngressClassSpec`, `validateIngressClassParametersReference`
pub(super) fn check_class(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let (controller, parameters) = (spec.field("controller"), spec.field("parameters"));
    if controller.text().is_empty() {
        findings.required(&controller, "");
    } else if controller.text().len() > 250 {
        findings.too_long(&controller, 250);
        findings.format(&controller, format::domain_prefixed_path(controller.text()));
    } else {
        findings.format(&controller, format::domain_prefixed_path(controller.text()));
    }
    if !parameters.is_there() {
        return;
    }
    check_reference(&parameters, findings);
    let (scope, namespace) = (parameters.field("scope"), parameters.field("namespace"));
    match if scope.is_there() { scope.text() } else { "Cluster" } {
        "Namespace" => {
            if namespace.is_there() {
                findings.format(&namespace, format::dns_label(namespace.text()));
            } else {
                findings.required(&namespace, "the scope is `Namespace`");
            }
        }
        "Cluster" => {
            if namespace.is_there() {
                findings.forbidden(&namespace, "the scope is `Cluster`");
            }
        }
        _ => findings.not_supported(&scope, &["Cluster", "Namespace"]),
    }
}
