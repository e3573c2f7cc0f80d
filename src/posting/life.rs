//! A post's life: one pure function from a state and a step to the next state, or a refusal.
//!
//! ```text
//! draft → held ⇄ queued → publishing → published → retracted
//!                  ▲          ├──────→ handed-off → published | held
//!                  └ retry ───┼──────→ uncertain  → published | held
//!                             └──────→ failed
//! beside them: missed (its time passed), cancelled
//! ```
//! Whether a waiting post is held or queued is decided by `holds`; this file only says which step
//! may follow which state.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where a post stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum State {
    /// No time yet.
    Draft,
    /// A time, and at least one hold.
    Held,
    /// A time and no hold.
    Queued {
        /// After a try that certainly did not send: not before this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_at: Option<Timestamp>,
    },
    /// An attempt runs or is in doubt.
    Publishing {
        /// When the attempt began.
        since: Timestamp,
        /// Set once it is unknown whether the platform took it: how often it was looked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        looked: Option<Looked>,
    },
    /// The composer was opened and nobody has said yet what became of it.
    HandedOff {
        /// When.
        since: Timestamp,
        /// How often the person was asked.
        asked: u8,
    },
    /// Only a person can know whether it went out.
    Uncertain {
        /// Since when.
        since: Timestamp,
    },
    /// Confirmed by the platform or the person.
    Published {
        /// When it was confirmed.
        at: Timestamp,
    },
    /// Certainly not sent, and retries are over.
    Failed {
        /// Why, for the clinician.
        why: String,
    },
    /// Its time passed while it could not go.
    Missed {
        /// Since when.
        since: Timestamp,
    },
    /// Called off.
    Cancelled {
        /// When.
        at: Timestamp,
    },
    /// Taken back from the platform.
    Retracted {
        /// When.
        at: Timestamp,
    },
}

/// Looks at the platform for a post in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// How often it was looked for and not found.
    pub absent: u8,
    /// When to look next.
    pub next_at: Timestamp,
}

impl State {
    /// The state's name in JSON, commands and the database.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Held => "held",
            Self::Queued { .. } => "queued",
            Self::Publishing { .. } => "publishing",
            Self::HandedOff { .. } => "handed-off",
            Self::Uncertain { .. } => "uncertain",
            Self::Published { .. } => "published",
            Self::Failed { .. } => "failed",
            Self::Missed { .. } => "missed",
            Self::Cancelled { .. } => "cancelled",
            Self::Retracted { .. } => "retracted",
        }
    }

    /// All names, in the order of a post's life.
    pub const NAMES: [&'static str; 11] = [
        "draft",
        "held",
        "queued",
        "publishing",
        "handed-off",
        "uncertain",
        "published",
        "failed",
        "missed",
        "cancelled",
        "retracted",
    ];

    /// Whether the content may still change.
    pub const fn can_change(&self) -> bool {
        matches!(
            self,
            Self::Draft
                | Self::Held
                | Self::Queued { .. }
                | Self::Failed { .. }
                | Self::Missed { .. }
        )
    }

    /// Whether it waits for its time: holds and the clock decide what it is.
    pub const fn waits(&self) -> bool {
        matches!(self, Self::Held | Self::Queued { .. })
    }
}

/// What may happen to a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Its content, time or answers changed, or it was reviewed: it waits as the review says.
    Review(Waiting),
    /// The one claim before publishing.
    Claim,
    /// The platform has it, or the person says so.
    Confirm,
    /// Certainly not sent; try again.
    Retry(Timestamp),
    /// Certainly not sent; retries are over.
    Fail(String),
    /// It is not known whether it was sent: look before anything else.
    Doubt(Looked),
    /// It cannot be known: a person is asked.
    GiveUpLooking,
    /// The composer was opened.
    HandOff,
    /// The person was asked once more about a hand-off.
    AskAgain,
    /// The person says that it was not posted.
    Deny,
    /// Called off.
    Cancel,
    /// Taken back.
    Retract,
}

/// What a review makes of a post that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Waiting {
    /// It has no time.
    Draft,
    /// Something holds it.
    Held,
    /// Nothing holds it.
    Queued,
    /// It is too late to send it without asking.
    Missed,
}

/// A step that the present state does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a post that is {from} {cannot}")]
pub struct NotAllowed {
    /// The state's name.
    pub from: &'static str,
    /// What it cannot do, as the end of a sentence.
    pub cannot: &'static str,
}

