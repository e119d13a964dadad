//! The paths of the `scale` subresource within an object.

use super::item::Item;
use super::telling::Telling;
use crate::validate::Path;
use crate::yaml::{Document, NodeId};

/// Where replicas and selector stand.
#[derive(Debug, Default)]
pub(super) struct Paths {
    spec_replicas: String,
    status_replicas: String,
    label_selector: Option<String>,
}

impl Paths {
    /// Reads them from a definition.
    pub(super) fn read(document: &Document, node: NodeId) -> Paths {
        let text = |name: &str| document.get(node, name).map(|value| document.text(value).to_owned());
        Paths {
            spec_replicas: text("specReplicasPath").unwrap_or_default(),
            status_replicas: text("statusReplicasPath").unwrap_or_default(),
            label_selector: text("labelSelectorPath"),
        }
    }

    /// Mirrors `ValidateScaleSpec`, `ValidateScaleStatus`
    pub(super) fn check(&self, item: &Item<'_>, telling: &mut Telling<'_, '_>) {
        for path in [&self.spec_replicas, &self.status_replicas] {
            let at = Path::Field(&Path::Root, path);
            match find(item, path) {
                Ok(None) => {}
                Ok(Some(Item::Int(replicas))) => {
                    if *replicas < 0 {
                        telling.server("invalid", &at, "must be 0 or greater");
                    } else if *replicas > i64::from(i32::MAX) {
                        telling.server("invalid", &at, format!("must be at most {}", i32::MAX));
                    }
                }
                Ok(Some(_)) | Err(()) => telling.server("invalid", &at, "must be a whole number"),
            }
        }
        if let Some(path) = &self.label_selector
            && !matches!(find(item, path), Ok(None | Some(Item::Text(_))))
        {
            telling.server("invalid", &Path::Field(&Path::Root, path), "must be text");
        }
    }
}

/// The value at a path; an error where something on the way is no object.
fn find<'i, 'a>(item: &'i Item<'a>, path: &str) -> Result<Option<&'i Item<'a>>, ()> {
    let mut at = item;
    for name in path.strip_prefix('.').unwrap_or(path).split('.') {
        match at {
            Item::Null => return Ok(None),
            Item::Map(_) => match at.get(name) {
                Some(next) => at = next,
                None => return Ok(None),
            },
            _ => return Err(()),
        }
    }
    Ok(Some(at))
}
