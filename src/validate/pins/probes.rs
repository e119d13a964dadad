//! The three probes of containers that run for long.

use crate::validate::Told;
use crate::validate::pod::{Container, Pod, Role};

/// Whether the pod runs under a controller that keeps it running.
fn runs_for_long(pod: &Pod<'_>) -> bool {
    !pod.is_job() && pod.object.kind != "PodTemplate"
}

fn main_container<'p>(pod: &'p Pod<'_>) -> Option<&'p Container<'p>> {
    pod.containers.iter().find(|container| container.role == Role::Main)
}

/// A pod that a Service sends traffic to, and no container says when it is ready.
pub(in crate::validate) fn readiness_probe_missing(pod: &Pod<'_>, told: &mut Told<'_>) {
    if !runs_for_long(pod) || pod.lasting().any(|container| container.readiness_probe().is_there()) {
        return;
    }
    let Some(container) = main_container(pod) else { return };
    let Some(service) = told.set.service_of(pod) else { return };
    told.tell(
        &container.readiness_probe(),
        format!(
            "the Service `{}` sends traffic to these pods, and no container has a readiness probe",
            service.name
        ),
    );
}

/// A pod in which no container has a liveness probe.
pub(in crate::validate) fn liveness_probe_missing(pod: &Pod<'_>, told: &mut Told<'_>) {
    if !runs_for_long(pod) || pod.lasting().any(|container| container.liveness_probe().is_there()) {
        return;
    }
    if let Some(container) = main_container(pod) {
        told.tell(
            &container.liveness_probe(),
            "no container has a liveness probe: one that hangs is not restarted",
        );
    }
}

/// A container with a liveness probe and nothing that gives it time to start.
pub(in crate::validate) fn startup_probe_missing(
    pod: &Pod<'_>,
    container: &Container<'_>,
    told: &mut Told<'_>,
) {
    let liveness = container.liveness_probe();
    if runs_for_long(pod)
        && matches!(container.role, Role::Main | Role::Sidecar)
        && liveness.is_there()
        && !container.startup_probe().is_there()
    {
        let message = format!(
            "container `{}` has a liveness probe and no startup probe: a slow start is killed",
            container.name
        );
        told.tell(&container.startup_probe(), message);
    }
}
