//! Rules about silences: told by the room that applies them.

use super::{Check, Rule, WARNING};
use crate::validate::Family;

const fn row(id: &'static str, checks: &'static str, why: &'static str) -> Rule {
    Rule {
        id,
        family: Family::Policy,
        level: WARNING,
        checks,
        why,
        old_names: &[],
        fails: "",
        passes: "",
        check: Check::Family,
    }
}

pub(super) static RULES: &[Rule] = &[
    row(
        "silence-unknown-rule",
        "a silence (`citadel.dev/ignore.RULE`, or `ignore` in citadel.yaml) names a rule that does not exist",
        "it silences nothing, and nobody notices",
    ),
    row(
        "silence-without-reason",
        "a silence gives no reason",
        "whoever reads it later cannot know whether it still holds",
    ),
    row(
        "silence-without-finding",
        "a silence about a rule that finds nothing",
        "it would hide the finding on the day it comes",
    ),
];
