//! The real requests, engine, clerk and memory around one account, with a clock that the test sets
//! and a platform that takes everything.
//!
//! Requests and engine share one memory, one after the other, as command and daemon do.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rounds::clerk::{Clerk, Performed, Rules};
use rounds::clock::Moment;
use rounds::config::Paths;
use rounds::engine::{Change, Effect, Engine, Event, Nudge, Outcome};
use rounds::plan::Plan;
use rounds::plan::read::read;
use rounds::platforms::Places;
use rounds::posting::audit::Kind;
use rounds::posting::checks::{Check, CheckState, profile_hash};
use rounds::posting::post::{Post, PostId, Receipt};
use rounds::posting::screening::Severity;
use rounds::requests::Desk;
use rounds::requests::post::{self, Answer, CheckView, NewPost, Objection, PostView, Time};
use rounds::rulebook::Rulebook;
use rounds::store::Store;

pub(crate) const OWNER: &str = "Dr Lin";

/// A plan with the account `blog` that has these packs; without quiet time and cooling off.
pub(crate) fn plan(packs: &[&str], more: &str) -> String {
    format!(
        "timezone = \"UTC\"\n[quiet]\nfrom = \"04:00\"\nuntil = \"04:00\"\n[posting]\n\
         cooling_off = \"0s\"\n[[accounts]]\nname = \"blog\"\nplatform = \"folder\"\n\
         path = \"/nonexistent\"\nowner = \"{OWNER}\"\npacks = {packs:?}\n{more}"
    )
}

/// Monday 5 January 2026, nine in the morning.
pub(crate) fn monday() -> Timestamp {
    "2026-01-05T09:00:00Z".parse().unwrap()
}

/// The built-in rules, read once.
pub(crate) fn rules() -> Arc<Rulebook> {
    static RULES: std::sync::OnceLock<Arc<Rulebook>> = std::sync::OnceLock::new();
    Arc::clone(RULES.get_or_init(|| Arc::new(Rulebook::builtin().unwrap())))
}

pub(crate) struct Bench {
    pub(crate) plan: Plan,
    pub(crate) paths: Paths,
    rules: Arc<Rulebook>,
    store: Option<Store>,
    engine: Engine,
    pub(crate) now: Timestamp,
    /// What went out, as it was stored then.
    pub(crate) sent: Vec<Post>,
    /// When each went out, and which questions it had then.
    pub(crate) asked: Vec<(Timestamp, Vec<Check>)>,
    /// The witness's own book of answers that were taken: item, what it is about, when.
    pub(crate) book: Vec<(String, String, Timestamp)>,
    pub(crate) nudges: Vec<(Timestamp, Nudge)>,
}

impl Bench {
    /// A bench over a memory that ends with it.
    pub(crate) fn new(plan_text: &str) -> Self {
        Self::over(
            plan_text,
            Store::in_memory().unwrap(),
            "/nonexistent".into(),
        )
    }

    /// A bench with rules of its own.
    pub(crate) fn ruled(plan_text: &str, rules: Rulebook) -> Self {
        let mut bench = Self::new(plan_text);
        bench.rules = Arc::new(rules);
        bench.start();
        bench
    }

    /// A bench over this memory.
    pub(crate) fn over(plan_text: &str, store: Store, folder: std::path::PathBuf) -> Self {
        let plan = read(plan_text).unwrap();
        let paths = Paths {
            config: folder.clone(),
            data: folder.clone(),
            socket: folder.join("socket"),
            home: folder.clone(),
            units: folder,
        };
        let now = monday();
        let mut bench = Self {
            engine: Engine::new(plan.clone(), at(now)),
            plan,
            paths,
            rules: rules(),
            store: Some(store),
            now,
            sent: Vec::new(),
            asked: Vec::new(),
            book: Vec::new(),
            nudges: Vec::new(),
        };
        bench.start();
        bench
    }

    /// A program starts over this memory: it knows nothing but what is stored.
    pub(crate) fn start(&mut self) {
        self.engine = Engine::new(self.plan.clone(), at(self.now));
        let reviewed = self.ask(post::review_all);
        reviewed.unwrap();
        let clerk = self.clerk();
        let briefing = clerk.briefing(&self.plan, self.now).unwrap();
        self.store = Some(clerk.store);
        for event in briefing {
            self.turn(event);
        }
    }

    /// Another plan comes into force, as the daemon takes it up.
    pub(crate) fn replan(&mut self, plan_text: &str) {
        self.plan = read(plan_text).unwrap();
        self.turn(Event::PlanChanged(Box::new(self.plan.clone())));
        let reviewed = self.ask(post::review_all);
        reviewed.unwrap();
    }

    /// The memory, to be looked at or replaced.
    pub(crate) fn store(&mut self) -> &mut Store {
        self.store.as_mut().unwrap()
    }

