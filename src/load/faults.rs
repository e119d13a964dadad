//! What to say when something cannot be read or entered.

use std::path::Path;
use std::sync::Arc;

use super::files::{Files, Refused};
use super::loader::{Frame, KUSTOMIZATION_FILES, Loader};
use super::remote::{self as net, Remote};
use crate::diagnostic::{Diagnostic, nearest};
use crate::host::{Fault, Trouble};
use crate::source::Place;

/// Something on the network: kustomize would go there.
pub(super) fn remote(path: &str, at: Place) -> Diagnostic {
    match net::remote(path) {
        Some(Remote::File) => Diagnostic::error(
            "remote-file-not-supported",
            format!("`{path}` is a file on the network, and such files are not fetched yet"),
        )
        .at(at, "only files of this machine are read")
        .hint("download the file, and name the copy here"),
        _ => Diagnostic::error(
            "remote-base-not-supported",
            format!("`{path}` is a git repository, and repositories are not cloned yet"),
        )
        .at(at, "only directories of this machine are read")
        .hint("clone the repository at the revision you want, and name the directory here"),
    }
}

/// A file that could not be read.
pub(super) fn refused(loader: &Loader<'_>, path: &str, refused: Refused, at: Place) -> Diagnostic {
    match refused {
        Refused::Outside(real) => outside(loader, path, &real, at),
        Refused::Fault(fault) => unreadable(loader.files(), &loader.path_of(path), path, &fault, at),
    }
}

fn outside(loader: &Loader<'_>, path: &str, real: &Path, at: Place) -> Diagnostic {
    let (files, asked) = (loader.files(), loader.path_of(path));
    let (shown, root) = (files.display(&asked), loader.display_root());
    let message = format!("security; file `{shown}` is not in or below `{root}`");
    let mut fault = Diagnostic::error("file-outside-root", message);
    fault = if real == asked {
        fault.at(at, "a kustomization may only load files of its own directory")
    } else {
        fault.at(at, format!("it is a link to `{}`", files.display(real)))
    };
    fault.hint(
        "move the file below the kustomization, or allow it with `--load-restrictor LoadRestrictionsNone`",
    )
}

fn unreadable(files: &Files<'_>, asked: &Path, path: &str, fault: &Fault, at: Place) -> Diagnostic {
    let code = match fault.trouble {
        Trouble::Missing | Trouble::NotDirectory => "file-not-found",
        Trouble::Directory => "file-is-directory",
        Trouble::NotRegular => "file-not-regular",
        Trouble::TooLarge => "file-too-large",
        Trouble::LinkLoop => "link-cycle",
        _ => "file-unreadable",
    };
    let shown = files.display(asked);
    let message = match (&fault.trouble, path.is_empty()) {
        (_, true) => "the path of a file is empty".to_owned(),
        (Trouble::Directory, _) => format!("`{shown}` is a directory; a file is needed here"),
        (Trouble::NotRegular, _) => {
            format!("`{shown}` is a device, a pipe or a socket; a file is needed here")
        }
        (trouble, _) => format!("`{shown}` {trouble}"),
    };
    let diagnostic = Diagnostic::error(code, message).at(at, "");
    match fault.trouble {
        Trouble::Missing => with_candidates(files, diagnostic, asked),
        _ => diagnostic,
    }
}

/// Names a file or directory nearby when one is nearly right.
fn with_candidates(files: &Files<'_>, diagnostic: Diagnostic, asked: &Path) -> Diagnostic {
    // The first part of the path that is not there, and what was to come behind it.
    let Some(last) = asked.ancestors().skip(1).find(|above| files.host.look(above).is_ok()) else {
        return diagnostic;
    };
    let mut rest = asked.strip_prefix(last).unwrap_or(asked).components();
    let (Some(missing), rest) = (rest.next(), rest.as_path()) else {
        return diagnostic;
    };
    let (Some(missing), Ok(names)) = (missing.as_os_str().to_str(), files.host.list(last)) else {
        return diagnostic;
    };
    let names: Vec<&str> = names.iter().filter_map(|name| name.to_str()).collect();
    let Some(near) = nearest(missing, names.iter().copied()) else {
        return diagnostic;
    };
    let mut meant = last.join(near);
    if !rest.as_os_str().is_empty() && files.host.look(&meant.join(rest)).is_ok() {
        meant.push(rest);
    }
    diagnostic.hint(format!("did you mean `{}`?", files.display(&meant)))
}

