//! Which user and group containers run as.

use super::Case;
use crate::validate::pod::Pod;

/// Mirrors `runAsNonRoot1_0`, `runAsNonRoot1_35`.
pub(in crate::validate) fn run_as_non_root(pod: &Pod<'_>, case: &mut Case<'_>) {
    if case.minor >= 35 && pod.has_own_users() {
        return;
    }
    let security = pod.security();
    let of_pod = security.field("runAsNonRoot");
    if of_pod.boolean() == Some(false) {
        case.tell(&of_pod, "the pod may run as root");
    }
    for container in &pod.containers {
        let security = container.security();
        let own = security.field("runAsNonRoot");
        match (own.boolean(), of_pod.boolean()) {
            (Some(false), _) => {
                case.tell(&own, format!("container `{}` may run as root", container.name));
            }
            (None, None) => {
                case.tell(&own, format!("container `{}` may run as root", container.name)).hint =
                    "set `runAsNonRoot: true` in the `securityContext` of the pod or the container".into();
            }
            _ => {}
        }
    }
}

/// Mirrors `runAsUser1_23`, `runAsUser1_35`.
pub(in crate::validate) fn run_as_user_root(pod: &Pod<'_>, case: &mut Case<'_>) {
    if case.minor >= 35 && pod.has_own_users() {
        return;
    }
    let security = pod.security();
    let user = security.field("runAsUser");
    let non_root = security.field("runAsNonRoot").boolean();
    let refused = "the kubelet does not start it, since `runAsNonRoot` is true";
    if user.integer() == Some(0) {
        let finding = case.tell(&user, "the pod runs as root");
        if non_root == Some(true) {
            finding.hint = refused.into();
        }
    }
    for container in &pod.containers {
        let security = container.security();
        let user = security.field("runAsUser");
        if user.integer() == Some(0) {
            let non_root = security.field("runAsNonRoot").boolean().or(non_root);
            let finding = case.tell(&user, format!("container `{}` runs as root", container.name));
            if non_root == Some(true) {
                finding.hint = refused.into();
            }
        }
    }
}

/// Containers whose primary group is root's. No standard forbids it.
pub(in crate::validate) fn root_group(pod: &Pod<'_>, case: &mut Case<'_>) {
    let security = pod.security();
    let group = security.field("runAsGroup");
    if group.integer() == Some(0) {
        case.tell(&group, "the pod runs in root's group");
    }
    for container in &pod.containers {
        let security = container.security();
        let group = security.field("runAsGroup");
        if group.integer() == Some(0) {
            case.tell(&group, format!("container `{}` runs in root's group", container.name));
        }
    }
}
