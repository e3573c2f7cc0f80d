//! One running program: the real engine, the events that wait for it, the effects that wait for
//! the world. A crash loses all of it.

use std::collections::VecDeque;

use crate::engine::{Effect, Engine, Event, Found, Outcome};
use crate::posting::post::PostId;

/// Something that waits to be told to the engine.
#[derive(Debug)]
pub(super) enum Input {
    Event(Box<Event>),
    /// The answer of a platform, to be told with the post as it is stored then.
    Settled(PostId, Outcome),
    /// What a look found.
    Looked(PostId, Found),
}

/// One program.
#[derive(Debug, Default)]
pub(super) struct Host {
    /// None while it is down.
    pub(super) engine: Option<Engine>,
    pub(super) inbox: VecDeque<Input>,
    pub(super) effects: VecDeque<Effect>,
    /// Counts the starts: answers to a program that crashed reach nobody.
    pub(super) life: u32,
    /// It crashes before its next effect of this name.
    pub(super) crash_before: Option<&'static str>,
}

impl Host {
    pub(super) fn is_busy(&self) -> bool {
        self.engine.is_some() && !(self.inbox.is_empty() && self.effects.is_empty())
    }

    pub(super) fn tell(&mut self, event: Event) {
        if self.engine.is_some() {
            self.inbox.push_back(Input::Event(Box::new(event)));
        }
    }

    /// Memory was changed by somebody else: it is read anew.
    pub(super) fn read(&mut self, what: Effect) {
        if self.engine.is_some() {
            self.effects.push_back(what);
        }
    }

    pub(super) fn ask(&mut self, input: Input) {
        if self.engine.is_some() {
            self.inbox.push_back(input);
        }
    }

    /// Everything that was only in memory is gone.
    pub(super) fn crash(&mut self) {
        *self = Self {
            life: self.life + 1,
            ..Self::default()
        };
    }

    /// The post was changed by somebody else: nothing that follows from the decision is done.
    pub(super) fn drop_stale(&mut self, post: &PostId) {
        self.effects.retain(|effect| concerns(effect) != Some(post));
        if let Some(engine) = &mut self.engine {
            engine.forget(post);
        }
        self.effects.push_back(Effect::ReadQueue);
    }

    /// What it does next.
    pub(super) fn next(&self) -> &'static str {
        self.effects.front().map_or("nothing", name)
    }
}

/// The post that an effect is about.
pub(super) fn concerns(effect: &Effect) -> Option<&PostId> {
    match effect {
        Effect::Record(change) => Some(&change.post.id),
        Effect::Examine(post)
        | Effect::Publish(post)
        | Effect::Look(post)
        | Effect::Act(post, _)
        | Effect::Open(post) => Some(post),
        _ => None,
    }
}

/// The name of an effect.
pub(super) const fn name(effect: &Effect) -> &'static str {
    match effect {
        Effect::SaveUsage(_) => "SaveUsage",
        Effect::KeepUsage(_) => "KeepUsage",
        Effect::CountBreak(_) => "CountBreak",
        Effect::ReadUsage => "ReadUsage",
        Effect::ReadQueue => "ReadQueue",
        Effect::Examine(_) => "Examine",
        Effect::Record(_) => "Record",
        Effect::Publish(_) => "Publish",
        Effect::Look(_) => "Look",
        Effect::Act(..) => "Act",
        Effect::Open(_) => "Open",
        Effect::NextAnswer(_) => "NextAnswer",
        Effect::OpenSite(_) => "OpenSite",
        Effect::Scrub => "Scrub",
        Effect::Show(_) => "Show",
        Effect::Withdraw(_) => "Withdraw",
        Effect::PutAway(_) => "PutAway",
        Effect::Write { .. } => "Write",
        Effect::SkipSlot { .. } => "SkipSlot",
        Effect::Repeat { .. } => "Repeat",
    }
}
