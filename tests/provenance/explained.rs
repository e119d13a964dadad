//! The test of truth of `citadel explain`: for fields of real roots and of CitadelBuy, what it names as the newest step is
//! there, holds the value (or what the step made it of), and changing those bytes changes the field.
//!
//! `CITADEL_EXPLAIN=200` takes every field of so many roots and of CitadelBuy (`CITADEL_FIELDS`: no more of one root);
//! without it a small draw.

use std::path::{Path, PathBuf};

use citadel::explain;
use citadel::resource::{Context, ResourceSet};
use serde_json::Value;

use super::bytes::{Span, span};
use super::overlay::Overlay;
use super::{Field, Seen, is_constant, judge, number, options, roots, try_field};
use crate::generator::Random;

/// Fields taken of one root in an ordinary run.
const FEW: usize = 6;
/// Roots of an ordinary run.
const ROOTS: usize = 40;

#[derive(Default)]
struct Tally {
    taken: usize,
    with_history: usize,
    failed: std::collections::BTreeMap<&'static str, Vec<String>>,
}

#[test]
fn what_explain_names_is_true() {
    let mut roots = roots();
    if roots.is_empty() {
        eprintln!("skipped: the real trees of ../shared are not there");
    }
    let wanted = number("CITADEL_EXPLAIN", 0);
    let mut random = Random::new(number("CITADEL_SEED", 1) as u64);
    let mut tally = Tally::default();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("overlays/production");
    let every = number("CITADEL_FIELDS", if wanted > 0 { usize::MAX } else { FEW });
    try_root(&own, "CitadelBuy", if wanted > 0 { usize::MAX } else { 10 * FEW }, &mut random, &mut tally);
    let mut left = if wanted > 0 { wanted } else { ROOTS };
    while left > 0 && !roots.is_empty() {
        let (root, name): (PathBuf, String) = roots.swap_remove(random.below(roots.len()));
        if try_root(&root, &name, every, &mut random, &mut tally) {
            left -= 1;
        }
    }
    let failed: usize = tally.failed.values().map(Vec::len).sum();
    eprintln!(
        "{} fields, {} with more than one step: {failed} where explain is wrong ({:.2} %)",
        tally.taken,
        tally.with_history,
        100.0 * failed as f64 / tally.taken as f64
    );
    judge(&tally.failed, tally.taken);
}

/// Whether the root could be built.
fn try_root(root: &Path, name: &str, most: usize, random: &mut Random, tally: &mut Tally) -> bool {
    let overlay = Overlay::default();
    let (set, context) = explain::build(&overlay, &root.to_string_lossy(), &options());
    let Ok(set) = set else { return false };
    let mut all = fields(&set, &context);
    while all.len() > most {
        all.swap_remove(random.below(all.len()));
    }
    for (field, explained) in all {
        tally.taken += 1;
        tally.with_history += usize::from(explained.history.len() > 1);
        let said = holds(&context, &field, &explained).and_then(|()| {
            try_field(&overlay, root, &context, &field).map(|seen| matches!(seen, Seen::Changed { .. }))
        });
        if let Err(class) = said {
            let class = if is_constant(&field, &set) { "a generator always writes it" } else { class };
            let step = explained.history.first().map_or("-", |event| event.step);
            let at = if field.place.is_some() { context.sources.display(field.place) } else { String::new() };
            let text: String = field.text.chars().take(40).collect();
            let line = format!("{name}: {} = {text:?} by {step} from {at}", explained.path);
            tally.failed.entry(class).or_default().push(line);
        }
    }
    true
}

/// The scalars of all objects, placed where explain says.
fn fields(set: &ResourceSet, context: &Context) -> Vec<(Field, explain::Field)> {
    let mut all = super::fields(set);
    // explain goes through an object from the front, the other from the back.
    all.reverse();
    all.sort_by_key(|field| field.object);
    let mut found = Vec::new();
    for position in 0..set.len() {
        let Some(told) = explain::whole(set, context, position) else { continue };
        let scalars = told
            .fields
            .into_iter()
            .filter(|field| !field.value.as_ref().is_some_and(|value| value.is_array() || value.is_object()));
        let length = all.iter().take_while(|field| field.object == position).count();
        let own: Vec<Field> = all.drain(..length).collect();
        let scalars: Vec<explain::Field> = scalars.collect();
        assert_eq!(own.len(), scalars.len());
        for (mut field, explained) in own.into_iter().zip(scalars) {
            if let Some(event) = explained.history.first() {
                field.place = event.place;
            }
            found.push((field, explained));
        }
    }
    found
}

/// Whether the bytes at the place say the value, a part of it, or what it is a part of.
fn holds(context: &Context, field: &Field, explained: &explain::Field) -> Result<(), &'static str> {
    let Some(event) = explained.history.first() else { return Err("no history") };
    if !context.sources.holds(event.place) {
        return Err("no place");
    }
    if event.value != explained.value {
        return Err("the newest value is not the value");
    }
    let Some(Span { file, start, end, whole }) = span(&context.sources, event.place) else {
        return Err("place is not found in the file");
    };
    let bytes = std::fs::read(file).unwrap_or_default();
    let bytes = bytes.get(start..end).unwrap_or_default();
    let there = String::from_utf8_lossy(bytes);
    // Values that a step makes of what is written: encoded, looked up, counted together.
    let made =
        whole || event.step == "nameReference" || event.step.ends_with("Generator") || event.step == "vars";
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let (there, value) = (plain(&there), plain(&field.text));
    let number = matches!(explained.value, Some(Value::Number(_) | Value::Bool(_) | Value::Null));
    if made || number || there.is_empty() || value.contains(&there) || there.contains(&value) {
        return Ok(());
    }
    // Escapes and folds: what begins alike is taken for the same.
    let alike = there.chars().zip(value.chars()).take_while(|(a, b)| a == b).count();
    if alike * 2 >= there.len().min(value.len()).min(16) {
        Ok(())
    } else {
        Err("the place does not hold the value")
    }
}
