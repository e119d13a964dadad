//! What happened to a value, newest first: read off the ledger of its document, from the nodes that were kept as they
//! were before each step (`Document::before`), and from tombstones.

use serde_json::Value;

use super::path::Part;
use super::spot::{self, Reached, Spot, follow, is_item, same_place};
use crate::provenance::{Entry, Origin, StepId, Steps, Verb, Whence};
use crate::source::Place;
use crate::yaml::{Document, Kind, NodeId, Tombstone, to_json};

/// Values that come from values that come from values: how far that is followed.
const DEEPEST: usize = 6;

/// One thing that happened to a value.
#[derive(Clone, Debug)]
pub struct Event {
    /// `resource` for the file that wrote it, else the kustomization field (or `nameReference`, the field of
    /// configurations).
    pub step: &'static str,
    /// The step in the build; `None` for files.
    pub id: Option<StepId>,
    /// What wrote the value.
    pub place: Place,
    /// Where the step is asked for.
    pub asked: Place,
    /// The value afterwards; `None` when it is not known, or when there was none.
    pub value: Option<Value>,
    /// The step took the value away.
    pub removed: bool,
    /// The step only put the value elsewhere: where it was before, or, where it was taken away, where it is now.
    pub moved: Option<String>,
    /// The step only spelt it in another way.
    pub respelt: bool,
    /// The history of the value that the step copied, newest first.
    pub from: Vec<Event>,
}

/// Reads histories of one document.
pub(super) struct Histories<'d> {
    pub(super) document: &'d Document,
    pub(super) steps: &'d Steps,
}

