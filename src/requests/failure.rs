//! Why a request could not be done: kind, message, what to do. The words are for a clinician.

use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::plan::read::PlanError;
use crate::posting::life::NotAllowed;
use crate::rulebook::RulebookError;
use crate::store::StoreError;

/// The kind of a failure; decides the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// It was tried and failed (1).
    Failed,
    /// Wrong usage of a command (2).
    Usage,
    /// A file of the configuration is wrong, or there is no plan yet (2).
    Config,
    /// A rule does not allow it (3).
    Refused,
    /// Only the running daemon can do it (4).
    NeedsDaemon,
}

impl FailureKind {
    /// The exit status.
    pub const fn status(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage | Self::Config => 2,
            Self::Refused => 3,
            Self::NeedsDaemon => 4,
        }
    }
}

/// A request that was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// Its kind.
    pub kind: FailureKind,
    /// What is wrong, one or two sentences.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// In which file.
    pub file: Option<String>,
    /// On which line of it.
    pub line: Option<usize>,
    /// What else is wrong in the same file, in the order of its lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Further>,
}

/// A further thing that is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as of a failure")]
pub struct Further {
    pub message: String,
    pub help: Option<String>,
    pub line: Option<usize>,
}

impl Failure {
    fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            help: None,
            file: None,
            line: None,
            also: Vec::new(),
        }
    }

    /// It was tried and failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Failed, message)
    }

    /// The words of the command make no sense.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Usage, message)
    }

    /// The configuration is wrong.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Config, message)
    }

    /// A rule does not allow it.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Refused, message)
    }

    /// Only the running daemon can do it.
    pub fn needs_daemon(message: impl Into<String>) -> Self {
        Self::new(FailureKind::NeedsDaemon, message).with_help("start it with `rounds up`")
    }

    /// There is no plan.
    pub fn no_plan() -> Self {
        Self::config("There is no plan yet.").with_help("run `rounds init`, or `rounds up`")
    }

    /// A file cannot be read or written.
    pub fn file(file: &Path, error: &std::io::Error) -> Self {
        let name = file.display();
        let mut failure = match error.kind() {
            ErrorKind::NotFound => Self::failed(format!(
                "{name} cannot be found: it is not there, or its folder."
            ))
            .with_help("check the name"),
            ErrorKind::IsADirectory => {
                Self::failed(format!("{name} is a folder.")).with_help("name a file in it")
            }
            ErrorKind::PermissionDenied => {
                Self::failed(format!("{name} may not be read or written by you."))
                    .with_help("check the permissions of the file and its folder")
            }
            _ => Self::failed(format!("{name}: {error}.")),
        };
        failure.file = Some(file.display().to_string());
        failure
    }

    /// A plan is wrong: every fault of it is told.
    pub fn plan(file: &Path, error: &PlanError) -> Self {
        let told = |error: &PlanError| Further {
            message: match error.field.as_str() {
                "" => error.message.clone(),
                field => format!("{field}: {}", error.message),
            },
            help: Some(error.help.clone()).filter(|help| !help.is_empty()),
            line: Some(error.line),
        };
        let first = told(error);
        let mut failure = Self::config(first.message).at(file, first.line);
        failure.help = first.help;
        failure.also = error.also.iter().map(told).collect();
        failure
    }

    /// A file is no text.
    pub fn no_text(file: &Path, bytes: &[u8], error: std::str::Utf8Error) -> Self {
        let sound = &bytes[..error.valid_up_to()];
        let line = sound.split(|byte| *byte == b'\n').count();
        let wrong = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
        let place = error.valid_up_to() + 1;
        let message = format!("Byte {place} of the file, 0x{wrong:02X}, is no text in UTF-8.");
        Self::config(message)
            .at(file, Some(line))
            .with_help("write that letter anew, and save the file in the encoding UTF-8")
    }

    /// A file of a pack is wrong.
    pub fn rules(error: &RulebookError) -> Self {
        match error {
            RulebookError::Pack(pack) => Self::config(format!("{}: {}.", pack.field, pack.message))
                .at(Path::new(&pack.file), Some(pack.line)),
            RulebookError::File { file, source } => {
                Self::config(format!("It cannot be read: {source}.")).at(Path::new(file), None)
            }
        }
    }

    /// Says what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what to do beside what is told already, at the end.
    pub fn add_help(&mut self, more: &str) {
        let last = self.also.last_mut().map(|further| &mut further.help);
        let help = last.unwrap_or(&mut self.help);
        *help = Some(match help.take() {
            Some(help) => format!("{help}; {more}"),
            None => more.to_owned(),
        });
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, file: &Path, line: Option<usize>) -> Self {
        self.file = Some(file.display().to_string());
        self.line = line;
        self
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::failed(sentence(&error.to_string()))
    }
}

impl From<NotAllowed> for Failure {
    fn from(error: NotAllowed) -> Self {
        Self::refused(sentence(&error.to_string()))
    }
}

impl From<RulebookError> for Failure {
    fn from(error: RulebookError) -> Self {
        Self::rules(&error)
    }
}

/// A message as a sentence: a capital letter before, a full stop behind.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let Some(first) = chars.next() else {
        return String::new();
    };
    let end = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{}{}{end}", first.to_uppercase(), chars.as_str())
}
