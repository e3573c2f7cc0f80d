//! A post as plain data: what is to be said, who answered what, what became of it.
//!
//! One `Post` is one text for one account. It is stored and replaced as a whole, under a version.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::holds::Hold;
use super::life::State;
use super::seen::Seen;

/// What names a post: eight characters that a person can type; any unique beginning does.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PostId(pub String);

impl PostId {
    /// Letters and digits that cannot be taken for one another; the first is always a letter.
    const ALPHABET: [u8; 28] = *b"abcdefghjkmnpqrstuvwxyz23456";

    /// Makes an id from 64 random bits.
    pub fn from_bits(mut bits: u64) -> Self {
        let mut id = String::with_capacity(8);
        for place in 0..8 {
            let size = if place == 0 {
                23
            } else {
                Self::ALPHABET.len() as u64
            };
            id.push(char::from(Self::ALPHABET[(bits % size) as usize]));
            bits /= size;
        }
        Self(id)
    }

    /// Whether a text has the form of an id.
    pub fn is_id(text: &str) -> bool {
        let known = |byte: u8| Self::ALPHABET.contains(&byte);
        text.len() == 8 && text.bytes().all(known) && text.starts_with(char::is_alphabetic)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for PostId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a post relates to somebody else's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind", content = "address")]
pub enum Relation {
    /// It stands alone.
    #[default]
    Own,
    /// It passes on the post at this address.
    Repost(String),
    /// It quotes the post at this address.
    Quote(String),
    /// It answers the post at this address.
    Reply(String),
}

/// A picture that goes out with a post; the bytes lie in the media store under their hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// SHA-256 of the stored bytes, which are the bytes that are published.
    pub sha256: String,
    /// `jpeg`, `png`, `webp` or `gif`.
    pub format: String,
    /// Description for those who cannot see it.
    pub alt: String,
    /// The name it was given with, without its folder.
    pub file_name: String,
    /// What a machine saw in it, where one looked.
    #[serde(default)]
    pub seen: Option<Seen>,
}

impl Media {
    /// What was seen in exactly these bytes.
    pub fn seen(&self) -> Option<&Seen> {
        self.seen.as_ref().filter(|seen| seen.sha256 == self.sha256)
    }
}

/// Everything that goes out. Answers bind to its hash.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The account's name.
    pub account: String,
    /// The text.
    pub text: String,
    /// Pictures, in order.
    #[serde(default)]
    pub media: Vec<Media>,
    /// Whose post it passes on, quotes or answers.
    #[serde(default)]
    pub relation: Relation,
}

impl Content {
    /// SHA-256, in hexadecimal, of account, text, pictures with their descriptions, and links.
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        let mut field = |bytes: &[u8]| {
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        field(self.account.as_bytes());
        field(self.text.as_bytes());
        for media in &self.media {
            field(media.sha256.as_bytes());
            field(media.alt.as_bytes());
        }
        let (kind, address) = match &self.relation {
            Relation::Own => ("own", ""),
            Relation::Repost(address) => ("repost", address.as_str()),
            Relation::Quote(address) => ("quote", address.as_str()),
            Relation::Reply(address) => ("reply", address.as_str()),
        };
        field(kind.as_bytes());
        field(address.as_bytes());
        hex(&hasher.finalize())
    }
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Half of a text's SHA-256, in hexadecimal: names it without telling it.
pub fn digest(text: &str) -> String {
    let mut digest = hex(&Sha256::digest(text.as_bytes()));
    digest.truncate(32);
    digest
}

/// Why one posts, in the words of the family-practice literature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words explain themselves")]
pub enum Goal {
    Educate,
    Promote,
    Connect,
    Advocate,
    Network,
    Learn,
    Teach,
}

/// What is known about a post and does not go out with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The author says that it is about a patient.
    #[serde(default)]
    pub patient: bool,
    /// Who pays for it, if anybody.
    #[serde(default)]
    pub sponsor: Option<String>,
    /// It was begun as this ready answer to a patient.
    #[serde(default)]
    pub redirect: Option<String>,
    /// The official way that this answer names, as the clinician gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Why it is posted.
    #[serde(default)]
    pub goal: Option<Goal>,
    /// It is a reply in a dispute: it waits at least for the next morning.
    #[serde(default)]
    pub dispute: bool,
    /// Keep the text although it would be erased.
    #[serde(default)]
    pub keep: bool,
    /// It is an answer prepared for the engagement of this name: handed over in its hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engagement: Option<String>,
}

