//! Where each value came from, and through which steps. A node holds an [`Origin`]; origins beyond the plain place
//! in the document's own text are entries of the document's [`Ledger`], a DAG that is only ever appended to.

mod history;

pub use history::{Histories, HistoryId};

use crate::source::Place;

/// Which step of the build wrote something. Steps are registered by the sequential part of a build, so ids are the
/// same on any number of threads.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct StepId(pub u32);

impl StepId {
    /// Reading objects: the step that is there before any other.
    pub const READ: StepId = StepId(0);
}

/// One step of a build: a kustomization field (or one entry of it) at work.
#[derive(Debug, Clone)]
pub struct Step {
    /// The kustomization field, in kustomize's words: `namePrefix`, `patches`, `images`, `configMapGenerator`.
    pub field: &'static str,
    /// Where the step is asked for: the value or entry in a kustomization file or plugin configuration.
    pub place: Place,
}

/// All steps of one build, in order.
#[derive(Debug)]
pub struct Steps {
    list: Vec<Step>,
}

impl Default for Steps {
    fn default() -> Steps {
        Steps { list: vec![Step { field: "resources", place: Place::NONE }] }
    }
}

impl Steps {
    /// Registers a step.
    pub fn add(&mut self, field: &'static str, place: Place) -> StepId {
        self.list.push(Step { field, place });
        StepId(self.list.len() as u32 - 1)
    }

    /// All steps, in the order in which they were registered.
    pub fn all(&self) -> &[Step] {
        &self.list
    }

    /// The step with this id.
    pub fn get(&self, id: StepId) -> &Step {
        &self.list[id.0 as usize]
    }
}

/// Where a node came from: an offset in its document's own text, an entry of its document's ledger, or nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Origin(u32);

const LEDGER: u32 = 1 << 31;

/// Nothing is written down: only to measure what it costs.
const WITHOUT: bool = cfg!(feature = "without-origins");

impl Origin {
    /// Nothing is known.
    pub const NONE: Origin = Origin(u32::MAX);

    /// The place at this offset of the document's own text.
    pub fn at(offset: u32) -> Origin {
        if WITHOUT { Origin::NONE } else { Origin(offset) }
    }

    /// The ledger entry with this number.
    pub fn entry(index: u32) -> Origin {
        Origin(index | LEDGER)
    }

    /// What the origin says.
    pub fn read(self) -> Whence {
        if self == Origin::NONE {
            Whence::Unknown
        } else if self.0 & LEDGER != 0 {
            Whence::Entry(self.0 & !LEDGER)
        } else {
            Whence::Own(self.0)
        }
    }
}

/// An [`Origin`], taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whence {
    /// Nobody wrote it down.
    Unknown,
    /// An offset in the document's own text.
    Own(u32),
    /// A number in the document's ledger.
    Entry(u32),
}

/// What a step did to a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verb {
    /// The value stands in another text than the document's own: `place` says where. No step.
    Written,
    /// The step made the node or gave it another value.
    Set,
    /// The step put a node here that has a history of its own (`from`).
    Grafted,
    /// The step took the node away.
    Removed,
    /// The step changed only how the value is spelt.
    Respelt,
}

/// One entry of a ledger.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Who did it; `None` for [`Verb::Written`].
    pub step: Option<StepId>,
    /// What was done.
    pub verb: Verb,
    /// The history that the node had at this spot before.
    pub previous: Origin,
    /// Where the new value comes from, when it comes from another node.
    pub from: Origin,
    /// Where the new value is written down, when that is known and not the step's own place.
    pub place: Place,
    /// Nodes of one document that carry this entry are one and the same to kustomize, which hung one node into
    /// several places: what changes one of them in place changes all (see `Editor::shared_scalar`).
    pub shared: bool,
}

/// The history of one document: append-only.
#[derive(Debug, Default, Clone)]
pub struct Ledger {
    entries: Vec<Packed>,
    has_shared: bool,
}

/// An [`Entry`] as it is kept: a build holds several for each object.
#[derive(Debug, Clone, Copy)]
struct Packed {
    /// The step + 1 (0: none), above [`SHARED`] and the verb.
    head: u32,
    previous: Origin,
    from: Origin,
    place: Place,
}

const VERBS: [Verb; 8] = [
    Verb::Written,
    Verb::Set,
    Verb::Grafted,
    Verb::Removed,
    Verb::Respelt,
    Verb::Written,
    Verb::Written,
    Verb::Written,
];
const SHARED: u32 = 8;
const BITS: u32 = 4;
/// Steps from this on are not told apart.
const MOST_STEPS: u32 = (1 << (32 - BITS)) - 2;

impl Packed {
    fn of(entry: Entry) -> Packed {
        let step = entry.step.map_or(0, |step| step.0.min(MOST_STEPS) + 1);
        let shared = if entry.shared { SHARED } else { 0 };
        let head = step << BITS | shared | entry.verb as u32;
        Packed { head, previous: entry.previous, from: entry.from, place: entry.place }
    }

    fn open(self) -> Entry {
        Entry {
            step: (self.head >> BITS).checked_sub(1).map(StepId),
            verb: VERBS[(self.head & (SHARED - 1)) as usize],
            previous: self.previous,
            from: self.from,
            place: self.place,
            shared: self.is_shared(),
        }
    }

    fn is_shared(self) -> bool {
        self.head & SHARED != 0
    }
}

impl Ledger {
    /// Appends an entry.
    pub fn push(&mut self, entry: Entry) -> Origin {
        if WITHOUT {
            return Origin::NONE;
        }
        self.has_shared |= entry.shared;
        self.reserve(1);
        self.entries.push(Packed::of(entry));
        Origin::entry(self.entries.len() as u32 - 1)
    }

    /// Makes room: less than a vector would by itself, since most documents get a few entries only.
    #[inline]
    fn reserve(&mut self, more: usize) {
        if self.entries.len() + more > self.entries.capacity() {
            self.entries.reserve_exact(more.max(self.entries.len() / 2).max(8));
        }
    }

    /// The entry with this number.
    pub fn get(&self, index: u32) -> Entry {
        self.entries[index as usize].open()
    }

    /// Whether the entry with this number is of nodes that kustomize takes for one.
    pub(crate) fn is_shared(&self, index: u32) -> bool {
        self.entries[index as usize].is_shared()
    }

    /// Whether any entry ever was of nodes that kustomize takes for one.
    pub fn has_shared(&self) -> bool {
        self.has_shared
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing has been written yet.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
