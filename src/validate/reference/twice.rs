//! Objects that are there twice.

use crate::validate::{Object, Told};

/// The same kind, namespace and name again: the last one applied wins.
pub(in crate::validate) fn duplicate_object(object: &Object<'_>, told: &mut Told<'_>) {
    if object.name.is_empty() || object.kind.is_empty() {
        return;
    }
    let first = told.set.find(object.group, object.kind, object.namespace, object.name);
    if first.is_some_and(|first| {
        !std::ptr::eq(first.document, object.document) && first.namespace == object.namespace
    }) {
        let root = object.at();
        let metadata = root.field("metadata");
        let message = format!("{} `{}` is there more than once: the last one wins", object.kind, object.name);
        told.proven(&metadata.field("name"), message);
    }
}
