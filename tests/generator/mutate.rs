//! YAML texts made worse: bytes and tokens of given documents changed, so that decoders and emitters can be compared
//! on what people never meant to write. Seeds are any documents; `document` makes one where none are at hand.

use super::cast::Cast;
use super::oddities::{LINES, VALUES};
use super::random::Random;
use super::style::{self, Manner};
use super::{kinds, words};

/// A document of some kind, resource or not.
pub(crate) fn document(random: &mut Random) -> String {
    let manner = Manner::any(random);
    let value = if random.chance(60) {
        let (api_version, kind) = kinds::choose(random);
        let name = random.pick(words::NAMES);
        kinds::make(random, api_version, kind, name, &Cast::default())
    } else {
        words::anything(random, 4)
    };
    let first = style::write(random, &value, manner);
    if random.chance(85) {
        return first;
    }
    let second = document(random);
    style::join(random, &[first, second])
}

/// One of the seeds, changed in one to six places.
pub(crate) fn mutate(random: &mut Random, seeds: &[&[u8]]) -> Vec<u8> {
    let Some(seed) = random.item(seeds) else { return Vec::new() };
    let mut text = window(random, seed);
    for _ in 0..=random.weighted(&[45, 25, 14, 8, 5, 3]) {
        match random.below(20) {
            0 | 1 => bytes(random, &mut text),
            2 => ends(random, &mut text),
            3 => {
                let other = random.item(seeds).map(|s| window(random, s)).unwrap_or_default();
                splice(random, &mut text, &other);
            }
            _ => line(random, &mut text),
        }
    }
    text
}

/// The seed, or where it is long, some lines of it.
fn window(random: &mut Random, seed: &[u8]) -> Vec<u8> {
    let limit = 3000;
    if seed.len() <= limit {
        return seed.to_vec();
    }
    let starts: Vec<usize> = std::iter::once(0)
        .chain(seed.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i + 1))
        .collect();
    let from = if random.chance(50) { 0 } else { starts[random.below(starts.len())] };
    let to = (from + random.between(200, limit)).min(seed.len());
    let end = starts.iter().rev().find(|s| **s <= to && **s > from).copied().unwrap_or(to);
    seed[from..end].to_vec()
}

fn bytes(random: &mut Random, text: &mut Vec<u8>) {
    let at = random.below(text.len() + 1);
    match random.below(7) {
        0 if at < text.len() => {
            text.remove(at);
        }
        1 if at < text.len() => text[at] ^= 1 << random.below(8),
        2 => {
            let to = (at + random.below(12)).min(text.len());
            text.drain(at..to);
        }
        3 => {
            let to = (at + random.below(20)).min(text.len());
            let copy = text[at..to].to_vec();
            let _ = text.splice(at..at, copy).count();
        }
        4 => text.truncate(at),
        _ => {
            let tokens: &[&[u8]] = &[
                b":",
                b": ",
                b" ",
                b"  ",
                b"\n",
                b"\r",
                b"\r\n",
                b"\t",
                b"-",
                b"- ",
                b"#",
                b" #",
                b"'",
                b"\"",
                b"[",
                b"]",
                b"{",
                b"}",
                b",",
                b"&",
                b"*",
                b"!",
                b"|",
                b">",
                b"?",
                b"%",
                b"@",
                b"`",
                b"\\",
                b"\0",
                b"\xff",
                b"\xc3",
                b"\xc2\x85",
                b"\xe2\x80\xa8",
                b"\xef\xbb\xbf",
                b"\xf0\x9f\x98\x80",
                b"\xed\xa0\x80",
                b"\x7f",
                b"\x1b",
                b"\n---\n",
                b"\n...\n",
                b"<<",
                b"=",
                b"~",
                b"$",
            ];
            let token = tokens[random.below(tokens.len())];
            let _ = text.splice(at..at, token.iter().copied()).count();
        }
    }
}

