//! What of the node a pod shares: its namespaces, files, ports, Windows host processes, and addresses that the kubelet
//! is made to call.

use super::Case;
use crate::validate::At;
use crate::validate::pod::Pod;

fn host_namespace(pod: &Pod<'_>, case: &mut Case<'_>, field: &str, what: &str) {
    let field = pod.spec.field(field);
    if field.boolean() == Some(true) {
        case.tell(&field, format!("the pod shares the node's {what}"));
    }
}

/// Mirrors `hostNamespaces_1_0`.
pub(in crate::validate) fn host_network(pod: &Pod<'_>, case: &mut Case<'_>) {
    host_namespace(pod, case, "hostNetwork", "network");
}

/// Mirrors `hostNamespaces_1_0`.
pub(in crate::validate) fn host_pid(pod: &Pod<'_>, case: &mut Case<'_>) {
    host_namespace(pod, case, "hostPID", "processes");
}

/// Mirrors `hostNamespaces_1_0`.
pub(in crate::validate) fn host_ipc(pod: &Pod<'_>, case: &mut Case<'_>) {
    host_namespace(pod, case, "hostIPC", "inter-process communication");
}

/// Mirrors `hostPathVolumes_1_0`.
pub(in crate::validate) fn host_path_volume(pod: &Pod<'_>, case: &mut Case<'_>) {
    let volumes = pod.spec.field("volumes");
    for volume in volumes.items() {
        let host_path = volume.field("hostPath");
        if host_path.is_there() {
            let (name, path) = (volume.field("name"), host_path.field("path"));
            case.tell(
                &host_path,
                format!("volume `{}` is the path `{}` of the node", name.text(), path.text()),
            );
        }
    }
}

/// Mirrors `hostPorts_1_0`.
pub(in crate::validate) fn host_port(pod: &Pod<'_>, case: &mut Case<'_>) {
    for container in &pod.containers {
        let ports = container.ports();
        for port in ports.items() {
            let host_port = port.field("hostPort");
            if let Some(number) = host_port.integer().filter(|number| *number != 0) {
                case.tell(
                    &host_port,
                    format!("container `{}` takes port {number} of the node", container.name),
                );
            }
        }
    }
}

/// Mirrors `windowsHostProcess_1_0`.
pub(in crate::validate) fn windows_host_process(pod: &Pod<'_>, case: &mut Case<'_>) {
    let security = pod.security();
    let options = security.field("windowsOptions");
    let host_process = options.field("hostProcess");
    if host_process.boolean() == Some(true) {
        case.tell(&host_process, "the pod runs as processes of the Windows node");
    }
    for container in &pod.containers {
        let security = container.security();
        let options = security.field("windowsOptions");
        let host_process = options.field("hostProcess");
        if host_process.boolean() == Some(true) {
            case.tell(
                &host_process,
                format!("container `{}` runs as a process of the Windows node", container.name),
            );
        }
    }
}

/// Mirrors `hostProbesAndHostLifecycleV1Dot34`, `getForbiddenHostProbes`, `getForbiddenHostLifecycle`.
pub(in crate::validate) fn probe_host(pod: &Pod<'_>, case: &mut Case<'_>) {
    for container in &pod.containers {
        for probe in [container.liveness_probe(), container.readiness_probe(), container.startup_probe()] {
            handler_host(&probe, container.name, case);
        }
        let lifecycle = container.lifecycle();
        if lifecycle.is_there() {
            handler_host(&lifecycle.field("postStart"), container.name, case);
            handler_host(&lifecycle.field("preStop"), container.name, case);
        }
    }
}

fn handler_host(handler: &At<'_>, container: &str, case: &mut Case<'_>) {
    if !handler.is_there() {
        return;
    }
    for action in ["httpGet", "tcpSocket"] {
        let action = handler.field(action);
        let host = action.field("host");
        if !host.text().is_empty() {
            let message =
                format!("container `{container}` makes the kubelet call the host `{}`", host.text());
            case.tell(&host, message).hint = "leave `host` out: the pod's own address is called".into();
        }
    }
}
