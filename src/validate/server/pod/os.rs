//! What depends on the operating system of a pod, on its users and on the node's namespaces that it shares.

use super::Context;
use crate::validate::server::report::Report;
use crate::validate::{At, Finding, Path};

const CONTAINERS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// Mirrors `validateOS`, `validateLinux`, `validateWindows`
pub(super) fn check(spec: &At<'_>, findings: &mut Vec<Finding>) {
    let os = spec.field("os");
    if !os.is_there() {
        return;
    }
    let name = os.field("name");
    match name.text() {
        "" => findings.required(&name, ""),
        "linux" => linux(spec, findings),
        "windows" => windows(spec, findings),
        _ => findings.not_supported(&name.told_at(os.path), &["linux", "windows"]),
    }
}

fn linux(spec: &At<'_>, findings: &mut Vec<Finding>) {
    const WHY: &str = "pods of Linux may not have it";
    let security = spec.field("securityContext");
    let options = security.field("windowsOptions");
    if options.is_there() {
        findings.forbidden(&options, WHY);
    }
    for list in CONTAINERS {
        for container in spec.field(list).items() {
            let security = container.field("securityContext");
            let options = security.field("windowsOptions");
            if options.is_there() {
                findings.forbidden(&options, WHY);
            }
        }
    }
}

const NOT_FOR_WINDOWS_PODS: &[&str] = &[
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "fsGroup",
    "fsGroupChangePolicy",
    "runAsUser",
    "runAsGroup",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "seLinuxChangePolicy",
];

const NOT_FOR_WINDOWS_CONTAINERS: &[&str] = &[
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
];

fn windows(spec: &At<'_>, findings: &mut Vec<Finding>) {
    const WHY: &str = "pods of Windows may not have it";
    let security = spec.field("securityContext");
    for field in NOT_FOR_WINDOWS_PODS {
        let at = security.field(field);
        if at.is_there() {
            findings.forbidden(&at, WHY);
        }
    }
    let sysctls = security.field("sysctls");
    if !sysctls.is_empty() {
        findings.forbidden(&sysctls, WHY);
    }
    for field in ["hostUsers", "shareProcessNamespace"] {
        let at = spec.field(field);
        if at.is_there() {
            findings.forbidden(&at, WHY);
        }
    }
    for field in ["hostPID", "hostIPC"] {
        let at = spec.field(field);
        if at.boolean() == Some(true) {
            findings.forbidden(&at, WHY);
        }
    }
    for list in CONTAINERS {
        for container in spec.field(list).items() {
            let security = container.field("securityContext");
            for field in NOT_FOR_WINDOWS_CONTAINERS {
                let at = security.field(field);
                if at.is_there() {
                    findings.forbidden(&at, WHY);
                }
            }
        }
    }
}

/// Mirrors `validateWindowsHostProcessPod`
pub(super) fn check_host_process(spec: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let process_of = |security: &At<'_>| security.field("windowsOptions").field("hostProcess").boolean();
    let pod = process_of(&spec.field("securityContext"));
    let (mut count, mut host) = (0, 0);
    for list in CONTAINERS {
        for container in spec.field(list).items() {
            count += 1;
            let security = container.field("securityContext");
            let own = process_of(&security);
            if pod.is_some() && own.is_some() && pod != own {
                let options = security.field("windowsOptions");
                findings.invalid(&options.field("hostProcess"), "must be what the pod says");
            }
            host += usize::from(own.or(pod) == Some(true));
        }
    }
    if host > 0 {
        if host != count {
            findings.invalid(spec, "either all containers are host processes or none is");
        }
        if !context.host_network {
            findings.invalid(&spec.field("hostNetwork"), "host processes need the node's network");
        }
    }
}

/// What is said of what goes with the node's users only.
pub(in crate::validate::server) const NOT_WITH_OWN_USERS: &str =
    "pods with users of their own may not have it";

/// Mirrors `validateHostUsers`
pub(super) fn check_host_users(spec: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    const WHY: &str = NOT_WITH_OWN_USERS;
    if context.host_users {
        return;
    }
    for (field, told) in [("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")] {
        let at = spec.field(field);
        if at.boolean() == Some(true) {
            findings.forbidden(&at.told_at(Path::Field(&spec.path, told)), WHY);
        }
    }
    for list in CONTAINERS {
        for container in spec.field(list).items() {
            let devices = container.field("volumeDevices");
            if !devices.is_empty() {
                findings.forbidden(&devices, WHY);
            }
        }
    }
}
