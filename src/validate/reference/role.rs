//! Roles that are bound, and those that they are bound to.

use super::or;
use crate::validate::{Object, Told};

fn is_binding(object: &Object<'_>) -> bool {
    object.group == "rbac.authorization.k8s.io"
}

/// `roleRef` of a binding.
pub(in crate::validate) fn role_missing(object: &Object<'_>, told: &mut Told<'_>) {
    if !is_binding(object) {
        return;
    }
    let root = object.at();
    let role = root.field("roleRef");
    let (kind, name) = (role.field("kind"), role.field("name"));
    let namespace = if kind.text() == "Role" { object.namespace } else { "" };
    let what = ": the binding grants nothing";
    told.refers(&name, "rbac.authorization.k8s.io", kind.text(), namespace, name.text(), what);
}

/// Service accounts that a binding is for; users and groups are no objects.
pub(in crate::validate) fn subject_missing(object: &Object<'_>, told: &mut Told<'_>) {
    if !is_binding(object) {
        return;
    }
    let root = object.at();
    let subjects = root.field("subjects");
    for subject in subjects.items() {
        if subject.field("kind").text() == "ServiceAccount" {
            let (name, namespace) = (subject.field("name"), subject.field("namespace"));
            let namespace = or(namespace.text(), object.namespace);
            told.refers(&name, "", "ServiceAccount", namespace, name.text(), ": nobody is granted the role");
        }
    }
}
