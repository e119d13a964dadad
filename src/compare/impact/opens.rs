//! What allows more than before: network policies, security contexts, roles and who has them, ways in from outside,
//! guards that were taken away.

use super::{Impact, Sets, called};
use crate::compare::change::{Change, Verb};
use crate::compare::path::{Step, is};
use crate::compare::{Fate, ObjectChange};
use crate::validate::Object;

/// Judges what an object allows.
pub(super) fn judge(sets: &Sets<'_>, change: &mut ObjectChange) {
    let old = change.old.and_then(|number| sets.old.get(number));
    let new = change.new.and_then(|number| sets.new.get(number));
    match change.fate {
        Fate::Added => {
            if let Some(text) = new.and_then(opens_by_coming) {
                change.has(Impact::Opens, text, "");
            }
        }
        Fate::Removed => {
            if let Some(text) = old.and_then(opens_by_going) {
                change.has(Impact::Opens, text, "");
            }
        }
        Fate::Changed | Fate::Renamed => {
            let Some(new) = new else { return };
            let mut reasons: Vec<String> = Vec::new();
            for one in &change.effective {
                if let Some(reason) = opened(new, one)
                    && !reasons.contains(&reason)
                {
                    reasons.push(reason);
                }
            }
            for reason in reasons {
                change.has(Impact::Opens, format!("{}: {reason}", called(new)), "");
            }
            change.mark(Impact::Opens, |one| opened(new, one).is_some());
        }
    }
}

fn opens_by_coming(new: &Object<'_>) -> Option<String> {
    let who = called(new);
    let root = new.at();
    let spec = root.field("spec");
    Some(match (new.group, new.kind) {
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => {
            let role = root.field("roleRef");
            format!(
                "{who} gives {} `{}` to more subjects",
                role.field("kind").text(),
                role.field("name").text()
            )
        }
        ("networking.k8s.io", "Ingress") => format!("{who} is a new way in"),
        ("", "Service") => match spec.field("type").text() {
            kind @ ("NodePort" | "LoadBalancer") => format!("{who} is a new way in ({kind})"),
            _ => return None,
        },
        ("gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute" | "TCPRoute" | "TLSRoute" | "Gateway") => {
            format!("{who} is a new way in")
        }
        _ => return None,
    })
}

fn opens_by_going(old: &Object<'_>) -> Option<String> {
    let who = called(old);
    Some(match (old.group, old.kind) {
        ("networking.k8s.io" | "policy.networking.k8s.io" | "cilium.io", kind)
            if kind.contains("NetworkPolicy") =>
        {
            format!("{who} goes: what it forbade to its pods is allowed unless another policy forbids it")
        }
        ("admissionregistration.k8s.io", kind) if kind.starts_with("Validating") => {
            format!("{who} goes: nothing refuses what it refused")
        }
        ("", "ResourceQuota" | "LimitRange") => format!("{who} goes: nothing limits what it limited"),
        _ => return None,
    })
}

/// Why a difference allows more; `None` when it does not.
fn opened(new: &Object<'_>, one: &Change) -> Option<String> {
    match (new.group, new.kind) {
        ("networking.k8s.io", "NetworkPolicy") => network_policy(one),
        ("rbac.authorization.k8s.io", "Role" | "ClusterRole") => role(one),
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => {
            let more = one.is_below(&["subjects"]) && one.verb != Verb::Removed;
            more.then(|| "more subjects have its role".to_owned())
        }
        ("networking.k8s.io", "Ingress") => ingress(one),
        ("", "Service") => service(one),
        ("", "Namespace") => namespace(one),
        ("admissionregistration.k8s.io", _) => admission(one),
        _ => security(one),
    }
}

fn is_item(step: &Step) -> bool {
    matches!(step, Step::Item { .. })
}

/// Whether the last step is an item that came.
fn came(one: &Change) -> bool {
    one.verb == Verb::Added && one.steps.last().is_some_and(is_item)
}

