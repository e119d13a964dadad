//! Which spellings a text allows: what libyaml's emitter, in both its Go versions, finds out about a scalar before it
//! chooses a style.

/// Spellings that a text allows, and what decides them.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Analysis {
    /// There is a line break of any kind.
    pub(super) multiline: bool,
    /// May stand plain outside `{}` and `[]`.
    pub(super) plain_in_block: bool,
    /// May stand plain inside `{}` and `[]`.
    pub(super) plain_in_flow: bool,
    /// May stand in single quotes.
    pub(super) single_quoted: bool,
    /// May be written as `|` or `>`.
    pub(super) block: bool,
}

/// How an emitter takes tabs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tabs {
    /// yaml.v2: only in double quotes.
    Escaped,
    /// yaml.v3: also in block scalars.
    InBlocks,
}

/// Whether libyaml prints a character as it is. It knows no characters beyond the basic plane.
pub(super) fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// Whether YAML 1.1 sees a line break.
pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// Looks at a text as the emitters do.
pub(super) fn analyze(text: &str, tabs: Tabs) -> Analysis {
    if text.is_empty() {
        return Analysis { plain_in_block: true, single_quoted: true, ..Analysis::default() };
    }
    // What rules out a plain scalar: in blocks, in flow collections.
    let mut block_indicator = text.starts_with("---") || text.starts_with("...");
    let mut flow_indicator = block_indicator;
    let (mut breaks, mut special, mut tab) = (false, false, false);
    let (mut space_then_break, mut break_then_space) = (false, false);
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let blank_follows = chars.peek().is_none_or(|c| is_blank(*c));
        match c {
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
            | '`'
                if before.is_none() =>
            {
                flow_indicator = true;
                block_indicator = true;
            }
            '?' | ':' if before.is_none() => {
                flow_indicator = true;
                block_indicator |= blank_follows;
            }
            '-' if before.is_none() => {
                flow_indicator |= blank_follows;
                block_indicator |= blank_follows;
            }
            ',' | '?' | '[' | ']' | '{' | '}' => flow_indicator = true,
            ':' => {
                flow_indicator = true;
                block_indicator |= blank_follows;
            }
            '#' if before.is_some_and(|c| is_blank(c) || is_break(c) || c == '\0') => {
                flow_indicator = true;
                block_indicator = true;
            }
            _ => {}
        }
        if c == '\t' && tabs == Tabs::InBlocks {
            tab = true;
        } else if !is_printable(c) {
            special = true;
        }
        if c == ' ' {
            break_then_space |= before.is_some_and(is_break);
        } else if is_break(c) {
            breaks = true;
            space_then_break |= before == Some(' ');
        }
        before = Some(c);
    }
    let edge = |c: Option<char>| c.is_some_and(|c| c == ' ' || is_break(c));
    let ends_with_space = before == Some(' ');
    let quoted_only = space_then_break || special || tab || break_then_space;
    let plain = !(quoted_only || breaks || edge(text.chars().next()) || edge(before));
    Analysis {
        multiline: breaks,
        plain_in_block: plain && !block_indicator,
        plain_in_flow: plain && !flow_indicator,
        single_quoted: !quoted_only,
        block: !(ends_with_space || space_then_break || special),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_spellings_a_text_allows() {
        let plain = |text: &str| analyze(text, Tabs::Escaped).plain_in_block;
        for text in ["a b", "a:b", "a#b", "-a", ":a", "?a", "http://x/y", "日本", "a\u{fffd}"] {
            assert!(plain(text), "{text}");
        }
        for text in [
            "a: b",
            "a:",
            "a #b",
            "- a",
            "-",
            ": a",
            " a",
            "a ",
            "a\tb",
            "😀",
            "\u{feff}",
            "---a",
            "a\u{2028}b",
        ] {
            assert!(!plain(text), "{text}");
        }
        assert!(analyze("\ta\n", Tabs::InBlocks).block);
        assert!(!analyze("\ta\n", Tabs::Escaped).block);
        assert!(!analyze("a \nb", Tabs::InBlocks).block);
        assert!(analyze("a\n b", Tabs::InBlocks).block);
        assert!(!analyze("a\n b", Tabs::InBlocks).single_quoted);
    }
}
