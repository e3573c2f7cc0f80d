//! Effects that touch the world: platforms and notifications.

use jiff::Timestamp;

use super::apart::have_done;
use super::turn::Daemon;
use super::{Incoming, words};
use crate::clock::Moment;
use crate::engine::{Act, Effect, Event, Found, Nudge, Outcome};
use crate::platforms::handoff::opening::{OpenError, Opened, open};
use crate::platforms::handoff::{Composer, Request, request_of};
use crate::posting::life::State;
use crate::posting::post::PostId;
use crate::requests::errand::{Done, Task};
use crate::requests::words::address_of;
use crate::requests::{Desk, Failure, post, slots};

impl Daemon {
    pub(super) async fn outside(&mut self, effect: Effect) {
        match effect {
            Effect::Publish(id) => self.publish(id).await,
            Effect::Look(id) => self.look(id).await,
            Effect::Open(id) => self.open(id),
            Effect::Scrub => self.scrub(),
            Effect::Act(id, act) => self.act(id, act).await,
            Effect::NextAnswer(name) => self.next_answer(name).await,
            Effect::OpenSite(site) => self.open_site(site),
            Effect::Show(nudge) => self.show(nudge).await,
            Effect::Withdraw(key) | Effect::PutAway(key) => self.withdraw(&key).await,
            Effect::Write { account, slot } => self.write(&account, slot),
            Effect::SkipSlot { account, slot } => self.skip_slot(&account, slot),
            // The turn performs the others, and the clerk.
            _ => {}
        }
    }

    /// Sends the frozen request of the post's last attempt, off the loop.
    async fn publish(&mut self, id: PostId) {
        let Ok(Some((hands, post))) = self.clerk.attempt(&id, self.engine.plan()) else {
            let why = "its account is no longer in the plan".to_owned();
            let outcome = Outcome::NotSent { why, lasting: true };
            self.inbox.put(Incoming::Settled(id, outcome)).await;
            return;
        };
        if !matches!(post.state, State::Publishing { .. }) {
            self.engine.forget(&id);
            return;
        }
        let request = post
            .attempts
            .last()
            .map(|a| a.request.clone())
            .unwrap_or_default();
        self.running += 1;
        let inbox = self.inbox.clone();
        tokio::task::spawn_blocking(move || {
            let outcome = hands.publish(&request, Moment::now().wall);
            inbox.put_blocking(Incoming::Settled(id, outcome));
        });
    }

    /// Asks the platform for the post's last attempt, off the loop.
    async fn look(&mut self, id: PostId) {
        let Ok(Some((hands, post))) = self.clerk.attempt(&id, self.engine.plan()) else {
            let why = "its account is no longer in the plan".to_owned();
            self.inbox
                .put(Incoming::Looked(id, Found::CannotTell { why }))
                .await;
            return;
        };
        let request = post
            .attempts
            .last()
            .map(|a| a.request.clone())
            .unwrap_or_default();
        self.running += 1;
        let inbox = self.inbox.clone();
        tokio::task::spawn_blocking(move || {
            let found = hands.look(&request, Moment::now().wall);
            inbox.put_blocking(Incoming::Looked(id, found));
        });
    }

    /// Opens the composer, off the loop.
    fn open(&mut self, id: PostId) {
        let attempt = self.clerk.attempt(&id, self.engine.plan()).ok().flatten();
        let request = attempt.and_then(|(_, post)| request_of(&post.attempts.last()?.request));
        let Some(request) = request else {
            return;
        };
        let inbox = self.inbox.clone();
        tokio::spawn(async move {
            let done = open(&request).await;
            inbox.put(Incoming::Opened(id, request.site, done)).await;
        });
    }

    /// Opens a site, off the loop.
    fn open_site(&self, site: String) {
        let Some(address) = address_of(&self.paths, &site) else {
            return;
        };
        let inbox = self.inbox.clone();
        tokio::spawn(async move {
            let done = open(&Request::address(&site, address)).await;
            let name = PostId(format!("site-{site}"));
            inbox.put(Incoming::Opened(name, site, done)).await;
        });
    }

