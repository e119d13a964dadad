//! CronJobs: schedules, time zones and the template of their Jobs.

use super::report::Report;
use super::{job, replica_set};
use crate::validate::cel::time::is_zone;
use crate::validate::{At, Finding};

/// What is said of a schedule with a time zone in it, which versions before 1.29 took.
pub(super) const TIME_ZONE: &str = "it cannot have a time zone: `timeZone` names it";

/// Checks a CronJob.
///
/// Mirrors `ValidateCronJobCreate`, `validateCronJobSpec`, `validateConcurrencyPolicy`, `ValidateJobTemplateSpec`,
/// `Validate_CronJobSpec`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let (metadata, spec) = (object.field("metadata"), object.field("spec"));
    let schedule = spec.field("schedule");
    check_schedule(&schedule, findings);
    findings.non_negative(&spec.field("startingDeadlineSeconds"));
    check_time_zone(&spec.field("timeZone"), findings);
    let concurrency = spec.field("concurrencyPolicy");
    if !concurrency.text().is_empty() {
        findings.one_of(&concurrency, &["Allow", "Forbid", "Replace"]);
    }
    let template = spec.field("jobTemplate");
    let job = template.field("spec");
    job::check_spec(&job, false, findings);
    let (selector, manual) = (job.field("selector"), job.field("manualSelector"));
    if selector.is_there() {
        findings.invalid(&selector, "the server makes it");
    }
    if manual.boolean() == Some(true) {
        findings.not_supported(&manual, &["false"]);
    }
    findings.non_negative(&spec.field("successfulJobsHistoryLimit"));
    findings.non_negative(&spec.field("failedJobsHistoryLimit"));
    let name = metadata.field("name");
    if name.text().len() > 52 {
        findings.invalid(&name, "must be no more than 52 characters: eleven more make the names of its Jobs");
    }
    replica_set::warn_of_name(object, findings);
    job::check_warnings(&job, findings);
}

/// Mirrors `validateScheduleFormat`, `ParseCronScheduleWithPanicRecovery`
fn check_schedule(schedule: &At<'_>, findings: &mut Vec<Finding>) {
    let text = schedule.text();
    if text.is_empty() {
        findings.required(schedule, "");
    } else if text.contains("TZ") {
        findings.invalid(schedule, TIME_ZONE);
        findings.belongs_to("invalid-schedule");
    } else if let Err(message) = parse(text) {
        findings.invalid(schedule, message);
        findings.belongs_to("invalid-schedule");
    }
}

/// Mirrors `validateTimeZone`, `LoadLocation`
fn check_time_zone(zone: &At<'_>, findings: &mut Vec<Finding>) {
    if zone.is_there() && !is_zone(zone.text()) {
        findings.invalid(zone, "must be a time zone of IANA, as `Europe/Berlin`");
        findings.belongs_to("invalid-schedule");
    }
}

/// Least and greatest value of a field of a schedule, and the names that stand for values.
struct Bounds {
    least: u64,
    greatest: u64,
    names: &'static [&'static str],
}

