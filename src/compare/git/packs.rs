//! Packs: many objects in one file, most of them written as differences to others, and an index beside it.

use std::path::{Path, PathBuf};

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use super::objects::corrupt;
use super::{Id, Kind, Repository};
use crate::diagnostic::Result;
use crate::host::{Host, LARGEST_FILE, Links};

/// A chain of differences longer than this is none that git writes.
const LONGEST_CHAIN: usize = 4096;

/// How much of an entry is read at first.
const FIRST: usize = 4096;

/// A pack and its index.
pub(super) struct Pack {
    path: PathBuf,
    index: Vec<u8>,
    count: usize,
}

const HEADER: usize = 8;
const FANOUT: usize = 256 * 4;

impl Pack {
    /// The packs of a folder.
    pub(super) fn all(host: &dyn Host, folder: &Path) -> Vec<Pack> {
        let names = host.list(folder).unwrap_or_default();
        let names = names.iter().filter_map(|name| name.to_str());
        let indexes = names
            .map(|name| folder.join(name))
            .filter(|path| path.extension().is_some_and(|end| end == "idx"));
        indexes
            .filter_map(|path| {
                let mut index = Vec::new();
                host.read(&path, Links::Follow, &mut index).ok()?;
                if index.get(..HEADER) != Some(&[0xff, b't', b'O', b'c', 0, 0, 0, 2]) {
                    return None;
                }
                let count = number(&index, HEADER + 255 * 4)? as usize;
                // Names, checksums and offsets must fit.
                let whole = HEADER + FANOUT + count.checked_mul(28)?;
                (index.len() >= whole).then(|| Pack { path: path.with_extension("pack"), index, count })
            })
            .collect()
    }

    fn name(&self, at: usize) -> &[u8] {
        let from = HEADER + FANOUT + at * 20;
        self.index.get(from..from + 20).unwrap_or_default()
    }

    /// The numbers of the ids that begin with a byte.
    fn range(&self, first: u8) -> (usize, usize) {
        let at = |byte: usize| number(&self.index, HEADER + byte * 4).unwrap_or(0) as usize;
        let from = if first == 0 { 0 } else { at(usize::from(first) - 1) };
        (from.min(self.count), at(usize::from(first)).min(self.count))
    }

    /// Where an object begins in the pack.
    pub(super) fn offset(&self, id: &Id) -> Option<u64> {
        let (mut low, mut high) = self.range(id[0]);
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.name(middle).cmp(id.as_slice()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return self.offset_at(middle),
            }
        }
        None
    }

    fn offset_at(&self, at: usize) -> Option<u64> {
        let offsets = HEADER + FANOUT + self.count * 24;
        let offset = number(&self.index, offsets + at * 4)?;
        if offset & 0x8000_0000 == 0 {
            return Some(u64::from(offset));
        }
        // Offsets above 31 bits stand in a table of their own.
        let from = offsets + self.count * 4 + (offset & 0x7fff_ffff) as usize * 8;
        let bytes = self.index.get(from..from + 8)?;
        Some(u64::from_be_bytes(bytes.try_into().ok()?))
    }

    /// The ids that begin with these hexadecimal digits (at least two).
    pub(super) fn ids_with_prefix(&self, prefix: &str) -> Vec<Id> {
        let Ok(first) = u8::from_str_radix(&prefix[..2], 16) else { return Vec::new() };
        let (from, to) = self.range(first);
        let ids = (from..to).filter_map(|at| Id::try_from(self.name(at)).ok());
        ids.filter(|id| super::hex(id).starts_with(prefix)).collect()
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// What an entry of a pack is written as.
enum Entry {
    Whole(Kind, Vec<u8>),
    /// A difference to what begins at an offset.
    ToOffset(u64, Vec<u8>),
    /// A difference to an object.
    ToObject(Id, Vec<u8>),
}

impl Repository<'_> {
    /// The object that begins at an offset of a pack.
    pub(super) fn packed(&self, pack: &Pack, offset: u64, depth: usize) -> Result<(Kind, Vec<u8>)> {
        let mut differences = Vec::new();
        let mut at = offset;
        let (kind, mut data) = loop {
            if differences.len() + depth > LONGEST_CHAIN {
                return corrupt("a git object is written as a difference to itself");
            }
            match self.entry(pack, at)? {
                Entry::Whole(kind, data) => break (kind, data),
                Entry::ToOffset(base, difference) => {
                    differences.push(difference);
                    at = base;
                }
                Entry::ToObject(id, difference) => {
                    differences.push(difference);
                    match self.find_object(&id, depth + differences.len())? {
                        Some(found) => break found,
                        None => {
                            return corrupt("a git object is written as a difference to one that is missing");
                        }
                    }
                }
            }
        };
        for difference in differences.iter().rev() {
            match apply(&data, difference) {
                Some(made) => data = made,
                None => return corrupt("a git object is written as a difference that does not fit"),
            }
        }
        Ok((kind, data))
    }

    fn entry(&self, pack: &Pack, offset: u64) -> Result<Entry> {
        let mut bytes = Vec::new();
        let read = |from: u64, length: usize, bytes: &mut Vec<u8>| {
            self.host.read_part(&pack.path, from, length, bytes).is_ok()
        };
        let damaged = || corrupt(&format!("the git pack `{}` cannot be read", shown(&pack.path)));
        if !read(offset, FIRST, &mut bytes) {
            return damaged();
        }
        let Some((code, size, mut at)) = header(&bytes) else { return damaged() };
        let base = match code {
            6 => match backwards(&bytes, &mut at).and_then(|back| offset.checked_sub(back)) {
                Some(base) if base < offset => Base::Offset(base),
                _ => return damaged(),
            },
            7 => match bytes.get(at..at + 20).and_then(|id| Id::try_from(id).ok()) {
                Some(id) => {
                    at += 20;
                    Base::Object(id)
                }
                None => return damaged(),
            },
            1 => Base::None(Kind::Commit),
            2 => Base::None(Kind::Tree),
            3 => Base::None(Kind::Blob),
            4 => Base::None(Kind::Tag),
            _ => return damaged(),
        };
        if size > LARGEST_FILE {
            return corrupt("a git object is larger than 2 GiB");
        }
        let size = size as usize;
        // Deflate never makes much more of what it cannot press.
        let most = size + size / 1000 + 64;
        if at + most > FIRST && bytes.len() == FIRST {
            if !read(offset + at as u64, most, &mut bytes) {
                return damaged();
            }
        } else {
            bytes.drain(..at);
        }
        let data = match decompress_to_vec_zlib_with_limit(&bytes, size.max(1)) {
            Ok(data) if data.len() == size => data,
            _ => return damaged(),
        };
        Ok(match base {
            Base::None(kind) => Entry::Whole(kind, data),
            Base::Offset(base) => Entry::ToOffset(base, data),
            Base::Object(id) => Entry::ToObject(id, data),
        })
    }
}

