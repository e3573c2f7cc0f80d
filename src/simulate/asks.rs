//! What the simulated clinician asks of the program: a post is read, changed, reviewed and written
//! under its version, as a command does it.
//!
//! A request that came too late, or that the post's state does not allow, changes nothing.

use jiff::Timestamp;

use crate::plan::Plan;
use crate::posting::audit::{Entry, Kind};
use crate::posting::checks::profile_hash;
use crate::posting::holds::settle;
use crate::posting::life::{NotAllowed, State, Step, Waiting, apply};
use crate::posting::post::{Approval, Attestation, Dispute, Post, PostId, Receipt};
use crate::rulebook::{Reviewed, Rulebook};
use crate::store::{Result, Store, StoreError};

/// Memory, rules, plan and the time, for one request.
pub(super) struct Asks<'a> {
    pub(super) store: &'a mut Store,
    pub(super) rules: &'a Rulebook,
    pub(super) plan: &'a Plan,
    pub(super) now: Timestamp,
}

/// What a person may want of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    Edit(String),
    Answer(String, Option<String>),
    Dispute(String),
    Reschedule(Timestamp),
    Approve,
    Cancel,
    Posted,
    NotPosted,
    Retract,
    Keep,
}

impl Asks<'_> {
    fn review(&self, post: &Post) -> Result<Reviewed> {
        self.rules.review(self.store, self.plan, post, self.now)
    }

    /// Writes a new post.
    pub(super) fn add(&mut self, mut post: Post) -> Result<Post> {
        let mut entries = vec![Entry::new(
            self.now,
            Kind::Created,
            Some(&post.id),
            &post.author,
        )];
        let review = self.review(&post)?.review;
        let _ = settle(&mut post, &review, self.now, &mut entries);
        let change = crate::engine::Change { post, entries };
        self.store.insert(std::slice::from_ref(&change))?;
        Ok(change.post)
    }

    /// How a post stands now.
    pub(super) fn look(&self, id: &PostId) -> Result<Option<(Post, Reviewed)>> {
        let Some(post) = self.store.post(id)? else {
            return Ok(None);
        };
        let reviewed = self.review(&post)?;
        Ok(Some((post, reviewed)))
    }

    /// Does all that a person wants in one call; the post as written, or none if it was not
    /// possible.
    pub(super) fn fulfil(&mut self, id: &PostId, wishes: &[Wish]) -> Result<Option<Post>> {
        let Some(mut post) = self.store.post(id)? else {
            return Ok(None);
        };
        let owner = self.plan.account(&post.content.account);
        let owner = owner.map_or_else(String::new, |account| account.owner.clone());
        if post.erased_at.is_some() {
            return Ok(None);
        }
        let mut entries = Vec::new();
        for wish in wishes {
            let Ok(kind) = self.change(&mut post, wish, &owner) else {
                return Ok(None);
            };
            entries.push(Entry::new(self.now, kind, Some(id), &owner));
        }
        let cancelled = matches!(post.state, State::Cancelled { .. });
        if cancelled || post.state.can_change() && !wishes.contains(&Wish::NotPosted) {
            let review = self.review(&post)?.review;
            if settle(&mut post, &review, self.now, &mut entries).is_err() {
                return Ok(None);
            }
        } else {
            post.holds.clear();
            post.wake_at = None;
        }
        let change = crate::engine::Change { post, entries };
        match self.store.write(&change) {
            Ok(()) => Ok(Some(change.post)),
            Err(StoreError::Conflict(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn change(
        &self,
        post: &mut Post,
        wish: &Wish,
        owner: &str,
    ) -> std::result::Result<Kind, NotAllowed> {
        let now = self.now;
        let hash = post.content.hash();
        let held = Step::Review(Waiting::Held);
        Ok(match wish {
            Wish::Edit(text) => {
                apply(&post.state, &held, now)?;
                post.content.text.clone_from(text);
                post.changed_at = now;
                Kind::Edited
            }
            Wish::Answer(item, evidence) => {
                apply(&post.state, &held, now)?;
                let answer = self.answer(owner, item, evidence.clone(), hash);
                post.attestations.push(answer);
                Kind::Answered
            }
            Wish::Dispute(finding) => {
                apply(&post.state, &held, now)?;
                post.disputes.push(self.dispute(owner, finding, hash));
                Kind::Disputed
            }
            Wish::Reschedule(due) => {
                post.state = apply(&post.state, &held, now)?;
                post.due_at = Some(*due);
                post.timed_at = Some(now);
                Kind::Rescheduled
            }
            Wish::Approve => {
                apply(&post.state, &held, now)?;
                let approval = Some(Approval {
                    by: owner.to_owned(),
                    at: now,
                    content_hash: hash,
                });
                post.approval.clone_from(&approval);
                post.second_look = approval;
                Kind::Approved
            }
            Wish::Cancel => {
                post.state = apply(&post.state, &Step::Cancel, now)?;
                Kind::Cancelled
            }
            Wish::Keep => {
                post.about.keep = true;
                Kind::Edited
            }
            Wish::Posted => {
                post.state = apply(&post.state, &Step::Confirm, now)?;
                post.receipts.push(self.word(&post.content.account, hash));
                Kind::Resolved
            }
            Wish::NotPosted => {
                post.state = apply(&post.state, &Step::Deny, now)?;
                Kind::Resolved
            }
            Wish::Retract => {
                post.state = apply(&post.state, &Step::Retract, now)?;
                Kind::Retracted
            }
        })
    }

    fn dispute(&self, by: &str, finding: &str, about: String) -> Dispute {
        Dispute {
            finding: finding.to_owned(),
            why: "it is a common phrase".to_owned(),
            by: by.to_owned(),
            system_user: "lin".to_owned(),
            at: self.now,
            content_hash: about,
        }
    }

    /// The person's word that a post is on its platform.
    fn word(&self, account: &str, about: String) -> Receipt {
        Receipt {
            account: account.to_owned(),
            remote_id: None,
            url: None,
            published_at: self.now,
            content_hash: about,
        }
    }

    fn answer(&self, by: &str, item: &str, evidence: Option<String>, about: String) -> Attestation {
        Attestation {
            item: item.to_owned(),
            evidence,
            by: by.to_owned(),
            system_user: "lin".to_owned(),
            at: self.now,
            content_hash: about,
            rules: self.rules.version().to_owned(),
        }
    }

    /// Answers an item of the account, and reviews the posts that wait there; these are told too.
    pub(super) fn answer_for_account(
        &mut self,
        account: &str,
        item: &str,
        evidence: Option<String>,
    ) -> Result<Option<(Attestation, Vec<Post>)>> {
        let Some(known) = self.plan.account(account) else {
            return Ok(None);
        };
        let answer = self.answer(&known.owner, item, evidence, profile_hash(known));
        let entry = Entry::new(self.now, Kind::AccountAnswered, None, &known.owner);
        self.store.answer_for_account(account, &answer, &entry)?;
        let mut reviewed = Vec::new();
        for post in self.store.posts(Some("held"))? {
            if post.content.account == account {
                reviewed.extend(self.review_again(post)?);
            }
        }
        Ok(Some((answer, reviewed)))
    }

    /// The post as it stands now, unless nothing was written.
    fn review_again(&mut self, mut post: Post) -> Result<Option<Post>> {
        let review = self.review(&post)?.review;
        let mut entries = Vec::new();
        if settle(&mut post, &review, self.now, &mut entries).is_err() {
            return Ok(None);
        }
        let change = crate::engine::Change { post, entries };
        match self.store.write(&change) {
            Ok(()) => Ok(Some(change.post)),
            Err(StoreError::Conflict(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
