//! Which two things are compared.

use std::path::{Path, PathBuf};

use super::super::gate::Refusal;
use super::super::terminal;
use crate::check::Input;
use crate::compare::{GIT, Loaded, Unread};
use crate::diagnostic::{Diagnostic, nearest};
use crate::host::{self, Entry, Host, Links};
use crate::project::{Project, Settings};
use crate::snapshot::{self, Key};

/// What a word stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Side {
    Input,
    Golden,
    Revision(String),
    Target(String),
}

impl Side {
    fn of(word: &str) -> Side {
        match word {
            "-" => Side::Input,
            "golden" => Side::Golden,
            _ => match word.strip_prefix(GIT) {
                Some(revision) => Side::Revision(revision.to_owned()),
                None => Side::Target(word.to_owned()),
            },
        }
    }

    fn target(&self) -> Option<&str> {
        match self {
            Side::Target(target) => Some(target),
            _ => None,
        }
    }
}

/// What citadel.yaml says.
pub(super) fn settings(host: &dyn Host, project: &Project) -> Result<Settings, Unread> {
    Refusal::settings(host, project).map_err(Refusal::into_unread)
}

/// Reads two sides: the old one, then the new one.
pub(super) fn read(host: &dyn Host, words: &[String]) -> Result<(Loaded, Loaded), Unread> {
    let project = Project::here(host).unwrap_or_default();
    let (old, new) = match words {
        [one] => {
            let new = Side::of(one);
            if let Some(target) = new.target() {
                known(host, &project, target, &path(host, &project, target))?;
            }
            if new.target().is_none() {
                return refuse(
                    "one-side",
                    &format!("`{one}` needs another side"),
                    "name an overlay or a path, too",
                );
            }
            let old = match golden(host, &project, one)? {
                Some(path) if host.look(&path) == Ok(Entry::File) => Side::Golden,
                _ => Side::Revision("HEAD".to_owned()),
            };
            (old, new)
        }
        [old, new] => (Side::of(old), Side::of(new)),
        _ => {
            return refuse(
                "too-many-sides",
                "more than two sides are named",
                "name an old one and a new one",
            );
        }
    };
    if old == Side::Input && new == Side::Input {
        return refuse("one-standard-input", "both sides are standard input", "name a file for one of them");
    }
    for target in [old.target(), new.target()].into_iter().flatten() {
        known(host, &project, target, &path(host, &project, target))?;
    }
    let target = old.target().or(new.target()).map(str::to_owned);
    let with_golden = old == Side::Golden || new == Side::Golden;
    let key = if with_golden { key(host, &project)? } else { None };
    let golden = match &target {
        _ if !with_golden => None,
        None => return refuse("one-side", "`golden` needs another side", "name an overlay, too"),
        Some(target) => Some(read_golden(host, &project, target, key.as_ref())?),
    };
    let is_plain = |side: &Side| match side {
        Side::Input => true,
        Side::Target(target) => !is_nothing(&path(host, &project, target)),
        Side::Golden | Side::Revision(_) => false,
    };
    if is_plain(&old) && is_plain(&new) {
        let plain = |side: &Side| -> Result<Input, Unread> {
            Ok(match side.target() {
                Some(target) => Input::Path(path(host, &project, target)),
                None => Input::Text("<stdin>".into(), terminal::read_input()?),
            })
        };
        return Loaded::both(host, plain(&old)?, plain(&new)?);
    }
    let side = |side: &Side| -> Result<Loaded, Unread> {
        match side {
            Side::Input => Loaded::text(host, "<stdin>".into(), terminal::read_input()?),
            Side::Revision(revision) => {
                let path = target
                    .as_deref()
                    .map_or_else(|| PathBuf::from("."), |target| path(host, &project, target));
                Loaded::revision(host, &path, revision)
            }
            Side::Golden => {
                let (shown, bytes, _) = golden.clone().unwrap_or_default();
                Loaded::text(host, shown.into(), bytes)
            }
            Side::Target(target) => {
                let folder = path(host, &project, target);
                if let Some((_, _, key)) = &golden {
                    // Golden files hold no secrets: the other side is compared without them, too.
                    let shown = folder.display().to_string();
                    return snapshot::render(host, &shown, *key).map(|rendered| rendered.objects);
                }
                if is_nothing(&folder) {
                    return Ok(Loaded::default());
                }
                Loaded::path(host, folder)
            }
        }
    };
    Ok((side(&old)?, side(&new)?))
}

