//! Texts line by line: what stays, what goes, what comes (Myers' algorithm, with a bound).

/// One line of a difference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Line<'a> {
    /// It is in both.
    Same(&'a str),
    /// It is gone.
    Old(&'a str),
    /// It came.
    New(&'a str),
}

/// Edits beyond this number are told as one block that goes and one that comes.
const MOST_EDITS: usize = 1000;

/// The difference of two texts.
pub(super) fn lines<'a>(old: &'a str, new: &'a str) -> Vec<Line<'a>> {
    let (a, b): (Vec<&str>, Vec<&str>) = (split(old), split(new));
    let front = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let back = a[front..].iter().rev().zip(b[front..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut out: Vec<Line<'a>> = a[..front].iter().map(|line| Line::Same(line)).collect();
    middle(&a[front..a.len() - back], &b[front..b.len() - back], &mut out);
    out.extend(a[a.len() - back..].iter().map(|line| Line::Same(line)));
    out
}

fn split(text: &str) -> Vec<&str> {
    text.split_terminator('\n').collect()
}

#[expect(
    clippy::cast_sign_loss,
    clippy::many_single_char_names,
    reason = "diagonals are numbered from both sides"
)]
fn middle<'a>(a: &[&'a str], b: &[&'a str], out: &mut Vec<Line<'a>>) {
    let Some(trace) = search(a, b) else {
        out.extend(a.iter().map(|line| Line::Old(line)));
        out.extend(b.iter().map(|line| Line::New(line)));
        return;
    };
    let mut reversed = Vec::with_capacity(a.len() + b.len());
    let (mut x, mut y) = (a.len() as isize, b.len() as isize);
    for (d, furthest) in trace.iter().enumerate().rev() {
        let d = d as isize;
        let at = |k: isize| furthest.get((k + d) as usize).copied().unwrap_or(-1);
        let k = x - y;
        let before = if d == 0 {
            (0, 0)
        } else {
            let down = k == -d || (k != d && at(k - 1) < at(k + 1));
            let k = if down { k + 1 } else { k - 1 };
            (at(k), at(k) - k)
        };
        while x > before.0 && y > before.1 {
            (x, y) = (x - 1, y - 1);
            reversed.push(Line::Same(a[x as usize]));
        }
        if d > 0 {
            if x == before.0 && y > 0 {
                reversed.push(Line::New(b[(y - 1) as usize]));
            } else if x > 0 {
                reversed.push(Line::Old(a[(x - 1) as usize]));
            }
        }
        (x, y) = before;
    }
    out.extend(reversed.into_iter().rev());
}

/// For each number of edits, how far the diagonals reached before it; `None` when there are too many.
#[expect(
    clippy::cast_sign_loss,
    clippy::many_single_char_names,
    reason = "diagonals are numbered from both sides"
)]
fn search(a: &[&str], b: &[&str]) -> Option<Vec<Vec<isize>>> {
    let (n, m) = (a.len() as isize, b.len() as isize);
    let most = ((n + m) as usize).min(MOST_EDITS) as isize;
    let mut furthest: Vec<isize> = vec![0; 2 * most as usize + 3];
    let offset = most + 1;
    let mut trace = Vec::new();
    for d in 0..=most {
        let snapshot = (-d..=d).map(|k| furthest[(k + offset) as usize]).collect();
        trace.push(snapshot);
        let mut k = -d;
        while k <= d {
            let (left, right) = (furthest[(k - 1 + offset) as usize], furthest[(k + 1 + offset) as usize]);
            let mut x = if k == -d || (k != d && left < right) { right } else { left + 1 };
            let mut y = x - k;
            while x < n && y < m && a[x as usize] == b[y as usize] {
                (x, y) = (x + 1, y + 1);
            }
            furthest[(k + offset) as usize] = x;
            if x >= n && y >= m {
                return Some(trace);
            }
            k += 2;
        }
    }
    None
}

/// Lines that changed with those around them: each hunk with the numbers (from 1) at which it begins on either side.
pub(super) fn hunks<'l, 'a>(lines: &'l [Line<'a>], context: usize) -> Vec<(usize, usize, &'l [Line<'a>])> {
    let changed: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !matches!(line, Line::Same(_)))
        .map(|(number, _)| number)
        .collect();
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for number in changed {
        let (from, to) = (number.saturating_sub(context), (number + context + 1).min(lines.len()));
        match ranges.last_mut() {
            Some((_, end)) if *end >= from => *end = to,
            _ => ranges.push((from, to)),
        }
    }
    let (mut old, mut new, mut at) = (1, 1, 0);
    let mut out = Vec::new();
    for (from, to) in ranges {
        for line in &lines[at..from] {
            old += usize::from(!matches!(line, Line::New(_)));
            new += usize::from(!matches!(line, Line::Old(_)));
        }
        out.push((old, new, &lines[from..to]));
        for line in &lines[from..to] {
            old += usize::from(!matches!(line, Line::New(_)));
            new += usize::from(!matches!(line, Line::Old(_)));
        }
        at = to;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(list: &[Line<'_>]) -> (Vec<String>, Vec<String>) {
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for line in list {
            match line {
                Line::Same(text) => {
                    old.push((*text).to_owned());
                    new.push((*text).to_owned());
                }
                Line::Old(text) => old.push((*text).to_owned()),
                Line::New(text) => new.push((*text).to_owned()),
            }
        }
        (old, new)
    }

    #[test]
    fn a_difference_makes_both_texts() {
        let mut state = 7_u32;
        let mut next = |of: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % of
        };
        for _ in 0..300 {
            let text = |next: &mut dyn FnMut(u32) -> u32| -> String {
                {
                    let lines: Vec<String> = (0..next(12)).map(|_| next(4).to_string()).collect();
                    if lines.is_empty() { String::new() } else { lines.join("\n") + "\n" }
                }
            };
            let (a, b) = (text(&mut next), text(&mut next));
            let list = lines(&a, &b);
            let (old, new) = apply(&list);
            assert_eq!(old, a.lines().collect::<Vec<_>>());
            assert_eq!(new, b.lines().collect::<Vec<_>>());
        }
        let edits = |a, b| lines(a, b).iter().filter(|line| !matches!(line, Line::Same(_))).count();
        assert_eq!(edits("a\nb\nc\n", "a\nx\nc\n"), 2);
        assert_eq!(edits("a\nb\nc\nd\n", "b\nc\nd\ne\n"), 2);
    }
}
