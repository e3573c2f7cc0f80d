//! From observations to spans: when one opens, when it is cut, what it adds to.
//!
//! A span is open while a social site has the focus and somebody is there (writing away from a
//! site counts while the clinician said `focus write`). It is cut at the day's edge and wherever
//! its activity changes. Its length is time awake, so sleep never counts; idle time is taken off
//! its end, because presence ended when the input did.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Effect, Engine, Nudge};
use crate::attention::breaks::{Outcomes, Remembered, Reply, Session};
use crate::attention::ledger::Ledger;
use crate::attention::usage::{Doing, Interval, Source, Usage, current_session};
use crate::clock::Moment;
use crate::plan::{Activity, Plan, agenda};
use crate::sensors::Observation;

/// Use is on the disk at least this often, so that neither a crash nor a power cut loses more. What
/// does not wait so long is written without waiting for the disk.
const CHECKPOINT: Duration = Duration::from_mins(1);
/// Differences between clocks below this are reading noise.
pub(super) const NOISE: Duration = Duration::from_secs(1);

/// Who is where, and since when.
#[derive(Debug, Clone, Default)]
pub(super) struct Presence {
    site: Option<String>,
    idle: bool,
    locked: bool,
    /// Going to sleep: nobody is there until it wakes.
    asleep: bool,
    focus: Option<(Activity, Option<Timestamp>)>,
    open: Option<Open>,
    /// Time awake at the beginning of the first use that a power cut would still take.
    unkept: Option<Duration>,
    session: Session,
    /// Beginnings of spans that lie ahead because the clock was put back. A span
    /// with the same beginning would replace one of them.
    ahead: BTreeSet<Timestamp>,
    /// When the ledger's day ends; it is read anew then.
    day_ends: Option<Timestamp>,
    /// What a former run of the program recorded last, until somebody was away since: it may have
    /// ended before it was told.
    former: Option<Vec<Interval>>,
}

#[derive(Debug, Clone)]
struct Open {
    doing: Doing,
    since: Moment,
    cut_at: Timestamp,
}

impl Open {
    fn length(&self, now: Moment) -> Duration {
        now.awake.saturating_sub(self.since.awake)
    }

    fn interval(&self, length: Duration) -> Interval {
        Interval {
            from: self.since.wall,
            until: later(self.since.wall, length),
            doing: self.doing.clone(),
            source: Source::Sensor,
        }
    }
}

impl Presence {
    /// The open span: what, from when, until now.
    pub(super) fn open(&self, now: Moment) -> Option<(&Doing, Timestamp, Timestamp)> {
        let open = self.open.as_ref()?;
        Some((
            &open.doing,
            open.since.wall,
            later(open.since.wall, open.length(now)),
        ))
    }

    /// Time used in this session, the open span included.
    fn session_used(&self, now: Moment) -> Duration {
        let open = self.open.as_ref().filter(|open| open.doing.site.is_some());
        self.session.used() + open.map_or(Duration::ZERO, |open| open.length(now))
    }

    fn on_site(&self) -> bool {
        self.open
            .as_ref()
            .is_some_and(|open| open.doing.site.is_some())
    }
}

impl Engine {
    /// What somebody is doing now, if a span is open.
    pub fn current(&self) -> Option<&Doing> {
        self.presence.open.as_ref().map(|open| &open.doing)
    }

    /// The open span: what, since when, until now.
    pub fn open(&self, now: Moment) -> Option<(Doing, Timestamp, Timestamp)> {
        self.presence
            .open(now)
            .map(|(doing, from, until)| (doing.clone(), from, until))
    }

    /// Time used in the running session; zero when its pause was long enough.
    pub fn session(&self, now: Moment) -> Duration {
        let mut presence = self.presence.clone();
        if presence.open.is_none() {
            presence.session.pause(&self.plan.breaks, now.boot);
        }
        presence.session_used(now)
    }

    /// Use that is left until the next break nudge, while somebody is on a site.
    pub fn break_due_in(&self, now: Moment) -> Option<Duration> {
        let next = self.presence.session.next_at(&self.plan.breaks);
        self.presence
            .on_site()
            .then(|| next.saturating_sub(self.presence.session_used(now)))
    }

