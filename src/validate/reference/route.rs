//! Routes of the Gateway API: their gateways, their backends, and whether backends of other namespaces are granted.

use super::{has_port, is_external_name, or};
use crate::validate::set::namespace;
use crate::validate::{At, Object, Told};

const GROUP: &str = "gateway.networking.k8s.io";

/// Gateways that a route belongs to.
pub(in crate::validate) fn route_parent_missing(object: &Object<'_>, told: &mut Told<'_>) {
    if object.group != GROUP {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let parents = spec.field("parentRefs");
    for parent in parents.items() {
        let (group, kind, name, other) =
            (parent.field("group"), parent.field("kind"), parent.field("name"), parent.field("namespace"));
        let (group, kind) = (if group.is_there() { group.text() } else { GROUP }, kind.text_or("Gateway"));
        let other = or(other.text(), object.namespace);
        told.refers(&name, group, kind, other, name.text(), ": the route serves nothing");
    }
}

/// Services that a route sends traffic to.
pub(in crate::validate) fn route_backend_missing(object: &Object<'_>, told: &mut Told<'_>) {
    if object.group != GROUP {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let rules = spec.field("rules");
    for rule in rules.items() {
        let backends = rule.field("backendRefs");
        for backend in backends.items() {
            check(object, &backend, told);
        }
    }
}

fn check(object: &Object<'_>, backend: &At<'_>, told: &mut Told<'_>) {
    let (group, kind, name, port, other) = (
        backend.field("group"),
        backend.field("kind"),
        backend.field("name"),
        backend.field("port"),
        backend.field("namespace"),
    );
    let kind = kind.text_or("Service");
    let elsewhere = or(other.text(), object.namespace);
    let what = ": requests are answered with 500";
    told.refers(&name, group.text(), kind, elsewhere, name.text(), what);
    if !group.text().is_empty() || kind != "Service" {
        return;
    }
    let Some(service) = told.set.find("", "Service", elsewhere, name.text()) else { return };
    let number = port.integer();
    if number.is_some() && !is_external_name(service) && !has_port(service, "", number) {
        told.proven(&port, format!("the Service `{}` has no port `{}`", service.name, port.text()));
    }
    if namespace(elsewhere) != namespace(object.namespace) && !is_granted(object, elsewhere, told) {
        let message = format!(
            "the Service `{}` is in the namespace `{elsewhere}`, where no ReferenceGrant lets it in",
            service.name
        );
        told.absent(&other, message);
    }
}

fn is_granted(object: &Object<'_>, elsewhere: &str, told: &Told<'_>) -> bool {
    let mut grants = told.set.of_kind("ReferenceGrant");
    grants.any(|grant| {
        let root = grant.at();
        let spec = root.field("spec");
        let from = spec.field("from");
        namespace(grant.namespace) == namespace(elsewhere)
            && from.items().any(|from| {
                from.field("kind").text() == object.kind
                    && namespace(from.field("namespace").text()) == namespace(object.namespace)
            })
    })
}