impl Step {
    /// What a post that may not take this step cannot do, as the end of a sentence.
    const fn cannot(&self) -> &'static str {
        match self {
            Self::Review(_) => "cannot be changed any more",
            Self::Claim => "cannot be sent",
            Self::Confirm => "cannot become published",
            Self::Retry(_) => "has no attempt to repeat",
            Self::Fail(_) => "has no attempt that could fail",
            Self::Doubt(_) | Self::GiveUpLooking => "has no attempt in doubt",
            Self::HandOff => "cannot be handed off",
            Self::AskAgain => "was not handed off",
            Self::Deny => "is not waiting for your word",
            Self::Cancel => "cannot be cancelled",
            Self::Retract => "cannot be taken back; only a published one can",
        }
    }
}

/// The next state, or why the step is not allowed.
pub fn apply(state: &State, step: &Step, now: Timestamp) -> Result<State, NotAllowed> {
    use State::{
        Cancelled, Failed, HandedOff, Held, Published, Publishing, Queued, Retracted, Uncertain,
    };
    Ok(match (state, step) {
        (_, Step::Review(waiting)) if state.can_change() => review(state, *waiting, now),
        (Queued { .. }, Step::Claim) => Publishing {
            since: now,
            looked: None,
        },
        (Publishing { .. } | HandedOff { .. } | Uncertain { .. }, Step::Confirm) => {
            Published { at: now }
        }
        (Publishing { .. }, Step::Retry(at)) => Queued {
            retry_at: Some(*at),
        },
        (Publishing { .. }, Step::Fail(why)) => Failed { why: why.clone() },
        (Publishing { since, .. }, Step::Doubt(looked)) => Publishing {
            since: *since,
            looked: Some(*looked),
        },
        (Publishing { .. }, Step::GiveUpLooking) => Uncertain { since: now },
        (Publishing { .. }, Step::HandOff) => HandedOff {
            since: now,
            asked: 1,
        },
        (HandedOff { since, asked }, Step::AskAgain) => HandedOff {
            since: *since,
            asked: asked.saturating_add(1),
        },
        (HandedOff { .. } | Uncertain { .. }, Step::Deny) => Held,
        (_, Step::Cancel) if state.can_change() => Cancelled { at: now },
        (Published { .. }, Step::Retract) => Retracted { at: now },
        _ => {
            return Err(NotAllowed {
                from: state.name(),
                cannot: step.cannot(),
            });
        }
    })
}

fn review(state: &State, waiting: Waiting, now: Timestamp) -> State {
    match (waiting, state) {
        (Waiting::Draft, _) => State::Draft,
        (Waiting::Held, _) => State::Held,
        (Waiting::Queued, State::Queued { retry_at }) => State::Queued {
            retry_at: *retry_at,
        },
        (Waiting::Queued, _) => State::Queued { retry_at: None },
        (Waiting::Missed, State::Missed { since }) => State::Missed { since: *since },
        (Waiting::Missed, _) => State::Missed { since: now },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_states() -> Vec<State> {
        let at = Timestamp::UNIX_EPOCH;
        vec![
            State::Draft,
            State::Held,
            State::Queued { retry_at: None },
            State::Publishing {
                since: at,
                looked: None,
            },
            State::HandedOff {
                since: at,
                asked: 1,
            },
            State::Uncertain { since: at },
            State::Published { at },
            State::Failed { why: "full".into() },
            State::Missed { since: at },
            State::Cancelled { at },
            State::Retracted { at },
        ]
    }

    #[test]
    fn only_a_queued_post_can_be_claimed() {
        let claimable: Vec<_> = all_states()
            .into_iter()
            .filter(|state| apply(state, &Step::Claim, Timestamp::UNIX_EPOCH).is_ok())
            .map(|state| state.name())
            .collect();
        assert_eq!(claimable, ["queued"]);
    }

    #[test]
    fn a_post_becomes_published_only_after_an_attempt() {
        let confirmable: Vec<_> = all_states()
            .into_iter()
            .filter(|state| apply(state, &Step::Confirm, Timestamp::UNIX_EPOCH).is_ok())
            .map(|state| state.name())
            .collect();
        assert_eq!(confirmable, ["publishing", "handed-off", "uncertain"]);
    }

    #[test]
    fn what_left_or_may_have_left_cannot_be_changed_or_cancelled() {
        for state in all_states() {
            let changed = apply(&state, &Step::Review(Waiting::Held), Timestamp::UNIX_EPOCH);
            let cancelled = apply(&state, &Step::Cancel, Timestamp::UNIX_EPOCH);
            assert_eq!(changed.is_ok(), state.can_change(), "{}", state.name());
            assert_eq!(cancelled.is_ok(), state.can_change(), "{}", state.name());
        }
    }

    #[test]
    fn names_are_those_of_the_contract() {
        let names: Vec<_> = all_states().iter().map(State::name).collect();
        assert_eq!(names, State::NAMES);
        for state in all_states() {
            let json = serde_json::to_value(&state).unwrap();
            assert_eq!(json["state"], state.name());
        }
    }
}
