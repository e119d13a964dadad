//! Who is in a layer: the names its objects may refer to, before the objects themselves are written.

use super::object::Object;
use super::random::Random;
use super::words;

/// The (kind, name) pairs of a layer, those of its bases and generators included.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cast(Vec<(String, String)>);

impl Cast {
    pub(crate) fn of(objects: &[Object]) -> Self {
        Self(
            objects
                .iter()
                // a reference may use the name an object had before
                .flat_map(|o| o.ids.iter().map(|(name, _)| (o.kind.clone(), name.clone())))
                .collect(),
        )
    }

    pub(crate) fn add(&mut self, kind: &str, name: &str) {
        self.0.push((kind.to_owned(), name.to_owned()));
    }

    /// The name of something of that kind; now and then, or where there is none, any name.
    pub(crate) fn name(&self, random: &mut Random, kind: &str) -> String {
        let names: Vec<&String> = self.0.iter().filter(|(k, _)| k == kind).map(|(_, name)| name).collect();
        match random.item(&names) {
            Some(name) if random.chance(90) => (*name).clone(),
            _ => random.pick(words::NAMES).to_owned(),
        }
    }

    /// A (kind, name) among those kinds.
    pub(crate) fn any_of(&self, random: &mut Random, kinds: &[&str]) -> (String, String) {
        let found: Vec<&(String, String)> =
            self.0.iter().filter(|(k, _)| kinds.contains(&k.as_str())).collect();
        match random.item(&found) {
            Some(pair) => (*pair).clone(),
            None => (random.pick(kinds).to_owned(), random.pick(words::NAMES).to_owned()),
        }
    }
}
