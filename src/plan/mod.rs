//! The clinician's intentions as types: limits, breaks, quiet time, accounts with their cadence
//! and slots, engagements, conferences.
//!
//! A `Plan` is always valid: `read` turns the text of `plan.toml` into one or says what is wrong
//! and where. Nothing here knows the clock, the database or the desktop.

pub mod agenda;
pub mod cadence;
pub mod difference;
pub mod edit;
pub mod feed;
pub mod forecast;
mod limit;
pub mod presets;
pub mod read;
pub mod schema;
mod times;
pub mod warnings;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::calendar::{Age, Calendar, Pattern, Per, serde_duration};
pub use feed::Feed;
pub use limit::{Allowed, LimitHistory};
pub use times::{Begin, Times};

/// What the clinician means to do. One value per `plan.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The zone's name as written, or the system's when the file names none.
    pub timezone: String,
    /// Zone, start of the day and of the week.
    pub calendar: Calendar,
    /// Time budgets.
    pub limits: Vec<Limit>,
    /// When to rest.
    pub breaks: Breaks,
    /// When to be silent.
    pub quiet: Quiet,
    /// Rules of publishing.
    pub posting: Posting,
    /// Identities on platforms.
    pub accounts: Vec<Account>,
    /// Recurring appointments.
    pub engagements: Vec<Engagement>,
    /// Dated congresses.
    pub conferences: Vec<Conference>,
    /// What the fifteen-minute scan reads.
    pub feeds: Vec<Feed>,
}

impl Plan {
    /// The account of this name.
    pub fn account(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.name == name)
    }

    /// The conference that covers this day of the plan.
    pub fn conference_on(&self, day: Date) -> Option<&Conference> {
        self.conferences
            .iter()
            .find(|c| c.from <= day && day <= c.until)
    }
}

/// What a limit measures.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Of {
    /// All time on sites.
    All,
    /// Time on one site.
    Site(String),
    /// Time of one activity, on sites or away from them.
    Activity(Activity),
}

impl fmt::Display for Of {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Site(site) => f.write_str(site),
            Self::Activity(activity) => write!(f, "activity:{activity}"),
        }
    }
}

impl From<Of> for String {
    fn from(of: Of) -> Self {
        of.to_string()
    }
}

impl TryFrom<String> for Of {
    type Error = read::OfError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Why one is on a site.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Activity {
    /// Looking through the news.
    Scan,
    /// Writing posts, on a site or in an editor.
    Write,
    /// A moderated chat.
    Chat,
    /// Posting from a congress.
    Conference,
    /// Talking with colleagues.
    Network,
    /// None of these.
    #[default]
    Browse,
}

impl Activity {
    /// All activities, in the order in which they are listed to people.
    pub const ALL: [Self; 6] = [
        Self::Scan,
        Self::Write,
        Self::Chat,
        Self::Conference,
        Self::Network,
        Self::Browse,
    ];

    /// The word used in plan, commands and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Write => "write",
            Self::Chat => "chat",
            Self::Conference => "conference",
            Self::Network => "network",
            Self::Browse => "browse",
        }
    }
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no activity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not an activity; there are scan, write, chat, conference, network and browse")]
pub struct UnknownActivity(pub String);

impl FromStr for Activity {
    type Err = UnknownActivity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|activity| activity.name() == text)
            .ok_or_else(|| UnknownActivity(text.to_owned()))
    }
}

/// A time budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// What is measured.
    pub of: Of,
    /// Over which period.
    pub per: Per,
    /// How much is meant at most.
    #[serde(with = "serde_duration")]
    pub time: Duration,
    /// A floor, for writing time; zero where there is none.
    #[serde(with = "serde_duration")]
    pub at_least: Duration,
    /// Other amounts for some days.
    pub overrides: Vec<Override>,
}

/// Another amount for the days `from..=until`; of a week or month limit, for every week or month
/// that these days touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub until: Date,
    /// The amount that holds instead.
    #[serde(with = "serde_duration")]
    pub time: Duration,
    /// The reason, in the clinician's words.
    pub why: String,
}

