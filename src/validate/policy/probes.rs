//! Probes that cannot do what they are for.

use crate::validate::pod::{Container, Pod, Role};
use crate::validate::told::Told;
use crate::validate::{At, Level};

/// What a probe asks: kind, port, path or command; `None` when there is none.
fn question<'a>(probe: &'a At<'a>) -> Option<(&'static str, &'a str, Vec<&'a str>)> {
    for kind in ["httpGet", "tcpSocket", "grpc", "exec"] {
        let handler = probe.field(kind);
        if !handler.is_there() {
            continue;
        }
        let text = |field: &'static str| {
            handler
                .node
                .and_then(|node| probe.document.get(node, field))
                .map_or("", |node| probe.document.text(node))
        };
        let parts = match handler.node.and_then(|node| probe.document.get(node, "command")) {
            Some(command) => probe.document.children(command).map(|node| probe.document.text(node)).collect(),
            None => vec![if kind == "grpc" { text("service") } else { text("path") }],
        };
        return Some((kind, text("port"), parts));
    }
    None
}

/// How long a probe fails before something happens, in seconds.
fn patience(probe: &At<'_>) -> i64 {
    let (threshold, period) = (probe.field("failureThreshold"), probe.field("periodSeconds"));
    threshold.integer().unwrap_or(3).saturating_mul(period.integer().unwrap_or(10))
}

/// A liveness probe that gives up as early as the readiness probe: restarts take the place of waiting.
pub(in crate::validate) fn identical(_: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    let (liveness, readiness) = (container.liveness_probe(), container.readiness_probe());
    let (Some(alive), Some(ready)) = (question(&liveness), question(&readiness)) else { return };
    if alive == ready && patience(&liveness) <= patience(&readiness) {
        told.tell(
            &liveness,
            format!("liveness and readiness of container `{}` ask the same", container.name),
        )
        .hint = "let liveness give up later (`failureThreshold`), or ask something cheaper".into();
    }
}

/// A probe of a port that the container does not declare.
pub(in crate::validate) fn port(_: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    if !matches!(container.role, Role::Main | Role::Sidecar) {
        return;
    }
    let ports = container.ports();
    for probe in [container.liveness_probe(), container.readiness_probe(), container.startup_probe()] {
        for kind in ["httpGet", "tcpSocket", "grpc"] {
            let handler = probe.field(kind);
            let port = handler.field("port");
            if !port.is_there() {
                continue;
            }
            let number = port.integer();
            let declared = ports.items().any(|declared| {
                let protocol = declared.field("protocol");
                protocol.text_or("TCP") == "TCP"
                    && match number {
                        Some(number) => declared.field("containerPort").integer() == Some(number),
                        None => declared.field("name").text() == port.text(),
                    }
            });
            if declared {
                continue;
            }
            match number {
                None => {
                    let message =
                        format!("container `{}` has no TCP port named `{}`", container.name, port.text());
                    told.tell(&port, message).hint =
                        "the probe can never succeed: name one of its ports".into();
                }
                Some(number) => {
                    let message = format!("container `{}` does not declare port {number}", container.name);
                    told.tell_as(Level::Note, &port, message);
                }
            }
        }
    }
}

/// Pods that are not restarted.
pub(in crate::validate) fn restart_policy(pod: &Pod<'_>, told: &mut Told<'_>) {
    let policy = pod.spec.field("restartPolicy");
    if !pod.is_job() && policy.is_there() && !matches!(policy.text(), "Always" | "OnFailure") {
        told.tell(&policy, format!("`restartPolicy` is `{}`", policy.text())).hint =
            "`Always` is the default".into();
    }
}
