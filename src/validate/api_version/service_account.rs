//! The old name of `serviceAccountName`.

use crate::validate::Told;
use crate::validate::pod::Pod;

/// `serviceAccount` that says something else than `serviceAccountName`, or stands alone.
pub(in crate::validate) fn deprecated_service_account_field(pod: &Pod<'_>, told: &mut Told<'_>) {
    let (old, new) = (pod.spec.field("serviceAccount"), pod.spec.field("serviceAccountName"));
    if old.text().is_empty() || old.text() == new.text() {
        return;
    }
    let message = if new.text().is_empty() {
        "`serviceAccount` is the old name of `serviceAccountName`".to_owned()
    } else {
        format!(
            "`serviceAccount` says `{}`, and is ignored: `serviceAccountName` says `{}`",
            old.text(),
            new.text()
        )
    };
    told.tell(&old, message).hint = "write `serviceAccountName` alone".into();
}
