//! The tree as it grows: its files, what it uses so far, and the layers that are finished.

use std::collections::{BTreeMap, BTreeSet};

use super::object::Object;
use super::random::Random;
use super::style::{self, Manner};
use super::value::Value;

/// Everything written so far.
pub(crate) struct Forest {
    pub(crate) random: Random,
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) uses: BTreeSet<&'static str>,
    /// Finished folders, and what each gives to who includes it.
    pub(crate) finished: Vec<(String, Vec<Object>)>,
    /// Names of vars, which one tree may declare once.
    pub(crate) vars: Vec<&'static str>,
    serial: usize,
}

/// A kustomization that is being written.
pub(crate) struct Layer {
    pub(crate) folder: String,
    pub(crate) component: bool,
    pub(crate) text: Value,
    pub(crate) objects: Vec<Object>,
}

impl Forest {
    pub(crate) fn new(random: Random) -> Self {
        Self {
            random,
            files: BTreeMap::new(),
            uses: BTreeSet::new(),
            finished: Vec::new(),
            vars: Vec::new(),
            serial: 0,
        }
    }

    pub(crate) fn uses(&mut self, what: &'static str) {
        self.uses.insert(what);
    }

    pub(crate) fn serial(&mut self) -> usize {
        self.serial += 1;
        self.serial
    }

    /// Writes a file below a folder and gives its name there.
    pub(crate) fn file(&mut self, folder: &str, stem: &str, ending: &str, text: String) -> String {
        let below = match self.random.below(8) {
            0 => "files/",
            1 => "./",
            2 => "sub/dir/",
            _ => "",
        };
        let mut name = format!("{}{stem}{ending}", below.trim_start_matches("./"));
        while self.files.contains_key(&under(folder, &name)) {
            name = format!("{stem}-{}{ending}", self.serial());
        }
        self.files.insert(under(folder, &name), text);
        if below == "./" { format!("./{name}") } else { name }
    }

    /// Writes a value into a file of its own.
    pub(crate) fn yaml(&mut self, folder: &str, stem: &str, value: &Value) -> String {
        let manner = Manner::any(&mut self.random);
        let ending = self.random.pick(&[".yaml", ".yaml", ".yaml", ".yml", ".json"]);
        let manner = if ending == ".json" { Manner::Json } else { manner };
        let text = style::write(&mut self.random, value, manner);
        self.file(folder, stem, ending, text)
    }

    /// A value as a text inside another text.
    pub(crate) fn inline(&mut self, value: &Value) -> String {
        let manner = Manner::any(&mut self.random);
        let text = style::write(&mut self.random, value, manner);
        if self.random.chance(30) { text.trim_end().to_owned() } else { text }
    }
}

impl Layer {
    /// Adds an item to a list field of the kustomization.
    pub(crate) fn add(&mut self, field: &str, item: impl Into<Value>) {
        match self.text.get_mut(&[super::value::key(field)]) {
            Some(list) => list.push(item),
            None => self.text.set(field, Value::List(vec![item.into()])),
        }
    }
}

/// A path below a folder.
pub(crate) fn under(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The way from one folder to another.
pub(crate) fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').filter(|p| !p.is_empty()).collect();
    let to: Vec<&str> = to.split('/').filter(|p| !p.is_empty()).collect();
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut steps = vec![".."; from.len() - same];
    steps.extend(&to[same..]);
    if steps.is_empty() { ".".to_owned() } else { steps.join("/") }
}
