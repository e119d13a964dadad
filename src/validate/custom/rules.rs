//! Rules in CEL (`x-kubernetes-validations`) over an object.

use super::item::Item;
use super::schema::Schema;
use super::telling::Telling;
use crate::validate::Path;
use crate::validate::cel::value::Value;
use crate::validate::cel::{Judged, Rules, Run};

/// What a rule has to say of a value, and where.
pub(crate) struct Broken {
    pub(crate) path: String,
    pub(crate) message: String,
}

/// Runs all rules over an object.
///
/// Mirrors `cel.Validator.Validate`
pub(super) fn check(item: &Item<'_>, schema: &Schema, rules: &Rules, telling: &mut Telling<'_, '_>) {
    if !schema.has_rules {
        return;
    }
    for broken in run(item, schema, rules, &Path::Root, &mut Run::default()) {
        let path = Path::Field(&Path::Root, &broken.path);
        let path = if broken.path.is_empty() { &Path::Root } else { &path };
        telling.server("failed-rule", path, broken.message);
    }
}

/// Runs all rules over a value: what they say.
pub(crate) fn run(
    item: &Item<'_>,
    schema: &Schema,
    rules: &Rules,
    path: &Path<'_>,
    run: &mut Run,
) -> Vec<Broken> {
    let mut found = Vec::new();
    walk(item, schema, rules, path, run, &mut found);
    found
}

/// Whether to go on.
fn walk(
    item: &Item<'_>,
    schema: &Schema,
    rules: &Rules,
    path: &Path<'_>,
    run: &mut Run,
    found: &mut Vec<Broken>,
) -> bool {
    if *item == Item::Null {
        return true;
    }
    if !rules.own.is_empty() && !own(item, schema, rules, path, run, found) {
        return false;
    }
    match item {
        Item::List(items) => {
            if let (Some(within), Some(rules)) = (&schema.items, &rules.items) {
                for (index, item) in items.iter().enumerate() {
                    if !walk(item, within, rules, &Path::Index(path, index), run, found) {
                        return false;
                    }
                }
            }
        }
        Item::Map(map) => {
            for (key, value) in map {
                if let Some(rules) = &rules.additional
                    && let Some(within) = schema.additional_schema()
                    && !walk(value, within, rules, &Path::Key(path, key), run, found)
                {
                    return false;
                }
                let property = schema.properties.binary_search_by(|(name, _)| (**name).cmp(key));
                if let Ok(at) = property
                    && let Ok(rule) = rules.properties.binary_search_by(|(position, _)| position.cmp(&at))
                    && !walk(
                        value,
                        &schema.properties[at].1,
                        &rules.properties[rule].1,
                        &Path::Field(path, key),
                        run,
                        found,
                    )
                {
                    return false;
                }
            }
        }
        _ => {}
    }
    true
}

/// The rules of this very schema. Mirrors `validateExpressions`, `fieldErrorForReason`
fn own(
    item: &Item<'_>,
    schema: &Schema,
    rules: &Rules,
    path: &Path<'_>,
    run: &mut Run,
    found: &mut Vec<Broken>,
) -> bool {
    let data = match Value::of(item, schema, rules.resource) {
        Ok(data) => data,
        Err(failure) => {
            found.push(Broken { path: path.text(), message: failure.message });
            return true;
        }
    };
    for (rule, says) in rules.own.iter().zip(&schema.rules) {
        let words = || {
            let words = if says.message.trim().is_empty() { &says.rule } else { &says.message };
            words.trim().to_owned()
        };
        match run.judge(rule, says.optional_old_self == Some(true), &data) {
            Judged::Holds => {}
            Judged::Fails(message) => {
                let message = message.unwrap_or_else(|| {
                    if says.message.trim().is_empty() { format!("failed rule: {}", words()) } else { words() }
                });
                let at = field_path(&says.field_path);
                found.push(Broken { path: join(path, &at), message });
            }
            Judged::Failed(failure) => {
                let message = format!("{}; evaluating rule: {}", failure.message, words());
                found.push(Broken { path: path.text(), message });
                if failure.cancelled {
                    return false;
                }
            }
            Judged::OutOfBudget => {
                let message = "all rules together cost more than they may; no more are evaluated".to_owned();
                found.push(Broken { path: path.text(), message });
                return false;
            }
        }
    }
    true
}

fn join(path: &Path<'_>, field: &str) -> String {
    let path = path.text();
    match (path.is_empty(), field.is_empty()) {
        (_, true) => path,
        (true, false) => field.to_owned(),
        (false, false) if field.starts_with('[') => format!("{path}{field}"),
        (false, false) => format!("{path}.{field}"),
    }
}

/// A `fieldPath` as errors write it: `.spec.a` is `spec.a`, `['b']` is a field or a key.
fn field_path(written: &str) -> String {
    written
        .strip_prefix('.')
        .unwrap_or(written)
        .replace("['", ".")
        .replace("']", "")
        .trim_start_matches('.')
        .to_owned()
}
