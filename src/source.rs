//! Texts that were read, and places in them. Knows nothing of YAML.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// A text that many share. It stays in the memory that it was read into: `Arc<str>` would be a copy of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceText(Arc<String>);

impl SourceText {
    /// Whether two are one and the same text in memory.
    pub fn is_shared_with(&self, other: &SourceText) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The memory of a text that nobody else has.
    pub fn into_bytes(self) -> Option<Vec<u8>> {
        Arc::into_inner(self.0).map(String::into_bytes)
    }
}

impl Deref for SourceText {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for SourceText {
    fn from(text: String) -> SourceText {
        SourceText(Arc::new(text))
    }
}

impl From<&str> for SourceText {
    fn from(text: &str) -> SourceText {
        SourceText::from(text.to_owned())
    }
}

/// Which text a place lies in. Ids are given in the order in which texts are registered, never by threads.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SourceId(pub u32);

impl SourceId {
    /// No text at all: a value that nobody wrote (a default, a flag).
    pub const NONE: SourceId = SourceId(u32::MAX);
}

/// A place in a text: the byte offset at which something begins.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Place {
    /// The text.
    pub source: SourceId,
    /// Offset in bytes from its beginning.
    pub offset: u32,
}

impl Place {
    /// Nowhere.
    pub const NONE: Place = Place { source: SourceId::NONE, offset: 0 };

    /// Whether this is a place in a text.
    pub fn is_some(self) -> bool {
        self.source != SourceId::NONE
    }
}

/// One text: a file, or an inline text that was cut out of one.
#[derive(Debug, Clone)]
pub struct Source {
    /// The path as users should see it.
    pub name: Arc<str>,
    /// The text after normalisation of line ends (lines and columns are those of the file).
    pub text: SourceText,
    /// For a text that stands inside another one (an inline patch, a block scalar): where it begins there.
    pub inside: Option<Place>,
}

/// All texts of one run, by id.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
    /// Where the lines of each large text begin, once somebody asked.
    lines: Vec<OnceLock<Box<[u32]>>>,
}

/// From this size on, line numbers are looked up in a table rather than counted from the beginning.
const LARGE: usize = 16 * 1024;

impl Sources {
    /// Registers a text.
    pub fn add(&mut self, source: Source) -> SourceId {
        self.list.push(source);
        self.lines.push(OnceLock::new());
        SourceId(self.list.len() as u32 - 1)
    }

