//! `GIT_EXTERNAL_DIFF="citadel diff"`: git names a path and two files with their ids and modes. What is no manifest is
//! told line by line, as git would; the program ends with 0, for git takes anything else as a failure.

use std::path::Path;

use super::super::exit::Exit;
use super::super::terminal;
use super::{Flags, sides, tell};
use crate::compare::{Loaded, Unread, format};
use crate::host::{Host, Links};

/// Compares the two files that git names; `None` when the arguments are not git's.
pub(super) fn run(host: &dyn Host, flags: &Flags) -> Result<Option<Exit>, Unread> {
    let ([path, old, _, _, new, _, _] | [path, old, _, _, new, _, _, _, _]) = flags.sides.as_slice() else {
        return Ok(None);
    };
    let is_manifest = [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end));
    let (before, after) = (bytes(host, old), bytes(host, new));
    if is_manifest
        && let (Ok(before), Ok(after)) = (load(host, path, old, &before), load(host, path, new, &after))
        && before.objects().iter().chain(&after.objects()).all(|object| !object.kind.is_empty())
    {
        // The file's name stands above, as git prints it.
        let head = format!("diff --citadel a/{path} b/{path}\n");
        terminal::print(head.as_bytes()).map_err(|error| Box::new(terminal::unprintable(&error)))?;
        return tell(host, flags, &before, &after, None).map(|_| Some(Exit::Done));
    }
    let text = format::plain(path, &before, &after);
    terminal::print(text.as_bytes()).map_err(|error| Box::new(terminal::unprintable(&error)))?;
    Ok(Some(Exit::Done))
}

fn bytes(host: &dyn Host, file: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let file = Path::new(file);
    let directory = host.working_directory().unwrap_or_default();
    if !sides::is_nothing(file) && host.read(&directory.join(file), Links::Follow, &mut bytes).is_err() {
        bytes.clear();
    }
    bytes
}

fn load(host: &dyn Host, path: &str, file: &str, bytes: &[u8]) -> Result<Loaded, Unread> {
    if sides::is_nothing(Path::new(file)) || bytes.is_empty() {
        return Ok(Loaded::default());
    }
    Loaded::text(host, path.into(), bytes.to_owned())
}
