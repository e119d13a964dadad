//! The plugin IAMPolicyGenerator: a Kubernetes service account that stands for one of a cloud (only `gke`).
//!
//! kustomize prints the parts into a piece of YAML and reads that: what the names mean as YAML counts.

use crate::diagnostic::{Diagnostic, Result};
use crate::kustomization::IamPolicyArgs;
use crate::provenance::StepId;
use crate::resource::Resource;
use crate::yaml::{Document, Style, Tag};

/// The service account.
pub fn generate(args: &IamPolicyArgs, step: StepId) -> Result<Resource> {
    if args.cloud.value != "gke" {
        return Diagnostic::error(
            "unknown-cloud",
            format!("cloud provider `{}` is not known", args.cloud.value),
        )
        .at(if args.cloud.at.is_some() { args.cloud.at } else { args.at }, "only `gke` is")
        .fail();
    }
    let mut document = Document::generated();
    let mut editor = document.edit(step);
    editor.written_at(args.at);
    let root = editor.mapping(Tag::Implicit, Style::Plain);
    editor.set_root(root);
    for (key, text) in [("apiVersion", "v1"), ("kind", "ServiceAccount")] {
        let value = editor.scalar(text, Tag::Implicit, Style::Plain);
        editor.insert_text_key(root, key, value);
    }
    let metadata = editor.mapping(Tag::Implicit, Style::Plain);
    editor.insert_text_key(root, "metadata", metadata);
    let annotations = editor.mapping(Tag::Implicit, Style::Plain);
    editor.insert_text_key(metadata, "annotations", annotations);
    let account =
        format!("{}@{}.iam.gserviceaccount.com", args.service_account_name.value, args.project_id.value);
    editor.written_at(args.service_account_name.at);
    let account = editor.scalar(&account, Tag::Implicit, Style::Plain);
    editor.insert_text_key(annotations, "iam.gke.io/gcp-service-account", account);
    for (key, value) in
        [("name", &args.kubernetes_service_name), ("namespace", &args.kubernetes_service_namespace)]
    {
        if key == "name" || !value.value.is_empty() {
            editor.written_at(value.at);
            let text = editor.scalar(&value.value, Tag::Implicit, Style::Plain);
            editor.insert_text_key(metadata, key, text);
        }
    }
    Ok(Resource::new(document))
}
