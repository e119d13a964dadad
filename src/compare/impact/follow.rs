//! References to objects that were renamed: they say nothing new, they follow.

use rustc_hash::FxHashSet;

use super::Sets;
use crate::compare::change::Verb;
use crate::compare::{Fate, ObjectChange};

/// Turns differences that only follow a new name into such.
pub(super) fn references(sets: &Sets<'_>, list: &mut [ObjectChange]) {
    let names: FxHashSet<(&str, &str)> = list
        .iter()
        .filter(|change| change.fate == Fate::Renamed)
        .filter_map(|change| Some((sets.old.get(change.old?)?.name, sets.new.get(change.new?)?.name)))
        .filter(|(old, new)| old != new)
        .collect();
    if names.is_empty() {
        return;
    }
    for change in list.iter_mut() {
        for one in &mut change.changes {
            if one.verb != Verb::Changed || one.is_below(&["metadata", "name"]) {
                continue;
            }
            let (Some(from), Some(to)) = (&one.from, &one.to) else { continue };
            let plain = |text: &str| -> Option<String> {
                serde_json::from_str::<String>(text).ok().filter(|text| !text.is_empty())
            };
            if let (Some(from), Some(to)) = (plain(from), plain(to))
                && names.contains(&(from.as_str(), to.as_str()))
            {
                one.verb = Verb::Follows;
            }
        }
    }
}
