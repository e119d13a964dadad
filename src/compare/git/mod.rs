//! A revision of a git repository as a machine to read from: the object store is read as git writes it (loose objects and
//! packs), the work tree is not touched and git is not run.

mod objects;
mod packs;
mod revision;
mod tree;

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Result};
use crate::host::{self, Entry, Host, Links};

pub(super) use tree::{Revision, names};

/// The name of an object.
type Id = [u8; 20];

/// What an object is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

/// A repository.
struct Repository<'h> {
    host: &'h dyn Host,
    /// The root of the work tree.
    top: PathBuf,
    /// Where `HEAD` is.
    git: PathBuf,
    /// Where references and objects are.
    common: PathBuf,
    /// Folders of objects, that of the repository first.
    stores: Vec<PathBuf>,
    packs: Vec<packs::Pack>,
    /// The history ends at some commit because it was not fetched.
    is_shallow: bool,
}

/// How many repositories may lend each other objects.
const MOST_STORES: usize = 16;

impl<'h> Repository<'h> {
    /// Finds the repository that a folder (without symbolic links) belongs to.
    fn find(host: &'h dyn Host, folder: &Path) -> Result<Repository<'h>> {
        for top in folder.ancestors() {
            let dot = top.join(".git");
            match host.look(&dot) {
                Ok(Entry::Directory) if host.look(&dot.join("HEAD")).is_ok() => {
                    return Repository::open(host, top.to_owned(), dot);
                }
                Ok(Entry::File) => {
                    let text = read_text(host, &dot).unwrap_or_default();
                    let Some(path) = text.trim().strip_prefix("gitdir: ") else { continue };
                    return Repository::open(host, top.to_owned(), host::clean(&top.join(path)));
                }
                _ => {}
            }
        }
        Diagnostic::error("no-git-repository", "there is no git repository here")
            .hint("`git:REV` compares with a revision of the repository that the target lies in")
            .fail()
    }

    fn open(host: &'h dyn Host, top: PathBuf, git: PathBuf) -> Result<Repository<'h>> {
        let common = match read_text(host, &git.join("commondir")) {
            Some(path) => host::clean(&git.join(path.trim())),
            None => git.clone(),
        };
        let config = read_text(host, &common.join("config")).unwrap_or_default().to_lowercase();
        let set = |name: &str, value: &str| {
            config.lines().any(|line| {
                line.split_once('=').is_some_and(|(key, found)| key.trim() == name && found.trim() == value)
            })
        };
        if set("objectformat", "sha256") || set("refstorage", "reftable") {
            return Diagnostic::error(
                "git-format",
                "this git repository is in a format (SHA-256 or reftable) that citadel cannot read yet",
            )
            .hint("render the other revision in a work tree of its own: `git worktree add`")
            .fail();
        }
        let mut stores = vec![common.join("objects")];
        let mut at = 0;
        while at < stores.len() && stores.len() < MOST_STORES {
            let alternates = read_text(host, &stores[at].join("info/alternates")).unwrap_or_default();
            for line in alternates.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
                let path = host::clean(&stores[at].join(line));
                if !stores.contains(&path) {
                    stores.push(path);
                }
            }
            at += 1;
        }
        let packs = stores.iter().flat_map(|store| packs::Pack::all(host, &store.join("pack"))).collect();
        let is_shallow = host.look(&common.join("shallow")).is_ok();
        Ok(Repository { host, top, git, common, stores, packs, is_shallow })
    }
}

/// A small file as text.
fn read_text(host: &dyn Host, path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    host.read(path, Links::Follow, &mut bytes).ok()?;
    String::from_utf8(bytes).ok()
}

/// An id in hexadecimal.
fn hex(id: &Id) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = id.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// The id that a text of 40 digits says.
fn id(text: &str) -> Option<Id> {
    if text.len() != 40 || !text.is_ascii() {
        return None;
    }
    let mut id = [0; 20];
    for (at, byte) in id.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(id)
}
