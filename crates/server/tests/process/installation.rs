//! A data directory of its own with a first administrator, and the server on it.

use crate::{
    client::Client,
    program::Program,
    run::{Home, Ran},
};
use authority::clock::SystemRandomness;
use domain::format::{self, Kind};
use std::{
    ops::{Deref, DerefMut},
    path::PathBuf,
    process::Command,
};
use store::denials::{Denials, denials_path};

/// Where one installation keeps everything.
pub(crate) struct Installation {
    pub(crate) home: Home,
    /// The token of the first application administrator.
    pub(crate) token: String,
}

/// A running server.
pub(crate) struct Server {
    program: Program,
    /// Where it listens.
    pub(crate) url: String,
}

impl Installation {
    pub(crate) fn new() -> Self {
        Self { home: Home::new(), token: new_token() }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.home.file("data")
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.data().join("jeton.db")
    }

    /// What the file beside the store denies.
    pub(crate) fn denials(&self) -> Denials {
        Denials::read(&denials_path(&self.store())).unwrap().unwrap()
    }

    /// The command that serves this data. What it says stands in variables, so that flags may say
    /// something else.
    pub(crate) fn command(&self) -> Command {
        let mut command = self.home.command();
        command.env("JETON_LISTEN", "127.0.0.1:0").env("JETON_METRICS_LISTEN", "off");
        command.env("JETON_DATA", self.data()).env("JETON_BOOTSTRAP_TOKEN", &self.token);
        command.arg("serve");
        command
    }

    /// Starts the server and waits until it is ready.
    #[track_caller]
    pub(crate) fn start(&self) -> Server {
        self.start_with(&[])
    }

    /// The same with further flags.
    #[track_caller]
    pub(crate) fn start_with(&self, flags: &[&str]) -> Server {
        Server::of(Program::spawn(self.command().args(flags)))
    }

    /// Runs a server that does not come up.
    #[track_caller]
    pub(crate) fn fail_to_start(&self, flags: &[&str]) -> Ran {
        fail_to_start(self.command().args(flags))
    }

    /// Runs another command on this data.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.home.command().args(arguments).arg("--data").arg(self.data()), "")
    }

    /// A client with connections of its own, which shows the administrator's token.
    pub(crate) fn administrator(&self, server: &Server) -> Client {
        server.client().with(&self.token)
    }
}

impl Server {
    /// A server that was just started, once it is ready.
    #[track_caller]
    pub(crate) fn of(program: Program) -> Self {
        let url = program.line_of_out("listening on ");
        Self { program, url }
    }

    /// A client with connections of its own and no token.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.url, None)
    }

    /// Where it listens, without the scheme.
    pub(crate) fn address(&self) -> &str {
        self.url.split_once("://").unwrap().1
    }
}

impl Deref for Server {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.program
    }
}

impl DerefMut for Server {
    fn deref_mut(&mut self) -> &mut Program {
        &mut self.program
    }
}

/// Runs a server that does not come up, and ends by itself.
#[track_caller]
pub(crate) fn fail_to_start(command: &mut Command) -> Ran {
    let mut program = Program::spawn(command);
    let code = program.fail_to_start().code().unwrap();
    Ran { code, out: program.out(), err: program.err() }
}

/// A native secret that nobody else has.
pub(crate) fn new_token() -> String {
    format::generate(Kind::Token, &SystemRandomness).expose().to_owned()
}
