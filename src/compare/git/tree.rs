//! A revision as a [`Host`]: its files stand where the work tree has them. What lies outside of the repository is not
//! there.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::objects::corrupt;
use super::{Id, Kind, Repository};
use crate::diagnostic::Result;
use crate::host::{Entry, Fault, Finished, Host, Links, Program, Step, Trouble};

/// Links followed before they count as a circle.
const MOST_LINKS: usize = 40;

/// An entry of a tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Thing {
    File(Id),
    Link(Id),
    Folder(Id),
    /// A submodule: an empty folder.
    Module,
}

type Listing = Arc<BTreeMap<Vec<u8>, Thing>>;

/// The files of a revision.
pub(in crate::compare) struct Revision<'h> {
    repository: Repository<'h>,
    root: Id,
    /// Trees that were read.
    trees: Mutex<BTreeMap<Id, Listing>>,
}

/// Branches and tags of the repository that a folder (without symbolic links) lies in.
pub(in crate::compare) fn names(host: &dyn Host, folder: &Path) -> Vec<String> {
    Repository::find(host, folder).map(|repository| repository.names()).unwrap_or_default()
}

impl<'h> Revision<'h> {
    /// Opens a revision of the repository that a folder (without symbolic links) lies in.
    pub(in crate::compare) fn open(
        host: &'h dyn Host,
        folder: &Path,
        revision: &str,
    ) -> Result<Revision<'h>> {
        let repository = Repository::find(host, folder)?;
        let root = repository.tree_of(revision)?;
        let revision = Revision { repository, root, trees: Mutex::new(BTreeMap::new()) };
        revision.listing(&root)?;
        Ok(revision)
    }

    fn listing(&self, id: &Id) -> Result<Listing> {
        // A poisoned lock only says that another thread panicked.
        if let Some(known) = self.trees.lock().unwrap_or_else(PoisonError::into_inner).get(id) {
            return Ok(Arc::clone(known));
        }
        let data = self.repository.object_of(id, Kind::Tree)?;
        let Some(listing) = entries(&data) else { return corrupt("a git tree cannot be read") };
        let listing = Arc::new(listing);
        self.trees.lock().unwrap_or_else(PoisonError::into_inner).insert(*id, Arc::clone(&listing));
        Ok(listing)
    }

    /// What stands at a path, and the path without links; the last part's link is followed when `last` says so.
    fn find(&self, path: &Path, last: bool) -> std::result::Result<(PathBuf, Thing), Fault> {
        let refuse = |trouble| Err(Fault { path: path.to_owned(), trouble });
        let told = |fault: Box<crate::diagnostic::Diagnostic>| Fault {
            path: path.to_owned(),
            trouble: Trouble::Other(fault.message.clone()),
        };
        let top = &self.repository.top;
        let mut todo: Vec<OsString> = parts(path);
        let mut real = PathBuf::from("/");
        // The way down: what each folder is; those above the repository are no trees.
        let mut way: Vec<Option<Thing>> = Vec::new();
        let mut followed = 0;
        while let Some(part) = todo.pop() {
            if part == ".." {
                real.pop();
                way.pop();
                continue;
            }
            let above =
                if real == *top { Some(Thing::Folder(self.root)) } else { way.last().copied().flatten() };
            let next = real.join(&part);
            let thing = match above {
                None if top.starts_with(&next) => None,
                None => return refuse(Trouble::Missing),
                Some(Thing::Folder(id)) => {
                    let listing = self.listing(&id).map_err(told)?;
                    match listing.get(part.as_encoded_bytes()) {
                        Some(thing) => Some(*thing),
                        None => return refuse(Trouble::Missing),
                    }
                }
                Some(Thing::Module) => return refuse(Trouble::Missing),
                Some(_) => return refuse(Trouble::NotDirectory),
            };
            if let Some(Thing::Link(id)) = thing
                && (last || !todo.is_empty())
            {
                followed += 1;
                if followed > MOST_LINKS {
                    return refuse(Trouble::LinkLoop);
                }
                let target = self.repository.object_of(&id, Kind::Blob).map_err(told)?;
                let Ok(target) = String::from_utf8(target) else { return refuse(Trouble::Missing) };
                if target.starts_with('/') {
                    real = PathBuf::from("/");
                    way.clear();
                }
                todo.extend(parts(Path::new(&target)));
                continue;
            }
            real = next;
            way.push(thing);
        }
        let thing = if real == *top { Some(Thing::Folder(self.root)) } else { way.last().copied().flatten() };
        // A folder above the repository holds nothing but the way to it.
        Ok((real, thing.unwrap_or(Thing::Module)))
    }
}

