//! What may happen, and what is to be done about it. Both are plain data.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::slots::{Stock, slot_key};
use crate::attention::breaks::{self, Reply};
use crate::attention::usage::{Interval, Level, Usage};
use crate::calendar::Per;
use crate::plan::{Activity, Of, Plan};
use crate::posting::audit::Entry;
use crate::posting::holds::Review;
use crate::posting::post::{Post, PostId, Receipt};
use crate::sensors::Observation;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// Time passed as far as `next_wakeup` said.
    Tick,
    /// A sensor saw something.
    Observed(Observation),
    /// The plan is another one.
    PlanChanged(Box<Plan>),
    /// Everything recorded in the running periods, read anew.
    UsageRead(Box<Usage>),
    /// The posts that will need the engine next, read anew.
    QueueRead(Vec<Cue>),
    /// What stands on the accounts' slots and what recurs, read anew.
    StockRead(Box<Stock>),
    /// These nudges were shown before, at these times, and are not shown again; those about one
    /// post are.
    NudgesRead(Vec<(String, Timestamp)>),
    /// The clinician answers the break, by button or by command.
    Break(Reply),
    /// The clinician says why they are there; `None` takes it back.
    Focused(Option<(Activity, Option<Duration>)>),
    /// A post was loaded and reviewed, as an `Examine` asked.
    Examined(Box<Examined>),
    /// An attempt to publish ended.
    Settled {
        /// The post as stored.
        post: Box<Post>,
        /// What came of it.
        outcome: Outcome,
    },
    /// The platform was asked for a post in doubt.
    Looked {
        /// The post as stored.
        post: Box<Post>,
        /// What was found.
        found: Found,
    },
    /// A button of a nudge was pressed.
    Answered {
        /// The nudge.
        key: String,
        /// The button's id.
        button: String,
    },
    /// The daemon is about to stop: write what is open.
    Stopping,
}

/// A post that waits for something, as far as the engine needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// Which post.
    pub post: PostId,
    /// When to look at it, if time alone moves it.
    pub wake_at: Option<Timestamp>,
    /// What a person has to be asked about it.
    pub ask: Option<Ask>,
    /// The account, for the words of a nudge.
    pub account: String,
    /// When it is meant to go out: a post that misses another time is asked about anew.
    pub due_at: Option<Timestamp>,
    /// A request of it is on its way, or was when the program that sent it crashed.
    pub sending: bool,
}

/// What a person is asked about a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ask {
    /// It is held for a second look.
    SecondLook,
    /// Its time passed.
    Missed,
    /// Retries are over.
    Failed,
    /// Nobody knows whether it went out.
    Uncertain,
    /// The composer was opened: was it posted?
    HandedOff,
    /// It goes within two days, and an answer or approval will be too old.
    Ageing,
    /// Its text will be erased.
    Erasing,
}

/// A post with its review and, if it may go now, the frozen request.
#[derive(Debug, Clone)]
pub struct Examined {
    /// The post as stored.
    pub post: Post,
    /// What the checks say now.
    pub review: Review,
    /// The request as the platform's adapter froze it.
    pub request: serde_json::Value,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The platform confirmed it.
    Published(Receipt),
    /// The composer was opened; the person will say.
    HandedOff,
    /// Certainly not sent.
    NotSent {
        /// Why, for the clinician.
        why: String,
        /// Whether trying again could help.
        lasting: bool,
    },
    /// It may or may not have been taken.
    Unknown {
        /// Why, for the clinician.
        why: String,
    },
}

/// What asking the platform found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is there.
    Published(Receipt),
    /// It is not there, and the platform's readings are never late.
    CertainlyAbsent,
    /// It was not seen; a replica may be late.
    NotSeen,
    /// The platform cannot be asked about this.
    CannotTell {
        /// Why.
        why: String,
    },
}

/// Something to do. Effects are performed in order.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Write this span; it replaces one with the same beginning.
    SaveUsage(Interval),
    /// Write this span likewise, and have it and all that was written before on the disk by then,
    /// should the power fail.
    KeepUsage(Interval),
    /// Count what became of a break.
    CountBreak(breaks::Outcome),
    /// Read the usage of the running periods.
    ReadUsage,
    /// Read the posts that need the engine next.
    ReadQueue,
    /// Load this post, screen and review it.
    Examine(PostId),
    /// Write a post, if the version it was decided on still stands.
    Record(Box<Change>),
    /// Send the frozen request of the post's last attempt.
    Publish(PostId),
    /// Ask the platform whether the post's last attempt is there.
    Look(PostId),
    /// Carry out what a person asked by a button.
    Act(PostId, Act),
    /// What was erased must be gone from the disk too.
    Scrub,
    /// Open the composer for the post's last attempt, as a person asked by a button.
    Open(PostId),
    /// Hand over the next prepared answer for this engagement, as a person asked by a button.
    NextAnswer(String),
    /// Open this site, as a person asked by a button.
    OpenSite(String),
    /// Show a notification.
    Show(Nudge),
    /// Take a notification back.
    Withdraw(String),
    /// Take a notification off the screen that is never shown again.
    PutAway(String),
    /// Let a person write a post for a slot, as they asked by a button.
    Write {
        /// The account.
        account: String,
        /// The slot.
        slot: Timestamp,
    },
    /// Let a slot pass, as a person asked by a button.
    SkipSlot {
        /// The account.
        account: String,
        /// The slot.
        slot: Timestamp,
    },
    /// Make the post of a series that is due at this time.
    Repeat {
        /// The series.
        series: String,
        /// The time of the post.
        at: Timestamp,
    },
}

