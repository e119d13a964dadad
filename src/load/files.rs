//! The files of one run: each is read once, and which directories have no link in their path is asked once.

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::host::{self, Entry, Fault, Host, Links, Step, Trouble};
use crate::source::{SourceId, SourceText};

/// The files of one run, shared by all its loaders.
pub struct Files<'h> {
    pub(super) host: &'h dyn Host,
    /// Whether `LoadRestrictionsRootOnly` holds.
    pub(super) root_only: bool,
    /// As the user knows it.
    pub(super) working_directory: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    // Keys are paths, absolute and clean. As plain text: `Path` hashes and compares part by part.
    /// Directories whose path has no symbolic link in it.
    plain: FxHashSet<OsString>,
    /// Texts that were read ahead and have no id yet.
    ahead: FxHashMap<OsString, SourceText>,
    texts: FxHashMap<OsString, SourceId>,
    bytes: FxHashMap<OsString, Arc<[u8]>>,
}

/// A text, or the bytes that are none.
pub(super) enum Text {
    Good(SourceText),
    /// Not UTF-8 from this offset on.
    Bad {
        lossy: String,
        at: usize,
    },
}

thread_local! {
    /// Files are read into the same memory again and again; only their texts get memory of their own.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What is kept of that memory from file to file.
const KEPT: usize = 1 << 20;

fn give_back() {
    BUFFER.with_borrow_mut(|buffer| {
        if buffer.capacity() > KEPT {
            *buffer = Vec::new();
        }
    });
}

impl<'h> Files<'h> {
    /// The files that this machine has.
    pub fn new(host: &'h dyn Host, root_only: bool) -> Files<'h> {
        // Without a working directory (it was deleted) absolute paths still work.
        let working_directory = host.working_directory().unwrap_or_else(|_| PathBuf::from("/"));
        Files { host, root_only, working_directory, state: Mutex::default() }
    }

    /// A path as users should see it.
    pub fn display(&self, path: &Path) -> String {
        host::relative(path, &self.working_directory).display().to_string()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change of the state is one insertion: a panic elsewhere leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn known(&self, path: &Path) -> Option<SourceId> {
        self.state().texts.get(path.as_os_str()).copied()
    }

    pub(super) fn remember(&self, path: PathBuf, id: SourceId) {
        self.state().texts.insert(path.into_os_string(), id);
    }

    /// The path (absolute and clean) of an existing file or directory without any link in it, and which of the two it
    /// is.
    pub(super) fn resolve(&self, path: &Path) -> Result<(PathBuf, Entry), Fault> {
        if self.state().plain.contains(path.as_os_str()) {
            return Ok((path.to_owned(), Entry::Directory));
        }
        let parent_is_plain = match path.parent() {
            Some(parent) => self.is_plain(parent)?,
            None => true,
        };
        if parent_is_plain {
            match self.host.step(path)? {
                Step::Plain(Entry::Directory) => {
                    self.state().plain.insert(path.into());
                    return Ok((path.to_owned(), Entry::Directory));
                }
                Step::Plain(entry) => return Ok((path.to_owned(), entry)),
                Step::Link => {}
            }
        }
        let real = self.host.canonical(path)?;
        let entry = self.host.look(&real)?;
        if entry == Entry::Directory {
            self.state().plain.insert(real.clone().into_os_string());
        }
        Ok((real, entry))
    }

    /// Whether a directory's path has no link in it.
    fn is_plain(&self, directory: &Path) -> Result<bool, Fault> {
        let mut unknown = Vec::new();
        {
            let state = self.state();
            for above in directory.ancestors() {
                if above.parent().is_none() || state.plain.contains(above.as_os_str()) {
                    break;
                }
                unknown.push(above);
            }
        }
        for part in unknown.into_iter().rev() {
            match self.host.step(part)? {
                Step::Plain(Entry::Directory) => {
                    self.state().plain.insert(part.into());
                }
                Step::Plain(_) => {
                    return Err(Fault { path: part.to_owned(), trouble: Trouble::NotDirectory });
                }
                Step::Link => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Where a file really is, read into the buffer on the way when that saves asking twice: `use_it` gets the real
    /// path and the bytes. `allowed` judges the real path before a byte is read.
    pub(super) fn with_file<T>(
        &self,
        path: &Path,
        allowed: impl Fn(&Path) -> bool,
        use_it: impl FnOnce(PathBuf, &mut Vec<u8>) -> T,
    ) -> Result<T, Refused> {
        BUFFER.with_borrow_mut(|buffer| {
            if !self.root_only {
                self.host.read(path, Links::Follow, buffer)?;
                return Ok(use_it(path.to_owned(), buffer));
            }
            let plain = path.parent().is_some_and(|parent| self.is_plain(parent).unwrap_or(false));
            if plain && allowed(path) {
                match self.host.read(path, Links::Refuse, buffer) {
                    Err(Fault { trouble: Trouble::Link, .. }) => {}
                    other => {
                        other?;
                        return Ok(use_it(path.to_owned(), buffer));
                    }
                }
            }
            // What is not there, or is a directory, is told before what is forbidden, as kustomize does.
            let (real, entry) = self.resolve(path)?;
            if entry == Entry::Directory {
                return Err(Fault { path: path.to_owned(), trouble: Trouble::Directory }.into());
            }
            if !allowed(&real) {
                return Err(Refused::Outside(real));
            }
            self.host.read(&real, Links::Follow, buffer)?;
            Ok(use_it(real, buffer))
        })
    }

    /// The text of a file: line ends normalised, UTF-16 turned into UTF-8 as go-yaml does.
    pub(super) fn text(
        &self,
        path: &Path,
        allowed: impl Fn(&Path) -> bool,
    ) -> Result<(PathBuf, Text), Refused> {
        let mut state = self.state();
        if !state.ahead.is_empty()
            && let Some(text) = state.ahead.remove(path.as_os_str())
        {
            return Ok((path.to_owned(), Text::Good(text)));
        }
        drop(state);
        let read = self.with_file(path, allowed, |real, bytes| (real, decode_read(bytes)));
        give_back();
        read
    }

    /// Keeps a text until it is asked for.
    pub(super) fn keep_ahead(&self, path: &Path, text: SourceText) {
        self.state().ahead.insert(path.into(), text);
    }

    /// The raw bytes of a file.
    pub(super) fn bytes(&self, path: &Path, allowed: impl Fn(&Path) -> bool) -> Result<Arc<[u8]>, Refused> {
        if let Some(bytes) = self.state().bytes.get(path.as_os_str())
            && (!self.root_only || allowed(path))
        {
            return Ok(bytes.clone());
        }
        let read = self.with_file(path, allowed, |real, bytes| (real, Arc::<[u8]>::from(&bytes[..])));
        give_back();
        let (real, bytes) = read?;
        self.state().bytes.insert(real.into_os_string(), bytes.clone());
        Ok(bytes)
    }
}

/// Why a file was not read.
pub(super) enum Refused {
    Fault(Fault),
    /// It is really here, which the root may not see.
    Outside(PathBuf),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Refused {
        Refused::Fault(fault)
    }
}

/// The text of a file that no kustomization names: line ends normalised, UTF-16 turned into UTF-8. The error is the
/// offset of the first byte that is neither.
pub fn decode_text(mut bytes: Vec<u8>) -> Result<SourceText, usize> {
    match decode_read(&mut bytes) {
        Text::Good(text) => Ok(text),
        Text::Bad { at, .. } => Err(at),
    }
}

fn decode(bytes: &[u8]) -> Text {
    if let [0xFF, 0xFE, rest @ ..] = bytes {
        return utf16(rest, u16::from_le_bytes);
    }
    if let [0xFE, 0xFF, rest @ ..] = bytes {
        return utf16(rest, u16::from_be_bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Text::Good(normalise(text)),
        Err(error) => {
            Text::Bad { lossy: String::from_utf8_lossy(bytes).into_owned(), at: error.valid_up_to() }
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Text {
    let pairs = bytes.chunks_exact(2);
    let whole = pairs.remainder().is_empty();
    let units: Vec<u16> = pairs.map(|pair| unit([pair[0], pair[1]])).collect();
    match String::from_utf16(&units) {
        Ok(text) if whole => Text::Good(normalise(&text)),
        _ => Text::Bad { lossy: String::from_utf16_lossy(&units), at: 0 },
    }
}

/// As [`decode`]; a large text stays in the memory that it was read into.
fn decode_read(bytes: &mut Vec<u8>) -> Text {
    if bytes.len() < KEPT || memchr::memchr(b'\r', bytes).is_some() {
        return decode(bytes);
    }
    match String::from_utf8(std::mem::take(bytes)) {
        Ok(text) => Text::Good(text.into()),
        Err(fault) => decode(fault.as_bytes()),
    }
}

fn normalise(text: &str) -> SourceText {
    if memchr::memchr(b'\r', text.as_bytes()).is_some() && text.contains("\r\n") {
        SourceText::from(text.replace("\r\n", "\n"))
    } else {
        SourceText::from(text)
    }
}
