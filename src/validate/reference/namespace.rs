//! Namespaces that objects are put into.

use crate::diagnostic::nearest;
use crate::validate::{Object, Told};

/// How many namespaces of a set a name is compared with.
const MOST_CANDIDATES: usize = 200;

/// A namespace that nearly is one of the set's, and is not known.
pub(in crate::validate) fn namespace_missing(object: &Object<'_>, told: &mut Told<'_>) {
    let name = object.namespace;
    if name.is_empty()
        || !told.options.whole_set
        || !told.set.has_kind("Namespace")
        || told.knows("", "Namespace", "", name)
    {
        return;
    }
    // Others stand in the cluster: a set seldom brings all of them along.
    let known = told.set.of_kind("Namespace").take(MOST_CANDIDATES).map(|namespace| namespace.name);
    if let Some(meant) = nearest(name, known) {
        let root = object.at();
        let metadata = root.field("metadata");
        let message = format!("no Namespace `{name}` is among the objects, and one that is nearly called so");
        told.absent(&metadata.field("namespace"), message).hint = format!("did you mean `{meant}`?");
    }
}
