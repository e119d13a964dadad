//! What a side may be, and how it is found: `-`, a path, a revision of a path, nothing at all.

use std::path::{Path, PathBuf};

use super::{Loaded, Unread, twins};
use crate::check::Input;
use crate::diagnostic::Diagnostic;
use crate::host::{self, Entry, Host};
use crate::kubernetes::Type;
use crate::validate::Object;

/// The word before a revision.
pub const GIT: &str = "git:";

/// Branches and tags of the repository that the working directory lies in.
#[cfg(feature = "git")]
pub fn revisions(host: &dyn Host) -> Vec<String> {
    let directory = host.working_directory().unwrap_or_default();
    super::git::names(host, &without_links(host, &directory))
}

/// None: this program was built without git.
#[cfg(not(feature = "git"))]
pub fn revisions(_host: &dyn Host) -> Vec<String> {
    Vec::new()
}

impl Loaded {
    /// Reads two sides, each a path as [`Loaded::path`] takes it or a text, and what stands in both but once.
    ///
    /// # Errors
    /// As there.
    pub fn both(host: &dyn Host, old: Input, new: Input) -> Result<(Loaded, Loaded), Unread> {
        let files = |input: Input| match input {
            Input::Path(path) if Loaded::is_bare_folder(host, &path) => Loaded::files(host, &path),
            input => vec![input],
        };
        twins::read(host, &files(old), &files(new))
    }

    /// Reads files and folders with definitions, when there are objects that are not built in.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn definitions(
        host: &dyn Host,
        paths: impl Iterator<Item = PathBuf>,
        objects: &[Object<'_>],
    ) -> Result<Loaded, Unread> {
        let inputs: Vec<Input> = paths.map(Input::Path).collect();
        let is_custom =
            |object: &Object<'_>| Type::of_kind(object.group, object.version, object.kind).is_none();
        if inputs.is_empty() || !objects.iter().any(is_custom) {
            return Ok(Loaded::default());
        }
        Loaded::inputs(host, &inputs)
    }

    /// Reads a path as it is at a revision.
    ///
    /// # Errors
    /// When there is no repository, no such revision, or the path cannot be read there.
    #[cfg(feature = "git")]
    pub fn revision(host: &dyn Host, path: &Path, revision: &str) -> Result<Loaded, Unread> {
        let told = |fault: host::Fault| {
            Box::new(Diagnostic::error("unreadable", format!("`{}` {}", fault.path.display(), fault.trouble)))
        };
        let working_directory = host.working_directory().map_err(told)?;
        let path = without_links(host, &host::clean(&working_directory.join(path)));
        // The repository is looked for from what is still there.
        let there = path.ancestors().find(|above| host.look(above) == Ok(Entry::Directory)).unwrap_or(&path);
        let tree = super::git::Revision::open(host, there, revision)?;
        if tree.look(&path).is_err() {
            let shown = host::relative(&path, &working_directory).display().to_string();
            let fault = Diagnostic::error(
                "missing-at-revision",
                format!("`{shown}` does not exist at revision `{revision}`"),
            );
            return Err(Box::new(fault).into());
        }
        Loaded::path(&tree, path)
    }

    /// Says that revisions cannot be read.
    ///
    /// # Errors
    /// Always: this program was built without them.
    #[cfg(not(feature = "git"))]
    pub fn revision(_host: &dyn Host, _path: &Path, _revision: &str) -> Result<Loaded, Unread> {
        let fault = Diagnostic::error("without-git", "this citadel was built without the feature `git`");
        Err(Box::new(fault).into())
    }

    /// Reads every file of a folder, whatever they are called, as `kubectl diff` leaves them; none is no fault.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn folder(host: &dyn Host, folder: &Path) -> Result<Loaded, Unread> {
        let inputs = Loaded::files(host, folder);
        if inputs.is_empty() { Ok(Loaded::default()) } else { Loaded::inputs(host, &inputs) }
    }

    fn files(host: &dyn Host, folder: &Path) -> Vec<Input> {
        let names = host.list(folder).unwrap_or_default();
        let files = names.into_iter().map(|name| folder.join(name));
        files.filter(|path| host.look(path) == Ok(Entry::File)).map(Input::Path).collect()
    }

    /// Whether a path is a folder in which no file looks like a manifest by its name.
    pub fn is_bare_folder(host: &dyn Host, path: &Path) -> bool {
        let plain = |name: &std::ffi::OsString| {
            let name = name.to_string_lossy();
            let manifest = [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end));
            !manifest && name != "Kustomization" && host.look(&path.join(&*name)) == Ok(Entry::File)
        };
        host.look(path) == Ok(Entry::Directory) && host.list(path).is_ok_and(|names| names.iter().all(plain))
    }
}

/// A path whose links are resolved as far as it is there.
#[cfg(feature = "git")]
fn without_links(host: &dyn Host, path: &Path) -> PathBuf {
    for above in path.ancestors() {
        if let Ok(real) = host.canonical(above) {
            return match path.strip_prefix(above) {
                Ok(rest) if !rest.as_os_str().is_empty() => real.join(rest),
                _ => real,
            };
        }
    }
    path.to_owned()
}
