//! Deployments, DaemonSets, StatefulSets.

use super::Update;

/// What helps against a selector that cannot be changed.
const SELECTOR: &str = "keep the selector (labels can be added to the pod template alone), or delete the object with \
                        `--cascade=orphan` and apply again";

/// Mirrors `ValidateDeploymentUpdate`; and `ValidateDeploymentStrategy`, where a default that the server once stored meets
/// a strategy that forbids it.
pub(super) fn deployment(update: &mut Update<'_, '_>) {
    update.immutable(&["spec", "selector"], SELECTOR);
    let strategy = ["spec", "strategy", "type"];
    let rolling = ["spec", "strategy", "rollingUpdate"];
    let was_rolling = matches!(update.old_text(&strategy), "" | "RollingUpdate");
    // Of what the old one says, the applier takes out what the new one does not say.
    let stored = was_rolling && update.old_at(&rolling).is_none();
    if update.new_text(&strategy) == "Recreate"
        && stored
        && update.new_at(&rolling).is_none()
        && !update.new_is_null(&rolling)
    {
        update.refuse(
            "spec.strategy.rollingUpdate",
            "the server has stored defaults for `rollingUpdate`, which the strategy `Recreate` forbids",
            "say `rollingUpdate: null` beside `type: Recreate`",
        );
    }
}

/// Mirrors `ValidateDaemonSetSpecUpdate`.
pub(super) fn daemon_set(update: &mut Update<'_, '_>) {
    update.immutable(&["spec", "selector"], SELECTOR);
}

/// Mirrors `ValidateStatefulSetUpdate`.
pub(super) fn stateful_set(update: &mut Update<'_, '_>) {
    const KEEPS_PODS: &str =
        "delete the StatefulSet with `--cascade=orphan` and apply again: pods and claims stay";
    update.immutable(&["spec", "selector"], KEEPS_PODS);
    update.immutable(
        &["spec", "volumeClaimTemplates"],
        "to grow volumes, resize the claims themselves, then delete the StatefulSet with `--cascade=orphan` and apply \
         again: pods and claims stay",
    );
    update.immutable(&["spec", "serviceName"], KEEPS_PODS);
    update.immutable(&["spec", "podManagementPolicy"], KEEPS_PODS);
}
