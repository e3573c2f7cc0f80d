//! A refusal on its way to its line: what is wrong at which byte of the text.
//!
//! It also puts the TOML reader's own refusals into the words of a plan.

use std::fmt::Display;

use super::PlanError;
use super::place::{line_of, path_at};
use super::raw::Leaf;

/// What is wrong, by its place in bytes.
#[derive(Debug)]
pub(super) struct Fault {
    offset: usize,
    field: String,
    message: String,
    help: String,
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
    /// A fault of a value.
    pub(super) fn at(leaf: &Leaf, field: impl Into<String>) -> Self {
        Self::at_byte(leaf.span().start, field)
    }

    /// A fault at a byte of the text.
    pub(super) fn at_byte(offset: usize, field: impl Into<String>) -> Self {
        Self {
            offset,
            field: field.into(),
            message: String::new(),
            help: String::new(),
        }
    }

    pub(super) fn saying(self, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..self
        }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self {
            help: help.into(),
            ..self
        }
    }

    pub(super) fn of(self, wrong: Wrong) -> Self {
        self.saying(wrong.message).help(wrong.help)
    }

    /// The refusal with its line.
    pub(super) fn in_text(self, text: &str) -> PlanError {
        PlanError {
            line: line_of(text, self.offset),
            field: self.field,
            message: self.message,
            help: self.help,
        }
    }
}

/// A refusal of the TOML reader: broken syntax, an unknown or missing key, a value of a wrong kind.
pub(super) fn from_toml(text: &str, error: &toml::de::Error) -> PlanError {
    let offset = error.span().map_or(0, |span| span.start);
    let field = path_at(text, offset);
    let (message, help) = in_words(error.message());
    PlanError {
        line: line_of(text, offset),
        field,
        message,
        help,
    }
}

fn in_words(message: &str) -> (String, String) {
    if let Some((key, rest)) = message
        .strip_prefix("unknown field `")
        .and_then(|rest| rest.split_once('`'))
    {
        let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
        let meant = nearest(key, &known, 2).map(|known| format!("did you mean `{known}`? "));
        let help = format!(
            "{}keys here: {}",
            meant.unwrap_or_default(),
            known.join(", ")
        );
        return (format!("`{key}` is no key here"), help);
    }
    if let Some(key) = message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.strip_suffix('`'))
    {
        let help = format!("add a line such as {}", example(key));
        return (format!("`{key}` is missing"), help);
    }
    let (message, help) = match message {
        kind if kind.contains("map, expected a sequence") => (
            "there may be several of these",
            "write the name in double brackets, such as [[limits]]",
        ),
        kind if kind.contains("expected a sequence") => (
            "a list belongs here",
            "write it in square brackets: slots = [\"0 8 * * Tue\"]",
        ),
        kind if kind.contains("sequence, expected a single value") => (
            "a single value belongs here, not a list",
            "write one value in quotes",
        ),
        kind if kind.contains("not a table") => (
            kind,
            "write one value in quotes; a section such as [quiet] has single brackets",
        ),
        kind if kind.contains("expected struct") => (
            "a table belongs here",
            "write its name in single brackets, such as [quiet], and its keys below",
        ),
        other => (
            other,
            "texts, times and lengths stand in quotes: time = \"4h\"",
        ),
    };
    (message.replace('\n', "; "), help.to_owned())
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
