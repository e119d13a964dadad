//! CertificateSigningRequest and ClusterTrustBundle. Certificates are looked at as far as their PEM goes.

use base64::Engine as _;

use super::format;
use super::report::Report;
use crate::validate::{At, Finding};

const USAGES: &[&str] = &[
    "any",
    "cert sign",
    "client auth",
    "code signing",
    "content commitment",
    "crl sign",
    "data encipherment",
    "decipher only",
    "digital signature",
    "email protection",
    "encipher only",
    "ipsec end system",
    "ipsec tunnel",
    "ipsec user",
    "key agreement",
    "key encipherment",
    "microsoft sgc",
    "netscape sgc",
    "ocsp signing",
    "s/mime",
    "server auth",
    "signing",
    "timestamping",
];
const LARGEST_BUNDLE: usize = 1024 * 1024;

/// Mirrors `ValidateCertificateSigningRequestCreate`, `validateCertificateSigningRequest`, `validateCSR`
pub(super) fn check_request(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let request = spec.field("request");
    let plain: Vec<u8> = request.text().bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let decoded = base64::engine::general_purpose::STANDARD.decode(plain).unwrap_or_default();
    let text = String::from_utf8_lossy(&decoded);
    match blocks(&text).next() {
        Some(block) if block.kind == "CERTIFICATE REQUEST" && block.is_sequence => {}
        _ => findings.invalid(&request, "must hold a certificate request in PEM"),
    }
    let usages = spec.field("usages");
    if usages.is_empty() {
        findings.required(&usages, "");
    }
    for (number, usage) in usages.items().enumerate() {
        findings.one_of(&usage, USAGES);
        if usages.items().take(number).any(|before| before.text() == usage.text()) {
            findings.duplicate(&usage);
        }
    }
    let signer = spec.field("signerName");
    if signer.text() == "kubernetes.io/legacy-unknown" {
        findings.invalid(&signer, "must not be the signer of older versions");
    } else {
        check_signer(&signer, findings);
    }
    let expiration = spec.field("expirationSeconds");
    if expiration.integer().is_some_and(|seconds| seconds < 600) {
        findings.invalid(&expiration, "must be 600 or greater");
    }
}

/// A signer: `example.com/name`.
///
/// Mirrors `ValidateSignerName`
pub(in crate::validate) fn check_signer(at: &At<'_>, findings: &mut Vec<Finding>) {
    let text = at.text();
    if text.is_empty() {
        findings.required(at, "");
        return;
    }
    let Some((domain, path)) = text.split_once('/').filter(|(_, path)| !path.contains('/')) else {
        findings.invalid(at, "must be a domain and a path, as in `example.com/signer`");
        return;
    };
    let fault = if domain.len() > 253 || text.len() > 571 {
        "must have at most 571 characters, 253 of them in its domain"
    } else if domain.split('.').any(|label| format::dns_label(label).is_err()) {
        "must have a domain of DNS labels"
    } else if !domain.contains('.') {
        "must have a domain of at least two parts"
    } else if path.split('.').any(|label| format::dns_subdomain(label).is_err()) {
        "must have a path of DNS subdomains"
    } else {
        return;
    };
    findings.invalid(at, fault);
}

/// Mirrors `ValidateClusterTrustBundle`, `validateTrustBundle`
pub(super) fn check_bundle(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let (signer, bundle) = (spec.field("signerName"), spec.field("trustBundle"));
    if !signer.text().is_empty() {
        check_signer(&signer, findings);
    }
    if bundle.text().len() > LARGEST_BUNDLE {
        findings.too_long(&bundle, LARGEST_BUNDLE);
        return;
    }
    let mut seen: Vec<String> = Vec::new();
    for block in blocks(bundle.text()) {
        let fault = if block.kind != "CERTIFICATE" {
            "must hold only certificates"
        } else if block.has_headers {
            "must have no headers in its PEM"
        } else if !block.is_sequence {
            "must hold certificates that can be read"
        } else if seen.contains(&block.body) {
            "must not hold a certificate twice"
        } else {
            seen.push(block.body);
            continue;
        };
        findings.invalid(&bundle, fault);
        return;
    }
    if seen.is_empty() {
        findings.invalid(&bundle, "must hold at least one certificate");
    }
}

/// One block of PEM.
struct Block {
    kind: String,
    has_headers: bool,
    /// Whether it begins as every certificate does.
    is_sequence: bool,
    body: String,
}

/// The blocks of PEM in a text; what is no block is passed over.
fn blocks(text: &str) -> impl Iterator<Item = Block> + '_ {
    let mut lines = text.lines().map(str::trim_end);
    std::iter::from_fn(move || {
        loop {
            let kind =
                lines.by_ref().find_map(|line| line.strip_prefix("-----BEGIN ")?.strip_suffix("-----"))?;
            let (mut body, mut has_headers) = (String::new(), false);
            let mut is_closed = false;
            for line in lines.by_ref() {
                if line.starts_with("-----END ") {
                    is_closed =
                        line.strip_prefix("-----END ").and_then(|l| l.strip_suffix("-----")) == Some(kind);
                    break;
                }
                if line.contains(':') {
                    has_headers = true;
                } else {
                    body.push_str(line.trim());
                }
            }
            if let (true, Ok(bytes)) = (is_closed, base64::engine::general_purpose::STANDARD.decode(&body)) {
                let is_sequence = bytes.len() > 64 && bytes[0] == 0x30;
                return Some(Block { kind: kind.to_owned(), has_headers, is_sequence, body });
            }
        }
    })
}
