//! An object, its names over time, and the ordered, indexed set of objects.

mod context;
mod id;
mod object;
mod set;

pub use context::Context;
pub use id::ResId;
pub use object::{Behavior, Former, Resource};
pub use set::ResourceSet;
