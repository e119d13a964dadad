//! Rules of the family `pod-security`: the 19 controls of the Pod Security Standards, some of them told as several rules,
//! and one of ours that looks at the same fields.

use super::{Check, NOTE, Rule, WARNING, rule};
use crate::validate::pod_security::{self as controls, Control, Standard};

const fn control(
    standard: Option<Standard>,
    since: u32,
    overridden: Option<u32>,
    check: fn(&crate::validate::Pod<'_>, &mut controls::Case<'_>),
) -> Check {
    Check::PodSecurity(Control { standard, since, overridden, check })
}

const BASELINE: Option<Standard> = Some(Standard::Baseline);
const RESTRICTED: Option<Standard> = Some(Standard::Restricted);

pub(super) static RULES: &[Rule] = &[
    rule!(
        "privileged-container",
        PodSecurity,
        WARNING,
        control(BASELINE, 0, None, controls::privileged_container),
        "a container is privileged",
        "it has all devices and all capabilities of the node: root on it",
        &[
            "kube-linter:privileged-container",
            "kube-score:container-security-context-privileged",
            "polaris:runAsPrivileged",
            "pss:privileged"
        ]
    ),
    rule!(
        "host-network",
        PodSecurity,
        WARNING,
        control(BASELINE, 0, None, controls::host_network),
        "the pod shares the node's network",
        "it sees the node's traffic and its local ports",
        &["kube-linter:host-network", "polaris:hostNetworkSet", "pss:hostNamespaces"]
    ),
    rule!(
        "host-pid",
        PodSecurity,
        WARNING,
        control(BASELINE, 0, None, controls::host_pid),
        "the pod shares the node's process ids",
        "it sees and signals the processes of the node",
        &["kube-linter:host-pid", "polaris:hostPIDSet", "pss:hostNamespaces"]
    ),
    rule!(
        "host-ipc",
        PodSecurity,
        WARNING,
        control(BASELINE, 0, None, controls::host_ipc),
        "the pod shares the node's inter-process communication",
        "it reads the shared memory of the node",
        &["kube-linter:host-ipc", "polaris:hostIPCSet", "pss:hostNamespaces"]
    ),
    rule!(
        "host-path-volume",
        PodSecurity,
        WARNING,
        control(BASELINE, 0, Some(0), controls::host_path_volume),
        "a volume is a path of the node, mounted or not",
        "it ties the pod to the node and opens the node's files to it",
        &["polaris:hostPathSet", "pss:hostPathVolumes"]
    ),
    rule!(
        "host-port",
        PodSecurity,
        WARNING,
        control(BASELINE, 0, None, controls::host_port),
        "a container takes a port of the node",
        "it bypasses Services and allows one such pod a node",
        &["polaris:hostPortSet", "pss:hostPorts"]
    ),
    rule!(
        "windows-host-process",
        PodSecurity,
        WARNING,
        control(BASELINE, 0, None, controls::windows_host_process),
        "a pod or container runs as processes of a Windows node",
        "it has the powers of the node",
        &["polaris:hostProcess", "pss:windowsHostProcess"]
    ),
    rule!(
        "proc-mount",
        PodSecurity,
        WARNING,
        control(BASELINE, 0, None, controls::proc_mount),
        "a container unmasks parts of /proc (allowed with `hostUsers: false` since 1.35, in baseline only)",
        "kernel files that runtimes hide become readable and writable",
        &["kube-linter:unsafe-proc-mount", "polaris:procMount", "pss:procMount", "pss:procMount_restricted"]
    ),
    rule!(
        "unsafe-sysctls",
        PodSecurity,
        WARNING,
        control(BASELINE, 0, None, controls::unsafe_sysctls),
        "the pod sets a sysctl that is not known to be confined to it",
        "it changes the kernel for every pod of the node",
        &["kube-linter:unsafe-sysctls", "pss:sysctls"]
    ),
    rule!(
        "added-capability",
        PodSecurity,
        WARNING,
        control(BASELINE, 0, Some(22), controls::added_capability),
        "a container adds a capability that runtimes do not grant by default",
        "most of these are as good as root on the node",
        &["polaris:dangerousCapabilities", "pss:capabilities_baseline"]
    ),
    rule!(
        "drop-all-capabilities",
        PodSecurity,
        WARNING,
        control(RESTRICTED, 22, None, controls::drop_all_capabilities),
        "a container does not drop all capabilities, or adds one beside NET_BIND_SERVICE",
        "few applications need any of them",
        &["polaris:insecureCapabilities", "pss:capabilities_restricted"]
    ),
    rule!(
        "privilege-escalation",
        PodSecurity,
        WARNING,
        control(RESTRICTED, 8, None, controls::privilege_escalation),
        "a container does not set `allowPrivilegeEscalation: false`",
        "set-user-id programs in the image give root",
        &[
            "kube-linter:privilege-escalation-container",
            "polaris:privilegeEscalationAllowed",
            "pss:allowPrivilegeEscalation"
        ]
    ),
    rule!(
        "run-as-non-root",
        PodSecurity,
        WARNING,
        control(RESTRICTED, 0, None, controls::run_as_non_root),
        "neither the pod nor the container sets `runAsNonRoot: true`, or one sets it to false",
        "root inside eases the way out",
        &["kube-linter:run-as-non-root", "polaris:runAsRootAllowed", "pss:runAsNonRoot"]
    ),
    rule!(
        "run-as-user-root",
        PodSecurity,
        WARNING,
        control(RESTRICTED, 23, None, controls::run_as_user_root),
        "`runAsUser` is 0 in the pod or a container",
        "root inside eases the way out; with `runAsNonRoot: true` the kubelet does not even start it",
        &["pss:runAsUser"]
    ),
    rule!(
        "root-group",
        PodSecurity,
        NOTE,
        control(None, 0, None, controls::root_group),
        "`runAsGroup` is 0 in the pod or a container",
        "files of root's group are open to it",
        &[]
    ),
    rule!(
        "seccomp-unconfined",
        PodSecurity,
        WARNING,
        control(BASELINE, 0, Some(19), controls::seccomp_unconfined),
        "a seccomp profile is given that confines nothing",
        "the filter of kernel calls is switched off",
        &["pss:seccompProfile_baseline"]
    ),
    rule!(
        "seccomp-profile",
        PodSecurity,
        WARNING,
        control(RESTRICTED, 19, None, controls::seccomp_profile),
        "neither the pod nor the container names a seccomp profile",
        "without one, all kernel calls are open",
        &["kube-score:container-seccomp-profile", "pss:seccompProfile_restricted"]
    ),
    rule!(
        "selinux-options",
        PodSecurity,
        WARNING,
        control(BASELINE, 0, None, controls::selinux_options),
        "SELinux options with a type that is not one of the container types, or a user or a role",
        "the pod escapes its confinement",
        &["pss:seLinuxOptions"]
    ),
    rule!(
        "apparmor-profile",
        PodSecurity,
        WARNING,
        control(BASELINE, 0, None, controls::apparmor_profile),
        "an AppArmor profile (or annotation) that is neither the runtime's nor the node's",
        "confinement is switched off",
        &["pss:appArmorProfile"]
    ),
    rule!(
        "volume-type",
        PodSecurity,
        NOTE,
        control(RESTRICTED, 0, None, controls::volume_type),
        "a volume of a type beside configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected and secret",
        "drivers in the kernel and the kubelet are a way to the node; claims are not tied to one",
        &["pss:restrictedVolumes"]
    ),
    rule!(
        "probe-host",
        PodSecurity,
        WARNING,
        control(BASELINE, 34, None, controls::probe_host),
        "a probe or lifecycle handler names a host",
        "the kubelet can be made to call any address it reaches",
        &["pss:hostProbesAndHostLifecycle"]
    ),
];
