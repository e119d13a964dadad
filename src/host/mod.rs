//! The machine behind a trait: files, folders, environment, programs. The only room that does I/O or starts a process;
//! what may be read, and what a file says, is left to others.

mod disk;
mod memory;
mod path;

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

pub use disk::{Disk, arguments};
pub use memory::Memory;
pub use path::{clean, is_plain, join, relative};

/// Texts above this size are refused: offsets are 31 bits wide.
pub const LARGEST_FILE: u64 = (1 << 31) - 1;

/// What is found at a path when links are followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A device, a named pipe, a socket.
    Other,
}

/// What a path itself is, links not followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// A file or directory.
    Plain(Entry),
    /// A symbolic link.
    Link,
}

/// Whether the last part of a path may be a symbolic link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Links {
    /// It is followed.
    Follow,
    /// It is a fault ([`Trouble::Link`]).
    Refuse,
}

/// A program to run.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Its path, or a name looked up in `PATH`.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Variables added to the environment (or all there are, with `bare`).
    pub environment: Vec<(String, String)>,
    /// Whether it gets nothing of this process's environment.
    pub bare: bool,
    /// Where it runs.
    pub directory: PathBuf,
    /// Its standard input.
    pub input: Vec<u8>,
    /// How many bytes it may write to its standard output before it is stopped; 0 stands for [`LARGEST_FILE`].
    pub largest_output: u64,
}

/// What a program left.
#[derive(Clone, Debug, Default)]
pub struct Finished {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub output: Vec<u8>,
    /// Its standard error; of very much, the beginning.
    pub errors: Vec<u8>,
}

/// What went wrong with a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The path as it was asked for.
    pub path: PathBuf,
    /// What is wrong with it.
    pub trouble: Trouble,
}

/// Kinds of trouble with a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// Nothing is there.
    Missing,
    /// Part of the way is not a directory.
    NotDirectory,
    /// Permission denied.
    Denied,
    /// A directory where a file should be.
    Directory,
    /// A device, pipe or socket where a file should be.
    NotRegular,
    /// A symbolic link where none was allowed.
    Link,
    /// Links that lead in a circle.
    LinkLoop,
    /// More than [`LARGEST_FILE`] bytes.
    TooLarge,
    /// No space left on the device.
    DiskFull,
    /// Anything else, in the system's words.
    Other(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Trouble::Missing => "does not exist",
            Trouble::NotDirectory => "does not exist (part of its path is not a directory)",
            Trouble::Denied => "may not be opened: permission denied",
            Trouble::Directory => "is a directory",
            Trouble::NotRegular => "is not a regular file",
            Trouble::Link => "is a symbolic link",
            Trouble::LinkLoop => "goes round in a circle of symbolic links",
            Trouble::TooLarge => "is larger than 2 GiB",
            Trouble::DiskFull => "could not be written: no space left on the device",
            Trouble::Other(words) => return write!(out, "could not be used: {words}"),
        })
    }
}

/// The machine. Paths are absolute unless a method says otherwise.
pub trait Host: Sync {
    /// Reads a whole regular file into `buffer`, replacing what is there. Endless things (devices, pipes) are refused
    /// before a byte is read.
    fn read(&self, path: &Path, links: Links, buffer: &mut Vec<u8>) -> Result<(), Fault>;

    /// Reads a part of a regular file into `buffer`, replacing what is there: from an offset, so many bytes or as many as
    /// there are.
    fn read_part(&self, path: &Path, from: u64, length: usize, buffer: &mut Vec<u8>) -> Result<(), Fault> {
        self.read(path, Links::Follow, buffer)?;
        let from = usize::try_from(from).unwrap_or(usize::MAX).min(buffer.len());
        buffer.drain(..from);
        buffer.truncate(length);
        Ok(())
    }

    /// What is at a path, links followed.
    fn look(&self, path: &Path) -> Result<Entry, Fault>;

    /// What a path itself is.
    fn step(&self, path: &Path) -> Result<Step, Fault>;

    /// The path of an existing file or directory without any symbolic link in it.
    fn canonical(&self, path: &Path) -> Result<PathBuf, Fault>;

    /// The names in a directory, sorted.
    fn list(&self, path: &Path) -> Result<Vec<OsString>, Fault>;

    /// The working directory as the user knows it: it may be reached through symbolic links.
    fn working_directory(&self) -> Result<PathBuf, Fault>;

    /// A variable of the environment.
    fn variable(&self, name: &str) -> Option<String>;

    /// Writes files, all or none: each goes to a temporary file beside its place first. Existing files are replaced,
    /// links to files followed; paths may be relative to the working directory.
    fn write(&self, files: &[(PathBuf, &[u8])]) -> Result<(), Fault>;

    /// Makes a folder, and those above it, where there are none yet.
    fn make_folder(&self, path: &Path) -> Result<(), Fault>;

    /// Runs a program to its end.
    fn run(&self, program: &Program) -> Result<Finished, Fault>;
}
