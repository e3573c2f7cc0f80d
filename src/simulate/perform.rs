//! One step of one program: an event is handled or an effect performed, by the real clerk or by
//! the simulated world. The deliberate mutations live here.

use jiff::Timestamp;

use super::Mutation;
use super::asks::{Asks, Wish};
use super::clocks::later;
use super::host::{Input, name};
use super::oracle::{Breach, never};
use super::platforms::{Fate, Manner};
use super::world::{Happening, World};
use crate::attention::breaks;
use crate::clerk::Performed;
use crate::engine::{Act, Change, Effect, Event, Found, Outcome};
use crate::posting::audit::{Entry, Kind};
use crate::posting::life::State;
use crate::posting::post::{Post, PostId};

impl World {
    /// One effect, or one event if none waits.
    pub(super) fn turn(&mut self, index: usize) -> Result<(), Breach> {
        let wanted = self.hosts[index].crash_before;
        if wanted.is_some_and(|wanted| wanted == self.hosts[index].next()) {
            self.crash(index);
            return Ok(());
        }
        if self.meddle && self.hosts[index].next() == "Record" {
            self.meddle = false;
            self.meddle_with(index)?;
        }
        if let Some(effect) = self.hosts[index].effects.pop_front() {
            return self.perform(index, effect);
        }
        let Some(input) = self.hosts[index].inbox.pop_front() else {
            return Ok(());
        };
        if let Some(event) = self.event(input)? {
            self.handle(index, event);
        }
        Ok(())
    }

    fn event(&mut self, input: Input) -> Result<Option<Event>, Breach> {
        Ok(match input {
            Input::Event(event) => Some(*event),
            Input::Settled(post, outcome) => self.clerk.settled(&post, outcome)?,
            Input::Looked(post, found) => self.clerk.looked(&post, found)?,
        })
    }

    fn handle(&mut self, index: usize, event: Event) {
        let now = self.clocks.now();
        let host = &mut self.hosts[index];
        let Some(engine) = &mut host.engine else {
            return;
        };
        let mut effects = engine.handle(event, now);
        if self.mutation == Some(Mutation::RecordAfterPublish) {
            publish_first(&mut effects);
        }
        host.effects.extend(effects);
    }

    fn perform(&mut self, index: usize, effect: Effect) -> Result<(), Breach> {
        let now = self.clocks.now();
        let routine = matches!(
            effect,
            Effect::ReadQueue | Effect::SaveUsage(_) | Effect::KeepUsage(_)
        );
        if !routine {
            self.note(|| describe(index, &effect));
        }
        match &effect {
            Effect::CountBreak(outcome) if index == 0 => self.break_counted(*outcome),
            Effect::Record(change) => return self.record(index, change.clone()),
            _ => {}
        }
        let Some(engine) = &self.hosts[index].engine else {
            return Ok(());
        };
        match self.clerk.perform(effect, engine, now)? {
            Performed::Done(events) => {
                for event in events {
                    self.hosts[index].tell(event);
                }
                Ok(())
            }
            Performed::Stale(post) => {
                self.hosts[index].drop_stale(&post);
                Ok(())
            }
            Performed::Outside(effect) => self.outside(index, effect),
        }
    }

    fn break_counted(&mut self, outcome: breaks::Outcome) {
        self.oracle.nudges.break_ended();
        if outcome == breaks::Outcome::Taken {
            self.oracle.nudges.rested();
        }
    }

    fn record(&mut self, index: usize, mut change: Box<Change>) -> Result<(), Breach> {
        let stored = self.clerk.store.post(&change.post.id)?;
        if self.mutation == Some(Mutation::TwoClaims)
            && let Some(stored) = &stored
        {
            change.post.version = stored.version;
        }
        let (now, post) = (self.clocks.now(), change.post.clone());
        let Some(engine) = &self.hosts[index].engine else {
            return Ok(());
        };
        if let Performed::Stale(id) = self.clerk.perform(Effect::Record(change), engine, now)? {
            self.report.faults.count("conflict");
            if self.hosts.len() > 1 {
                self.report.faults.count("conflict between engines");
            }
            self.note(|| format!("conflict about {id}"));
            self.hosts[index].drop_stale(&id);
            return Ok(());
        }
        if self.hosts.len() > 1 {
            self.hosts
                .iter_mut()
                .for_each(|host| host.read(Effect::ReadQueue));
        }
        self.recorded(stored.as_ref(), &post)
    }

