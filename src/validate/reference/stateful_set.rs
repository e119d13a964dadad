//! The Service that gives the pods of a `StatefulSet` their names.

use crate::validate::{Object, Told};

/// `serviceName`: a Service without an address of its own that selects the pods.
pub(in crate::validate) fn statefulset_service_missing(object: &Object<'_>, told: &mut Told<'_>) {
    let root = object.at();
    let spec = root.field("spec");
    let name = spec.field("serviceName");
    if object.group != "apps" || name.text().is_empty() {
        return;
    }
    let set = told.set;
    let Some(service) = set.find("", "Service", object.namespace, name.text()) else {
        told.refers(&name, "", "Service", object.namespace, name.text(), ": the pods get no names in DNS");
        return;
    };
    let service_root = service.at();
    let service_spec = service_root.field("spec");
    if service_spec.field("clusterIP").text() != "None" {
        told.tell(
            &name,
            format!("the Service `{}` is not headless: the pods get no names in DNS", service.name),
        )
        .hint = "give it `clusterIP: None`".into();
    }
    let selector = service_spec.field("selector");
    if let Some(pod) = told.pod()
        && !selector.is_empty()
        && !pod.has_labels(&selector)
    {
        told.tell(
            &name,
            format!("the Service `{}` does not select these pods: they get no names in DNS", service.name),
        );
    }
}
