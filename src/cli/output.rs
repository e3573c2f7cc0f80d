//! The only file that prints: text for people, or one JSON document.
//!
//! Answers go to standard output, everything else to standard error. A reader that went away
//! (`rounds … | head`) is no failure. Colours only where the terminal wants them.

use std::io::{self, IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, presets};
use rustix::termios;
use serde::Serialize;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::terminal::{Terminal, Woke, leave};
use crate::requests::Failure;

/// Width of a line where no terminal tells its own, and the widest that is read with ease.
const WIDTH: usize = 80;
const WIDEST: usize = 100;

/// How a command answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    /// One JSON document instead of text.
    pub(super) json: bool,
    quiet: bool,
}

impl Output {
    pub(super) const fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet }
    }

    /// Prints an answer: a value, or what it means in words.
    pub(super) fn show<T: Serialize>(
        self,
        value: &T,
        words: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        if self.json {
            self.document(value)
        } else {
            self.text(&words())
        }
    }

    /// Prints what was done: the new value, or words that `--quiet` leaves out.
    pub(super) fn confirm<T: Serialize>(
        self,
        value: &T,
        words: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        if self.quiet && !self.json {
            return Ok(());
        }
        self.show(value, words)
    }

    /// Prints one JSON document.
    pub(super) fn document<T: Serialize>(self, value: &T) -> Result<(), Failure> {
        let text = if io::stdout().is_terminal() {
            serde_json::to_string_pretty(value)
        } else {
            serde_json::to_string(value)
        };
        let text = text.map_err(|error| Failure::failed(format!("No JSON: {error}.")))?;
        self.text(&text)
    }

    /// Prints text to standard output, with a line break behind it.
    #[expect(clippy::unused_self, reason = "only who has an output may print")]
    pub(super) fn text(self, text: &str) -> Result<(), Failure> {
        let mut stdout = anstream::stdout().lock();
        let written = writeln!(stdout, "{}", text.trim_end()).and_then(|()| stdout.flush());
        reader_gone(written).map(|_| ())
    }

    /// Prints bytes to standard output as they are.
    #[expect(clippy::unused_self, reason = "only who has an output may print")]
    pub(super) fn bytes(self, bytes: &[u8]) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
        reader_gone(written).map(|_| ())
    }

    /// Prints one line at once, for answers that come one by one. Says whether anybody still reads.
    #[expect(clippy::unused_self, reason = "only who has an output may print")]
    pub(super) fn line<T: Serialize>(self, value: &T) -> Result<bool, Failure> {
        let mut line = serde_json::to_vec(value)
            .map_err(|error| Failure::failed(format!("No JSON: {error}.")))?;
        line.push(b'\n');
        let mut stdout = io::stdout().lock();
        reader_gone(stdout.write_all(&line).and_then(|()| stdout.flush()))
    }

    /// Says something that should be known, on standard error.
    pub(super) fn warn(self, text: &str) {
        if !self.json {
            to_stderr(&format!("Note: {}", text.trim_end()));
        }
    }

    /// Says what is wrong with a file although the command was done.
    pub(super) fn fault(self, fault: &Failure) {
        if self.json {
            let document = serde_json::json!({ "warning": fault });
            return to_stderr(&document.to_string());
        }
        let place = fault.file.iter().map(|file| match fault.line {
            Some(line) => format!("{file}:{line}: "),
            None => format!("{file}: "),
        });
        let help = fault.help.iter().map(|help| format!(" ({help})"));
        let place = place.collect::<String>();
        self.warn(&format!(
            "{place}{}{}",
            fault.message,
            help.collect::<String>()
        ));
    }

    /// Asks a question with the answer yes or no; anything but yes is no.
    #[expect(clippy::unused_self, reason = "only who has an output may print")]
    pub(super) fn ask(self, question: &str) -> bool {
        let mut stderr = anstream::stderr().lock();
        let asked = write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush());
        let mut answer = String::new();
        asked.is_ok()
            && io::stdin().read_line(&mut answer).is_ok()
            && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
    }

    /// Says something in a talk on the terminal, beside the answer.
    #[expect(clippy::unused_self, reason = "only who has an output may print")]
    pub(super) fn aside(self, text: &str) {
        to_stderr(text);
    }

    /// Asks for a line; none once the terminal's end was typed.
    #[expect(clippy::unused_self, reason = "only who has an output may print")]
    pub(super) fn prompt(self, keys: &str) -> Result<Option<String>, Failure> {
        let failed =
            |error: io::Error| Failure::failed(format!("The terminal cannot be used: {error}."));
        let mut stderr = anstream::stderr().lock();
        let asked = write!(stderr, "{keys}").and_then(|()| stderr.flush());
        asked.map_err(failed)?;
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line).map_err(failed)?;
        Ok((read > 0).then_some(line))
    }

    /// How many letters fit into a line of the terminal.
    #[expect(clippy::unused_self, reason = "only who has an output may ask")]
    pub(super) fn width(self) -> usize {
        terminal_width().unwrap_or(WIDTH).clamp(40, WIDEST)
    }

    /// Asks for a secret on the terminal, without showing what is typed.
    #[expect(clippy::unused_self, reason = "only who has an output may print")]
    pub(super) fn ask_secret(self, question: &str) -> Result<String, Failure> {
        let failed = |error: io::Error| Failure::failed(format!("It cannot be asked: {error}."));
        let hidden = Terminal::without(termios::LocalModes::ECHO).map_err(failed)?;
        let mut stderr = anstream::stderr().lock();
        let woke = loop {
            let asked = write!(stderr, "{question}").and_then(|()| stderr.flush());
            asked.map_err(failed)?;
            match hidden.wait(None).map_err(failed)? {
                Woke::Time | Woke::Continued => {}
                woke => break woke,
            }
        };
        if let Woke::Told(signal) = woke {
            drop(hidden);
            let _ = writeln!(stderr);
            leave(signal);
        }
        let mut secret = String::new();
        let asked = io::stdin().read_line(&mut secret);
        drop(hidden);
        let _ = writeln!(stderr);
        asked.map_err(failed)?;
        Ok(secret)
    }

    /// Whether a person sits there who can be asked.
    pub(super) fn can_ask(self) -> bool {
        !self.json && io::stdin().is_terminal() && io::stdout().is_terminal()
    }
}

/// Whether anybody still reads; any other trouble is a failure.
fn reader_gone(written: io::Result<()>) -> Result<bool, Failure> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::failed(format!(
            "The answer could not be printed: {error}."
        ))),
    }
}

/// The width of the terminal on standard output; none where that is none.
fn terminal_width() -> Option<usize> {
    let size = termios::tcgetwinsize(io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|width| *width > 0)
}

/// Prints to standard error. That nobody reads it changes nothing.
pub(super) fn to_stderr(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{}", text.trim_end());
}

/// A table without lines, whose cells are broken where a terminal is too narrow for it.
pub(super) fn table<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(header.map(str::to_uppercase));
    if let Some(width) = terminal_width() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    }
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}

/// Sends the log to standard error: warnings, with `-v` steps, with `-vv` everything.
pub(super) fn log_to_stderr(verbose: u8) {
    let (ours, others) = match verbose {
        0 => (LevelFilter::WARN, LevelFilter::WARN),
        1 => (LevelFilter::INFO, LevelFilter::WARN),
        _ => (LevelFilter::TRACE, LevelFilter::INFO),
    };
    let levels = Targets::new().with_target("rounds", ours);
    let started = tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_writer(io::stderr))
        .with(levels.with_default(others))
        .try_init();
    drop(started);
}
