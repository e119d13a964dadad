//! CitadelBuy against a real API server: `citadel render production | kubectl apply -f -` and what a release engineer
//! does around it. Runs where `CITADEL_TEST_KUBECONFIG` names a cluster to play with, or where `CITADEL_END_TO_END=1`
//! is set and `../shared/apiserver` can start one.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const CITADEL: &str = env!("CARGO_BIN_EXE_citadel");
const OVERLAYS: [&str; 3] = ["production", "staging", "development"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A cluster, and the kubectl to speak to it; a server that was started is stopped in the end.
struct Cluster {
    kubeconfig: PathBuf,
    kubectl: PathBuf,
    started: Option<PathBuf>,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(folder) = &self.started {
            let _ = Command::new(root().join("../shared/apiserver/down")).arg(folder).output();
        }
    }
}

impl Cluster {
    /// `None`, with a word on standard error, where there is no cluster to play with.
    fn up() -> Option<Cluster> {
        let shared = root().join("../shared");
        let temporary = std::env::temp_dir().join(format!("citadel-end-to-end-{}", std::process::id()));
        let oracle = Command::new(shared.join("oracle/up")).arg(temporary.join("oracle")).output();
        let kubectl = match oracle {
            Ok(done) if done.status.success() => temporary.join("oracle/kubectl"),
            _ => PathBuf::from("kubectl"),
        };
        if let Some(kubeconfig) = std::env::var_os("CITADEL_TEST_KUBECONFIG") {
            return Some(Cluster { kubeconfig: kubeconfig.into(), kubectl, started: None });
        }
        if std::env::var_os("CITADEL_END_TO_END").is_none() {
            eprintln!("SKIPPED end to end: neither CITADEL_TEST_KUBECONFIG nor CITADEL_END_TO_END is set");
            return None;
        }
        let folder = temporary.join("apiserver");
        let done = match Command::new(shared.join("apiserver/up")).arg(&folder).output() {
            Ok(done) => done,
            Err(error) => {
                eprintln!("SKIPPED end to end: no API server can be started here ({error})");
                return None;
            }
        };
        assert!(done.status.success(), "the API server did not start: {}", text(&done.stderr));
        let printed = text(&done.stdout);
        let kubeconfig = PathBuf::from(printed.lines().last().unwrap().trim());
        Some(Cluster { kubeconfig, kubectl, started: Some(folder) })
    }

    fn kubectl(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut child = Command::new(&self.kubectl)
            .args(arguments)
            .env("KUBECONFIG", &self.kubeconfig)
            .current_dir(root())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap()
    }

    /// Runs kubectl; it must succeed without a warning.
    fn clean(&self, arguments: &[&str], input: &[u8]) -> String {
        let done = self.kubectl(arguments, input);
        let errors = text(&done.stderr);
        assert!(done.status.success(), "kubectl {arguments:?}: {errors}");
        assert!(errors.is_empty(), "kubectl {arguments:?} warns: {errors}");
        text(&done.stdout)
    }

    /// The versions of the objects that an overlay made.
    fn versions(&self, overlay: &str) -> String {
        let columns = "custom-columns=KIND:.kind,NAME:.metadata.name,VERSION:.metadata.resourceVersion";
        let kinds = "cm,deploy,sts,cronjob,svc,ing,hpa,pdb,netpol,sa,role,rolebinding,quota,limitrange,pvc,externalsecret";
        self.clean(&["get", kinds, "-n", &format!("citadelbuy-{overlay}"), "-o", columns], b"")
    }
}

fn citadel(arguments: &[&str]) -> Output {
    Command::new(CITADEL).args(arguments).current_dir(root()).stdin(Stdio::null()).output().unwrap()
}

