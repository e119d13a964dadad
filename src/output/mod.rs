//! A finished set of objects as text: what `build` and `render` print.

mod print;

pub use print::print;
