//! Flow sequences and mappings: events by brackets and commas.

use super::super::fault::{Fault, Reading};
use super::super::node::Style;
use super::super::scan::TokenKind;
use super::{Event, EventKind, Ground, Parser, State};

impl Parser<'_> {
    fn end_flow(&mut self, kind: EventKind, start: u32) -> Event {
        self.pop_state();
        self.open.pop();
        let mut event = Event::bare(kind, start);
        event.remarks = self.take_remarks();
        self.skip();
        event
    }

    fn unclosed<T>(&mut self, at: u32, message: &'static str) -> Reading<T> {
        let open = self.open.pop().unwrap_or(at);
        Fault::new(at as usize, message)
            .inside(open as usize, "the collection begins here")
            .hint("separate with `,`, close with the bracket it was opened with; quote text with special characters")
            .fail()
    }

    pub(super) fn flow_sequence(&mut self, first: bool) -> Reading<Event> {
        self.begin(first)?;
        let (mut kind, mut start, _) = self.peek()?;
        if kind != TokenKind::FlowSequenceEnd {
            if !first {
                if kind != TokenKind::FlowEntry {
                    return self
                        .unclosed(start, "found neither `,` nor `]` behind an item of a flow sequence");
                }
                self.skip();
                (kind, start, _) = self.peek()?;
            }
            if kind == TokenKind::Key {
                self.state = State::FlowPairKey;
                self.skip();
                return Ok(Event { style: Style::Flow, ..Event::bare(EventKind::MappingStart, start) });
            }
            if kind != TokenKind::FlowSequenceEnd {
                self.states.push(State::FlowSequence { first: false });
                return self.node(Ground::Flow);
            }
        }
        Ok(self.end_flow(EventKind::SequenceEnd, start))
    }

    pub(super) fn flow_pair_key(&mut self) -> Reading<Event> {
        let (kind, _, end) = self.peek()?;
        self.state = State::FlowPairValue;
        if matches!(kind, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
            // go-yaml passes over this token, and stumbles over the next one.
            self.skip();
            return Ok(Self::empty_scalar(end));
        }
        self.states.push(State::FlowPairValue);
        self.node(Ground::Flow)
    }

    pub(super) fn flow_pair_value(&mut self) -> Reading<Event> {
        let (mut kind, start, _) = self.peek()?;
        if kind == TokenKind::Value {
            self.skip();
            (kind, ..) = self.peek()?;
            if !matches!(kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                self.states.push(State::FlowPairEnd);
                return self.node(Ground::Flow);
            }
        }
        self.state = State::FlowPairEnd;
        Ok(Self::empty_scalar(start))
    }

    pub(super) fn flow_mapping_key(&mut self, first: bool) -> Reading<Event> {
        self.begin(first)?;
        let (mut kind, mut start, _) = self.peek()?;
        if kind != TokenKind::FlowMappingEnd {
            if !first {
                if kind != TokenKind::FlowEntry {
                    return self
                        .unclosed(start, "found neither `,` nor `}` behind an entry of a flow mapping");
                }
                self.skip();
                (kind, start, _) = self.peek()?;
            }
            if kind == TokenKind::Key {
                self.skip();
                (kind, start, _) = self.peek()?;
                if matches!(kind, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                    self.state = State::FlowMappingValue { empty: false };
                    return Ok(Self::empty_scalar(start));
                }
                self.states.push(State::FlowMappingValue { empty: false });
                return self.node(Ground::Flow);
            }
            if kind != TokenKind::FlowMappingEnd {
                self.states.push(State::FlowMappingValue { empty: true });
                return self.node(Ground::Flow);
            }
        }
        Ok(self.end_flow(EventKind::MappingEnd, start))
    }

    pub(super) fn flow_mapping_value(&mut self, empty: bool) -> Reading<Event> {
        let (mut kind, mut start, _) = self.peek()?;
        if !empty && kind == TokenKind::Value {
            self.skip();
            (kind, start, _) = self.peek()?;
            if !matches!(kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                self.states.push(State::FlowMappingKey { first: false });
                return self.node(Ground::Flow);
            }
        }
        self.state = State::FlowMappingKey { first: false };
        Ok(Self::empty_scalar(start))
    }
}
