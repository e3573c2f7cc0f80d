//! Refusals on their way to their lines: what is wrong at which byte of the text.
//!
//! All of them are gathered before any is told. It also puts the TOML reader's own refusals into the
//! words of a plan. Where the text is no TOML, what only seems to be missing is not told: it may
//! stand on a line that could not be read.

use std::cell::RefCell;
use std::fmt::Display;

use toml::de::DeTable;

use super::PlanError;

/// What is wrong, by its place in bytes.
#[derive(Debug)]
pub(super) struct Fault {
    offset: usize,
    field: String,
    message: String,
    help: String,
    /// Something is not there.
    is_absence: bool,
}

/// What is wrong with a value, before its place is known.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) help: String,
}

impl Wrong {
    pub(super) fn new(message: impl Display, help: impl Into<String>) -> Self {
        Self {
            message: message.to_string(),
            help: help.into(),
        }
    }
}

impl Fault {
    /// A fault at a byte of the text.
    pub(super) fn at(offset: usize, field: impl Into<String>) -> Self {
        Self {
            offset,
            field: field.into(),
            message: String::new(),
            help: String::new(),
            is_absence: false,
        }
    }

    pub(super) fn of(self, wrong: Wrong) -> Self {
        Self {
            message: wrong.message,
            help: wrong.help,
            ..self
        }
    }

    pub(super) fn saying(self, message: impl Display, help: impl Into<String>) -> Self {
        self.of(Wrong::new(message, help))
    }

    /// The same at a key of its table.
    pub(super) fn in_key(self, key: &str) -> Self {
        Self {
            field: format!("{}.{key}", self.field),
            ..self
        }
    }

    /// A key that has to be there is not.
    pub(super) fn missing(self, key: &str) -> Self {
        let help = format!("add a line such as {}", example(key));
        self.saying(format!("`{key}` is missing"), help).absent()
    }

    /// What is wrong is that something is not there.
    pub(super) fn absent(self) -> Self {
        Self {
            is_absence: true,
            ..self
        }
    }
}

/// Everything that is wrong so far. Whoever reads a part of the plan notes it here and goes on.
#[derive(Debug, Default)]
pub(super) struct Faults(RefCell<Vec<Fault>>);

impl Faults {
    pub(super) fn note(&self, fault: Fault) {
        self.0.borrow_mut().push(fault);
    }

    /// Whether the text could not be taken apart at this byte's line or in its structure, so that
    /// what was read of it is not what was meant.
    pub(super) fn syntax(&self, text: &str, errors: &[toml::de::Error]) -> Option<PlanError> {
        let broken = broken_lines(text, errors);
        let structure = broken.iter().any(|(line, _)| is_structure(text, *line));
        let mut faults = self.0.borrow_mut();
        faults.retain(|fault| {
            let line = line_of(text, fault.offset);
            !structure && !fault.is_absence && broken.iter().all(|(other, _)| *other != line)
        });
        drop(faults);
        let broken = broken.into_iter().map(|(line, message)| PlanError {
            line,
            field: String::new(),
            message,
            help: SYNTAX.to_owned(),
            also: Vec::new(),
        });
        self.told(text, broken.collect())
    }

    /// All of them as one refusal, in the order of the lines; none where nothing is wrong.
    pub(super) fn all(&self, text: &str) -> Option<PlanError> {
        self.told(text, Vec::new())
    }

    fn told(&self, text: &str, mut all: Vec<PlanError>) -> Option<PlanError> {
        let faults = self.0.take().into_iter().map(|fault| PlanError {
            line: line_of(text, fault.offset),
            field: fault.field,
            message: fault.message,
            help: fault.help,
            also: Vec::new(),
        });
        all.extend(faults);
        all.sort_by_key(|fault| fault.line);
        let mut all = all.into_iter();
        let mut first = all.next()?;
        first.also = all.collect();
        Some(first)
    }
}

/// So many lines that are no TOML are looked behind.
const MOST_BROKEN: usize = 20;

/// The text as far as it can be read, and what is wrong with the rest. Behind a line at which the
/// parser gives up it is read on without that line, which is blank then: every byte keeps its place.
pub(super) fn readable(text: &str) -> (String, Vec<toml::de::Error>) {
    let mut readable = text.to_owned();
    let mut broken: Vec<toml::de::Error> = Vec::new();
    while broken.len() < MOST_BROKEN {
        let (_, errors) = DeTable::parse_recoverable(&readable);
        let [error] = errors.as_slice() else {
            broken.extend(errors);
            break;
        };
        let at = error.span().map_or(0, |span| span.start).min(text.len());
        broken.extend(errors);
        let (before, behind) = text.as_bytes().split_at(at);
        let is_end = |byte: &u8| *byte == b'\n';
        let from = before.iter().rposition(is_end).map_or(0, |end| end + 1);
        let until = at + behind.iter().position(is_end).unwrap_or(behind.len());
        readable.replace_range(from..until, &" ".repeat(until - from));
    }
    (readable, broken)
}

const SYNTAX: &str = "texts, times and lengths stand in quotes: time = \"4h\"";

/// The lines that could not be read, each with the first that is wrong there.
fn broken_lines(text: &str, errors: &[toml::de::Error]) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for error in errors {
        let offset = error.span().map_or(0, |span| span.start);
        let line = line_of(text, offset);
        if lines.iter().all(|(other, _)| *other != line) {
            lines.push((line, error.message().replace('\n', "; ")));
        }
    }
    lines
}

/// Whether a line begins a table: where it cannot be read, what follows stands nowhere.
fn is_structure(text: &str, line: usize) -> bool {
    let line = text.lines().nth(line - 1).unwrap_or_default();
    line.trim_start().starts_with('[')
}

/// The line of a byte, from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    1 + before.matches('\n').count()
}

/// A line with a required key.
fn example(key: &str) -> &'static str {
    match key {
        "of" => "of = \"all\"",
        "per" => "per = \"week\"",
        "time" => "time = \"4h\"",
        "platform" => "platform = \"folder\"",
        "cron" => "cron = \"0 20 * * Sun\"",
        "length" => "length = \"1h\"",
        "from" => "from = 2026-05-05",
        "until" => "until = 2026-05-07",
        "posts" => "posts = \"2 per week\"",
        _ => "name = \"blog\"",
    }
}

/// The known word that a mistyped one is closest to, at most `slips` letters away.
pub(super) fn nearest<'a>(word: &str, known: &[&'a str], slips: usize) -> Option<&'a str> {
    known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(word, known), *known))
        .filter(|(distance, known)| *distance <= slips && *distance < known.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}