impl Histories<'_> {
    /// All that happened to the value at a spot.
    pub(super) fn of(&self, spot: &Spot) -> Vec<Event> {
        let Some(node) = spot.node() else { return Vec::new() };
        let mut events = self.of_node(node);
        let step = events.last().and_then(|event| event.id);
        if step.is_some()
            && let Some(before) = self.before_holder(spot, step)
        {
            events.extend(self.of_node(before));
        } else if let Some(step) = step
            && let Some((tombstone, was)) = self.former(spot, step)
        {
            events.push(self.removal(tombstone.step, tombstone.place));
            events.extend(self.of_node(was));
        }
        let mut events = tidy(events);
        self.add_moves(spot, &mut events);
        events
    }

    /// What happened to the key of a value, newest first: who wrote it, and what it was called before.
    pub(super) fn of_key(&self, spot: &Spot) -> Vec<Event> {
        let key = spot.node().and_then(|node| self.document.key(node));
        key.map(|key| tidy(self.of_node(key))).unwrap_or_default()
    }

    /// What stood at a spot, and was taken away, before a step put something there again.
    fn former(&self, spot: &Spot, step: StepId) -> Option<(&Tombstone, NodeId)> {
        let document = self.document;
        if document.tombstones().is_empty() {
            return None;
        }
        (1..spot.chain.len()).rev().find_map(|depth| {
            let (holder, node) = (*spot.chain.get(depth - 1)?, *spot.chain.get(depth)?);
            let key = document.text(document.key(node)?);
            let fits = |tombstone: &&Tombstone| {
                tombstone.parent == holder
                    && tombstone.node != node
                    && tombstone.key.as_deref() == Some(key)
                    && tombstone.step.0 <= step.0
            };
            let tombstone = document.tombstones().iter().rfind(fits)?;
            Some((tombstone, same_place(document, spot.chain.get(depth..)?, tombstone.node)?))
        })
    }

    /// Tells of steps that put the value, or what holds it, elsewhere.
    fn add_moves(&self, spot: &Spot, events: &mut Vec<Event>) {
        for tombstone in self.document.tombstones() {
            let Some(depth) = spot.chain.iter().position(|node| *node == tombstone.node) else { continue };
            let Some(holder) = depth.checked_sub(1).and_then(|above| spot.chain.get(above)) else { continue };
            let key = self.document.key(tombstone.node).map(|key| self.document.text(key));
            if *holder == tombstone.parent && key == tombstone.key.as_deref() {
                continue;
            }
            let mut path = spot::find(self.document, spot.chain.first().copied(), tombstone.parent)
                .map(|parent| parent.path(self.document))
                .unwrap_or_default();
            match &tombstone.key {
                Some(key) => spot::add_key(&mut path, key),
                None => path.push_str("[]"),
            }
            for pair in spot.chain.get(depth..).unwrap_or_default().windows(2) {
                if let [parent, child] = *pair {
                    spot::add_step(&mut path, self.document, parent, child);
                }
            }
            let older = |event: &Event| event.id.is_none_or(|id| id.0 <= tombstone.step.0);
            let at = events.iter().position(older).unwrap_or(events.len());
            let value = events.get(at).and_then(|event| event.value.clone());
            let by = self.removal(tombstone.step, tombstone.place);
            events.insert(at, Event { removed: false, moved: Some(path), value, ..by });
        }
    }

    /// What stood at a spot before a step replaced one of the nodes that hold it.
    fn before_holder(&self, spot: &Spot, step: Option<StepId>) -> Option<NodeId> {
        let holders = spot.chain.len().checked_sub(1)?;
        (0..holders).rev().find_map(|depth| {
            let holder = *spot.chain.get(depth)?;
            let replaced = self.replacements(holder).find(|(entry, _)| entry.step == step)?;
            same_place(self.document, spot.chain.get(depth..)?, replaced.1)
        })
    }

    /// What steps put something else in the place of, newest first.
    fn replacements(&self, node: NodeId) -> impl Iterator<Item = (Entry, NodeId)> + '_ {
        let mut origin = self.document.origin(node);
        std::iter::from_fn(move || {
            loop {
                let Whence::Entry(index) = origin.read() else { return None };
                let entry = self.document.ledger().get(index);
                origin = entry.previous;
                if let Some(before) = self.document.before(index) {
                    return Some((entry, before));
                }
            }
        })
    }

    fn of_node(&self, node: NodeId) -> Vec<Event> {
        self.of_origin(self.document.origin(node), Some(node), 0)
    }

    fn of_origin(&self, origin: Origin, value: Option<NodeId>, depth: usize) -> Vec<Event> {
        let (document, ledger) = (self.document, self.document.ledger());
        let (mut origin, mut value) = (origin, value);
        let mut events = Vec::new();
        loop {
            let said = value.and_then(|node| json(document, node));
            match origin.read() {
                Whence::Unknown => break,
                Whence::Own(offset) => {
                    events.push(written(Place { source: document.source(), offset }, said));
                    break;
                }
                Whence::Entry(index) => {
                    let entry = ledger.get(index);
                    match entry.step {
                        None => events.push(written(entry.place, said)),
                        Some(step) => {
                            let mut event = self.event(&entry, step, said, depth);
                            if entry.verb == Verb::Grafted && carries(event.step) && !event.from.is_empty() {
                                // The objects were merged: what matters is who wrote the value.
                                if let Some(first) = event.from.first_mut() {
                                    first.value = event.value.take();
                                }
                                events.append(&mut event.from);
                            } else {
                                events.push(event);
                            }
                        }
                    }
                    if entry.previous == Origin::NONE {
                        break;
                    }
                    origin = entry.previous;
                    value = document.before(index);
                }
            }
        }
        events
    }

    fn event(&self, entry: &Entry, step: StepId, value: Option<Value>, depth: usize) -> Event {
        let ledger = self.document.ledger();
        let mut place = entry.place;
        let mut from = entry.from;
        let mut copy = None;
        // On its way from one document into another a value is signed by the same step more than once.
        while let Whence::Entry(index) = from.read() {
            let below = ledger.get(index);
            if below.step != entry.step || below.previous != Origin::NONE {
                break;
            }
            if !place.is_some() {
                place = below.place;
            }
            // Nothing was there before: what is kept is the value that was copied.
            copy = copy.or_else(|| self.document.before(index));
            from = below.from;
        }
        let mut copied = Vec::new();
        if from != Origin::NONE {
            if depth < DEEPEST {
                copied = self.of_origin(from, None, depth + 1);
            }
            if !place.is_some() {
                place = self.document.place_of(from);
            }
        }
        let step_of = self.steps.get(step);
        if let Some(first) = copied.first_mut() {
            match copy {
                Some(node) => first.value = json(self.document, node),
                None if step_of.field == "nameReference" => first.value.clone_from(&value),
                None => {}
            }
        }
        let copied = tidy(copied);
        Event {
            step: name(step_of.field),
            id: Some(step),
            place: if place.is_some() { place } else { step_of.place },
            asked: step_of.place,
            value,
            removed: false,
            moved: None,
            respelt: entry.verb == Verb::Respelt,
            from: copied,
        }
    }

    fn removal(&self, step: StepId, place: Place) -> Event {
        let step_of = self.steps.get(step);
        Event {
            step: name(step_of.field),
            id: Some(step),
            place: if place.is_some() { place } else { step_of.place },
            asked: step_of.place,
            value: None,
            removed: true,
            moved: None,
            respelt: false,
            from: Vec::new(),
        }
    }

    /// What happened to a field that is not there (any more), if it ever was; `root` is where the object begins.
    pub(super) fn of_lost(&self, root: NodeId, parts: &[Part]) -> Option<Vec<Event>> {
        let Reached::Short(spot, taken) = follow(self.document, Spot::root(root), parts) else { return None };
        (0..spot.chain.len()).rev().find_map(|depth| {
            let holder = *spot.chain.get(depth)?;
            let rest = parts.get(*taken.get(depth)?..)?;
            self.lost_below(holder, rest)
        })
    }

    fn lost_below(&self, holder: NodeId, rest: &[Part]) -> Option<Vec<Event>> {
        let document = self.document;
        let tombstones = document.tombstones().iter().rev().filter(|tombstone| tombstone.parent == holder);
        for tombstone in tombstones.filter(|tombstone| tombstone.node != holder) {
            let taken = match &tombstone.key {
                Some(key) => keys_taken(rest, key),
                None => rest.first().filter(|part| is_item(document, tombstone.node, part)).map(|_| 1),
            };
            let Some(below) = taken.and_then(|taken| rest.get(taken..)) else { continue };
            if let Reached::All(found) = follow(document, Spot::root(tombstone.node), below)
                && let Some(node) = found.first().and_then(Spot::node)
            {
                let now = spot::find(document, document.try_root(), node).map(|now| now.path(document));
                let taken = self.removal(tombstone.step, tombstone.place);
                let mut events = vec![Event { moved: now, ..taken }];
                events.extend(self.of_node(node));
                return Some(tidy(events));
            }
        }
        for (entry, before) in self.replacements(holder) {
            if let (Reached::All(found), Some(step)) =
                (follow(document, Spot::root(before), rest), entry.step)
                && let Some(node) = found.first().and_then(Spot::node)
            {
                let by = self.event(&entry, step, None, DEEPEST);
                let mut events = vec![self.removal(step, by.place)];
                events.extend(self.of_node(node));
                return Some(tidy(events));
            }
        }
        None
    }

    /// Who took something away, with what it was.
    pub(super) fn of_tombstone(&self, number: usize) -> Vec<Event> {
        let Some(tombstone) = self.document.tombstones().get(number) else { return Vec::new() };
        let mut events = vec![self.removal(tombstone.step, tombstone.place)];
        events.extend(self.of_node(tombstone.node));
        tidy(events)
    }

    /// What happened to a field that another object brought, which a step took out of the set.
    pub(super) fn of_replaced(&self, root: NodeId, parts: &[Part], step: StepId) -> Option<Vec<Event>> {
        let Reached::All(found) = follow(self.document, Spot::root(root), parts) else { return None };
        let mut events = vec![self.removal(step, Place::NONE)];
        events.extend(self.of(found.first()?));
        Some(tidy(events))
    }

    /// Who took the object away.
    pub(super) fn of_end(&self, root: NodeId, taken_by: Option<StepId>) -> Event {
        let document = self.document;
        if let Some(step) = taken_by {
            return self.removal(step, Place::NONE);
        }
        let last = document.tombstones().iter().rfind(|tombstone| tombstone.parent == root);
        match last {
            Some(last) if document.try_root().is_none_or(|root| document.is_empty(root)) => {
                self.removal(last.step, last.place)
            }
            _ => {
                let path = ["metadata", "annotations", "config.kubernetes.io/local-config"];
                let place = document.at(root, &path).map_or(Place::NONE, |node| document.place(node));
                Event { step: "local-config", id: None, removed: true, ..written(place, None) }
            }
        }
    }
}