impl Effect {
    /// The post that this effect is done to, if it is one. When a change of a post could not be
    /// written, no other effect on it may be performed.
    pub const fn about(&self) -> Option<&PostId> {
        match self {
            Self::Examine(id)
            | Self::Publish(id)
            | Self::Look(id)
            | Self::Act(id, _)
            | Self::Open(id) => Some(id),
            Self::Record(change) => Some(&change.post.id),
            _ => None,
        }
    }
}

/// What a person asks by a button of a nudge about a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Send it now although it is late.
    SendNow,
    /// Call it off.
    Cancel,
    /// Look at it once more and let it go.
    Approve,
    /// It is on the platform.
    Posted,
    /// It is not on the platform.
    NotPosted,
    /// Do not erase its text.
    Keep,
}

/// A post to be written as a whole, with its audit entries.
#[derive(Debug, Clone)]
pub struct Change {
    /// The post after the change; `post.version` is the version it was decided on.
    pub post: Post,
    /// What the audit says about it.
    pub entries: Vec<Entry>,
}

/// Where in an engagement's hour a nudge is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HourStage {
    /// At its start.
    Begins,
    /// Once more, since the person asked for it.
    Again,
    /// After an answer was handed over: shown only where another one waits.
    NextAnswer,
    /// At its end.
    Over,
}

/// A notification, as meaning; the words are put in at the edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nudge {
    /// A break is due.
    Break {
        /// Time used in this session.
        used: Duration,
        /// How long the break should be.
        length: Duration,
        /// How long a snooze is.
        snooze: Duration,
        /// Whether it was shown before.
        reminder: bool,
    },
    /// A limit is near or over.
    Limit {
        /// Names the limit, the period and the level.
        key: String,
        /// What is measured.
        of: Of,
        /// Over which period.
        per: Per,
        /// Near or over.
        level: Level,
        /// What was used.
        used: Duration,
        /// What is allowed.
        limit: Duration,
    },
    /// A person is asked about a post.
    Post {
        /// Which one.
        post: PostId,
        /// On which account.
        account: String,
        /// What.
        ask: Ask,
        /// For which time it was meant.
        due_at: Option<Timestamp>,
        /// Its composer was opened from here.
        opened: bool,
    },
    /// An engagement's hour begins, goes on, or is over.
    Hour {
        /// Names the hour and whether it begins or is over.
        key: String,
        /// The engagement.
        name: String,
        /// Its site, if any.
        site: Option<String>,
        /// Where in the hour it is shown.
        stage: HourStage,
        /// What is left of the hour.
        left: Duration,
        /// How many prepared answers wait; the engine knows none, whoever shows it counts them.
        answers: u32,
    },
    /// Nothing is ready for a slot.
    Slot {
        /// The account.
        account: String,
        /// The slot.
        slot: Timestamp,
        /// The slot, for people.
        when: String,
    },
    /// More is queued in a period than meant.
    Ahead {
        /// Names the account and the period.
        key: String,
        /// The account.
        account: String,
        /// Week or month.
        per: Per,
        /// The first day of the period.
        first: Date,
        /// How many posts are out or queued in it.
        planned: u32,
        /// How many are meant at most.
        most: u32,
    },
    /// Posts written in quiet time wait for a second look.
    SecondLook {
        /// Names the day.
        key: String,
        /// Which ones.
        posts: Vec<PostId>,
    },
}

impl Nudge {
    /// The key of the one break nudge.
    pub const BREAK: &'static str = "break";

    /// What names the nudge: shown again under the same key, it replaces the former one.
    pub fn key(&self) -> String {
        match self {
            Self::Break { .. } => Self::BREAK.to_owned(),
            Self::Limit { key, .. }
            | Self::SecondLook { key, .. }
            | Self::Hour { key, .. }
            | Self::Ahead { key, .. } => key.clone(),
            Self::Slot { account, slot, .. } => slot_key(account, *slot),
            Self::Post {
                post, ask, due_at, ..
            } => post_key(*ask, post, *due_at),
        }
    }
}

impl Ask {
    /// Those that have a nudge of their own for each post.
    pub const OF_ONE_POST: [Self; 6] = [
        Self::Missed,
        Self::Failed,
        Self::Uncertain,
        Self::HandedOff,
        Self::Ageing,
        Self::Erasing,
    ];

    /// The word in keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SecondLook => "second-look",
            Self::Missed => "missed",
            Self::Failed => "failed",
            Self::Uncertain => "uncertain",
            Self::HandedOff => "handed-off",
            Self::Ageing => "ageing",
            Self::Erasing => "erasing",
        }
    }
}

/// The key of a nudge about a post and the time it was meant for.
pub fn post_key(ask: Ask, post: &PostId, due_at: Option<Timestamp>) -> String {
    let due = due_at.map_or(0, Timestamp::as_second);
    format!("{}:{post}:{due}", ask.name())
}
