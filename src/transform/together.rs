//! Steps that look at one object at a time, done together: each object is met once for all of them, since most of what a
//! step costs is waiting for the object's nodes.
//!
//! Rules. What a step does to an object depends on that object alone, so that step after step over all objects and object
//! after object through all steps come to the same. The fault told is that of the first step that fails, and of its first
//! object. What a step says of all objects (`finish`) is said when the last one is done.

use rayon::prelude::*;

use super::field_spec::Scratch;
use super::scopes;
use crate::diagnostic::{Diagnostic, Result};
use crate::kubernetes::Scopes;
use crate::resource::{Context, Resource, ResourceSet};

/// A step at work on one object at a time. It leaves something of every object.
pub(crate) trait Local: Sync {
    /// Does to an object what the step does.
    fn one(&self, resource: &mut Resource, scopes: &dyn Scopes, scratch: &mut Scratch) -> Result<()>;

    /// Whether it may change what makes up the id of an object, or remembers ids.
    fn touches_ids(&self) -> bool;

    /// Warns of what only shows when all objects are done.
    fn finish(&self, _resources: &ResourceSet, _context: &mut Context) {}
}

/// Steps waiting to be done.
#[derive(Default)]
pub(crate) struct Together<'a> {
    steps: Vec<Box<dyn Local + 'a>>,
}

/// From how many objects on it pays to work on them side by side, and how many are then taken at a time.
const SIDE_BY_SIDE: usize = 512;
const ROW: usize = SIDE_BY_SIDE / 4;

/// The fault of the first step that fails.
type First = Option<(usize, Box<Diagnostic>)>;

impl<'a> Together<'a> {
    /// Has a step done with the others.
    pub(crate) fn add(&mut self, step: impl Local + 'a) {
        self.steps.push(Box::new(step));
    }

    /// Whether nothing is to be done.
    pub(crate) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Does all that is to be done.
    pub(crate) fn run(&mut self, resources: &mut ResourceSet, context: &mut Context) -> Result<()> {
        let steps = std::mem::take(&mut self.steps);
        if steps.is_empty() {
            return Ok(());
        }
        let touches_ids = steps.iter().any(|step| step.touches_ids());
        let list = if touches_ids { resources.list_mut() } else { resources.list_mut_keeping_ids() };
        let scopes = scopes(context);
        let row = |resources: &mut [Resource]| row(&steps, resources, scopes);
        let first = if list.len() < SIDE_BY_SIDE {
            row(list)
        } else {
            // Of faults of one step, that of the earlier row counts: rows are reduced in order.
            let earlier = |a: First, b: First| match (&a, &b) {
                (Some((one, _)), Some((other, _))) if other < one => b,
                (None, _) => b,
                _ => a,
            };
            list.par_chunks_mut(ROW).map(row).reduce(|| None, earlier)
        };
        if let Some((_, fault)) = first {
            return Err(fault);
        }
        for step in &steps {
            step.finish(resources, context);
        }
        Ok(())
    }
}

/// Does one step alone.
pub(super) fn alone(step: impl Local, resources: &mut ResourceSet, context: &mut Context) -> Result<()> {
    let mut together = Together::default();
    together.add(step);
    together.run(resources, context)
}

fn row(steps: &[Box<dyn Local + '_>], resources: &mut [Resource], scopes: &dyn Scopes) -> First {
    let mut scratch = Scratch::default();
    let (mut first, mut steps) = (None, steps);
    for resource in resources {
        for (number, step) in steps.iter().enumerate() {
            if let Err(fault) = step.one(resource, scopes, &mut scratch) {
                // Later objects could only fail in an earlier step.
                first = Some((number, fault));
                steps = steps.get(..number).unwrap_or_default();
                break;
            }
            resource.note_identity();
        }
    }
    first
}
