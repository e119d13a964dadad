//! Rollouts against what else is stated: budgets, and volumes that one node holds.

use super::Share;
use super::budget::{Kept, kept};
use crate::validate::pod::Pod;
use crate::validate::{Object, Told};

/// A rollout that takes more pods away at once than the budget lets a drain take.
pub(in crate::validate) fn rollout_below_budget(object: &Object<'_>, told: &mut Told<'_>) {
    if object.group != "apps" {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let strategy = spec.field("strategy");
    let set = told.set;
    let pods = set.fewest_replicas(object);
    if pods < 2 {
        return;
    }
    let rolling = strategy.field("rollingUpdate");
    let unavailable = rolling.field("maxUnavailable");
    let gone = match strategy.field("type").text() {
        "Recreate" => pods,
        _ => {
            let surge = Share::read(&rolling.field("maxSurge")).unwrap_or(Share::Percent(25)).up(pods);
            let gone = Share::read(&unavailable).unwrap_or(Share::Percent(25)).down(pods);
            // Without room above, one pod must make room below.
            if surge == 0 { gone.max(1) } else { gone }
        }
    };
    let Some(pod) = told.pod() else { return };
    for budget in set.budgets_of(pod) {
        let budget_root = budget.at();
        let stays = match kept(&budget_root.field("spec")) {
            Some(Kept::Minimum(least)) => least.up(pods),
            Some(Kept::Unavailable(most)) => pods.saturating_sub(most.up(pods)),
            None => continue,
        };
        // A budget that no eviction fits is told by rules of its own.
        if stays < pods && pods.saturating_sub(gone) < stays {
            let at = if unavailable.is_there() { &unavailable } else { &strategy };
            let message = format!(
                "a rollout leaves {} of {pods} pods, and the budget `{}` wants {stays} to stay",
                pods.saturating_sub(gone),
                budget.name
            );
            told.tell(at, message).hint = "rollouts do not heed budgets: lower `maxUnavailable`".into();
            return;
        }
    }
}

/// A rolling update of pods that mount a claim which only one node can hold.
pub(in crate::validate) fn rollout_claim(pod: &Pod<'_>, told: &mut Told<'_>) {
    let object = &pod.object;
    if (object.group, object.kind) != ("apps", "Deployment") {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let strategy = spec.field("strategy");
    if strategy.field("type").text_or("RollingUpdate") != "RollingUpdate" {
        return;
    }
    // Without a surge, the old pod goes before the new one comes.
    let rolling = strategy.field("rollingUpdate");
    let surge = rolling.field("maxSurge");
    let one = told.set.most_replicas(object) < 2;
    if one && matches!(Share::read(&surge), Some(Share::Number(0) | Share::Percent(0))) {
        return;
    }
    let volumes = pod.spec.field("volumes");
    for volume in volumes.items() {
        let claim = volume.field("persistentVolumeClaim");
        let name = claim.field("claimName");
        let Some(claim) = told.set.find("", "PersistentVolumeClaim", object.namespace, name.text()) else {
            continue;
        };
        let claim_root = claim.at();
        let claim_spec = claim_root.field("spec");
        let modes = claim_spec.field("accessModes");
        let shared = modes.items().any(|mode| matches!(mode.text(), "ReadWriteMany" | "ReadOnlyMany"));
        if !shared && !modes.is_empty() {
            let message = format!(
                "new pods wait for the claim `{}`, which the node of the old ones holds: the rollout may not end",
                claim.name
            );
            told.tell(&name, message).hint = "use the strategy `Recreate`, or a StatefulSet".into();
        }
    }
}
