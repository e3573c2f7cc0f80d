//! One turn of the loop: an event, what the engine decides, what is done about it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::Inbox;
use crate::clerk::{Clerk, Performed};
use crate::clock::{Moment, WakeTimer};
use crate::config::Paths;
use crate::engine::{Effect, Engine, Event, Nudge};
use crate::notify::Notifier;
use crate::posting::post::PostId;
use crate::requests::errand::Task;
use crate::rulebook::OwnPacks;

/// After memory failed, nothing that waits is tried again before this.
const PATIENCE: SignedDuration = SignedDuration::from_secs(30);

/// The running daemon.
pub(super) struct Daemon {
    pub(super) engine: Engine,
    pub(super) clerk: Clerk,
    pub(super) paths: Paths,
    pub(super) inbox: Inbox,
    pub(super) timer: WakeTimer,
    pub(super) notifier: Option<Notifier>,
    /// Nudges on the screen, to be shown again when the notification server comes back.
    pub(super) wanted: BTreeMap<String, Nudge>,
    /// Whether saved sheets are told, as they are once there was one.
    pub(super) sheets_watched: bool,
    /// Posts about whose papers somebody was asked just now: they are examined next.
    pub(super) looked_up: BTreeSet<PostId>,
    /// Attempts that run now.
    pub(super) running: usize,
    /// What it sees, in words.
    pub(super) sees: Vec<String>,
    /// What is wrong, by topic, in words.
    pub(super) troubles: BTreeMap<&'static str, String>,
    /// Memory failed: wait until then.
    pub(super) not_before: Option<Timestamp>,
    /// The text of the plan in force.
    pub(super) plan_text: String,
    /// The text that was read last, to tell a real change from a touched file.
    pub(super) plan_seen: String,
    /// The clinician's own packs as they were read last.
    pub(super) packs_seen: OwnPacks,
    /// How often systemd wants to hear that the loop turns.
    pub(super) watchdog: Option<std::time::Duration>,
}

impl Daemon {
    /// Lets the engine decide about an event and does what it says, and what follows from that.
    pub(super) async fn turn(&mut self, event: Event, now: Moment) {
        let effects = self.engine.handle(event, now);
        self.carry_out(effects, now).await;
    }

    /// Does what the engine said, and what follows from that.
    pub(super) async fn carry_out(&mut self, effects: Vec<Effect>, now: Moment) {
        let mut effects = VecDeque::from(effects);
        let mut events = VecDeque::new();
        loop {
            while let Some(effect) = effects.pop_front() {
                let about = effect.about().cloned();
                if let Effect::Examine(id) = &effect
                    && self.asks_first(id, now)
                {
                    continue;
                }
                match self.clerk.perform(effect, &self.engine, now) {
                    Ok(Performed::Done(more)) => {
                        self.recovered();
                        events.extend(more);
                    }
                    Ok(Performed::Outside(Effect::Examine(post))) => {
                        match self.examine(&post).await {
                            Ok(Some(event)) => events.push_back(event),
                            Ok(None) => {
                                self.engine.forget(&post);
                                effects.push_back(Effect::ReadQueue);
                            }
                            Err(failure) => {
                                self.memory_failed(&failure.message, now);
                                self.engine.forget(&post);
                            }
                        }
                    }
                    Ok(Performed::Outside(Effect::Repeat { series, at })) => {
                        match self.have_done(Task::Repeat(series, at)).await {
                            Ok(_) => {
                                self.troubles.remove("series");
                                effects.push_back(Effect::ReadQueue);
                            }
                            Err(failure) => {
                                self.troubles.insert("series", failure.message);
                            }
                        }
                    }
                    Ok(Performed::Outside(effect)) => self.outside(effect).await,
                    Ok(Performed::Stale(post)) => {
                        self.engine.forget(&post);
                        effects.retain(|later| later.about() != Some(&post));
                        effects.push_back(Effect::ReadQueue);
                    }
                    Err(error) => {
                        self.memory_failed(&error.to_string(), now);
                        if let Some(post) = about {
                            self.engine.forget(&post);
                            effects.retain(|later| later.about() != Some(&post));
                        }
                    }
                }
            }
            let Some(event) = events.pop_front() else {
                return;
            };
            effects.extend(self.engine.handle(event, now));
        }
    }

    /// Sets the timer to whatever comes first.
    pub(super) fn set_timer(&mut self, now: Moment) {
        let engine = self.engine.next_wakeup();
        let engine = match (engine, self.not_before) {
            (Some(at), Some(not_before)) => Some(at.max(not_before)),
            (at, not_before) => at.or(not_before),
        };
        let watchdog = self
            .watchdog
            .and_then(|every| now.wall.checked_add(every).ok());
        let deadline = [engine, watchdog].into_iter().flatten().min();
        if let Err(error) = self.timer.set(deadline, now) {
            tracing::error!(%error, "the timer cannot be set");
        }
    }

    fn memory_failed(&mut self, why: &str, now: Moment) {
        tracing::error!(why, "memory failed");
        self.not_before = now.wall.checked_add(PATIENCE).ok();
        self.troubles.insert("memory", why.to_owned());
    }

    fn recovered(&mut self) {
        if self.not_before.take().is_some() {
            self.troubles.remove("memory");
        }
    }
}
