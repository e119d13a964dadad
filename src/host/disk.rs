//! The real machine.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // this is where the bans lead to

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Entry, Fault, Finished, Host, LARGEST_FILE, Links, Program, Step, Trouble};

/// What is kept of a program's standard error.
const LARGEST_ERRORS: u64 = 1 << 20;

/// The machine this process runs on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

/// The arguments of this process, the program's own name first.
pub fn arguments() -> Vec<OsString> {
    std::env::args_os().collect()
}

fn fault(path: &Path, error: &io::Error) -> Fault {
    let trouble = match error.kind() {
        ErrorKind::NotFound => Trouble::Missing,
        ErrorKind::PermissionDenied => Trouble::Denied,
        ErrorKind::NotADirectory => Trouble::NotDirectory,
        ErrorKind::IsADirectory => Trouble::Directory,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Trouble::DiskFull,
        _ if loops(error) => Trouble::LinkLoop,
        _ => Trouble::Other(plain_words(error)),
    };
    Fault { path: path.to_owned(), trouble }
}

/// The system's words without Rust's "(os error 5)".
fn plain_words(error: &io::Error) -> String {
    let words = error.to_string();
    words.split(" (os error").next().unwrap_or(&words).to_lowercase()
}

#[cfg(unix)]
fn loops(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ELOOP)
}

#[cfg(not(unix))]
fn loops(_error: &io::Error) -> bool {
    false
}

/// Opens without waiting for the other end of a pipe.
#[cfg(unix)]
fn open(path: &Path, links: Links) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let no_links = if links == Links::Refuse { libc::O_NOFOLLOW } else { 0 };
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | no_links).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path, links: Links) -> io::Result<File> {
    if links == Links::Refuse && fs::symlink_metadata(path)?.file_type().is_symlink() {
        return Err(io::Error::other("a symbolic link"));
    }
    OpenOptions::new().read(true).open(path)
}

/// Bytes from which a file is read in two halves side by side: most of the time goes into fresh memory.
const LARGE: usize = 1 << 20;

/// Reads as much of the beginning of a file as two threads can without a fault: whole halves, or nothing.
#[cfg(unix)]
fn read_side_by_side(file: &File, buffer: &mut [u8]) -> usize {
    use std::os::unix::fs::FileExt;
    let length = buffer.len();
    let (one, two) = buffer.split_at_mut(length / 2);
    let middle = one.len();
    let read =
        rayon::join(|| file.read_exact_at(one, 0).is_ok(), || file.read_exact_at(two, middle as u64).is_ok());
    match read {
        (true, true) => length,
        (true, false) => middle,
        _ => 0,
    }
}

#[cfg(not(unix))]
fn read_side_by_side(_file: &File, _buffer: &mut [u8]) -> usize {
    0
}

#[cfg(unix)]
fn same(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path: &Path| fs::metadata(path).map(|about| (about.dev(), about.ino())).ok();
    identity(one).is_some_and(|one| identity(other) == Some(one))
}

#[cfg(not(unix))]
fn same(_one: &Path, _other: &Path) -> bool {
    false
}

fn entry(kind: fs::FileType) -> Entry {
    if kind.is_file() {
        Entry::File
    } else if kind.is_dir() {
        Entry::Directory
    } else {
        Entry::Other
    }
}

