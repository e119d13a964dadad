//! Jobs: what a run has begun with, it ends with.

use super::{Update, are, begin};

const CURE: &str = "delete the Job and apply again, or give the new one another name";

/// Mirrors `ValidateJobSpecUpdate`, `validateCompletions`, `validatePodTemplateUpdate`, `validatePodResourceUpdatesOnly`,
/// `validateJobSchedulingUpdate`.
pub(super) fn check(update: &mut Update<'_, '_>) {
    completions(update);
    template(update);
    for field in [
        "selector",
        "completionMode",
        "podFailurePolicy",
        "backoffLimitPerIndex",
        "managedBy",
        "successPolicy",
    ] {
        update.immutable(&["spec", field], CURE);
    }
    update.frozen(
        &["spec", "scheduling"],
        "of a Job's scheduling, only `minCount` can be changed",
        CURE,
        |_, steps| are(steps, &["schedulingPolicy", "gang", "minCount"]),
    );
}

fn completions(update: &mut Update<'_, '_>) {
    if !update.differs(&["spec", "completions"]) {
        return;
    }
    if update.new_text(&["spec", "completionMode"]) != "Indexed" {
        return update.immutable(&["spec", "completions"], CURE);
    }
    let completions = update.new_text(&["spec", "completions"]);
    let parallelism = match update.new_text(&["spec", "parallelism"]) {
        "" => "1",
        parallelism => parallelism,
    };
    if !completions.is_empty() && completions != parallelism {
        update.refuse(
            "spec.completions",
            "of an indexed Job, `completions` can only be changed together with `parallelism`",
            "give both the same value",
        );
    }
}

fn template(update: &mut Update<'_, '_>) {
    let suspended = update.old_text(&["spec", "suspend"]).eq_ignore_ascii_case("true");
    update.frozen(&["spec", "template"], "the pod template of a Job cannot be changed", CURE, |_, steps| {
        suspended
            && (begin(steps, &["metadata", "labels"])
                || begin(steps, &["metadata", "annotations"])
                || begin(steps, &["spec", "nodeSelector"])
                || begin(steps, &["spec", "tolerations"])
                || begin(steps, &["spec", "schedulingGates"])
                || begin(steps, &["spec", "affinity", "nodeAffinity"])
                || begin(steps, &["spec", "containers", "*", "resources"])
                || begin(steps, &["spec", "initContainers", "*", "resources"]))
    });
}