fn network_policy(one: &Change) -> Option<String> {
    let spec = |field: &str| one.is_below(&["spec", field]);
    let last = one.steps.last()?;
    if spec("policyTypes") {
        return (one.verb == Verb::Removed).then(|| "it no longer governs one direction".to_owned());
    }
    if spec("podSelector") {
        return Some("it governs other pods than before".to_owned());
    }
    if !spec("ingress") && !spec("egress") {
        return None;
    }
    let list = ["from", "to", "ports"].iter().any(|name| is(last, name));
    if list && one.verb == Verb::Removed {
        return Some("a rule no longer says from where, to where or on which port".to_owned());
    }
    if one.verb == Verb::Added && (list || is(last, "except")) {
        return None;
    }
    let in_except = one.steps.iter().any(|step| is(step, "except"));
    match one.verb {
        Verb::Added if in_except => None,
        Verb::Removed if in_except => Some("a range of addresses is no longer left out".to_owned()),
        // A rule that came, or the first ones: more is let through.
        Verb::Added if came(one) || one.steps.len() == 2 => Some("more traffic is let through".to_owned()),
        Verb::Removed if is_item(last) || one.steps.len() == 2 => None,
        // A selector with fewer conditions selects more; one that came beside others selects less.
        Verb::Removed => Some("a rule asks for less".to_owned()),
        Verb::Changed if is(last, "cidr") => {
            let bits = |text: &Option<String>| -> Option<u32> {
                text.as_deref()?.trim_matches('"').rsplit_once('/')?.1.parse().ok()
            };
            let wider = bits(&one.to) < bits(&one.from);
            Some(
                if wider {
                    "a range of addresses is wider"
                } else {
                    "another range of addresses is let through"
                }
                .to_owned(),
            )
        }
        Verb::Changed => Some("other traffic is let through".to_owned()),
        _ => None,
    }
}

fn role(one: &Change) -> Option<String> {
    if !one.is_below(&["rules"]) && !one.is_below(&["aggregationRule"]) {
        return None;
    }
    match one.verb {
        Verb::Added => {
            let narrows = one.steps.last().is_some_and(|step| is(step, "resourceNames"));
            (!narrows).then(|| "it allows more".to_owned())
        }
        Verb::Removed => {
            let names = one.steps.last().is_some_and(|step| is(step, "resourceNames"));
            names.then(|| "it is no longer limited to some names".to_owned())
        }
        Verb::Changed => Some("it allows something else".to_owned()),
        _ => None,
    }
}

fn ingress(one: &Change) -> Option<String> {
    if one.is_below(&["spec", "tls"]) {
        return (one.verb == Verb::Removed).then(|| "a host is no longer encrypted".to_owned());
    }
    if one.is_below(&["spec", "rules"]) && (came(one) || one.verb == Verb::Changed) {
        let backend = one.steps.iter().any(|step| is(step, "backend"));
        return (!backend).then(|| "another host or path is let in".to_owned());
    }
    if one.is_below(&["spec", "defaultBackend"]) && one.verb == Verb::Added {
        return Some("everything without a rule of its own is let in".to_owned());
    }
    None
}

fn service(one: &Change) -> Option<String> {
    let to = one.to.as_deref().unwrap_or_default();
    if one.is_below(&["spec", "type"]) && matches!(to, "\"NodePort\"" | "\"LoadBalancer\"") {
        return Some(format!("it can be reached from outside ({})", to.trim_matches('"')));
    }
    if one.is_below(&["spec", "loadBalancerSourceRanges"]) {
        let whole = one.steps.len() == 2;
        let more = if whole { one.verb == Verb::Removed } else { one.verb != Verb::Removed };
        return more.then(|| "other addresses are let in".to_owned());
    }
    if one.is_below(&["spec", "externalIPs"]) && one.verb != Verb::Removed {
        return Some("it answers at another outside address".to_owned());
    }
    None
}

fn namespace(one: &Change) -> Option<String> {
    let Some(Step::Key(key)) = one.steps.get(2) else { return None };
    if !one.is_below(&["metadata", "labels"]) || key != "pod-security.kubernetes.io/enforce" {
        return None;
    }
    let strictness = |text: &Option<String>| match text.as_deref().map(|text| text.trim_matches('"')) {
        Some("restricted") => 2,
        Some("baseline") => 1,
        _ => 0,
    };
    (strictness(&one.to) < strictness(&one.from)).then(|| "its Pod Security Standard is weaker".to_owned())
}

