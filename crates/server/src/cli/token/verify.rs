//! `jeton token verify`, and what works without a server: `check` and `generate`.

use crate::{
    cli::{
        client::{Client, Listed},
        failure::{Done, Exit, Failure},
        output::{Options, Value, note, print, record, wide_table},
        prompt, when,
    },
    private_file,
};
use authority::clock::SystemRandomness;
use clap::Args;
use domain::{
    format::{self, Kind, TOKEN_PATTERN},
    limits,
    secret::{Secret, hint, shown},
    time::Timestamp,
};
use serde::Deserialize;
use serde_json::{json, value::RawValue};
use std::{net::IpAddr, path::PathBuf};

#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// Read the secret from the first line of this file; without it, from standard input.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// Verify every secret of the file or of standard input, one a line. Prints one row each, with what
    /// may be shown of the secret, and ends with 7 when any is not active.
    #[arg(long)]
    all: bool,
    /// A scope that the token must have.
    #[arg(long)]
    scope: Option<String>,
    /// The address that the token was shown from.
    #[arg(long)]
    address: Option<IpAddr>,
}

#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// Read the secret from the first line of this file; without it, from standard input.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// Print the regular expression that finds such secrets, for scanners, and do nothing else.
    #[arg(long)]
    pattern: bool,
}

#[derive(Debug, Args)]
pub(super) struct GenerateArguments {
    /// Write the secret to this new file, mode 0600, instead of showing it.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Verdict {
    active: bool,
    reason: Option<String>,
    token_id: Option<String>,
    subject: Option<String>,
    subject_kind: Option<String>,
    organisation: Option<String>,
    scopes: Option<Vec<String>>,
    expires_at: Option<Timestamp>,
}

/// Runs `jeton token verify`.
pub(super) fn verify(client: &Client, arguments: &VerifyArguments, options: Options) -> Done {
    if arguments.all {
        return verify_all(client, arguments, options);
    }
    let secret = prompt::secret_from(arguments.secret_file.as_deref(), "Token secret", "--secret-file")?;
    let answer = client.post("/v1/tokens/verify", &arguments.question(&secret))?;
    let verdict: Verdict = answer.parse()?;
    match (options.json, options.quiet) {
        (true, _) => print(&answer.text)?,
        (false, true) => {}
        (false, false) => print(&verdict.text())?,
    }
    if verdict.active { Ok(()) } else { Err(Failure::silent(Exit::NotActive)) }
}

impl VerifyArguments {
    fn question(&self, secret: &Secret) -> serde_json::Value {
        let mut question = json!({ "token": secret.expose() });
        if let Some(scope) = &self.scope {
            question["scope"] = json!(scope);
        }
        if let Some(address) = self.address {
            question["address"] = json!(address);
        }
        question
    }
}

/// The answer to many questions, each verdict as the server sent it.
#[derive(Deserialize)]
struct Verdicts {
    verdicts: Vec<Box<RawValue>>,
}

/// Asks for the verdicts on many secrets, as many at a time as the server answers at once.
fn verify_all(client: &Client, arguments: &VerifyArguments, options: Options) -> Done {
    let secrets = prompt::secrets_from(arguments.secret_file.as_deref())?;
    let mut listed = Listed::default();
    for some in secrets.chunks(limits::VERIFY_BATCH) {
        let questions: Vec<_> = some.iter().map(|secret| arguments.question(secret)).collect();
        let answer = client.post("/v1/tokens/verify", &json!({ "tokens": questions }))?;
        listed.items.extend(answer.parse::<Verdicts>()?.verdicts);
    }
    let verdicts: Vec<Verdict> = listed.parse()?;
    if options.json {
        print(&listed.to_json())?;
    } else if !options.quiet {
        let rows = secrets.iter().zip(&verdicts).map(|(secret, verdict)| verdict.row(secret));
        print(&wide_table(&["SECRET", "ACTIVE", "REASON", "TOKEN", "SUBJECT"], rows))?;
    }
    if verdicts.len() == secrets.len() && verdicts.iter().all(|verdict| verdict.active) {
        Ok(())
    } else {
        Err(Failure::silent(Exit::NotActive))
    }
}

impl Verdict {
    fn row(&self, secret: &Secret) -> Vec<Value> {
        let text = |part: &Option<String>| part.as_deref().unwrap_or("").replace('_', " ").into();
        let active = Value::State(if self.active { "yes" } else { "no" }.to_owned());
        // A line of the file may hold anything; only what looks like a token is shown in part.
        let is_token = format::check(Kind::Token, secret.expose()).is_ok();
        let shown = if is_token { shown(&hint(secret.expose())) } else { "(no token)".to_owned() };
        vec![shown.into(), active, text(&self.reason), text(&self.token_id), text(&self.subject)]
    }

    fn text(&self) -> String {
        if !self.active {
            let reason = self.reason.as_deref().unwrap_or("unknown").replace('_', " ");
            return record([("active", "no".into()), ("reason", reason.into())]);
        }
        let text = |part: &Option<String>| part.as_deref().unwrap_or("").into();
        record([
            ("active", Value::State("yes".to_owned())),
            ("token", text(&self.token_id)),
            ("subject", text(&self.subject)),
            ("kind", self.subject_kind.as_deref().unwrap_or("").replace('_', " ").into()),
            ("organisation", text(&self.organisation)),
            ("scopes", self.scopes.as_deref().unwrap_or_default().join(" ").into()),
            ("expires", self.expires_at.map_or("never".to_owned(), when::long).into()),
        ])
    }
}

/// Runs `jeton token check`.
pub(super) fn check(arguments: &CheckArguments, options: Options) -> Done {
    if arguments.pattern {
        return print(TOKEN_PATTERN);
    }
    let secret = prompt::secret_from(arguments.secret_file.as_deref(), "Token secret", "--secret-file")?;
    let verdict = format::check(Kind::Token, secret.expose());
    let text = match (&verdict, options.json) {
        (Ok(()), true) => json!({ "well_formed": true }).to_string(),
        (Err(malformed), true) => json!({ "well_formed": false, "reason": malformed.to_string() }).to_string(),
        (Ok(()), false) => {
            "well-formed: prefix and checksum are right; only a server knows whether it is active".to_owned()
        }
        (Err(malformed), false) => format!("not a Jeton token: {malformed}"),
    };
    if options.json || !options.quiet {
        print(&text)?;
    }
    verdict.map_err(|_| Failure::silent(Exit::NotActive))
}

/// Runs `jeton token generate`.
pub(super) fn generate(arguments: &GenerateArguments, options: Options) -> Done {
    let secret = format::generate(Kind::Token, &SystemRandomness);
    if let Some(path) = &arguments.secret_file {
        let line = format!("{}\n", secret.expose());
        let written = private_file::create(path, line.as_bytes());
        written.map_err(|error| Failure::caused(format!("{} could not be written", path.display()), &error))?;
        note(options, &format!("the secret is in {}", path.display()));
        return Ok(());
    }
    if options.json { print(&json!({ "secret": secret.expose() }).to_string()) } else { print(secret.expose()) }
}
