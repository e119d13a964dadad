//! How one gets to a field of an object of which there are two: items of lists are known by number on either side and,
//! where Kubernetes has keys for them, by their key.

use std::fmt::Write as _;

/// A path while walking: a chain on the stack.
#[derive(Clone, Copy, Debug)]
pub(super) enum Path<'p> {
    /// The object itself.
    Root,
    /// A field of a structure.
    Field(&'p Path<'p>, &'p str),
    /// An entry of a map.
    Key(&'p Path<'p>, &'p str),
    /// An item of a list.
    Item(&'p Path<'p>, Option<usize>, Option<usize>, &'p str),
    /// What the YAML or JSON of a text says.
    Inside(&'p Path<'p>),
}

/// One step of a path that was written down.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// A field of a structure.
    Field(String),
    /// An entry of a map.
    Key(String),
    /// An item of a list.
    Item {
        /// Its number in the old object.
        old: Option<usize>,
        /// Its number in the new object.
        new: Option<usize>,
        /// `name=web`, where items have keys.
        key: String,
    },
    /// From a text into the YAML or JSON that it holds.
    Inside,
}

impl Path<'_> {
    /// Writes the path down.
    pub(super) fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut at = self;
        loop {
            let (above, step) = match at {
                Path::Root => break,
                Path::Field(above, name) => (above, Step::Field((*name).to_owned())),
                Path::Key(above, key) => (above, Step::Key((*key).to_owned())),
                Path::Item(above, old, new, key) => {
                    (above, Step::Item { old: *old, new: *new, key: (*key).to_owned() })
                }
                Path::Inside(above) => (above, Step::Inside),
            };
            steps.push(step);
            at = above;
        }
        steps.reverse();
        steps
    }

    /// How many steps lead here.
    pub(super) fn depth(&self) -> usize {
        let (mut at, mut depth) = (self, 0);
        while let Path::Field(above, _) | Path::Key(above, _) | Path::Item(above, ..) | Path::Inside(above) =
            at
        {
            at = above;
            depth += 1;
        }
        depth
    }
}

/// The path as the API server writes it: `spec.containers[0].image`, `metadata.labels[app]`. Numbers are those of the
/// new object, of the old one for what is gone.
pub(super) fn numbered(steps: &[Step]) -> String {
    written(steps, |text, old, new, _| {
        let _ = write!(text, "[{}]", new.or(old).unwrap_or_default());
    })
}

/// The path with keys in place of numbers, where there are any: `spec.containers[name=web].image`.
pub(super) fn keyed(steps: &[Step]) -> String {
    written(steps, |text, old, new, key| {
        let _ = if key.is_empty() {
            write!(text, "[{}]", new.or(old).unwrap_or_default())
        } else {
            write!(text, "[{key}]")
        };
    })
}

/// The path without any numbers or keys of items: `spec.containers.image`, as filters take it.
pub(super) fn bare(steps: &[Step]) -> String {
    written(steps, |_, _, _, _| {})
}

fn written(steps: &[Step], item: impl Fn(&mut String, Option<usize>, Option<usize>, &str)) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Field(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            Step::Key(key) => {
                let _ = write!(text, "[{key}]");
            }
            Step::Item { old, new, key } => item(&mut text, *old, *new, key),
            Step::Inside => text.push('|'),
        }
    }
    text
}

/// Whether a path begins with these fields.
pub(super) fn starts_with(steps: &[Step], fields: &[&str]) -> bool {
    steps.len() >= fields.len() && steps.iter().zip(fields).all(|(step, field)| is(step, field))
}

/// Whether a step is a field or key of this name.
pub(super) fn is(step: &Step, name: &str) -> bool {
    matches!(step, Step::Field(field) | Step::Key(field) if field == name)
}
