//! Eyes: what the desktop tells us, as events. Nothing here polls and nothing here decides.
//!
//! Titles and addresses stay inside this folder: a sensor turns them into the name of a site and
//! forgets them at once.

pub mod logind;
pub mod x11;

/// What a sensor saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation {
    /// The focused window shows this site, or none.
    Focus {
        /// The site's name in the catalogue; `None` for anything that is not a social site.
        site: Option<String>,
    },
    /// There has been no input for `after`; presence ended that long ago.
    Idle {
        /// The threshold after which the idle alarm fires.
        after: std::time::Duration,
    },
    /// Input came back.
    Active,
    /// The screen was locked, or unlocked.
    Locked {
        /// It is locked now.
        locked: bool,
    },
    /// The machine is about to sleep.
    Suspending,
    /// It woke, or did not fall asleep after all.
    Resumed,
}
