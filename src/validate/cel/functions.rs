//! Functions and operators over values. Texts are in `strings.rs`.

use std::cmp::Ordering;
use std::rc::Rc;

use regex::Regex;

use super::program::Operator;
use super::special::of_special;
use super::strings;
use super::time::{self, Timestamp, Zone};
use super::value::{Failure, Outcome, Special, Text, Value};
use crate::validate::custom::pattern;
use crate::validate::custom::schema::{ListType, Schema};

/// Calls an operator or a function.
pub(super) fn call<'v>(name: &str, op: Operator, args: &[Value<'v>], regex: Option<&Regex>) -> Outcome<'v> {
    match (op, args) {
        (Operator::Equals, [a, b]) => Ok(Value::Bool(a.equals(b))),
        (Operator::NotEquals, [a, b]) => Ok(Value::Bool(!a.equals(b))),
        (Operator::Less, [a, b]) => compare(a, b, Ordering::is_lt),
        (Operator::LessEquals, [a, b]) => compare(a, b, Ordering::is_le),
        (Operator::Greater, [a, b]) => compare(a, b, Ordering::is_gt),
        (Operator::GreaterEquals, [a, b]) => compare(a, b, Ordering::is_ge),
        (Operator::Not, [Value::Bool(value)]) => Ok(Value::Bool(!value)),
        (
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulo,
            [a, b],
        ) => arithmetic(op, a, b),
        (Operator::Negate, [Value::Int(value)]) => {
            value.checked_neg().map(Value::Int).ok_or_else(|| Failure::new("integer overflow"))
        }
        (Operator::Negate, [Value::Double(value)]) => Ok(Value::Double(-value)),
        (Operator::In, [value, list]) => contains(value, list),
        (Operator::Size, [value]) => {
            value.size().map(|size| Value::Int(size as i64)).ok_or_else(Failure::overload)
        }
        (Operator::Matches, [Value::Text(text), Value::Text(of)]) => {
            with_regex(of, regex, |regex| Value::Bool(regex.is_match(text.as_str())))
        }
        _ => function(name, args, regex),
    }
}

/// Uses a pattern, compiled now when it was not written out.
pub(super) fn with_regex<'v>(
    of: &Text<'_>,
    regex: Option<&Regex>,
    then: impl FnOnce(&Regex) -> Value<'v>,
) -> Outcome<'v> {
    match regex {
        Some(regex) => Ok(then(regex)),
        None => pattern::compile(of.as_str()).map(|regex| then(&regex)).map_err(Failure::new),
    }
}

fn compare<'v>(a: &Value<'v>, b: &Value<'v>, is: fn(Ordering) -> bool) -> Outcome<'v> {
    let number = |value: &Value<'_>| matches!(value, Value::Int(_) | Value::Uint(_) | Value::Double(_));
    match a.order(b) {
        Some(order) => Ok(Value::Bool(is(order))),
        None if number(a) && number(b) => Err(Failure::new("NaN values cannot be ordered")),
        None => Err(Failure::overload()),
    }
}

