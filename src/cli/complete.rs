//! `citadel complete WORD…`, which the completion scripts call: what may stand in place of the last word, one a line.
//! Only what the project holds (targets, objects, paths, sides) is told; flags and commands are the scripts' own.

use std::collections::BTreeSet;

use clap::Command;

use super::exit::Exit;
use super::flags::{Words, arguments};
use super::terminal;
use crate::compare;
use crate::explain::{self, Question};
use crate::host::{Entry, Host};
use crate::load::kustomization_file;
use crate::project::Project;

/// The command line: the words behind `citadel`, the last one as far as it is typed.
pub(super) fn command() -> Command {
    let words = arguments("WORDS", "The words behind `citadel`, the last one as far as it is typed");
    Command::new("complete")
        .about("Print what may stand in place of the last word")
        .hide(true)
        .arg(words.trailing_var_arg(true).allow_hyphen_values(true))
}

/// Runs the command: [`Exit::Findings`] when the word is none of the project's, so that the script knows what may stand
/// there.
pub(super) fn run(host: &dyn Host, words: &mut Words, mut command: Command) -> Exit {
    command.build();
    let Some(list) = candidates(host, &words.all("WORDS"), &command) else { return Exit::Findings };
    let mut text = list.join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    // Nobody reads errors in the middle of a line.
    match terminal::print(text.as_bytes()) {
        Ok(()) => Exit::Done,
        Err(_) => Exit::Refused,
    }
}

fn candidates(host: &dyn Host, words: &[String], command: &Command) -> Option<Vec<String>> {
    let [name, before @ .., word] = words else { return None };
    let command = command.find_subcommand(name)?;
    if word.starts_with('-') {
        return None;
    }
    let positional = positional(command, before)?;
    let list = match (name.as_str(), positional.as_slice()) {
        ("diff", sides) if sides.len() < 2 => sides_of(host, word),
        ("explain", [target, object]) => paths(host, target, object, word),
        ("explain", [target]) => objects(host, target, word),
        ("build", []) => folders(host, word),
        ("explain", []) | ("render" | "check" | "snapshot", _) => {
            let mut list = overlays(host, word);
            list.extend(folders(host, word));
            list
        }
        _ => return None,
    };
    Some(list)
}

/// The words that are no flags and no values of flags; `None` when the next word is the value of a flag.
fn positional<'w>(command: &Command, words: &'w [String]) -> Option<Vec<&'w str>> {
    let mut list = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let takes_value = |is: &dyn Fn(&clap::Arg) -> bool| {
            command.get_arguments().any(|flag| is(flag) && flag.get_action().takes_values())
        };
        let needs_value = if let Some(long) = word.strip_prefix("--") {
            takes_value(&|flag| flag.get_long() == Some(long))
        } else if let Some(short) = word.strip_prefix('-').filter(|short| short.chars().count() == 1) {
            takes_value(&|flag| flag.get_short() == short.chars().next())
        } else {
            if !word.starts_with('-') {
                list.push(word.as_str());
            }
            false
        };
        if needs_value {
            words.next()?;
        }
    }
    Some(list)
}

fn starting(list: impl IntoIterator<Item = String>, word: &str) -> Vec<String> {
    list.into_iter().filter(|candidate| candidate.starts_with(word)).collect()
}

fn overlays(host: &dyn Host, word: &str) -> Vec<String> {
    starting(Project::here(host).unwrap_or_default().overlays(host), word)
}

/// Folders, each with a slash behind it, from the folder that the word is in.
fn folders(host: &dyn Host, word: &str) -> Vec<String> {
    let (above, name) = word.rsplit_once('/').map_or(("", word), |(above, name)| (above, name));
    let prefix = &word[..word.len() - name.len()];
    let directory = host.working_directory().unwrap_or_default();
    let folder = if prefix == "/" { "/".into() } else { directory.join(above) };
    let names = host.list(&folder).unwrap_or_default();
    let names = names.into_iter().filter_map(|name| name.into_string().ok());
    let is_folder = |name: &String| {
        (!name.starts_with('.') || word.contains("/."))
            && host.look(&folder.join(name)) == Ok(Entry::Directory)
    };
    let holds = |name: &str| kustomization_file(host, &folder.join(name)).is_some();
    let names = names.filter(|candidate| candidate.starts_with(name)).filter(is_folder);
    // A folder that can be rendered is a word of its own, too.
    let list = names.flat_map(|name| {
        let target = holds(&name).then(|| format!("{prefix}{name}"));
        target.into_iter().chain([format!("{prefix}{name}/")])
    });
    list.collect()
}