/// Changes of the whole text, most of them of its line ends.
fn ends(random: &mut Random, text: &mut Vec<u8>) {
    match random.below(9) {
        0 | 1 => *text = replaced(text, b"\r\n", |_| true),
        2 => {
            let one = random.below(lines(text).len().max(1));
            *text = replaced(text, b"\r\n", |i| i == one);
        }
        3 => *text = replaced(text, b"\r", |_| true),
        4 => {
            let _ = text.splice(0..0, *b"\xef\xbb\xbf").count();
        }
        5 => {
            while text.last() == Some(&b'\n') {
                text.pop();
            }
        }
        6 => text.extend_from_slice(
            random
                .pick(&["\n\n", "...\n", "---\n", "# end", " ", "\t\n", "...\nrest\n", "---\n# c\n"])
                .as_bytes(),
        ),
        7 => {
            let head = random.pick(&[
                "---\n",
                "# c\n",
                "\n\n",
                "%YAML 1.1\n---\n",
                "--- # c\n",
                "---\n---\n",
                "...\n",
                " \n",
                "#\n---\n",
            ]);
            let _ = text.splice(0..0, head.bytes()).count();
        }
        _ => {
            if let Ok(plain) = std::str::from_utf8(text)
                && random.one_in(4)
            {
                let mut wide = vec![0xff, 0xfe];
                wide.extend(plain.encode_utf16().flat_map(u16::to_le_bytes));
                *text = wide;
            }
        }
    }
}

fn replaced(text: &[u8], ending: &[u8], which: impl Fn(usize) -> bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 16);
    let mut n = 0;
    for b in text {
        if *b == b'\n' {
            out.extend_from_slice(if which(n) { ending } else { b"\n" });
            n += 1;
        } else {
            out.push(*b);
        }
    }
    out
}

/// Where each line starts and ends, its break left out.
fn lines(text: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    for (i, b) in text.iter().enumerate() {
        if *b == b'\n' {
            found.push((from, i));
            from = i + 1;
        }
    }
    if from < text.len() {
        found.push((from, text.len()));
    }
    found
}

/// Some lines of one text into another.
fn splice(random: &mut Random, text: &mut Vec<u8>, other: &[u8]) {
    let (mine, theirs) = (lines(text), lines(other));
    if mine.is_empty() || theirs.is_empty() {
        return;
    }
    let at = mine[random.below(mine.len())].0;
    let first = random.below(theirs.len());
    let last = (first + random.below(6)).min(theirs.len() - 1);
    let mut part = other[theirs[first].0..theirs[last].1].to_vec();
    part.push(b'\n');
    let _ = text.splice(at..at, part).count();
}

/// A change of one line, or of a few that follow each other.
fn line(random: &mut Random, text: &mut Vec<u8>) {
    let all = lines(text);
    let Some(&(from, to)) = random.item(&all) else { return };
    let content = text[from..to].to_vec();
    let indent = content.iter().take_while(|b| **b == b' ').count();
    let new: Vec<u8> = match random.below(24) {
        0 => [&b" ".repeat(random.between(1, 4))[..], &content].concat(),
        1 => content[indent.min(random.between(1, 3))..].to_vec(),
        2 => [&b"\t"[..], &content[indent.min(2)..]].concat(),
        3 => [&content[..], [&b" "[..], b"  ", b"\t", b" \t"][random.below(4)]].concat(),
        4 => [&content[..], b"\n", &content].concat(),
        5 => {
            let end = (to + 1).min(text.len());
            text.drain(from..end);
            return;
        }
        6 => {
            // joined to the next
            if to < text.len() {
                text[to] = b' ';
            }
            return;
        }
        7 => {
            let at = random.below(content.len() + 1);
            let pad = random.below(indent + 5);
            [&content[..at], b"\n", &b" ".repeat(pad), &content[at..]].concat()
        }
        8 => {
            let notes = [" # c", "#c", " #", "\t# c", "  # ' \" [", " # é", " #\t"];
            [&content[..], notes[random.below(notes.len())].as_bytes()].concat()
        }
        9..=11 => {
            let extra = random.pick(LINES).replace('\n', &format!("\n{}", " ".repeat(indent)));
            let pad = if random.chance(75) { indent } else { random.below(indent + 4) };
            [&b" ".repeat(pad)[..], extra.as_bytes(), b"\n", &content].concat()
        }
        12 => deeper(random, text, &all, from),
        _ => {
            let Some(at) = value_start(&content) else { return };
            let (head, value) = content.split_at(at);
            let changed = changed_value(random, value, indent);
            [head, &changed].concat()
        }
    };
    let _ = text.splice(from..to, new).count();
}