    /// Sees sleep and clock steps by comparing the clocks, also when nobody announced them.
    pub(super) fn notice_time(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let boot = now.boot.saturating_sub(self.last.boot);
        let slept = boot.saturating_sub(now.awake.saturating_sub(self.last.awake));
        let wall = now.wall.duration_since(self.last.wall);
        let stepped = (wall - SignedDuration::try_from(boot).unwrap_or_default()).unsigned_abs();
        if slept > NOISE {
            self.presence.asleep = false;
        }
        if slept > NOISE || stepped > NOISE {
            self.close(now, Duration::ZERO, effects);
            self.reopen(now, effects);
        }
        if stepped > NOISE {
            effects.push(Effect::ReadUsage);
        }
    }

    pub(super) fn observed(&mut self, seen: Observation, now: Moment, effects: &mut Vec<Effect>) {
        match seen {
            Observation::Focus { site } if site == self.presence.site => {}
            Observation::Focus { site } => {
                self.close(now, Duration::ZERO, effects);
                self.presence.site = site;
                self.reopen(now, effects);
            }
            Observation::Idle { after } => {
                self.close(now, after, effects);
                self.presence.idle = true;
                self.trim_former(now, after, effects);
            }
            Observation::Locked { locked } => {
                self.close(now, Duration::ZERO, effects);
                self.presence.locked = locked;
                self.reopen(now, effects);
            }
            Observation::Suspending => {
                self.close_for_good(now, effects);
                self.presence.asleep = true;
            }
            Observation::Resumed => {
                self.presence.asleep = false;
                self.reopen(now, effects);
            }
            Observation::Active => {
                self.presence.idle = false;
                self.reopen(now, effects);
            }
        }
    }

    pub(super) fn focused(
        &mut self,
        focus: Option<(Activity, Option<Duration>)>,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        self.close(now, Duration::ZERO, effects);
        self.presence.focus =
            focus.map(|(activity, time)| (activity, time.map(|time| later(now.wall, time))));
        self.reopen(now, effects);
    }

    pub(super) fn plan_changed(&mut self, plan: Plan, now: Moment, effects: &mut Vec<Effect>) {
        self.close(now, Duration::ZERO, effects);
        self.plan = plan;
        self.hours.forget();
        self.reopen(now, effects);
        effects.push(Effect::ReadUsage);
        self.read_stock(now, effects);
    }

    pub(super) fn usage_read(&mut self, usage: &Usage, now: Moment, effects: &mut Vec<Effect>) {
        let open = self.presence.open.as_ref().map(|open| open.since.wall);
        let is_open = |i: &Interval| i.source == Source::Sensor && Some(i.from) == open;
        let erased = open.is_some() && !usage.intervals.iter().any(is_open);
        let mut closed = usage.clone();
        closed.intervals.retain(|interval| !is_open(interval));
        let sensed = || {
            closed
                .intervals
                .iter()
                .filter(|i| i.source == Source::Sensor)
        };
        let ahead = sensed().filter(|i| i.from >= now.wall);
        self.presence.ahead = ahead.map(|i| i.from).collect();
        self.presence
            .former
            .get_or_insert_with(|| last_hour(sensed().filter(|i| i.until <= now.wall)));
        self.ledger = Ledger::build(&self.plan, &closed, now.wall);
        self.presence.day_ends = Some(day_end(&self.plan, now.wall));
        self.shown.forget_old(now.wall);
        let until = open.unwrap_or(now.wall);
        let length = self.plan.breaks.length;
        let (used, ended) = current_session(&closed.intervals, length, until).map_or(
            (Duration::ZERO, now.boot),
            |(used, ended)| {
                let ago = Duration::try_from(now.wall.duration_since(ended)).unwrap_or_default();
                (used, now.boot.saturating_sub(ago))
            },
        );
        self.presence.session.measured_again(used, ended);
        if erased {
            self.presence.open = None;
            self.reopen(now, effects);
        }
    }

    pub(super) fn break_answered(&mut self, reply: Reply, now: Moment, effects: &mut Vec<Effect>) {
        self.close(now, Duration::ZERO, effects);
        let used = self.presence.session.used();
        let outcomes = self.presence.session.answer(reply, &self.plan.breaks, used);
        self.follow(outcomes, effects);
        self.reopen(now, effects);
    }

