//! A new version that is no valid object is refused as well, whatever the old one was. What is wrong with both is let
//! pass where the server, too, looks only at what changes.

use super::Update;
use crate::compare::Options;
use crate::validate::{self, Family, Level};

/// Runs the checks of the families `schema` and `server` over the new version.
pub(super) fn check(update: &mut Update<'_, '_>, options: &Options) {
    let rules = validate::Options {
        kubernetes_minor: options.kubernetes_minor,
        only: vec![Family::Schema, Family::Server],
        whole_set: false,
        ..validate::Options::default()
    };
    let errors = |object| {
        let told = validate::check(std::slice::from_ref(object), &[], &rules);
        told.into_iter().map(|(_, finding)| finding).filter(|finding| finding.level == Level::Error)
    };
    let mut new = errors(update.new).peekable();
    if new.peek().is_none() {
        return;
    }
    let old: Vec<_> = errors(update.old).map(|finding| (finding.rule, finding.path)).collect();
    let found: Vec<_> =
        new.filter(|f| !old.iter().any(|(rule, path)| *rule == f.rule && *path == f.path)).collect();
    for finding in found {
        update.refuse(finding.path, finding.message, finding.hint);
    }
}
