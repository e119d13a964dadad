//! Containers of the three kinds: what they share, and what only regular, init or ephemeral ones may have.

use super::volume_sources::need;
use super::{Context, env, mounts, ports, probes, resources, security};
use crate::validate::server::format;
use crate::validate::server::report::Report;
use crate::validate::{At, Finding, Path};

/// Whether an init container keeps running beside the others.
pub(super) fn is_sidecar(container: &At<'_>) -> bool {
    container.field("restartPolicy").text() == "Always"
}

/// Mirrors `validateContainers`
pub(super) fn check<'a>(containers: &'a At<'a>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if containers.is_empty() {
        findings.required(containers, "a pod has at least one container");
        return;
    }
    for (index, container) in containers.items().enumerate() {
        check_common(&container, context, findings);
        let name = container.field("name");
        if containers.items().take(index).any(|other| other.field("name").text() == name.text()) {
            findings.duplicate(&name);
        }
        check_lifecycle_and_probes(&container, context, findings);
        restart_policy(&container, findings);
    }
    ports::check_host_ports(containers, context, findings);
}

/// What regular containers and sidecars may have, other init containers may not.
fn check_lifecycle_and_probes(container: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    probes::check_lifecycle(&container.field("lifecycle"), context, findings);
    probes::check_liveness(&container.field("livenessProbe"), context, findings);
    probes::check_readiness(&container.field("readinessProbe"), context, findings);
    probes::check_liveness(&container.field("startupProbe"), context, findings);
}

/// Mirrors `validateInitContainers`, `validateInitContainerRestartPolicy`
pub(super) fn check_init<'a>(
    init: &'a At<'a>,
    containers: &'a At<'a>,
    context: &Context<'_>,
    findings: &mut Vec<Finding>,
) {
    for (index, container) in init.items().enumerate() {
        check_common(&container, context, findings);
        restart_policy(&container, findings);
        let name = container.field("name");
        let is_taken = |other: At<'_>| other.field("name").text() == name.text();
        if containers.items().any(is_taken)
            || (!name.text().is_empty() && init.items().take(index).any(is_taken))
        {
            findings.duplicate(&name);
        }
        // Init containers run one by one: ports are looked at in each alone, and the server then counts from 0.
        ports::check_host_ports_of(&container.told_at(Path::Index(&init.path, 0)), context, findings);
        let is_sidecar = is_sidecar(&container);
        if is_sidecar {
            check_lifecycle_and_probes(&container, context, findings);
        } else {
            let lifecycle = container.field("lifecycle");
            if probes::has_lifecycle(&lifecycle) {
                findings.forbidden(
                    &lifecycle,
                    "only init containers with the restart policy `Always` may have it",
                );
            }
            for field in ["livenessProbe", "readinessProbe", "startupProbe"] {
                let probe = container.field(field);
                if probe.is_there() {
                    findings.forbidden(
                        &probe,
                        "only init containers with the restart policy `Always` may have it",
                    );
                }
            }
            for policy in container.field("resizePolicy").items() {
                let restart = policy.field("restartPolicy");
                if restart.text() == "RestartContainer" {
                    findings.invalid(&restart, "init containers that end cannot be restarted to be resized");
                }
            }
        }
    }
}

/// Fields that ephemeral containers may not set.
const NOT_FOR_EPHEMERAL: &[&str] = &[
    "ports",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "resizePolicy",
    "restartPolicy",
    "restartPolicyRules",
];

