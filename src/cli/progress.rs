//! What long work shows on a terminal: one line on standard error, which goes away when the work is done. In a pipe, in a
//! file, and before a moment has passed, nothing.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use super::terminal;
use crate::host::Host;

/// Work that takes no longer than this shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the line is drawn anew.
const TICK: Duration = Duration::from_millis(200);
/// Longer lines would wrap, and what wraps cannot be taken back.
const WIDEST: usize = 60;
/// To the beginning of the line, and nothing behind it.
const CLEAR: &str = "\r\u{1b}[2K";

/// A line on the terminal for as long as this lives.
#[must_use]
pub(super) struct Progress {
    drawing: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins work that has no parts to count: `what` is `building overlays/production`.
    pub(super) fn begin(host: &dyn Host, what: impl FnOnce() -> String) -> Progress {
        Progress::of(host, 0, &Arc::default(), what)
    }

    /// Begins work on so many parts; `done` says how many are finished.
    pub(super) fn of(
        host: &dyn Host,
        parts: usize,
        done: &Arc<AtomicUsize>,
        what: impl FnOnce() -> String,
    ) -> Progress {
        if !std::io::stderr().is_terminal() || host.variable("TERM").is_some_and(|term| term == "dumb") {
            return Progress { drawing: None };
        }
        let (end, ended) = channel();
        let (done, what) = (done.clone(), short(&what()));
        // Where no thread can be had, nothing is shown.
        let thread = Builder::new().spawn(move || draw(&ended, parts, &done, &what));
        Progress { drawing: thread.ok().map(|thread| (end, thread)) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((end, thread)) = self.drawing.take() {
            drop(end);
            let _ = thread.join();
        }
    }
}

fn draw(ended: &Receiver<()>, parts: usize, done: &AtomicUsize, what: &str) {
    let began = Instant::now();
    let mut wait = PATIENCE;
    while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        wait = TICK;
        terminal::complain(&format!(
            "{CLEAR}{}",
            line(what, done.load(Ordering::Relaxed), parts, began.elapsed())
        ));
    }
    if wait == TICK {
        terminal::complain(CLEAR);
    }
}

/// `rendering staging, production: 1 of 2, 3 s`.
fn line(what: &str, done: usize, parts: usize, since: Duration) -> String {
    let counted = if parts > 1 { format!("{done} of {parts}, ") } else { String::new() };
    format!("{what}: {counted}{} s", since.as_secs())
}

fn short(what: &str) -> String {
    let plain = what.chars().map(|c| if c.is_control() { '?' } else { c });
    if what.chars().count() <= WIDEST {
        return plain.collect();
    }
    plain.take(WIDEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_counts_parts_and_seconds() {
        assert_eq!(line("building .", 0, 0, Duration::from_millis(1900)), "building .: 1 s");
        assert_eq!(line("rendering a, b", 1, 2, Duration::from_secs(3)), "rendering a, b: 1 of 2, 3 s");
        assert_eq!(short("a\u{1b}[2Jb"), "a?[2Jb");
        assert_eq!(short(&"x".repeat(100)).chars().count(), WIDEST);
    }
}