const FIELDS: [Bounds; 5] = [
    Bounds { least: 0, greatest: 59, names: &[] },
    Bounds { least: 0, greatest: 23, names: &[] },
    Bounds { least: 1, greatest: 31, names: &[] },
    Bounds {
        least: 1,
        greatest: 12,
        names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    },
    Bounds { least: 0, greatest: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

/// Reads a schedule as robfig/cron does: five fields, or `@daily`, or `@every 1h30m`.
///
/// Mirrors `ParseStandard`, `parseDescriptor`
fn parse(text: &str) -> Result<(), &'static str> {
    if text.starts_with('@') {
        return match text {
            "@yearly" | "@annually" | "@monthly" | "@weekly" | "@daily" | "@midnight" | "@hourly" => Ok(()),
            _ => match text.strip_prefix("@every ") {
                Some(duration) if is_duration(duration) => Ok(()),
                Some(_) => Err("`@every` needs a duration, as `1h30m`"),
                None => Err("must be `@yearly`, `@monthly`, `@weekly`, `@daily`, `@hourly` or `@every …`"),
            },
        };
    }
    let mut fields = text.split_whitespace();
    for bounds in &FIELDS {
        let field = fields.next().ok_or("must have five fields")?;
        field.split(',').filter(|part| !part.is_empty()).try_for_each(|part| range(part, bounds))?;
    }
    if fields.next().is_some() { Err("must have five fields") } else { Ok(()) }
}

/// `*`, `5`, `1-5`, `*/2`, `mon-fri`.
///
/// Mirrors `getRange`, `parseIntOrName`
fn range(part: &str, bounds: &Bounds) -> Result<(), &'static str> {
    let (values, step) = part.split_once('/').map_or((part, None), |(values, step)| (values, Some(step)));
    let (low, high) = values.split_once('-').map_or((values, None), |(low, high)| (low, Some(high)));
    let (start, mut end) = if matches!(low, "*" | "?") {
        (bounds.least, bounds.greatest)
    } else {
        let start = number(low, bounds)?;
        (start, high.map_or(Ok(start), |high| number(high, bounds))?)
    };
    if let Some(step) = step {
        if step.contains('/') {
            return Err("may have one `/` in a part of a field");
        }
        if integer(step)? == 0 {
            return Err("must have steps greater than 0");
        }
        if high.is_none() {
            end = bounds.greatest;
        }
    }
    if start < bounds.least || end > bounds.greatest {
        return Err("has a value outside of what its field can be");
    }
    if start > end { Err("has a range that ends before it begins") } else { Ok(()) }
}

fn number(text: &str, bounds: &Bounds) -> Result<u64, &'static str> {
    match bounds.names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
        Some(position) => Ok(bounds.least + position as u64),
        None => integer(text),
    }
}

fn integer(text: &str) -> Result<u64, &'static str> {
    let number: Result<i64, _> = text.parse();
    number.ok().and_then(|number| u64::try_from(number).ok()).ok_or("has a part that is no number")
}

/// Units of durations, in nanoseconds.
const UNITS: [(&str, f64); 8] =
    [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12)];

/// A duration of Go: `1h30m`, `1.5s`, `-2us`, `0`.
///
/// Mirrors `ParseDuration`
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    if rest.is_empty() {
        return false;
    }
    let mut total: f64 = 0.0;
    while !rest.is_empty() {
        let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let (number, tail) = rest.split_at(length);
        if !number.bytes().any(|byte| byte.is_ascii_digit()) || number.matches('.').count() > 1 {
            return false;
        }
        let length = tail.bytes().take_while(|byte| !byte.is_ascii_digit() && *byte != b'.').count();
        let (unit, tail) = tail.split_at(length);
        let Some((_, nanoseconds)) = UNITS.iter().find(|(name, _)| *name == unit) else { return false };
        total += number.trim_end_matches('.').parse::<f64>().unwrap_or(0.0) * nanoseconds;
        rest = tail;
    }
    total < 9.223_372_036_854_776e18
}

#[cfg(test)]
mod tests {
    use super::{is_duration, parse};

    #[test]
    fn schedules() {
        for text in [
            "* * * * *",
            "*/5 0-23 1,15 jan-DEC Mon",
            "0 0 ? * ?",
            "5/15 * * * *",
            ", * * * *",
            "@daily",
            "@every 1h30m",
            "  0 0 * * 0  ",
            "*-3 * * * *",
            "0 0 1 1 sun-sat/2",
            "+5 * * * *",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
        for text in [
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 7",
            "*/0 * * * *",
            "5-1 * * * *",
            "1-2-3 * * * *",
            "a * * * *",
            "*/2/3 * * * *",
            "@Daily",
            "@every",
            "-1 * * * *",
            "@every 1x",
            "@reboot",
            "1/ * * * *",
            " @daily",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations() {
        assert!(["0", "1h", "-1.5h", "1m1s", ".5s", "1.s", "+3us"].iter().all(|text| is_duration(text)));
        assert!(!["", "1", "h", "1d", "1h ", ".s", "1..5s", "9999999h"].iter().any(|text| is_duration(text)));
    }
}
