//! `rounds screen`: what screening sees in a text, or in many.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};

use clap::Args;

use super::call::Call;
use super::{Answer, Exit};
use crate::clock::Moment;
use crate::posting::screening::{Finding, Screening, Severity, Verdict};
use crate::requests::Failure;
use crate::requests::screening::{read_line, rules, screen, see};
use crate::rulebook::Rulebook;

/// Say what screening sees in a text; needs no `rounds init`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds screen \"Flu vaccines are here.\" --check")]
pub(super) struct ScreenArgs {
    /// The text; `-` reads it from standard input.
    #[arg(conflicts_with = "jsonl")]
    text: Option<String>,
    /// Read {"id","text"} lines from this file (`-` for standard input) and answer each with a line.
    #[arg(long, value_name = "FILE")]
    jsonl: Option<PathBuf>,
    /// Exit with 3 if anything blocks.
    #[arg(long)]
    check: bool,
}

pub(super) fn run(args: &ScreenArgs, call: &Call) -> Answer {
    let paths = call.paths().ok();
    let rules = rules(paths.as_ref())?;
    match &args.jsonl {
        Some(file) => many(&rules, file, args.check, call),
        None => one(&rules, args, call),
    }
}

fn one(rules: &Rulebook, args: &ScreenArgs, call: &Call) -> Answer {
    let text = match args.text.as_deref() {
        Some("-") => from_stdin()?,
        Some(text) => text.to_owned(),
        None if io::stdin().is_terminal() => {
            return Err(Failure::usage("There is no text to screen.")
                .with_help("write it behind the command, or - to read it from standard input"));
        }
        None => from_stdin()?,
    };
    let screening = screen(rules, &text, None);
    call.out.show(&screening, || words(&screening, &text))?;
    Ok(exit(args.check, screening.verdict == Verdict::Block))
}

fn exit(check: bool, blocked: bool) -> Exit {
    if check && blocked {
        Exit::Refused
    } else {
        Exit::Done
    }
}

/// Reads the whole of standard input as text, without the line break at its end.
fn from_stdin() -> Result<String, Failure> {
    let mut text = String::new();
    io::stdin()
        .lock()
        .read_to_string(&mut text)
        .map_err(|error| {
            Failure::failed(format!("Standard input cannot be read: {error}."))
                .with_help("give the text as UTF-8")
        })?;
    if text.ends_with('\n') {
        text.pop();
    }
    Ok(text)
}

fn words(screening: &Screening, text: &str) -> String {
    if screening.findings.is_empty() {
        return "Screening saw nothing. That is no proof: read it once more.".to_owned();
    }
    let lines = screening.findings.iter().map(|finding| {
        let severity = match finding.severity {
            Severity::Block => "blocks",
            Severity::Attest => "asks",
            Severity::Advise => "advises",
        };
        format!(
            "{severity}: “{}”: {} ({})",
            seen(text, finding),
            finding.why,
            finding.item
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The words that a finding is about.
fn seen(text: &str, finding: &Finding) -> String {
    let length = finding.end.saturating_sub(finding.start);
    text.chars().skip(finding.start).take(length).collect()
}

/// Answers each line with a line; a bad one is answered too, and counts at the end.
fn many(rules: &Rulebook, file: &Path, check: bool, call: &Call) -> Answer {
    let (mut blocked, mut bad) = (false, false);
    let failed = |error: io::Error| Failure::file(file, &error);
    for line in lines(file)?.split(b'\n') {
        let line = line.map_err(failed)?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let listened = match read_line(&line) {
            Ok(text) => {
                let seen = see(rules, text, || Moment::now().awake);
                blocked |= seen.verdict == Verdict::Block;
                call.out.line(&seen)?
            }
            Err(line) => {
                bad = true;
                call.out.line(&line)?
            }
        };
        if !listened {
            break;
        }
    }
    Ok(if bad {
        Exit::Failed
    } else {
        exit(check, blocked)
    })
}

fn lines(file: &Path) -> Result<Box<dyn BufRead>, Failure> {
    if file == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let open = File::open(file).map_err(|error| Failure::file(file, &error))?;
    Ok(Box::new(BufReader::new(open)))
}
