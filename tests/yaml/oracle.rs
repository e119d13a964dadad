//! Asks the oracle (tests/oracle). Its binary is named by `CITADEL_ORACLE`; without it, tests that need it say so and
//! are skipped.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A running oracle.
pub(crate) struct Oracle {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Oracle {
    /// Starts it, when there is one.
    pub(crate) fn start() -> Option<Oracle> {
        let Ok(path) = std::env::var("CITADEL_ORACLE") else {
            eprintln!("skipped: CITADEL_ORACLE does not name an oracle");
            return None;
        };
        let mut process = Command::new(path).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let to = process.stdin.take().unwrap();
        let from = BufReader::new(process.stdout.take().unwrap());
        Some(Oracle { process, to, from })
    }

    /// Asks one question.
    pub(crate) fn ask(&mut self, request: &Value) -> Value {
        writeln!(self.to, "{request}").unwrap();
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
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
