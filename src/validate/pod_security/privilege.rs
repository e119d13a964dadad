//! Containers that keep, or can gain, the powers of root on the node: privileged, privilege escalation, proc mounts.

use super::{Case, Standard};
use crate::validate::pod::Pod;

/// Mirrors `privileged_1_0`.
pub(in crate::validate) fn privileged_container(pod: &Pod<'_>, case: &mut Case<'_>) {
    for container in &pod.containers {
        let security = container.security();
        let privileged = security.field("privileged");
        if privileged.boolean() == Some(true) {
            case.tell(&privileged, format!("container `{}` is privileged", container.name));
        }
    }
}

/// Mirrors `allowPrivilegeEscalation_1_8`, `allowPrivilegeEscalation_1_25`.
pub(in crate::validate) fn privilege_escalation(pod: &Pod<'_>, case: &mut Case<'_>) {
    if case.minor >= 25 && pod.is_windows() {
        return;
    }
    for container in &pod.containers {
        let security = container.security();
        let allowed = security.field("allowPrivilegeEscalation");
        match allowed.boolean() {
            Some(false) => {}
            Some(true) => {
                case.tell(&allowed, format!("container `{}` allows privilege escalation", container.name));
            }
            None => {
                let message = format!("container `{}` does not forbid privilege escalation", container.name);
                case.tell(&allowed, message).hint = "set `allowPrivilegeEscalation: false`".into();
            }
        }
    }
}

/// Mirrors `procMount_1_0`, `procMount1_35baseline`.
pub(in crate::validate) fn proc_mount(pod: &Pod<'_>, case: &mut Case<'_>) {
    let relaxed = case.minor >= 35 && case.demanded != Some(Standard::Restricted);
    if relaxed && pod.has_own_users() {
        return;
    }
    for container in &pod.containers {
        let security = container.security();
        let mount = security.field("procMount");
        if mount.is_there() && mount.text() != "Default" {
            case.tell(&mount, format!("container `{}` mounts /proc as `{}`", container.name, mount.text()));
        }
    }
}
