//! Family `reference`: whether the objects of a set fit together. One file a subject. What is merely absent warns, since
//! it may stand in the cluster; what the set itself disproves is an error.

mod account;
mod affinity;
mod autoscaler;
mod budget;
mod claim;
mod class;
mod config;
mod ingress;
mod issuer;
mod monitor;
mod namespace;
mod network_policy;
mod role;
mod route;
mod service;
mod stateful_set;
mod twice;
mod webhook;

pub(super) use account::{pull_secret_missing, service_account_missing};
pub(super) use affinity::affinity_without_pods;
pub(super) use autoscaler::{
    hpa_metric_container, hpa_metric_object, hpa_metric_request, hpa_target_disabled, hpa_target_missing,
};
pub(super) use budget::{pdb_overlap, pdb_without_pods};
pub(super) use claim::claim_missing;
pub(super) use class::{
    ingress_class_unknown, priority_class_unknown, runtime_class_unknown, storage_class_unknown,
};
pub(super) use config::env_reference_missing;
pub(super) use ingress::{ingress_backend_missing, ingress_tls_secret_missing};
pub(super) use issuer::{issuer_missing, secret_store_missing};
pub(super) use monitor::{pod_monitor_without_pods, service_monitor_without_service};
pub(super) use namespace::namespace_missing;
pub(super) use network_policy::{
    network_policy_peer_without_pods, network_policy_port_missing, network_policy_without_pods,
};
pub(super) use role::{role_missing, subject_missing};
pub(super) use route::{route_backend_missing, route_parent_missing};
pub(super) use service::{service_port_missing, service_without_pods};
pub(super) use stateful_set::statefulset_service_missing;
pub(super) use twice::duplicate_object;
pub(super) use webhook::webhook_service_missing;

use std::fmt::Write as _;

use super::{At, Object};

/// The port of a Service in the set that has this name, or this number.
fn has_port(service: &Object<'_>, name: &str, number: Option<i64>) -> bool {
    let root = service.at();
    let spec = root.field("spec");
    let ports = spec.field("ports");
    ports.items().any(|port| {
        if name.is_empty() {
            port.field("port").integer() == number
        } else {
            port.field("name").text() == name
        }
    })
}

/// Whether a Service stands for a name outside: it needs no ports.
fn is_external_name(service: &Object<'_>) -> bool {
    let root = service.at();
    let spec = root.field("spec");
    spec.field("type").text() == "ExternalName"
}

/// The text of a field, or another where it is empty.
fn or<'t>(text: &'t str, other: &'t str) -> &'t str {
    if text.is_empty() { other } else { text }
}

/// A selector as people write it, for messages: `app=web,tier=front`.
fn shown(labels: &At<'_>) -> String {
    let pairs: Vec<String> = labels.entries().map(|(key, value)| format!("{key}={}", value.text())).collect();
    pairs.join(",")
}

/// A label selector for messages.
fn shown_selector(selector: &At<'_>) -> String {
    let labels = selector.field("matchLabels");
    let mut text = shown(&labels);
    let expressions = selector.field("matchExpressions");
    for expression in expressions.items() {
        if !text.is_empty() {
            text.push(',');
        }
        let values = expression.field("values");
        let values: Vec<&str> = values.items().map(|value| value.text()).collect();
        let _ = write!(text, "{} {}", expression.field("key").text(), expression.field("operator").text());
        if !values.is_empty() {
            let _ = write!(text, " ({})", values.join(", "));
        }
    }
    text
}
