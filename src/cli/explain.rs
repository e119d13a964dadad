//! `citadel explain`: where values come from, and what lines of the sources do.

use clap::Command;

use super::exit::Exit;
use super::flags::{Choice, Words, argument, choice, switch, value};
use super::progress::Progress;
use super::terminal::{self, ErrorFormat};
use crate::build::{Functions, LoadRestrictor, Options};
use crate::diagnostic::{Diagnostic, Warnings};
use crate::explain::{self, Detail, Question};
use crate::host::Host;
use crate::project::Project;
use crate::resource::{Context, ResourceSet};
use crate::source::Sources;

/// Explain where the fields of a rendered object come from, or what a file or line does.
#[derive(Debug)]
pub(super) struct Flags {
    target: String,
    object: Option<String>,
    path: Option<String>,
    namespace: Option<String>,
    file: Option<String>,
    unused: bool,
    all_values: bool,
    format: Format,
    show_secrets: bool,
    load_restrictor: Option<String>,
    enable_alpha_plugins: bool,
    enable_exec: bool,
    error_format: ErrorFormat,
}

impl Flags {
    /// The command.
    pub(super) fn command() -> Command {
        Command::new("explain").about("Explain where the fields of a rendered object come from, or what a file or line does").args([
            argument("TARGET", "An overlay of the project (a word without `/`), or a folder").required(true),
            argument("KIND/NAME", "The object: `deploy/api`, `Service/web`, `ingress.networking.k8s.io/web`; without one, all objects are listed"),
            argument("PATH", "The field: `spec.template.spec.containers.[name=app].image`, `{.spec.replicas}`, `metadata.annotations['a.b/c']`; without one, all fields").allow_hyphen_values(true),
            value("namespace", "NAMESPACE", "The namespace of the object, when its name does not tell it").short('n'),
            value("file", "FILE[:LINE]", "The fields that a file, or one line of it, influences").conflicts_with_all(["KIND/NAME", "unused"]),
            switch("unused", "Patches, other entries and files that influence nothing").conflicts_with("KIND/NAME"),
            switch("all-values", "A table: one line a field"),
            choice::<Format>("format", "FORMAT", "How it is told"),
            switch("show-secrets", "Show the data of Secrets, too"),
            value("load-restrictor", "RESTRICTION", "Which files a kustomization may load: those in or below its directory (`LoadRestrictionsRootOnly`, the default), or any (`LoadRestrictionsNone`)").value_parser(["LoadRestrictionsRootOnly", "LoadRestrictionsNone"]).hide_possible_values(true),
            switch("enable-alpha-plugins", "Allow plugins that are not built in"),
            switch("enable-exec", "Allow functions that are programs of this machine; only for kustomizations you trust"),
            choice::<ErrorFormat>("error-format", "FORMAT", "How faults are told on standard error"),
        ])
    }

    /// What was said.
    pub(super) fn read(words: &mut Words) -> Flags {
        Flags {
            target: words.one("TARGET").unwrap_or_default(),
            object: words.one("KIND/NAME"),
            path: words.one("PATH"),
            namespace: words.one("namespace"),
            file: words.one("file"),
            unused: words.is_on("unused"),
            all_values: words.is_on("all-values"),
            format: words.chosen("format"),
            show_secrets: words.is_on("show-secrets"),
            load_restrictor: words.one("load-restrictor"),
            enable_alpha_plugins: words.is_on("enable-alpha-plugins"),
            enable_exec: words.is_on("enable-exec"),
            error_format: words.chosen("error-format"),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    Text,
    Json,
}

impl Choice for Format {
    const ALL: &'static [(Format, &'static str, &'static str)] = &[
        (Format::Text, "text", "For people"),
        (Format::Json, "json", "The explanation document, version 1"),
    ];
}

impl Flags {
    fn options(&self) -> Options {
        Options {
            load_restrictor: match self.load_restrictor.as_deref() {
                Some("LoadRestrictionsNone") => LoadRestrictor::None,
                _ => LoadRestrictor::RootOnly,
            },
            enable_plugins: self.enable_alpha_plugins,
            functions: Functions { enable_exec: self.enable_exec, ..Functions::default() },
            ..Options::default()
        }
    }
}

/// Runs the command.
pub(super) fn run(host: &dyn Host, flags: &Flags) -> Exit {
    let refuse = |faults: &[Diagnostic], sources: &Sources| {
        terminal::tell(host, flags.error_format, sources, &Warnings::default(), faults, false);
        Exit::Refused
    };
    let project = Project::here(host).unwrap_or_default();
    let folder = match project.folder(host, &flags.target) {
        Ok(folder) => folder.display().to_string(),
        Err(fault) => return refuse(&[*fault], &Sources::default()),
    };
    let progress = Progress::begin(host, || format!("building {folder}"));
    let (built, context) = explain::build(host, &folder, &flags.options());
    drop(progress);
    let exit = match built.and_then(|set| answer(flags, &set, &context).map_err(|fault| vec![*fault])) {
        Err(faults) => refuse(&faults, &context.sources),
        Ok(text) => match terminal::print(text.as_bytes()) {
            Ok(()) => Exit::Done,
            Err(error) => refuse(&[terminal::unprintable(&error)], &context.sources),
        },
    };
    // The process ends here: giving memory back piece by piece would only take time.
    std::mem::forget(context);
    exit
}

fn answer(flags: &Flags, set: &ResourceSet, context: &Context) -> Result<String, Box<Diagnostic>> {
    let (sources, secrets) = (&context.sources, flags.show_secrets);
    let json = flags.format == Format::Json;
    if let Some(file) = &flags.file {
        let influence = explain::influence(set, context, file)?;
        return Ok(if json {
            explain::influence_json(&influence, sources, secrets)
        } else {
            explain::influence_text(&influence, sources, secrets)
        });
    }
    if flags.unused {
        let unused = explain::unused(set, context);
        return Ok(if json {
            explain::unused_json(&unused, sources)
        } else {
            explain::unused_text(&unused, sources)
        });
    }
    let Some(object) = &flags.object else {
        let objects = explain::objects(set);
        return Ok(if json {
            explain::objects_json(&objects, sources)
        } else {
            explain::objects_text(&objects, sources)
        });
    };
    let question =
        Question { object: object.clone(), namespace: flags.namespace.clone(), path: flags.path.clone() };
    let explanation = explain::explain(set, context, &question)?;
    if json {
        return Ok(explain::json(&explanation, sources, secrets));
    }
    let detail = match (flags.all_values, &flags.path) {
        (true, _) => Detail::Table,
        (false, Some(_)) => Detail::Lines,
        (false, None) => Detail::Steps,
    };
    Ok(explain::text(&explanation, sources, detail, secrets))
}
