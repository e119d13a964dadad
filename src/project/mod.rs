//! Where a project begins, and what its overlays are called. A project root is the nearest folder upwards with a
//! `citadel.yaml`, else the nearest with a folder `overlays`; neither is required.

mod settings;

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Result, nearest};
use crate::host::{Entry, Fault, Host};
use crate::load::kustomization_file;
use crate::source::Sources;

pub use settings::{Ignore, Settings};

/// The optional project file.
pub const PROJECT_FILE: &str = "citadel.yaml";
/// The folder whose folders are known by their names.
pub const OVERLAYS: &str = "overlays";

/// A project: its root, when there is one.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The root folder, absolute.
    pub root: Option<PathBuf>,
}

impl Project {
    /// Looks for the project that a folder (absolute) belongs to.
    pub fn find(host: &dyn Host, from: &Path) -> Project {
        let holds = |folder: &Path, name: &str, entry: Entry| host.look(&folder.join(name)) == Ok(entry);
        let root = from
            .ancestors()
            .find(|folder| holds(folder, PROJECT_FILE, Entry::File))
            .or_else(|| from.ancestors().find(|folder| holds(folder, OVERLAYS, Entry::Directory)));
        Project { root: root.map(Path::to_owned) }
    }

    /// The project of the working directory.
    pub fn here(host: &dyn Host) -> std::result::Result<Project, Fault> {
        Ok(Project::find(host, &host.working_directory()?))
    }

    /// What the project file says; `sources` gets its text.
    ///
    /// # Errors
    /// When the file cannot be read or says something that means nothing.
    pub fn settings(&self, host: &dyn Host, sources: &mut Sources) -> Result<Settings> {
        match &self.root {
            Some(root) => settings::read(host, &root.join(PROJECT_FILE), sources),
            None => Ok(Settings::default()),
        }
    }

    /// The path that a target stands for: a word without `/` is first an overlay of the project, then a path.
    pub fn target(&self, host: &dyn Host, target: &str) -> PathBuf {
        self.overlay(host, target).unwrap_or_else(|| PathBuf::from(target))
    }

    /// The folder of the overlay of this name.
    pub fn overlay(&self, host: &dyn Host, name: &str) -> Option<PathBuf> {
        if name.is_empty() || name.contains('/') || matches!(name, "." | "..") {
            return None;
        }
        let folder = self.root.as_ref()?.join(OVERLAYS).join(name);
        (host.look(&folder) == Ok(Entry::Directory)).then_some(folder)
    }

    /// The names of all overlays, sorted.
    pub fn overlays(&self, host: &dyn Host) -> Vec<String> {
        let Some(folder) = self.root.as_ref().map(|root| root.join(OVERLAYS)) else { return Vec::new() };
        let names = host.list(&folder).unwrap_or_default();
        let names = names.into_iter().filter_map(|name| name.into_string().ok());
        // A folder that others share has no kustomization of its own to render.
        names.filter(|name| kustomization_file(host, &folder.join(name)).is_some()).collect()
    }

    /// The folder that a target stands for, as [`Project::target`] has it.
    ///
    /// # Errors
    /// When it is no folder, with what may have been meant.
    pub fn folder(&self, host: &dyn Host, target: &str) -> Result<PathBuf> {
        let path = self.target(host, target);
        let working_directory = host.working_directory().unwrap_or_default();
        if host.look(&working_directory.join(&path)) == Ok(Entry::Directory) {
            return Ok(path);
        }
        let overlays = self.overlays(host);
        let fault = Diagnostic::error("unknown-target", format!("`{target}` is no overlay and no folder"));
        match nearest(target, overlays.iter().map(String::as_str)) {
            Some(meant) => fault.hint(format!("did you mean `{meant}`?")).fail(),
            None if overlays.is_empty() => {
                fault.hint("targets are folders, or overlays of the project").fail()
            }
            None => fault.hint(format!("overlays are {}", overlays.join(", "))).fail(),
        }
    }
}