/// The golden file of a target as users see it, its text, and the key to render the other side with.
fn read_golden<'k>(
    host: &dyn Host,
    project: &Project,
    target: &str,
    key: Option<&'k Key>,
) -> Result<(String, Vec<u8>, Option<&'k Key>), Unread> {
    let Some(path) = golden(host, project, target)? else { return no_golden_file(target) };
    let mut bytes = Vec::new();
    if host.read(&path, Links::Follow, &mut bytes).is_err() {
        return no_golden_file(target);
    }
    let directory = host.working_directory().unwrap_or_default();
    let shown = host::relative(&path, &directory).display().to_string();
    let (bytes, key) = snapshot::aligned(bytes, key);
    Ok((shown, bytes, key))
}

fn no_golden_file<T>(target: &str) -> Result<T, Unread> {
    refuse(
        "no-golden-file",
        &format!("`{target}` has no golden file"),
        "`citadel snapshot --update` writes it",
    )
}

/// Reads the side that a cluster is asked about.
pub(super) fn beside_live(host: &dyn Host, words: &[String]) -> Result<Loaded, Unread> {
    let others: Vec<&String> = words.iter().filter(|word| *word != "live").collect();
    let [other] = others.as_slice() else {
        return refuse("one-side", "`live` needs one other side", "name an overlay or a path, too");
    };
    let project = Project::here(host).unwrap_or_default();
    match Side::of(other) {
        Side::Input => Loaded::text(host, "<stdin>".into(), terminal::read_input()?),
        Side::Target(target) => {
            let path = path(host, &project, &target);
            known(host, &project, &target, &path)?;
            Loaded::path(host, path)
        }
        Side::Revision(_) | Side::Golden => {
            let message = format!("`{other}` cannot be compared with `live`");
            refuse("one-side", &message, "name an overlay or a path: the cluster is asked about its objects")
        }
    }
}

/// Whether a path stands for a file that is not there, as git has it.
pub(super) fn is_nothing(path: &Path) -> bool {
    path == Path::new("/dev/null")
}

fn path(host: &dyn Host, project: &Project, target: &str) -> PathBuf {
    project.target(host, target)
}

/// Refuses what is neither an overlay nor a path, with what may have been meant.
fn known(host: &dyn Host, project: &Project, target: &str, path: &Path) -> Result<(), Unread> {
    let directory = host.working_directory().unwrap_or_default();
    if target.contains('/') || host.look(&directory.join(path)).is_ok() {
        return Ok(());
    }
    let overlays = project.overlays(host);
    let names = overlays.iter().map(String::as_str).chain(["golden", "live"]);
    let fault = Diagnostic::error("unknown-side", format!("`{target}` is neither an overlay nor a path"));
    let fault = match nearest(target, names) {
        Some(meant) => fault.hint(format!("did you mean `{meant}`?")),
        None => fault.hint("sides are overlays, folders, files, `-`, `golden`, `git:REV` and `live`"),
    };
    Err(Box::new(fault).into())
}

/// Where the golden file of a target is; `None` for what is no folder.
fn golden(host: &dyn Host, project: &Project, target: &str) -> Result<Option<PathBuf>, Unread> {
    let directory = host.working_directory().unwrap_or_default();
    let root = project.root.clone().unwrap_or_else(|| directory.clone());
    let folder = host::clean(&directory.join(path(host, project, target)));
    if host.look(&folder) != Ok(Entry::Directory) {
        return Ok(None);
    }
    let settings = settings(host, project)?;
    let (_, golden) = snapshot::golden_file(&snapshot::folder(&root, settings.snapshots.as_deref()), &folder);
    Ok(Some(golden))
}

fn key(host: &dyn Host, project: &Project) -> Result<Option<Key>, Unread> {
    let root = project.root.clone().unwrap_or_else(|| host.working_directory().unwrap_or_default());
    Key::read(host, &root).map_err(|fault| {
        let message = format!("`{}` {}", fault.path.display(), fault.trouble);
        Box::new(Diagnostic::error("unreadable-file", message)).into()
    })
}

fn refuse<T>(code: &'static str, message: &str, hint: &str) -> Result<T, Unread> {
    Err(Box::new(Diagnostic::error(code, message).hint(hint)).into())
}