/// Moves a line and those below it that are deeper; gives the line itself, moved.
fn deeper(random: &mut Random, text: &mut Vec<u8>, all: &[(usize, usize)], from: usize) -> Vec<u8> {
    let depth = |text: &[u8], (a, b): (usize, usize)| text[a..b].iter().take_while(|c| **c == b' ').count();
    let at = all.iter().position(|l| l.0 == from).unwrap_or(0);
    let base = depth(text, all[at]);
    let out = random.chance(40) && base > 0;
    let by = random.between(1, 3);
    let last = (at + 1..all.len()).take_while(|i| depth(text, all[*i]) > base).last().unwrap_or(at);
    let moved = |line: &[u8]| {
        if out { line[by.min(base)..].to_vec() } else { [&b" ".repeat(by)[..], line].concat() }
    };
    for i in (at + 1..=last).rev() {
        let (a, b) = all[i];
        let new = moved(&text[a..b]);
        let _ = text.splice(a..b, new).count();
    }
    moved(&text[all[at].0..all[at].1])
}

/// Where the value of a line starts: behind `key:` or `-`.
fn value_start(line: &[u8]) -> Option<usize> {
    let colon = line.windows(2).position(|w| w == b": ").map(|i| i + 2);
    let dash = line.iter().position(|b| *b != b' ').filter(|i| line[*i..].starts_with(b"- ")).map(|i| i + 2);
    let bare = (line.last() == Some(&b':')).then_some(line.len());
    colon.or(dash).or(bare)
}

fn changed_value(random: &mut Random, value: &[u8], indent: usize) -> Vec<u8> {
    let quoted = |mark: &[u8]| [mark, value, mark].concat();
    let pad = " ".repeat(indent + random.between(0, 4));
    let join =
        |before: &str| [if value.is_empty() { b" " } else { &b""[..] }, before.as_bytes(), value].concat();
    match random.below(12) {
        0..=4 => {
            let new = random.pick(VALUES);
            if value.is_empty() { format!(" {new}").into_bytes() } else { new.as_bytes().to_vec() }
        }
        5 => quoted(if random.chance(50) { b"'" } else { b"\"" }),
        6 => {
            let header = random.pick(&[
                "|", ">", "|-", ">-", "|+", ">+", "|2", ">1", "|-2", "|2-", "| # c", "|#c", "|10", ">\t",
            ]);
            let mut out = format!("{header}\n{pad}").into_bytes();
            let words = value.split(|b| *b == b' ');
            for (i, word) in words.enumerate() {
                if i > 0 {
                    out.extend_from_slice(match random.below(5) {
                        0 => b"\n".as_slice(),
                        1 => b"\n\n",
                        _ => b" ",
                    });
                    if out.last() == Some(&b'\n') {
                        out.extend_from_slice(pad.as_bytes());
                        out.extend_from_slice(&b" ".repeat(random.below(3) / 2));
                    }
                }
                out.extend_from_slice(word);
            }
            out.extend_from_slice(random.pick(&["", "\n", "\n\n", "\n \n", "\n# c"]).as_bytes());
            out
        }
        7 => join(random.pick(&[
            "&a ",
            "&b ",
            "!!str ",
            "!!int ",
            "!t ",
            "!!binary ",
            "&a !!str ",
            "! ",
            "!!float ",
            "!<x> ",
            "&",
            "*a ",
        ])),
        8 => {
            let marks = [
                ("[", "]"),
                ("{a: ", "}"),
                ("[a, ", ", b]"),
                ("{", "}"),
                ("[", ""),
                ("", "]"),
                ("{\"k\":", "}"),
                ("[\n", "\n]"),
            ];
            let (before, after) = marks[random.below(marks.len())];
            [before.as_bytes(), value, after.as_bytes()].concat()
        }
        9 => {
            // broken over lines
            let at = random.below(value.len() + 1);
            [&value[..at], b"\n", pad.as_bytes(), &value[at..]].concat()
        }
        10 => value.repeat(random.between(2, 12)),
        _ => {
            let mut out = value.to_vec();
            bytes(random, &mut out);
            out
        }
    }
}
