//! What the server takes of a pod but warns of: deprecated labels, annotations and volumes, and what is there twice or in
//! vain. Paths in volumes and ports are next door.

use rustc_hash::FxHashSet;

use super::annotations::{APP_ARMOR, SECCOMP, SECCOMP_POD, is_profile};
use super::{Owner, port_warnings, volume_warnings};
use crate::validate::server::report::Report;
use crate::validate::server::{address, format};
use crate::validate::{At, Finding};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// Mirrors `GetWarningsForPod`, `GetWarningsForPodTemplate`, `warningsForPodSpecAndMeta`
pub(super) fn check(spec: &At<'_>, owner: &Owner<'_>, findings: &mut Vec<Finding>) {
    for (key, value) in spec.field("nodeSelector").entries() {
        deprecated_label(key, &value, findings);
    }
    affinity(&spec.field("affinity"), findings);
    for constraint in spec.field("topologySpreadConstraints").items() {
        let key = constraint.field("topologyKey");
        deprecated_label(key.text(), &key, findings);
        no_selector(&constraint, findings);
    }
    annotations(spec, owner, findings);
    volume_warnings::check(&spec.field("volumes"), findings);
    names_twice(spec, findings);
    let overhead = spec.field("overhead");
    for name in ["memory", "ephemeral-storage"] {
        whole_bytes(&overhead.entry(name), findings);
    }
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for container in spec.field(list).items() {
            container_warnings(&container, owner.is_pod && list != "ephemeralContainers", findings);
        }
    }
    port_warnings::check(spec, owner, findings);
    let grace = spec.field("terminationGracePeriodSeconds");
    if !owner.is_pod && grace.integer().is_some_and(|seconds| seconds < 0) {
        findings.warns(&grace, "a negative number counts as 1");
    }
    addresses(spec, findings);
}

/// Labels of nodes that have newer names, and what is said of them.
///
/// Mirrors `GetNodeLabelDeprecatedMessage`
pub(in crate::validate::server) fn deprecated_node_label(label: &str) -> Option<&'static str> {
    Some(match label {
        "beta.kubernetes.io/arch" => "deprecated since 1.14: use `kubernetes.io/arch`",
        "beta.kubernetes.io/os" => "deprecated since 1.14: use `kubernetes.io/os`",
        "failure-domain.beta.kubernetes.io/region" => {
            "deprecated since 1.17: use `topology.kubernetes.io/region`"
        }
        "failure-domain.beta.kubernetes.io/zone" => {
            "deprecated since 1.17: use `topology.kubernetes.io/zone`"
        }
        "beta.kubernetes.io/instance-type" => "deprecated since 1.17: use `node.kubernetes.io/instance-type`",
        "app.kubernetes.io/created-by" => "deprecated since 1.9",
        "scheduler.alpha.kubernetes.io/preferAvoidPods" => {
            "deprecated since 1.22: use taints and tolerations"
        }
        "node-role.kubernetes.io/master" => "gone: use `node-role.kubernetes.io/control-plane`",
        _ => return None,
    })
}

fn deprecated_label(label: &str, at: &At<'_>, findings: &mut Vec<Finding>) {
    if let Some(message) = deprecated_node_label(label) {
        findings.warns(at, format!("the label `{label}` is {message}"));
    }
}

/// Mirrors `GetWarningsForNodeSelectorTerm`, `warningsForPodAffinityTerms`, `warningsForWeightedPodAffinityTerms`
fn affinity(affinity: &At<'_>, findings: &mut Vec<Finding>) {
    if !affinity.is_there() {
        return;
    }
    let node = affinity.field("nodeAffinity");
    let required = node.field(REQUIRED);
    for term in required.field("nodeSelectorTerms").items() {
        node_term(&term, false, findings);
    }
    for term in node.field(PREFERRED).items() {
        node_term(&term.field("preference"), true, findings);
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        let pods = affinity.field(kind);
        for term in pods.field(REQUIRED).items() {
            no_selector(&term, findings);
        }
        for weighted in pods.field(PREFERRED).items() {
            no_selector(&weighted.field("podAffinityTerm"), findings);
        }
    }
}

fn node_term(term: &At<'_>, with_values: bool, findings: &mut Vec<Finding>) {
    for expression in term.field("matchExpressions").items() {
        let key = expression.field("key");
        deprecated_label(key.text(), &key, findings);
        if with_values {
            for value in expression.field("values").items() {
                if let Err(message) = format::label_value(value.text()) {
                    findings
                        .warns(&value, format!("`{}` can be no label's value: it {message}", value.text()));
                }
            }
        }
    }
}

fn no_selector(term: &At<'_>, findings: &mut Vec<Finding>) {
    let selector = term.field("labelSelector");
    if !selector.is_there() {
        findings.warns(&selector, "without a `labelSelector` no pod is picked");
    }
}

