//! Which paths kustomize takes for something on the network: a git repository or a file behind a URL.

/// Something that is not on this machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Remote {
    /// A git repository (kustomize would clone it).
    Base,
    /// A file behind an `http` or `https` URL (kustomize would fetch it).
    File,
}

/// What kustomize would ask the network for, given this entry of `resources`, `components` and the like.
pub fn remote(path: &str) -> Option<Remote> {
    if is_url(path) {
        // kustomize fetches first and clones what does not look like a file; only the name can be judged here.
        let plain = path.split(['?', '#']).next().unwrap_or(path).to_lowercase();
        let file = [".yaml", ".yml", ".json"].iter().any(|end| plain.ends_with(end));
        return Some(if file || !is_repository(path) { Remote::File } else { Remote::Base });
    }
    is_repository(path).then_some(Remote::Base)
}

/// Whether a file of this name is fetched rather than read.
pub(super) fn is_url(path: &str) -> bool {
    path.split_once(':').is_some_and(|(scheme, _)| {
        scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
    })
}

/// Whether kustomize takes this for a git repository: a known scheme, `user@host:path`, or a path on github.com.
pub(super) fn is_repository(path: &str) -> bool {
    if path.starts_with('/') {
        return false;
    }
    let rest = path.split('?').next().unwrap_or_default();
    let rest = strip_prefix(rest, "git::").unwrap_or(rest);
    let mut scheme = "";
    let mut rest = rest;
    for known in ["ssh://", "https://", "http://", "file://"] {
        if let Some(after) = strip_prefix(rest, known) {
            (scheme, rest) = (known, after);
            break;
        }
    }
    let (user, rest) = take_user(rest);
    let github = strip_prefix(rest, "github.com/").or_else(|| strip_prefix(rest, "github.com:")).is_some();
    let scp = scheme.is_empty() && (!user.is_empty() || github);
    if scheme.is_empty() && !scp {
        return false;
    }
    if scheme == "file://" {
        return splits(&format!("{user}{rest}"), true);
    }
    let (host, path) = match separator(rest, scp) {
        Some(at) => (&rest[..=at], &rest[at + 1..]),
        None => (rest, ""),
    };
    !host.is_empty() && splits(path, false)
}

fn strip_prefix<'t>(text: &'t str, lower: &str) -> Option<&'t str> {
    let start = text.get(..lower.len())?;
    start.eq_ignore_ascii_case(lower).then(|| &text[lower.len()..])
}

/// `user@` in front: a letter, then letters, digits and dashes.
fn take_user(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(text.len());
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) && text[end..].starts_with('@') {
        text.split_at(end + 1)
    } else {
        ("", text)
    }
}

fn separator(text: &str, scp: bool) -> Option<usize> {
    let slash = text.find('/');
    if !scp {
        return slash;
    }
    match (slash, text.find(':')) {
        (None, colon) => colon,
        (Some(slash), Some(colon)) if colon > 0 && colon < slash => Some(colon),
        (slash, _) => slash,
    }
}

/// Whether a path on a host can be split into a repository and a directory in it that does not leave it.
fn splits(path: &str, all: bool) -> bool {
    let (repository, directory) = if let Some(at) = path.find("_git/") {
        let after = at + "_git/".len();
        let end = path[after..].find('/').map_or(path.len(), |slash| after + slash);
        (&path[..end], path[end..].strip_prefix('/').unwrap_or_default())
    } else if let Some(at) = path.find("//") {
        (&path[..at], &path[at + 2..])
    } else if let Some(at) = path.find(".git") {
        path.split_at(at + ".git".len())
    } else if all {
        (path, "")
    } else {
        match path.match_indices('/').nth(1) {
            Some((second, _)) => (&path[..second], &path[second + 1..]),
            None if path.contains('/') => (path, ""),
            None => return false,
        }
    };
    let directory = directory.strip_prefix('/').unwrap_or(directory);
    let leaves = crate::host::clean(std::path::Path::new(directory)).starts_with("..");
    !repository.is_empty() && !leaves
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_repositories() {
        for path in [
            "https://github.com/org/repo",
            "https://github.com/org/repo//path?ref=v1",
            "github.com/org/repo/path/in/it?ref=main",
            "GitHub.com/org/repo",
            "git@github.com:org/repo.git",
            "git::https://example.org/org/repo",
            "ssh://git@example.org/org/repo.git//base",
            "user@host.xz:path/to/repo.git/",
            "file:///srv/git/repo",
            "https://dev.azure.com/org/project/_git/repo/root",
        ] {
            assert!(is_repository(path), "{path}");
        }
        for path in [
            "base",
            "../base",
            "/srv/git/repo.git",
            "example.org/org/repo",
            "https://example.org/file",
            "github.com/org",
            "host.xz:path/to/repo.git",
            "https://github.com/org/repo//../..",
        ] {
            assert!(!is_repository(path), "{path}");
        }
        assert_eq!(remote("https://example.org/a/b/file.yaml?raw=true"), Some(Remote::File));
        assert_eq!(remote("https://github.com/org/repo//base"), Some(Remote::Base));
        assert_eq!(remote("deployment.yaml"), None);
    }
}
