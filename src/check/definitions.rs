//! What is wrong with definitions and schemas that were handed over beside the objects: told once, where they stand.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::{Batch, Options, input_fault, objects, place, wanted};
use crate::diagnostic::Diagnostic;
use crate::host::{self, Entry, Host};
use crate::report::{ObjectId, Told};
use crate::validate::{self, Finding, Level, Object, custom::Catalogue};

/// The groups and kinds of the objects that were checked.
#[derive(Default)]
pub(super) struct Met(Mutex<BTreeSet<(String, String)>>);

impl Met {
    /// Notes the kinds of objects that no server has of itself.
    pub(super) fn note(&self, objects: &[Object<'_>]) {
        let mut kinds: BTreeSet<(&str, &str)> = BTreeSet::new();
        let mut last = ("", "");
        for object in objects {
            let kind = (object.group, object.kind);
            if kind != last && !validate::schema::knows(object.group, object.version, object.kind) {
                kinds.insert(kind);
            }
            last = kind;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(kinds.into_iter().map(|(group, kind)| (group.to_owned(), kind.to_owned())));
    }

    /// The first thing for which a server would refuse each definition of a batch that objects were met of: they are
    /// judged by it all the same, as far as it goes.
    pub(super) fn refused(&self, batch: &Batch, options: &Options) -> Vec<Told> {
        let met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let met: Vec<Object<'_>> = objects(batch)
            .filter(is_definition)
            .filter(|object| {
                let root = object.at();
                let spec = root.field("spec");
                let names = spec.field("names");
                let kind = (spec.field("group").text().to_owned(), names.field("kind").text().to_owned());
                met.contains(&kind)
            })
            .collect();
        met.par_iter().filter_map(|object| refusal(object, batch, options)).collect()
    }
}

/// The first thing for which a server would refuse a definition.
fn refusal(object: &Object<'_>, batch: &Batch, options: &Options) -> Option<Told> {
    let findings = validate::check_alone(object, &options.rules);
    let is_told = |finding: &Finding| finding.level == Level::Error && wanted(finding, options);
    let mut finding = findings.into_iter().find(is_told)?;
    finding.level = Level::Warning;
    "a server refuses this definition; objects of its kind are checked as far as it goes"
        .clone_into(&mut finding.hint);
    Some(place(finding, object, &Arc::new(ObjectId::of(object)), batch))
}

fn is_definition(object: &Object<'_>) -> bool {
    object.group == "apiextensions.k8s.io" && object.kind == "CustomResourceDefinition"
}

/// Folders of definitions that hold none, where nothing else is wrong with them.
pub(super) fn without_definitions(batches: &[Batch]) -> Option<Told> {
    let is_fine = batches.is_empty()
        || batches.iter().any(|batch| !batch.faults.is_empty() || objects(batch).any(|o| is_definition(&o)));
    if is_fine {
        return None;
    }
    let fault = Diagnostic::warning("no-definitions", "`--crds` names no CustomResourceDefinition")
        .hint("hand over the folder that holds them");
    Some(input_fault(&fault, &batches[0].sources))
}

/// Folders of JSON schemas that are not there.
pub(super) fn missing_schemas(host: &dyn Host, options: &Options) -> Vec<Diagnostic> {
    let working_directory = host.working_directory().unwrap_or_default();
    let folders = options.schemas.iter().filter(|folder| !Catalogue::is_template(folder));
    let is_missing = |folder: &&String| {
        let place = host::clean(&working_directory.join(folder));
        !matches!(host.look(&place), Ok(Entry::Directory))
    };
    folders
        .filter(is_missing)
        .map(|folder| {
            Diagnostic::error("unreadable-file", format!("`{folder}` is no folder of JSON schemas"))
        })
        .collect()
}