fn render(overlay: &str) -> Vec<u8> {
    let done = citadel(&["render", overlay]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(done.stderr.is_empty(), "render {overlay} says: {}", text(&done.stderr));
    done.stdout
}

fn others_than<'t>(told: &'t str, end: &str) -> Vec<&'t str> {
    told.lines().filter(|line| !line.ends_with(end)).collect()
}

#[test]
fn the_platform_is_released_to_a_real_api_server() {
    let Some(cluster) = Cluster::up() else { return };
    let crds = root().join("../shared/crds");
    let done = cluster.kubectl(&["apply", "--server-side", "-f", crds.to_str().unwrap()], b"");
    assert!(done.status.success(), "{}", text(&done.stderr));
    let wait = ["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"];
    let done = cluster.kubectl(&wait, b"");
    assert!(done.status.success(), "{}", text(&done.stderr));

    for overlay in OVERLAYS {
        let rendered = render(overlay);
        let objects = text(&rendered).split("\n---\n").count();
        let told = cluster.clean(&["apply", "-f", "-"], &rendered);
        assert_eq!(others_than(&told, " created"), [""; 0], "{overlay}");
        assert_eq!(told.lines().count(), objects, "{overlay}");
        assert_eq!(cluster.clean(&["diff", "-f", "-"], &rendered), "", "{overlay}");
        // kubectl says `configured` of some kinds (budgets, claims in templates) whenever it applies them; the version
        // of each object tells whether anything came of it.
        let before = cluster.versions(overlay);
        cluster.clean(&["apply", "-f", "-"], &rendered);
        cluster.clean(&["apply", "-k", &format!("overlays/{overlay}")], b"");
        assert_eq!(
            cluster.versions(overlay),
            before,
            "{overlay}, applied again by citadel and by kubectl itself"
        );
    }

    // What does not pass is not applied, not even in part.
    let broken = std::env::temp_dir().join(format!("citadel-broken-{}", std::process::id()));
    std::fs::create_dir_all(&broken).unwrap();
    std::fs::write(broken.join("kustomization.yaml"), "resources: [good.yaml, bad.yaml]\n").unwrap();
    let config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good, namespace: default}\n";
    std::fs::write(broken.join("good.yaml"), config_map).unwrap();
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: bad, namespace: default}\nspec: {ports: [{port: 0}]}\n";
    std::fs::write(broken.join("bad.yaml"), service).unwrap();
    let done = citadel(&["render", broken.to_str().unwrap()]);
    assert_eq!(done.status.code(), Some(1), "{}", text(&done.stderr));
    assert!(done.stdout.is_empty());
    let refused = cluster.kubectl(&["apply", "-f", "-"], &done.stdout);
    assert!(!refused.status.success());
    let found = cluster.kubectl(&["get", "configmap", "good", "-n", "default"], b"");
    assert!(!found.status.success(), "the good half of a broken target was applied");
    std::fs::remove_dir_all(&broken).unwrap();

    // The runbook's look at what is there.
    let listed =
        cluster.clean(&["get", "deploy,sts,svc,ing,hpa,pdb,netpol", "-n", "citadelbuy-production"], b"");
    for name in ["deployment.apps/citadelbuy-api", "statefulset.apps/postgres", "citadelbuy-api-hpa"] {
        assert!(listed.contains(name), "{name} is not in\n{listed}");
    }
}

#[test]
fn the_golden_files_are_what_the_overlays_render_to() {
    let done = citadel(&["snapshot", "--check"]);
    assert!(done.status.success(), "{}{}", text(&done.stdout), text(&done.stderr));
}

#[test]
fn overlays_are_clean() {
    for overlay in OVERLAYS {
        for version in ["1.24", "1.37"] {
            let done = citadel(&["check", overlay, "--fail-on", "warning", "--kubernetes-version", version]);
            assert!(done.status.success(), "{overlay}, {version}: {}", text(&done.stdout));
        }
        assert_eq!(render(overlay), citadel(&["build", &format!("overlays/{overlay}")]).stdout, "{overlay}");
    }
}
