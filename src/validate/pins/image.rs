//! Images that are pinned by a tag or a digest.

use crate::validate::Told;
use crate::validate::pod::{Container, Pod};

/// An image without tag and digest, or with the tag `latest`.
pub(in crate::validate) fn latest_tag(_: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    let image = container.image();
    let text = image.text();
    if text.is_empty() || text.contains('@') {
        return;
    }
    // A colon before the last slash belongs to the port of the registry.
    let name = text.rsplit_once('/').map_or(text, |(_, name)| name);
    match name.split_once(':') {
        None | Some((_, "")) => {
            told.tell(
                &image,
                format!("the image `{text}` has no tag: it is `latest`, whatever that is on the day"),
            );
        }
        Some((_, "latest")) => {
            told.tell(&image, format!("the image `{text}` is whatever is newest on the day"));
        }
        Some(_) => {}
    }
}
