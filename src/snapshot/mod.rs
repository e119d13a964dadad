//! Golden files: what each overlay renders to, committed, and held against what it renders to now. Secrets do not stand
//! in them (`redact.rs`); what changed is told by `compare`.

mod redact;
mod tell;

use std::path::{Path, PathBuf};

use crate::build;
use crate::compare::{self, Loaded, ObjectChange, Unread};
use crate::diagnostic::Diagnostic;
use crate::host::{Host, Links, Trouble};
use crate::output;
use crate::source::Sources;
use crate::yaml::Dialect;

pub use redact::{KEY_FILE, Key};
pub use tell::{Telling, github, json, junit, text};

/// An overlay and its golden file.
#[derive(Clone, Debug)]
pub struct Target {
    /// The overlay's name.
    pub name: String,
    /// Its folder.
    pub folder: String,
    /// Its golden file.
    pub golden: PathBuf,
    /// The golden file as users should see it.
    pub shown: String,
}

/// What became of a target.
pub struct Outcome {
    /// The overlay's name; of an orphan, what its overlay was called.
    pub name: String,
    /// The golden file as users should see it.
    pub shown: String,
    /// How the golden file and the overlay agree.
    pub state: State,
}

/// How a golden file and its overlay agree.
pub enum State {
    /// The same bytes.
    Same,
    /// There is no golden file yet.
    Missing,
    /// There is no overlay to this golden file.
    Orphan,
    /// The same objects, written otherwise: the letters that differ, or none when only the order of objects does.
    Spelling(Box<Difference>),
    /// Objects differ.
    Changed(Box<Difference>),
    /// The overlay cannot be built, or the golden file cannot be read.
    Refused(Box<Unread>),
}

/// Objects of two sides that differ.
pub struct Difference {
    /// The golden file.
    pub old: Loaded,
    /// What the overlay renders to now.
    pub new: Loaded,
    /// What differs.
    pub changes: Vec<ObjectChange>,
}

/// An overlay as it goes into a golden file.
pub struct Rendered {
    /// The text, secrets taken out.
    pub text: Vec<u8>,
    /// The objects behind it, with their places.
    pub objects: Loaded,
}

/// Renders an overlay without its secrets.
///
/// # Errors
/// When it cannot be built.
pub fn render(host: &dyn Host, folder: &str, key: Option<&Key>) -> Result<Rendered, Unread> {
    let (result, mut context) = build::objects(host, folder, &build::Options::default());
    let refused = |faults: Vec<Diagnostic>, sources: Sources| Unread {
        faults: faults.into_iter().map(|fault| (0, fault)).collect(),
        sources: vec![sources],
    };
    let mut set = match result {
        Ok(set) => set,
        Err(faults) => return Err(refused(faults, context.sources)),
    };
    redact::redact(&mut set, &mut context.steps, key);
    match output::print(&set) {
        Ok(text) => {
            let documents = set.into_list().into_iter().map(|resource| resource.document).collect();
            Ok(Rendered { text, objects: Loaded::documents(documents, context.sources, Dialect::V3) })
        }
        Err(fault) => Err(refused(vec![*fault], context.sources)),
    }
}

/// Holds a target against its golden file.
pub fn check(host: &dyn Host, target: &Target, key: Option<&Key>, options: &compare::Options) -> Outcome {
    let state = match state(host, target, key, options) {
        Ok(state) => state,
        Err(unread) => State::Refused(Box::new(unread)),
    };
    Outcome { name: target.name.clone(), shown: target.shown.clone(), state }
}

fn state(
    host: &dyn Host,
    target: &Target,
    key: Option<&Key>,
    options: &compare::Options,
) -> Result<State, Unread> {
    let mut golden = Vec::new();
    match host.read(&target.golden, Links::Follow, &mut golden) {
        Ok(()) => {}
        Err(fault) if fault.trouble == Trouble::Missing => {
            render(host, &target.folder, key)?;
            return Ok(State::Missing);
        }
        Err(fault) => {
            let message = format!("`{}` {}", target.shown, fault.trouble);
            return Err(Box::new(Diagnostic::error("unreadable-snapshot", message)).into());
        }
    }
    let (golden, key) = aligned(golden, key);
    let rendered = render(host, &target.folder, key)?;
    if rendered.text == golden {
        return Ok(State::Same);
    }
    let old = Loaded::text(host, target.shown.as_str().into(), golden)?;
    let new = rendered.objects;
    let changes = compare::compare(&old.objects(), &new.objects(), options);
    if !changes.is_empty() {
        return Ok(State::Changed(Box::new(Difference { old, new, changes })));
    }
    let changes = compare::compare_letters(&old.objects(), &new.objects());
    Ok(State::Spelling(Box::new(Difference { old, new, changes })))
}

/// The folder of a project's golden files; `configured` is what citadel.yaml names.
pub fn folder(root: &Path, configured: Option<&str>) -> PathBuf {
    root.join(configured.unwrap_or("snapshots"))
}

/// The name of a target by its folder (absolute and clean), and its golden file.
pub fn golden_file(snapshots: &Path, folder: &Path) -> (String, PathBuf) {
    let name = folder.file_name().map_or_else(|| "root".into(), |name| name.to_string_lossy().into_owned());
    let golden = snapshots.join(format!("{name}.yaml"));
    (name, golden)
}

/// A golden file and the key to render with, so that the two can be compared: digests say something only to who has the
/// key that made them; without it, or where the file has none, markers are alike.
pub fn aligned(golden: Vec<u8>, key: Option<&Key>) -> (Vec<u8>, Option<&Key>) {
    if key.is_some() && redact::has_digests(&golden) {
        (golden, key)
    } else {
        (redact::without_digests(golden), None)
    }
}

/// Golden files without an overlay: the names of their files, sorted.
pub fn orphans(host: &dyn Host, folder: &Path, overlays: &[String]) -> Vec<String> {
    let names = host.list(folder).unwrap_or_default();
    let names = names.into_iter().filter_map(|name| name.into_string().ok());
    names
        .filter(|name| {
            name.strip_suffix(".yaml").is_some_and(|name| !overlays.iter().any(|overlay| overlay == name))
        })
        .collect()
}
