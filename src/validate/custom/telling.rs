//! Findings about a value that was decoded: its path leads back to the node that wrote it.

use crate::validate::{At, Family, Finding, Level, Object, Path};
use crate::yaml::{Document, NodeId};

/// Where findings about one object go.
pub(super) struct Telling<'o, 'f> {
    /// The object.
    pub(super) object: &'o Object<'o>,
    /// What is found.
    pub(super) findings: &'f mut Vec<Finding>,
}

impl Telling<'_, '_> {
    /// Tells an error.
    #[cold]
    pub(super) fn tell(
        &mut self,
        family: Family,
        rule: &'static str,
        path: &Path<'_>,
        message: impl Into<String>,
    ) {
        let (node, nearest) = locate(self.object, path);
        let at = At::new(self.object.document, self.object.dialect, node, nearest, *path);
        self.findings.push(Finding::new(rule, family, Level::Error, &at, message));
    }

    /// Tells an error about a value as a whole, which the server tells without a path.
    #[cold]
    pub(super) fn whole(&mut self, path: &str, message: String) {
        let (node, nearest) = locate(self.object, &Path::Field(&Path::Root, path));
        let at = At::new(self.object.document, self.object.dialect, node, nearest, Path::Root);
        let mut finding = Finding::new("invalid", Family::Server, Level::Error, &at, message);
        finding.value_path = (!path.is_empty()).then(|| path.to_owned());
        self.findings.push(finding);
    }

    /// Tells an error of the family `schema`.
    pub(super) fn schema(&mut self, rule: &'static str, path: &Path<'_>, message: impl Into<String>) {
        self.tell(Family::Schema, rule, path, message);
    }

    /// Tells an error of the family `server`.
    pub(super) fn server(&mut self, rule: &'static str, path: &Path<'_>, message: impl Into<String>) {
        self.tell(Family::Server, rule, path, message);
    }
}

/// The node at a path, and the nearest one that is there. A step may hold several (`spec.ports[0]`).
fn locate(object: &Object<'_>, path: &Path<'_>) -> (Option<NodeId>, Option<NodeId>) {
    let document = object.document;
    let mut steps = Vec::new();
    let mut at = path;
    while let Path::Field(above, _) | Path::Key(above, _) | Path::Index(above, _) = at {
        steps.push(at);
        at = above;
    }
    let mut nearest = document.try_root();
    let mut node = nearest;
    for step in steps.into_iter().rev() {
        let Some(within) = node else { break };
        match step {
            Path::Root => {}
            Path::Field(_, name) | Path::Key(_, name) => match document.get(within, name) {
                Some(found) => node = Some(found),
                None => (node, nearest) = follow(document, within, name),
            },
            Path::Index(_, index) => node = document.item(within, *index),
        }
        nearest = node.or(nearest);
    }
    (node, nearest)
}

/// Follows steps that are written in one text, keys with dots and all; the node there, and the nearest one.
fn follow(document: &Document, from: NodeId, steps: &str) -> (Option<NodeId>, Option<NodeId>) {
    let mut at = from;
    let mut rest = steps.trim_start_matches('.');
    while !rest.is_empty() {
        let found = if let Some((index, after)) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
            let item = match index.parse() {
                Ok(index) => document.item(at, index),
                Err(_) => document.get(at, index),
            };
            item.map(|item| (item, after))
        } else {
            let keys = document.entries(at).filter_map(|(key, value)| {
                let after = rest.strip_prefix(document.text(key))?;
                (after.is_empty() || after.starts_with(['.', '['])).then_some((value, after))
            });
            keys.min_by_key(|(_, after)| after.len())
        };
        let Some((next, after)) = found else { return (None, Some(at)) };
        at = next;
        rest = after.trim_start_matches('.');
    }
    (Some(at), Some(at))
}
