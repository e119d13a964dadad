//! One side of a comparison, read: the documents of an overlay, folder, file or text, and the texts they came from.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::check::{self, Batch, Input};
use crate::diagnostic::{Diagnostic, Severity};
use crate::host::Host;
use crate::source::{Place, SourceId, SourceText, Sources};
use crate::validate::Object;
use crate::yaml::{Dialect, Document};

/// One side, read.
#[derive(Debug, Default)]
pub struct Loaded {
    batches: Vec<Arc<Batch>>,
    /// Where the objects stand when not simply in the batches: some were read on the other side.
    pieces: Vec<Piece>,
    /// Where the lines of a text begin, by where the text lies in memory.
    lines: Mutex<BTreeMap<usize, Vec<usize>>>,
}

/// Documents of one batch that follow each other.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) batch: usize,
    pub(super) documents: Range<usize>,
    /// For documents that were read on the other side: the text on this side that has the same bytes, and how far further
    /// down they stand there.
    pub(super) twin: Option<(SourceId, i64)>,
}

impl Loaded {
    /// Reads a file, a folder of files, or a folder with a kustomization (which is built).
    ///
    /// # Errors
    /// When anything on this side cannot be read: a comparison of half a side would mislead.
    pub fn path(host: &dyn Host, path: PathBuf) -> Result<Loaded, Unread> {
        if Loaded::is_bare_folder(host, &path) {
            return Loaded::folder(host, &path);
        }
        Loaded::inputs(host, &[Input::Path(path)])
    }

    /// Reads several things as one side.
    pub(super) fn inputs(host: &dyn Host, inputs: &[Input]) -> Result<Loaded, Unread> {
        Loaded::of(check::read(host, inputs))
    }

    /// Reads a text.
    ///
    /// # Errors
    /// When it is no YAML.
    pub fn text(host: &dyn Host, name: Arc<str>, bytes: Vec<u8>) -> Result<Loaded, Unread> {
        Loaded::of(check::read(host, &[Input::Text(name, bytes)]))
    }

    /// Takes documents that are already there: what was rendered.
    pub fn documents(documents: Vec<Document>, sources: Sources, dialect: Dialect) -> Loaded {
        Loaded::with(vec![Batch { documents, sources, dialect: Some(dialect), ..Batch::default() }])
    }

    fn with(batches: Vec<Batch>) -> Loaded {
        Loaded { batches: batches.into_iter().map(Arc::new).collect(), ..Loaded::default() }
    }

    /// The batches, to share them with another side.
    pub(super) fn batches(&self) -> &[Arc<Batch>] {
        &self.batches
    }

    /// Adds the batch of another side, and says which documents stand where.
    pub(super) fn arrange(&mut self, foreign: Arc<Batch>, pieces: Vec<Piece>) {
        self.batches.push(foreign);
        self.pieces = pieces;
    }

    /// The documents with their texts, for who rendered them.
    pub fn into_parts(self) -> Vec<(Vec<Document>, Sources)> {
        self.batches
            .into_iter()
            .filter_map(Arc::into_inner)
            .map(|batch| (batch.documents, batch.sources))
            .collect()
    }

    pub(super) fn of(mut batches: Vec<Batch>) -> Result<Loaded, Unread> {
        let mut faults = Vec::new();
        for (number, batch) in batches.iter_mut().enumerate() {
            let all = std::mem::take(&mut batch.faults);
            faults.extend(
                all.into_iter()
                    .filter(|fault| fault.severity == Severity::Error)
                    .map(|fault| (number, fault)),
            );
        }
        if faults.is_empty() {
            return Ok(Loaded::with(batches));
        }
        let sources = batches.into_iter().map(|batch| batch.sources).collect();
        Err(Unread { faults, sources })
    }

