//! Texts that were read, and places in them. Knows nothing of YAML.

use std::sync::Arc;

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
    pub text: Arc<str>,
    /// For a text that stands inside another one (an inline patch, a block scalar): where it begins there.
    pub inside: Option<Place>,
}

/// All texts of one run, by id.
#[derive(Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// Registers a text.
    pub fn add(&mut self, source: Source) -> SourceId {
        self.list.push(source);
        SourceId(self.list.len() as u32 - 1)
    }

    /// The text with this id.
    ///
    /// # Panics
    /// When the id is [`SourceId::NONE`] or comes from another set.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.list[id.0 as usize]
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
        let before = &text[..at];
        let start = before.rfind('\n').map_or(0, |n| n + 1);
        (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
    }

    /// `file:line:column` of a place; for an inline text, the place in the file that holds it when it is known.
    pub fn display(&self, place: Place) -> String {
        if !place.is_some() {
            return String::new();
        }
        let (line, column) = self.position(place);
        format!("{}:{line}:{column}", self.get(place.source).name)
    }
}

impl Default for Place {
    fn default() -> Place {
        Place::NONE
    }
}
