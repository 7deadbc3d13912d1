//! Why a command did not do what was asked: one message for people, one exit code for scripts.

use anstyle::{AnsiColor, Style};
use std::{fmt::Display, io, process::ExitCode};

/// What every command ends with.
pub type Done<T = ()> = Result<T, Failure>;

/// The exit codes, as the help of `jeton` lists them. Zero is success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Anything that has no code of its own.
    Failed = 1,
    /// The command line, or a value in it, was refused.
    Usage = 2,
    /// What was named does not exist within the caller's reach.
    NotFound = 3,
    /// The caller is not signed in, or may not do this.
    Refused = 4,
    /// The server could not be reached, or could not answer now.
    Unavailable = 5,
    /// The record changed meanwhile, or its state does not allow this.
    Conflict = 6,
    /// The secret that was asked about is not active, or is no secret at all.
    NotActive = 7,
}

/// The list of exit codes in the help.
pub const EXIT_CODES: &str = "Exit codes:
  0  done
  1  failed
  2  the command line, or a value in it, was refused
  3  not found
  4  not signed in, or not allowed
  5  the server could not be reached, or could not answer now
  6  conflict: the record changed meanwhile, or its state does not allow this
  7  the token is not active (`token verify`), or the text is no token secret (`token check`)";

/// Why a command did not do what was asked.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    message: String,
    details: Vec<String>,
    /// The problem as the server sent it, for `--json`.
    problem: Option<String>,
    /// The idempotency key of a request that may or may not have been carried out.
    idempotency_key: Option<String>,
}

impl Failure {
    /// A failure with one sentence about it.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), details: Vec::new(), problem: None, idempotency_key: None }
    }

    /// A failure of the command line itself.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// A failure whose causes are told along: `what: cause: its cause`.
    pub fn caused(what: impl Display, cause: &dyn std::error::Error) -> Self {
        Self::new(Exit::Failed, format!("{what}: {}", chain(cause)))
    }

    /// Adds a line of its own: a field that was refused, or what to do next.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    /// Keeps the problem as the server sent it.
    #[must_use]
    pub fn problem(mut self, text: String) -> Self {
        self.problem = Some(text);
        self
    }

    /// Names the key with which the request can be repeated without being carried out twice.
    #[must_use]
    pub fn idempotency_key(mut self, key: String) -> Self {
        self.details.push(format!("it may have been done all the same; repeat it with --idempotency-key {key}"));
        self.idempotency_key = Some(key);
        self
    }

    /// The problem as the server sent it, when it was the server that refused.
    pub fn sent(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// A verdict that was printed already and only has its exit code left to tell.
    pub fn silent(exit: Exit) -> Self {
        Self::new(exit, "")
    }

    /// True when what was asked may have been done: there was no answer, or none that says.
    pub fn is_open(&self) -> bool {
        matches!(self.exit, Exit::Failed | Exit::Unavailable)
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// What happened, in one sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Tells the failure on standard error and turns it into the exit code of the process.
    pub fn report(&self, json: bool) -> ExitCode {
        use io::Write;
        let mut out = anstream::stderr().lock();
        // Nobody is left to be told when standard error is closed.
        let _ = match (self.message.is_empty(), json) {
            (true, _) => Ok(()),
            (false, true) => writeln!(out, "{}", self.to_json()),
            (false, false) => {
                let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
                let details: String = self.details.iter().map(|detail| format!("\n  {detail}")).collect();
                writeln!(out, "{red}error:{red:#} {}{details}", self.message)
            }
        };
        ExitCode::from(self.exit as u8)
    }

    /// The failure for programs: the server's problem as it came, or one of the same form.
    fn to_json(&self) -> String {
        let own = || serde_json::json!({"title": self.message, "details": self.details});
        match (&self.problem, &self.idempotency_key) {
            (Some(problem), None) => problem.clone(),
            (problem, key) => {
                let sent = problem.as_ref().and_then(|problem| serde_json::from_str(problem).ok());
                let mut object: serde_json::Value = sent.unwrap_or_else(own);
                if let (Some(object), Some(key)) = (object.as_object_mut(), key) {
                    object.insert("idempotency_key".to_owned(), key.as_str().into());
                }
                object.to_string()
            }
        }
    }
}

impl From<io::Error> for Failure {
    /// A reader of our output that has enough (`jeton token list | head`) is no failure to talk about.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::silent(Exit::Failed),
            _ => Self::new(Exit::Failed, error.to_string()),
        }
    }
}

/// An error and its causes on one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(&format!(": {cause}"));
        next = cause.source();
    }
    text
}