/// Mirrors `validateEphemeralContainers`, `validateFieldAllowList`
pub(super) fn check_ephemeral(
    ephemeral: &At<'_>,
    others: [&At<'_>; 2],
    context: &Context<'_>,
    findings: &mut Vec<Finding>,
) {
    for (index, container) in ephemeral.items().enumerate() {
        check_common(&container, context, findings);
        check_image_of_pod(&container, findings);
        let name = container.field("name");
        let is_other = |name: &str| {
            others.iter().any(|list| list.items().any(|other| other.field("name").text() == name))
        };
        if is_other(name.text())
            || ephemeral.items().take(index).any(|other| other.field("name").text() == name.text())
        {
            findings.duplicate(&name);
        }
        let target = container.field("targetContainerName");
        if !target.text().is_empty() && !is_other(target.text()) {
            findings.push(super::not_found(&target, "container"));
        }
        for field in NOT_FOR_EPHEMERAL {
            let at = container.field(field);
            if at.is_there() {
                findings.forbidden(&at, "ephemeral containers may not have it");
            }
        }
        let lifecycle = container.field("lifecycle");
        if probes::has_lifecycle(&lifecycle) {
            findings.forbidden(&lifecycle, "ephemeral containers may not have it");
        }
        let resources = container.field("resources");
        if resources.entries().any(|(_, value)| value.is_there()) {
            findings.forbidden(&resources, "ephemeral containers may not have it");
        }
        for mount in container.field("volumeMounts").items() {
            for field in ["subPath", "subPathExpr"] {
                let path = mount.field(field);
                if !path.text().is_empty() {
                    findings.forbidden(&path, "ephemeral containers may not have it");
                }
            }
        }
    }
}

/// Mirrors `validateContainerCommon`
fn check_common(container: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let name = container.field("name");
    if name.text().is_empty() {
        findings.required(&name, "");
    } else {
        findings.format(&name, format::dns_label(name.text()));
    }
    need(container, "image", findings);
    let policy = container.field("terminationMessagePolicy");
    if !policy.text().is_empty() {
        findings.one_of(&policy, &["File", "FallbackToLogsOnError"]);
    }
    ports::check(&container.field("ports"), context, findings);
    env::check_env(&container.field("env"), findings);
    env::check_env_from(&container.field("envFrom"), findings);
    let (mounts, devices) = (container.field("volumeMounts"), container.field("volumeDevices"));
    if mounts.is_there() {
        mounts::check_mounts(&mounts, &devices, container, context, findings);
    }
    if devices.is_there() {
        mounts::check_devices(&devices, &mounts, context, findings);
    }
    pull_policy(&container.field("imagePullPolicy"), findings);
    resources::check_container(container, context, findings);
    resize_policy(&container.field("resizePolicy"), context, findings);
    security::check_container(&container.field("securityContext"), context, findings);
}

/// Mirrors `validatePullPolicy`, `SetDefaults_Container`
pub(super) fn pull_policy(policy: &At<'_>, findings: &mut Vec<Finding>) {
    if !policy.text().is_empty() {
        findings.one_of(policy, &["Always", "IfNotPresent", "Never"]);
    }
}

/// Mirrors `validateResizePolicy`
fn resize_policy(policies: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (index, policy) in policies.items().enumerate() {
        let (resource, restart) = (policy.field("resourceName"), policy.field("restartPolicy"));
        if policies.items().take(index).any(|other| other.field("resourceName").text() == resource.text()) {
            findings.push(super::told::duplicate(&policy, resource.text()));
        }
        // The server blames the list, not its item.
        for (field, known) in
            [(&resource, ["cpu", "memory"]), (&restart, ["NotRequired", "RestartContainer"])]
        {
            let at = field.told_at(policies.path);
            if field.text().is_empty() {
                findings.required(&at, "");
            } else {
                findings.one_of(&at, &known);
            }
        }
        if context.restart_policy == "Never" && restart.text() != "NotRequired" {
            findings.invalid(
                &restart.told_at(policies.path),
                "must be `NotRequired` where the pod's restart policy is `Never`",
            );
        }
    }
}

/// Mirrors `validateContainerRestartPolicy`, `validateInitContainerRestartPolicy`
fn restart_policy(container: &At<'_>, findings: &mut Vec<Finding>) {
    let (policy, rules) = (container.field("restartPolicy"), container.field("restartPolicyRules"));
    if policy.is_there() {
        findings.one_of(&policy, &["Always", "Never", "OnFailure"]);
    } else if !rules.is_empty() {
        findings.required(&policy, "rules of restarting need it");
    }
    if policy.is_there() || !super::is_init(container) {
        restart_rules(&rules, findings);
    }
}

/// Mirrors `validateContainerRestartPolicy`
fn restart_rules(rules: &At<'_>, findings: &mut Vec<Finding>) {
    if rules.len() > 20 {
        findings.too_many(rules, 20);
    }
    for rule in rules.items() {
        findings.one_of(&rule.field("action"), &["Restart", "RestartAllContainers"]);
        let codes = rule.field("exitCodes");
        if codes.is_there() {
            findings.one_of(&codes.field("operator"), &["In", "NotIn"]);
            let values = codes.field("values");
            if values.len() > 255 {
                findings.too_many(&values, 255);
            }
        } else {
            findings.required(&codes, "");
        }
    }
}

/// What only pods are asked, not templates.
///
/// Mirrors `validateContainersOnlyForPod`, `validateContainerOnlyForPod`
pub(super) fn check_image_of_pod(container: &At<'_>, findings: &mut Vec<Finding>) {
    let image = container.field("image");
    if image.text().trim().len() != image.text().len() {
        findings.invalid(&image, "must not begin or end with white space");
    }
}
