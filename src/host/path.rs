//! Paths as text: cleaned, joined and shortened without asking the disk.

use std::path::{Component, Path, PathBuf};

/// Takes `.` and `..` out by the letter, as Go's `filepath.Clean` does; an empty path becomes `.`.
pub fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    let mut depth = 0_usize;
    for component in path.components() {
        match component {
            Component::Prefix(_) | Component::RootDir => out.push(component),
            Component::CurDir => {}
            Component::ParentDir if depth > 0 => {
                out.pop();
                depth -= 1;
            }
            Component::ParentDir if out.has_root() => {}
            Component::ParentDir => out.push(".."),
            Component::Normal(part) => {
                out.push(part);
                depth += 1;
            }
        }
    }
    if out.as_os_str().is_empty() {
        out.push(".");
    }
    out
}

/// Whether a path leads straight down: relative, clean, without `..`.
pub fn is_plain(path: &str) -> bool {
    !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Joins as Go's `filepath.Join` does: an absolute second part does not replace the first, and the result is clean.
pub fn join(base: &Path, path: &str) -> PathBuf {
    if is_plain(path) {
        return base.join(path);
    }
    let mut text = base.as_os_str().to_owned();
    text.push("/");
    text.push(path);
    clean(Path::new(&text))
}

/// A path as seen from a directory (both absolute and clean), or itself when that is shorter.
pub fn relative(path: &Path, directory: &Path) -> PathBuf {
    if let Ok(below) = path.strip_prefix(directory) {
        return if below.as_os_str().is_empty() { PathBuf::from(".") } else { below.to_owned() };
    }
    let shared = path.components().zip(directory.components()).take_while(|(a, b)| a == b).count();
    let mut out: PathBuf = directory.components().skip(shared).map(|_| "..").collect();
    out.extend(path.components().skip(shared));
    if out.as_os_str().len() < path.as_os_str().len() { out } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleans_as_go_does() {
        for (given, expected) in [
            ("", "."),
            ("a/./b//c", "a/b/c"),
            ("a/../..", ".."),
            ("../../a/..", "../.."),
            ("/../a", "/a"),
            ("/a/b/../..", "/"),
            ("a/b/../c/", "a/c"),
        ] {
            assert_eq!(clean(Path::new(given)), Path::new(expected), "{given}");
        }
        assert_eq!(join(Path::new("/a/b"), "/c"), Path::new("/a/b/c"));
        assert_eq!(join(Path::new("/a/b"), "../c"), Path::new("/a/c"));
        assert_eq!(join(Path::new("/a/b"), ""), Path::new("/a/b"));
    }

    #[test]
    fn shortens_only_when_shorter() {
        let directory = Path::new("/home/me/project");
        assert_eq!(relative(Path::new("/home/me/project/a/b"), directory), Path::new("a/b"));
        assert_eq!(relative(Path::new("/home/me/other"), directory), Path::new("../other"));
        assert_eq!(relative(Path::new("/etc"), directory), Path::new("/etc"));
    }
}