fn arithmetic<'v>(op: Operator, a: &Value<'v>, b: &Value<'v>) -> Outcome<'v> {
    let overflow = || Failure::new("integer overflow");
    let zero = || Failure::new(if op == Operator::Modulo { "modulus by zero" } else { "division by zero" });
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => {
            let result = match op {
                Operator::Add => a.checked_add(*b),
                Operator::Subtract => a.checked_sub(*b),
                Operator::Multiply => a.checked_mul(*b),
                _ if *b == 0 => return Err(zero()),
                Operator::Divide => a.checked_div(*b),
                _ => a.checked_rem(*b),
            };
            result.map(Value::Int).ok_or_else(overflow)
        }
        (Value::Uint(a), Value::Uint(b)) => {
            let result = match op {
                Operator::Add => a.checked_add(*b),
                Operator::Subtract => a.checked_sub(*b),
                Operator::Multiply => a.checked_mul(*b),
                _ if *b == 0 => return Err(zero()),
                Operator::Divide => a.checked_div(*b),
                _ => a.checked_rem(*b),
            };
            result.map(Value::Uint).ok_or_else(overflow)
        }
        (Value::Double(a), Value::Double(b)) => Ok(Value::Double(match op {
            Operator::Add => a + b,
            Operator::Subtract => a - b,
            Operator::Multiply => a * b,
            Operator::Divide => a / b,
            _ => return Err(Failure::overload()),
        })),
        (Value::Text(a), Value::Text(b)) if op == Operator::Add => {
            Ok(Value::made(format!("{}{}", a.as_str(), b.as_str())))
        }
        (Value::Bytes(a), Value::Bytes(b)) if op == Operator::Add => {
            Ok(Value::Bytes([&**a, &**b].concat().into()))
        }
        (Value::Items(..) | Value::List(_), Value::Items(..) | Value::List(_)) if op == Operator::Add => {
            let (list, other) = (all(a)?, all(b)?);
            Ok(Value::list(match a {
                Value::Items(_, schema) => added(list, other, schema),
                _ => list.into_iter().chain(other).collect(),
            }))
        }
        (Value::Duration(a), Value::Duration(b)) => {
            let result = match op {
                Operator::Add => a.checked_add(*b),
                Operator::Subtract => a.checked_sub(*b),
                _ => return Err(Failure::overload()),
            };
            result.map(Value::Duration).ok_or_else(|| Failure::new("duration overflow"))
        }
        (Value::Timestamp(at), Value::Duration(by)) | (Value::Duration(by), Value::Timestamp(at)) => {
            let by = match op {
                Operator::Add => Some(*by),
                Operator::Subtract => by.checked_neg(),
                _ => return Err(Failure::overload()),
            };
            by.and_then(|by| at.plus(by))
                .map(Value::Timestamp)
                .ok_or_else(|| Failure::new("timestamp overflow"))
        }
        (Value::Timestamp(a), Value::Timestamp(b)) if op == Operator::Subtract => {
            a.since(*b).map(Value::Duration).ok_or_else(|| Failure::new("duration overflow"))
        }
        _ => Err(Failure::overload()),
    }
}

/// A list of an object and one more: sets are united, maps merged by their keys.
fn added<'v>(mut list: Vec<Value<'v>>, other: Vec<Value<'v>>, schema: &'v Schema) -> Vec<Value<'v>> {
    for value in other {
        let is_same = |known: &Value<'v>| match schema.list_type {
            Some(ListType::Set) => known.equals(&value),
            Some(ListType::Map) => schema.list_map_keys.iter().all(|key| {
                let key = Value::made(key);
                match (known.find(&key), value.find(&key)) {
                    (Some(Ok(a)), Some(Ok(b))) => a.equals(&b),
                    (None, None) => true,
                    _ => false,
                }
            }),
            _ => false,
        };
        match list.iter().position(is_same) {
            Some(at) => list[at] = value,
            None => list.push(value),
        }
    }
    list
}

/// All items of a list; the first failure among them counts.
pub(super) fn all<'v>(list: &Value<'v>) -> Result<Vec<Value<'v>>, Failure> {
    list.items().ok_or_else(Failure::overload)?.into_iter().collect()
}

fn contains<'v>(value: &Value<'v>, list: &Value<'v>) -> Outcome<'v> {
    match list {
        Value::Items(..) | Value::List(_) => {
            let items = list.items().unwrap_or_default();
            Ok(Value::Bool(items.iter().any(|item| matches!(item, Ok(item) if item.equals(value)))))
        }
        Value::Node(_) | Value::Map(_) => Ok(Value::Bool(list.find(value).is_some())),
        _ => Err(Failure::overload()),
    }
}

