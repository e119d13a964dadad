//! What `ServiceMonitors` and `PodMonitors` watch.

use super::shown_selector;
use crate::validate::set::namespace;
use crate::validate::{At, Object, Told};

/// Which namespaces a monitor looks at, by its `namespaceSelector`; `None`: all.
fn namespaces<'m>(object: &Object<'m>, names: &'m At<'m>, any: bool) -> Option<Vec<&'m str>> {
    let named: Vec<&str> = names.items().map(|name| name.text()).collect();
    match (any, named.is_empty()) {
        (true, _) => None,
        (false, true) => Some(vec![object.namespace]),
        (false, false) => Some(named),
    }
}

/// Whether all that is looked at is in the set: other namespaces may hold more.
fn looks_only_here(object: &Object<'_>, namespaces: Option<&[&str]>) -> bool {
    namespaces.is_some_and(|names| names.iter().all(|name| namespace(name) == namespace(object.namespace)))
}

/// A `ServiceMonitor` that selects no Service, or a port that none of them has.
pub(in crate::validate) fn service_monitor_without_service(object: &Object<'_>, told: &mut Told<'_>) {
    if object.group != "monitoring.coreos.com" {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let selector = spec.field("selector");
    let elsewhere = spec.field("namespaceSelector");
    let names = elsewhere.field("matchNames");
    let among = namespaces(object, &names, elsewhere.field("any").boolean() == Some(true));
    if !selector.is_there() && !elsewhere.is_there() {
        told.tell(&selector, "it selects no Service: there is no selector");
        return;
    }
    let services: Vec<&Object<'_>> = match &among {
        Some(names) => {
            names.iter().flat_map(|name| told.set.labelled_services(Some(name), &selector)).collect()
        }
        None => told.set.labelled_services(None, &selector).collect(),
    };
    if services.is_empty() {
        if looks_only_here(object, among.as_deref()) && told.set.operated(object.namespace).is_none() {
            let message = format!(
                "no Service among the objects has the labels `{}`: nothing is scraped",
                shown_selector(&selector)
            );
            told.absent(&selector, message);
        }
        return;
    }
    let endpoints = spec.field("endpoints");
    for endpoint in endpoints.items() {
        let port = endpoint.field("port");
        if !port.text().is_empty()
            && !services.iter().any(|service| super::has_port(service, port.text(), None))
        {
            let message = format!("no selected Service has a port named `{}`", port.text());
            told.proven_unless_operated(object.namespace, &port, message);
        }
    }
}

/// A `PodMonitor` that selects no pod, or a port that none of them has.
pub(in crate::validate) fn pod_monitor_without_pods(object: &Object<'_>, told: &mut Told<'_>) {
    if object.group != "monitoring.coreos.com" {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let selector = spec.field("selector");
    let elsewhere = spec.field("namespaceSelector");
    let names = elsewhere.field("matchNames");
    let among = namespaces(object, &names, elsewhere.field("any").boolean() == Some(true));
    if !looks_only_here(object, among.as_deref()) || told.set.operated(object.namespace).is_some() {
        return;
    }
    let set = told.set;
    if set.selected(object.namespace, &selector).next().is_none() {
        let message = format!(
            "no pod among the objects has the labels `{}`: nothing is scraped",
            shown_selector(&selector)
        );
        told.absent(&selector, message);
        return;
    }
    let endpoints = spec.field("podMetricsEndpoints");
    for endpoint in endpoints.items() {
        let port = endpoint.field("port");
        let known = port.text().is_empty()
            || set
                .selected(object.namespace, &selector)
                .any(|pod| super::service::names_port(pod, port.text()));
        if !known {
            told.proven_unless_operated(
                object.namespace,
                &port,
                format!("no selected pod has a port named `{}`", port.text()),
            );
        }
    }
}
