//! How a command talks to the running daemon: one JSON line there, one JSON line back.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::attention::breaks::Reply;
use crate::attention::usage::Doing;
use crate::plan::Activity;
use crate::requests::Changed;

/// How long a command waits for the daemon's answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a command asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// What is going on now.
    Live,
    /// A command changed files or memory: take it up.
    TakeUp(Vec<Changed>),
    /// An answer to the break.
    Break(Reply),
    /// Why somebody is there, and for how long; none takes it back.
    Focus(Option<(Activity, Option<Duration>)>),
}

/// What the daemon answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// It is done.
    Done,
    /// What is going on now.
    Live(Live),
    /// A rule does not allow it.
    Refused(String),
    /// It failed.
    Failed(String),
}

/// What only the running daemon knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    /// The daemon's process.
    pub pid: u32,
    /// The page's address, if there is a page.
    pub page: Option<String>,
    /// The span that is open: what, since when, until now.
    pub open: Option<(Doing, Timestamp, Timestamp)>,
    /// Time used in this session.
    pub session: Duration,
    /// Use that is left until the next break nudge.
    pub break_due_in: Option<Duration>,
    /// What it sees on this desktop, and what it does not, in words.
    pub sees: Vec<String>,
    /// What is wrong, in words.
    pub troubles: Vec<String>,
}

/// Asks the daemon; `None` if none runs.
pub fn ask(socket: &Path, ask: &Ask) -> std::io::Result<Option<Said>> {
    use std::io::ErrorKind::{ConnectionRefused, NotFound};
    let mut stream = match UnixStream::connect(socket) {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), NotFound | ConnectionRefused) => return Ok(None),
        Err(error) => return Err(error),
    };
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut line = serde_json::to_string(ask)?;
    line.push('\n');
    stream.write_all(line.as_bytes())?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    if answer.is_empty() {
        return Ok(None);
    }
    Ok(Some(serde_json::from_str(&answer)?))
}
