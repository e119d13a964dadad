//! How images are pulled.

use crate::validate::pod::{Container, Pod};
use crate::validate::told::Told;

/// Images that a node may have from before.
pub(in crate::validate) fn pull_policy(_: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    let image = container.image().text();
    if image.contains('@') {
        return;
    }
    let policy = container.at.field("imagePullPolicy");
    let name = image.rsplit('/').next().unwrap_or_default();
    let pulls_anyway = !policy.is_there() && (!name.contains(':') || name.ends_with(":latest"));
    if policy.text() != "Always" && !pulls_anyway {
        told.tell(
            &policy,
            format!("container `{}` may run an image that the node has from before", container.name),
        )
        .hint = "set `imagePullPolicy: Always`, or pin the image by its digest".into();
    }
}
