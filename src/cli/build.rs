//! `citadel build`: every flag of `kustomize build`, its output to standard output, a file or a folder.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Command, value_parser};

use super::exit::Exit;
use super::flags::{Words, argument, boolean, choice, list, switch, value};
use super::progress::Progress;
use super::terminal::{self, ErrorFormat};
use crate::build::{Functions, Helm, LoadRestrictor, Options, Pieces, Reorder, build_in_pieces};
use crate::diagnostic::{Diagnostic, Severity, Warnings};
use crate::host::{Entry, Host};
use crate::source::Sources;

/// Build the objects of a kustomization, as `kustomize build` does.
#[derive(PartialEq, Debug)]
pub(super) struct Flags {
    directory: String,
    output: Option<PathBuf>,
    load_restrictor: Option<String>,
    strict: bool,
    error_format: ErrorFormat,
    enable_alpha_plugins: bool,
    enable_exec: bool,
    enable_helm: bool,
    helm_command: String,
    helm_api_versions: Vec<String>,
    helm_kube_version: String,
    helm_debug: bool,
    env: Vec<String>,
    mount: Vec<String>,
    network: bool,
    network_name: String,
    as_current_user: bool,
    reorder: Option<String>,
    enable_managedby_label: Option<bool>,
    stack_trace: Option<bool>,
}

impl Flags {
    /// The command line.
    pub(super) fn command() -> Command {
        Command::new("build").about("Build the objects of a kustomization, as `kustomize build` does").args([
            argument("DIR", "Directory with a kustomization file").default_value("."),
            value("output", "PATH", "Write to this file, or one file an object to this folder, instead of standard output").short('o').allow_hyphen_values(true).value_parser(value_parser!(PathBuf)),
            value("load-restrictor", "RESTRICTION", "Which files a kustomization may load: those in or below its directory (`LoadRestrictionsRootOnly`, the default), or any (`LoadRestrictionsNone`)").hide_possible_values(true).value_parser(restrictions()),
            switch("strict", "Warnings are errors: nothing is ignored in silence"),
            choice::<ErrorFormat>("error-format", "FORMAT", "How faults are told on standard error"),
            boolean("enable-alpha-plugins", "Allow plugins that are not built in"),
            boolean("enable-exec", "Allow functions that are programs of this machine; only for kustomizations you trust"),
            boolean("enable-helm", "Allow Helm charts to be inflated"),
            value("helm-command", "PROGRAM", "The program that inflates Helm charts").default_value("helm").allow_hyphen_values(true),
            list("helm-api-versions", "VERSION", "A Kubernetes API version that charts see as present (repeatable)").allow_hyphen_values(true),
            value("helm-kube-version", "VERSION", "The Kubernetes version that charts see").default_value("").hide_default_value(true).allow_hyphen_values(true),
            boolean("helm-debug", "Let Helm tell what it does"),
            list("env", "VARIABLE", "A variable for the environment of functions, NAME=VALUE or NAME (repeatable)").short('e').allow_hyphen_values(true),
            list("mount", "MOUNT", "A mount for functions in containers (repeatable)").allow_hyphen_values(true),
            boolean("network", "Give the network to functions that ask for it"),
            value("network-name", "NAME", "The network that functions in containers join").default_value("bridge").allow_hyphen_values(true),
            boolean("as-current-user", "Run functions in containers as the present user and group"),
            value("reorder", "REORDER", "").hide(true).value_parser(["legacy", "none"]),
            boolean("enable-managedby-label", "").hide(true),
            // kustomize's: citadel's faults say where they come from anyway.
            boolean("stack-trace", "").hide(true),
        ])
    }

    /// What was said.
    pub(super) fn read(words: &mut Words) -> Flags {
        Flags {
            directory: words.one("DIR").unwrap_or_default(),
            output: words.one("output"),
            load_restrictor: words.one("load-restrictor"),
            strict: words.is_on("strict"),
            error_format: words.chosen("error-format"),
            enable_alpha_plugins: words.one("enable-alpha-plugins").unwrap_or_default(),
            enable_exec: words.one("enable-exec").unwrap_or_default(),
            enable_helm: words.one("enable-helm").unwrap_or_default(),
            helm_command: words.one("helm-command").unwrap_or_default(),
            helm_api_versions: words.all("helm-api-versions"),
            helm_kube_version: words.one("helm-kube-version").unwrap_or_default(),
            helm_debug: words.one("helm-debug").unwrap_or_default(),
            env: words.all("env"),
            mount: words.all("mount"),
            network: words.one("network").unwrap_or_default(),
            network_name: words.one("network-name").unwrap_or_default(),
            as_current_user: words.one("as-current-user").unwrap_or_default(),
            reorder: words.one("reorder"),
            enable_managedby_label: words.one("enable-managedby-label"),
            stack_trace: words.one("stack-trace"),
        }
    }
}

fn restrictions() -> PossibleValuesParser {
    PossibleValuesParser::new([
        PossibleValue::new("LoadRestrictionsRootOnly"),
        PossibleValue::new("LoadRestrictionsNone"),
        PossibleValue::new("").hide(true),
    ])
}

