//! Finds objects by a name that they have or had, without walking the set: for thousands of targets that say a name.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use rustc_hash::FxHashMap;

use super::object::Resource;

/// So many look-ups walk the set before a table is made: most builds ask for a few names only.
const FEW: u32 = 8;
/// Up to so many objects walking is quicker than any table.
const SMALL: usize = 32;

/// Positions by name.
#[derive(Debug, Default)]
pub(super) struct Names {
    lookups: AtomicU32,
    table: OnceLock<Box<Table>>,
}

#[derive(Clone, Debug)]
struct Table {
    /// The last position under the hash of a name.
    last: FxHashMap<u64, u32>,
    /// Entries: position, and the entry before it under the same hash plus one.
    entries: Vec<(u32, u32)>,
}

impl Clone for Names {
    fn clone(&self) -> Names {
        Names { lookups: AtomicU32::new(self.lookups.load(Ordering::Relaxed)), table: self.table.clone() }
    }
}

impl Names {
    /// Positions of the objects that may have or have had this name, rising; `None`: any may.
    pub(super) fn positions(&self, name: &str, list: &[Resource]) -> Option<Vec<usize>> {
        if list.len() <= SMALL
            || (self.table.get().is_none() && self.lookups.fetch_add(1, Ordering::Relaxed) < FEW)
        {
            return None;
        }
        Some(self.table.get_or_init(|| Box::new(Table::of(list))).positions(name))
    }

    /// Forgets everything: names may have changed.
    pub(super) fn forget(&mut self) {
        if self.table.take().is_some() {
            *self.lookups.get_mut() = 0;
        }
    }
}

impl Table {
    fn of(list: &[Resource]) -> Table {
        let mut table = Table { last: FxHashMap::default(), entries: Vec::with_capacity(list.len()) };
        table.last.reserve(list.len());
        for (position, resource) in (0u32..).zip(list) {
            table.enter(resource.name(), position);
            resource.former.iter().for_each(|former| table.enter(former.name(), position));
        }
        table
    }

    fn enter(&mut self, name: &str, position: u32) {
        let last = self.last.entry(hash(name)).or_insert(0);
        let there = (*last as usize).checked_sub(1).and_then(|entry| self.entries.get(entry));
        if there.is_none_or(|(other, _)| *other != position) {
            self.entries.push((position, *last));
            *last = self.entries.len() as u32;
        }
    }

    fn positions(&self, name: &str) -> Vec<usize> {
        let mut found = Vec::new();
        let mut at = self.last.get(&hash(name)).copied().unwrap_or(0);
        while let Some((position, before)) =
            (at as usize).checked_sub(1).and_then(|entry| self.entries.get(entry))
        {
            found.push(*position as usize);
            at = *before;
        }
        found.reverse();
        found
    }
}

fn hash(name: &str) -> u64 {
    use std::hash::Hasher;
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(name.as_bytes());
    hasher.finish()
}
