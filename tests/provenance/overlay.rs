//! The disk, but for one file whose bytes are others.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use citadel::host::{Disk, Entry, Fault, Finished, Host, Links, Program, Step};

/// Disk with some files changed. Files that were read once are kept.
#[derive(Default)]
pub(super) struct Overlay {
    read: Mutex<BTreeMap<PathBuf, Vec<u8>>>,
    changed: Option<(PathBuf, Vec<u8>)>,
}

impl Overlay {
    /// The bytes of a file that was read.
    pub(super) fn bytes_of(&self, path: &Path) -> Option<Vec<u8>> {
        let real = path.canonicalize().ok()?;
        self.read.lock().unwrap().get(&real).cloned()
    }

    /// The same, with other bytes in a file.
    pub(super) fn with(&self, path: &Path, bytes: Vec<u8>) -> Overlay {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        Overlay { read: Mutex::new(self.read.lock().unwrap().clone()), changed: Some((real, bytes)) }
    }
}

impl Host for Overlay {
    fn read(&self, path: &Path, links: Links, buffer: &mut Vec<u8>) -> Result<(), Fault> {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        buffer.clear();
        match &self.changed {
            Some((changed, bytes)) if *changed == real => {
                buffer.extend_from_slice(bytes);
                return Ok(());
            }
            _ => {}
        }
        if let Some(bytes) = self.read.lock().unwrap().get(&real) {
            buffer.extend_from_slice(bytes);
            return Ok(());
        }
        Disk.read(path, links, buffer)?;
        self.read.lock().unwrap().insert(real, buffer.clone());
        Ok(())
    }

    fn look(&self, path: &Path) -> Result<Entry, Fault> {
        Disk.look(path)
    }

    fn step(&self, path: &Path) -> Result<Step, Fault> {
        Disk.step(path)
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf, Fault> {
        Disk.canonical(path)
    }

    fn list(&self, path: &Path) -> Result<Vec<OsString>, Fault> {
        Disk.list(path)
    }

    /// Names of texts are paths from the root of the disk.
    fn working_directory(&self) -> Result<PathBuf, Fault> {
        Ok(PathBuf::from("/"))
    }

    fn variable(&self, _: &str) -> Option<String> {
        None
    }

    fn write(&self, files: &[(PathBuf, &[u8])]) -> Result<(), Fault> {
        Disk.write(files)
    }

    fn make_folder(&self, path: &Path) -> Result<(), Fault> {
        Disk.make_folder(path)
    }

    fn run(&self, program: &Program) -> Result<Finished, Fault> {
        Disk.run(program)
    }
}