/// How many parts make up a key with dots in it.
fn keys_taken(rest: &[Part], key: &str) -> Option<usize> {
    let mut joined = String::new();
    for (taken, part) in rest.iter().enumerate() {
        let Part::Key(part) = part else { return None };
        if taken > 0 {
            joined.push('.');
        }
        joined.push_str(part);
        if joined == key {
            return Some(taken + 1);
        }
    }
    None
}

/// Generators merge objects: values are carried over as they are.
pub(super) fn carries(step: &str) -> bool {
    matches!(step, "configMapGenerator" | "secretGenerator" | "generators")
}

fn name(field: &'static str) -> &'static str {
    if field == "resources" { "resource" } else { field }
}

fn written(place: Place, value: Option<Value>) -> Event {
    Event {
        step: "resource",
        id: None,
        place,
        asked: Place::NONE,
        value,
        removed: false,
        moved: None,
        respelt: false,
        from: Vec::new(),
    }
}

/// Leaves out what says nothing: another spelling of the same value, one step that came by twice.
fn tidy(events: Vec<Event>) -> Vec<Event> {
    let mut told: Vec<Event> = Vec::with_capacity(events.len());
    let mut events = events.into_iter().peekable();
    while let Some(event) = events.next() {
        let older = events.peek();
        let same = older.is_some_and(|older| !older.removed && older.value == event.value);
        if same && (event.respelt || event.step == "buildMetadata") {
            continue;
        }
        if let Some(last) = told.last_mut()
            && last.id.is_some()
            && last.id == event.id
            && last.removed == event.removed
            && (last.value == event.value || event.value.as_ref().is_none_or(is_nothing))
        {
            if last.place == last.asked {
                last.place = event.place;
            }
            if last.from.is_empty() {
                last.from = event.from;
            }
            continue;
        }
        told.push(event);
    }
    told
}

/// A field that a step makes before it sets it.
fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(str::is_empty)
}

/// A node with all below it as JSON; what has no JSON is the text that stands there.
pub(super) fn json(document: &Document, node: NodeId) -> Option<Value> {
    let mut bytes = Vec::new();
    match to_json(document, node, &mut bytes) {
        Ok(()) => serde_json::from_slice(&bytes).ok(),
        Err(_) if document.kind(node) == Kind::Scalar => Some(Value::from(document.text(node))),
        Err(_) => None,
    }
}
