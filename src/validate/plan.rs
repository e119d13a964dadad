//! Which rules run, at which level: worked out once for all objects, so that each object only meets rules of its kind.

use super::kind_slots::KindSlots;
use super::pod::{Container, Pod};
use super::pod_security::{self, ControlRun};
use super::rules::{self, Check, Rule};
use super::set::Set;
use super::told::Told;
use super::{Finding, Level, Object, Options};

/// A rule that runs, and how bad its findings are.
#[derive(Clone, Copy)]
struct Run<F> {
    rule: &'static Rule,
    level: Level,
    chosen: bool,
    /// Whether it asks for nothing but the object.
    alone: bool,
    check: F,
}

impl<F> Run<F> {
    fn is_of(&self, which: Which) -> bool {
        match which {
            Which::All => true,
            Which::Alone => self.alone,
            Which::Others => !self.alone,
        }
    }
}

type PodRun = Run<fn(&Pod<'_>, &mut Told<'_>)>;
type ContainerRun = Run<fn(&Pod<'_>, &Container<'_>, &mut Told<'_>)>;
type ObjectRun = Run<fn(&Object<'_>, &mut Told<'_>)>;

/// Which of an object's rules are run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Which {
    /// All of them.
    All,
    /// Those that ask for nothing but the object.
    Alone,
    /// The others.
    Others,
}

/// The rules that run.
pub(super) struct Plan<'p> {
    options: &'p Options,
    pods: Vec<PodRun>,
    containers: Vec<ContainerRun>,
    controls: Vec<ControlRun>,
    kinds: Vec<(&'static str, Vec<ObjectRun>)>,
    /// Where kinds stand among them.
    slots: KindSlots,
    any_kind: Vec<ObjectRun>,
}

impl<'p> Plan<'p> {
    /// Chooses the rules.
    pub(super) fn new(options: &'p Options) -> Plan<'p> {
        let mut plan = Plan {
            options,
            pods: Vec::new(),
            containers: Vec::new(),
            controls: Vec::new(),
            kinds: Vec::new(),
            slots: KindSlots::new(),
            any_kind: Vec::new(),
        };
        for rule in rules::all().filter(|rule| options.runs(rule.family)) {
            let chosen = options.level_of(rule.id);
            let Some(level) = chosen.unwrap_or(rule.level) else { continue };
            let chosen = chosen.is_some();
            match rule.check {
                Check::Family => {}
                Check::PodSecurity(control) => plan.controls.push((rule, level, control)),
                Check::Pod(check) => plan.pods.push(Run { rule, level, chosen, alone: false, check }),
                Check::Container(check) => {
                    plan.containers.push(Run { rule, level, chosen, alone: false, check });
                }
                Check::Object(kinds, check) | Check::Alone(kinds, check) => {
                    let alone = matches!(rule.check, Check::Alone(..));
                    for kind in kinds {
                        let run = Run { rule, level, chosen, alone, check };
                        if *kind == "*" {
                            plan.any_kind.push(run);
                            continue;
                        }
                        match plan.of_kind(kind) {
                            Some(at) => plan.kinds[at].1.push(run),
                            None => {
                                plan.slots = plan.slots.with(kind, plan.kinds.len());
                                plan.kinds.push((kind, vec![run]));
                            }
                        }
                    }
                }
            }
        }
        plan
    }

    fn of_kind(&self, kind: &str) -> Option<usize> {
        self.slots.find(kind, |row| self.kinds[row].0 == kind)
    }

    /// Whether any rule that is run through the table is to run.
    pub(super) fn is_empty(&self) -> bool {
        self.pods.is_empty()
            && self.containers.is_empty()
            && self.controls.is_empty()
            && self.kinds.is_empty()
            && self.any_kind.is_empty()
    }

    /// Whether of the rules that look at this kind, or at every kind, only these ask for more than the object.
    pub(super) fn asks_only(&self, kind: &str, known: &[&str]) -> bool {
        let runs = self.of_kind(kind).map_or(&[][..], |at| &self.kinds[at].1).iter().chain(&self.any_kind);
        runs.filter(|run| !run.alone).all(|run| known.contains(&run.rule.id))
    }

    /// Runs the rules that look at this object.
    pub(super) fn check(
        &self,
        number: usize,
        object: &Object<'_>,
        set: &Set<'_>,
        which: Which,
        findings: &mut Vec<Finding>,
    ) {
        if let Some(pod) = set.pod(number).filter(|_| which != Which::Alone) {
            if !self.controls.is_empty() {
                pod_security::check(pod, &self.controls, set, self.options, findings);
            }
            for run in &self.pods {
                (run.check)(pod, &mut self.told(run, number, set, findings));
            }
            for container in &pod.containers {
                for run in &self.containers {
                    (run.check)(pod, container, &mut self.told(run, number, set, findings));
                }
            }
        }
        if let Some(at) = self.of_kind(object.kind) {
            for run in self.kinds[at].1.iter().filter(|run| run.is_of(which)) {
                (run.check)(object, &mut self.told(run, number, set, findings));
            }
        }
        for run in self.any_kind.iter().filter(|run| run.is_of(which)) {
            (run.check)(object, &mut self.told(run, number, set, findings));
        }
    }

    fn told<'r, F>(
        &'r self,
        run: &Run<F>,
        number: usize,
        set: &'r Set<'r>,
        findings: &'r mut Vec<Finding>,
    ) -> Told<'r> {
        Told {
            rule: run.rule,
            level: run.level,
            chosen: run.chosen,
            number,
            set,
            options: self.options,
            findings,
        }
    }
}
