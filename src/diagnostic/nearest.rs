//! Which of several names somebody may have meant.

/// Longer names are not compared: nobody mistypes them by hand, and the comparison is quadratic.
const LONGEST: usize = 256;

/// The candidate that is nearly this name, if one is: equal but for letter case, or few changes away (about one in
/// three letters). The first of equally near ones wins.
pub fn nearest<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let wanted: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    if wanted.is_empty() || wanted.len() > LONGEST {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other: Vec<char> = candidate.chars().flat_map(char::to_lowercase).take(LONGEST + 1).collect();
        let longer = wanted.len().max(other.len());
        let limit = (longer / 3).max(1);
        if longer > LONGEST || wanted.len().abs_diff(other.len()) > limit || candidate == name {
            continue;
        }
        let distance = distance(&wanted, &other);
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from one to the other.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = Vec::with_capacity(other.len() + 1);
        row.push(i + 1);
        for (j, b) in other.iter().enumerate() {
            let mut least = (above[j] + usize::from(a != b)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let fields = ["resources", "replacements", "replicas", "namePrefix", "images"];
        assert_eq!(nearest("resorces", fields), Some("resources"));
        assert_eq!(nearest("nameprefx", fields), Some("namePrefix"));
        assert_eq!(nearest("iamges", fields), Some("images"));
        assert_eq!(nearest("spec", fields), None);
        assert_eq!(nearest("", fields), None);
    }
}
