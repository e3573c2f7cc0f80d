//! The audit chain: every answer, dispute, hold, publication, cancellation and retraction is an
//! entry that carries the hash of the one before it.
//!
//! A changed byte breaks the chain at that entry; a cut tail shows because the newest hash is also
//! kept outside the database. Entries name items, people and hashes, never the text of a post.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::post::{PostId, hex};

/// The hash that stands before the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words explain themselves")]
pub enum Kind {
    Created,
    Edited,
    Rescheduled,
    Answered,
    Disputed,
    Approved,
    Revoked,
    Held,
    Released,
    Sending,
    Published,
    HandedOff,
    NotSent,
    InDoubt,
    Uncertain,
    Resolved,
    Failed,
    Missed,
    Cancelled,
    Retracted,
    Erased,
    ConsentAdded,
    ConsentWithdrawn,
    InterestAdded,
    InterestEnded,
    AccountAnswered,
    SlotSkipped,
    SlotKept,
    SeriesBegun,
    SeriesEnded,
    Restored,
    Imported,
    ConsentConfirmed,
}

/// One event, before it has its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub kind: Kind,
    /// To which post, if to one.
    pub post: Option<PostId>,
    /// Who did it: a name, or `rounds` for the program itself.
    pub by: String,
    /// Item, finding, evidence, hash: short facts in a fixed order.
    pub facts: Vec<(String, String)>,
}

impl Entry {
    /// An entry without facts.
    pub fn new(at: Timestamp, kind: Kind, post: Option<&PostId>, by: &str) -> Self {
        Self {
            at,
            kind,
            post: post.cloned(),
            by: by.to_owned(),
            facts: Vec::new(),
        }
    }

    /// Adds one fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.facts.push((name.to_owned(), value.into()));
        self
    }

    /// The hash of this entry behind the one with the hash `previous`.
    pub fn hash(&self, sequence: u64, previous: &str) -> String {
        let mut hasher = Sha256::new();
        let mut field = |bytes: &[u8]| {
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        field(previous.as_bytes());
        field(&sequence.to_be_bytes());
        // An entry always has a JSON form: it holds only text and a time.
        field(serde_json::to_string(self).unwrap_or_default().as_bytes());
        hex(&hasher.finalize())
    }
}

/// The place of the newest entry, as kept outside the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The entry's number, from 1.
    pub sequence: u64,
    /// Its hash.
    pub hash: String,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// How many entries there are.
    pub entries: u64,
    /// Whether every one is as it was written and none is missing.
    pub intact: bool,
    /// The number of the first entry that is not.
    pub first_bad: Option<u64>,
}

/// Checks a chain, entry by entry, against its own hashes and the head kept outside.
///
/// `outside` may be a little behind the chain (it is written after it), never ahead of it.
pub fn verify(
    chain: impl IntoIterator<Item = (u64, Option<Entry>, String)>,
    outside: Option<&Head>,
) -> Verdict {
    let mut previous = GENESIS.to_owned();
    let (mut entries, mut first_bad) = (0, None);
    for (sequence, entry, hash) in chain {
        entries += 1;
        let right = entry.is_some_and(|e| e.hash(sequence, &previous) == hash)
            && sequence == entries
            && outside.is_none_or(|head| head.sequence != sequence || head.hash == hash);
        if !right && first_bad.is_none() {
            first_bad = Some(entries);
        }
        previous = hash;
    }
    if first_bad.is_none() && outside.is_some_and(|head| head.sequence > entries) {
        first_bad = Some(entries + 1);
    }
    Verdict {
        entries,
        intact: first_bad.is_none(),
        first_bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(length: u64) -> Vec<(u64, Option<Entry>, String)> {
        let mut previous = GENESIS.to_owned();
        (1..=length)
            .map(|sequence| {
                let entry = Entry::new(Timestamp::UNIX_EPOCH, Kind::Answered, None, "Dr Lin")
                    .with("item", format!("item-{sequence}"));
                let hash = entry.hash(sequence, &previous);
                previous.clone_from(&hash);
                (sequence, Some(entry), hash)
            })
            .collect()
    }

    fn head(chain: &[(u64, Option<Entry>, String)]) -> Head {
        let (sequence, _, hash) = chain.last().unwrap();
        Head {
            sequence: *sequence,
            hash: hash.clone(),
        }
    }

    #[test]
    fn an_untouched_chain_is_intact() {
        let chain = chain(5);
        let head = head(&chain);
        assert_eq!(
            verify(chain, Some(&head)),
            Verdict {
                entries: 5,
                intact: true,
                first_bad: None
            }
        );
    }

    #[test]
    fn a_changed_name_is_found_where_it_stands() {
        let mut chain = chain(5);
        let head = head(&chain);
        chain[2].1.as_mut().unwrap().by = "Dr Lim".to_owned();
        assert_eq!(verify(chain, Some(&head)).first_bad, Some(3));
    }

    #[test]
    fn a_cut_tail_is_found_by_the_head_outside() {
        let mut chain = chain(5);
        let head = head(&chain);
        chain.truncate(3);
        assert!(
            verify(chain.clone(), None).intact,
            "the chain alone cannot know"
        );
        assert_eq!(verify(chain, Some(&head)).first_bad, Some(4));
    }

    #[test]
    fn a_rewritten_chain_is_found_by_the_head_outside() {
        let head = head(&chain(5));
        let mut previous = GENESIS.to_owned();
        let forged = (1..=5).map(|sequence| {
            let entry = Entry::new(Timestamp::UNIX_EPOCH, Kind::Answered, None, "Mallory");
            let hash = entry.hash(sequence, &previous);
            previous.clone_from(&hash);
            (sequence, Some(entry), hash)
        });
        assert_eq!(
            verify(forged.collect::<Vec<_>>(), Some(&head)).first_bad,
            Some(5)
        );
    }
}
