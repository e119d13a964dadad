//! Block sequences and mappings: events by indentation.

use super::super::fault::{Fault, Reading};
use super::super::scan::TokenKind;
use super::{Event, EventKind, Ground, Parser, State};

impl Parser<'_> {
    pub(super) fn begin(&mut self, first: bool) -> Reading<()> {
        if first {
            let (_, start, _) = self.peek()?;
            self.open.push(start);
            self.skip();
        }
        Ok(())
    }

    /// yaml.v3: the head comment of an item that is itself a collection goes to the collection, not to what comes
    /// first in it.
    fn split_stem(&mut self, length: usize) -> Reading<()> {
        if length == 0 {
            return Ok(());
        }
        let (kind, _, _) = self.peek()?;
        if matches!(kind, TokenKind::BlockSequenceStart | TokenKind::BlockMappingStart) {
            let rest = self.remarks.head.get(length + 1..).unwrap_or_default().to_owned();
            self.remarks.head.truncate(length);
            self.stem = std::mem::replace(&mut self.remarks.head, rest);
        }
        Ok(())
    }

    pub(super) fn block_sequence(&mut self, first: bool) -> Reading<Event> {
        self.begin(first)?;
        let (kind, start, end) = self.peek()?;
        match kind {
            TokenKind::BlockEntry => {
                let stem = self.remarks.head.len();
                self.skip();
                self.split_stem(stem)?;
                let (kind, ..) = self.peek()?;
                self.state = State::BlockSequence { first: false };
                if matches!(kind, TokenKind::BlockEntry | TokenKind::BlockEnd) {
                    return Ok(Self::empty_scalar(end));
                }
                self.states.push(self.state);
                self.node(Ground::Block)
            }
            TokenKind::BlockEnd => {
                self.pop_state();
                self.open.pop();
                self.skip();
                Ok(Event::bare(EventKind::SequenceEnd, start))
            }
            _ => {
                let open = self.open.pop().unwrap_or(start);
                Fault::new(start as usize, "found something that is no item in a block sequence")
                    .found("no `- ` here")
                    .inside(open as usize, "the sequence begins here")
                    .hint("align the items of the list, and put `- ` in front of each")
                    .fail()
            }
        }
    }

    pub(super) fn indentless_sequence(&mut self) -> Reading<Event> {
        let (kind, start, end) = self.peek()?;
        if kind != TokenKind::BlockEntry {
            self.pop_state();
            return Ok(Event::bare(EventKind::SequenceEnd, start));
        }
        let stem = self.remarks.head.len();
        self.skip();
        self.split_stem(stem)?;
        let (kind, ..) = self.peek()?;
        self.state = State::IndentlessSequence;
        if matches!(kind, TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd) {
            return Ok(Self::empty_scalar(end));
        }
        self.states.push(self.state);
        self.node(Ground::Block)
    }

    /// A key or value of a block mapping behind its indicator, which ended at `end`.
    fn block_mapping_part(&mut self, end: u32, next: State) -> Reading<Event> {
        self.skip();
        let (kind, ..) = self.peek()?;
        self.state = next;
        if matches!(kind, TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd) {
            return Ok(Self::empty_scalar(end));
        }
        self.states.push(next);
        self.node(Ground::BlockOrIndentless)
    }

    pub(super) fn block_mapping_key(&mut self, first: bool) -> Reading<Event> {
        self.begin(first)?;
        let (kind, start, end) = self.peek()?;
        match kind {
            TokenKind::Key => self.block_mapping_part(end, State::BlockMappingValue),
            TokenKind::BlockEnd => {
                self.pop_state();
                self.open.pop();
                let mut event = Event::bare(EventKind::MappingEnd, start);
                event.remarks = self.take_remarks();
                self.skip();
                Ok(event)
            }
            _ => {
                let open = self.open.pop().unwrap_or(start);
                Fault::new(start as usize, "found something that is no key in a block mapping")
                    .found("no `key:` here")
                    .inside(open as usize, "the mapping begins here")
                    .hint(
                        "align the keys of the mapping; quote values that contain `: ` or begin with a quote",
                    )
                    .fail()
            }
        }
    }

    pub(super) fn block_mapping_value(&mut self) -> Reading<Event> {
        let (kind, start, end) = self.peek()?;
        if kind == TokenKind::Value {
            return self.block_mapping_part(end, State::BlockMappingKey { first: false });
        }
        self.state = State::BlockMappingKey { first: false };
        Ok(Self::empty_scalar(start))
    }
}
