//! The clinician as an author: writes, answers the questions, sees to what waits, logs time.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::asks::{Asks, Wish};
use super::clocks::{later, plus};
use super::habits::Life;
use super::oracle::Breach;
use super::world::{Happening, World};
use crate::attention::usage::{Amount, Doing, Interval, Source};
use crate::engine::Effect;
use crate::plan::Activity;
use crate::posting::audit::{Entry, Kind};
use crate::posting::checks::{Check, CheckState};
use crate::posting::consent::{Consent, Signer};
use crate::posting::evidence::EvidenceKind;
use crate::posting::life::State;
use crate::posting::post::{About, Content, Post, PostId, Relation};
use crate::posting::screening::{Severity, finding_id};

/// What is written about; some of it makes the screening ask.
const TOPICS: [&str; 6] = [
    "Flu clinics are open this week; walk in, no appointment.",
    "A study shows that walking halves the risk of a second fall.",
    "Ten years of this blog, and thank you for reading.",
    "Journal club on Sunday: how to read a screening trial.",
    "A 93-year-old taught me patience last Tuesday on the ward.",
    "Ask your own doctor before you stop any medicine.",
];

impl World {
    pub(super) fn new_text(&mut self) -> String {
        self.person.texts += 1;
        let topic = self.rng.choice(TOPICS).unwrap_or_default();
        format!("{topic} ({})", self.person.texts)
    }

    /// The slot that was meant, or the next one if another post has taken it meanwhile.
    fn still_free(&self, account: &str, slot: Timestamp) -> Result<Timestamp, Breach> {
        let free = self
            .clerk
            .store
            .taken_slots(account, slot)?
            .iter()
            .all(|at| *at != slot);
        if free || self.habits.life == Life::Tormented {
            return Ok(slot);
        }
        Ok(self.next_slot(account, slot)?.unwrap_or(slot))
    }

