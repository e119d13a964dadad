//! What a revision names: `HEAD`, branches, tags, remote branches, ids and their beginnings; with `~N`, `^N` and `^{…}`
//! behind them.

use super::objects::corrupt;
use super::{Id, Kind, Repository, id, read_text};
use crate::diagnostic::{Diagnostic, Result, nearest};

/// Symbolic references that lead further than this lead in a circle.
const LONGEST_CHAIN: usize = 10;

impl Repository<'_> {
    /// The tree that a revision names.
    pub(super) fn tree_of(&self, revision: &str) -> Result<Id> {
        let id = self.revision(revision)?;
        self.peel(id, Kind::Tree, revision)
    }

    fn revision(&self, revision: &str) -> Result<Id> {
        let end = revision.find(['~', '^']).unwrap_or(revision.len());
        let (base, mut rest) = revision.split_at(end);
        let Some(mut at) = self.base(base) else { return self.unknown(revision, base) };
        while let Some(sign) = rest.chars().next() {
            rest = &rest[1..];
            if sign == '^'
                && let Some(inner) = rest.strip_prefix('{')
            {
                let Some((kind, behind)) = inner.split_once('}') else { return self.unknown(revision, base) };
                at = match kind {
                    "commit" | "" => self.peel(at, Kind::Commit, revision)?,
                    "tree" => self.peel(at, Kind::Tree, revision)?,
                    _ => return self.unknown(revision, base),
                };
                rest = behind;
                continue;
            }
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let number = match &rest[..digits] {
                "" => 1,
                digits => match digits.parse::<usize>() {
                    Ok(number) => number,
                    Err(_) => return self.unknown(revision, base),
                },
            };
            rest = &rest[digits..];
            at = self.peel(at, Kind::Commit, revision)?;
            if sign == '~' {
                for _ in 0..number {
                    at = self.parent(&at, 1, revision)?;
                }
            } else if number > 0 {
                at = self.parent(&at, number, revision)?;
            }
        }
        Ok(at)
    }

    fn unknown<T>(&self, revision: &str, base: &str) -> Result<T> {
        let names = self.names();
        let fault = Diagnostic::error("unknown-revision", format!("git knows no revision `{revision}` here"));
        match nearest(base, names.iter().map(String::as_str)) {
            Some(meant) => fault.hint(format!("did you mean `git:{meant}`?")).fail(),
            None if self.is_shallow => {
                fault.hint("this is a shallow clone: `git fetch --unshallow` brings the history").fail()
            }
            None => fault.hint("revisions are branches, tags, `HEAD`, ids, `HEAD~1` and the like").fail(),
        }
    }

    /// What a name stands for.
    fn base(&self, name: &str) -> Option<Id> {
        let name = if matches!(name, "" | "@") { "HEAD" } else { name };
        if name.contains("..") || name.starts_with('/') || name.contains('\\') {
            return None;
        }
        if let Some(id) = id(name) {
            return Some(id);
        }
        let spellings = [
            name.to_owned(),
            format!("refs/{name}"),
            format!("refs/tags/{name}"),
            format!("refs/heads/{name}"),
            format!("refs/remotes/{name}"),
            format!("refs/remotes/{name}/HEAD"),
        ];
        for name in &spellings {
            if let Some(id) = self.reference(name) {
                return Some(id);
            }
        }
        let is_hex = name.len() >= 4 && name.len() < 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hex {
            let ids = self.ids_with_prefix(&name.to_ascii_lowercase());
            if let [id] = ids.as_slice() {
                return Some(*id);
            }
            // Of several, the only commit is meant.
            let is_commit = |id: &&Id| matches!(self.object(id), Ok((Kind::Commit, _)));
            let commits: Vec<&Id> = ids.iter().filter(is_commit).collect();
            if let [id] = commits.as_slice() {
                return Some(**id);
            }
        }
        None
    }

    /// What a reference points at, through symbolic ones.
    fn reference(&self, name: &str) -> Option<Id> {
        let mut name = name.to_owned();
        for _ in 0..LONGEST_CHAIN {
            let text = read_text(self.host, &self.git.join(&name))
                .or_else(|| read_text(self.host, &self.common.join(&name)));
            let Some(text) = text else { return self.packed_reference(&name) };
            match text.trim().strip_prefix("ref: ") {
                Some(further) if !further.contains("..") => further.trim().clone_into(&mut name),
                Some(_) => return None,
                None => return id(text.trim().get(..40)?),
            }
        }
        None
    }

    fn packed_reference(&self, name: &str) -> Option<Id> {
        let text = read_text(self.host, &self.common.join("packed-refs"))?;
        let mut lines = text.lines().filter_map(|line| line.split_once(' '));
        lines.find(|(_, packed)| *packed == name).and_then(|(digits, _)| id(digits))
    }

    /// The names of branches and tags.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for folder in ["refs/heads", "refs/tags"] {
            let list = self.host.list(&self.common.join(folder)).unwrap_or_default();
            names.extend(list.into_iter().filter_map(|name| name.into_string().ok()));
        }
        let packed = read_text(self.host, &self.common.join("packed-refs")).unwrap_or_default();
        for line in packed.lines() {
            let name = line.split_once(' ').map_or("", |(_, name)| name);
            let short = name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/tags/"));
            names.extend(short.map(str::to_owned));
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The commit or tree that an object stands for: tags name commits, commits name trees.
    fn peel(&self, mut at: Id, wanted: Kind, revision: &str) -> Result<Id> {
        for _ in 0..LONGEST_CHAIN {
            let (kind, data) = self.object(&at)?;
            if kind == wanted {
                return Ok(at);
            }
            let field = match kind {
                Kind::Tag => "object",
                Kind::Commit if wanted == Kind::Tree => "tree",
                _ => {
                    return Diagnostic::error(
                        "not-a-commit",
                        format!("the revision `{revision}` is no commit"),
                    )
                    .fail();
                }
            };
            match fields(&data, field).next() {
                Some(further) => at = further,
                None => return corrupt("a git commit or tag names nothing"),
            }
        }
        corrupt("a git tag leads nowhere")
    }

    fn parent(&self, commit: &Id, number: usize, revision: &str) -> Result<Id> {
        let data = self.object_of(commit, Kind::Commit)?;
        match fields(&data, "parent").nth(number - 1) {
            Some(parent) => Ok(parent),
            None => {
                Diagnostic::error("unknown-revision", format!("the history ends before `{revision}`")).fail()
            }
        }
    }
}

/// The ids that a commit or tag gives under a name, in its header.
fn fields<'a>(data: &'a [u8], name: &'a str) -> impl Iterator<Item = Id> + 'a {
    let header = data.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty());
    header.filter_map(move |line| {
        let digits = line.strip_prefix(name.as_bytes())?.strip_prefix(b" ")?;
        id(std::str::from_utf8(digits).ok()?)
    })
}