impl Host for Disk {
    fn read(&self, path: &Path, links: Links, buffer: &mut Vec<u8>) -> Result<(), Fault> {
        let refuse = |trouble| Err(Fault { path: path.to_owned(), trouble });
        let mut file = match open(path, links) {
            Ok(file) => file,
            // Without following, a link at the end of the path cannot be told from a circle of links.
            Err(error) if links == Links::Refuse && loops(&error) => return refuse(Trouble::Link),
            Err(error) => return Err(fault(path, &error)),
        };
        let about = file.metadata().map_err(|error| fault(path, &error))?;
        match entry(about.file_type()) {
            Entry::File => {}
            Entry::Directory => return refuse(Trouble::Directory),
            Entry::Other => return refuse(Trouble::NotRegular),
        }
        if about.len() > LARGEST_FILE {
            return refuse(Trouble::TooLarge);
        }
        let expected = about.len() as usize;
        // One byte more than expected, so that a file that grows is seen to; files of the kernel say 0 and have more.
        if buffer.capacity() <= expected {
            // Fresh memory is zero already: it need not be written to twice.
            *buffer = vec![0; expected + 1];
        } else {
            buffer.resize(expected + 1, 0);
        }
        let mut filled = if expected < LARGE { 0 } else { read_side_by_side(&file, &mut buffer[..expected]) };
        if filled > 0 {
            file.seek(SeekFrom::Start(filled as u64)).map_err(|error| fault(path, &error))?;
        }
        loop {
            match file.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(fault(path, &error)),
            }
            if filled == expected {
                break;
            }
            if filled as u64 > LARGEST_FILE {
                return refuse(Trouble::TooLarge);
            }
            if filled == buffer.len() {
                buffer.resize((filled * 2).max(1 << 16), 0);
            }
        }
        buffer.truncate(filled);
        Ok(())
    }

    fn read_part(&self, path: &Path, from: u64, length: usize, buffer: &mut Vec<u8>) -> Result<(), Fault> {
        let told = |error: io::Error| fault(path, &error);
        let mut file = open(path, Links::Follow).map_err(told)?;
        file.seek(SeekFrom::Start(from)).map_err(told)?;
        buffer.clear();
        file.take(length as u64).read_to_end(buffer).map_err(told)?;
        Ok(())
    }

    fn look(&self, path: &Path) -> Result<Entry, Fault> {
        fs::metadata(path).map(|about| entry(about.file_type())).map_err(|error| fault(path, &error))
    }

    fn step(&self, path: &Path) -> Result<Step, Fault> {
        let kind = fs::symlink_metadata(path).map_err(|error| fault(path, &error))?.file_type();
        Ok(if kind.is_symlink() { Step::Link } else { Step::Plain(entry(kind)) })
    }

    fn canonical(&self, path: &Path) -> Result<PathBuf, Fault> {
        fs::canonicalize(path).map_err(|error| fault(path, &error))
    }

    fn list(&self, path: &Path) -> Result<Vec<OsString>, Fault> {
        let entries = fs::read_dir(path).map_err(|error| fault(path, &error))?;
        let names: io::Result<Vec<OsString>> = entries.map(|entry| entry.map(|e| e.file_name())).collect();
        let mut names = names.map_err(|error| fault(path, &error))?;
        names.sort();
        Ok(names)
    }

    fn working_directory(&self) -> Result<PathBuf, Fault> {
        let real = std::env::current_dir().map_err(|error| fault(Path::new("."), &error))?;
        // Go's `os.Getwd`, and so kustomize, believes `PWD` when it names the same directory: `..` then leads to
        // where the user thinks it does.
        Ok(match std::env::var_os("PWD").map(PathBuf::from) {
            Some(said) if said != real && said.is_absolute() && same(&said, &real) => said,
            _ => real,
        })
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn write(&self, files: &[(PathBuf, &[u8])]) -> Result<(), Fault> {
        let mut pending = Vec::with_capacity(files.len());
        for (number, (path, bytes)) in files.iter().enumerate() {
            match Pending::prepare(path, bytes, number) {
                Ok(file) => pending.push(file),
                Err(fault) => {
                    pending.iter().for_each(Pending::forget);
                    return Err(fault);
                }
            }
        }
        for (number, file) in pending.iter().enumerate() {
            if let Err(fault) = file.finish() {
                pending[number..].iter().for_each(Pending::forget);
                return Err(fault);
            }
        }
        Ok(())
    }

    fn make_folder(&self, path: &Path) -> Result<(), Fault> {
        fs::create_dir_all(path).map_err(|error| fault(path, &error))
    }

    fn run(&self, program: &Program) -> Result<Finished, Fault> {
        let mut command = Command::new(&program.path);
        command.args(&program.arguments).current_dir(&program.directory);
        if program.bare {
            command.env_clear();
        }
        command.envs(program.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| fault(&program.path, &error))?;
        let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let limit = if program.largest_output == 0 { LARGEST_FILE } else { program.largest_output };
        let (output, errors) = std::thread::scope(|scope| {
            scope.spawn(move || {
                if let Some(mut input) = input {
                    // A program may leave its input unread: that is no fault.
                    let _ = input.write_all(&program.input);
                }
            });
            let errors = scope.spawn(move || errors.map(|errors| beginning(errors, LARGEST_ERRORS)));
            let output = output.map_or(Ok(Vec::new()), |output| whole(output, limit));
            if output.is_err() {
                let _ = child.kill();
            }
            (output, errors.join().ok().flatten().unwrap_or_default())
        });
        let status = child.wait().map_err(|error| fault(&program.path, &error))?;
        match output {
            Ok(output) => Ok(Finished { code: status.code(), output, errors }),
            Err(error) => Err(fault(&program.path, &error)),
        }
    }
}

