//! How a published post was received: what a platform tells, or what the clinician saw and wrote in.
//!
//! A number that nobody told is absent, never zero.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who told the numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The clinician.
    #[default]
    Hand,
    /// The platform.
    Platform,
}

/// How a post stood at one moment. Each number counts from the beginning, not since the last look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metrics {
    /// When it was looked at.
    pub at: Timestamp,
    /// Answers of others.
    pub replies: Option<u64>,
    /// How often it was passed on or quoted.
    pub reposts: Option<u64>,
    /// How often it was liked.
    pub likes: Option<u64>,
    /// Who told it.
    pub source: Source,
}

impl Metrics {
    /// What is known after `newer` was told: its numbers, and the former ones that it leaves out.
    #[must_use]
    pub fn updated(&self, newer: &Self) -> Self {
        Self {
            at: newer.at,
            replies: newer.replies.or(self.replies),
            reposts: newer.reposts.or(self.reposts),
            likes: newer.likes.or(self.likes),
            source: newer.source,
        }
    }

    /// Whether somebody answered it or passed it on.
    pub fn led_to_conversation(&self) -> bool {
        self.replies.unwrap_or_default() + self.reposts.unwrap_or_default() > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(replies: Option<u64>, likes: Option<u64>) -> Metrics {
        Metrics {
            at: Timestamp::UNIX_EPOCH,
            replies,
            reposts: None,
            likes,
            source: Source::Hand,
        }
    }

    #[test]
    fn what_is_left_out_stays_as_it_was() {
        let before = told(Some(2), Some(9));
        let after = before.updated(&told(None, Some(10)));
        assert_eq!((after.replies, after.likes), (Some(2), Some(10)));
        assert_eq!(after.reposts, None);
    }

    #[test]
    fn likes_alone_are_no_conversation() {
        assert!(!told(Some(0), Some(9)).led_to_conversation());
        assert!(!told(None, Some(9)).led_to_conversation());
        assert!(told(Some(1), None).led_to_conversation());
    }
}
