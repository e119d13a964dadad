//! What of a comparison is to be told: objects by kind and name, differences by path.

use regex::Regex;

use super::{Change, Fate, ObjectChange, path};
use crate::validate::Object;

/// What is to be told; empty lists let everything pass.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Kinds of objects, in any letter case.
    pub kinds: Vec<String>,
    /// Names of objects: `name` or `namespace/name`, `*` standing for any text.
    pub names: Vec<String>,
    /// Paths below which differences are told.
    pub paths: Vec<String>,
    /// Paths of differences that are not told.
    pub ignored_paths: Vec<Regex>,
}

impl Filter {
    /// Takes out differences, and objects of which none is left.
    pub(super) fn differences(&self, list: &mut Vec<ObjectChange>) {
        if self.paths.is_empty() && self.ignored_paths.is_empty() {
            return;
        }
        for change in list.iter_mut() {
            change.changes.retain(|one| self.passes(one));
            change.effective.retain(|one| self.passes(one));
            change.refusals.retain(|refusal| self.passes_path(&[&refusal.path]));
        }
        list.retain(|change| {
            matches!(change.fate, Fate::Added | Fate::Removed) && self.paths.is_empty()
                || !change.changes.is_empty()
                || !change.refusals.is_empty()
        });
    }

    fn passes(&self, one: &Change) -> bool {
        self.passes_path(&[&one.path(), &one.keyed_path(), &path::bare(&one.steps)])
    }

    fn passes_path(&self, spellings: &[&str]) -> bool {
        let begins = |path: &str, with: &str| {
            path.strip_prefix(with).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', '|']))
        };
        let wanted = |with: &String| spellings.iter().any(|path| begins(path, with));
        (self.paths.is_empty() || self.paths.iter().any(wanted))
            && !self.ignored_paths.iter().any(|pattern| spellings.iter().any(|path| pattern.is_match(path)))
    }

    /// Takes out objects.
    pub(super) fn objects(&self, old: &[Object<'_>], new: &[Object<'_>], list: &mut Vec<ObjectChange>) {
        if self.kinds.is_empty() && self.names.is_empty() {
            return;
        }
        list.retain(|change| {
            let sides = [
                change.new.and_then(|number| new.get(number)),
                change.old.and_then(|number| old.get(number)),
            ];
            sides.into_iter().flatten().any(|object| self.wants(object))
        });
    }

    fn wants(&self, object: &Object<'_>) -> bool {
        let kind =
            self.kinds.is_empty() || self.kinds.iter().any(|kind| kind.eq_ignore_ascii_case(object.kind));
        let named = |pattern: &String| match pattern.split_once('/') {
            Some((namespace, name)) => matches(namespace, object.namespace) && matches(name, object.name),
            None => matches(pattern, object.name),
        };
        kind && (self.names.is_empty() || self.names.iter().any(named))
    }
}

/// Whether a text fits a pattern in which `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text) in [("web", "web"), ("w*", "web"), ("*b", "web"), ("*", ""), ("a*b*c", "axxbyyc")]
        {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("web", "webs"), ("w*x", "web"), ("a*b*c", "acb"), ("", "a")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