/// The parts of a path, last first; the root and `.` left out.
fn parts(path: &Path) -> Vec<OsString> {
    let mut parts: Vec<OsString> = path
        .components()
        .filter_map(|component| match component {
            Component::Normal(part) => Some(part.to_owned()),
            Component::ParentDir => Some("..".into()),
            _ => None,
        })
        .collect();
    parts.reverse();
    parts
}

fn entries(data: &[u8]) -> Option<BTreeMap<Vec<u8>, Thing>> {
    let mut list = BTreeMap::new();
    let mut rest = data;
    while !rest.is_empty() {
        let space = rest.iter().position(|byte| *byte == b' ')?;
        let end = rest.iter().position(|byte| *byte == 0)?;
        let (mode, name) = (rest.get(..space)?, rest.get(space + 1..end)?);
        let id = Id::try_from(rest.get(end + 1..end + 21)?).ok()?;
        let thing = match mode {
            b"40000" => Thing::Folder(id),
            b"120000" => Thing::Link(id),
            b"160000" => Thing::Module,
            _ => Thing::File(id),
        };
        list.insert(name.to_owned(), thing);
        rest = &rest[end + 21..];
    }
    Some(list)
}

impl Host for Revision<'_> {
    fn read(&self, path: &Path, links: Links, buffer: &mut Vec<u8>) -> std::result::Result<(), Fault> {
        let refuse = |trouble| Err(Fault { path: path.to_owned(), trouble });
        match self.find(path, links == Links::Follow)?.1 {
            Thing::File(id) => match self.repository.object_of(&id, Kind::Blob) {
                Ok(data) => {
                    *buffer = data;
                    Ok(())
                }
                Err(fault) => refuse(Trouble::Other(fault.message.clone())),
            },
            Thing::Link(_) => refuse(Trouble::Link),
            Thing::Folder(_) | Thing::Module => refuse(Trouble::Directory),
        }
    }

    fn look(&self, path: &Path) -> std::result::Result<Entry, Fault> {
        Ok(match self.find(path, true)?.1 {
            Thing::File(_) => Entry::File,
            _ => Entry::Directory,
        })
    }

    fn step(&self, path: &Path) -> std::result::Result<Step, Fault> {
        Ok(match self.find(path, false)?.1 {
            Thing::File(_) => Step::Plain(Entry::File),
            Thing::Link(_) => Step::Link,
            Thing::Folder(_) | Thing::Module => Step::Plain(Entry::Directory),
        })
    }

    fn canonical(&self, path: &Path) -> std::result::Result<PathBuf, Fault> {
        self.find(path, true).map(|(real, _)| real)
    }

    fn list(&self, path: &Path) -> std::result::Result<Vec<OsString>, Fault> {
        let refuse = |trouble| Err(Fault { path: path.to_owned(), trouble });
        match self.find(path, true)?.1 {
            Thing::Folder(id) => match self.listing(&id) {
                Ok(listing) => {
                    let names = listing.keys().map(|name| String::from_utf8_lossy(name).into_owned());
                    Ok(names.map(OsString::from).collect())
                }
                Err(fault) => refuse(Trouble::Other(fault.message.clone())),
            },
            Thing::Module => Ok(Vec::new()),
            Thing::File(_) | Thing::Link(_) => refuse(Trouble::NotDirectory),
        }
    }

    fn working_directory(&self) -> std::result::Result<PathBuf, Fault> {
        let directory = self.repository.host.working_directory()?;
        // Links are those of the disk here, for the revision may not have the folder.
        Ok(self.repository.host.canonical(&directory).unwrap_or(directory))
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.repository.host.variable(name)
    }

    fn write(&self, files: &[(PathBuf, &[u8])]) -> std::result::Result<(), Fault> {
        let path = files.first().map(|(path, _)| path.clone()).unwrap_or_default();
        Err(Fault { path, trouble: Trouble::Other("a revision cannot be written to".to_owned()) })
    }

    fn make_folder(&self, path: &Path) -> std::result::Result<(), Fault> {
        let trouble = Trouble::Other("a revision cannot be written to".to_owned());
        Err(Fault { path: path.to_owned(), trouble })
    }

    fn run(&self, program: &Program) -> std::result::Result<Finished, Fault> {
        let trouble = Trouble::Other("programs are not run for another revision".to_owned());
        Err(Fault { path: program.path.clone(), trouble })
    }
}
