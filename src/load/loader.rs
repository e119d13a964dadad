//! A root and what may be read from it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::faults;
use super::files::{Files, Refused, Text};
use super::remote::{is_repository, is_url, remote};
use crate::diagnostic::Result;
use crate::host::{self, Entry, Fault, Host, Trouble};
use crate::source::{Place, Source, SourceId, Sources};

/// The names a kustomization file may have, in the order in which they are looked for.
pub const KUSTOMIZATION_FILES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The kustomization file of a folder, if it has one.
pub fn kustomization_file(host: &dyn Host, folder: &Path) -> Option<PathBuf> {
    KUSTOMIZATION_FILES.iter().map(|name| folder.join(name)).find(|path| host.look(path) == Ok(Entry::File))
}

/// Reads what one root names. Cheap to clone.
#[derive(Clone)]
pub struct Loader<'f> {
    files: &'f Files<'f>,
    frame: Arc<Frame>,
}

/// A root that is being visited, and the one that led to it.
pub(super) struct Frame {
    pub(super) root: PathBuf,
    /// The root as users should see it.
    shown: String,
    pub(super) above: Option<Arc<Frame>>,
    /// The entry that led here.
    pub(super) at: Place,
}

/// What an entry of `resources` turned out to be.
pub enum Found<'f> {
    /// A file.
    File(SourceId),
    /// The root of another kustomization.
    Directory(Loader<'f>),
}

