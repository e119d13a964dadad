//! One look at all characters of a text before it is read line by line: which of them are out of the ordinary.

/// Whether there are tabs; `None` when there are characters that YAML refuses or takes for line breaks.
#[expect(clippy::needless_bitwise_bool, reason = "without branches, this is a few vector instructions")]
pub(super) fn survey(bytes: &[u8]) -> Option<bool> {
    let mut tabs = false;
    for (i, chunk) in bytes.chunks(64).enumerate() {
        let rare = chunk.iter().fold(false, |rare, b| {
            rare | ((*b < 0x20) & (*b != b'\n')) | (*b == 0x7F) | (*b == 0xC2) | (*b == 0xE2) | (*b == 0xEF)
        });
        if rare {
            tabs |= survey_chunk(bytes, i * 64, chunk.len())?;
        }
    }
    Some(tabs)
}

fn survey_chunk(bytes: &[u8], start: usize, length: usize) -> Option<bool> {
    let mut tabs = false;
    for i in start..start + length {
        let next = |n: usize| bytes.get(i + n).copied().unwrap_or(0);
        match bytes[i] {
            b'\t' => tabs = true,
            b'\n' => {}
            0..=0x1F | 0x7F => return None,
            0xC2 if next(1) < 0xA0 => return None,
            0xE2 if next(1) == 0x80 && matches!(next(2), 0xA8 | 0xA9) => return None,
            0xEF if next(1) == 0xBB && next(2) == 0xBF || next(1) == 0xBF && next(2) >= 0xBE => return None,
            _ => {}
        }
    }
    Some(tabs)
}
