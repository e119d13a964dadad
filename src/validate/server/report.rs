//! Telling what the server would refuse, as words on a list of findings, so that rules read like a list.

use super::told;
use crate::validate::{At, Finding};

/// What rules say of a field.
pub(in crate::validate) trait Report {
    /// The field must be there; `why` may be empty.
    fn required(&mut self, at: &At<'_>, why: &str);
    /// The value is wrong: what it must be.
    fn invalid(&mut self, at: &At<'_>, what: impl AsRef<str>);
    /// The value must not be there, or not like this.
    fn forbidden(&mut self, at: &At<'_>, why: impl AsRef<str>);
    /// The value is none of a list.
    fn not_supported(&mut self, at: &At<'_>, supported: &[&str]);
    /// The value is there already.
    fn duplicate(&mut self, at: &At<'_>);
    /// More items than may be.
    fn too_many(&mut self, at: &At<'_>, most: usize);
    /// More bytes than may be.
    fn too_long(&mut self, at: &At<'_>, most: usize);
    /// The server takes it and warns.
    fn warns(&mut self, at: &At<'_>, message: impl Into<String>);
    /// The value must have a format.
    fn format(&mut self, at: &At<'_>, result: Result<(), &'static str>);
    /// What was told last has a rule of its own, by which it can be looked up.
    fn belongs_to(&mut self, rule: &'static str);
    /// The value must be one of a list; absence and emptiness are for the caller.
    fn one_of(&mut self, at: &At<'_>, supported: &[&str]);
    /// The number must not be below zero.
    fn non_negative(&mut self, at: &At<'_>);
    /// What was told last is told of another path: where the server keeps the value when it judges it.
    fn told_at(&mut self, path: impl Into<String>);
}

/// A value as messages show it: short, in backticks.
pub(in crate::validate) fn shown(text: &str) -> String {
    let mut rest = text.chars();
    let short: String = rest.by_ref().take(64).collect();
    if rest.next().is_some() { format!("`{short}…`") } else { format!("`{short}`") }
}

impl Report for Vec<Finding> {
    #[cold]
    fn required(&mut self, at: &At<'_>, why: &str) {
        self.push(if why.is_empty() { told::required(at) } else { told::required_because(at, why) });
    }

    #[cold]
    fn invalid(&mut self, at: &At<'_>, what: impl AsRef<str>) {
        self.push(told::invalid(at, what.as_ref()));
    }

    #[cold]
    fn forbidden(&mut self, at: &At<'_>, why: impl AsRef<str>) {
        self.push(told::forbidden(at, why.as_ref()));
    }

    #[cold]
    fn not_supported(&mut self, at: &At<'_>, supported: &[&str]) {
        self.push(told::not_supported(at, supported));
    }

    #[cold]
    fn duplicate(&mut self, at: &At<'_>) {
        let name = told::name(at);
        let text = if at.text().is_empty() { &*name } else { at.text() };
        self.push(told::duplicate(at, text));
    }

    #[cold]
    fn too_many(&mut self, at: &At<'_>, most: usize) {
        self.push(told::too_many(at, most));
    }

    #[cold]
    fn too_long(&mut self, at: &At<'_>, most: usize) {
        self.push(told::too_long(at, most));
    }

    #[cold]
    fn warns(&mut self, at: &At<'_>, message: impl Into<String>) {
        self.push(Finding::server("server-warning", at, message).warning());
    }

    fn format(&mut self, at: &At<'_>, result: Result<(), &'static str>) {
        if let Err(message) = result {
            self.invalid(at, message);
        }
    }

    #[cold]
    fn belongs_to(&mut self, rule: &'static str) {
        if let Some(last) = self.last_mut() {
            last.rule = rule;
        }
    }

    fn one_of(&mut self, at: &At<'_>, supported: &[&str]) {
        if !supported.contains(&at.text()) {
            self.not_supported(at, supported);
        }
    }

    fn non_negative(&mut self, at: &At<'_>) {
        told::non_negative(at, self);
    }

    fn told_at(&mut self, path: impl Into<String>) {
        if let Some(last) = self.last_mut() {
            last.value_path = Some(std::mem::replace(&mut last.path, path.into()));
        }
    }
}
