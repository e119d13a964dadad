//! What Ingresses send traffic to, and the certificates that they show.

use super::{has_port, is_external_name};
use crate::validate::{At, Object, Told};

fn is_ingress(object: &Object<'_>) -> bool {
    matches!(object.group, "networking.k8s.io" | "extensions")
}

/// Backends that are no Service, or no port of it.
pub(in crate::validate) fn ingress_backend_missing(object: &Object<'_>, told: &mut Told<'_>) {
    if !is_ingress(object) {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    for field in ["defaultBackend", "backend"] {
        backend(object, &spec.field(field), told);
    }
    let rules = spec.field("rules");
    for rule in rules.items() {
        let http = rule.field("http");
        let paths = http.field("paths");
        for path in paths.items() {
            backend(object, &path.field("backend"), told);
        }
    }
}

fn backend(object: &Object<'_>, backend: &At<'_>, told: &mut Told<'_>) {
    let service = backend.field("service");
    let port = service.field("port");
    let (name, port_name, port_number) = (service.field("name"), port.field("name"), port.field("number"));
    let (old_name, old_port) = (backend.field("serviceName"), backend.field("servicePort"));
    let old_number = old_port.integer();
    let (name, port_at, wanted, number) = if service.is_there() {
        let at = if port_name.is_there() { &port_name } else { &port_number };
        (&name, at, port_name.text(), port_number.integer())
    } else if old_number.is_some() {
        (&old_name, &old_port, "", old_number)
    } else {
        (&old_name, &old_port, old_port.text(), None)
    };
    // Controllers take the name of an action for a Service of this port.
    if name.text().is_empty() || wanted == "use-annotation" {
        return;
    }
    let Some(service) = told.set.find("", "Service", object.namespace, name.text()) else {
        told.refers(name, "", "Service", object.namespace, name.text(), ": requests are answered with 503");
        return;
    };
    let asked = !wanted.is_empty() || number.is_some();
    if asked && !is_external_name(service) && !has_port(service, wanted, number) {
        let port = number.map_or_else(|| wanted.to_owned(), |number| number.to_string());
        let message = format!("the Service `{}` has no port `{port}`", service.name);
        told.proven(port_at, message).hint = ports(service);
    }
}

/// The ports that a Service has.
fn ports(service: &Object<'_>) -> String {
    let root = service.at();
    let spec = root.field("spec");
    let ports = spec.field("ports");
    let known: Vec<String> = ports
        .items()
        .map(|port| match port.field("name").text() {
            "" => format!("`{}`", port.field("port").text()),
            name => format!("`{name}` ({})", port.field("port").text()),
        })
        .collect();
    if known.is_empty() { String::new() } else { format!("its ports are {}", known.join(", ")) }
}

/// Secrets with certificates that nothing makes.
pub(in crate::validate) fn ingress_tls_secret_missing(object: &Object<'_>, told: &mut Told<'_>) {
    if !is_ingress(object) {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let tls = spec.field("tls");
    for entry in tls.items() {
        let name = entry.field("secretName");
        let what = ": clients are shown another certificate";
        told.refers(&name, "", "Secret", object.namespace, name.text(), what);
    }
}
