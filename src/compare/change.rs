//! One difference between two objects, and what it does to a cluster.

use super::impact::Impact;
use super::path::{self, Step};
use crate::source::Place;

/// What became of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verb {
    /// It was not there.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
    /// The items of a list stand in another order; `from` and `to` are their keys.
    Reordered,
    /// A text means the same but is spelt otherwise.
    Respelt,
    /// It names an object that has another name now.
    Follows,
}

impl Verb {
    /// The name in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            Verb::Added => "added",
            Verb::Removed => "removed",
            Verb::Changed => "changed",
            Verb::Reordered => "reordered",
            Verb::Respelt => "respelt",
            Verb::Follows => "follows",
        }
    }
}

/// One difference.
#[derive(Clone, Debug)]
pub struct Change {
    /// How one gets to the value.
    pub steps: Vec<Step>,
    /// What became of it.
    pub verb: Verb,
    /// The old value as JSON.
    pub from: Option<String>,
    /// The new value as JSON.
    pub to: Option<String>,
    /// Where the old value was written.
    pub old_place: Place,
    /// Where the new value was written.
    pub place: Place,
    /// What it does to a cluster.
    pub impacts: Vec<Impact>,
}

impl Change {
    /// The path as the API server writes it.
    pub fn path(&self) -> String {
        path::numbered(&self.steps)
    }

    /// The path with keys of items in place of numbers.
    pub fn keyed_path(&self) -> String {
        path::keyed(&self.steps)
    }

    /// Whether the path begins with these fields.
    pub fn is_below(&self, fields: &[&str]) -> bool {
        path::starts_with(&self.steps, fields)
    }

    /// Whether the difference lies in a value: at it, below it, or above it (the value came or went with what holds it).
    pub fn touches(&self, fields: &[&str]) -> bool {
        let depth = self.steps.len().min(fields.len());
        path::starts_with(&self.steps, &fields[..depth])
    }
}
