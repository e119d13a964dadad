//! Scopes of `ResourceQuotas`: which pods and claims one counts.

use super::capacity::container_amounts;
use crate::kubernetes::Quantity;
use crate::validate::pod::{Pod, Role};
use crate::validate::set::Set;
use crate::validate::{At, Object, Path};

/// One scope of a quota, with what it asks of its values.
#[derive(Clone, Copy, Debug)]
struct Scope<'a> {
    name: &'a str,
    /// `Exists` where the quota only names the scope.
    operator: &'a str,
    values: Option<At<'a>>,
}

/// All scopes of a quota: what it counts must be in each of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Scopes<'a>(Vec<Scope<'a>>);

impl<'a> Scopes<'a> {
    /// The scopes that the `spec` of a quota names.
    ///
    /// Mirrors `getScopeSelectorsFromQuota`
    pub(super) fn of(quota: &Object<'a>) -> Scopes<'a> {
        let document = quota.document;
        let text = |node| document.text(node);
        let list = |way: &[&str]| {
            let found = document.try_root().and_then(|root| document.at(root, way));
            found.into_iter().flat_map(|list| document.children(list))
        };
        let mut scopes: Vec<Scope<'a>> = list(&["spec", "scopes"])
            .map(|scope| Scope { name: text(scope), operator: "Exists", values: None })
            .collect();
        for expression in list(&["spec", "scopeSelector", "matchExpressions"]) {
            let [name, operator, values] = document.get_each(expression, ["scopeName", "operator", "values"]);
            let values = At::new(document, quota.dialect, values, values, Path::Root);
            scopes.push(Scope {
                name: name.map_or("", text),
                operator: operator.map_or("", text),
                values: Some(values),
            });
        }
        Scopes(scopes)
    }

    /// Whether the quota counts everything.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scopes as people read them.
    pub(super) fn shown(&self) -> String {
        let each: Vec<String> = self.0.iter().map(Scope::shown).collect();
        each.join(", ")
    }

    /// Whether a pod is counted, with what the server and the objects of the set fill in.
    ///
    /// Mirrors `podMatchesScopeFunc`, `podMatchesSelector`
    pub(super) fn have_pod(&self, pod: &Pod<'_>, set: &Set<'_>) -> bool {
        self.0.iter().all(|scope| match scope.name {
            "Terminating" => is_terminating(pod),
            "NotTerminating" => !is_terminating(pod),
            "BestEffort" => is_best_effort(pod, set),
            "NotBestEffort" => !is_best_effort(pod, set),
            "PriorityClass" => scope.takes(priority_class(pod, set)),
            "CrossNamespacePodAffinity" => looks_elsewhere(pod),
            _ => false,
        })
    }

    /// Whether a claim of this `spec` is counted.
    ///
    /// Mirrors `pvcMatchesScopeFunc`, `pvcMatchesSelector`
    pub(super) fn have_claim(&self, spec: &At<'_>) -> bool {
        let class = spec.field("volumeAttributesClassName");
        self.0.iter().all(|scope| scope.name == "VolumeAttributesClass" && scope.takes(class.text()))
    }
}

impl Scope<'_> {
    /// Whether the value of a scope that has values (empty where there is none) is one that is asked for.
    fn takes(&self, value: &str) -> bool {
        let is_listed = || self.values.is_some_and(|values| values.items().any(|item| item.text() == value));
        match self.operator {
            "In" => !value.is_empty() && is_listed(),
            "NotIn" => value.is_empty() || !is_listed(),
            "DoesNotExist" => value.is_empty(),
            _ => !value.is_empty(),
        }
    }

    fn shown(&self) -> String {
        let values = || {
            let values: Vec<String> =
                self.values.iter().flat_map(At::items).map(|value| value.text().to_owned()).collect();
            values.join(" ")
        };
        match self.operator {
            "In" => format!("{} in ({})", self.name, values()),
            "NotIn" => format!("{} not in ({})", self.name, values()),
            "DoesNotExist" => format!("no {}", self.name),
            _ => self.name.to_owned(),
        }
    }
}

/// Whether a pod ends by itself after a time.
///
/// Mirrors `IsTerminating`
fn is_terminating(pod: &Pod<'_>) -> bool {
    pod.spec.field("activeDeadlineSeconds").integer().is_some_and(|seconds| seconds >= 0)
}

/// The priority class of a pod; where it names none, the one that the set makes the default of the cluster.
fn priority_class<'a>(pod: &Pod<'a>, set: &Set<'a>) -> &'a str {
    let document = pod.object.document;
    let named = pod.spec.field("priorityClassName").node.map_or("", |node| document.text(node));
    if !named.is_empty() {
        return named;
    }
    let default = set.of_kind("PriorityClass").find(|class| {
        let root = class.at();
        root.field("globalDefault").boolean() == Some(true)
    });
    default.map_or("", |class| class.name)
}

/// Whether no container of a pod asks for CPU or memory, nor has a limit.
///
/// Mirrors `ComputePodQOS`, `requirementsQOS`, `resourceQOS`
fn is_best_effort(pod: &Pod<'_>, set: &Set<'_>) -> bool {
    let whole = pod.spec.field("resources");
    let (requests, limits) = (whole.field("requests"), whole.field("limits"));
    if !requests.is_empty() || !limits.is_empty() {
        return ["cpu", "memory"].iter().all(|resource| {
            [&requests, &limits].iter().all(|amounts| {
                let amount = amounts.entry(resource);
                Quantity::parse(amount.text()).is_none_or(Quantity::is_zero)
            })
        });
    }
    let counted = pod.containers.iter().filter(|container| container.role != Role::Ephemeral);
    counted.into_iter().all(|container| {
        let amounts = container_amounts(container, set, pod.object.namespace);
        ["cpu", "memory"].iter().all(|resource| {
            let (request, limit) = amounts.get(resource);
            request.is_none_or(Quantity::is_zero) && limit.is_none_or(Quantity::is_zero)
        })
    })
}

/// Whether a pod wants to be near to or far from pods of other namespaces.
///
/// Mirrors `usesCrossNamespacePodAffinity`
fn looks_elsewhere(pod: &Pod<'_>) -> bool {
    let affinity = pod.spec.field("affinity");
    ["podAffinity", "podAntiAffinity"].iter().any(|kind| {
        let kind = affinity.field(kind);
        let required = kind.field("requiredDuringSchedulingIgnoredDuringExecution");
        let preferred = kind.field("preferredDuringSchedulingIgnoredDuringExecution");
        required.items().any(|term| is_elsewhere(&term))
            || preferred.items().any(|term| is_elsewhere(&term.field("podAffinityTerm")))
    })
}

fn is_elsewhere(term: &At<'_>) -> bool {
    !term.field("namespaces").is_empty() || term.field("namespaceSelector").is_there()
}