    /// Hands over the next prepared answer, as the command would.
    async fn next_answer(&mut self, engagement: String) {
        match self.have_done(Task::NextAnswer(engagement)).await {
            Ok(_) => self.troubles.remove("button"),
            Err(failure) => self.troubles.insert("button", failure.message),
        };
    }

    /// Tells what came of a press on *Open*.
    pub(super) async fn opened(
        &mut self,
        id: &PostId,
        site: &str,
        done: &Result<Opened, OpenError>,
    ) {
        let label = Composer::of(site).map_or_else(|| site.to_owned(), |composer| composer.label);
        let Some(popup) = words::opened(id.as_str(), &label, done) else {
            return;
        };
        if let Some(notifier) = &mut self.notifier
            && let Err(error) = notifier.show(popup).await
        {
            tracing::warn!(%error, "what came of opening a site could not be shown");
        }
    }

    /// Removes the pictures that no post holds any more.
    fn scrub(&mut self) {
        let now = Moment::now().wall;
        match post::drop_unused_pictures(&self.clerk.store, &self.paths.media(), now) {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "pictures that no post holds are removed"),
            Err(failure) => {
                self.troubles.insert("pictures", failure.message);
            }
        }
    }

    /// Does what a person asked by a button, as the command would.
    async fn act(&mut self, id: PostId, act: Act) {
        match self.have_done(Task::Act(id.clone(), act)).await {
            Ok(_) => self.troubles.remove("button"),
            Err(failure) => self.troubles.insert("button", failure.message),
        };
        self.wanted
            .retain(|_, nudge| !matches!(nudge, Nudge::Post { post, .. } if *post == id));
    }

    /// Has a post looked at; none if it is gone, or changed meanwhile.
    pub(super) async fn examine(&mut self, id: &PostId) -> Result<Option<Event>, Failure> {
        let Done::Looked(Some(look)) = self.have_done(Task::Look(id.clone())).await? else {
            return Ok(None);
        };
        let post = self.clerk.store.post(id)?;
        let same = post.filter(|post| post.version == look.version);
        let now = Moment::now().wall;
        let plan = self.engine.plan();
        Ok(same.map(|post| self.clerk.examined(post, look.review, plan, now)))
    }

    /// Has an errand done under the plan in force.
    pub(super) async fn have_done(&self, task: Task) -> Result<Done, Failure> {
        have_done(&self.paths, &self.plan_text, task).await
    }

    /// Lets a slot pass, as a person asked by a button.
    fn skip_slot(&mut self, account: &str, slot: Timestamp) {
        let skipped = Desk::open(self.paths.clone(), Moment::now())
            .and_then(|mut desk| slots::skip(&mut desk, account, Some(slot)));
        match skipped {
            Ok(_) => self.troubles.remove("button"),
            Err(failure) => self.troubles.insert("button", failure.message),
        };
    }

    async fn show(&mut self, nudge: Nudge) {
        let key = nudge.key();
        let popup = words::notification(&nudge);
        self.wanted.insert(key, nudge);
        let Some(notifier) = &mut self.notifier else {
            return;
        };
        if let Err(error) = notifier.show(popup).await {
            tracing::warn!(%error, "a nudge could not be shown");
            self.troubles.insert("notifications", error.to_string());
        } else {
            self.troubles.remove("notifications");
        }
    }

    async fn withdraw(&mut self, key: &str) {
        if self.wanted.remove(key).is_some()
            && let Some(notifier) = &mut self.notifier
            && let Err(error) = notifier.withdraw(key).await
        {
            tracing::warn!(%error, "a nudge could not be withdrawn");
        }
    }

    /// The notification server is back: show again what is still wanted.
    pub(super) async fn show_again(&mut self) {
        for nudge in std::mem::take(&mut self.wanted).into_values() {
            self.show(nudge).await;
        }
    }
}
