//! A real server of its own for one test, and transcripts of what commands printed.

use super::run::{Home, Ran};
use authority::clock::SystemRandomness;
use domain::format::{self, Kind};
use regex::Regex;
use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
    sync::LazyLock,
};

const ANY_PORT: &str = "127.0.0.1:0";

/// A server that runs as long as this value lives, and its application administrator's token.
pub(crate) struct Serving {
    pub(crate) home: Home,
    pub(crate) url: String,
    pub(crate) token: String,
    child: Child,
}

impl Serving {
    pub(crate) fn start() -> Self {
        Self::start_with(Home::new(), new_secret(), ANY_PORT, &[])
    }

    /// Starts a server that keeps no record of uses, so that what it shows is the same each time.
    pub(crate) fn start_for_transcript() -> Self {
        Self::start_with(Home::new(), new_secret(), ANY_PORT, &["--usage-tracking=false"])
    }

    /// Starts a server on the data of a home. The token becomes the first one of an empty store.
    pub(crate) fn start_in(home: Home, token: String) -> Self {
        Self::start_with(home, token, ANY_PORT, &[])
    }

    /// Starts a stopped server again where it was.
    pub(crate) fn start_again((home, token): (Home, String), url: &str) -> Self {
        Self::start_with(home, token, url.strip_prefix("http://").unwrap(), &[])
    }

    fn start_with(home: Home, token: String, listen: &str, flags: &[&str]) -> Self {
        let mut command = home.command();
        command.args(["serve", "--listen", listen, "--metrics-listen", "off", "--log-level", "error"]).args(flags);
        let mut child = command.env("JETON_BOOTSTRAP_TOKEN", &token).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let url = lines.find_map(|line| line.strip_prefix("listening on ").map(str::to_owned));
        Self { home, url: url.expect("the server says where it listens"), token, child }
    }

    /// Runs a command as the application administrator.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "")
    }

    /// Runs a command as the application administrator, with a text on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Ran {
        self.run_as(&self.token, arguments, input)
    }

    /// Runs a command with this token.
    pub(crate) fn run_as(&self, token: &str, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.home.command();
        Ran::of(command.args(arguments).env("JETON_URL", &self.url).env("JETON_TOKEN", token), input)
    }

    /// Runs a command that signs in for itself.
    pub(crate) fn run_signed_out(&self, arguments: &[&str], input: &str) -> Ran {
        Ran::of(self.home.command().args(arguments).env("JETON_URL", &self.url), input)
    }

    /// Stops the server as an operator would, and gives its data back.
    pub(crate) fn stop(mut self) -> (Home, String) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        assert!(self.child.wait().unwrap().success());
        (std::mem::replace(&mut self.home, Home::new()), std::mem::take(&mut self.token))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have been stopped.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn new_secret() -> String {
    format::generate(Kind::Token, &SystemRandomness).expose().to_owned()
}

/// What a person would see who ran commands one after the other, without what differs each time.
#[derive(Default)]
pub(crate) struct Transcript {
    text: String,
    ids: Vec<String>,
}

impl Transcript {
    /// Adds a command with everything it printed.
    pub(crate) fn add(&mut self, arguments: &[&str], ran: &Ran) {
        let quoted =
            |argument: &&str| if argument.contains(' ') { format!("'{argument}'") } else { (*argument).to_owned() };
        let line: Vec<String> = arguments.iter().map(quoted).collect();
        let code = if ran.code == 0 { String::new() } else { format!("[exit code {}]\n", ran.code) };
        let text = format!("$ jeton {}\n{}{}{code}\n", line.join(" "), ran.out, ran.err);
        let text = self.plain(&text);
        self.text.push_str(&text);
    }

    /// The whole text.
    pub(crate) fn text(&self) -> String {
        format!("{}\n", self.text.trim_end())
    }

    /// Puts fixed texts of the same length in the place of what differs each time.
    fn plain(&mut self, text: &str) -> String {
        static ID: LazyLock<Regex> = LazyLock::new(|| Regex::new("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").unwrap());
        static REST: LazyLock<[(Regex, &str); 7]> = LazyLock::new(|| {
            [
                (r"\d{4}-\d\d-\d\d([ T])\d\d:\d\d:\d\d", "2026-01-01${1}12:00:00"),
                (r"12:00:00\.\d{3}", "12:00:00.000"),
                (r"jtn_…\w{4}", "jtn_…abcd"),
                (r"jtn_\w{38}", "jtn_0123456789ABCDEFGHIJKLMNOPQRSTUVabcdef"),
                (r"jtl_[\w-]{40,}", "jtl_…"),
                (r"(127\.0\.0\.1|localhost):\d{4,5}", "${1}:6573"),
                (r"/\S*/\.config", "~/.config"),
            ]
            .map(|(pattern, plain)| (Regex::new(pattern).unwrap(), plain))
        });
        for found in ID.find_iter(text) {
            if !self.ids.iter().any(|id| id == found.as_str()) {
                self.ids.push(found.as_str().to_owned());
            }
        }
        let mut text = text.to_owned();
        for (place, id) in self.ids.iter().enumerate() {
            text = text.replace(id, &format!("01900000-0000-7000-8000-{:012}", place + 1));
        }
        REST.iter().fold(text, |text, (pattern, plain)| pattern.replace_all(&text, *plain).into_owned())
    }
}
