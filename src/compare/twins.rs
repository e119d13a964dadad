//! Two sides read together: documents that stand in both of them to the byte are read once. What a part of a text holds
//! depends on its bytes alone, so that nothing else than time and memory is spared.

use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};

use super::loaded::Piece;
use super::{Loaded, Unread};
use crate::check::{self, Batch, Gathered, Input};
use crate::host::Host;
use crate::source::{SourceId, SourceText};
use crate::yaml;

/// From so many bytes on, the sides are read side by side.
const LARGE: usize = 256 * 1024;

/// How many parts of one length and look are held against a part.
const MOST_ALIKE: usize = 8;

/// How many bytes are looked at from afar at the beginning, in the middle and at the end.
const LOOKED_AT: usize = 512;

/// A part of a text.
#[derive(Clone)]
struct Part {
    /// The number of its text among those of its side.
    text: usize,
    source: SourceId,
    bytes: Range<usize>,
}

/// The parts of the texts of a side.
struct Parts {
    gathered: Gathered,
    list: Vec<Part>,
    templated: bool,
}

impl Parts {
    fn of(mut gathered: Gathered) -> Parts {
        let (mut list, mut templated) = (Vec::new(), false);
        let mut faults = Vec::new();
        for (number, id) in gathered.texts.iter().enumerate() {
            let text = &gathered.plain.sources.get(*id).text;
            templated |= check::is_templated(text);
            match yaml::split_documents(*id, text) {
                Ok(parts) => {
                    list.extend(parts.into_iter().map(|bytes| Part { text: number, source: *id, bytes }));
                }
                Err(fault) => faults.push(check::template(*fault, text)),
            }
        }
        gathered.plain.faults.extend(faults);
        Parts { gathered, list, templated }
    }

    fn size(&self) -> usize {
        self.list.iter().map(|part| part.bytes.len()).sum()
    }

    fn text(&self, part: &Part) -> &[u8] {
        let text = &self.gathered.plain.sources.get(part.source).text;
        text.as_bytes().get(part.bytes.clone()).unwrap_or_default()
    }

    /// Reads the parts that are wanted; says which documents each part gave.
    fn read(self, host: &dyn Host, wanted: impl Fn(usize) -> bool) -> Read {
        let Gathered { mut plain, texts, roots } = self.gathered;
        let mut found = vec![0..0; self.list.len()];
        let mut at = 0;
        for (number, id) in texts.into_iter().enumerate() {
            let end = at + self.list[at..].iter().take_while(|part| part.text == number).count();
            let numbers: Vec<usize> = (at..end).filter(|number| wanted(*number)).collect();
            at = end;
            let ranges = numbers.iter().map(|number| self.list[*number].bytes.clone()).collect();
            let text = plain.sources.get(id).text.clone();
            let (documents, faults) = check::read_parts(id, &text, ranges);
            for (number, documents) in numbers.into_iter().zip(documents) {
                let start = plain.documents.len();
                plain.documents.extend(documents);
                found[number] = start..plain.documents.len();
            }
            plain.faults.extend(faults);
        }
        Read { batches: check::with_built(host, plain, &roots), parts: self.list, found }
    }
}

/// A side that was read.
struct Read {
    batches: Vec<Batch>,
    parts: Vec<Part>,
    /// The documents of each part in the last batch.
    found: Vec<Range<usize>>,
}

/// Reads two sides; the second only as far as it is not the first.
pub(super) fn read(host: &dyn Host, old: &[Input], new: &[Input]) -> Result<(Loaded, Loaded), Unread> {
    let before = Parts::of(check::gather(host, old));
    let known = Known::of(&before);
    let is_large = before.size() >= LARGE || !before.gathered.roots.is_empty();
    let read_old = || before.read(host, |_| true);
    let read_new = || {
        let after = Parts::of(check::gather(host, new));
        let twins = known.twins(&after);
        (after.read(host, |number| twins[number].is_none()), twins)
    };
    let (old, (new, twins)) =
        if is_large { rayon::join(read_old, read_new) } else { (read_old(), read_new()) };
    let (parts, found) = (old.parts, old.found);
    let old = Loaded::of(old.batches)?;
    let mut own = Loaded::of(new.batches)?;
    if twins.iter().any(Option::is_some)
        && let Some(foreign) = old.batches().last()
    {
        let last = own.batches().len() - 1;
        let mut pieces = Vec::with_capacity(new.parts.len() + last);
        for (batch, built) in own.batches().iter().enumerate().take(last) {
            pieces.push(Piece { batch, documents: 0..built.documents.len(), twin: None });
        }
        for ((part, found_here), twin) in new.parts.into_iter().zip(new.found).zip(twins) {
            pieces.push(match twin {
                None => Piece { batch: last, documents: found_here, twin: None },
                Some(number) => {
                    let shift = part.bytes.start as i64 - parts[number].bytes.start as i64;
                    Piece {
                        batch: last + 1,
                        documents: found[number].clone(),
                        twin: Some((part.source, shift)),
                    }
                }
            });
        }
        own.arrange(Arc::clone(foreign), pieces);
    }
    Ok((old, own))
}

/// The parts of the old side, to find them again.
struct Known {
    texts: Vec<SourceText>,
    parts: Vec<Part>,
    templated: bool,
}

impl Known {
    fn of(side: &Parts) -> Known {
        let text = |id: &SourceId| side.gathered.plain.sources.get(*id).text.clone();
        Known {
            texts: side.gathered.texts.iter().map(text).collect(),
            parts: side.list.clone(),
            templated: side.templated,
        }
    }

    fn text(&self, number: usize) -> &[u8] {
        let part = self.parts.get(number);
        let text = part.and_then(|part| self.texts.get(part.text)?.as_bytes().get(part.bytes.clone()));
        text.unwrap_or_default()
    }

    /// For each part of the new side, the part of the old side with the same bytes, each at most once.
    fn twins(&self, side: &Parts) -> Vec<Option<usize>> {
        let mut twins = vec![None; side.list.len()];
        // In templates, what a document is depends on the whole text.
        if self.templated || side.templated {
            return twins;
        }
        let mut taken = vec![false; self.parts.len()];
        let mut index: Option<FxHashMap<u64, Vec<usize>>> = None;
        let mut next = 0;
        for (part, twin) in side.list.iter().zip(&mut twins) {
            let bytes = side.text(part);
            let is_twin = |number: usize, taken: &[bool]| {
                taken.get(number) == Some(&false) && self.text(number) == bytes
            };
            // Most sides are nearly alike: what follows in one follows in the other.
            let found = if is_twin(next, &taken) {
                Some(next)
            } else {
                let index = index.get_or_insert_with(|| self.index());
                let alike = index.get(&look(bytes)).map(Vec::as_slice).unwrap_or_default();
                alike.iter().copied().find(|number| is_twin(*number, &taken))
            };
            if let Some(number) = found {
                taken[number] = true;
                *twin = Some(number);
            }
            next = found.unwrap_or(next) + 1;
        }
        twins
    }

    fn index(&self) -> FxHashMap<u64, Vec<usize>> {
        let mut index: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
        for number in 0..self.parts.len() {
            let alike = index.entry(look(self.text(number))).or_default();
            if alike.len() < MOST_ALIKE {
                alike.push(number);
            }
        }
        index
    }
}

/// What a part looks like from afar.
fn look(bytes: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    bytes.len().hash(&mut hasher);
    let half = bytes.len() / 2;
    for from in [0, half, bytes.len().saturating_sub(LOOKED_AT)] {
        hasher.write(&bytes[from..bytes.len().min(from + LOOKED_AT)]);
    }
    hasher.finish()
}
