//! What a list had before: for duplicates, without a look at every pair.

use std::collections::HashSet;
use std::hash::Hash;

const FEW: usize = 16;

/// Values that were there; the first few need no room of their own.
pub(super) struct Seen<T> {
    few: [Option<T>; FEW],
    count: usize,
    many: HashSet<T>,
}

impl<T: Copy + Eq + Hash> Seen<T> {
    /// Nothing yet.
    pub(super) fn new() -> Seen<T> {
        Seen { few: [None; FEW], count: 0, many: HashSet::new() }
    }

    /// Whether it was there before; it is from now on.
    pub(super) fn had(&mut self, value: T) -> bool {
        if self.few.contains(&Some(value)) || self.many.contains(&value) {
            return true;
        }
        match self.few.get_mut(self.count) {
            Some(place) => {
                *place = Some(value);
                self.count += 1;
            }
            None => drop(self.many.insert(value)),
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::Seen;

    #[test]
    fn few_and_many() {
        let mut seen = Seen::new();
        assert!((0..100).all(|value| !seen.had(value)));
        assert!((0..100).all(|value| seen.had(value)));
    }
}
