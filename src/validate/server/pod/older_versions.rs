//! Pods before Kubernetes 1.37: fields that a version knows and drops, and what it did not take yet. By the versions in
//! which the features behind them were turned on.

use super::containers::is_sidecar;
use crate::validate::server::format;
use crate::validate::server::report::Report;
use crate::validate::{At, Finding, Level, Path};

/// Takes back what an older version did not refuse in a pod's `spec` for reasons that no path tells, and adds what it did.
pub(in crate::validate::server) fn check(spec: &At<'_>, minor: u32, findings: &mut Vec<Finding>) {
    if findings.iter().any(|finding| finding.level == Level::Error) {
        take_back(spec, minor, findings);
    }
    if minor < 33 {
        let dns = spec.field("dnsConfig");
        for search in dns.field("searches").items() {
            // RelaxedDNSSearchValidation
            let domain = search.text().strip_suffix('.').unwrap_or(search.text());
            if format::dns_subdomain_with_underscore(domain).is_ok() || search.text() == "." {
                findings.format(&search, format::dns_subdomain(domain));
            }
        }
    }
    dropped_volumes(spec, minor, findings);
    // SELinuxMount
    let security = spec.field("securityContext");
    let policy = security.field("seLinuxChangePolicy");
    if (33..37).contains(&minor) && policy.text() == "MountOption" {
        findings.not_supported(&policy, &["Recursive"]);
    }
    if minor < 27 {
        claims(spec, findings);
    }
    if minor < 26 {
        let dns = spec.field("dnsConfig");
        few_searches(&dns.field("searches"), findings);
    }
    if minor < 25 {
        slashes_of_sysctls(spec, findings);
    }
    for list in ["initContainers", "containers"] {
        for container in spec.field(list).items() {
            env_sources(&container, minor, findings);
            if minor < 34 {
                restart_policy(&container, minor, findings);
            }
            if minor < 33 {
                sleep(&container, findings);
            }
            if minor < 32 {
                env_names(&container, findings);
            }
        }
    }
}

fn take_back(spec: &At<'_>, minor: u32, findings: &mut Vec<Finding>) {
    // PodLevelResources
    let resources = Path::Field(&spec.path, "resources").text();
    findings.retain(|finding| {
        let is_of_pod = finding.path.strip_prefix(resources.as_str());
        let is_of_pod = is_of_pod.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        let is_gone = (minor < 34 && is_of_pod)
            // In 1.34 restart policies of regular containers were known and dropped.
            || (minor == 34 && finding.path.ends_with("].restartPolicy"));
        !is_gone
    });
}

/// Volumes of images, which were dropped with their mounts, sources of projected volumes that were, and mounts of volumes
/// that nothing is wrong with then.
fn dropped_volumes(spec: &At<'_>, minor: u32, findings: &mut Vec<Finding>) {
    if findings.is_empty() {
        return;
    }
    let (mut dropped, mut fine) = (Vec::new(), Vec::new());
    for volume in spec.field("volumes").items() {
        let name = volume.field("name").text().to_owned();
        let own = volume.path();
        if minor < 35 && volume.field("image").is_there() {
            findings.retain(|finding| !is_within(&finding.path, &own));
            dropped.push(name);
            continue;
        }
        let projected = volume.field("projected");
        for source in projected.field("sources").items() {
            let gone = ["clusterTrustBundle", "podCertificate"];
            let gone = gone.iter().filter(|kind| source.field(kind).is_there()).count();
            if gone > 0 && source.len() <= gone + 1 {
                let own = source.path();
                findings.retain(|finding| finding.path != own);
            }
        }
        if !findings.iter().any(|finding| is_within(&finding.path, &own)) {
            fine.push(name);
        }
    }
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for container in spec.field(list).items() {
            for mount in container.field("volumeMounts").items() {
                let name = mount.field("name");
                let is_dropped = dropped.iter().any(|dropped| dropped == name.text());
                if is_dropped || fine.iter().any(|fine| fine == name.text()) {
                    let own = mount.path();
                    findings.retain(|finding| {
                        !is_within(&finding.path, &own)
                            || (!is_dropped && finding.rule != "mount-without-volume")
                    });
                }
            }
        }
    }
}