impl<'f> Loader<'f> {
    /// The loader at the directory that a build was asked for.
    pub fn open(files: &'f Files<'f>, target: &str) -> Result<Loader<'f>> {
        if is_repository(target) {
            return faults::remote(target, Place::NONE).fail();
        }
        if target.is_empty() {
            return faults::empty_root(Place::NONE).fail();
        }
        let absolute = host::clean(&files.working_directory.join(target));
        let root = match files.resolve(&absolute) {
            Ok((root, Entry::Directory)) => root,
            Ok(_) => return faults::not_a_directory(files, target, &absolute, Place::NONE).fail(),
            Err(fault) => return faults::no_root(files, target, &fault, Place::NONE).fail(),
        };
        let shown = files.display(&root);
        Ok(Loader { files, frame: Arc::new(Frame { root, shown, above: None, at: Place::NONE }) })
    }

    /// The directory of the kustomization: absolute, without links.
    pub fn root(&self) -> &Path {
        &self.frame.root
    }

    /// The root as users should see it.
    pub fn display_root(&self) -> String {
        self.frame.shown.clone()
    }

    /// A path that a file of this kustomization names, as users should see it.
    pub fn display_path(&self, path: &str) -> String {
        self.display(path, &self.absolute(path))
    }

    /// The machine.
    pub fn host(&self) -> &'f dyn host::Host {
        self.files.host
    }

    fn absolute(&self, path: &str) -> PathBuf {
        if path.starts_with('/') { host::clean(Path::new(path)) } else { host::join(self.root(), path) }
    }

    /// Whether a file of this path, which has no links in it, is in or below the root.
    fn allows(&self, real: &Path) -> bool {
        // As text, for speed: both are absolute and clean.
        let (real, root) = (real.as_os_str().as_encoded_bytes(), self.root().as_os_str().as_encoded_bytes());
        match real.strip_prefix(root) {
            Some(rest) => root == b"/" || rest.first() == Some(&b'/'),
            None => false,
        }
    }

    /// A path as users should see it.
    fn display(&self, path: &str, absolute: &Path) -> String {
        if !host::is_plain(path) {
            return self.files.display(absolute);
        }
        match self.frame.shown.as_str() {
            "." => path.to_owned(),
            "/" => format!("/{path}"),
            shown => format!("{shown}/{path}"),
        }
    }

    /// Reads a text, or gives the one that was read before. `at` is the entry that names it.
    pub fn read(&self, sources: &mut Sources, path: &str, at: Place) -> Result<SourceId> {
        if is_url(path) {
            return faults::remote(path, at).fail();
        }
        self.read_local(sources, path).map_err(|refused| Box::new(self.explain(sources, path, refused, at)))
    }

    /// Reads raw bytes, for generators. `at` is the entry that names them.
    pub fn read_bytes(&self, path: &str, at: Place) -> Result<Arc<[u8]>> {
        if is_url(path) {
            return faults::remote(path, at).fail();
        }
        let bytes = self.files.bytes(&self.absolute(path), |real| self.allows(real));
        bytes.map_err(|refused| Box::new(faults::refused(self, path, refused, at)))
    }

    /// Enters another root. `at` is the entry that names it.
    pub fn enter(&self, path: &str, at: Place) -> Result<Loader<'f>> {
        if path.is_empty() {
            return faults::empty_root(at).fail();
        }
        if is_repository(path) {
            return faults::remote(path, at).fail();
        }
        if path.starts_with('/') {
            return faults::absolute_root(self, path, at).fail();
        }
        let absolute = self.absolute(path);
        let root = match self.files.resolve(&absolute) {
            Ok((root, Entry::Directory)) => root,
            Ok(_) => return faults::not_a_directory(self.files, path, &absolute, at).fail(),
            Err(fault) => return faults::no_root(self.files, path, &fault, at).fail(),
        };
        let above = || std::iter::successors(Some(&self.frame), |frame| frame.above.as_ref());
        if let Some(inner) = above().find(|frame| frame.root.starts_with(&root)) {
            let visited = above().find(|frame| frame.root == root).unwrap_or(inner);
            return faults::cycle(self, &root, visited, at).fail();
        }
        let shown = self.files.display(&root);
        let frame = Frame { root, shown, above: Some(self.frame.clone()), at };
        Ok(Loader { files: self.files, frame: Arc::new(frame) })
    }

    /// An entry of `resources`, `generators` and the like: a file first, then the root of a kustomization.
    pub fn find(&self, sources: &mut Sources, path: &str, at: Place) -> Result<Found<'f>> {
        if is_url(path) {
            return faults::remote(path, at).fail();
        }
        let refused = match self.read_local(sources, path) {
            Ok(id) => return Ok(Found::File(id)),
            Err(refused) => refused,
        };
        match &refused {
            Unread::Refused(Refused::Fault(Fault { trouble: Trouble::Directory, .. })) => {
                self.enter(path, at).map(Found::Directory)
            }
            // What is not there as a file may be a repository; for anything else the fault of the file says more.
            _ if remote(path).is_some() => faults::remote(path, at).fail(),
            _ => match self.enter(path, at) {
                Ok(loader) => Ok(Found::Directory(loader)),
                Err(_) => Err(Box::new(self.explain(sources, path, refused, at))),
            },
        }
    }

    /// The kustomization file of the root: its text and its name.
    pub fn kustomization(&self, sources: &mut Sources) -> Result<(SourceId, &'static str)> {
        let mut found: Option<(SourceId, &'static str)> = None;
        let mut refusals = Vec::new();
        for name in KUSTOMIZATION_FILES {
            match self.read_local(sources, name) {
                Ok(id) => match found {
                    None => found = Some((id, name)),
                    Some((_, first)) => return faults::several(self, first, name).fail(),
                },
                Err(Unread::Refused(Refused::Fault(Fault { trouble: Trouble::Missing, .. }))) => {}
                Err(refused) => refusals.push((name, refused)),
            }
        }
        if let Some(found) = found {
            return Ok(found);
        }
        match refusals.into_iter().next() {
            Some((name, refused)) => Err(Box::new(self.explain(sources, name, refused, self.frame.at))),
            None => faults::no_kustomization(self).fail(),
        }
    }

    /// Reads texts ahead, side by side, so that [`Loader::read`] finds them ready. Faults are left to it.
    pub fn read_ahead(&self, paths: &[&str]) {
        paths.par_iter().filter(|path| !is_url(path)).for_each(|path| {
            let absolute = self.absolute(path);
            if self.files.known(&absolute).is_some() {
                return;
            }
            if let Ok((real, Text::Good(text))) = self.files.text(&absolute, |real| self.allows(real))
                && real.as_os_str() == absolute.as_os_str()
            {
                self.files.keep_ahead(&real, text);
            }
        });
    }

    fn read_local(&self, sources: &mut Sources, path: &str) -> Result<SourceId, Unread> {
        let absolute = self.absolute(path);
        if let Some(id) = self.files.known(&absolute)
            && (!self.files.root_only || self.allows(&absolute))
        {
            return Ok(id);
        }
        let (real, text) = self.files.text(&absolute, |real| self.allows(real)).map_err(Unread::Refused)?;
        if real.as_os_str() != absolute.as_os_str()
            && let Some(id) = self.files.known(&real)
        {
            return Ok(id);
        }
        let name = Arc::from(self.display(path, &absolute));
        match text {
            Text::Good(text) => {
                let id = sources.add(Source { name, text, inside: None });
                self.files.remember(real, id);
                Ok(id)
            }
            Text::Bad { lossy, at } => {
                let source = sources.add(Source { name, text: lossy.into(), inside: None });
                Err(Unread::NotText(Place { source, offset: at as u32 }))
            }
        }
    }

    fn explain(
        &self,
        sources: &Sources,
        path: &str,
        refused: Unread,
        at: Place,
    ) -> crate::diagnostic::Diagnostic {
        match refused {
            Unread::Refused(refused) => faults::refused(self, path, refused, at),
            Unread::NotText(place) => faults::not_text(&sources.get(place.source).name, place, at),
        }
    }

    pub(super) fn files(&self) -> &'f Files<'f> {
        self.files
    }

    pub(super) fn frame(&self) -> &Arc<Frame> {
        &self.frame
    }

    pub(super) fn path_of(&self, path: &str) -> PathBuf {
        self.absolute(path)
    }
}