    /// Puts another memory in the place of this one.
    pub(crate) fn restore(&mut self, store: Store) {
        self.store = Some(store);
        self.start();
    }

    /// A request, as a command makes it, and the program is told.
    pub(crate) fn ask<T>(&mut self, request: impl FnOnce(&mut Desk) -> T) -> T {
        let store = self.store.take().unwrap();
        let (plan, rules) = (self.plan.clone(), Arc::clone(&self.rules));
        let mut desk = Desk::over(self.paths.clone(), plan, store, rules, at(self.now));
        let said = request(&mut desk);
        self.store = Some(desk.store);
        let cues = self.store().cues(64).unwrap();
        self.turn(Event::QueueRead(cues));
        said
    }

    /// Lets time pass, with everything that the program does meanwhile.
    pub(crate) fn pass(&mut self, time: SignedDuration) {
        let until = self.now + time;
        let mut last = None;
        for _ in 0..10_000 {
            let wake = self.engine.next_wakeup().filter(|wake| *wake <= until);
            let Some(wake) = wake else {
                self.now = until;
                return self.turn(Event::Tick);
            };
            self.now = self.now.max(wake);
            if last == Some(self.now) {
                self.now += SignedDuration::from_millis(1);
            }
            last = Some(self.now);
            self.turn(Event::Tick);
        }
        panic!("the engine runs in circles at {}", self.now);
    }

    pub(crate) fn pass_days(&mut self, days: i64) {
        self.pass(SignedDuration::from_hours(24 * days));
    }

    fn clerk(&mut self) -> Clerk {
        Clerk {
            store: self.store.take().unwrap(),
            rules: Rules::Kept(Arc::clone(&self.rules)),
            places: Places {
                home: self.paths.home.clone(),
                data: self.paths.data.clone(),
            },
        }
    }

    fn turn(&mut self, event: Event) {
        let mut clerk = self.clerk();
        let now = at(self.now);
        let mut acts = Vec::new();
        let mut events = std::collections::VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let mut effects = std::collections::VecDeque::from(self.engine.handle(event, now));
            while let Some(effect) = effects.pop_front() {
                match clerk.perform(effect, &self.engine, now).unwrap() {
                    Performed::Done(more) => events.extend(more),
                    Performed::Stale(post) => {
                        self.engine.forget(&post);
                        effects.retain(|later| later.about() != Some(&post));
                        effects.push_back(Effect::ReadQueue);
                    }
                    Performed::Outside(Effect::Publish(id)) => {
                        events.extend(self.publish(&clerk, &id));
                    }
                    Performed::Outside(Effect::Show(nudge)) => self.nudges.push((self.now, nudge)),
                    Performed::Outside(Effect::Act(id, act)) => acts.push((id, act)),
                    Performed::Outside(_) => {}
                }
            }
        }
        self.store = Some(clerk.store);
        for (id, act) in acts {
            let _ = self.ask(|desk| post::act(desk, &id, act));
        }
    }

    fn publish(&mut self, clerk: &Clerk, id: &PostId) -> Option<Event> {
        let post = clerk.store.post(id).unwrap().unwrap();
        let receipt = Receipt {
            account: post.content.account.clone(),
            remote_id: None,
            url: None,
            published_at: self.now,
            content_hash: post.content.hash(),
        };
        let looked = self.rules.review(&clerk.store, &self.plan, &post, self.now);
        self.asked.push((self.now, looked.unwrap().review.checks));
        self.sent.push(post);
        clerk.settled(id, Outcome::Published(receipt)).unwrap()
    }

    /// Adds a post that is due after this time.
    pub(crate) fn add(&mut self, new: NewPost, after: SignedDuration) -> PostView {
        let new = NewPost {
            accounts: vec!["blog".to_owned()],
            time: Time::At(self.now + after),
            ..new
        };
        let added = self.ask(|desk| post::add(desk, &new));
        added.unwrap().remove(0)
    }

    pub(crate) fn show(&mut self, id: &str) -> PostView {
        self.ask(|desk| post::show(desk, id)).unwrap()
    }

    pub(crate) fn stored(&mut self, id: &str) -> Post {
        let id = PostId(id.to_owned());
        self.store().post(&id).unwrap().unwrap()
    }

    /// Writes a post as it is, past every request, as somebody who can write into memory.
    pub(crate) fn put(&mut self, post: Post) {
        let entries = Vec::new();
        self.store().write(&Change { post, entries }).unwrap();
    }

    /// Gives one answer; whether it was taken.
    pub(crate) fn attest(&mut self, id: &str, item: &str, evidence: Option<&str>) -> bool {
        let answer = Answer::new(item, evidence);
        let said = self.ask(|desk| post::answer(desk, id, &[answer], None, None));
        let taken = said.is_ok_and(|(_, refused)| refused.is_none());
        if taken {
            let content = self.stored(id).content.hash();
            let profile = self.plan.account("blog").map(profile_hash);
            for about in [Some(content), profile].into_iter().flatten() {
                self.book.push((item.to_owned(), about, self.now));
            }
        }
        taken
    }

    pub(crate) fn dispute(&mut self, id: &str, finding: &str) -> bool {
        let objection = Objection {
            finding: finding.to_owned(),
            why: "that is nobody whom I treat".to_owned(),
        };
        let said = self.ask(|desk| post::answer(desk, id, &[], Some(&objection), None));
        said.is_ok()
    }

    /// Answers, releases, approves and disputes everything except the question that holds `except`.
    pub(crate) fn answer_all(&mut self, id: &str, except: Option<&str>) -> PostView {
        for _ in 0..6 {
            let view = self.show(id);
            let spared = except.map(|item| leader(&view, item));
            let open: Vec<CheckView> = view.open().cloned().collect();
            let disputed = |c: &&CheckView| Some(&c.item) == spared.as_ref() && only_disputed(c);
            let may_dispute = !open.iter().any(|check| disputed(&check));
            let found =
                |c: &&CheckView| Some(&c.item) == spared.as_ref() && c.state == CheckState::Found;
            // A source takes the finding away that opened the spared question.
            let claims = open.iter().any(|check| found(&check));
            let open = open.iter().filter(|c| Some(&c.item) != spared.as_ref());
            for check in open.filter(|c| !claims || c.item != "source-or-caveat") {
                let given = self.attest(id, &check.item, good_evidence(check));
                if !given && may_dispute {
                    self.dispute_all(&view, id);
                }
            }
            if view.author != OWNER && except != Some("approval") {
                let _ = self.ask(|desk| post::approve(desk, id, None));
            }
        }
        self.show(id)
    }

    fn dispute_all(&mut self, view: &PostView, id: &str) {
        for finding in &view.findings {
            if finding.severity > Severity::Advise && !finding.disputed {
                self.dispute(id, &finding.id);
            }
        }
    }

    /// Kinds of the audit's entries about a post.
    pub(crate) fn kinds(&mut self, id: &str) -> Vec<Kind> {
        let chain = self.store().audit().unwrap();
        let entries = chain.into_iter().filter_map(|(_, entry, _)| entry);
        let about = entries.filter(|entry| entry.post.as_ref().is_some_and(|post| post.0 == id));
        about.map(|entry| entry.kind).collect()
    }

    pub(crate) fn press(&mut self, key: &str, button: &str) {
        let (key, button) = (key.to_owned(), button.to_owned());
        self.turn(Event::Answered { key, button });
    }
}

