//! Times and durations as Go reads and writes them.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

/// A point in time: seconds since 1970, and nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Timestamp {
    pub(crate) seconds: i64,
    pub(crate) nanos: u32,
}

/// A time of day on a date.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    /// From 0, which is Sunday.
    pub(crate) weekday: i64,
    /// From 0.
    pub(crate) day_of_year: i64,
}

/// Days since 1970 of a date.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

fn digits(text: &str, from: usize, to: usize) -> Option<i64> {
    let part = text.as_bytes().get(from..to)?;
    part.iter().all(u8::is_ascii_digit).then(|| part.iter().fold(0, |n, b| n * 10 + i64::from(b - b'0')))
}

/// The days since 1970 of `2006-01-02`.
pub(crate) fn date(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let (year, month, day) = (digits(text, 0, 4)?, digits(text, 5, 7)?, digits(text, 8, 10)?);
    ((1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day)).then(|| days(year, month, day))
}

/// A time as RFC 3339 has it.
pub(crate) fn timestamp(text: &str) -> Option<Timestamp> {
    let day = date(text.get(..10)?)?;
    let bytes = text.as_bytes();
    if bytes.len() < 20 || bytes[10] != b'T' || bytes[13] != b':' || bytes[16] != b':' {
        return None;
    }
    let (hour, minute, second) = (digits(text, 11, 13)?, digits(text, 14, 16)?, digits(text, 17, 19)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut at = 19;
    let mut nanos = 0u32;
    if matches!(bytes[at], b'.' | b',') {
        let start = at + 1;
        at = start;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        if at == start {
            return None;
        }
        for place in 0..9 {
            nanos = nanos * 10
                + bytes.get(start + place).filter(|_| start + place < at).map_or(0, |b| u32::from(b - b'0'));
        }
    }
    let offset = match bytes.get(at)? {
        b'Z' if at + 1 == bytes.len() => 0,
        sign @ (b'+' | b'-') if at + 6 == bytes.len() && bytes[at + 3] == b':' => {
            let (hours, minutes) = (digits(text, at + 1, at + 3)?, digits(text, at + 4, at + 6)?);
            if hours > 24 || minutes > 60 {
                return None;
            }
            (hours * 3600 + minutes * 60) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    Some(Timestamp { seconds: day * 86_400 + hour * 3600 + minute * 60 + second - offset, nanos })
}

impl Timestamp {
    /// The bounds of what CEL takes: the years 1 to 9999.
    pub(crate) fn in_range(self) -> Option<Timestamp> {
        (-62_135_596_800..=253_402_300_799).contains(&self.seconds).then_some(self)
    }

    /// Some nanoseconds later.
    pub(crate) fn plus(self, nanos: i64) -> Option<Timestamp> {
        let total = i128::from(self.seconds) * 1_000_000_000 + i128::from(self.nanos) + i128::from(nanos);
        let seconds = i64::try_from(total.div_euclid(1_000_000_000)).ok()?;
        let nanos = u32::try_from(total.rem_euclid(1_000_000_000)).ok()?;
        Timestamp { seconds, nanos }.in_range()
    }

    /// Nanoseconds since another time.
    pub(crate) fn since(self, other: Timestamp) -> Option<i64> {
        let nanos = |t: Timestamp| i128::from(t.seconds) * 1_000_000_000 + i128::from(t.nanos);
        i64::try_from(nanos(self) - nanos(other)).ok()
    }

    /// What a clock shows, so many seconds east of Greenwich.
    pub(crate) fn civil(self, offset: i64) -> Civil {
        let seconds = self.seconds + offset;
        let day = seconds.div_euclid(86_400);
        let of_day = seconds.rem_euclid(86_400);
        let z = day + 719_468;
        let era = z.div_euclid(146_097);
        let of_era = z.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let mp = (5 * of_year + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Civil {
            year,
            month,
            day: of_year - (153 * mp + 2) / 5 + 1,
            hour: of_day / 3600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
            weekday: (day + 4).rem_euclid(7),
            day_of_year: day - days(year, 1, 1),
        }
    }

    /// As RFC 3339 writes it, in UTC.
    pub(crate) fn text(self) -> String {
        let c = self.civil(0);
        let mut text = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            c.year, c.month, c.day, c.hour, c.minute, c.second
        );
        if self.nanos > 0 {
            let fraction = format!("{:09}", self.nanos);
            let _ = write!(text, ".{}", fraction.trim_end_matches('0'));
        }
        text.push('Z');
        text
    }
}

/// What a time zone is to a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Zone {
    /// So many seconds east of Greenwich.
    Offset(i64),
    /// That of the server's machine, which is not known here.
    Local,
    /// There is no such zone.
    Missing,
}

/// The zone `Europe/Berlin`, `+02:00` or `UTC` at a point in time.
pub(crate) fn zone(text: &str, at: Timestamp) -> Zone {
    if let Some((hours, minutes)) = text.split_once(':') {
        return match (hours.parse::<i64>(), minutes.parse::<i64>()) {
            (Ok(hours @ -23..=23), Ok(minutes @ 0..=59)) => {
                let minutes = if text.starts_with('-') { -minutes } else { minutes };
                Zone::Offset(hours * 3600 + minutes * 60)
            }
            _ => Zone::Missing,
        };
    }
    match text {
        "" | "UTC" => Zone::Offset(0),
        "Local" => Zone::Local,
        name => named(name, at).map_or(Zone::Missing, Zone::Offset),
    }
}

/// The seconds east of Greenwich of a zone of IANA's, from the tables in the binary: those of the machine are not asked.
fn named(name: &str, at: Timestamp) -> Option<i64> {
    let zone = TimeZone::get(name).ok()?;
    if !is_named(&zone, name) {
        return None;
    }
    let at = jiff::Timestamp::from_second(at.seconds).ok()?;
    Some(i64::from(zone.to_offset(at).seconds()))
}

/// Names are found in any case, and the server wants the right one; one stands for what is unknown.
fn is_named(zone: &TimeZone, name: &str) -> bool {
    zone.iana_name() == Some(name) && !zone.is_unknown()
}

/// Whether there is a time zone of this name.
pub(in crate::validate) fn is_zone(name: &str) -> bool {
    name == "UTC" || TimeZone::get(name).is_ok_and(|zone| is_named(&zone, name))
}

/// Nanoseconds of `1h30m`, as Go reads them.
pub(crate) fn duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let whole = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(whole);
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => after.split_at(after.bytes().take_while(u8::is_ascii_digit).count()),
            None => ("", after),
        };
        if number.is_empty() && fraction.is_empty() {
            return None;
        }
        let length = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let unit: i128 = match &after[..length] {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        if number.len() > 19 {
            return None;
        }
        total += number.parse::<i128>().unwrap_or(0) * unit;
        let fraction = &fraction[..fraction.len().min(18)];
        if !fraction.is_empty() {
            let scale = 10i128.pow(fraction.len() as u32);
            total += fraction.parse::<i128>().unwrap_or(0) * unit / scale;
        }
        if total > i128::from(i64::MAX) + 1 {
            return None;
        }
        rest = &after[length..];
    }
    i64::try_from(if negative { -total } else { total }).ok()
}

