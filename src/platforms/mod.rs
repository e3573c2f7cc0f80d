//! Hands: how a post gets onto a platform, how it is looked for there, how it is taken back.
//!
//! An adapter freezes a request, sends frozen requests, and looks for them; it decides nothing.
//! Whatever it cannot prove to be unsent it reports as unknown.

pub mod folder;
pub mod handoff;

use std::path::PathBuf;

use jiff::Timestamp;

use crate::calendar::Calendar;
use crate::engine::{Found, Outcome};
use crate::plan::{Account, Platform};
use crate::posting::post::Post;

/// Where the adapters find what they need on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The clinician's home directory, for `~`.
    pub home: PathBuf,
    /// The program's data directory: media, and what was taken back.
    pub data: PathBuf,
}

/// Why a post could not be taken back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RetractError {
    /// The platform cannot be told to.
    #[error("{0} has no way for rounds to take a post back: delete it there, by hand")]
    ByHand(String),
    /// It came in from a file.
    #[error(
        "it was published from another machine, so rounds does not know what to take back: delete it there, by hand"
    )]
    NotFromHere,
    /// It failed.
    #[error("it could not be taken back: {0}")]
    Failed(String),
}

/// One account's way to its platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hands {
    /// Dated Markdown files.
    Folder(folder::Folder),
    /// The site's own composer.
    Handoff(handoff::Handoff),
    /// A platform that this version cannot reach.
    Absent {
        /// Its name.
        platform: String,
    },
}

impl Hands {
    /// The hands of an account.
    pub fn of(account: &Account, places: &Places) -> Self {
        match &account.platform {
            Platform::Folder { path } => Self::Folder(folder::Folder::new(account, path, places)),
            Platform::Handoff { site } => Self::Handoff(handoff::Handoff::new(account, site)),
            Platform::Later { name } => Self::Absent {
                platform: name.clone(),
            },
        }
    }

    /// The whole request, fixed before the first byte leaves.
    pub fn freeze(&self, post: &Post, now: Timestamp, calendar: &Calendar) -> serde_json::Value {
        match self {
            Self::Folder(folder) => folder.freeze(post, now, calendar),
            Self::Handoff(handoff) => handoff.freeze(post),
            Self::Absent { platform } => serde_json::json!({ "platform": platform }),
        }
    }

    /// Sends a frozen request.
    pub fn publish(&self, request: &serde_json::Value, now: Timestamp) -> Outcome {
        match self {
            Self::Folder(folder) => folder.publish(request, now),
            Self::Handoff(handoff) => handoff.publish(),
            Self::Absent { platform } => Outcome::NotSent {
                why: format!("this version of rounds cannot publish to {platform}"),
                lasting: true,
            },
        }
    }

    /// Looks whether a frozen request is on the platform.
    pub fn look(&self, request: &serde_json::Value, now: Timestamp) -> Found {
        match self {
            Self::Folder(folder) => folder.look(request, now),
            Self::Handoff(handoff) => handoff.look(),
            Self::Absent { .. } => Found::CertainlyAbsent,
        }
    }

    /// Takes a published post back; says what was done.
    pub fn retract(&self, request: &serde_json::Value) -> Result<String, RetractError> {
        match self {
            Self::Folder(folder) => folder.retract(request),
            Self::Handoff(handoff) => Err(RetractError::ByHand(handoff.site().to_owned())),
            Self::Absent { platform } => Err(RetractError::ByHand(platform.clone())),
        }
    }
}
