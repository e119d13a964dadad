//! Which old object a new one was: by identity, then (for what was renamed) by content.

use rustc_hash::FxHashMap;

use crate::validate::Object;

/// Which objects belong together.
pub(super) struct Matching {
    /// For each new object, its old one.
    pub(super) of_new: Vec<Option<usize>>,
    /// Old objects without a new one.
    pub(super) gone: Vec<usize>,
}

/// What makes an object the same one: group, kind, namespace, name. No namespace is `default`, for the server would put
/// the object there.
type Identity<'a> = (&'a str, &'a str, &'a str, &'a str);

fn identity<'a>(object: &Object<'a>) -> Identity<'a> {
    let namespace = if object.namespace == "default" { "" } else { object.namespace };
    (object.group, object.kind, namespace, object.name)
}

/// Matches by identity. Objects that are there twice are matched in order.
pub(super) fn by_identity(old: &[Object<'_>], new: &[Object<'_>]) -> Matching {
    let mut index: FxHashMap<Identity<'_>, Vec<usize>> = FxHashMap::default();
    for (number, object) in old.iter().enumerate().rev() {
        index.entry(identity(object)).or_default().push(number);
    }
    let mut kept = vec![false; old.len()];
    let of_new = new
        .iter()
        .map(|object| {
            let found = index.get_mut(&identity(object)).and_then(Vec::pop)?;
            kept[found] = true;
            Some(found)
        })
        .collect();
    Matching { of_new, gone: (0..old.len()).filter(|number| !kept[*number]).collect() }
}