    pub(super) fn recall_break(&mut self, remembered: Remembered, effects: &mut Vec<Effect>) {
        let outcomes = self.presence.session.recall(remembered, &self.plan.breaks);
        self.follow(outcomes, effects);
    }

    pub(super) fn advance_presence(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if self.presence.day_ends.is_some_and(|ends| ends <= now.wall) {
            self.presence.day_ends = None;
            effects.push(Effect::ReadUsage);
        }
        self.cut(now, effects);
        if self.presence.on_site() {
            let used = self.presence.session_used(now);
            let quiet = self.quiet(now.wall);
            let outcomes = self.presence.session.due(&self.plan.breaks, used, quiet);
            self.follow(outcomes, effects);
        } else {
            let outcomes = self.presence.session.pause(&self.plan.breaks, now.boot);
            self.follow(outcomes, effects);
        }
        self.checkpoint(now, effects);
    }

    /// A former run that ended between the last input and the idle alarm recorded some time away:
    /// it is taken off now that the alarm tells when the input stopped.
    fn trim_former(&mut self, now: Moment, idle: Duration, effects: &mut Vec<Effect>) {
        let idle = SignedDuration::try_from(idle).unwrap_or(SignedDuration::MAX);
        let left = now.wall.saturating_sub(idle).unwrap_or(Timestamp::MIN);
        let former = self.presence.former.replace(Vec::new());
        let mut trimmed = former
            .into_iter()
            .flatten()
            .filter(|i| i.until > left)
            .peekable();
        if trimmed.peek().is_none() {
            return;
        }
        effects.extend(trimmed.map(|interval| {
            let until = whole_millisecond(left.max(interval.from));
            Effect::SaveUsage(Interval { until, ..interval })
        }));
        effects.push(Effect::ReadUsage);
    }

    /// Cuts the open span at the day's edge and where its activity changes.
    fn cut(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if self
            .presence
            .focus
            .is_some_and(|(_, until)| until.is_some_and(|u| u <= now.wall))
        {
            self.close(now, Duration::ZERO, effects);
            self.presence.focus = None;
            self.reopen(now, effects);
        }
        let Some(cut_at) = self.presence.open.as_ref().map(|open| open.cut_at) else {
            return;
        };
        if cut_at <= now.wall {
            let back = Duration::try_from(now.wall.duration_since(cut_at)).unwrap_or_default();
            self.close(now, back, effects);
            let edge = Moment {
                wall: cut_at,
                awake: now.awake.saturating_sub(back),
                boot: now.boot.saturating_sub(back),
            };
            self.reopen(edge, effects);
        }
    }

    fn checkpoint(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let presence = &mut self.presence;
        if let (Some(open), Some(unkept)) = (&presence.open, presence.unkept)
            && now.awake.saturating_sub(unkept) >= CHECKPOINT
        {
            presence.unkept = Some(now.awake);
            effects.push(Effect::KeepUsage(open.interval(open.length(now))));
        }
    }

    /// Ends the open span and has all use on the disk: power may go next.
    pub(super) fn close_for_good(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        self.close(now, Duration::ZERO, effects);
        if let Some(Effect::SaveUsage(last)) = effects.pop_if(|e| matches!(e, Effect::SaveUsage(_)))
        {
            self.presence.unkept = None;
            effects.push(Effect::KeepUsage(last));
        }
    }

    /// Ends the open span, `back` before now.
    pub(super) fn close(&mut self, now: Moment, back: Duration, effects: &mut Vec<Effect>) {
        let Some(open) = self.presence.open.take() else {
            return;
        };
        let length = open.length(now).saturating_sub(back);
        let interval = open.interval(length);
        self.ledger.add(&open.doing, interval.from, interval.until);
        if open.doing.site.is_some() {
            self.presence.session.add(length, open.since.boot + length);
        }
        effects.push(Effect::SaveUsage(interval));
    }

