//! Objects that are there twice.

use crate::validate::{Level, Object, Told};

/// The same kind, namespace and name again: the last one applied wins.
pub(in crate::validate) fn duplicate_object(object: &Object<'_>, told: &mut Told<'_>) {
    if object.name.is_empty() || object.kind.is_empty() {
        return;
    }
    let Some(first) = told.set.first_of_name(told.number) else { return };
    if first.namespace != object.namespace {
        return;
    }
    let root = object.at();
    let metadata = root.field("metadata");
    let message = format!("{} `{}` is there more than once: the last one wins", object.kind, object.name);
    if first.version == object.version {
        told.proven(&metadata.field("name"), message);
    } else {
        // Versions of a kind are views of one object; kustomize takes them for two.
        let level = if told.options.whole_set { Level::Warning } else { Level::Note };
        told.tell_as(level, &metadata.field("name"), message);
    }
}