/// All that is written, unless it is too much.
fn whole(mut from: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.by_ref().take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other(format!("wrote more than {limit} bytes")));
    }
    Ok(bytes)
}

/// The beginning of what is written; the rest is read and forgotten.
fn beginning(mut from: impl Read, limit: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = from.by_ref().take(limit).read_to_end(&mut bytes);
    let _ = io::copy(&mut from, &mut io::sink());
    bytes
}

/// A new file next to another one. Its name may be taken by what an earlier process left when it was killed.
fn beside(target: &Path, number: usize) -> io::Result<(File, PathBuf)> {
    let mut attempt = 0;
    loop {
        let temporary = target.with_file_name(format!(".citadel-{}-{number}-{attempt}", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && attempt < 100 => attempt += 1,
            other => return other.map(|file| (file, temporary)),
        }
    }
}

/// A file on its way to its place.
enum Pending<'b> {
    /// Written beside it.
    Beside { temporary: PathBuf, target: PathBuf },
    /// To be written into the thing itself: a device, a pipe, or a file whose folder takes no new ones.
    Direct { target: PathBuf, bytes: &'b [u8] },
}

impl<'b> Pending<'b> {
    fn prepare(path: &Path, bytes: &'b [u8], number: usize) -> Result<Pending<'b>, Fault> {
        let (target, before) = match fs::metadata(path) {
            Ok(about) if about.is_dir() => {
                return Err(Fault { path: path.to_owned(), trouble: Trouble::Directory });
            }
            Ok(about) if !about.is_file() => return Ok(Pending::Direct { target: path.to_owned(), bytes }),
            Ok(about) => (fs::canonicalize(path).map_err(|error| fault(path, &error))?, Some(about)),
            Err(error) if error.kind() == ErrorKind::NotFound => (path.to_owned(), None),
            Err(error) => return Err(fault(path, &error)),
        };
        let (mut file, temporary) = match beside(&target, number) {
            Ok(made) => made,
            Err(error) if before.is_some() && error.kind() == ErrorKind::PermissionDenied => {
                return Ok(Pending::Direct { target, bytes });
            }
            Err(error) => return Err(fault(path, &error)),
        };
        let written = match before {
            Some(about) => file.set_permissions(about.permissions()).and_then(|()| file.write_all(bytes)),
            None => file.write_all(bytes),
        };
        let pending = Pending::Beside { temporary, target };
        if let Err(error) = written {
            pending.forget();
            return Err(fault(path, &error));
        }
        Ok(pending)
    }

    fn finish(&self) -> Result<(), Fault> {
        match self {
            Pending::Beside { temporary, target } => {
                fs::rename(temporary, target).map_err(|error| fault(target, &error))
            }
            Pending::Direct { target, bytes } => {
                fs::write(target, bytes).map_err(|error| fault(target, &error))
            }
        }
    }

    fn forget(&self) {
        if let Pending::Beside { temporary, .. } = self {
            let _ = fs::remove_file(temporary);
        }
    }
}