fn admission(one: &Change) -> Option<String> {
    let last = one.steps.last()?;
    if is(last, "failurePolicy") && one.to.as_deref() == Some("\"Ignore\"") {
        return Some("what it cannot judge is let pass".to_owned());
    }
    let guard = ["webhooks", "rules", "validations", "resourceRules"];
    let of_guard = |steps: &[Step]| {
        steps
            .iter()
            .rev()
            .skip(1)
            .find(|step| !is_item(step))
            .is_some_and(|step| guard.iter().any(|name| is(step, name)))
    };
    if one.verb == Verb::Removed && is_item(last) && of_guard(&one.steps) {
        return Some("something is no longer judged".to_owned());
    }
    if one.verb == Verb::Added
        && ["namespaceSelector", "objectSelector", "matchConditions", "excludeResourceRules"]
            .iter()
            .any(|name| one.steps.iter().any(|step| is(step, name)))
    {
        return Some("less is judged".to_owned());
    }
    None
}

/// Fields of pods: name, the value that opens, whether going opens, in words.
const SECURITY: [(&str, &str, bool, &str); 10] = [
    ("privileged", "true", false, "a container is privileged"),
    ("allowPrivilegeEscalation", "true", true, "a container may gain privileges"),
    ("runAsNonRoot", "false", true, "a container may run as root"),
    ("readOnlyRootFilesystem", "false", true, "a container may write to its own files"),
    ("hostNetwork", "true", false, "pods are in the network of their node"),
    ("hostPID", "true", false, "pods see the processes of their node"),
    ("hostIPC", "true", false, "pods share memory with their node"),
    ("hostUsers", "true", true, "users of pods are users of their node"),
    ("automountServiceAccountToken", "true", true, "pods get a token for the API server"),
    ("runAsUser", "0", false, "a container runs as root"),
];

fn security(one: &Change) -> Option<String> {
    let last = one.steps.last()?;
    let to = one.to.as_deref().unwrap_or_default();
    for (field, open, by_going, words) in SECURITY {
        if is(last, field) {
            let opens = to == open && one.verb != Verb::Removed
                || by_going && one.verb == Verb::Removed && one.from.as_deref() != Some(open);
            return opens.then(|| words.to_owned());
        }
    }
    let parent = one.steps.iter().rev().find(|step| !is_item(step))?;
    let in_capabilities = one.steps.iter().any(|step| is(step, "capabilities"));
    if in_capabilities && is(parent, "add") && one.verb != Verb::Removed {
        return Some("a container has more capabilities".to_owned());
    }
    if in_capabilities && is(parent, "drop") && one.verb != Verb::Added {
        return Some("a container keeps capabilities that it dropped".to_owned());
    }
    if one.steps.iter().any(|step| is(step, "seccompProfile"))
        && (one.verb == Verb::Removed || to.contains("Unconfined"))
    {
        return Some("system calls are no longer filtered".to_owned());
    }
    if one.steps.iter().any(|step| is(step, "appArmorProfile"))
        && (one.verb == Verb::Removed || to.contains("Unconfined"))
    {
        return Some("AppArmor no longer confines a container".to_owned());
    }
    // A whole structure that came or went holds such fields, too.
    if is(last, "securityContext") || is(last, "capabilities") {
        return match one.verb {
            Verb::Added => security_context(to).map(str::to_owned),
            Verb::Removed => {
                let from = one.from.as_deref().unwrap_or_default();
                let guards = [
                    "\"runAsNonRoot\":true",
                    "\"allowPrivilegeEscalation\":false",
                    "\"readOnlyRootFilesystem\":true",
                    "\"drop\":[\"",
                    "\"seccompProfile\":{\"type\":\"RuntimeDefault\"",
                ];
                guards
                    .iter()
                    .any(|guard| from.contains(guard))
                    .then(|| "a security context is gone".to_owned())
            }
            _ => None,
        };
    }
    let is_volume = one.steps.iter().any(|step| is(step, "volumes"));
    if is_volume
        && one.verb != Verb::Removed
        && (is(last, "hostPath") || is_item(last) && to.contains("\"hostPath\":"))
    {
        return Some("pods have a folder of their node".to_owned());
    }
    let is_container = ["containers", "initContainers"].iter().any(|name| is(parent, name)) && is_item(last);
    if is_container && one.verb == Verb::Added {
        return security_context(to).map(str::to_owned);
    }
    if is(last, "hostPort") && one.verb != Verb::Removed && to != "0" {
        return Some("a port of the node leads to a container".to_owned());
    }
    None
}

fn security_context(json: &str) -> Option<&'static str> {
    SECURITY
        .iter()
        .find(|(field, open, ..)| json.contains(&format!("\"{field}\":{open}")) && *open == "true")
        .map(|(.., words)| *words)
}