fn function<'v>(name: &str, args: &[Value<'v>], regex: Option<&Regex>) -> Outcome<'v> {
    if let Some(outcome) = strings::call(name, args, regex) {
        return outcome;
    }
    match (name, args) {
        ("dyn", [value]) => Ok(value.clone()),
        ("type", [value]) => Ok(Value::Type(value.type_name())),
        ("bool" | "bytes" | "double" | "int" | "uint" | "string" | "timestamp" | "duration", [value]) => {
            convert(name, value)
        }
        ("optional.none", []) => Ok(Value::Optional(None)),
        ("optional.of", [value]) => Ok(Value::some(value.clone())),
        ("optional.ofNonZeroValue", [value]) => {
            Ok(if is_zero(value) { Value::Optional(None) } else { Value::some(value.clone()) })
        }
        ("hasValue", [Value::Optional(value)]) => Ok(Value::Bool(value.is_some())),
        ("value", [Value::Optional(value)]) => match value {
            Some(value) => Ok((**value).clone()),
            None => Err(Failure::new("optional.none() dereference")),
        },
        ("optional.unwrap" | "unwrapOpt", [list]) => {
            let mut out = Vec::new();
            for value in all(list)? {
                match value {
                    Value::Optional(value) => out.extend(value.map(|value| (*value).clone())),
                    _ => return Err(Failure::overload()),
                }
            }
            Ok(Value::list(out))
        }
        ("cel.@mapInsert", [Value::Map(map), rest @ ..]) => map_insert(map, rest),
        (_, [Value::Timestamp(at), zone @ ..]) => clock(name, *at, zone),
        (_, [Value::Duration(nanos)]) => Ok(Value::Int(match name {
            "getHours" => nanos / 3_600_000_000_000,
            "getMinutes" => nanos / 60_000_000_000,
            "getSeconds" => nanos / 1_000_000_000,
            "getMilliseconds" => nanos / 1_000_000,
            _ => return Err(Failure::overload()),
        })),
        (_, [Value::Special(special), rest @ ..]) => of_special(name, special, rest),
        (_, [list @ (Value::Items(..) | Value::List(_)), rest @ ..]) => of_list(name, list, rest),
        ("lists.range", [Value::Int(count)]) => {
            if *count > 1_000_000 {
                return Err(Failure::cancelled("a list is too long"));
            }
            Ok(Value::list((0..*count).map(Value::Int).collect()))
        }
        _ => Err(Failure::overload()),
    }
}

fn map_insert<'v>(map: &Rc<Vec<(Value<'v>, Value<'v>)>>, rest: &[Value<'v>]) -> Outcome<'v> {
    let mut map = (**map).clone();
    let mut insert = |key: &Value<'v>, value: &Value<'v>| {
        if map.iter().any(|(known, _)| known.equals(key)) {
            return Err(Failure::new("insert failed: key already exists"));
        }
        map.push((key.clone(), value.clone()));
        Ok(())
    };
    match rest {
        [key, value] => insert(key, value)?,
        [other] => {
            for key in other.keys().ok_or_else(Failure::overload)? {
                let value = other.find(&key).ok_or_else(Failure::overload)??;
                insert(&key, &value)?;
            }
        }
        _ => return Err(Failure::overload()),
    }
    Ok(Value::Map(Rc::new(map)))
}

