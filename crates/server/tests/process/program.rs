//! A process that is running: what it writes, and how it is told to end.

use rustix::process::{Pid, Signal, kill_process};
use std::{
    io::Read,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::{self, sleep},
    time::{Duration, Instant},
};

/// How long anything may take before a test gives up. The machine may be busy with other tests.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A process, which does not outlive its test.
pub(crate) struct Program {
    child: Child,
    out: Written,
    err: Written,
}

impl Program {
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = Written::follow(child.stdout.take().unwrap());
        let err = Written::follow(child.stderr.take().unwrap());
        Self { child, out, err }
    }

    /// What it wrote to standard output so far; all of it once it has ended.
    pub(crate) fn out(&self) -> String {
        self.out.text()
    }

    /// What it wrote to standard error so far; all of it once it has ended.
    pub(crate) fn err(&self) -> String {
        self.err.text()
    }

    /// The rest of the first line of standard output that begins so.
    #[track_caller]
    pub(crate) fn line_of_out(&self, beginning: &str) -> String {
        let found = self.out.wait_for(|text| rest_of_line(text, beginning));
        found.unwrap_or_else(|| panic!("no line {beginning:?} in {:?}; standard error: {}", self.out(), self.err()))
    }

    /// Waits until standard error holds a text.
    #[track_caller]
    pub(crate) fn wait_for_err(&self, wanted: &str) {
        let found = self.err.wait_for(|text| text.contains(wanted).then_some(()));
        assert!(found.is_some(), "no {wanted:?} in {}", self.err());
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// Ends it at once, wherever it is.
    pub(crate) fn kill(&mut self) {
        // It may have ended by itself, which the caller sees in what it wrote.
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }

    /// Tells it to stop, and waits until it has.
    #[track_caller]
    pub(crate) fn stop(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait()
    }

    /// Waits until it has ended by itself, without ever having been ready.
    #[track_caller]
    pub(crate) fn fail_to_start(&mut self) -> ExitStatus {
        let ready = self.out.wait_for(|text| text.contains("listening on").then_some(()));
        assert!(ready.is_none(), "it came up; standard error: {}", self.err());
        self.wait()
    }

    /// Waits until it has ended by itself.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.out.wait_for(|_| None::<()>);
                self.err.wait_for(|_| None::<()>);
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end; standard error: {}", self.err());
            sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What comes out of a pipe, gathered by a thread.
#[derive(Clone, Default)]
struct Written(Arc<(Mutex<Gathered>, Condvar)>);

#[derive(Default)]
struct Gathered {
    bytes: Vec<u8>,
    ended: bool,
}

impl Written {
    fn follow(mut pipe: impl Read + Send + 'static) -> Self {
        let written = Self::default();
        let Self(shared) = written.clone();
        thread::spawn(move || {
            let mut bytes = [0; 8_192];
            loop {
                let read = pipe.read(&mut bytes).unwrap_or(0);
                let mut gathered = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
                gathered.bytes.extend(&bytes[..read]);
                gathered.ended = read == 0;
                shared.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        written
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.0.lock().unwrap().bytes).into_owned()
    }

    /// Waits until `find` finds something, the pipe is closed, or patience is over.
    fn wait_for<T>(&self, find: impl Fn(&str) -> Option<T>) -> Option<T> {
        let until = Instant::now() + PATIENCE;
        let mut gathered = self.0.0.lock().unwrap();
        loop {
            let found = find(&String::from_utf8_lossy(&gathered.bytes));
            let left = until.saturating_duration_since(Instant::now());
            if found.is_some() || gathered.ended || left.is_zero() {
                return found;
            }
            gathered = self.0.1.wait_timeout(gathered, left).unwrap().0;
        }
    }
}

/// The rest of the first whole line that begins so.
fn rest_of_line(text: &str, beginning: &str) -> Option<String> {
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().find_map(|line| line.strip_prefix(beginning)).map(str::to_owned)
}
