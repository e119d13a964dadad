//! Which of many entries of `images` an image is for, without asking each.
//!
//! A dot in the name of an entry stands for any character, so names are grouped by their length and by where they have
//! dots; a text is looked up with dots in those places.

use rustc_hash::FxHashMap;

use super::{Name, is_tag_and_digest};

/// The names of all entries.
pub(super) struct Names {
    /// By length in characters.
    by_length: FxHashMap<usize, Vec<Group>>,
    /// Regular expressions: they are asked one by one, rising.
    expressions: Vec<usize>,
}

/// Names of one length that have dots in the same places.
struct Group {
    dots: Vec<usize>,
    /// The entries of each name, rising.
    entries: FxHashMap<String, Vec<usize>>,
}

impl Names {
    pub(super) fn of<'n>(names: impl Iterator<Item = &'n Name>) -> Names {
        let mut all = Names { by_length: FxHashMap::default(), expressions: Vec::new() };
        for (entry, name) in names.enumerate() {
            let Name::Text(name) = name else {
                all.expressions.push(entry);
                continue;
            };
            // Such names have no characters of several bytes.
            let dots: Vec<usize> = name.match_indices('.').map(|(at, _)| at).collect();
            let groups = all.by_length.entry(name.len()).or_default();
            let group = groups.iter().position(|group| group.dots == dots).unwrap_or_else(|| {
                groups.push(Group { dots, entries: FxHashMap::default() });
                groups.len() - 1
            });
            groups[group].entries.entry(name.clone()).or_default().push(entry);
        }
        all
    }

    /// The first entry from a number on that may be for an image.
    pub(super) fn next(&self, image: &str, from: usize) -> Option<usize> {
        let first = |entries: &[usize]| entries.get(entries.partition_point(|entry| *entry < from)).copied();
        let mut found = first(&self.expressions);
        let ends = image.match_indices([':', '@']).map(|(at, _)| at).chain([image.len()]);
        for end in ends.filter(|end| is_tag_and_digest(&image[*end..])) {
            let name = &image[..end];
            for group in self.by_length.get(&name.chars().count()).into_iter().flatten() {
                let Some(entry) = group.entries.get(&group.shown(name)).and_then(|entries| first(entries))
                else {
                    continue;
                };
                found = Some(found.map_or(entry, |other| other.min(entry)));
            }
        }
        found
    }
}

impl Group {
    /// A text with dots where the names of the group have them; an end of a line is never taken for one.
    fn shown(&self, text: &str) -> String {
        let mut dots = self.dots.iter().peekable();
        text.chars()
            .enumerate()
            .map(|(at, c)| if dots.next_if(|dot| **dot == at).is_some() && c != '\n' { '.' } else { c })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Name, Names};

    #[test]
    fn finds_the_first_entry_from_a_number_on() {
        let names = ["a", "r.io/a", "a", "rx[io]", "h:5/a", "a:1", "b.c.d"].map(|name| match name {
            "rx[io]" => Name::Expression(regex::Regex::new("^rx[io]$").unwrap()),
            name => Name::Text(name.to_owned()),
        });
        let names = Names::of(names.iter());
        assert_eq!(
            (names.next("a", 0), names.next("a:2", 1), names.next("a", 3)),
            (Some(0), Some(2), Some(3))
        );
        assert_eq!((names.next("a", 4), names.next("a:1", 4), names.next("a:12", 4)), (None, Some(5), None));
        assert_eq!((names.next("rXio/a@sha256:0", 0), names.next("h:5/a:1", 4)), (Some(1), Some(4)));
        assert_eq!(
            (names.next("bécxd", 4), names.next("b\ncxd", 4), names.next("b.c.d", 4)),
            (Some(6), None, Some(6))
        );
    }
}
