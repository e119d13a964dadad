//! Services: their addresses are theirs for life.

use super::{Update, texts};
use crate::validate::Object;

const CURE: &str = "leave the field out to keep what the Service has, or delete the Service and apply again (it gets new \
                    addresses)";

/// Mirrors `ValidateServiceUpdate`, `validateUpgradeDowngradeClusterIPs`, `validateUpgradeDowngradeIPFamilies`,
/// `validateLoadBalancerClassField`, `validateServiceExternalTrafficFieldsUpdate`.
pub(super) fn check(update: &mut Update<'_, '_>) {
    let path = ["spec", "type"];
    let (was, is) = (update.old_text(&path), update.new_text(&path));
    if was == "LoadBalancer" && is == "LoadBalancer" {
        update.immutable(&["spec", "loadBalancerClass"], CURE);
        let local = |update: &Update<'_, '_>, old: bool| {
            let path = ["spec", "externalTrafficPolicy"];
            (if old { update.old_text(&path) } else { update.new_text(&path) }) == "Local"
        };
        let (before, after) = (
            update.old_text(&["spec", "healthCheckNodePort"]),
            update.new_text(&["spec", "healthCheckNodePort"]),
        );
        let is_said = |port: &str| !matches!(port, "" | "0");
        if local(update, true) && local(update, false) && is_said(before) && is_said(after) && before != after
        {
            update.immutable(&["spec", "healthCheckNodePort"], CURE);
        }
    }
    if was == "ExternalName" || is == "ExternalName" {
        return;
    }
    let (before, after) = (addresses(update.old), addresses(update.new));
    let (headless_before, headless_after) = (before == ["None"], after == ["None"]);
    let stays_headless = headless_before && headless_after;
    if !stays_headless && !after.is_empty() {
        // An address that the old one does not say was given by the server: nobody can know it beforehand.
        let changed = before.is_empty() || before[0] != after[0];
        let second = before.len() == 2 && after.len() == 2 && before[1] != after[1];
        if changed || second {
            update.refuse(
                if after.len() > 1 { "spec.clusterIPs" } else { "spec.clusterIP" },
                "the address of a Service cannot be changed once it has one",
                CURE,
            );
        }
        if before.len() == 2
            && after.len() == 1
            && update.new_text(&["spec", "ipFamilyPolicy"]) != "SingleStack"
        {
            update.refuse(
                "spec.ipFamilyPolicy",
                "a Service can only give up its second address as `SingleStack`",
                "say `ipFamilyPolicy: SingleStack`",
            );
        }
    }
    if headless_before || headless_after {
        return;
    }
    let path = ["spec", "ipFamilies"];
    let (before, after) = (texts(update.old, &path), texts(update.new, &path));
    let differs = before.iter().zip(&after).any(|(before, after)| before != after);
    if differs {
        update.refuse("spec.ipFamilies", "the first address family of a Service cannot be changed", CURE);
    } else if before.len() == 2
        && after.len() == 1
        && update.new_text(&["spec", "ipFamilyPolicy"]) != "SingleStack"
    {
        update.refuse(
            "spec.ipFamilyPolicy",
            "a Service can only give up its second address family as `SingleStack`",
            "say `ipFamilyPolicy: SingleStack`",
        );
    }
}

fn addresses<'a>(object: &Object<'a>) -> Vec<&'a str> {
    let list = texts(object, &["spec", "clusterIPs"]);
    if !list.is_empty() {
        return list;
    }
    let one = super::text(object, &["spec", "clusterIP"]);
    if one.is_empty() { Vec::new() } else { vec![one] }
}
