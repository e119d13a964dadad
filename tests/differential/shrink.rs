//! Makes a tree smaller while something stays true of it: whole files first, then lines, in ever smaller runs.

use crate::generator::Tree;

/// How often the question may be asked of one tree.
const MOST_QUESTIONS: usize = 1500;

/// The smallest tree found of which `still` is true.
pub(crate) fn shrink(tree: &Tree, mut still: impl FnMut(&Tree) -> bool) -> Tree {
    let mut best = tree.clone();
    let mut left = MOST_QUESTIONS;
    let mut ask = |candidate: &Tree, left: &mut usize| {
        *left = left.saturating_sub(1);
        *left > 0 && still(candidate)
    };
    if !best.arguments.is_empty() {
        let candidate = Tree { arguments: Vec::new(), ..best.clone() };
        if ask(&candidate, &mut left) {
            best = candidate;
        }
    }
    loop {
        let before: usize = best.files.values().map(String::len).sum();
        for path in best.files.keys().cloned().collect::<Vec<_>>() {
            let mut candidate = best.clone();
            candidate.files.remove(&path);
            if ask(&candidate, &mut left) {
                best = candidate;
                continue;
            }
            best = shrink_file(&best, &path, |candidate| ask(candidate, &mut left));
        }
        let after: usize = best.files.values().map(String::len).sum();
        if after == before || left == 0 {
            return best;
        }
    }
}

fn shrink_file(tree: &Tree, path: &str, mut still: impl FnMut(&Tree) -> bool) -> Tree {
    let mut best = tree.clone();
    let lines = |tree: &Tree| -> Vec<String> {
        tree.files
            .get(path)
            .map(|text| text.split_inclusive('\n').map(str::to_owned).collect())
            .unwrap_or_default()
    };
    let mut run = lines(&best).len().next_power_of_two();
    while run > 0 {
        let mut at = 0;
        loop {
            let all = lines(&best);
            if at >= all.len() {
                break;
            }
            let mut fewer = all.clone();
            fewer.drain(at..(at + run).min(all.len()));
            let mut candidate = best.clone();
            candidate.files.insert(path.to_owned(), fewer.concat());
            if still(&candidate) {
                best = candidate;
            } else {
                at += run;
            }
        }
        run /= 2;
    }
    // an entry with what hangs below it: a line and all deeper ones after it
    let mut at = 0;
    loop {
        let all = lines(&best);
        let Some(line) = all.get(at) else { break };
        let depth = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
        let deeper = all[at + 1..].iter().take_while(|next| depth(next) > depth(line)).count();
        let mut fewer = all.clone();
        fewer.drain(at..=at + deeper);
        let mut candidate = best.clone();
        candidate.files.insert(path.to_owned(), fewer.concat());
        if deeper > 0 && still(&candidate) {
            best = candidate;
        } else {
            at += 1;
        }
    }
    best
}
