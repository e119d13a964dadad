//! A comparison, told: for programs and for people.

mod json;

pub use json::json;

use super::ObjectChange;
use crate::source::Sources;
use crate::validate::Object;

/// What is to be told.
pub struct Report<'r, 'a> {
    /// The old set.
    pub old: &'r [Object<'a>],
    /// The new set.
    pub new: &'r [Object<'a>],
    /// The texts of the old set.
    pub old_sources: &'r Sources,
    /// The texts of the new set.
    pub new_sources: &'r Sources,
    /// The objects that differ.
    pub changes: &'r [ObjectChange],
    /// Whether the values of Secrets are told.
    pub show_secrets: bool,
}

impl<'a> Report<'_, 'a> {
    /// The object that a change is about: the new one, or the old one when it is gone.
    pub fn object(&self, change: &ObjectChange) -> Option<&Object<'a>> {
        match (change.new, change.old) {
            (Some(number), _) => self.new.get(number),
            (None, Some(number)) => self.old.get(number),
            (None, None) => None,
        }
    }
}