/// Why a text was not read.
enum Unread {
    Refused(Refused),
    /// Not UTF-8 from here on.
    NotText(Place),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Memory;

    fn message<T>(result: Result<T>) -> String {
        result.map_or_else(|fault| format!("{}: {}", fault.code, fault.message), |_| String::new())
    }

    fn machine() -> Memory {
        let files =
            ["a/kustomization.yaml", "a/in.yaml", "a/b/kustomization.yml", "c/Kustomization", "out.yaml"];
        let memory = Memory::with_files(files.map(|path| (path, b"x: y\r\n".as_slice())));
        memory.link("/a/to-out.yaml", "../out.yaml");
        memory.link("/a/to-in.yaml", "in.yaml");
        memory.link("/to-a", "a");
        memory.link("/c/to-a", "../a");
        memory
    }

    #[test]
    fn keeps_to_its_root() {
        let memory = machine();
        let files = Files::new(&memory, true);
        let mut sources = Sources::default();
        let a = Loader::open(&files, "to-a").unwrap();
        assert_eq!(a.root(), Path::new("/a"));
        let id = a.read(&mut sources, "in.yaml", Place::NONE).unwrap();
        assert_eq!(&*sources.get(id).text, "x: y\n");
        assert_eq!(a.read(&mut sources, "to-in.yaml", Place::NONE).unwrap(), id);
        assert_eq!(a.read(&mut sources, "/to-a/./in.yaml", Place::NONE).unwrap(), id);
        assert_eq!(&*a.read_bytes("in.yaml", Place::NONE).unwrap(), b"x: y\r\n");
        for path in ["to-out.yaml", "../out.yaml", "/out.yaml"] {
            let message = message(a.read(&mut sources, path, Place::NONE));
            assert!(message.starts_with("file-outside-root: security; file `"), "{path}: {message}");
            assert!(a.read_bytes(path, Place::NONE).is_err());
        }
        assert_eq!(
            message(a.read(&mut sources, "no.yaml", Place::NONE)),
            "file-not-found: `a/no.yaml` does not exist"
        );
        let open = Files::new(&memory, false);
        let a = Loader::open(&open, "a").unwrap();
        assert!(a.read(&mut sources, "../out.yaml", Place::NONE).is_ok());
    }

    #[test]
    fn sees_cycles() {
        let memory = machine();
        let files = Files::new(&memory, true);
        let a = Loader::open(&files, "a").unwrap();
        let b = a.enter("b", Place::NONE).unwrap();
        let cycle = message(b.enter("..", Place::NONE));
        assert_eq!(cycle, "root-cycle: cycle detected: `a` → `a/b` → `a`");
        let above = message(b.enter("../..", Place::NONE));
        assert_eq!(above, "root-cycle: cycle detected: `.` contains `a/b`, which is being built from it");
        let c = a.enter("../c", Place::NONE).unwrap();
        assert_eq!(message(c.enter("to-a", Place::NONE)), "root-cycle: cycle detected: `a` → `c` → `a`");
    }

    #[test]
    fn finds_files_before_directories() {
        let memory = machine();
        let files = Files::new(&memory, true);
        let mut sources = Sources::default();
        let a = Loader::open(&files, "a").unwrap();
        assert!(matches!(a.find(&mut sources, "in.yaml", Place::NONE), Ok(Found::File(_))));
        let Ok(Found::Directory(b)) = a.find(&mut sources, "b", Place::NONE) else { panic!("a directory") };
        assert_eq!(b.kustomization(&mut sources).unwrap().1, "kustomization.yml");
        let missing = message(a.find(&mut sources, "no.yaml", Place::NONE));
        assert_eq!(missing, "file-not-found: `a/no.yaml` does not exist");
        let remote = message(a.find(&mut sources, "github.com/org/repo/base", Place::NONE));
        assert_eq!(
            remote,
            "remote-base-not-supported: `github.com/org/repo/base` is a git repository, and repositories are not cloned yet"
        );
    }
}
