//! Promise: `docs/guides/cli.md` says what the help of each command says.

use crate::snapshot::assert_snapshot;
use clap::{Command, CommandFactory, Id};
use server::cli::Cli;

const HEAD: &str = "# The command line

`jeton` is one binary: the server, the commands that speak to a server, and the commands that work on
the data of their own host. This page is what `jeton help` and `jeton COMMAND --help` print.

A command that speaks to a server takes the server's address from `--server`, then `JETON_URL`, then
the last `jeton login`, then `http://127.0.0.1:6573`; and its token from `--token-file` (or
`JETON_TOKEN_FILE`), then `JETON_TOKEN`, then `jeton login`. A token that `jeton login` kept is sent to
the server it belongs to and to no other.

Secrets are read from standard input, from a file, or from a question that does not show the answer;
never from an argument, which every user of the host could read. A command that would ask something
where there is no terminal ends with code 2 and names the flag that answers beforehand.

With `--json`, a command prints what the server sent: one object, or one array over all pages of a
list. `jeton journal tail` prints one object a line. A failure is then one JSON object on standard
error.
";

const SHARED: &str = "
Every command also takes the flags under *Output* above, `--help` and `--version`; the commands below
one that has *Server* or *Data* flags take those too. They are not repeated.
";

#[test]
fn the_guide_is_the_help() {
    let mut root = Cli::command().term_width(100);
    root.build();
    let mut guide = HEAD.to_owned();
    add(&mut guide, &root, &[], &["help", "version"].map(Id::from));
    assert_snapshot("docs/guides/cli.md", &guide);
}

/// Adds a command and those below it; what was said above it is left out.
fn add(guide: &mut String, command: &Command, above: &[String], said: &[Id]) {
    let path: Vec<String> = above.iter().cloned().chain([command.get_name().to_owned()]).collect();
    let known = |id: &Id| !above.is_empty() && said.contains(id);
    let shown =
        command.clone().mut_args(|argument| if known(argument.get_id()) { argument.hide(true) } else { argument });
    let help = shown.disable_help_flag(true).disable_version_flag(true).render_help().to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    guide.push_str(&format!("\n## {}\n\n```text\n{}\n```\n", path.join(" "), lines.join("\n").trim_end()));
    if above.is_empty() {
        guide.push_str(SHARED);
    }
    let global = command.get_arguments().filter(|argument| argument.is_global_set());
    let said: Vec<Id> = said.iter().cloned().chain(global.map(|argument| argument.get_id().clone())).collect();
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        add(guide, inner, &path, &said);
    }
}
