//! A machine that exists only in memory: for tests, fuzzing, and front ends without a disk.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::path::{clean, join};
use super::{Entry, Fault, Finished, Host, Links, Program, Step, Trouble};

/// Links followed before they count as a circle.
const MOST_LINKS: usize = 40;

#[derive(Clone, Debug)]
enum Thing {
    File(Vec<u8>),
    Link(String),
    Directory,
}

/// Files in memory. The working directory is `/`; programs cannot be run.
#[derive(Debug)]
pub struct Memory {
    things: Mutex<BTreeMap<PathBuf, Thing>>,
    variables: BTreeMap<String, String>,
}

impl Default for Memory {
    fn default() -> Memory {
        let root = BTreeMap::from([(PathBuf::from("/"), Thing::Directory)]);
        Memory { things: Mutex::new(root), variables: BTreeMap::new() }
    }
}

impl Memory {
    /// A machine with these files (paths from `/`).
    pub fn with_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Memory {
        let memory = Memory::default();
        for (path, bytes) in files {
            memory.add(&join(Path::new("/"), path), Thing::File(bytes.to_owned()));
        }
        memory
    }

    /// Adds a symbolic link.
    pub fn link(&self, path: &str, target: &str) {
        self.add(&join(Path::new("/"), path), Thing::Link(target.to_owned()));
    }

    /// Sets a variable of the environment.
    pub fn set_variable(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    fn add(&self, path: &Path, thing: Thing) {
        let mut things = self.things();
        for above in path.ancestors().skip(1) {
            things.entry(above.to_owned()).or_insert(Thing::Directory);
        }
        things.insert(path.to_owned(), thing);
    }

    fn things(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Thing>> {
        // A poisoned lock only says that another test thread panicked.
        self.things.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows every link on the way, and the last part too when `last` says so.
    fn resolve(&self, path: &Path, last: bool) -> Result<PathBuf, Fault> {
        let things = self.things();
        let refuse = |trouble| Err(Fault { path: path.to_owned(), trouble });
        let mut done = PathBuf::from("/");
        let mut todo: Vec<OsString> = parts(&clean(path));
        let mut followed = 0;
        while let Some(part) = todo.pop() {
            if part == ".." {
                done.pop();
                continue;
            }
            let next = done.join(&part);
            match things.get(&next) {
                None => return refuse(Trouble::Missing),
                Some(Thing::Link(target)) if last || !todo.is_empty() => {
                    followed += 1;
                    if followed > MOST_LINKS {
                        return refuse(Trouble::LinkLoop);
                    }
                    if target.starts_with('/') {
                        done = PathBuf::from("/");
                    }
                    todo.extend(parts(Path::new(target)));
                }
                Some(Thing::File(_)) if !todo.is_empty() => return refuse(Trouble::NotDirectory),
                Some(_) => done = next,
            }
        }
        Ok(done)
    }
}

/// The parts of a path, last first; `.` and the root left out.
fn parts(path: &Path) -> Vec<OsString> {
    let all = path.iter().filter(|part| *part != "/" && *part != ".");
    let mut all: Vec<OsString> = all.map(OsString::from).collect();
    all.reverse();
    all
}

impl Host for Memory {
    fn read(&self, path: &Path, links: Links, buffer: &mut Vec<u8>) -> Result<(), Fault> {
        let refuse = |trouble| Err(Fault { path: path.to_owned(), trouble });
        let real = self.resolve(path, links == Links::Follow)?;
        match self.things().get(&real) {
            Some(Thing::File(bytes)) => {
                buffer.clear();
                buffer.extend_from_slice(bytes);
                Ok(())
            }
            Some(Thing::Link(_)) => refuse(Trouble::Link),
            Some(Thing::Directory) => refuse(Trouble::Directory),
            None => refuse(Trouble::Missing),
        }
    }

    fn look(&self, path: &Path) -> Result<Entry, Fault> {
        let real = self.resolve(path, true)?;
        Ok(match self.things().get(&real) {
            Some(Thing::File(_)) => Entry::File,
            _ => Entry::Directory,
        })
    }

    fn step(&self, path: &Path) -> Result<Step, Fault> {
        let real = self.resolve(path, false)?;
        Ok(match self.things().get(&real) {
            Some(Thing::File(_)) => Step::Plain(Entry::File),
            Some(Thing::Link(_)) => Step::Link,
            _ => Step::Plain(Entry::Directory),
        })
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf, Fault> {
        self.resolve(path, true)
    }

    fn list(&self, path: &Path) -> Result<Vec<OsString>, Fault> {
        let real = self.resolve(path, true)?;
        let things = self.things();
        let below = things.keys().filter(|p| p.parent() == Some(&real));
        let names: BTreeSet<OsString> = below.filter_map(|p| p.file_name()).map(OsString::from).collect();
        Ok(names.into_iter().collect())
    }

    fn working_directory(&self) -> Result<PathBuf, Fault> {
        Ok(PathBuf::from("/"))
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn write(&self, files: &[(PathBuf, &[u8])]) -> Result<(), Fault> {
        for (path, bytes) in files {
            self.add(&clean(&Path::new("/").join(path)), Thing::File(bytes.to_vec()));
        }
        Ok(())
    }

    fn make_folder(&self, path: &Path) -> Result<(), Fault> {
        self.add(&clean(&Path::new("/").join(path)), Thing::Directory);
        Ok(())
    }

    fn run(&self, program: &Program) -> Result<Finished, Fault> {
        let words = "programs cannot be run here".to_owned();
        Err(Fault { path: program.path.clone(), trouble: Trouble::Other(words) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_links_and_sees_circles() {
        let memory = Memory::with_files([("/a/file", b"text".as_slice())]);
        memory.link("/b", "a");
        memory.link("/c", "/b/file");
        memory.link("/round", "about");
        memory.link("/about", "round");
        assert_eq!(memory.canonical(Path::new("/c")), Ok(PathBuf::from("/a/file")));
        assert_eq!(memory.step(Path::new("/b")), Ok(Step::Link));
        assert_eq!(memory.look(Path::new("/b")), Ok(Entry::Directory));
        let circle = memory.look(Path::new("/round")).map_err(|fault| fault.trouble);
        assert_eq!(circle, Err(Trouble::LinkLoop));
        let mut buffer = Vec::new();
        let link = memory.read(Path::new("/c"), Links::Refuse, &mut buffer).map_err(|fault| fault.trouble);
        assert_eq!(link, Err(Trouble::Link));
        assert_eq!(memory.read(Path::new("/c"), Links::Follow, &mut buffer), Ok(()));
        assert_eq!(buffer, b"text");
    }
}
