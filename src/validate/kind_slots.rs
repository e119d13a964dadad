//! Finds the row of a kind in a table: a few bytes of its name lead to the row, which a compiler can work out beforehand.
//! A search by halves compares half a dozen names for each object, most of them to their ends.

/// How many slots there are: more than twice as many as any table has rows.
const SLOTS: usize = 256;

/// Where rows stand, by the name of their kind; rows of one name in the order of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct KindSlots([u8; SLOTS]);

impl KindSlots {
    /// No rows.
    pub(super) const fn new() -> KindSlots {
        KindSlots([0; SLOTS])
    }

    /// The same with one row more; only the first 255 rows of a table can be found.
    pub(super) const fn with(mut self, kind: &str, row: usize) -> KindSlots {
        let mut at = slot(kind.as_bytes());
        let mut tried = 1;
        while self.0[at] != 0 && tried < SLOTS {
            at = (at + 1) % SLOTS;
            tried += 1;
        }
        if row < 255 {
            self.0[at] = row as u8 + 1;
        }
        self
    }

    /// The first row that this may be and that is.
    #[inline]
    pub(super) fn find(&self, kind: &str, is: impl Fn(usize) -> bool) -> Option<usize> {
        let start = slot(kind.as_bytes());
        for at in (start..SLOTS).chain(0..start) {
            let row = usize::from(self.0[at]).checked_sub(1)?;
            if is(row) {
                return Some(row);
            }
        }
        None
    }
}

/// Where the search for a name begins.
#[inline]
const fn slot(kind: &[u8]) -> usize {
    let n = kind.len();
    if n == 0 {
        return 0;
    }
    let (first, middle, last) = (kind[0] as usize, kind[n / 2] as usize, kind[n - 1] as usize);
    (first * 31 + middle * 7 + last * 3 + n * 17) % SLOTS
}