/// Annotations that do nothing any more, or whose place a field has taken.
fn annotations(spec: &At<'_>, owner: &Owner<'_>, findings: &mut Vec<Finding>) {
    let annotations = owner.metadata.field("annotations");
    for (key, value) in annotations.entries() {
        match key {
            "scheduler.alpha.kubernetes.io/critical-pod" => {
                findings.warns(&value, "without effect since 1.16: use `priorityClassName`");
            }
            "security.alpha.kubernetes.io/sysctls" | "security.alpha.kubernetes.io/unsafe-sysctls" => {
                findings.warns(&value, "without effect since 1.11: use `sysctls`");
            }
            SECCOMP_POD => {
                if !spec.field("securityContext").field("seccompProfile").is_there() {
                    findings.warns(&value, "without effect since 1.27: use `seccompProfile`");
                }
            }
            _ => {
                if let Some(container) = key.strip_prefix(SECCOMP) {
                    of_container(spec, container, |security| {
                        if !security.field("seccompProfile").is_there() {
                            findings.warns(&value, "without effect since 1.27: use `seccompProfile`");
                        }
                    });
                } else if let Some(container) = key.strip_prefix(APP_ARMOR) {
                    let says_as_much = is_profile_of_pod(spec, value.text());
                    let is_ignored = owner.is_pod && spec.field("os").field("name").text() == "windows";
                    of_container(spec, container, |security| {
                        if !security.field("appArmorProfile").is_there() && !says_as_much && !is_ignored {
                            findings.warns(&value, "deprecated since 1.30: use `appArmorProfile`");
                        }
                    });
                }
            }
        }
    }
}

/// Does something with the security context of every container of a name.
fn of_container(spec: &At<'_>, name: &str, mut act: impl FnMut(&At<'_>)) {
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for container in spec.field(list).items() {
            if container.field("name").text() == name {
                act(&container.field("securityContext"));
            }
        }
    }
}

/// Whether the pod's AppArmor profile says what an annotation says.
fn is_profile_of_pod(spec: &At<'_>, annotation: &str) -> bool {
    let security = spec.field("securityContext");
    let profile = security.field("appArmorProfile");
    if !profile.is_there() || !is_profile(annotation) {
        return false;
    }
    let file = profile.field("localhostProfile");
    match profile.field("type").text() {
        "Unconfined" => annotation == "unconfined",
        "RuntimeDefault" => annotation == "runtime/default",
        "Localhost" => annotation.strip_prefix("localhost/") == Some(file.text()),
        _ => false,
    }
}

fn names_twice(spec: &At<'_>, findings: &mut Vec<Finding>) {
    let secrets = spec.field("imagePullSecrets");
    for (list, field) in [(&spec.field("hostAliases"), "ip"), (&secrets, "name")] {
        for (index, item) in list.items().enumerate() {
            let name = item.field(field);
            if list.items().take(index).any(|other| other.field(field).text() == name.text()) {
                findings.warns(&name, format!("`{}` is there twice", name.text()));
            }
        }
    }
    for secret in secrets.items() {
        let name = secret.field("name");
        if name.text().is_empty() {
            findings.warns(&name, "a secret must have a name");
        }
    }
}

/// An amount of memory or storage that is no whole number of bytes.
fn whole_bytes(amount: &At<'_>, findings: &mut Vec<Finding>) {
    if amount.quantity().is_some_and(|quantity| !quantity.is_whole() && quantity.milli() % 1000 != 0) {
        findings.warns(amount, format!("`{}` is no whole number of bytes", amount.text()));
    }
}

/// Containers of pods request their limits where they request nothing (`requests_limits`).
fn container_warnings(container: &At<'_>, requests_limits: bool, findings: &mut Vec<Finding>) {
    let resources = container.field("resources");
    if resources.is_there() {
        let (limits, requests) = (resources.field("limits"), resources.field("requests"));
        for name in ["memory", "ephemeral-storage"] {
            let (limit, request) = (limits.entry(name), requests.entry(name));
            whole_bytes(&limit, findings);
            whole_bytes(&request, findings);
            if requests_limits && !request.is_there() {
                whole_bytes(&limit.told_at(request.path), findings);
            }
        }
    }
    let env = container.field("env");
    if env.len() > 1 {
        let mut seen = FxHashSet::default();
        for variable in env.items() {
            let name = variable.field("name");
            let text = name.node.map_or("", |node| env.document.text(node));
            if !seen.insert(text) && hides(&variable, text) {
                findings.warns(&variable, format!("hides an earlier `{text}`, which `apply` may then drop"));
            }
        }
    }
}

/// Whether a variable of a name that was there before does not build on it.
fn hides(variable: &At<'_>, name: &str) -> bool {
    let reference = format!("$({name})");
    let value = variable.field("value");
    variable.field("valueFrom").is_there() || value.text() == reference || !value.text().contains(&reference)
}

/// Odd spellings of addresses.
fn addresses(spec: &At<'_>, findings: &mut Vec<Finding>) {
    let mut check = |at: &At<'_>| {
        if let Some(message) = address::ip_warning(at.text()) {
            findings.warns(at, message);
        }
    };
    let dns = spec.field("dnsConfig");
    for server in dns.field("nameservers").items() {
        check(&server);
    }
    for alias in spec.field("hostAliases").items() {
        check(&alias.field("ip"));
    }
}
