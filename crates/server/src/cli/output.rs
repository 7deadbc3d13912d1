//! What people and programs read: tables and records, or JSON as the server sent it.

use super::failure::Done;
use clap::Args;
use comfy_table::{Attribute, Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};
use domain::name::is_hostile;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};

/// The narrowest that a column of free text gets on a small terminal, in characters.
const FREE_TEXT: u16 = 14;

/// The flags that every command takes.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Options {
    /// Print JSON for programs instead of tables for people.
    #[arg(long, global = true, help_heading = "Output")]
    pub json: bool,
    /// Print nothing but the result itself.
    #[arg(long, short, global = true, help_heading = "Output")]
    pub quiet: bool,
    /// Answer every question with yes.
    #[arg(long, short, global = true, help_heading = "Output")]
    pub yes: bool,
}

/// Prints a line, or several, of result.
///
/// # Errors
/// When standard output is closed or full.
pub fn print(text: &str) -> Done {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{}", text.trim_end_matches('\n'))?;
    Ok(out.flush()?)
}

/// Tells people something beside the result, on standard error; not with `--quiet`.
pub fn note(options: Options, text: &str) {
    if !options.quiet {
        // A note that nobody can read is not worth failing for.
        let _ = writeln!(anstream::stderr(), "{text}");
    }
}

/// One value of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A word for a state, shown in the colour of its meaning.
    State(String),
    /// A number, aligned to the right.
    Number(u64),
}

impl Value {
    fn into_cell(self) -> Cell {
        match self {
            Self::Text(text) => Cell::new(clean(&text)),
            Self::State(word) => match colour(&word) {
                Some(colour) => Cell::new(clean(&word)).fg(colour),
                None => Cell::new(clean(&word)),
            },
            Self::Number(number) => Cell::new(number).set_alignment(CellAlignment::Right),
        }
    }
}

impl<T: Into<String>> From<T> for Value {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

fn colour(word: &str) -> Option<comfy_table::Color> {
    match word {
        "active" | "ok" | "yes" => Some(comfy_table::Color::Green),
        "disabled" | "expired" | "inactive" | "warn" => Some(comfy_table::Color::Yellow),
        "deleted" | "fail" => Some(comfy_table::Color::Red),
        _ => None,
    }
}

/// A table with a head; its columns are aligned, and free text is broken at a terminal's width.
pub fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<Value>>) -> String {
    trimmed(filled(head, rows))
}

/// A table with a head that is as wide as it gets: one line a row.
pub fn wide_table(head: &[&str], rows: impl IntoIterator<Item = Vec<Value>>) -> String {
    let mut table = filled(head, rows);
    table.set_content_arrangement(ContentArrangement::Disabled);
    trimmed(table)
}

fn filled(head: &[&str], rows: impl IntoIterator<Item = Vec<Value>>) -> Table {
    let mut table = bare();
    table.set_header(head.iter().map(|word| Cell::new(word).add_attribute(Attribute::Bold)));
    for row in rows {
        table.add_row(row.into_iter().map(Value::into_cell));
    }
    // An identifier that is broken over lines cannot be copied; only free text gives way.
    let widths = table.column_max_content_widths();
    for ((word, width), column) in head.iter().zip(widths).zip(table.column_iter_mut()) {
        let is_free = ["NAME", "EMAIL", "SCOPES", "LABELS", "FINDING"].contains(word) && width > FREE_TEXT;
        column.set_constraint(if is_free {
            ColumnConstraint::LowerBoundary(Width::Fixed(FREE_TEXT))
        } else {
            ColumnConstraint::ContentWidth
        });
    }
    table
}

/// One thing, a line for each of its parts.
pub fn record(parts: impl IntoIterator<Item = (&'static str, Value)>) -> String {
    let mut table = bare();
    for (name, value) in parts {
        table.add_row([Cell::new(name).add_attribute(Attribute::Bold), value.into_cell()]);
    }
    trimmed(table)
}

fn bare() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    // The stream drops the colours where they do not belong: no terminal, NO_COLOR, a dumb terminal.
    table.enforce_styling();
    table.style_text_only();
    table
}

/// The lines of a table, two blanks between its columns and none at the ends of its lines.
fn trimmed(mut table: Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

/// A number with its noun: "1 token", "3 tokens".
pub fn counted(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A text without the characters that could move a terminal's cursor, forge a line or turn text around.
pub fn clean(text: &str) -> String {
    let safe = |character: char| {
        if is_hostile(character) && character != '\n' { '\u{fffd}' } else { character }
    };
    text.chars().map(safe).collect()
}

/// A bar for long work, on standard error; it is only drawn on a terminal and not with `--quiet`.
pub fn progress(options: Options, total: u64, what: &'static str) -> ProgressBar {
    if options.quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(total).with_message(what);
    let template = "{msg} [{bar:32}] {human_pos}/{human_len} {per_sec} {eta}";
    // The template is ours, so the fallback to the default style never happens.
    bar.set_style(
        ProgressStyle::with_template(template)
            .map_or_else(|_| ProgressStyle::default_bar(), |s| s.progress_chars("=> ")),
    );
    bar
}