/// When to rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaks {
    /// A break is due after this much of one session.
    pub after: Duration,
    /// A pause of at least this ends a session.
    pub length: Duration,
    /// How long *5 more minutes* puts it off.
    pub snooze: Duration,
}

/// When to be silent: every day from `from` to `until`, which may cross midnight; equal times mean
/// no quiet time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    /// Local time at which silence begins.
    pub from: Time,
    /// Local time at which it ends.
    pub until: Time,
}

/// Rules of publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// Least time between the last answer and publishing.
    pub cooling_off: Duration,
    /// A post overdue by more is missed: a person is asked.
    pub late_after: Duration,
    /// Answers older than this are stale.
    pub attestations_valid: Duration,
}

/// As whom an account speaks; decides which checklist items apply.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpeaksAs {
    /// A named clinician.
    #[default]
    Doctor,
    /// A practice or hospital.
    Practice,
    /// A private person.
    Person,
}

/// Where an account publishes, with that platform's settings. Never a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Platform {
    /// Dated Markdown files in a folder.
    Folder {
        /// The folder; `~` stands for the home directory.
        path: String,
    },
    /// The site's own composer, opened with the text ready.
    Handoff {
        /// The site in the catalogue.
        site: String,
    },
    /// A platform that is known but not built yet; its settings are kept.
    Later {
        /// The platform's name.
        name: String,
    },
}

impl Platform {
    /// The names that `platform = "…"` may have.
    pub const NAMES: [&'static str; 11] = [
        "folder",
        "handoff",
        "bluesky",
        "mastodon",
        "wordpress",
        "blogger",
        "linkedin",
        "x",
        "threads",
        "facebook",
        "command",
    ];

    /// The platform's name in plan and commands.
    pub fn name(&self) -> &str {
        match self {
            Self::Folder { .. } => "folder",
            Self::Handoff { .. } => "handoff",
            Self::Later { name } => name,
        }
    }
}

/// One identity on one platform.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Its name in plan and commands.
    pub name: String,
    /// Where it publishes.
    pub platform: Platform,
    /// The clinician whose account it is; empty means the system account's name.
    pub owner: String,
    /// As whom it speaks.
    pub speaks_as: SpeaksAs,
    /// Checklist packs on top of the core one.
    pub packs: Vec<String>,
    /// When its queued posts may go out.
    pub slots: Vec<Pattern>,
    /// How often it means to publish, in stages.
    pub cadence: Vec<Stage>,
    /// Other settings, as strings, in the order of the file (for example a front matter format).
    pub settings: Vec<(String, String)>,
}

/// When a stage of a cadence begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    /// On a date.
    On(Date),
    /// So long after the first stage's date.
    After(Age),
}

/// One stage of a cadence: so many posts per week or month, from a date on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// When it begins.
    pub begins: Begins,
    /// Least number of posts in a period.
    pub min: u32,
    /// Greatest number of posts in a period.
    pub max: u32,
    /// The period: week or month.
    pub per: Per,
}

/// An appointment with a fixed hour on a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Engagement {
    /// Its name.
    pub name: String,
    /// The site, if any.
    pub site: Option<String>,
    /// The activity during it.
    pub activity: Activity,
    /// When it begins.
    pub times: Times,
    /// How long it lasts.
    pub length: Duration,
    /// The calendar's entry that it was imported from.
    pub origin: Option<Origin>,
}

/// A dated congress; adds its own daily limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conference {
    /// Its name.
    pub name: String,
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub until: Date,
    /// Time a day for the activity `conference`.
    pub time: Duration,
    /// The site, if only one counts as conference time.
    pub site: Option<String>,
    /// The calendar's entry that it was imported from.
    pub origin: Option<Origin>,
}

/// Where an imported appointment comes from: importing again finds it by this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The entry's UID in the calendar.
    pub uid: String,
    /// The calendar's own name, where it has one.
    pub calendar: Option<String>,
}
