//! Services and the pods behind them.

use super::shown;
use crate::validate::pod::Pod;
use crate::validate::{Level, Object, Told};

/// A Service that no pod stands behind.
pub(in crate::validate) fn service_without_pods(object: &Object<'_>, told: &mut Told<'_>) {
    let root = object.at();
    let spec = root.field("spec");
    let selector = spec.field("selector");
    if !object.group.is_empty() || spec.field("type").text() == "ExternalName" {
        return;
    }
    let set = told.set;
    if selector.is_empty() {
        let by_hand = ["Endpoints", "EndpointSlice"]
            .into_iter()
            .any(|kind| set.of_kind(kind).any(|endpoints| stands_for(endpoints, object)));
        let is_kubernetes = object.name == "kubernetes" && matches!(object.namespace, "" | "default");
        if !by_hand && !is_kubernetes {
            let message =
                "it has neither a selector nor Endpoints or EndpointSlices of its name among the objects";
            told.tell_as(Level::Note, &spec, message);
        }
        return;
    }
    if set.selected_by_labels(object.namespace, &selector).next().is_some() {
        return;
    }
    let message =
        format!("no pod among the objects has the labels `{}`: traffic goes nowhere", shown(&selector));
    match set.operated(object.namespace) {
        Some(maker) => {
            let hint = format!(
                "`{}` `{}` may make them: what it makes cannot be known here",
                maker.kind, maker.name
            );
            told.tell_as(Level::Note, &selector, message).hint = hint;
        }
        None => {
            let hint = nearly(object, told);
            told.absent(&selector, message).hint = hint;
        }
    }
}

/// Endpoints of a Service that somebody wrote by hand.
fn stands_for(endpoints: &Object<'_>, service: &Object<'_>) -> bool {
    let root = endpoints.at();
    let metadata = root.field("metadata");
    let labels = metadata.field("labels");
    endpoints.namespace == service.namespace
        && (endpoints.kind == "Endpoints" && endpoints.name == service.name
            || labels.entry("kubernetes.io/service-name").text() == service.name)
}

/// Which labels of a selector are the ones that no pod has.
fn nearly(object: &Object<'_>, told: &Told<'_>) -> String {
    let root = object.at();
    let spec = root.field("spec");
    let selector = spec.field("selector");
    if selector.len() < 2 || !told.options.whole_set {
        return String::new();
    }
    let mut pods = told.set.pods().filter(|pod| pod.object.namespace == object.namespace).take(1000);
    let close = pods.find(|pod| {
        let missing = selector.entries().filter(|(key, value)| {
            !matches!(pod.label(key), crate::validate::set::Label::Is(own) if own == value.text())
        });
        missing.count() == 1
    });
    let Some(pod) = close else { return String::new() };
    let odd = selector.entries().find(
        |(key, value)| !matches!(pod.label(key), crate::validate::set::Label::Is(own) if own == value.text()),
    );
    let Some((key, value)) = odd else { return String::new() };
    let own = match pod.label(key) {
        crate::validate::set::Label::Is(own) => format!("`{key}: {own}`"),
        _ => format!("no label `{key}`"),
    };
    format!("the pods of {} `{}` have {own}, not `{key}: {}`", pod.object.kind, pod.object.name, value.text())
}

/// Ports of containers that service meshes add to pods.
const OF_MESHES: [&str; 3] = ["http-envoy-prom", "linkerd-admin", "linkerd-proxy"];

/// A named target port that no pod behind the Service has.
pub(in crate::validate) fn service_port_missing(object: &Object<'_>, told: &mut Told<'_>) {
    let root = object.at();
    let spec = root.field("spec");
    let (selector, ports) = (spec.field("selector"), spec.field("ports"));
    if !object.group.is_empty() || selector.is_empty() || spec.field("type").text() == "ExternalName" {
        return;
    }
    let set = told.set;
    for port in ports.items() {
        let target = port.field("targetPort");
        let name = target.text();
        if name.is_empty() || target.integer().is_some() || OF_MESHES.contains(&name) {
            continue;
        }
        let mut pods = set.selected_by_labels(object.namespace, &selector).peekable();
        let Some(first) = pods.peek() else { return };
        let (kind, workload) = (first.object.kind, first.object.name);
        if !pods.any(|pod| names_port(pod, name)) {
            let message = format!("no container of the selected pods has a port named `{name}`");
            told.proven_unless_operated(object.namespace, &target, message).hint =
                format!("the pods are those of {kind} `{workload}`");
        }
    }
}

/// Whether a container of a pod has a port of this name.
pub(super) fn names_port(pod: &Pod<'_>, name: &str) -> bool {
    pod.containers.iter().any(|container| {
        let ports = container.ports();
        ports.items().any(|port| port.field("name").text() == name)
    })
}
