//! Objects by their ids: loose ones, each a file of its own; packed ones are in `packs.rs`.

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use super::{Id, Kind, Repository, hex};
use crate::diagnostic::{Diagnostic, Result};
use crate::host::{LARGEST_FILE, Links};

impl Repository<'_> {
    /// An object.
    pub(super) fn object(&self, id: &Id) -> Result<(Kind, Vec<u8>)> {
        match self.find_object(id, 0)? {
            Some(found) => Ok(found),
            None => {
                let fault = Diagnostic::error(
                    "git-object-missing",
                    format!("the git object `{}` is not in this repository", hex(id)),
                );
                if self.is_shallow {
                    fault.hint("this is a shallow clone: `git fetch --unshallow` brings the history")
                } else {
                    fault.hint("the clone may be partial: check the revision out once, or `git fetch`")
                }
                .fail()
            }
        }
    }

    /// An object of a kind.
    pub(super) fn object_of(&self, id: &Id, kind: Kind) -> Result<Vec<u8>> {
        match self.object(id)? {
            (found, data) if found == kind => Ok(data),
            _ => corrupt(&format!("the git object `{}` is not what it should be", hex(id))),
        }
    }

    /// An object, or `None` when it is nowhere; `depth` counts how many others it is written as a difference to.
    pub(super) fn find_object(&self, id: &Id, depth: usize) -> Result<Option<(Kind, Vec<u8>)>> {
        let name = hex(id);
        let mut packed = Vec::new();
        for store in &self.stores {
            let path = store.join(&name[..2]).join(&name[2..]);
            if self.host.read(&path, Links::Follow, &mut packed).is_ok() {
                return loose(&packed, &name).map(Some);
            }
        }
        for pack in &self.packs {
            if let Some(offset) = pack.offset(id) {
                return self.packed(pack, offset, depth).map(Some);
            }
        }
        Ok(None)
    }

    /// Whether there is an object.
    pub(super) fn ids_with_prefix(&self, prefix: &str) -> Vec<Id> {
        let mut found = Vec::new();
        for store in &self.stores {
            let names = self.host.list(&store.join(&prefix[..2])).unwrap_or_default();
            let names = names.iter().filter_map(|name| name.to_str());
            found.extend(
                names
                    .filter(|name| name.starts_with(&prefix[2..]))
                    .filter_map(|name| super::id(&format!("{}{name}", &prefix[..2]))),
            );
        }
        for pack in &self.packs {
            found.extend(pack.ids_with_prefix(prefix));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn loose(packed: &[u8], name: &str) -> Result<(Kind, Vec<u8>)> {
    let Ok(mut data) = decompress_to_vec_zlib_with_limit(packed, LARGEST_FILE as usize) else {
        return corrupt(&format!("the git object `{name}` cannot be read"));
    };
    let end = data.iter().take(32).position(|byte| *byte == 0);
    let Some(end) = end else { return corrupt(&format!("the git object `{name}` has no header")) };
    let kind = match data[..end].split(|byte| *byte == b' ').next() {
        Some(b"commit") => Kind::Commit,
        Some(b"tree") => Kind::Tree,
        Some(b"blob") => Kind::Blob,
        Some(b"tag") => Kind::Tag,
        _ => return corrupt(&format!("the git object `{name}` is of no known kind")),
    };
    data.drain(..=end);
    Ok((kind, data))
}

/// Something in the repository is not as git writes it.
pub(super) fn corrupt<T>(message: &str) -> Result<T> {
    Diagnostic::error("git-repository-damaged", message).hint("`git fsck` finds what is wrong").fail()
}
