//! The commented default file and the guide, both made from the table of settings.

use super::setting::{Form, SETTINGS, Setting};
use std::fmt::Write;

const FILE_HEAD: &str = "\
# The configuration of `jeton serve`. Every line that is commented out shows the default.
#
# Name this file with `jeton serve --config FILE` or the variable JETON_CONFIG.
# Flags win over variables, and variables win over this file.
# `jeton config check --config FILE` says everything that is wrong with it.
";

/// The commented default file: prose after `# `, settings with their defaults after `#`.
pub fn default_file() -> String {
    let mut file = FILE_HEAD.to_owned();
    let mut current = "";
    for setting in SETTINGS {
        let (table, name) = setting.table_and_name();
        if table != current {
            let _ = write!(file, "\n[{table}]\n");
            current = table;
        }
        file.push('\n');
        for line in wrapped(setting.help, 98) {
            let _ = writeln!(file, "# {line}");
        }
        let _ = writeln!(file, "#{name} = {}", default_in_file(setting));
    }
    file
}

const GUIDE_HEAD: &str = "\
<!-- Made from the table of settings in `crates/server/src/config/setting.rs`. A test compares them;
     UPDATE_SNAPSHOTS=1 with that test writes this page again. -->

# Configuration

`jeton serve` reads its settings from flags, from environment variables and from one TOML file. A flag wins over a
variable, and a variable over the file. The file is named with `--config FILE` or `JETON_CONFIG`.

- `jeton config default` prints a commented file with every default.
- `jeton config check` takes the same flags, variables and file as `jeton serve`, reads the
  certificate and its key too, and says everything that is wrong.

Everything that is wrong is said at once and stops the start: names that are not known, values that are malformed or
out of bounds, and combinations that would leave the server open. A list is separated by commas in a flag or variable
and is an array in the file. An empty variable counts as not set.

## What is refused because it is unsafe

| combination | why |
| --- | --- |
| `listen` beyond loopback without `tls_cert` and `tls_key`, or `behind_proxy` | every secret would cross the network readable |
| `behind_proxy` with `0.0.0.0/0` or `::/0` | anybody could forge the address they come from |
| `metrics_listen` beyond loopback without `insecure_public_metrics` | metrics are served without a credential |
| `behind_proxy`, or `listen` beyond loopback, without `public_url` | cookies would lack their protection, every browser be of a foreign origin, and links lead to `localhost` |
| `public_url` with `http://`, except for `localhost` | cookies and one-time links would cross the network readable |

With `behind_proxy` and without TLS, requests from neither a proxy nor loopback are answered with 403.

## Only in the environment

| variable | meaning |
| --- | --- |
| `JETON_BOOTSTRAP_TOKEN` | The secret of the first application administrator's token, made by `jeton token generate`. It is used only while the store is empty and ignored afterwards, but a value that is no token secret stops every start. It is never logged, and has neither a flag nor a key in the file, because both could be read by others. |
";

/// The guide `docs/guides/configuration.md`.
pub fn guide() -> String {
    let mut guide = GUIDE_HEAD.to_owned();
    let mut current = None;
    for setting in SETTINGS {
        let (table, _) = setting.table_and_name();
        if current != Some(table) {
            let title = if table.is_empty() { "Settings".to_owned() } else { format!("Settings of `[{table}]`") };
            let _ = write!(
                guide,
                "\n## {title}\n\n| key | flag and variable | default | meaning |\n| --- | --- | --- | --- |\n"
            );
            current = Some(table);
        }
        let Setting { key, help, .. } = setting;
        let (flag, variable, default) = (setting.flag(), setting.variable(), default_in_guide(setting));
        let bounds = bounds(setting);
        let _ = writeln!(guide, "| `{key}` | `--{flag}`, `{variable}` | {default} | {help}{bounds} |");
    }
    guide
}

fn default_in_file(setting: &Setting) -> String {
    match setting.form {
        Form::Text => format!("\"{}\"", setting.default),
        Form::List => "[]".to_owned(),
        Form::Switch | Form::Number { .. } => setting.default.to_owned(),
    }
}

fn default_in_guide(setting: &Setting) -> String {
    if setting.default.is_empty() { "not set".to_owned() } else { format!("`{}`", setting.default) }
}

fn bounds(setting: &Setting) -> String {
    match setting.form {
        Form::Number { least, most } => format!(" From {least} to {most}."),
        Form::Text | Form::List | Form::Switch => String::new(),
    }
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let full = lines
            .last()
            .is_some_and(|line| !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            let separator = if line.is_empty() { "" } else { " " };
            let _ = write!(line, "{separator}{word}");
        }
    }
    lines
}
