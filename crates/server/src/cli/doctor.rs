//! `jeton doctor`: whether the data of this host is in order, and what to do where it is not.

mod checks;

use super::{
    failure::{Done, Exit, Failure},
    local::LocalArguments,
    output::{Options, Value, print, table},
};
use checks::{Finding, Level, all};
use clap::Args;
use serde_json::json;

/// The arguments of `jeton doctor`.
#[derive(Debug, Args)]
pub struct DoctorArguments {
    #[command(flatten)]
    local: LocalArguments,
}

/// Runs `jeton doctor`.
///
/// # Errors
/// When something is out of order; it has been printed then.
pub fn run(arguments: &DoctorArguments, options: Options) -> Done {
    let config = arguments.local.read()?;
    let findings = all(&config, &arguments.local.repeated(), options);
    print(&if options.json { to_json(&findings) } else { to_table(&findings, options) })?;
    if findings.iter().any(|finding| finding.level == Level::Fail) {
        Err(Failure::silent(Exit::Failed))
    } else {
        Ok(())
    }
}

fn to_table(findings: &[Finding], options: Options) -> String {
    let shown = findings.iter().filter(|finding| !options.quiet || finding.level != Level::Ok);
    let rows = shown.flat_map(|finding| {
        let first =
            vec![Value::State(finding.level.as_str().to_owned()), finding.about.into(), finding.text.as_str().into()];
        let more = finding.more.iter().map(|line| vec!["".into(), "".into(), line.as_str().into()]);
        std::iter::once(first).chain(more).collect::<Vec<_>>()
    });
    table(&["", "CHECK", "FINDING"], rows)
}

fn to_json(findings: &[Finding]) -> String {
    let findings = findings.iter().map(|finding| {
        json!({ "level": finding.level.as_str(), "check": finding.about, "finding": finding.text, "more": finding.more })
    });
    findings.collect::<serde_json::Value>().to_string()
}
