//! A post that recurs, as plain data: what each occurrence says, and when it is made.
//!
//! Rules: an occurrence is a post of its own; no answer, approval or time of another goes over to
//! it. Its id follows from series and time, so that making it twice makes the same one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::audit::{Entry, Kind};
use super::brought::with_declared;
use super::post::{About, Content, Post, PostId};

/// A series that was begun and has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Its id, as short as a post's.
    pub id: String,
    /// When its posts go out: a cron expression in the plan's zone.
    pub cron: String,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// What each says.
    pub template: Template,
}

/// What every occurrence of a series says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Account, text, pictures, relation.
    pub content: Content,
    /// What is known beside.
    pub about: About,
    /// Who wrote it.
    pub author: String,
}

impl Series {
    /// The occurrence at a time, made at `now`, with its first audit entry. `attempt` counts up
    /// where an id is taken already.
    pub fn occurrence(&self, at: Timestamp, now: Timestamp, attempt: u64) -> (Post, Entry) {
        let Template {
            content,
            about,
            author,
        } = &self.template;
        let id = self.post_id(at, attempt);
        let mut post = Post::draft(id, content.clone(), about.clone(), author.clone(), now);
        post.due_at = Some(at);
        post.sends_at = Some(at);
        let entry = Entry::new(now, Kind::Created, Some(&post.id), "rounds")
            .with("account", content.account.clone())
            .with("content", content.hash())
            .with("series", self.id.clone());
        let entry = with_declared(entry, &post);
        (post, entry)
    }

    fn post_id(&self, at: Timestamp, attempt: u64) -> PostId {
        let mut hasher = Sha256::new();
        hasher.update(self.id.as_bytes());
        hasher.update(at.as_second().to_be_bytes());
        hasher.update(attempt.to_be_bytes());
        let digest = hasher.finalize();
        let bits = digest
            .iter()
            .take(8)
            .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        PostId::from_bits(bits)
    }
}