fn sides_of(host: &dyn Host, word: &str) -> Vec<String> {
    if let Some(revision) = word.strip_prefix(compare::GIT) {
        let names = compare::revisions(host);
        let list = names.into_iter().chain(["HEAD".to_owned()]).filter(|name| name.starts_with(revision));
        return list.map(|name| format!("{}{name}", compare::GIT)).collect();
    }
    let mut list = overlays(host, word);
    list.extend(starting(["golden", "live", compare::GIT].map(str::to_owned), word));
    list.extend(folders(host, word));
    list
}

/// Objects of a target, spelt as the word begins: kinds in small letters, or as they are.
fn objects(host: &dyn Host, target: &str, word: &str) -> Vec<String> {
    let Some((set, _)) = built(host, target) else { return Vec::new() };
    let (kind, name) = word.split_once('/').unwrap_or((word, ""));
    let mut list = BTreeSet::new();
    for (object, _) in explain::objects(&set) {
        let shown = if word.contains('/') {
            if !object.name.starts_with(name) || !explain::is_kind(kind, &object.kind) {
                continue;
            }
            kind.to_owned()
        } else if kind.chars().any(char::is_uppercase) {
            object.kind.clone()
        } else {
            object.kind.to_lowercase()
        };
        if shown.starts_with(kind) {
            list.insert(format!("{shown}/{}", object.name));
        }
    }
    list.into_iter().collect()
}

/// Paths of an object, a step further than the word: what has more below it ends in a point or a bracket.
fn paths(host: &dyn Host, target: &str, object: &str, word: &str) -> Vec<String> {
    let Some((set, context)) = built(host, target) else { return Vec::new() };
    let question = Question { object: object.to_owned(), ..Question::default() };
    let Ok(explanation) = explain::explain(&set, &context, &question) else { return Vec::new() };
    let mut list: Vec<String> = Vec::new();
    for field in explanation.fields.iter().filter(|field| field.path.starts_with(word)) {
        let shown = &field.path[..end_of_step(&field.path, word.len())];
        if list.last().is_none_or(|last| last != shown) {
            list.push(shown.to_owned());
        }
    }
    list
}

/// Where the step that goes on behind an offset ends: with its point, or behind a bracket.
fn end_of_step(path: &str, from: usize) -> usize {
    let mut in_brackets = false;
    for (at, letter) in path.char_indices() {
        match letter {
            '[' => in_brackets = true,
            ']' => in_brackets = false,
            _ => {}
        }
        let is_end = letter == '.' || letter == ']' && !path[at + 1..].starts_with('.');
        if is_end && !in_brackets && at >= from {
            return at + 1;
        }
    }
    path.len()
}

fn built(host: &dyn Host, target: &str) -> Option<(crate::resource::ResourceSet, crate::resource::Context)> {
    let folder = Project::here(host).unwrap_or_default().target(host, target);
    let options = crate::build::Options::default();
    let (set, context) = explain::build(host, &folder.display().to_string(), &options);
    Some((set.ok()?, context))
}

#[cfg(test)]
mod tests {
    use super::end_of_step;

    #[test]
    fn paths_are_told_a_step_at_a_time() {
        let path = "metadata.labels[app.kubernetes.io/name]";
        for (from, shown) in [(0, "metadata."), (4, "metadata."), (9, path), (15, path), (20, path)] {
            assert_eq!(&path[..end_of_step(path, from)], shown);
        }
        assert_eq!(end_of_step("spec.containers[0].image", 5), 19);
        assert_eq!(end_of_step("spec.containers[0].image", 18), 19);
    }
}