enum Base {
    None(Kind),
    Offset(u64),
    Object(Id),
}

fn shown(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Kind and size of an entry, and where what follows begins.
fn header(bytes: &[u8]) -> Option<(u8, u64, usize)> {
    let first = *bytes.first()?;
    let (code, mut size) = ((first >> 4) & 7, u64::from(first & 15));
    let (mut at, mut shift, mut more) = (1, 4, first & 0x80 != 0);
    while more {
        let byte = *bytes.get(at)?;
        size |= u64::from(byte & 0x7f).checked_shl(shift)?;
        (at, shift, more) = (at + 1, shift + 7, byte & 0x80 != 0);
        if shift > 63 {
            return None;
        }
    }
    Some((code, size, at))
}

/// How far back the base of a difference begins.
fn backwards(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut byte = *bytes.get(*at)?;
    *at += 1;
    let mut back = u64::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        byte = *bytes.get(*at)?;
        *at += 1;
        back = back.checked_add(1)?.checked_mul(128)? | u64::from(byte & 0x7f);
    }
    Some(back)
}

/// Makes an object of its base and a difference: copies of parts of the base, and new bytes.
fn apply(base: &[u8], difference: &[u8]) -> Option<Vec<u8>> {
    let mut at = 0;
    let size = |at: &mut usize| -> Option<usize> {
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let byte = *difference.get(*at)?;
            *at += 1;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            shift += 7;
            if byte & 0x80 == 0 {
                return usize::try_from(value).ok().filter(|value| *value as u64 <= LARGEST_FILE);
            }
            if shift > 63 {
                return None;
            }
        }
    };
    if size(&mut at)? != base.len() {
        return None;
    }
    let expected = size(&mut at)?;
    let mut out = Vec::with_capacity(expected.min(1 << 24));
    while at < difference.len() {
        let code = difference[at];
        at += 1;
        if code & 0x80 != 0 {
            let mut take = |bits: std::ops::Range<u8>| -> Option<usize> {
                let mut value = 0;
                for (place, bit) in bits.enumerate() {
                    if code & (1 << bit) != 0 {
                        value |= usize::from(*difference.get(at)?) << (place * 8);
                        at += 1;
                    }
                }
                Some(value)
            };
            let from = take(0..4)?;
            let length = match take(4..7)? {
                0 => 0x10000,
                length => length,
            };
            out.extend_from_slice(base.get(from..from.checked_add(length)?)?);
        } else if code > 0 {
            out.extend_from_slice(difference.get(at..at + usize::from(code))?);
            at += usize::from(code);
        } else {
            return None;
        }
        if out.len() > expected {
            return None;
        }
    }
    (out.len() == expected).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::apply;

    #[test]
    fn applies_differences() {
        // Base of 11 bytes, result of 9: copy 5 from 6, then "one!".
        let difference = [11, 9, 0x80 | 1 | 16, 6, 5, 4, b'o', b'n', b'e', b'!'];
        assert_eq!(apply(b"hello world", &difference).unwrap(), b"worldone!");
        assert_eq!(apply(b"hello", &difference), None);
        assert_eq!(apply(b"hello world", &difference[..7]), None);
        assert_eq!(apply(b"hello world", &[11, 9, 0]), None);
    }
}
