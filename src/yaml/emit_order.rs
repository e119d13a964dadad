//! The order of keys in the output: yaml.v2's natural order, in which `a2` comes before `a10`. It is not a total order
//! (`a9`, `a10`, `a1b`); where it is none, kustomize's answer varies from run to run and ours depends on the input
//! order alone.

use std::sync::LazyLock;

use regex::Regex;

static LETTER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{L}").ok());
static DIGIT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{Nd}").ok());

fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { is_in(&LETTER, c) }
}

fn is_digit(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { is_in(&DIGIT, c) }
}

fn is_in(class: &LazyLock<Option<Regex>>, c: char) -> bool {
    let mut buffer = [0; 4];
    class.as_ref().is_some_and(|class| class.is_match(c.encode_utf8(&mut buffer)))
}

/// Whether a key comes before another one.
#[inline]
pub(super) fn comes_before(one: &str, other: &str) -> bool {
    precedes(one, other, false)
}

/// Whether a key comes before another one in any order: by letters, or because the other one is longer. Keys of which
/// each comes so before the next are sorted, and different.
#[inline]
pub(super) fn spelt_before(one: &str, other: &str) -> bool {
    let (a, b) = (one.as_bytes(), other.as_bytes());
    match a.iter().zip(b).find(|(a, b)| a != b) {
        None => a.len() < b.len(),
        Some((a, b)) => a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && a < b,
    }
}

/// In yaml.v3's order, a letter behind a digit comes before what is no letter.
#[inline]
fn comes_before_v3(one: &str, other: &str) -> bool {
    precedes(one, other, true)
}

#[inline]
fn precedes(one: &str, other: &str, v3: bool) -> bool {
    let (a, b) = (one.as_bytes(), other.as_bytes());
    let common = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    match (a.get(common), b.get(common)) {
        (None, None | Some(_)) => a.len() < b.len(),
        (Some(_), None) => false,
        (Some(p), Some(q)) if p.is_ascii_alphabetic() && q.is_ascii_alphabetic() => p < q,
        _ => differ(one, other, common, v3),
    }
}

#[cold]
fn differ(one: &str, other: &str, mut common: usize, v3: bool) -> bool {
    while !one.is_char_boundary(common) || !other.is_char_boundary(common) {
        common -= 1;
    }
    let (before, rest) = one.split_at(common);
    let other = &other[common..];
    let (Some(p), Some(q)) = (rest.chars().next(), other.chars().next()) else {
        return rest.len() < other.len();
    };
    match (is_letter(p), is_letter(q)) {
        (true, true) => return p < q,
        (false, false) => {}
        (first, second) => {
            let behind_digit = v3 && before.chars().next_back().is_some_and(is_digit);
            return if behind_digit { first } else { second };
        }
    }
    // Runs of digits count as numbers; a zero behind other digits does not lead.
    let inside_number =
        (p == '0' || q == '0') && before.chars().rev().take_while(|c| is_digit(*c)).any(|c| c != '0');
    let start = i64::from(inside_number);
    let read = |text: &str| {
        text.chars().take_while(|c| is_digit(*c)).fold((start, 0usize), |(n, count), c| {
            (n.wrapping_mul(10).wrapping_add(i64::from(u32::from(c)) - i64::from(u32::from('0'))), count + 1)
        })
    };
    let (number, other_number) = (read(rest), read(other));
    if number != other_number {
        return number < other_number;
    }
    p < q
}

/// Sorts in yaml.v3's order.
pub(super) fn sort_v3<T: Clone>(entries: &mut [T], key: impl Fn(&T) -> &str) {
    sort_by(entries, |a, b| comes_before_v3(key(a), key(b)));
}

/// Sorts, without relying on a total order: by insertion where Go does so too, by merging beyond.
pub(crate) fn sort_by<T: Clone>(entries: &mut [T], before: impl Fn(&T, &T) -> bool) {
    const SMALL: usize = 12;
    if entries.windows(2).all(|pair| !before(&pair[1], &pair[0])) {
        return;
    }
    let insert = |part: &mut [T]| {
        for end in 1..part.len() {
            let mut at = end;
            while at > 0 && before(&part[at], &part[at - 1]) {
                part.swap(at, at - 1);
                at -= 1;
            }
        }
    };
    for part in entries.chunks_mut(SMALL) {
        insert(part);
    }
    let mut width = SMALL;
    let mut merged = Vec::with_capacity(entries.len());
    while width < entries.len() {
        merged.clear();
        for pair in entries.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let ([first, left_rest @ ..], [second, right_rest @ ..]) = (left, right) {
                if before(second, first) {
                    merged.push(second.clone());
                    right = right_rest;
                } else {
                    merged.push(first.clone());
                    left = left_rest;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        entries.clone_from_slice(&merged);
        width *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_keys_naturally() {
        let ordered =
            ["", ".dot", "10", "A", "a", "a-b", "a.b", "a1", "a2", "a10", "a010", "aB", "ab", "b", "é", "日"];
        for pair in ordered.windows(2) {
            assert!(!comes_before(pair[1], pair[0]), "{} before {}", pair[1], pair[0]);
        }
        assert!(comes_before("a9", "a10"));
        assert!(comes_before("a10", "a1b"));
        assert!(!comes_before("same", "same"));
    }

    #[test]
    fn sorts_many() {
        let mut keys: Vec<String> = (0..100).rev().map(|n| format!("k{n}")).collect();
        sort_by(&mut keys, |a, b| comes_before(a, b));
        assert!(keys.iter().enumerate().all(|(n, k)| *k == format!("k{n}")));
    }
}