/// A duration as CEL writes it: `5400s`.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn duration_text(nanos: i64) -> String {
    format!("{}s", nanos as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_zones_by_name() {
        let at = |text| timestamp(text).expect("a time");
        let summer = at("2023-07-14T10:30:45Z");
        assert_eq!(zone("America/New_York", summer), Zone::Offset(-4 * 3600));
        assert_eq!(zone("America/New_York", at("2023-01-14T10:30:45Z")), Zone::Offset(-5 * 3600));
        assert_eq!(zone("Europe/Berlin", at("2090-07-01T00:00:00Z")), Zone::Offset(2 * 3600));
        assert_eq!(zone("Europe/Berlin", at("1850-01-01T00:00:00Z")), Zone::Offset(3208));
        assert_eq!(zone("europe/berlin", summer), Zone::Missing);
        assert_eq!(zone("Z", summer), Zone::Missing);
        assert_eq!(zone("+24:00", summer), Zone::Missing);
        assert_eq!(zone("-00:30", summer), Zone::Offset(-1800));
        assert_eq!(zone("02:00", summer), Zone::Offset(7200));
        assert_eq!(zone("Local", summer), Zone::Local);
        // What Go's `time/tzdata` has.
        let names: Vec<&str> = include_str!("time_zones.txt").lines().collect();
        let missing: Vec<&&str> = names.iter().filter(|name| !is_zone(name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        let more: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        let more: Vec<&String> = more.iter().filter(|name| !names.contains(&name.as_str())).collect();
        assert!(more.is_empty(), "{more:?}");
    }

    #[test]
    fn reads_times() {
        let read = timestamp("2023-07-14T10:30:45.123Z").expect("a time");
        assert_eq!(read.text(), "2023-07-14T10:30:45.123Z");
        let civil = read.civil(0);
        assert_eq!((civil.weekday, civil.day_of_year), (5, 194));
        assert_eq!(timestamp("1970-01-01T02:00:00+02:00"), Some(Timestamp { seconds: 0, nanos: 0 }));
        assert!(timestamp("2023-02-29T00:00:00Z").is_none());
        assert_eq!(duration("1h2m3.5s"), Some(3_723_500_000_000));
        assert_eq!(duration("-1.5h"), Some(-5_400_000_000_000));
        assert!(duration("1").is_none());
        assert!(duration("1d").is_none());
    }
}