/// A person's answer to one checklist item, for one content hash (for an item of the account:
/// for one profile of the account).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// The item's id.
    pub item: String,
    /// What stands behind the answer, where the item asks for it.
    pub evidence: Option<String>,
    /// Who answered, by name.
    pub by: String,
    /// The system account that answered.
    pub system_user: String,
    /// When.
    pub at: Timestamp,
    /// What the answer is about.
    pub content_hash: String,
    /// The rule set in force then.
    pub rules: String,
}

/// A person's statement that a finding is wrong, for one content hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    /// The finding's id.
    pub finding: String,
    /// The reason.
    pub why: String,
    /// Who says so.
    pub by: String,
    /// The system account that said so.
    pub system_user: String,
    /// When.
    pub at: Timestamp,
    /// What it is about.
    pub content_hash: String,
}

/// The owner's agreement to somebody else's draft, or a second look: for one content hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Who approved.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What was approved.
    pub content_hash: String,
}

/// One try to publish, with the request as it was frozen before the first byte left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// The frozen request, as the platform's adapter wrote it.
    pub request: serde_json::Value,
    /// What came of it: `sending`, `published`, `not sent: …`, `unknown: …`, `handed off`.
    pub outcome: String,
}

/// Proof of publishing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The account.
    pub account: String,
    /// The platform's id; none where only the person confirmed.
    pub remote_id: Option<String>,
    /// The public address, where there is one.
    pub url: Option<String>,
    /// When.
    pub published_at: Timestamp,
    /// What was published.
    pub content_hash: String,
}

/// One text for one account, with everything that was answered about it and became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Post {
    /// Its name.
    pub id: PostId,
    /// Counts up with every change; a change is written only on the version it was decided on.
    #[serde(skip)]
    pub version: u64,
    /// Where it stands.
    pub state: State,
    /// What goes out.
    pub content: Content,
    /// What is known beside.
    pub about: About,
    /// Who wrote it.
    pub author: String,
    /// When it was first queued or drafted.
    pub created_at: Timestamp,
    /// When the content last changed.
    pub changed_at: Timestamp,
    /// When it is meant to go out.
    pub due_at: Option<Timestamp>,
    /// When it got that time; none where it was written with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timed_at: Option<Timestamp>,
    /// Answers, newest last.
    pub attestations: Vec<Attestation>,
    /// Disputed findings.
    pub disputes: Vec<Dispute>,
    /// The owner's approval of somebody else's draft.
    pub approval: Option<Approval>,
    /// The second look at a post written in quiet time.
    pub second_look: Option<Approval>,
    /// When it was last changed or answered, if that was in quiet time as the plan was then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_at: Option<Timestamp>,
    /// When an older database that holds it was put in place of the one in use, or it came in from
    /// a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored_at: Option<Timestamp>,
    /// Why it may not go out, as last reviewed.
    pub holds: Vec<Hold>,
    /// When it will be sent, as last reviewed.
    pub sends_at: Option<Timestamp>,
    /// When the engine should look again although nobody changed anything.
    pub wake_at: Option<Timestamp>,
    /// Tries to publish, oldest first.
    pub attempts: Vec<Attempt>,
    /// Proofs of publishing.
    pub receipts: Vec<Receipt>,
    /// What a person is reminded of, as last reviewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminder: Option<Reminder>,
    /// When its text is erased, as last reviewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erase_at: Option<Timestamp>,
    /// When a person was told that it will be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_at: Option<Timestamp>,
    /// When its text was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Timestamp>,
}

