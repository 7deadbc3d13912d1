//! Questions to a person: only ever on a terminal, and a clear refusal everywhere else.

use super::{
    failure::{Done, Failure},
    output::Options,
};
use domain::secret::Secret;
use std::{
    fs::File,
    io::{self, BufRead, IsTerminal, Read, Write},
    path::Path,
};

/// The most that is read where one secret is expected, in bytes.
const SECRET_READ_BYTES: u64 = 64 * 1024;

/// True when there is a person to ask.
pub fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for one line. `flag` is what says the same without a question.
///
/// # Errors
/// When there is no terminal, or the answer is empty.
pub fn line(question: &str, flag: &str) -> Done<String> {
    needs_terminal(question, flag)?;
    eprint!("{question}: ");
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    match answer.trim() {
        "" => Err(Failure::usage(format!("{question}: nothing was entered"))),
        answer => Ok(answer.to_owned()),
    }
}

/// Asks for a secret without showing it.
///
/// # Errors
/// When there is no terminal, or the answer is empty.
pub fn secret(question: &str, flag: &str) -> Done<Secret> {
    needs_terminal(question, flag)?;
    let answer = Secret::new(rpassword::prompt_password(format!("{question}: "))?);
    if answer.expose().is_empty() {
        return Err(Failure::usage(format!("{question}: nothing was entered")));
    }
    Ok(answer)
}

/// Asks for a new secret, twice.
///
/// # Errors
/// When there is no terminal, or the two answers differ.
pub fn new_secret(question: &str, flag: &str) -> Done<Secret> {
    let first = secret(question, flag)?;
    let second = secret(&format!("{question} (again)"), flag)?;
    if first.expose() == second.expose() {
        Ok(first)
    } else {
        Err(Failure::usage("the two entries differ; nothing was done"))
    }
}

/// Asks the person to type `word` before something that cannot be taken back.
///
/// # Errors
/// When there is no terminal and no `--yes`, or anything else was typed.
pub fn confirm(options: Options, question: &str, word: &str) -> Done {
    if options.yes {
        return Ok(());
    }
    let answer = line(&format!("{question} Type {word} to go on"), "--yes")?;
    if answer == word { Ok(()) } else { Err(Failure::usage("not confirmed; nothing was done")) }
}

/// Reads a secret from the first line of a file; `-` is standard input.
///
/// # Errors
/// When the file cannot be read, or its first line is empty.
pub fn secret_file(path: &Path) -> Done<Secret> {
    if path.as_os_str() == "-" {
        return first_line(io::stdin().lock(), "standard input");
    }
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?;
    first_line(file, &name)
}

/// Reads a secret: from the file when one is named, from a hidden question on a terminal, and from
/// standard input everywhere else.
///
/// # Errors
/// When there is none.
pub fn secret_from(file: Option<&Path>, question: &str, flag: &str) -> Done<Secret> {
    match file {
        Some(path) => secret_file(path),
        None if io::stdin().is_terminal() => secret(question, flag),
        None => first_line(io::stdin().lock(), "standard input"),
    }
}

/// Reads many secrets, one a line, from a file or from standard input; empty lines are none.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn secrets_from(file: Option<&Path>) -> Done<Vec<Secret>> {
    let standard = file.is_none_or(|path| path.as_os_str() == "-");
    let name = file.filter(|_| !standard).map_or("standard input".to_owned(), |path| path.display().to_string());
    let unreadable = |error| Failure::usage(format!("{name} cannot be read: {error}"));
    let mut text = zeroize::Zeroizing::new(String::new());
    match file.filter(|_| !standard) {
        Some(path) => File::open(path).and_then(|mut file| file.read_to_string(&mut text)),
        None => io::stdin().lock().read_to_string(&mut text),
    }
    .map_err(unreadable)?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let secrets: Vec<_> = lines.map(|line| Secret::new(line.to_owned())).collect();
    if secrets.is_empty() { Err(Failure::usage(format!("{name} holds no secret"))) } else { Ok(secrets) }
}

fn first_line(from: impl Read, name: &str) -> Done<Secret> {
    let mut text = zeroize::Zeroizing::new(String::new());
    let read = from.take(SECRET_READ_BYTES).read_to_string(&mut text);
    read.map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?;
    match text.lines().next().map(str::trim) {
        None | Some("") => Err(Failure::usage(format!("{name} holds no secret in its first line"))),
        Some(line) => Ok(Secret::new(line.to_owned())),
    }
}

fn needs_terminal(question: &str, flag: &str) -> Done {
    if is_possible() {
        return Ok(());
    }
    Err(Failure::usage(format!("there is no terminal to ask on ({question})")).detail(format!("give {flag} instead")))
}