    /// The objects in order.
    pub fn objects(&self) -> Vec<Object<'_>> {
        fn objects<'b>(batch: &'b Batch, documents: &'b [Document]) -> impl Iterator<Item = Object<'b>> {
            let dialect = batch.dialect.unwrap_or(Dialect::V2);
            let all = documents.iter().map(move |document| Object::new(document, dialect));
            all.filter(|object| !object.kind.is_empty() || !object.name.is_empty())
        }
        if self.pieces.is_empty() {
            return self.batches.iter().flat_map(|batch| objects(batch, &batch.documents)).collect();
        }
        let documents = |piece: &Piece| {
            let batch = self.batches.get(piece.batch)?;
            Some(objects(batch, batch.documents.get(piece.documents.clone())?))
        };
        self.pieces.iter().filter_map(documents).flatten().collect()
    }

    /// File, line and column of a place in an object's document.
    /// `line` says how many lines further down, in a text of several (a file of a generator, a literal block).
    pub(super) fn position(
        &self,
        object: &Object<'_>,
        place: Place,
        line: usize,
    ) -> Option<(Arc<str>, usize, usize)> {
        let (sources, place) = self.placed(object, place)?;
        let place = sources.outer(place);
        if !sources.holds(place) {
            return None;
        }
        let source = sources.get(place.source);
        let offset = place.offset as usize;
        let down = source.text.get(offset..).map_or(0, |text| match text.as_bytes() {
            // The text of a literal block begins on the next line.
            [b'|', ..] => line + 1,
            _ if offset == 0 => line,
            _ => 0,
        });
        let lines = source.text.get(offset..).unwrap_or_default().split_inclusive('\n');
        let offset = if line == 0 { offset } else { offset + lines.take(down).map(str::len).sum::<usize>() };
        let (line, column) = self.line_and_column(&source.text, offset);
        Some((Arc::clone(&source.name), line, column))
    }

    /// Line and column of an offset, as [`Sources::position`] has them; where lines begin is found once a text.
    fn line_and_column(&self, text: &SourceText, offset: usize) -> (usize, usize) {
        // A poisoned lock only says that another thread panicked.
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let starts = lines.entry(text.as_ptr() as usize).or_insert_with(|| {
            let ends = memchr::memchr_iter(b'\n', text.as_bytes());
            std::iter::once(0).chain(ends.map(|end| end + 1)).collect()
        });
        let mut at = offset.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let line = starts.partition_point(|start| *start <= at);
        let start = line.checked_sub(1).and_then(|line| starts.get(line)).copied().unwrap_or(0);
        (line, text[start..at].chars().count() + 1)
    }

    /// A place on this side, and the texts that it points into.
    fn placed(&self, object: &Object<'_>, place: Place) -> Option<(&Sources, Place)> {
        let range = |batch: &Batch| batch.documents.as_ptr_range();
        let document = std::ptr::from_ref(object.document);
        let number = self.batches.iter().position(|batch| range(batch).contains(&document))?;
        let twin = |piece: &&Piece| {
            piece.batch == number
                && self
                    .batches
                    .get(number)
                    .and_then(|batch| batch.documents.get(piece.documents.clone()))
                    .is_some_and(|documents| documents.as_ptr_range().contains(&document))
        };
        match self.pieces.iter().find(twin).and_then(|piece| piece.twin) {
            Some((source, shift)) => {
                let offset = u32::try_from(i64::from(place.offset) + shift).ok()?;
                let own = self.batches.iter().rev().nth(1)?;
                Some((&own.sources, Place { source, offset }))
            }
            None => Some((&self.batches.get(number)?.sources, place)),
        }
    }
}

/// Why a side cannot be compared.
#[derive(Debug)]
pub struct Unread {
    /// What is wrong, each with the number of the texts that its places point into.
    pub faults: Vec<(usize, Diagnostic)>,
    /// The texts.
    pub sources: Vec<Sources>,
}

impl From<Box<Diagnostic>> for Unread {
    fn from(fault: Box<Diagnostic>) -> Unread {
        Unread { faults: vec![(0, *fault)], sources: vec![Sources::default()] }
    }
}
