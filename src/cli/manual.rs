//! `citadel completions` and `citadel man`, made from the flags themselves.

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;

use super::exit::Exit;
use super::terminal;

/// Print the completions for a shell
#[derive(clap::Args)]
pub(super) struct CompletionFlags {
    /// The shell
    pub(super) shell: Shell,
}

/// Print the manual page of citadel or of one of its commands (as roff, for `man -l -`)
#[derive(clap::Args)]
pub(super) struct ManFlags {
    /// The command
    command: Option<String>,
}

/// Prints completions.
pub(super) fn completions(mut command: Command, flags: &CompletionFlags) -> Exit {
    let name = command.get_name().to_owned();
    let mut text = Vec::new();
    clap_complete::generate(flags.shell, &mut command, name, &mut text);
    print(&text)
}

/// Prints a manual page.
pub(super) fn man(mut command: Command, flags: &ManFlags) -> Exit {
    command.build();
    let wanted = match &flags.command {
        None => Some(&command),
        Some(name) => command.find_subcommand(name),
    };
    let Some(wanted) = wanted else {
        terminal::complain("error: citadel has no such command\n");
        return Exit::Refused;
    };
    let page = Man::new(wanted.clone());
    let mut text = Vec::new();
    match page.render(&mut text) {
        Ok(()) => print(&text),
        Err(_) => Exit::Refused,
    }
}

fn print(text: &[u8]) -> Exit {
    match terminal::print(text) {
        Ok(()) => Exit::Done,
        Err(error) => {
            terminal::complain(&format!("error: standard output could not be written: {error}\n"));
            Exit::Refused
        }
    }
}
