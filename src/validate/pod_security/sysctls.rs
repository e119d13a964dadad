//! Kernel settings that reach beyond the pod.

use super::Case;
use crate::validate::pod::Pod;

/// Settings that are safe, and the minor version since which they count as such.
const SAFE: &[(&str, u32)] = &[
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_notsent_lowat", 37),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_slow_start_after_idle", 37),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.tcp_wmem", 32),
];

/// Mirrors `sysctls`, `sysctlsV1Dot0`, `sysctlsV1Dot27`, `sysctlsV1Dot29`, `sysctlsV1Dot32`, `sysctlsV1Dot37`.
pub(in crate::validate) fn unsafe_sysctls(pod: &Pod<'_>, case: &mut Case<'_>) {
    let security = pod.security();
    let sysctls = security.field("sysctls");
    for sysctl in sysctls.items() {
        let name = sysctl.field("name");
        let since = SAFE.iter().find(|(safe, _)| *safe == name.text()).map(|(_, since)| *since);
        if since.is_none_or(|since| since > case.minor) {
            let finding = case.tell(&name, format!("the sysctl `{}` reaches beyond the pod", name.text()));
            if let Some(since) = since {
                finding.hint = format!("it counts as safe since Kubernetes 1.{since}");
            }
        }
    }
}
