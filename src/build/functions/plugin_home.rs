//! Plugins of the old kind: programs and Go libraries in a plugin home, found by apiVersion and kind. They are told
//! apart and refused; kustomize itself calls them deprecated.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Result};
use crate::host::{Entry, Host};
use crate::kubernetes::Gvk;
use crate::resource::Resource;

/// Says what kustomize would look for, what is there, and that it is not run.
pub(super) fn refuse<T>(host: &dyn Host, object: &Resource) -> Result<T> {
    let kind = object.kind();
    let (group, version) = Gvk::split_api_version(object.api_version());
    let below = Path::new(group).join(version).join(kind.to_lowercase());
    let there = |path: &Path| host.look(path).is_ok_and(|entry| entry == Entry::File);
    let home = home(host);
    let program = home.as_ref().map(|home| home.join(&below).join(kind)).filter(|path| there(path));
    let library =
        home.as_ref().map(|home| home.join(&below).join(format!("{kind}.so"))).filter(|path| there(path));
    let fault = match (program, library) {
        (Some(path), _) => Diagnostic::error(
            "exec-plugin-not-supported",
            format!("`{kind}` is an exec plugin (`{}`): citadel runs functions only", path.display()),
        ),
        (None, Some(path)) => Diagnostic::error(
            "go-plugin-not-supported",
            format!(
                "`{kind}` is a Go plugin (`{}`): only a kustomize of the same build can load it",
                path.display()
            ),
        ),
        (None, None) => Diagnostic::error(
            "plugin-not-found",
            format!("`{kind}` is neither a built-in plugin nor a function, and no plugin home holds it"),
        ),
    };
    fault
        .at(object.place(), "asks for it")
        .hint(
            "make it a function: a program that reads and writes a ResourceList, named in the annotation \
             `config.kubernetes.io/function` under `exec.path`",
        )
        .fail()
}

/// The first plugin home that exists.
fn home(host: &dyn Host) -> Option<PathBuf> {
    let variable = |name: &str| host.variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let user = variable("HOME");
    [
        variable("KUSTOMIZE_PLUGIN_HOME"),
        variable("XDG_CONFIG_HOME").map(|path| path.join("kustomize/plugin")),
        user.as_ref().map(|path| path.join(".config/kustomize/plugin")),
        user.map(|path| path.join("kustomize/plugin")),
    ]
    .into_iter()
    .flatten()
    .find(|path| host.look(path).is_ok())
}
