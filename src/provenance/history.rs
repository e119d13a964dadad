//! Histories of values on their way from one document's ledger into others.

use super::{Entry, Ledger, Origin, Packed, Verb, Whence};
use crate::source::{Place, SourceId};

/// Histories of many values, one behind the other.
#[derive(Debug, Default, Clone)]
pub struct Histories {
    entries: Vec<Entry>,
    /// What values were before an entry, where that was kept: rising.
    before: Vec<(u32, Box<str>)>,
    scratch: Vec<u32>,
}

/// One of [`Histories`].
#[derive(Debug, Default, Clone, Copy)]
pub struct HistoryId {
    start: u32,
    len: u32,
    end: Option<Origin>,
}

impl Histories {
    /// Takes out what a ledger knows of an origin; `source` is the text that plain origins are places of, `before` says
    /// what a value was before an entry, where that was kept.
    pub fn take<'t>(
        &mut self,
        ledger: &Ledger,
        origin: Origin,
        source: SourceId,
        before: impl Fn(u32) -> Option<&'t str>,
    ) -> HistoryId {
        // Entries point only at older ones: the list grows from the youngest down, each is there once.
        self.scratch.clear();
        if let Whence::Entry(index) = origin.read() {
            self.scratch.push(index);
        }
        let mut at = 0;
        while let Some(index) = self.scratch.get(at).copied() {
            at += 1;
            let Some(entry) = ledger.entries.get(index as usize) else { continue };
            for below in [entry.previous, entry.from] {
                if let Whence::Entry(below) = below.read()
                    && let Err(spot) = self.scratch.binary_search_by(|other| below.cmp(other))
                {
                    self.scratch.insert(spot, below);
                }
            }
        }
        let start = self.entries.len();
        let reachable = std::mem::take(&mut self.scratch);
        // Plain places become entries in front of those that point at them.
        let mut moved: Vec<(u32, u32)> = Vec::with_capacity(reachable.len());
        for index in reachable.iter().rev() {
            let Some(entry) = ledger.entries.get(*index as usize).map(|entry| entry.open()) else { continue };
            let previous = self.enter(start, entry.previous, source, &moved);
            let from = self.enter(start, entry.from, source, &moved);
            moved.push((*index, (self.entries.len() - start) as u32));
            if let Some(text) = before(*index) {
                self.before.push((self.entries.len() as u32, text.into()));
            }
            self.entries.push(Entry { previous, from, shared: false, ..entry });
        }
        let end = self.enter(start, origin, source, &moved);
        self.scratch = reachable;
        HistoryId { start: start as u32, len: (self.entries.len() - start) as u32, end: Some(end) }
    }

    /// What values of a history were before its entries, where that was kept: number of the entry, text.
    pub fn before(&self, id: HistoryId) -> impl Iterator<Item = (u32, &str)> + '_ {
        let from = self.before.partition_point(|(entry, _)| *entry < id.start);
        let these = self.before.get(from..).unwrap_or_default().iter();
        these
            .take_while(move |(entry, _)| *entry < id.start + id.len)
            .map(move |(entry, text)| (entry - id.start, &**text))
    }

    /// An origin as it is called within a history that begins at `start`.
    fn enter(&mut self, start: usize, origin: Origin, source: SourceId, moved: &[(u32, u32)]) -> Origin {
        match origin.read() {
            Whence::Unknown => Origin::NONE,
            Whence::Own(offset) => {
                self.entries.push(Entry {
                    step: None,
                    verb: Verb::Written,
                    previous: Origin::NONE,
                    from: Origin::NONE,
                    place: Place { source, offset },
                    shared: false,
                });
                Origin::entry((self.entries.len() - 1 - start) as u32)
            }
            Whence::Entry(index) => match moved.binary_search_by_key(&index, |(from, _)| *from) {
                Ok(at) => moved.get(at).map_or(Origin::NONE, |(_, to)| Origin::entry(*to)),
                Err(_) => Origin::NONE,
            },
        }
    }
}

impl Ledger {
    /// Enters a history that was taken out of another ledger.
    pub fn enter(&mut self, histories: &Histories, id: HistoryId) -> Origin {
        let base = self.entries.len() as u32;
        let moved = |origin: Origin| match origin.read() {
            Whence::Entry(index) => Origin::entry(base + index),
            _ => origin,
        };
        let range = id.start as usize..(id.start + id.len) as usize;
        let entries = histories.entries.get(range).unwrap_or_default();
        self.reserve(entries.len());
        self.entries.extend(
            entries
                .iter()
                .map(|e| Packed::of(Entry { previous: moved(e.previous), from: moved(e.from), ..*e })),
        );
        id.end.map_or(Origin::NONE, moved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provenance::StepId;

    #[test]
    fn carries_a_history_over() {
        let entry = |previous, from| Entry {
            step: Some(StepId(1)),
            verb: Verb::Set,
            previous,
            from,
            place: Place::NONE,
            shared: false,
        };
        let mut old = Ledger::default();
        let a = old.push(entry(Origin::at(7), Origin::NONE));
        old.push(entry(Origin::NONE, Origin::NONE));
        let b = old.push(entry(a, Origin::at(9)));
        let c = old.push(entry(b, a));
        let mut histories = Histories::default();
        histories.take(&old, a, SourceId(4), |_| None);
        let id = histories.take(&old, c, SourceId(4), |_| None);
        let mut new = Ledger::default();
        new.push(entry(Origin::NONE, Origin::NONE));
        let entered = new.enter(&histories, id);
        let get = |origin: Origin| match origin.read() {
            Whence::Entry(index) => new.get(index),
            other => panic!("{other:?}"),
        };
        let top = get(entered);
        assert_eq!(get(get(top.previous).from).place, Place { source: SourceId(4), offset: 9 });
        assert_eq!(get(get(top.from).previous).place, Place { source: SourceId(4), offset: 7 });
        assert_eq!(get(top.previous).previous, top.from);
    }
}
