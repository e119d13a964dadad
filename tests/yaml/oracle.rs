//! Asks the oracle (tests/oracle). Its binary is built once into `target/oracle`, or named by `CITADEL_ORACLE`; where
//! neither Go nor a binary is at hand, tests that need it say so and are skipped.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A running oracle.
pub(crate) struct Oracle {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

/// The binary, built when the environment does not name one.
fn binary() -> Result<PathBuf, String> {
    if let Some(path) = std::env::var_os("CITADEL_ORACLE") {
        return Ok(PathBuf::from(path));
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let to = here.join("target/oracle/citadel-oracle");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&to)
        .arg(".")
        .current_dir(here.join("tests/oracle"))
        .env("CGO_ENABLED", "0")
        .output()
        .map_err(|fault| format!("Go cannot be run ({fault})"))?;
    if built.status.success() {
        Ok(to)
    } else {
        Err(format!("Go cannot build the oracle: {}", String::from_utf8_lossy(&built.stderr)))
    }
}

impl Oracle {
    /// Starts it, when there is one.
    pub(crate) fn start() -> Option<Oracle> {
        static BINARY: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        let path = match BINARY.get_or_init(binary) {
            Ok(path) => path,
            Err(why) => {
                eprintln!("skipped: nothing to compare with. {why}");
                return None;
            }
        };
        let mut process = Command::new(path).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let to = process.stdin.take().unwrap();
        let from = BufReader::new(process.stdout.take().unwrap());
        Some(Oracle { process, to, from })
    }

    /// Asks one question.
    pub(crate) fn ask(&mut self, request: &Value) -> Value {
        self.ask_all(std::slice::from_ref(request)).pop().unwrap()
    }

    /// Asks many questions at once; answers come in their order.
    pub(crate) fn ask_all(&mut self, requests: &[Value]) -> Vec<Value> {
        let (to, from) = (&mut self.to, &mut self.from);
        std::thread::scope(|scope| {
            // written beside reading: neither pipe may fill up while the other waits
            scope.spawn(move || {
                for request in requests {
                    writeln!(to, "{request}").unwrap();
                }
                to.flush().unwrap();
            });
            let mut answer = || {
                let mut line = String::new();
                from.read_line(&mut line).unwrap();
                serde_json::from_str(&line).unwrap()
            };
            requests.iter().map(|_| answer()).collect()
        })
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Bytes of an answer.
pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    value.as_str().map(|text| STANDARD.decode(text).unwrap()).unwrap_or_default()
}

/// The list `each` of an answer, or the refusal.
pub(crate) fn each(answer: &Value) -> Result<Vec<Vec<u8>>, String> {
    if let Some(refused) = answer.get("refused") {
        return Err(refused.as_str().unwrap_or_default().to_owned());
    }
    Ok(answer["each"].as_array().map(|list| list.iter().map(bytes).collect()).unwrap_or_default())
}
