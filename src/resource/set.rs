//! The ordered set of objects that a build works on. Matching and merging rules live beside it.

use super::object::Resource;

/// Objects in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct ResourceSet {
    /// The objects.
    pub list: Vec<Resource>,
}

impl ResourceSet {
    /// The objects in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Resource> {
        self.list.iter()
    }

    /// The objects in order, to be changed.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Resource> {
        self.list.iter_mut()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}