impl Flags {
    /// The flags of `build DIR` and nothing else. Most builds have no more to say, and setting up clap would take a
    /// quarter of the time of a small one.
    pub(super) fn plain(directory: String) -> Flags {
        Flags {
            directory,
            output: None,
            load_restrictor: None,
            strict: false,
            error_format: ErrorFormat::Text,
            enable_alpha_plugins: false,
            enable_exec: false,
            enable_helm: false,
            helm_command: "helm".to_owned(),
            helm_api_versions: Vec::new(),
            helm_kube_version: String::new(),
            helm_debug: false,
            env: Vec::new(),
            mount: Vec::new(),
            network: false,
            network_name: "bridge".to_owned(),
            as_current_user: false,
            reorder: None,
            enable_managedby_label: None,
            stack_trace: None,
        }
    }

    fn options(&self, host: &dyn Host, as_kustomize: bool) -> Options {
        let managed_by_variable = "KUSTOMIZE_ENABLE_MANAGEDBY_LABEL";
        Options {
            load_restrictor: match self.load_restrictor.as_deref() {
                Some("LoadRestrictionsNone") => LoadRestrictor::None,
                _ => LoadRestrictor::RootOnly,
            },
            reorder: match self.reorder.as_deref() {
                Some("legacy") => Reorder::Legacy,
                Some(_) => Reorder::None,
                None => Reorder::Unspecified,
            },
            enable_managed_by_label: self.enable_managedby_label == Some(true)
                || host.variable(managed_by_variable).as_deref() == Some("on"),
            enable_plugins: self.enable_alpha_plugins,
            functions: Functions {
                enable_exec: self.enable_exec,
                network: self.network,
                network_name: self.network_name.clone(),
                mounts: self.mount.clone(),
                environment: self.env.clone(),
                as_current_user: self.as_current_user,
            },
            helm: Helm {
                enabled: self.enable_helm,
                command: self.helm_command.clone(),
                api_versions: self.helm_api_versions.clone(),
                kube_version: self.helm_kube_version.clone(),
                debug: self.helm_debug,
            },
            strict: self.strict,
            individual_files: false,
            histories: false,
            as_kustomize,
        }
    }

    /// kustomize's own lines for flags that it would rather not see.
    fn deprecations(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.reorder.is_some() {
            lines.push(
                "Flag --reorder has been deprecated, use the new 'sortOptions' field in kustomization.yaml instead."
                    .to_owned(),
            );
        }
        if self.enable_managedby_label.is_some() {
            lines.push(
                "Flag --enable-managedby-label has been deprecated, The flag `enable-managedby-label` has been \
                 deprecated. Use the `managedByLabel` option in the `buildMetadata` field instead."
                    .to_owned(),
            );
        }
        lines
    }
}

/// Runs the command.
pub(super) fn run(host: &dyn Host, flags: Box<Flags>, as_kustomize: bool) -> Exit {
    let refused = if as_kustomize { Exit::RefusedAsKustomize } else { Exit::Refused };
    let mut options = flags.options(host, as_kustomize);
    let deprecations = flags.deprecations();
    let output = flags.output.filter(|path| !path.as_os_str().is_empty());
    options.individual_files =
        output.as_deref().is_some_and(|path| matches!(host.look(path), Ok(Entry::Directory)));
    // Under the name of kustomize, nothing that kustomize does not say.
    let progress = (!as_kustomize).then(|| Progress::begin(host, || format!("building {}", flags.directory)));
    let Pieces { output: text, files, mut context } = build_in_pieces(host, &flags.directory, &options);
    drop(progress);
    context.warnings.kustomize.splice(0..0, deprecations);
    if as_kustomize {
        context.warnings.list.retain(|told| told.severity == Severity::Error);
    }
    let result =
        text.and_then(|text| if options.strict { strictly(&mut context.warnings, text) } else { Ok(text) });
    let told = |faults: &[Diagnostic], warnings: &Warnings, sources: &Sources| {
        terminal::tell(host, flags.error_format, sources, warnings, faults, as_kustomize);
    };
    let written = match &result {
        Err(faults) => {
            told(faults, &context.warnings, &context.sources);
            return refused;
        }
        Ok(text) => match &output {
            None => terminal::print_pieces(text).map_err(|error| terminal::unprintable(&error)),
            Some(path) => write(host, path, &text.concat(), &files, options.individual_files),
        },
    };
    let exit = match written {
        Ok(()) => {
            told(&[], &context.warnings, &context.sources);
            Exit::Done
        }
        Err(fault) => {
            told(&[fault], &context.warnings, &context.sources);
            refused
        }
    };
    // The process ends here: giving memory back piece by piece would only take time.
    std::mem::forget((context, result, files));
    exit
}

/// Turns warnings into the errors that `--strict` makes of them.
fn strictly<T>(warnings: &mut Warnings, text: T) -> Result<T, Vec<Diagnostic>> {
    let (faults, notes) =
        std::mem::take(&mut warnings.list).into_iter().partition(|told| told.severity >= Severity::Warning);
    warnings.list = notes;
    let mut faults: Vec<Diagnostic> = faults;
    if faults.is_empty() {
        return Ok(text);
    }
    for fault in &mut faults {
        fault.severity = Severity::Error;
    }
    Err(faults)
}

/// Writes to a file or, one file an object, to a folder: all or nothing.
fn write(
    host: &dyn Host,
    path: &Path,
    text: &[u8],
    files: &[(PathBuf, Vec<u8>)],
    individual: bool,
) -> Result<(), Diagnostic> {
    let list: Vec<(PathBuf, &[u8])> = if individual {
        files.iter().map(|(name, text)| (path.join(name), text.as_slice())).collect()
    } else {
        vec![(path.to_owned(), text)]
    };
    host.write(&list).map_err(|fault| terminal::unwritten(&fault))
}
