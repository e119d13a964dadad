//! One test binary: each module is a kind of test; cases are folders.

mod architecture;
