//! Failures as words on standard error, or as JSON, and as exit status.

use std::ffi::OsString;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::error::ErrorKind;
use serde::Serialize;

use super::output::{Output, to_stderr};
use crate::requests::Failure;
use crate::requests::failure::Further;

#[derive(Serialize)]
struct Document<'f> {
    error: &'f Failure,
}

/// Prints a failure; the exit status follows from its kind.
pub(super) fn print(failure: &Failure, out: Output) -> ExitCode {
    if out.json {
        // A failure is text and a number: it always has a JSON form.
        to_stderr(&serde_json::to_string(&Document { error: failure }).unwrap_or_default());
    } else {
        to_stderr(&words(failure));
    }
    ExitCode::from(failure.kind.status())
}

/// The failure for people, with everything else that is wrong in the same file.
fn words(failure: &Failure) -> String {
    let first = Further {
        message: failure.message.clone(),
        help: failure.help.clone(),
        line: failure.line,
    };
    let all = std::iter::once(&first).chain(&failure.also);
    let told: Vec<_> = all.map(|one| told(failure.file.as_deref(), one)).collect();
    told.join("\n")
}

fn told(file: Option<&str>, one: &Further) -> String {
    let red = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
    let mut text = format!("{red}rounds:{red:#} {}{}", place(file, one), one.message);
    if let Some(help) = &one.help {
        let bold = Style::new().bold();
        text = format!("{text}\n{bold}Hint:{bold:#} {help}");
    }
    text
}

fn place(file: Option<&str>, one: &Further) -> String {
    match (file, one.line) {
        (Some(file), Some(line)) => format!("{file}:{line}: "),
        // A failure to read or write a file names it in its message.
        (Some(file), None) if !one.message.contains(file) => format!("{file}: "),
        _ => String::new(),
    }
}

/// Prints what the parser says: help and version to standard output, errors to standard error.
pub(super) fn of_clap(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    let wants_json = arguments
        .iter()
        .take_while(|word| *word != "--")
        .any(|word| word == "--json");
    if !error.use_stderr() || !wants_json {
        let printed = error.print();
        let status = if error.use_stderr() { 2 } else { 0 };
        return ExitCode::from(if printed.is_err() && status == 0 {
            1
        } else {
            status
        });
    }
    print(&usage(error), Output::new(true, false))
}

/// The parser's error as a failure.
fn usage(error: &clap::Error) -> Failure {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Failure::usage("A command is missing.").with_help("`rounds --help` lists them");
    }
    let text = error.to_string();
    let mut paragraphs = text
        .split("\n\n")
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let first = paragraphs.next().unwrap_or_default();
    let message = first.trim_start_matches("error: ").replace("\n  ", " ");
    let tip = paragraphs.find_map(|part| part.strip_prefix("tip: "));
    Failure::usage(message).with_help(tip.unwrap_or("add --help for usage and an example"))
}

/// The failure of a command that this version does not have yet.
pub(super) fn not_built(command: &str) -> Failure {
    Failure::failed(format!("`rounds {command}` is not built yet."))
}