    /// The text with this id.
    ///
    /// # Panics
    /// When the id is [`SourceId::NONE`] or comes from another set.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.list[id.0 as usize]
    }

    /// All texts, in the order in which they were registered.
    pub fn all(&self) -> &[Source] {
        &self.list
    }

    /// All texts, each with the place at which it begins.
    pub fn places(&self) -> impl Iterator<Item = (Place, &Source)> {
        let place = |id| Place { source: SourceId(id), offset: 0 };
        (0..).zip(&self.list).map(move |(id, source)| (place(id), source))
    }

    /// Whether a place lies in one of these texts.
    pub fn holds(&self, place: Place) -> bool {
        (place.source.0 as usize) < self.list.len()
    }

    /// Line and column of a place, both from 1; the column counts characters.
    pub fn position(&self, place: Place) -> (usize, usize) {
        let text = &self.get(place.source).text;
        let mut at = (place.offset as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let (line, start) = self.line_at(place.source, at);
        (line, text[start..at].chars().count() + 1)
    }

    /// Line and column of a place as [`Sources::position`] gives them, and the text of the line without its end.
    pub fn line(&self, place: Place) -> (usize, usize, &str) {
        let text = &self.get(place.source).text;
        let mut at = (place.offset as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let (line, start) = self.line_at(place.source, at);
        let column = text[start..at].chars().count() + 1;
        let rest = &text[start..];
        let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        let shown = &rest[..end];
        (line, column, shown.strip_suffix('\r').unwrap_or(shown))
    }

    /// The number of the line (from 1) that an offset lies in, and where that line begins.
    fn line_at(&self, source: SourceId, at: usize) -> (usize, usize) {
        let text = &self.get(source).text;
        let before = &text[..at];
        if text.len() < LARGE {
            return (before.matches('\n').count() + 1, before.rfind('\n').map_or(0, |n| n + 1));
        }
        let starts = self.lines[source.0 as usize].get_or_init(|| {
            let ends = memchr::memchr_iter(b'\n', text.as_bytes());
            std::iter::once(0).chain(ends.map(|end| end as u32 + 1)).collect()
        });
        let line = starts.partition_point(|start| *start as usize <= at).max(1);
        (line, starts[line - 1] as usize)
    }

    /// The same place in the file that holds an inline text, through as many texts as stand inside each other; where
    /// the spelling of the holder does not show it (escapes, folded lines), the innermost place that is certain.
    pub fn outer(&self, place: Place) -> Place {
        let mut place = place;
        // Texts are registered behind their holders, so this comes to an end.
        while self.holds(place)
            && let Some(holder) = self.get(place.source).inside
            && self.holds(holder)
            && holder.source < place.source
            && let Some(offset) = within(
                &self.get(holder.source).text,
                holder.offset,
                &self.get(place.source).text,
                place.offset,
            )
        {
            place = Place { source: holder.source, offset };
        }
        place
    }

    /// `file:line:column` of a place; for an inline text, the place in the file that holds it when it is known.
    pub fn display(&self, place: Place) -> String {
        if !place.is_some() {
            return String::new();
        }
        let place = self.outer(place);
        let (line, column) = self.position(place);
        format!("{}:{line}:{column}", self.get(place.source).name)
    }
}

/// Where an offset of an inline text lies in its holder, given where the scalar begins there.
fn within(holder: &str, start: u32, inner: &str, offset: u32) -> Option<u32> {
    let scalar = holder.get(start as usize..)?;
    let offset = offset as usize;
    let before = inner.get(..offset)?;
    if !scalar.starts_with(['|', '>']) {
        let quotes = usize::from(scalar.starts_with(['"', '\'']));
        return scalar[quotes..].starts_with(before).then(|| start + (quotes + offset) as u32);
    }
    let number = before.matches('\n').count();
    let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
    let line = inner.split('\n').nth(number)?;
    // Blank lines in front may have been trimmed off the inline text.
    let skip = scalar.split('\n').skip(1).take_while(|line| line.trim().is_empty()).count();
    let skip = if inner.starts_with('\n') { 0 } else { skip };
    let mut at = 0;
    for (index, candidate) in scalar.split('\n').enumerate() {
        if index == number + 1 + skip {
            let indent = candidate.strip_suffix(line)?;
            return indent.bytes().all(|b| b == b' ').then(|| start + (at + indent.len() + column) as u32);
        }
        at += candidate.len() + 1;
    }
    None
}

impl Default for Place {
    fn default() -> Place {
        Place::NONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line and column at which `word` of an inline text is found in its holder.
    fn found(holder: &str, scalar: &str, inner: &str, word: &str) -> (u32, (usize, usize)) {
        let mut sources = Sources::default();
        let file = sources.add(Source { name: "file".into(), text: holder.into(), inside: None });
        let at = Place { source: file, offset: holder.find(scalar).unwrap() as u32 };
        let source = sources.add(Source { name: "file".into(), text: inner.into(), inside: Some(at) });
        let place = sources.outer(Place { source, offset: inner.find(word).unwrap() as u32 });
        (place.source.0, sources.position(place))
    }

    #[test]
    fn finds_inline_texts_in_their_files() {
        let block = "patches:\n- patch: |-\n    kind: A\n    metadata:\n      name: b\n";
        assert_eq!(found(block, "|-", "kind: A\nmetadata:\n  name: b", "b"), (0, (5, 13)));
        assert_eq!(found(block, "|-", "kind: A\nmetadata:\n  name: b", "kind"), (0, (3, 5)));
        let quoted = "patches:\n- patch: '[{\"op\": \"add\"}]'\n";
        assert_eq!(found(quoted, "'[", "[{\"op\": \"add\"}]", "add"), (0, (2, 20)));
        // Escapes: the place is only known in the inline text.
        let escaped = "patch: \"a: b\\nc: d\"\n";
        assert_eq!(found(escaped, "\"a", "a: b\nc: d", "b"), (0, (1, 12)));
        assert_eq!(found(escaped, "\"a", "a: b\nc: d", "d"), (1, (2, 4)));
        let folded = "patch: >\n  a: b\n  c\n";
        assert_eq!(found(folded, ">", "a: b c\n", "c"), (1, (1, 6)));
    }
}