    fn recorded(&mut self, before: Option<&Post>, post: &Post) -> Result<(), Breach> {
        let held = self.platforms.held(&post.id);
        self.oracle.posts.recorded(post, held)?;
        self.note_state(post);
        let faults = &mut self.report.faults;
        let was_in_doubt = before.is_some_and(|before| {
            matches!(
                before.state,
                State::Publishing {
                    looked: Some(_),
                    ..
                }
            )
        });
        match &post.state {
            State::Queued { retry_at: Some(_) } if was_in_doubt => {
                faults.count("in doubt, not there");
            }
            State::Queued { retry_at: Some(_) } => faults.count("retry"),
            State::Published { .. } if was_in_doubt => faults.count("in doubt, found"),
            State::Uncertain { .. } => faults.count("uncertain, person asked"),
            _ => {}
        }
        Ok(())
    }

    /// The witness and the totals learn in which state a post is.
    pub(super) fn note_state(&mut self, post: &Post) {
        let state = post.state.name();
        self.note(|| format!("{} is {state}", post.id));
        let wall = self.clocks.now().wall;
        self.held.state(&post.id, state, wall);
        if self.oracle.nudges.state(&post.id, state) && state == "missed" {
            self.report.missed += 1;
        }
    }

    fn outside(&mut self, index: usize, effect: Effect) -> Result<(), Breach> {
        match effect {
            Effect::Publish(post) => self.publish(index, &post),
            Effect::Look(post) => self.look(index, post),
            Effect::Act(post, act) => self.act(&post, act),
            Effect::SkipSlot { account, slot } => self.skip_slot(&account, slot),
            Effect::Show(nudge) if index == 0 => {
                let (wall, used) = (self.clocks.now().wall, self.oracle.usage.total());
                self.oracle.nudges.shown(&nudge, &self.plan, wall, used)?;
                self.nudged(&nudge);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn skip_slot(&mut self, account: &str, slot: Timestamp) -> Result<(), Breach> {
        let now = self.clocks.now().wall;
        let entry = Entry::new(now, Kind::SlotSkipped, None, "person");
        self.clerk.store.skip_slot(account, slot, &entry)?;
        self.posts_changed();
        Ok(())
    }

    fn publish(&mut self, index: usize, id: &PostId) -> Result<(), Breach> {
        let Some(post) = self.clerk.store.post(id)? else {
            return Err(Breach(format!(
                "{id} is to be published and does not exist"
            )));
        };
        let now = self.clocks.now();
        self.oracle
            .posts
            .sending(&post, &self.plan, &self.rules, now.wall)?;
        let account = post.content.account.clone();
        let content = post.content.hash();
        let frozen = post
            .attempts
            .last()
            .map(|attempt| &attempt.request["content"]);
        let claimed = matches!(post.state, State::Publishing { .. });
        let other = !claimed || frozen.and_then(|hash| hash.as_str()) != Some(&content);
        never(other && self.mutation.is_none(), || {
            format!("{id} is sent and the claim on disk is for another text")
        })?;
        let truth = self.clocks.truth();
        let sent = self.platforms.send((id, &account), truth, &mut self.rng);
        let fault = match sent.fate {
            Fate::Refused => Some("refused"),
            Fate::Limited => Some("rate limited"),
            Fate::TimedOutBefore => Some("timed out before"),
            Fate::TimedOutAfter => Some("timed out after"),
            Fate::Accepted | Fate::Opened => None,
        };
        self.note(|| format!("{id} leaves for {account}: {:?}", sent.fate));
        if let Some(fault) = fault {
            self.report.faults.count(fault);
        }
        let outcome = sent.fate.outcome(id, &account, &content, now.wall);
        if let Some(at) = sent.taken_at {
            let (post, late) = (id.clone(), sent.late);
            self.at(
                at,
                Happening::Take {
                    post,
                    account,
                    content,
                    late,
                },
            );
        }
        if sent.fate == Fate::Opened {
            self.composer_opened(id);
        }
        self.answer(index, sent.answered_at, id, outcome);
        Ok(())
    }

    fn answer(&mut self, host: usize, at: Timestamp, post: &PostId, outcome: Outcome) {
        let outcome = match outcome {
            Outcome::Unknown { why } if self.mutation == Some(Mutation::RetryOnUnknown) => {
                Outcome::NotSent {
                    why,
                    lasting: false,
                }
            }
            outcome => outcome,
        };
        let life = self.hosts[host].life;
        let (post, outcome) = (post.clone(), Box::new(outcome));
        self.at(
            at,
            Happening::Answer {
                host,
                life,
                post,
                outcome,
            },
        );
    }

    /// A request reached its platform: there must not be a second copy.
    pub(super) fn taken(
        &mut self,
        post: &PostId,
        account: &str,
        content: String,
        late: bool,
    ) -> Result<(), Breach> {
        let now = self.clocks.truth();
        self.note(|| format!("{account} has {post}"));
        if late {
            self.report.faults.count("late replica");
        }
        self.platforms
            .take((post, account), content, late, now, &mut self.rng);
        let held = self.platforms.held(post);
        self.report.duplicates += u64::from(held == 2);
        never(held > 1, || format!("{account} has {post} {held} times"))?;
        let state = self.clerk.store.post(post)?;
        state.map_or(Ok(()), |post| self.oracle.posts.recorded(&post, held))
    }

    fn look(&mut self, index: usize, post: PostId) -> Result<(), Breach> {
        let account = self
            .clerk
            .store
            .post(&post)?
            .map(|post| post.content.account);
        let account = account.unwrap_or_default();
        let found = self.platforms.look(&post, &account, self.clocks.truth());
        let found = match found {
            Found::Published(mut receipt) => {
                receipt.published_at = self.clocks.now().wall;
                Found::Published(receipt)
            }
            found => found,
        };
        self.note(|| format!("{account} is asked for {post}: {found:?}"));
        self.hosts[index].ask(Input::Looked(post, found));
        Ok(())
    }

    /// A button was pressed and the engine says what it means.
    fn act(&mut self, id: &PostId, act: Act) -> Result<(), Breach> {
        let now = self.clocks.now().wall;
        let wish = match act {
            Act::SendNow => Wish::Reschedule(now),
            Act::Cancel => Wish::Cancel,
            Act::Approve => Wish::Approve,
            Act::Posted => Wish::Posted,
            Act::NotPosted => Wish::NotPosted,
            Act::Keep => Wish::Keep,
        };
        self.wish(id, &wish)
    }

    /// Asks for something as a command would; what was done is acknowledged.
    pub(super) fn wish(&mut self, id: &PostId, wish: &Wish) -> Result<(), Breach> {
        self.wishes(id, std::slice::from_ref(wish))
    }

    /// Asks for several things in one call.
    pub(super) fn wishes(&mut self, id: &PostId, wishes: &[Wish]) -> Result<(), Breach> {
        let now = self.clocks.now().wall;
        let rules = std::sync::Arc::clone(&self.rules);
        let done = Asks {
            store: &mut self.clerk.store,
            rules: &rules,
            plan: &self.plan,
            now,
        }
        .fulfil(id, wishes)?;
        self.note(|| format!("asked for {id}: {wishes:?}, {}", done.is_some()));
        if let Some(post) = done {
            self.oracle.posts.acknowledge(&post)?;
            self.note_state(&post);
            self.posts_changed();
        }
        Ok(())
    }

    /// A person changes the post that a program is about to write.
    fn meddle_with(&mut self, index: usize) -> Result<(), Breach> {
        let Some(id) = self.hosts[index]
            .effects
            .front()
            .and_then(super::host::concerns)
        else {
            return Ok(());
        };
        let id = id.clone();
        let wish = match self.rng.u32(..3) {
            0 => Wish::Cancel,
            1 => Wish::Edit(self.new_text()),
            _ => Wish::Reschedule(later(
                self.clocks.now().wall,
                std::time::Duration::from_secs(self.rng.u64(600..90_000)),
            )),
        };
        self.wish(&id, &wish)
    }

    /// Whether the account's posts go out by a person's hand.
    pub(super) fn by_hand(&self, account: &str) -> bool {
        self.platforms.manner(account) == Manner::Composer
    }
}

/// Puts a publication before the claim that it stands on.
fn publish_first(effects: &mut [Effect]) {
    let publish = effects.iter().position(|e| matches!(e, Effect::Publish(_)));
    let record = effects.iter().position(|e| matches!(e, Effect::Record(_)));
    if let (Some(record), Some(publish)) = (record, publish)
        && record < publish
    {
        effects[record..=publish].rotate_right(1);
    }
}

fn describe(index: usize, effect: &Effect) -> String {
    match effect {
        Effect::Record(change) => {
            format!(
                "program {index}: Record {} {:?}",
                change.post.id, change.post.state
            )
        }
        effect => format!("program {index}: {}{:?}", name(effect), Shown(effect)),
    }
}

/// An effect without what it carries in bulk.
struct Shown<'a>(&'a Effect);

impl std::fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Effect::Show(nudge) => write!(f, " {}", nudge.key()),
            Effect::Withdraw(key) => write!(f, " {key}"),
            Effect::CountBreak(outcome) => write!(f, " {}", outcome.name()),
            effect => match super::host::concerns(effect) {
                Some(post) => write!(f, " {post}"),
                None => Ok(()),
            },
        }
    }
}