    fn asks<T>(&mut self, ask: impl FnOnce(&mut Asks<'_>) -> T) -> T {
        let rules = Arc::clone(&self.rules);
        ask(&mut Asks {
            store: &mut self.clerk.store,
            rules: &rules,
            plan: &self.plan,
            now: self.clocks.now().wall,
        })
    }

    /// Writes a post, and mostly answers its questions at once.
    pub(super) fn write(&mut self, account: &str, due: Timestamp) -> Result<(), Breach> {
        let now = self.clocks.now().wall;
        let due = self.still_free(account, due)?;
        let Some(known) = self.plan.account(account) else {
            return Ok(());
        };
        let delegated = self.rng.u32(..100) < self.habits.delegates;
        let author = if delegated {
            "Ana Ruiz".to_owned()
        } else {
            known.owner.clone()
        };
        let id = PostId::from_bits(self.rng.u64(..));
        let content = Content {
            account: account.to_owned(),
            text: self.new_text(),
            media: Vec::new(),
            relation: Relation::Own,
        };
        let about = About {
            patient: self.rng.u32(..100) < self.habits.about_patients,
            ..About::default()
        };
        let post = Post {
            version: 0,
            due_at: Some(due),
            ..Post::draft(id, content, about, author, now)
        };
        let id = post.id.clone();
        let written = self.asks(|asks| asks.add(post))?;
        self.oracle.posts.acknowledge(&written)?;
        self.note_state(&written);
        self.note(|| format!("{id} is written for {account}, due {due}"));
        self.posts_changed();
        if self.rng.u32(..100) >= self.habits.forgets {
            self.answer_all(&id)?;
        }
        Ok(())
    }

    /// Answers every open question of a post.
    fn answer_all(&mut self, id: &PostId) -> Result<(), Breach> {
        let Some((post, reviewed)) = self.asks(|asks| asks.look(id))? else {
            return Ok(());
        };
        let mut wishes = Vec::new();
        let open = reviewed.review.checks.iter();
        let open: Vec<Check> = open
            .filter(|check| check.stops() && check.asked_with.is_none())
            .cloned()
            .collect();
        for check in open {
            if self.rng.u32(..100) < self.habits.forgets / 4 {
                return self.wish_all(id, &wishes);
            }
            let blocked = check.state == CheckState::Found
                && check.severity == Severity::Block
                && check.evidence_kind.is_none();
            if blocked {
                let wrong = reviewed.findings.iter().filter(|f| f.item == check.item);
                wishes.extend(wrong.map(|f| Wish::Dispute(finding_id(f))));
            } else if check.account_level {
                self.answer_for_account(&post.content.account, &check)?;
            } else {
                let evidence = self.evidence(&check);
                wishes.push(Wish::Answer(check.item, evidence));
            }
        }
        let approves = post.author == "Ana Ruiz" && self.rng.u32(..100) >= self.habits.forgets;
        if approves {
            wishes.push(Wish::Approve);
        }
        self.wish_all(id, &wishes)
    }

    /// One call of the program for all answers, or in a tormented life one for each.
    fn wish_all(&mut self, id: &PostId, wishes: &[Wish]) -> Result<(), Breach> {
        let at_once = match self.habits.life {
            Life::Believable => wishes.len(),
            Life::Tormented => 1,
        };
        wishes
            .chunks(at_once.max(1))
            .try_for_each(|wishes| self.wishes(id, wishes))
    }

    fn answer_for_account(&mut self, account: &str, check: &Check) -> Result<(), Breach> {
        let evidence = self.evidence(check);
        let answer = self.asks(|a| a.answer_for_account(account, &check.item, evidence))?;
        if let Some((answer, reviewed)) = answer {
            self.oracle.posts.acknowledge_for_account(account, answer);
            for post in &reviewed {
                self.note_state(post);
            }
            self.posts_changed();
        }
        Ok(())
    }

    fn evidence(&self, check: &Check) -> Option<String> {
        let text = match check.evidence_kind? {
            EvidenceKind::Url => "https://www.bmj.com/content/388/bmj.r315".to_owned(),
            EvidenceKind::Doi => "10.1136/bmj.r315".to_owned(),
            EvidenceKind::Consent => format!("C-{}", self.person.consent),
            EvidenceKind::Policy => "Trust social media policy, version 3".to_owned(),
            EvidenceKind::Approver => "Dr Garcia".to_owned(),
            EvidenceKind::Text => "two colleagues agreed".to_owned(),
        };
        Some(text)
    }

    /// A patient signs a new release and the one before is withdrawn.
    pub(super) fn renew_consent(&mut self) -> Result<(), Breach> {
        let now = self.clocks.now().wall;
        for (number, valid) in [
            (self.person.consent, false),
            (self.person.consent + 1, true),
        ] {
            let reference = format!("C-{number}");
            let consent = Consent {
                reference: reference.clone(),
                platforms: vec!["all".to_owned()],
                shows: "a hand".to_owned(),
                signer: Signer::Patient,
                signed_on: self.plan.calendar.day_of(now),
                expires_on: None,
                separate_from_care: true,
                withdrawn_at: (!valid).then_some(now),
                unconfirmed_since: None,
            };
            let entry = Entry::new(now, Kind::ConsentAdded, None, "Dr Lin");
            self.clerk.store.save_consent(&consent, &entry)?;
            self.oracle.posts.consent(&reference, valid);
        }
        self.person.consent += 1;
        Ok(())
    }

    /// Sees to everything that waits for a person.
    pub(super) fn attend(&mut self) -> Result<(), Breach> {
        let now = self.clocks.now().wall;
        for state in [
            "draft",
            "held",
            "missed",
            "failed",
            "handed-off",
            "uncertain",
            "queued",
        ] {
            if state == "queued" && self.habits.fickle == 0 {
                continue;
            }
            for post in self.clerk.store.posts(Some(state))? {
                if self.rng.u32(..100) >= self.habits.forgets {
                    self.see_to(&post, now)?;
                }
            }
        }
        let fickle = self.rng.u32(..100) < self.habits.fickle;
        if fickle {
            self.renew_consent()?;
            let published = self.clerk.store.posts(Some("published"))?;
            if let Some(post) = self.rng.choice(&published) {
                self.wish(&post.id, &Wish::Retract)?;
            }
        }
        Ok(())
    }

    fn see_to(&mut self, post: &Post, now: Timestamp) -> Result<(), Breach> {
        let id = &post.id;
        let passed = post.due_at.is_none_or(|due| due <= now);
        match post.state {
            State::Held | State::Draft if passed => self.give_new_time(post),
            State::Held | State::Draft => self.answer_all(id),
            State::Missed { .. } | State::Failed { .. } => self.give_new_time(post),
            State::HandedOff { .. } | State::Uncertain { .. }
                if self.can_tell(id) && !self.person.composing.contains(id) =>
            {
                let wish = if self.platforms.held(id) > 0 {
                    Wish::Posted
                } else {
                    Wish::NotPosted
                };
                self.wish(id, &wish)
            }
            State::Queued { .. } if self.rng.u32(..100) < self.habits.fickle => {
                let wish = match self.rng.u32(..4) {
                    0 => Wish::Cancel,
                    1 => Wish::Edit(self.new_text()),
                    _ => Wish::Reschedule(self.some_time(post)),
                };
                self.wish(id, &wish)
            }
            _ => Ok(()),
        }
    }

    /// Whether a look at the platform tells the clinician everything.
    pub(super) fn can_tell(&self, id: &PostId) -> bool {
        self.platforms.is_settled(id, self.clocks.truth())
    }

    fn give_new_time(&mut self, post: &Post) -> Result<(), Breach> {
        if self.rng.u32(..100) < self.habits.cancels {
            return self.wish(&post.id, &Wish::Cancel);
        }
        let due = self.some_time(post);
        self.wish(&post.id, &Wish::Reschedule(due))?;
        self.answer_all(&post.id)
    }

    /// The account's next free slot, or some time today or tomorrow.
    fn some_time(&mut self, post: &Post) -> Timestamp {
        let now = self.clocks.now().wall;
        let slot = self.next_slot(&post.content.account, now).ok().flatten();
        slot.unwrap_or_else(|| later(now, Duration::from_secs(self.rng.u64(300..100_000))))
    }

    /// The composer was opened: mostly the text is really posted some time later.
    pub(super) fn composer_opened(&mut self, id: &PostId) {
        if self.rng.u32(..100) < self.habits.composes {
            let soon = Duration::from_secs(self.rng.u64(5..1_500));
            self.after(soon, Happening::Compose(id.clone()));
            if self.habits.life == Life::Believable {
                self.person.composing.insert(id.clone());
            }
        }
    }

    pub(super) fn compose(&mut self, id: &PostId) -> Result<(), Breach> {
        let says_so = self.person.composing.remove(id);
        let Some(post) = self.clerk.store.post(id)? else {
            return Ok(());
        };
        let waits = matches!(
            post.state,
            State::HandedOff { .. } | State::Uncertain { .. } | State::Publishing { .. }
        );
        if waits && self.by_hand(&post.content.account) && self.platforms.held(id) == 0 {
            let (account, content) = (post.content.account.clone(), post.content.hash());
            self.taken(id, &account, content, false)?;
        }
        if says_so {
            return self.wish(id, &Wish::Posted);
        }
        Ok(())
    }

    /// Time is logged by hand, with or without a place on the clock.
    pub(super) fn log(&mut self) -> Result<(), Breach> {
        let now = self.clocks.now().wall;
        let time = Duration::from_secs(self.rng.u64(5..60) * 60);
        let doing = Doing {
            site: Some("x".to_owned()),
            activity: Activity::Scan,
        };
        if self.rng.bool() {
            let day = self.plan.calendar.day_of(now);
            self.clerk.store.add_amount(&Amount { day, time, doing })?;
            self.oracle.usage.logged_amount(day, time);
        } else {
            let until = plus(
                now,
                -jiff::SignedDuration::from_secs(self.rng.i64(0..7_200)),
            );
            let from = until - time;
            let source = Source::Log;
            self.clerk.store.add_interval(&Interval {
                from,
                until,
                doing,
                source,
            })?;
            self.oracle.usage.logged(from, until);
        }
        for host in &mut self.hosts {
            host.read(Effect::ReadUsage);
        }
        Ok(())
    }
}
