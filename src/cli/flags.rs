//! The words of the command line in the few shapes that there are, over clap's builder. No derive macros: without them
//! the program can be linked statically, which is a fifth of the time of a small build.

use std::ffi::OsString;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, Command};

/// `--NAME`: on or off.
pub(super) fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::SetTrue)
}

/// `--NAME WORD`: one text.
pub(super) fn value(name: &'static str, word: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(word).help(help).action(ArgAction::Set)
}

/// `--NAME WORD`, as often as one likes.
pub(super) fn list(name: &'static str, word: &'static str, help: &'static str) -> Arg {
    value(name, word, help).action(ArgAction::Append)
}

/// `--NAME WORD,WORD`, as often as one likes.
pub(super) fn commas(name: &'static str, word: &'static str, help: &'static str) -> Arg {
    list(name, word, help).value_delimiter(',')
}

/// A word without a flag.
pub(super) fn argument(word: &'static str, help: &'static str) -> Arg {
    Arg::new(word).value_name(word).help(help).action(ArgAction::Set)
}

/// Words without a flag, any number.
pub(super) fn arguments(word: &'static str, help: &'static str) -> Arg {
    argument(word, help).action(ArgAction::Append).num_args(1..)
}

/// `--NAME` or `--NAME=BOOL`, with Go's words for true and false.
pub(super) fn boolean(name: &'static str, help: &'static str) -> Arg {
    value(name, "BOOL", help)
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value("true")
        .value_parser(parse_bool)
}

/// The words that Go's `strconv.ParseBool` takes.
fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err("write `true` or `false`".to_owned()),
    }
}

/// What a flag can choose from.
pub(super) trait Choice: Copy + Send + Sync + 'static {
    /// Every choice with its word and its meaning. The first is taken where nothing is said.
    const ALL: &'static [(Self, &'static str, &'static str)];
}

/// `--NAME WORD`: one of the words of a [`Choice`].
pub(super) fn choice<T: Choice>(name: &'static str, word: &'static str, help: &'static str) -> Arg {
    let words = T::ALL.iter().map(|(_, word, help)| {
        let possible = PossibleValue::new(*word);
        if help.is_empty() { possible } else { possible.help(*help) }
    });
    let find = |text: String| {
        let found = T::ALL.iter().find(|(_, word, _)| *word == text).or(T::ALL.first());
        found.map(|(choice, ..)| *choice)
    };
    let arg = value(name, word, help).value_parser(PossibleValuesParser::new(words).map(find));
    arg.default_value(T::ALL[0].1)
}

/// What was said, read by name.
pub(super) struct Words(pub(super) ArgMatches);

impl Words {
    /// Reads the arguments of a program as its subcommand and what was said to that.
    ///
    /// # Errors
    /// clap's fault, or its help.
    pub(super) fn of(
        command: Command,
        arguments: Vec<OsString>,
    ) -> clap::error::Result<Option<(String, Words)>> {
        let mut matches = command.try_get_matches_from(arguments)?;
        Ok(matches.remove_subcommand().map(|(name, matches)| (name, Words(matches))))
    }

    /// Whether a [`switch`] is on.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.0.get_flag(name)
    }

    /// One value, where it was said or has a default.
    pub(super) fn one<T: Clone + Send + Sync + 'static>(&mut self, name: &str) -> Option<T> {
        self.0.remove_one(name)
    }

    /// All values in order.
    pub(super) fn all<T: Clone + Send + Sync + 'static>(&mut self, name: &str) -> Vec<T> {
        self.0.remove_many(name).map(Iterator::collect).unwrap_or_default()
    }

    /// What was chosen.
    pub(super) fn chosen<T: Choice>(&mut self, name: &str) -> T {
        self.one::<Option<T>>(name).flatten().unwrap_or(T::ALL[0].0)
    }
}
