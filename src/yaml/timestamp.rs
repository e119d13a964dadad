//! Timestamps as go-yaml recognises them: the four layouts it tries, read as Go's `time.Parse` reads them.

use std::io::Write as _;

/// A point in time as it was spelt: date, time of day, offset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timestamp {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    nanosecond: u32,
    /// Minutes east of Greenwich.
    offset: i16,
}

impl Timestamp {
    /// Reads a date (`2001-1-2`), a date and a time parted by spaces, or one parted by `T` or `t` with a zone.
    pub(super) fn read(text: &str) -> Option<Timestamp> {
        let mut rest = text.as_bytes();
        let [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-', ..] = rest else {
            return None;
        };
        let year = rest[..4].iter().fold(0u16, |n, b| n * 10 + u16::from(b - b'0'));
        rest = &rest[5..];
        let month = number(&mut rest, 1, 12)?;
        byte(&mut rest, b'-')?;
        let day = number(&mut rest, 1, days(year, month))?;
        let mut time =
            Timestamp { year, month, day, hour: 0, minute: 0, second: 0, nanosecond: 0, offset: 0 };
        match rest {
            [] => return Some(time),
            [b'T' | b't', clock @ ..] => {
                rest = clock;
                time.read_clock(&mut rest)?;
                time.offset = zone(&mut rest)?;
            }
            [b' ', ..] => {
                rest = &rest[rest.iter().take_while(|b| **b == b' ').count()..];
                time.read_clock(&mut rest)?;
            }
            _ => return None,
        }
        rest.is_empty().then_some(time)
    }

    fn read_clock(&mut self, rest: &mut &[u8]) -> Option<()> {
        self.hour = number(rest, 0, 23)?;
        byte(rest, b':')?;
        self.minute = number(rest, 0, 59)?;
        byte(rest, b':')?;
        self.second = number(rest, 0, 59)?;
        if let [b'.' | b',', fraction @ ..] = *rest
            && fraction.first().is_some_and(u8::is_ascii_digit)
        {
            let count = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
            let mut digits = fraction[..count].iter().copied().chain(std::iter::repeat(b'0'));
            self.nanosecond = digits.by_ref().take(9).fold(0, |n, b| n * 10 + u32::from(b - b'0'));
            *rest = &fraction[count..];
        }
        Some(())
    }

    /// Whether encoding/json writes it: it refuses an offset of a day.
    pub(super) fn fits_json(&self) -> bool {
        self.offset.abs() < 24 * 60
    }

    /// As RFC 3339 with as many decimals as needed.
    pub fn text(&self) -> String {
        let mut out = Vec::new();
        self.write(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    /// Writes it as RFC 3339 with as many decimals as needed.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let Timestamp { year, month, day, hour, minute, second, .. } = self;
        // Writing to a vector cannot fail.
        let _ = write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
        if self.nanosecond != 0 {
            let decimals = format!("{:09}", self.nanosecond);
            let _ = write!(out, ".{}", decimals.trim_end_matches('0'));
        }
        if self.offset == 0 {
            out.push(b'Z');
        } else {
            let sign = if self.offset < 0 { '-' } else { '+' };
            let size = self.offset.unsigned_abs();
            let _ = write!(out, "{sign}{:02}:{:02}", size / 60, size % 60);
        }
    }
}

/// One or two digits within bounds.
fn number(rest: &mut &[u8], least: u8, most: u8) -> Option<u8> {
    let (value, left) = match *rest {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9', left @ ..] => ((tens - b'0') * 10 + (ones - b'0'), left),
        [ones @ b'0'..=b'9', left @ ..] => (ones - b'0', left),
        _ => return None,
    };
    *rest = left;
    (least..=most).contains(&value).then_some(value)
}

fn byte(rest: &mut &[u8], expected: u8) -> Option<()> {
    let (first, left) = rest.split_first()?;
    *rest = left;
    (*first == expected).then_some(())
}

/// `Z` or `+hh:mm`; Go lets 24 hours and 60 minutes pass.
fn zone(rest: &mut &[u8]) -> Option<i16> {
    match *rest {
        [b'Z', left @ ..] => {
            *rest = left;
            Some(0)
        }
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2, left @ ..] => {
            let two = |a: &u8, b: &u8| {
                (a.is_ascii_digit() && b.is_ascii_digit()).then(|| i16::from((a - b'0') * 10 + (b - b'0')))
            };
            let (hours, minutes) = (two(h1, h2)?, two(m1, m2)?);
            if hours > 24 || minutes > 60 {
                return None;
            }
            *rest = left;
            let size = hours * 60 + minutes;
            Some(if *sign == b'-' { -size } else { size })
        }
        _ => None,
    }
}

fn days(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}
