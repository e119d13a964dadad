//! `citadel completions` and `citadel man`, made from the flags themselves.

use clap::{Command, value_parser};
use clap_complete::Shell;
use clap_mangen::Man;

use super::exit::Exit;
use super::flags::{Words, argument};
use super::terminal;

/// The command line of `completions`.
pub(super) fn completions_command() -> Command {
    let shell = argument("SHELL", "The shell").required(true).value_parser(value_parser!(Shell));
    Command::new("completions").about("Print the completions for a shell").arg(shell)
}

/// The command line of `man`.
pub(super) fn man_command() -> Command {
    Command::new("man")
        .about("Print the manual page of citadel or of one of its commands (as roff, for `man -l -`)")
        .arg(argument("COMMAND", "The command"))
}

/// Prints completions.
pub(super) fn completions(mut command: Command, words: &mut Words) -> Exit {
    let name = command.get_name().to_owned();
    let mut text = Vec::new();
    let Some(shell) = words.one::<Shell>("SHELL") else { return Exit::Refused };
    clap_complete::generate(shell, &mut command, &name, &mut text);
    let script = String::from_utf8_lossy(&text).into_owned();
    let script = if name == "citadel" { with_project(shell, script) } else { script };
    print(script.as_bytes())
}

/// The script of a shell, and in front of its flags what `citadel complete` knows of the project.
fn with_project(shell: Shell, mut script: String) -> String {
    match shell {
        Shell::Bash => script.push_str(BASH),
        Shell::Zsh => {
            // The file is loaded by the name of its function, which is to be ours.
            script = script.replace("\n_citadel() {", "\n_citadel_flags() {");
            let end = script.rfind("if [ \"$funcstack[1]\"").unwrap_or(script.len());
            script.insert_str(end, ZSH);
        }
        Shell::Fish => script.push_str(FISH),
        _ => {}
    }
    script
}

/// Words are taken from the line itself, since bash splits them at `:` and `=`; what it took for a word of its own is cut
/// off again.
const BASH: &str = r#"
_citadel_project() {
    local line="${COMP_LINE:0:COMP_POINT}" words word found cut
    read -ra words <<<"$line"
    [[ "$line" == *[[:space:]] ]] && words+=("")
    if found=$("${words[0]}" complete "${words[@]:1}" 2>/dev/null); then
        local current="${words[${#words[@]}-1]}"
        case "${words[1]}" in
            check|diff)
                while IFS= read -r word; do
                    case "$word" in *.yaml|*.yml|*.json) found+=$'\n'"$word" ;; esac
                done < <(compgen -f -- "$current") ;;
        esac
        cut="${current%"${current##*[:=]}"}"
        COMPREPLY=()
        while IFS= read -r word; do
            [[ -n "$word" ]] && COMPREPLY+=("${word#"$cut"}")
        done <<<"$found"
        if [[ ${#COMPREPLY[@]} -gt 0 ]]; then
            [[ ${#COMPREPLY[@]} -eq 1 && "${COMPREPLY[0]}" == *[./:] ]] && compopt -o nospace 2>/dev/null
            return
        fi
    fi
    _citadel "$@"
}
complete -F _citadel_project -o bashdefault -o default citadel
"#;

const ZSH: &str = r#"_citadel() {
    local found
    if found=$("${words[1]}" complete "${(@)words[2,CURRENT]}" 2>/dev/null) && [[ -n "$found" ]]; then
        local -a all open whole
        all=("${(@f)found}")
        open=(${(M)all:#*[./:]})
        whole=(${all:#*[./:]})
        compadd -S '' -a open
        compadd -a whole
        case "${words[2]}" in
            check|diff) _files -g '*.(yaml|yml|json)' ;;
        esac
        return
    fi
    _citadel_flags "$@"
}

"#;

const FISH: &str = r#"
function __citadel_project
    set -l words (commandline -opc)
    citadel complete $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c citadel -n "__fish_citadel_using_subcommand explain" -f -a "(__citadel_project)"
for command in build check diff render snapshot
    complete -c citadel -n "__fish_citadel_using_subcommand $command" -a "(__citadel_project)"
end
"#;

/// Prints a manual page.
pub(super) fn man(mut command: Command, words: &mut Words) -> Exit {
    command.build();
    let name = words.one::<String>("COMMAND");
    let wanted = match &name {
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