fn is_zero(value: &Value<'_>) -> bool {
    match value {
        Value::Null | Value::Optional(None) => true,
        Value::Bool(value) => !value,
        Value::Int(value) | Value::Duration(value) => *value == 0,
        Value::Timestamp(at) => at.seconds == -62_135_596_800 && at.nanos == 0,
        Value::Uint(value) => *value == 0,
        Value::Double(value) => *value == 0.0,
        Value::Special(special) => match &**special {
            Special::Quantity(quantity) => quantity.is_zero(),
            Special::Ip(ip) => ip.is_unspecified(),
            _ => false,
        },
        other => other.size() == Some(0),
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
fn convert<'v>(name: &str, value: &Value<'v>) -> Outcome<'v> {
    let range = || Failure::new("range error");
    let bad = || Failure::new(format!("type conversion error to {name}"));
    match (name, value) {
        ("bool", Value::Bool(_))
        | ("bytes", Value::Bytes(_))
        | ("double", Value::Double(_))
        | ("int", Value::Int(_))
        | ("uint", Value::Uint(_))
        | ("string", Value::Text(_))
        | ("timestamp", Value::Timestamp(_))
        | ("duration", Value::Duration(_)) => Ok(value.clone()),
        ("bool", Value::Text(text)) => match text.as_str() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Value::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Value::Bool(false)),
            _ => Err(bad()),
        },
        ("bytes", Value::Text(text)) => Ok(Value::Bytes(text.as_str().as_bytes().into())),
        ("double", Value::Int(value)) => Ok(Value::Double(*value as f64)),
        ("double", Value::Uint(value)) => Ok(Value::Double(*value as f64)),
        ("double", Value::Text(text)) => text.as_str().parse().map(Value::Double).map_err(|_| bad()),
        ("int", Value::Uint(value)) => i64::try_from(*value).map(Value::Int).map_err(|_| range()),
        ("int", Value::Double(value)) if value.abs() < 9.223_372_036_854_775e18 => {
            Ok(Value::Int(*value as i64))
        }
        ("uint", Value::Double(value)) if *value > -1.0 && *value < 1.844_674_407_370_955e19 => {
            Ok(Value::Uint(*value as u64))
        }
        ("int" | "uint", Value::Double(_)) => Err(range()),
        ("int", Value::Duration(nanos)) => Ok(Value::Int(*nanos)),
        ("int", Value::Timestamp(at)) => Ok(Value::Int(at.seconds)),
        ("int", Value::Text(text)) => {
            let text = text.as_str();
            text.parse().map(Value::Int).map_err(|_| bad())
        }
        ("uint", Value::Int(value)) => u64::try_from(*value).map(Value::Uint).map_err(|_| range()),
        ("uint", Value::Text(text)) => text.as_str().parse().map(Value::Uint).map_err(|_| bad()),
        ("timestamp", Value::Int(seconds)) => {
            let at = Timestamp { seconds: *seconds, nanos: 0 }.in_range();
            at.map(Value::Timestamp).ok_or_else(|| Failure::new("timestamp overflow"))
        }
        ("timestamp", Value::Text(text)) => {
            time::timestamp(text.as_str()).map(Value::Timestamp).ok_or_else(bad)
        }
        ("duration", Value::Text(text)) => time::duration(text.as_str()).map(Value::Duration).ok_or_else(bad),
        ("string", value) => text_of(value).map(Value::made).ok_or_else(bad),
        _ => Err(Failure::overload()),
    }
}

/// A value as `string` writes it.
pub(super) fn text_of(value: &Value<'_>) -> Option<String> {
    Some(match value {
        Value::Text(text) => text.as_str().to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::Double(value) => double_text(*value),
        Value::Bytes(bytes) => String::from_utf8(bytes.to_vec()).ok()?,
        Value::Duration(nanos) => time::duration_text(*nanos),
        Value::Timestamp(at) => at.text(),
        Value::Special(special) => match &**special {
            Special::Ip(ip) => ip.to_string(),
            Special::Cidr(ip, length) => format!("{ip}/{length}"),
            _ => return None,
        },
        _ => return None,
    })
}

/// A number as Go's `FormatFloat(value, 'g', -1, 64)` writes it.
pub(super) fn double_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let exponent = if value == 0.0 { 0.0 } else { value.abs().log10().floor() };
    if !(-4.0..6.0).contains(&exponent) {
        let text = format!("{value:e}");
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, power) = power.strip_prefix('-').map_or(('+', power), |power| ('-', power));
        return format!("{digits}e{sign}{power:0>2}");
    }
    format!("{value}")
}

