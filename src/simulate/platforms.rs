//! The platforms of the simulated world, and what they really hold.
//!
//! A remote platform takes a request at most `TAKES` after it was sent and shows it to readers at
//! most `SHOWS` later. Both together are less than the wait between two looks of the engine: a
//! platform that is slower than that cannot be told from one that lost the request, by anybody.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::clocks::later;
use crate::engine::{Found, Outcome};
use crate::posting::post::{PostId, Receipt};

/// The longest time until a request that was sent is taken, in milliseconds.
const TAKES: u64 = 10_000;
/// The longest time until what was taken can be read, in milliseconds.
const SHOWS: u64 = 30_000;

/// How a platform behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Knows a request again and always reads its own writes, as a folder does.
    Certain,
    /// Takes every request as a new post, and shows it late.
    Remote,
    /// As remote, and cannot be asked.
    Mute,
    /// A composer that a person has to use.
    Composer,
}

/// How often things go wrong, in a thousand.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rates {
    pub(super) refuse: u32,
    pub(super) limit: u32,
    pub(super) time_out_before: u32,
    pub(super) time_out_after: u32,
    pub(super) late: u32,
}

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Accepted,
    Refused,
    Limited,
    TimedOutBefore,
    TimedOutAfter,
    Opened,
}

/// A request on its way: when it is taken, when the answer comes, and which.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) fate: Fate,
    pub(super) taken_at: Option<Timestamp>,
    pub(super) answered_at: Timestamp,
    pub(super) late: bool,
}

#[derive(Debug, Clone)]
struct Copy {
    content: String,
    shown_at: Timestamp,
}

/// All platforms.
#[derive(Debug, Default)]
pub(super) struct Platforms {
    manners: BTreeMap<String, Manner>,
    copies: BTreeMap<PostId, Vec<Copy>>,
    sent: BTreeMap<PostId, Timestamp>,
    pub(super) rates: Rates,
}

impl Platforms {
    pub(super) fn settle_in(&mut self, account: &str, manner: Manner) {
        self.manners.insert(account.to_owned(), manner);
    }

    pub(super) fn manner(&self, account: &str) -> Manner {
        let known = self.manners.get(account);
        known.copied().unwrap_or(Manner::Certain)
    }

    /// A request leaves the machine.
    pub(super) fn send(
        &mut self,
        (post, account): (&PostId, &str),
        now: Timestamp,
        rng: &mut fastrand::Rng,
    ) -> Sent {
        self.sent.insert(post.clone(), now);
        let manner = self.manner(account);
        let fate = self.fate(manner, rng);
        let soon = |rng: &mut fastrand::Rng| later(now, Duration::from_millis(rng.u64(20..TAKES)));
        let taken_at = match fate {
            Fate::Accepted | Fate::TimedOutAfter if manner == Manner::Certain => Some(now),
            Fate::Accepted | Fate::TimedOutAfter => Some(soon(rng)),
            _ => None,
        };
        let answered_at = match fate {
            Fate::TimedOutBefore | Fate::TimedOutAfter => later(now, Duration::from_secs(30)),
            Fate::Opened => now,
            _ => taken_at.unwrap_or_else(|| soon(rng)),
        };
        let late = manner == Manner::Remote && rng.u32(..1000) < self.rates.late;
        Sent {
            fate,
            taken_at,
            answered_at,
            late,
        }
    }

    fn fate(&self, manner: Manner, rng: &mut fastrand::Rng) -> Fate {
        if manner == Manner::Composer {
            return Fate::Opened;
        }
        let mut dice = rng.u32(..1000);
        let fates = [
            (self.rates.refuse, Fate::Refused),
            (self.rates.limit, Fate::Limited),
            (self.rates.time_out_before, Fate::TimedOutBefore),
            (self.rates.time_out_after, Fate::TimedOutAfter),
        ];
        for (rate, fate) in fates {
            if dice < rate {
                return fate;
            }
            dice -= rate;
        }
        Fate::Accepted
    }

    /// A request reaches the platform, which keeps it.
    pub(super) fn take(
        &mut self,
        (post, account): (&PostId, &str),
        content: String,
        late: bool,
        now: Timestamp,
        rng: &mut fastrand::Rng,
    ) {
        let manner = self.manner(account);
        let copies = self.copies.entry(post.clone()).or_default();
        if manner == Manner::Certain && copies.iter().any(|copy| copy.content == content) {
            return;
        }
        let lag = if late { rng.u64(1_000..SHOWS) } else { 0 };
        copies.push(Copy {
            content,
            shown_at: later(now, Duration::from_millis(lag)),
        });
    }

    /// Somebody looks for a post.
    pub(super) fn look(&self, post: &PostId, account: &str, now: Timestamp) -> Found {
        let manner = self.manner(account);
        if matches!(manner, Manner::Mute | Manner::Composer) {
            let why = "it cannot be asked".to_owned();
            return Found::CannotTell { why };
        }
        let copies = self.copies.get(post).map(Vec::as_slice);
        let seen = copies
            .unwrap_or_default()
            .iter()
            .find(|copy| copy.shown_at <= now);
        match (seen, manner) {
            (Some(copy), _) => Found::Published(receipt(post, account, &copy.content, now)),
            (None, Manner::Certain) => Found::CertainlyAbsent,
            (None, _) => Found::NotSeen,
        }
    }

    /// Whether a person who looks sees all there will be: nothing is on its way any more.
    pub(super) fn is_settled(&self, post: &PostId, now: Timestamp) -> bool {
        let sent = self.sent.get(post);
        sent.is_none_or(|sent| later(*sent, Duration::from_millis(TAKES + SHOWS)) < now)
    }

    /// How many copies of a post its platform holds.
    pub(super) fn held(&self, post: &PostId) -> usize {
        self.copies.get(post).map_or(0, Vec::len)
    }
}

impl Fate {
    /// The answer that the adapter makes of it.
    pub(super) fn outcome(
        self,
        post: &PostId,
        account: &str,
        content: &str,
        now: Timestamp,
    ) -> Outcome {
        let not_sent = |why: &str, lasting| Outcome::NotSent {
            why: why.to_owned(),
            lasting,
        };
        match self {
            Self::Accepted => Outcome::Published(receipt(post, account, content, now)),
            Self::Opened => Outcome::HandedOff,
            Self::Refused => not_sent("refused", true),
            Self::Limited => not_sent("too many requests", false),
            Self::TimedOutBefore | Self::TimedOutAfter => Outcome::Unknown {
                why: "no answer".to_owned(),
            },
        }
    }
}

fn receipt(post: &PostId, account: &str, content: &str, now: Timestamp) -> Receipt {
    Receipt {
        account: account.to_owned(),
        remote_id: Some(post.to_string()),
        url: None,
        published_at: now,
        content_hash: content.to_owned(),
    }
}
