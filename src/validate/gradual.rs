//! Objects judged in two goes, so that few of them need to be held at once: as soon as one is read, by the rules that ask
//! for nothing else; once all are known, by the others, which see of those that went before what is left of them.

use rayon::prelude::*;

use super::custom::Definitions;
use super::plan::{Plan, Which};
use super::set::Set;
use super::{Finding, MANY, Object, Options, check_kind, check_object, policy, schema};
use crate::yaml::{Document, Left, NodeId};

/// The rules, run in two goes. What an object is silent about in the first go is told of it in the second; findings of one
/// object are therefore not together, and silences must be seen to by whoever asks.
pub struct Gradual<'o> {
    options: &'o Options,
    plan: Plan<'o>,
    /// What the first go knows of other objects.
    nothing: Set<'static>,
}

/// What is needed of an object once its first go is over.
pub enum Rest {
    /// All that it says.
    Whole,
    /// A part of it.
    Part(Document),
    /// Who it is.
    Name,
}

/// Rules of all kinds that ask for nothing of an object but who it is.
const BY_NAME: &[&str] = &["duplicate-object", "namespace-missing"];

/// The rules of webhooks: these, and one that looks for the Services behind them.
const OF_WEBHOOKS: &[&str] = &["duplicate-object", "namespace-missing", "webhook-service-missing"];

impl<'o> Gradual<'o> {
    /// Chooses the rules.
    pub fn new(options: &'o Options) -> Gradual<'o> {
        Gradual { options, plan: Plan::new(options), nothing: Set::default() }
    }

    /// Whether an object can be judged before others are known: Kubernetes' own kinds are what they are, whatever
    /// definitions will be found.
    pub fn may_begin(object: &Object<'_>) -> bool {
        schema::knows(object.group, object.version, object.kind)
    }

    /// The first go: adds what is found in an object alone.
    pub fn begin(&self, object: &Object<'_>, findings: &mut Vec<Finding>) {
        check_kind(object, false, self.options, findings);
        self.plan.check(0, object, &self.nothing, Which::Alone, findings);
    }

    /// What the second go needs of an object that has had its first one: for its own rules, and as a partner of others.
    pub fn rest(&self, object: &Object<'_>) -> Rest {
        let asks_only = |rules| self.plan.asks_only(object.kind, rules);
        let document = object.document;
        if self.plan.is_empty() && object.kind != "CustomResourceDefinition" {
            return Rest::Name;
        }
        Rest::Part(match (object.group, object.kind) {
            ("rbac.authorization.k8s.io", "Role" | "ClusterRole") if asks_only(BY_NAME) => {
                let told = policy::rbac::told_of(object);
                let rules = object.at().field("rules").node;
                let (Some(rules), false) = (rules, told.is_empty()) else { return Rest::Name };
                let others: Vec<NodeId> =
                    document.children(rules).filter(|rule| !told.contains(rule)).collect();
                document.pruned(&|_, node| {
                    if others.contains(&node) { Left::Nothing } else { Left::All }
                })
            }
            ("", "ConfigMap" | "Secret") if asks_only(BY_NAME) => document.pruned(&|key, _| match key {
                "data" | "binaryData" | "stringData" => Left::Beginnings,
                _ => Left::All,
            }),
            (
                "admissionregistration.k8s.io",
                "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
            ) if asks_only(OF_WEBHOOKS) => document.pruned(&|key, _| match key {
                "rules" | "matchConditions" | "namespaceSelector" | "objectSelector" => Left::Nothing,
                "caBundle" => Left::Beginnings,
                _ => Left::All,
            }),
            _ => return Rest::Whole,
        })
    }

    /// The second go: hands over what is still to be told of each object. `begun` says of each whether it has had its
    /// first go. `options`: those of before, and the schemas that were found for kinds that nobody knows.
    pub fn finish<S: Send>(
        &self,
        objects: &[Object<'_>],
        begun: &[bool],
        definitions: &[Object<'_>],
        options: &Options,
        start: impl Fn() -> S + Sync,
        each: impl Fn(&mut S, usize, &mut Vec<Finding>) + Sync,
    ) -> Vec<S> {
        let custom = Definitions::new(objects, definitions);
        let is_empty = self.plan.is_empty();
        let set = if is_empty { Set::new(&[]) } else { Set::new(objects) };
        objects
            .par_chunks(MANY)
            .enumerate()
            .map(|(group, some)| {
                let mut state = start();
                let mut findings = Vec::new();
                for (number, object) in some.iter().enumerate() {
                    let number = group * MANY + number;
                    let begun = begun.get(number) == Some(&true);
                    if !begun {
                        check_object(object, &custom, options, &mut findings);
                    }
                    if !is_empty {
                        let which = if begun { Which::Others } else { Which::All };
                        self.plan.check(number, object, &set, which, &mut findings);
                    }
                    each(&mut state, number, &mut findings);
                    findings.clear();
                }
                state
            })
            .collect()
    }
}
