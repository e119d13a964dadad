//! A finished set of objects as text: what `build` and `render` print.

mod individual_files;
mod print;

pub use individual_files::individual_files;
pub use print::{print, print_in_pieces};