/// What a person is told of a post in good time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reminder {
    /// It goes within two days, and an answer or approval will be too old.
    Ageing,
    /// Its text is erased within a week.
    Erasing,
}

impl Post {
    /// A new post with no time and no answer.
    pub fn draft(
        id: PostId,
        content: Content,
        about: About,
        author: String,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            version: 1,
            state: State::Draft,
            content,
            about,
            author,
            created_at: now,
            changed_at: now,
            due_at: None,
            timed_at: None,
            attestations: Vec::new(),
            disputes: Vec::new(),
            approval: None,
            second_look: None,
            restored_at: None,
            quiet_at: None,
            holds: Vec::new(),
            sends_at: None,
            wake_at: None,
            attempts: Vec::new(),
            receipts: Vec::new(),
            reminder: None,
            erase_at: None,
            told_at: None,
            erased_at: None,
        }
    }

    /// When its content, its time or an answer last changed, or its time passed, or it was called
    /// off.
    pub fn last_changed_at(&self) -> Timestamp {
        let state = match self.state {
            State::Missed { since } => Some(since),
            State::Cancelled { at } => Some(at),
            _ => None,
        };
        let answers = self.attestations.iter().map(|answer| answer.at);
        let disputes = self.disputes.iter().map(|dispute| dispute.at);
        let times = state.into_iter().chain(self.timed_at);
        let changes = times.chain(answers).chain(disputes);
        changes
            .max()
            .map_or(self.changed_at, |at| at.max(self.changed_at))
    }

    /// The time of the last answer or dispute that concerns the present content.
    pub fn last_answer_at(&self) -> Option<Timestamp> {
        let hash = self.content.hash();
        let answers = self
            .attestations
            .iter()
            .filter(|a| a.content_hash == hash)
            .map(|a| a.at);
        let disputes = self
            .disputes
            .iter()
            .filter(|d| d.content_hash == hash)
            .map(|d| d.at);
        answers.chain(disputes).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_distinct_and_begin_with_a_letter() {
        let ids: std::collections::BTreeSet<_> = (0..2_000_u64)
            .map(|n| PostId::from_bits(n.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
            .collect();
        assert_eq!(ids.len(), 2_000);
        assert!(
            ids.iter()
                .all(|id| id.0.len() == 8 && id.0.as_bytes()[0].is_ascii_lowercase())
        );
    }

    #[test]
    fn every_part_of_the_content_counts_in_its_hash() {
        let media = Media {
            sha256: "00".into(),
            format: "png".into(),
            alt: "a chart".into(),
            file_name: "c.png".into(),
            seen: None,
        };
        let base = Content {
            account: "blog".into(),
            text: "Hello".into(),
            media: vec![media.clone()],
            relation: Relation::Own,
        };
        let with_alt = Media {
            alt: "a graph".into(),
            ..media.clone()
        };
        let with_bytes = Media {
            sha256: "01".into(),
            ..media
        };
        let others = [
            Content {
                account: "x".into(),
                ..base.clone()
            },
            Content {
                text: "Hello.".into(),
                ..base.clone()
            },
            Content {
                media: vec![with_alt],
                ..base.clone()
            },
            Content {
                media: vec![with_bytes],
                ..base.clone()
            },
            Content {
                media: vec![],
                ..base.clone()
            },
            Content {
                relation: Relation::Quote("https://a.example/1".into()),
                ..base.clone()
            },
            Content {
                relation: Relation::Reply("https://a.example/1".into()),
                ..base.clone()
            },
        ];
        let hashes: std::collections::BTreeSet<_> =
            others.iter().chain([&base]).map(Content::hash).collect();
        assert_eq!(hashes.len(), 8);
    }
}