    /// Begins a span if somebody is there and it counts.
    fn reopen(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let away = self.presence.idle || self.presence.locked || self.presence.asleep;
        if away || self.presence.open.is_some() {
            return;
        }
        let Some(doing) = self.doing(now.wall) else {
            return;
        };
        if doing.site.is_some() {
            let outcomes = self.presence.session.pause(&self.plan.breaks, now.boot);
            self.follow(outcomes, effects);
        }
        let mut since = Moment {
            wall: whole_millisecond(now.wall),
            ..now
        };
        while self.presence.ahead.contains(&since.wall) {
            since.wall = later(since.wall, Duration::from_millis(1));
        }
        let open = Open {
            doing,
            since,
            cut_at: agenda::next_change(&self.plan, now.wall),
        };
        self.presence.unkept.get_or_insert(now.awake);
        // Its beginning is written at once; memory that was erased shows by its absence.
        effects.push(Effect::SaveUsage(open.interval(Duration::ZERO)));
        self.presence.open = Some(open);
    }

    fn doing(&self, at: Timestamp) -> Option<Doing> {
        let said = self.presence.focus.map(|(activity, _)| activity);
        match (&self.presence.site, said) {
            (Some(site), said) => Some(Doing {
                site: Some(site.clone()),
                activity: said.unwrap_or_else(|| agenda::expected_activity(&self.plan, site, at)),
            }),
            (None, Some(Activity::Write)) => Some(Doing {
                site: None,
                activity: Activity::Write,
            }),
            (None, _) => None,
        }
    }

    fn follow(&self, outcomes: Vec<Outcomes>, effects: &mut Vec<Effect>) {
        for outcome in outcomes {
            effects.push(match outcome {
                Outcomes::Show { used, reminder } => Effect::Show(Nudge::Break {
                    used,
                    length: self.plan.breaks.length,
                    snooze: self.plan.breaks.snooze,
                    reminder,
                }),
                Outcomes::Withdraw => Effect::Withdraw(Nudge::BREAK.to_owned()),
                Outcomes::Count(outcome) => Effect::CountBreak(outcome),
            });
        }
    }

    pub(super) fn presence_wakeup(&self) -> Option<Timestamp> {
        let presence = &self.presence;
        let after = |time: Duration| later(self.last.wall, time);
        let focus_ends = presence.focus.and_then(|(_, until)| until);
        let Some(open) = &presence.open else {
            let counts_at = presence.session.pause_counts_at(&self.plan.breaks);
            let pause = counts_at.map(|at| after(at.saturating_sub(self.last.boot)));
            return [pause, focus_ends].into_iter().flatten().min();
        };
        let unkept = presence.unkept.unwrap_or(self.last.awake);
        let checkpoint = after((unkept + CHECKPOINT).saturating_sub(self.last.awake));
        let break_due = presence.on_site().then(|| {
            let used = presence.session_used(self.last);
            let due = after(
                presence
                    .session
                    .next_at(&self.plan.breaks)
                    .saturating_sub(used),
            );
            self.after_quiet(due)
        });
        [Some(open.cut_at), Some(checkpoint), break_due, focus_ends]
            .into_iter()
            .flatten()
            .min()
    }

    /// The instant itself, or the end of the quiet time that it falls into.
    pub(super) fn after_quiet(&self, at: Timestamp) -> Timestamp {
        if self.quiet(at) {
            self.plan
                .calendar
                .next_local_time(at, self.plan.quiet.until)
        } else {
            at
        }
    }
}

/// Of some intervals those that end in the last hour of them.
fn last_hour<'i>(intervals: impl Iterator<Item = &'i Interval> + Clone) -> Vec<Interval> {
    let Some(end) = intervals.clone().map(|i| i.until).max() else {
        return Vec::new();
    };
    let since = end
        .saturating_sub(SignedDuration::from_hours(1))
        .unwrap_or(Timestamp::MIN);
    let last = intervals.filter(|i| i.until > since);
    last.cloned().collect()
}

/// An instant some time after another.
pub(super) fn later(at: Timestamp, time: Duration) -> Timestamp {
    at.saturating_add(SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX))
        .unwrap_or(Timestamp::MAX)
}

/// What the database keeps of an instant.
fn whole_millisecond(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

fn day_end(plan: &Plan, at: Timestamp) -> Timestamp {
    let tomorrow = plan.calendar.day_of(at).tomorrow();
    tomorrow.map_or(Timestamp::MAX, |day| plan.calendar.day_start(day))
}