fn clock<'v>(name: &str, at: Timestamp, zone: &[Value<'v>]) -> Outcome<'v> {
    let offset = match zone {
        [] => 0,
        [Value::Text(zone)] => match time::zone(zone.as_str(), at) {
            Zone::Offset(offset) => offset,
            Zone::Local => {
                return Err(Failure::unknown("the server's own time zone is not known here".to_owned()));
            }
            Zone::Missing => return Err(Failure::new(format!("unknown time zone {}", zone.as_str()))),
        },
        _ => return Err(Failure::overload()),
    };
    let civil = at.civil(offset);
    Ok(Value::Int(match name {
        "getFullYear" => civil.year,
        "getMonth" => civil.month - 1,
        "getDate" => civil.day,
        "getDayOfMonth" => civil.day - 1,
        "getDayOfWeek" => civil.weekday,
        "getDayOfYear" => civil.day_of_year,
        "getHours" => civil.hour,
        "getMinutes" => civil.minute,
        "getSeconds" => civil.second,
        "getMilliseconds" => i64::from(at.nanos / 1_000_000),
        _ => return Err(Failure::overload()),
    }))
}

fn of_list<'v>(name: &str, list: &Value<'v>, rest: &[Value<'v>]) -> Outcome<'v> {
    if matches!(name, "indexOf" | "lastIndexOf") {
        let [wanted] = rest else { return Err(Failure::overload()) };
        let items = all(list)?;
        let at = match name {
            "indexOf" => items.iter().position(|item| item.equals(wanted)),
            _ => items.iter().rposition(|item| item.equals(wanted)),
        };
        return Ok(Value::Int(at.map_or(-1, |at| at as i64)));
    }
    let items = all(list)?;
    let position = |value: &Value<'v>| match value {
        Value::Int(at) => usize::try_from(*at).map_err(|_| Failure::new("index out of bounds")),
        _ => Err(Failure::overload()),
    };
    Ok(match (name, rest) {
        ("first", []) => Value::Optional(items.into_iter().next().map(Rc::new)),
        ("last", []) => Value::Optional(items.into_iter().next_back().map(Rc::new)),
        ("reverse", []) => Value::list(items.into_iter().rev().collect()),
        ("distinct", []) => Value::list(distinct(items)),
        ("slice", [from, to]) => {
            let (from, to) = (position(from)?, position(to)?);
            let slice = items.get(from..to).ok_or_else(|| Failure::new("cannot slice list: out of range"))?;
            Value::list(slice.to_vec())
        }
        ("flatten", []) => Value::list(flatten(items, 1)?),
        ("flatten", [Value::Int(depth)]) if *depth >= 0 => Value::list(flatten(items, (*depth).min(64))?),
        ("flatten", [Value::Int(_)]) => return Err(Failure::new("level must be non-negative")),
        ("isSorted", []) => {
            let mut sorted = true;
            for pair in items.windows(2) {
                sorted &= pair[0].order(&pair[1]).ok_or_else(Failure::overload)?.is_le();
            }
            Value::Bool(sorted)
        }
        ("sum", []) => {
            let mut items = items.into_iter();
            let Some(first) = items.next() else { return Ok(Value::Int(0)) };
            items.try_fold(first, |sum, item| arithmetic(Operator::Add, &sum, &item))?
        }
        ("min" | "max", []) => {
            let prefers = if name == "min" { Ordering::Less } else { Ordering::Greater };
            let mut items = items.into_iter();
            let first = items.next().ok_or_else(|| Failure::new(format!("{name} called on empty list")))?;
            items.try_fold(first, |best, item| {
                let order = item.order(&best).ok_or_else(Failure::overload)?;
                Ok::<_, Failure>(if order == prefers { item } else { best })
            })?
        }
        ("sort", []) => {
            let keys = items.clone();
            Value::list(sort(&items, &keys)?)
        }
        ("@sortByAssociatedKeys", [keys]) => {
            let keys = all(keys)?;
            Value::list(sort(&items, &keys)?)
        }
        ("sets.contains", [other]) => Value::Bool(has_all(&items, &all(other)?)),
        ("sets.equivalent", [other]) => {
            let other = all(other)?;
            Value::Bool(has_all(&items, &other) && has_all(&other, &items))
        }
        ("sets.intersects", [other]) => {
            let other = all(other)?;
            Value::Bool(items.iter().any(|item| other.iter().any(|other| other.equals(item))))
        }
        ("join", _) => return strings::join(&items, rest),
        _ => return Err(Failure::overload()),
    })
}

