//! Linux capabilities that containers add, or do not drop.

use super::{Case, Standard};
use crate::validate::pod::Pod;

/// Capabilities that container runtimes grant by default: adding them gives nothing new.
const DEFAULT: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Mirrors `capabilitiesBaseline_1_0`.
pub(in crate::validate) fn added_capability(pod: &Pod<'_>, case: &mut Case<'_>) {
    for container in &pod.containers {
        let security = container.security();
        let capabilities = security.field("capabilities");
        let add = capabilities.field("add");
        for capability in add.items().filter(|capability| !DEFAULT.contains(&capability.text())) {
            let message =
                format!("container `{}` adds the capability `{}`", container.name, capability.text());
            case.tell(&capability, message);
        }
    }
}

/// Mirrors `capabilitiesRestricted_1_22`, `capabilitiesRestricted_1_25`. Speaking for itself, it leaves what
/// `added-capability` tells to that rule.
pub(in crate::validate) fn drop_all_capabilities(pod: &Pod<'_>, case: &mut Case<'_>) {
    if case.minor >= 25 && pod.is_windows() {
        return;
    }
    for container in &pod.containers {
        let security = container.security();
        let capabilities = security.field("capabilities");
        let drop = capabilities.field("drop");
        let all = drop.items().any(|capability| capability.text() == "ALL");
        if !all {
            case.tell(&drop, format!("container `{}` does not drop all capabilities", container.name)).hint =
                "set `capabilities: {drop: [ALL]}` in its `securityContext`".into();
        }
        let add = capabilities.field("add");
        for capability in add.items().filter(|capability| capability.text() != "NET_BIND_SERVICE") {
            if case.demanded == Some(Standard::Restricted) || DEFAULT.contains(&capability.text()) {
                let message =
                    format!("container `{}` adds the capability `{}`", container.name, capability.text());
                case.tell(&capability, message);
            }
        }
    }
}
