//! Roles that give away more than they seem to.

use crate::validate::told::Told;
use crate::validate::{At, Object};
use crate::yaml::NodeId;

fn has(rule: &At<'_>, field: &str, wanted: &[&str]) -> bool {
    let list = rule.field(field);
    list.items().any(|item| wanted.contains(&item.text()))
}

/// Whether a list names one of these, or everything.
fn has_or_all(rule: &At<'_>, field: &str, wanted: &[&str]) -> bool {
    let list = rule.field(field);
    list.items().map(|item| item.text()).any(|text| text == "*" || wanted.contains(&text))
}

fn is_rbac(object: &Object<'_>) -> bool {
    object.group == "rbac.authorization.k8s.io"
}

/// The role that a binding refers to, when it is in the set, with its name.
fn bound<'a>(object: &Object<'a>, told: &Told<'a>) -> Option<(&'a str, Option<&'a Object<'a>>)> {
    let root = object.document.try_root()?;
    let text = |field: &str| {
        object.document.at(root, &["roleRef", field]).map_or("", |node| object.document.text(node))
    };
    let (kind, name) = (text("kind"), text("name"));
    let namespace = if kind == "Role" { object.namespace } else { "" };
    Some((name, told.set.find("rbac.authorization.k8s.io", kind, namespace, name)))
}

/// The rules of a role.
fn any_rule(role: &Object<'_>, found: impl Fn(&At<'_>) -> bool) -> bool {
    let root = role.at();
    let rules = root.field("rules");
    rules.items().any(|rule| found(&rule))
}

fn is_everything(rule: &At<'_>) -> bool {
    let verbs = ["get", "list", "watch", "create", "update", "patch", "delete"];
    has(rule, "apiGroups", &["*"])
        && has(rule, "resources", &["*"])
        && (has(rule, "verbs", &["*"]) || verbs.iter().all(|verb| has(rule, "verbs", &[verb])))
}

/// A binding to everything.
pub(in crate::validate) fn cluster_admin_binding(object: &Object<'_>, told: &mut Told<'_>) {
    if !is_rbac(object) {
        return;
    }
    let Some((name, role)) = bound(object, told) else { return };
    let everything = role.is_some_and(|role| any_rule(role, is_everything));
    if name == "cluster-admin" || everything {
        let root = object.at();
        let reference = root.field("roleRef");
        let message = format!("the subjects of this binding may do everything (`{name}`)");
        told.tell(&reference, message).hint = "bind a role with what they need".into();
    }
}

/// A shell in any pod.
pub(in crate::validate) fn pod_exec_access(object: &Object<'_>, told: &mut Told<'_>) {
    if !is_rbac(object) {
        return;
    }
    let root = object.at();
    let rules = root.field("rules");
    for rule in rules.items() {
        if has_or_all(&rule, "apiGroups", &[""])
            && has_or_all(&rule, "resources", &["pods/exec", "pods/attach"])
            && has_or_all(&rule, "verbs", &["create", "get"])
            && !named(&rule)
        {
            told.tell(&rule, "this rule allows a shell in any pod").hint =
                "leave `pods/exec` and `pods/attach` out".into();
        }
    }
}

fn named(rule: &At<'_>) -> bool {
    !rule.field("resourceNames").is_empty()
}

/// What comes later is granted as well.
pub(in crate::validate) fn wildcard(object: &Object<'_>, told: &mut Told<'_>) {
    if !is_rbac(object) {
        return;
    }
    let root = object.at();
    let rules = root.field("rules");
    for rule in rules.items() {
        for field in ["apiGroups", "resources", "verbs"] {
            let list = rule.field(field);
            for item in list.items().filter(|item| item.text() == "*") {
                told.tell(&item, format!("`*` in `{field}` grants also what comes later")).hint =
                    "list what is needed".into();
            }
        }
    }
}

/// Whether a rule allows to create pods, or what makes them.
fn creates_pods(rule: &At<'_>) -> bool {
    let workloads = ["pods", "deployments", "statefulsets", "replicasets", "daemonsets", "jobs", "cronjobs"];
    has_or_all(rule, "apiGroups", &["", "apps", "batch"])
        && has_or_all(rule, "resources", &workloads)
        && has_or_all(rule, "verbs", &["create"])
}

/// Whether a rule allows to read or change all secrets.
fn opens_secrets(rule: &At<'_>) -> bool {
    has_or_all(rule, "apiGroups", &[""])
        && has_or_all(rule, "resources", &["secrets"])
        && has_or_all(rule, "verbs", &["get", "list", "watch", "create", "update", "patch", "delete"])
        && !named(rule)
}

/// The rules of a role for whose sake a binding to it is told of.
pub(in crate::validate) fn told_of(role: &Object<'_>) -> Vec<NodeId> {
    let root = role.at();
    let rules = root.field("rules");
    let told = |rule: &At<'_>| is_everything(rule) || creates_pods(rule) || opens_secrets(rule);
    rules.items().filter(told).filter_map(|rule| rule.node).collect()
}

/// Who may create pods may run anything as any service account of the namespace.
pub(in crate::validate) fn create_pods_access(object: &Object<'_>, told: &mut Told<'_>) {
    binding_to(object, told, "create pods, and so run as any service account", creates_pods);
}

/// Who may read secrets may become whoever they belong to.
pub(in crate::validate) fn secrets_access(object: &Object<'_>, told: &mut Told<'_>) {
    binding_to(object, told, "read or change secrets", opens_secrets);
}

fn binding_to(object: &Object<'_>, told: &mut Told<'_>, what: &str, found: impl Fn(&At<'_>) -> bool) {
    if !is_rbac(object) {
        return;
    }
    let Some((name, Some(role))) = bound(object, told) else { return };
    if any_rule(role, found) {
        let root = object.at();
        let reference = root.field("roleRef");
        told.tell(&reference, format!("`{name}` allows its subjects to {what}"));
    }
}