/// A file that is not text.
pub(super) fn not_text(name: &str, place: Place, at: Place) -> Diagnostic {
    Diagnostic::error("not-utf-8", format!("`{name}` is not valid UTF-8 text"))
        .at(place, "these bytes are not UTF-8")
        .at(at, "the file is named here")
}

/// The path of a root is empty.
pub(super) fn empty_root(at: Place) -> Diagnostic {
    Diagnostic::error("root-empty", "the path is empty").at(at, "")
}

/// A base with an absolute path.
pub(super) fn absolute_root(loader: &Loader<'_>, path: &str, at: Place) -> Diagnostic {
    let relative = crate::host::relative(Path::new(path), loader.root());
    let fault =
        Diagnostic::error("root-absolute", format!("the path of a base cannot be absolute: `{path}`"))
            .at(at, "");
    if relative.is_absolute() {
        fault.hint("write the path relative to the kustomization")
    } else {
        fault.hint(format!("write `{}`", relative.display()))
    }
}

/// A root that is a file.
pub(super) fn not_a_directory(files: &Files<'_>, path: &str, asked: &Path, at: Place) -> Diagnostic {
    let shown = files.display(asked);
    let fault =
        Diagnostic::error("root-not-directory", format!("must build at a directory: `{shown}` is a file"))
            .at(at, "");
    let name = Path::new(path).file_name().and_then(|name| name.to_str());
    if name.is_some_and(|name| KUSTOMIZATION_FILES.contains(&name)) {
        return fault.hint("name the directory that holds the kustomization, not the file");
    }
    fault
}

/// A root that is not there.
pub(super) fn no_root(files: &Files<'_>, path: &str, fault: &Fault, at: Place) -> Diagnostic {
    let asked = if at.is_some() { &fault.path } else { &files.working_directory.join(path) };
    let code = match fault.trouble {
        Trouble::Missing | Trouble::NotDirectory => "directory-not-found",
        Trouble::LinkLoop => "link-cycle",
        _ => "directory-unreadable",
    };
    let shown = files.display(asked);
    let diagnostic =
        Diagnostic::error(code, format!("must build at a directory: `{shown}` {}", fault.trouble)).at(at, "");
    match fault.trouble {
        Trouble::Missing => with_candidates(files, diagnostic, asked),
        _ => diagnostic,
    }
}

/// A root that is entered from itself or from below it.
pub(super) fn cycle(loader: &Loader<'_>, root: &Path, visited: &Arc<Frame>, at: Place) -> Diagnostic {
    let files = loader.files();
    let shown = |path: &Path| format!("`{}`", files.display(path));
    let mut way = vec![shown(root)];
    let mut places = Vec::new();
    let mut frame = Some(loader.frame());
    while let Some(here) = frame {
        way.push(shown(&here.root));
        if Arc::ptr_eq(here, visited) {
            break;
        }
        places.push(here);
        frame = here.above.as_ref();
    }
    let message = if root == visited.root {
        way.reverse();
        format!("cycle detected: {}", way.join(" → "))
    } else {
        format!(
            "cycle detected: {} contains {}, which is being built from it",
            shown(root),
            shown(&visited.root)
        )
    };
    let mut fault =
        Diagnostic::error("root-cycle", message).at(at, "this leads back to a directory being built");
    for here in places {
        fault = fault.at(here.at, format!("{} is entered here", shown(&here.root)));
    }
    fault.hint("a base may not be, nor contain, a directory that uses it")
}

/// Two kustomization files in one root.
pub(super) fn several(loader: &Loader<'_>, first: &str, second: &str) -> Diagnostic {
    let root = loader.display_root();
    let message = format!("found multiple kustomization files in `{root}`: `{first}` and `{second}`");
    Diagnostic::error("kustomization-ambiguous", message).at(loader.frame().at, "").hint("keep one of them")
}

/// No kustomization file in a root.
pub(super) fn no_kustomization(loader: &Loader<'_>) -> Diagnostic {
    let root = loader.display_root();
    let [first, second, third] = KUSTOMIZATION_FILES;
    let message = format!("`{root}` has no kustomization file: no `{first}`, `{second}` or `{third}`");
    let fault = Diagnostic::error("kustomization-not-found", message)
        .at(loader.frame().at, "this directory is entered");
    let names = loader.files().host.list(loader.root()).unwrap_or_default();
    let near = names.iter().filter_map(|name| name.to_str()).find(|name| {
        KUSTOMIZATION_FILES.iter().any(|known| nearest(name, std::iter::once(*known)).is_some())
    });
    match near {
        Some(name) => fault.hint(format!("there is a `{name}`: rename it to `{first}`")),
        None => fault,
    }
}