fn has_all<'v>(items: &[Value<'v>], wanted: &[Value<'v>]) -> bool {
    wanted.iter().all(|wanted| items.iter().any(|item| item.equals(wanted)))
}

fn distinct<'v>(items: Vec<Value<'v>>) -> Vec<Value<'v>> {
    let mut out: Vec<Value<'v>> = Vec::new();
    for item in items {
        if !out.iter().any(|known| known.equals(&item)) {
            out.push(item);
        }
    }
    out
}

fn flatten(items: Vec<Value<'_>>, depth: i64) -> Result<Vec<Value<'_>>, Failure> {
    let mut out = Vec::new();
    for item in items {
        match item {
            Value::Items(..) | Value::List(_) if depth > 0 => out.extend(flatten(all(&item)?, depth - 1)?),
            other => out.push(other),
        }
    }
    Ok(out)
}

fn sort<'v>(items: &[Value<'v>], keys: &[Value<'v>]) -> Result<Vec<Value<'v>>, Failure> {
    if keys.len() != items.len() || keys.windows(2).any(|pair| pair[0].order(&pair[1]).is_none()) {
        return Err(Failure::overload());
    }
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|a, b| keys[*a].order(&keys[*b]).unwrap_or(Ordering::Equal));
    Ok(order.into_iter().map(|at| items[at].clone()).collect())
}

/// A tenth of a length, rounded up: what going through a text costs.
fn tenth(size: u64) -> u64 {
    size.div_ceil(10)
}

/// What a call costs. Mirrors `CostTracker.costCall`, `CostEstimator.CallCost`
pub(super) fn cost(name: &str, args: &[Value<'_>], result: &Value<'_>) -> u64 {
    let size = |at: usize| args.get(at).map_or(1, Value::cost_size);
    match (name, args) {
        ("isSorted" | "sum" | "max" | "min", [list]) => size_of_list(list),
        ("indexOf" | "lastIndexOf", [list, ..]) => size_of_list(list),
        (
            "url" | "lowerAscii" | "upperAscii" | "substring" | "trim" | "cidr" | "isIP" | "isCIDR" | "ip"
            | "quantity" | "isQuantity" | "semver" | "isSemver",
            _,
        ) => tenth(size(0)),
        ("replace" | "split" | "ip.isCanonical", _) => (size(0) * 2).div_ceil(10),
        ("join", _) => (result.cost_size() * 2).div_ceil(10),
        ("matches" | "find" | "findAll", _) => tenth(size(0) + 1).saturating_mul(size(1).div_ceil(4)),
        ("contains", _) => tenth(size(0)).saturating_mul(tenth(size(1))),
        ("startsWith" | "endsWith", _) => tenth(size(1)),
        ("bytes" | "string" | "strings.quote" | "format", [Value::Text(_) | Value::Bytes(_), ..]) => {
            tenth(size(0))
        }
        ("@in", [_, Value::Items(..) | Value::List(_)]) => size(1),
        ("_==_" | "_!=_", _) => tenth(size(0).min(size(1))),
        ("_<_" | "_<=_" | "_>_" | "_>=_", [Value::Text(_) | Value::Bytes(_), _]) => {
            tenth(size(0).min(size(1)))
        }
        ("_+_", [Value::Text(_) | Value::Bytes(_), _]) => tenth(size(0) + size(1)),
        ("validate", _) => tenth(size(1) + 1).saturating_mul(32),
        ("sets.contains" | "sets.intersects", _) => 1 + size(0).saturating_mul(size(1)),
        ("sets.equivalent", _) => 1 + size(0).saturating_mul(size(1)).saturating_mul(2),
        (
            "distinct" | "flatten" | "sort" | "@sortByAssociatedKeys" | "reverse" | "slice" | "lists.range",
            _,
        ) => 1 + size(0).max(result.cost_size()),
        _ => 1,
    }
}

fn size_of_list(list: &Value<'_>) -> u64 {
    match list {
        Value::Text(text) => text.as_str().len() as u64 / 10,
        other => other.cost_size(),
    }
}