/// Whether a path is another or leads on from it.
fn is_within(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Names of sysctls had dots alone.
fn slashes_of_sysctls(spec: &At<'_>, findings: &mut Vec<Finding>) {
    let security = spec.field("securityContext");
    for sysctl in security.field("sysctls").items() {
        let name = sysctl.field("name");
        if name.text().contains('/') {
            findings.invalid(&name, "may not have a `/` before 1.25");
        }
    }
}

/// `ExpandedDNSConfig`
fn few_searches(searches: &At<'_>, findings: &mut Vec<Finding>) {
    let length: usize = searches.items().map(|search| search.text().len() + 1).sum();
    if searches.len() > 6 && searches.len() <= 32 {
        findings.invalid(searches, "may have at most 6 items before 1.26");
    }
    if length > 256 + 1 && length <= 2048 + 1 {
        findings.invalid(searches, "may have at most 256 characters in all before 1.26");
    }
}

/// What variables cannot be made from yet.
fn env_sources(container: &At<'_>, minor: u32, findings: &mut Vec<Finding>) {
    for variable in container.field("env").items() {
        let from = variable.field("valueFrom");
        // PodHostIPs
        let field = from.field("fieldRef");
        let path = field.field("fieldPath");
        if minor < 29 && path.text() == "status.hostIPs" {
            findings.invalid(&path, "`status.hostIPs` can be had from Kubernetes 1.29 on");
        }
        // EnvFiles: dropped, and nothing is left.
        if minor == 34 && from.field("fileKeyRef").is_there() {
            let own = from.path();
            if from.len() == 1 {
                findings.invalid(&from, "`fileKeyRef` can be had from Kubernetes 1.35 on");
            } else if from.len() == 2 {
                findings.retain(|finding| {
                    finding.path != own || !finding.message.ends_with(super::env::ONE_SOURCE)
                });
            }
        }
    }
}

/// The claims that a pod makes for itself.
fn claims(spec: &At<'_>, findings: &mut Vec<Finding>) {
    for volume in spec.field("volumes").items() {
        let ephemeral = volume.field("ephemeral");
        let template = ephemeral.field("volumeClaimTemplate");
        access_modes(&template.field("spec"), findings);
    }
}

/// `ReadWriteOncePod`, in a volume or claim.
pub(in crate::validate::server) fn access_modes(spec: &At<'_>, findings: &mut Vec<Finding>) {
    let modes = spec.field("accessModes");
    for mode in modes.items().filter(|mode| mode.text() == "ReadWriteOncePod") {
        findings
            .not_supported(&mode.told_at(modes.path), &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce"]);
    }
}

/// Before there were rules for them, only init containers had restart policies, and only one; and before 1.29 none had
/// probes for it.
fn restart_policy(container: &At<'_>, minor: u32, findings: &mut Vec<Finding>) {
    let policy = container.field("restartPolicy");
    if !policy.is_there() {
        return;
    }
    findings.retain(|finding| finding.path != policy.path());
    if !super::is_init(container) {
        findings.forbidden(&policy, "only init containers may have it before 1.34");
    } else if minor == 28 {
        // SidecarContainers: dropped.
        of_plain_init(container, findings);
    } else if !is_sidecar(container) {
        findings.not_supported(&policy, &["Always"]);
    }
}

/// What init containers may have since they can be sidecars.
fn of_plain_init(container: &At<'_>, findings: &mut Vec<Finding>) {
    if !is_sidecar(container) {
        return;
    }
    for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
        let at = container.field(field);
        if at.is_there() {
            findings.forbidden(&at, "init containers may not have it before 1.29");
        }
    }
}

/// `PodLifecycleSleepActionAllowZero`
fn sleep(container: &At<'_>, findings: &mut Vec<Finding>) {
    let lifecycle = container.field("lifecycle");
    for hook in ["postStart", "preStop"] {
        let hook = lifecycle.field(hook);
        let sleep = hook.field("sleep");
        if sleep.is_there() && sleep.field("seconds").integer().unwrap_or(0) == 0 {
            findings.invalid(&sleep, "must be greater than 0 before 1.33");
        }
    }
}

/// `RelaxedEnvironmentVariableValidation`
fn env_names(container: &At<'_>, findings: &mut Vec<Finding>) {
    for (list, field) in [("env", "name"), ("envFrom", "prefix")] {
        for variable in container.field(list).items() {
            let name = variable.field(field);
            if !name.text().is_empty() && format::env_name(name.text()).is_ok() {
                findings.format(&name, strict_env_name(name.text()));
            }
        }
    }
}

/// The name of a variable as older versions had it.
///
/// Mirrors `IsEnvVarName`, `hasChDirPrefix`
fn strict_env_name(text: &str) -> format::Format {
    let is_fine = !text.as_bytes().first().is_none_or(u8::is_ascii_digit)
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
        && text != "."
        && !text.starts_with("..");
    if is_fine { Ok(()) } else { Err("must be letters, digits, `_`, `-` or `.`, not beginning with a digit") }
}
