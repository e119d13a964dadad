//! The rules, one row each: id, family, level, what it checks and why, its names in other linters, an example that fails
//! and one that passes, and the function that checks. The rows stand in `rules/`, one file a family.
//!
//! To add a rule: its function, one row, and `tests/rules/ID/{fails,passes}.yaml`.

mod pins;
mod pod_security;
mod policy;
mod reference;
mod schema;
mod server;
mod silence;

use super::pod::{Container, Pod};
use super::pod_security::Control;
use super::told::Told;
use super::{Family, Level, Object};

/// What a rule looks at, and the function that looks.
#[derive(Clone, Copy)]
pub enum Check {
    /// Each pod: of a Pod, or the template of a workload.
    Pod(fn(&Pod<'_>, &mut Told<'_>)),
    /// Each container of each pod.
    Container(fn(&Pod<'_>, &Container<'_>, &mut Told<'_>)),
    /// Each object of these kinds, of whatever group; `*` stands for all kinds.
    Object(&'static [&'static str], fn(&Object<'_>, &mut Told<'_>)),
    /// The same, by a function that asks for nothing but the object itself: it may run before the others are known.
    Alone(&'static [&'static str], fn(&Object<'_>, &mut Told<'_>)),
    /// Each pod, by a control of the Pod Security Standards.
    PodSecurity(Control),
    /// Told by the family's own walk.
    Family,
}

/// One rule.
pub struct Rule {
    /// Its id: `privileged-container`.
    pub id: &'static str,
    /// The family that it belongs to.
    pub family: Family,
    /// How bad a finding is by default; `None`: the rule is off unless the configuration gives it a level.
    pub level: Option<Level>,
    /// What it checks, in a sentence.
    pub checks: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What it is called elsewhere: `kube-linter:privileged-container`.
    pub old_names: &'static [&'static str],
    /// An example that fails, as YAML; empty when there is none.
    pub fails: &'static str,
    /// The same done right.
    pub passes: &'static str,
    /// The function that checks.
    pub check: Check,
}

impl Rule {
    /// How to silence it for one object.
    pub fn silence(&self) -> String {
        format!(
            "annotate the object with `citadel.dev/ignore.{}: why this is meant`, or list it under `ignore` in citadel.yaml",
            self.id
        )
    }

    /// Whether this is its id or one of its old names.
    pub fn is_called(&self, name: &str) -> bool {
        self.id == name || self.old_names.contains(&name)
    }
}

/// A row with its two examples, from `tests/rules/ID/`.
macro_rules! rule {
    ($id:literal, $family:ident, $level:expr, $check:expr, $checks:literal, $why:literal, $old_names:expr) => {
        $crate::validate::rules::Rule {
            id: $id,
            family: $crate::validate::Family::$family,
            level: $level,
            checks: $checks,
            why: $why,
            old_names: $old_names,
            fails: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rules/", $id, "/fails.yaml")),
            passes: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rules/", $id, "/passes.yaml")),
            check: $check,
        }
    };
}
use rule;

const ERROR: Option<Level> = Some(Level::Error);
const WARNING: Option<Level> = Some(Level::Warning);
const NOTE: Option<Level> = Some(Level::Note);
const OFF: Option<Level> = None;

/// All rules, family by family.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [
        schema::RULES,
        server::RULES,
        pod_security::RULES,
        reference::RULES,
        pins::RULES,
        policy::RULES,
        silence::RULES,
    ]
    .into_iter()
    .flatten()
}

/// The rules of this id or old name, and no families: what may be silenced.
pub fn named(name: &str) -> Vec<&'static Rule> {
    all().filter(|rule| rule.is_called(name)).collect()
}

/// The rules of this id or old name (`kube-score:pod-probes` has become two); a family's name gives all of its rules.
pub fn find(name: &str) -> Vec<&'static Rule> {
    all().filter(|rule| rule.is_called(name) || rule.family.name() == name).collect()
}
