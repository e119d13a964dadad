//! Pod templates that changed: which pods are replaced, in which way, and what their budgets say to that.

use super::{Impact, Sets, called, count};
use crate::compare::{Fate, ObjectChange};
use crate::validate::{At, Object};
use crate::yaml::Value;

const TEMPLATE: &[&str] = &["spec", "template"];

/// Judges workloads whose template changed.
pub(super) fn rolls(sets: &Sets<'_>, change: &mut ObjectChange) {
    let Some(number) = change.new.filter(|_| change.fate == Fate::Changed) else { return };
    let Some(new) = sets.new.get(number) else { return };
    let rolls = matches!(
        (new.group, new.kind),
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet") | ("argoproj.io", "Rollout")
    );
    if !rolls || !change.effective.iter().any(|one| one.touches(TEMPLATE)) {
        return;
    }
    let root = new.at();
    let spec = root.field("spec");
    if new.kind == "Deployment" && spec.field("paused").boolean() == Some(true) {
        let text = format!("{} is paused: its pods go on as they are until it is resumed", called(new));
        change.has(Impact::UnnoticedByPods, text, "`kubectl rollout resume`");
        return change.mark(Impact::UnnoticedByPods, |one| one.touches(TEMPLATE));
    }
    let way = spec.field(if new.kind == "Deployment" { "strategy" } else { "updateStrategy" });
    if way.field("type").text() == "OnDelete" {
        let text = format!("{} replaces a pod only when somebody deletes it (`OnDelete`)", called(new));
        change.has(Impact::UnnoticedByPods, text, "delete its pods one by one");
        return change.mark(Impact::UnnoticedByPods, |one| one.touches(TEMPLATE));
    }
    let rollout = Rollout::of(sets, new, &spec, &way);
    change.has(Impact::RollsPods, rollout.text(new), "");
    change.mark(Impact::RollsPods, |one| one.touches(TEMPLATE));
    if let Some(replicas) = rollout.replicas
        && let Some(pod) = sets.after.pod(number)
    {
        for budget in sets.after.budgets_of(pod) {
            if let Some((text, hint)) = rollout.against(new, budget, replicas) {
                change.has(Impact::RollsPods, text, hint);
            }
        }
    }
}

/// How pods are replaced.
struct Rollout {
    /// How many pods there are at least; `None` when nobody can know (DaemonSets).
    replicas: Option<i64>,
    /// Whether something else decides how many.
    scaled: Option<(i64, i64)>,
    surge: i64,
    unavailable: i64,
    words: String,
}

impl Rollout {
    fn of(sets: &Sets<'_>, new: &Object<'_>, spec: &At<'_>, way: &At<'_>) -> Rollout {
        let rolling = way.field("rollingUpdate");
        let replicas = (new.kind != "DaemonSet").then(|| sets.after.fewest_replicas(new));
        let scaled = sets.after.scalers_of(new).next().map(|scaler| (scaler.minimum, scaler.maximum));
        let of = replicas.unwrap_or(0);
        let (surge_field, unavailable_field) = (rolling.field("maxSurge"), rolling.field("maxUnavailable"));
        let _ = spec;
        let (surge, unavailable, words) = match new.kind {
            "Deployment" if way.field("type").text() == "Recreate" => {
                (0, of, "all at once (`Recreate`)".into())
            }
            "Deployment" | "Rollout" => {
                let (surge, unavailable) =
                    (share(&surge_field, "25%", of, true), share(&unavailable_field, "25%", of, false));
                // Both zero would be no progress: the controller then takes one pod away.
                let unavailable = if surge == 0 && unavailable == 0 { 1 } else { unavailable };
                (surge, unavailable, format!("`maxSurge` {surge}, `maxUnavailable` {unavailable}"))
            }
            "DaemonSet" => {
                let text = |at: &At<'_>, default: &str| match at.text() {
                    "" => default.to_owned(),
                    text => text.to_owned(),
                };
                let words = format!(
                    "`maxSurge` {}, `maxUnavailable` {}",
                    text(&surge_field, "0"),
                    text(&unavailable_field, "1")
                );
                (0, 0, words)
            }
            _ => {
                let partition = rolling.field("partition").integer().unwrap_or(0);
                let unavailable = share(&unavailable_field, "1", of, false).max(1);
                let words = if partition > 0 {
                    format!("from the last one down to number {partition}, {unavailable} at a time")
                } else {
                    format!("from the last one down, {unavailable} at a time")
                };
                (0, unavailable, words)
            }
        };
        Rollout { replicas, scaled, surge, unavailable, words }
    }

    fn text(&self, new: &Object<'_>) -> String {
        let who = called(new);
        let Some(replicas) = self.replicas else {
            return format!("replaces the pods of {who} on every node ({})", self.words);
        };
        let pods = match self.scaled {
            Some((least, most)) if least != most => format!("{least} to {most} pods"),
            _ => count(replicas, "pod"),
        };
        if replicas == 0 {
            return format!("{who} has no pods at present: nothing is replaced");
        }
        let least = (replicas - self.unavailable).max(0);
        let most = replicas + self.surge;
        format!("replaces {pods} of {who} ({}): {least} to {most} run meanwhile", self.words)
    }

    /// What a budget says to this rollout.
    fn against(
        &self,
        new: &Object<'_>,
        budget: &Object<'_>,
        replicas: i64,
    ) -> Option<(String, &'static str)> {
        let root = budget.at();
        let spec = root.field("spec");
        let (least, most) = (spec.field("minAvailable"), spec.field("maxUnavailable"));
        let wanted = if least.is_there() {
            share(&least, "0", replicas, true)
        } else if most.is_there() {
            replicas - share(&most, "0", replicas, true)
        } else {
            return None;
        };
        let left = (replicas - self.unavailable).max(0);
        if replicas == 0 {
            return None;
        }
        if left < wanted {
            return Some((
                format!(
                    "PodDisruptionBudget `{}` wants {} available, the rollout of {} leaves {left}: rollouts do not ask \
                     budgets, but until it is through no node can be drained",
                    budget.name,
                    count(wanted, "pod"),
                    called(new)
                ),
                "lower `maxUnavailable` of the rollout",
            ));
        }
        (wanted >= replicas).then(|| {
            (
                format!(
                    "PodDisruptionBudget `{}` allows no disruption of {}: nodes cannot be drained",
                    budget.name,
                    called(new)
                ),
                "allow at least one pod to be away",
            )
        })
    }
}

/// A number or a share of the replicas, rounded up or down.
pub(super) fn share(at: &At<'_>, default: &str, of: i64, up: bool) -> i64 {
    let percent = |text: &str| -> Option<i64> {
        let share =
            text.strip_suffix('%')?.parse::<i64>().ok().filter(|share| (0..=100_000).contains(share))?;
        let product = share.checked_mul(of)?;
        Some(if up { (product + 99) / 100 } else { product / 100 })
    };
    let of_text = |text: &str| percent(text).or_else(|| text.parse().ok());
    match at.value() {
        Some(Value::Int(number)) => number,
        Some(Value::Text(text)) => of_text(&text).unwrap_or(0),
        _ => of_text(default).unwrap_or(0),
    }
}
