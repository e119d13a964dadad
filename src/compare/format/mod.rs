//! A comparison, told: for programs and for people.

mod github;
mod json;
mod markdown;
mod text;
mod unified;
mod words;

pub use github::github;
pub use json::json;
pub use markdown::markdown;
pub use text::text;
pub use unified::{plain, unified};
pub use words::is_hidden;

use std::sync::Arc;

use super::{Change, Loaded, ObjectChange};
use crate::validate::Object;

/// What is to be told.
pub struct Report<'r, 'a> {
    /// The old set.
    pub old: &'r [Object<'a>],
    /// The new set.
    pub new: &'r [Object<'a>],
    /// Where the old set came from.
    pub old_side: &'r Loaded,
    /// Where the new set came from.
    pub new_side: &'r Loaded,
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

    /// File, line and column of what wrote a new value, or the old one where there is no new one.
    pub fn place_of(&self, whole: &ObjectChange, change: &Change) -> Option<(Arc<str>, usize, usize)> {
        let new = whole.new.and_then(|number| self.new.get(number)).filter(|_| change.place.is_some());
        match new {
            Some(object) => self.new_side.position(object, change.place, first_other_line(change)),
            None => {
                let object = whole.old.and_then(|number| self.old.get(number))?;
                self.old_side.position(object, change.old_place, 0)
            }
        }
    }

    /// File, line and column of where an object begins.
    pub(super) fn place_of_object(&self, whole: &ObjectChange) -> Option<(Arc<str>, usize, usize)> {
        let object = self.object(whole)?;
        let side = if whole.new.is_some() { self.new_side } else { self.old_side };
        side.position(object, object.place(), 0)
    }
}

fn text_of(json: Option<&String>) -> Option<String> {
    json.and_then(|json| serde_json::from_str(json).ok())
}

/// The old value and the new one in one line: of texts of several lines, the first line that differs.
pub fn in_one_line(change: &Change) -> String {
    let line = first_other_line(change);
    let show = |json: &Option<String>| match text_of(json.as_ref()) {
        Some(text) if text.contains('\n') => {
            serde_json::Value::from(text.lines().nth(line).unwrap_or_default()).to_string()
        }
        _ => json.clone().unwrap_or_else(|| "nothing".to_owned()),
    };
    format!("{} -> {}", show(&change.from), show(&change.to))
}

/// The first line of a text of several lines that says something else than before, counted from 0.
fn first_other_line(change: &Change) -> usize {
    match (text_of(change.from.as_ref()), text_of(change.to.as_ref())) {
        (Some(from), Some(to)) if to.contains('\n') => {
            let same = from.lines().zip(to.lines()).take_while(|(a, b)| a == b).count();
            same.min(to.lines().count().saturating_sub(1))
        }
        _ => 0,
    }
}
