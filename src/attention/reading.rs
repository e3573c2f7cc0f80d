//! The reading list of the fifteen-minute scan: what fits the time, and what rolls over.
//!
//! How long an item takes is estimated from its length: fifteen seconds to take it in and decide,
//! and its words (as many as the feed gave, title included) at 238 a minute, the mean for silent
//! reading of non-fiction (Brysbaert, J Mem Lang 2019, doi 10.1016/j.jml.2019.104047); never more
//! than three minutes, since what takes longer is put off or kept, not scanned.
//! It knows neither feeds nor the store.

use std::time::Duration;

use jiff::Timestamp;

/// Time to take in a title and decide.
const DECIDE: Duration = Duration::from_secs(15);
/// Words a minute.
const WORDS: u64 = 238;
/// The longest that one item is given.
const LONGEST: Duration = Duration::from_mins(3);

/// How long a scan is where the plan says nothing.
pub const SCAN: Duration = Duration::from_mins(15);

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemState {
    /// Not decided on yet.
    New,
    /// Put off by the clinician.
    Later,
    /// Read.
    Done,
    /// Passed over.
    Skipped,
    /// It became the source of a draft.
    Kept,
}

impl ItemState {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::New,
        Self::Later,
        Self::Done,
        Self::Skipped,
        Self::Kept,
    ];

    /// The word in the store and in lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Later => "later",
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Kept => "kept",
        }
    }

    /// Whether it still waits to be read.
    pub const fn waits(self) -> bool {
        matches!(self, Self::New | Self::Later)
    }
}

/// An item as its feed has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedItem {
    /// What names it within its feed.
    pub guid: String,
    /// Its title, on one line.
    pub title: String,
    /// Where it is to be read; empty where the feed does not say.
    pub address: String,
    /// When it came out.
    pub published: Option<Timestamp>,
    /// A short plain text.
    pub summary: String,
    /// How many words the feed gave of it, before they were cut short.
    pub words: u32,
}

/// An item as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its number.
    pub id: i64,
    /// What the store knows its feed by.
    pub feed: String,
    /// What the feed says of it.
    pub told: FeedItem,
    /// Where it stands.
    pub state: ItemState,
    /// When it was first seen here.
    pub first_seen: Timestamp,
}

/// How long an item of so many words takes.
pub fn estimate(words: u32) -> Duration {
    let reading = Duration::from_millis(u64::from(words) * 60_000 / WORDS);
    (DECIDE + reading).min(LONGEST)
}

/// What fits the time, in the order in which it is read: what was put off first, then the newest.
/// The first item always fits where there is any time at all. The rest waits for another day.
pub fn fitting(mut items: Vec<Item>, time: Duration) -> (Vec<Item>, Vec<Item>) {
    items.retain(|item| item.state.waits());
    items.sort_by_key(|item| {
        let age = std::cmp::Reverse(item.told.published.unwrap_or(item.first_seen));
        (item.state != ItemState::Later, age, item.id)
    });
    let mut left = time;
    let mut full = time.is_zero();
    items.into_iter().enumerate().fold(
        (Vec::new(), Vec::new()),
        |(mut list, mut rest), (place, item)| {
            let needs = estimate(item.told.words);
            full |= needs > left && place > 0;
            if full {
                rest.push(item);
            } else {
                left = left.saturating_sub(needs);
                list.push(item);
            }
            (list, rest)
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: i64, words: u32, state: ItemState, published: i64) -> Item {
        Item {
            id,
            feed: "f".into(),
            told: FeedItem {
                guid: id.to_string(),
                title: "t".into(),
                address: String::new(),
                published: Timestamp::from_second(published).ok(),
                summary: String::new(),
                words,
            },
            state,
            first_seen: Timestamp::UNIX_EPOCH,
        }
    }

    fn ids(items: &[Item]) -> Vec<i64> {
        items.iter().map(|item| item.id).collect()
    }

    #[test]
    fn estimates_grow_with_the_words_and_end() {
        assert_eq!(estimate(0), Duration::from_secs(15));
        assert_eq!(estimate(238), Duration::from_secs(75));
        assert_eq!(estimate(u32::MAX), Duration::from_mins(3));
    }

    #[test]
    fn what_was_put_off_comes_first_then_the_newest_and_the_rest_rolls_over() {
        let items = vec![
            item(1, 0, ItemState::New, 10),
            item(2, 0, ItemState::Later, 5),
            item(3, 0, ItemState::New, 30),
            item(4, 0, ItemState::Done, 40),
        ];
        let (list, rest) = fitting(items, Duration::from_secs(30));
        assert_eq!((ids(&list), ids(&rest)), (vec![2, 3], vec![1]));
    }

    #[test]
    fn nothing_fits_no_time_and_one_item_fits_any() {
        let items = || {
            vec![
                item(1, 9999, ItemState::New, 10),
                item(2, 0, ItemState::New, 5),
            ]
        };
        assert_eq!(fitting(items(), Duration::ZERO).0.len(), 0);
        let (list, rest) = fitting(items(), Duration::from_secs(1));
        assert_eq!((ids(&list), ids(&rest)), (vec![1], vec![2]));
    }
}