/// Whether nothing but a dispute, or other words, closes a question.
fn only_disputed(check: &CheckView) -> bool {
    check.state == CheckState::Found
        && check.severity == Severity::Block
        && check.evidence_kind.is_none()
}

/// What a question takes as its evidence.
pub(crate) fn good_evidence(check: &CheckView) -> Option<&'static str> {
    use rounds::posting::evidence::EvidenceKind as Kind;
    check.evidence_kind.map(|kind| match kind {
        Kind::Url => "https://example.org/study",
        Kind::Doi => "10.1136/bmj.r315",
        Kind::Consent => "R-1",
        Kind::Policy => "self-employed",
        Kind::Approver => OWNER,
        Kind::Text => "two colleagues read it",
    })
}

/// The item under whose question this one is asked.
pub(crate) fn leader(view: &PostView, item: &str) -> String {
    let check = view.checks.iter().find(|check| check.item == item);
    let with = check.and_then(|check| check.asked_with.clone());
    with.unwrap_or_else(|| item.to_owned())
}

/// A moment whose clocks all go with the wall.
pub(crate) fn at(wall: Timestamp) -> Moment {
    let origin: Timestamp = "2020-01-01T00:00:00Z".parse().unwrap();
    let since = wall.duration_since(origin);
    let since = Duration::try_from(since).unwrap_or_default();
    Moment {
        wall,
        awake: since,
        boot: since,
    }
}

/// A record in the consent register that covers the account.
pub(crate) fn consent(bench: &mut Bench, reference: &str) {
    use rounds::posting::consent::{Consent, Signer};
    let today = bench.plan.calendar.day_of(bench.now);
    let record = Consent {
        reference: reference.to_owned(),
        platforms: vec!["blog".to_owned()],
        shows: "the course of an illness".to_owned(),
        signer: Signer::Patient,
        signed_on: today,
        expires_on: None,
        separate_from_care: true,
        withdrawn_at: None,
        unconfirmed_since: None,
    };
    bench
        .ask(|desk| rounds::requests::consents::add(desk, record))
        .unwrap();
}
