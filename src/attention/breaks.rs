//! Sessions and break reminders, as a small state machine.
//!
//! A session is usage without a pause of at least the break's length. After `after` of one session
//! a break is due: one nudge, and one reminder if nobody answers. A pause that is long enough
//! counts as a break taken, whether or not the button was pressed. Nothing is shown in quiet time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::plan;

/// What became of a break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was kept.
    Taken,
    /// It was put off.
    Snoozed,
    /// It was refused, or ignored to the end.
    Skipped,
}

impl Outcome {
    /// The word in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Snoozed => "snoozed",
            Self::Skipped => "skipped",
        }
    }
}

/// What is remembered of a break over a restart, so that it is not shown once more than allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remembered {
    /// The nudge was shown.
    Shown,
    /// The reminder was shown.
    Reminded,
    /// It was put off.
    Snoozed,
    /// It was refused, or ignored to the end.
    Skipped,
}

impl Remembered {
    /// All of them; where a crash left two, the earlier one here holds.
    pub const ALL: [Self; 4] = [Self::Skipped, Self::Snoozed, Self::Reminded, Self::Shown];

    /// The key in memory.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Shown => "break:shown",
            Self::Reminded => "break:reminded",
            Self::Snoozed => "break:snoozed",
            Self::Skipped => "break:skipped",
        }
    }

    /// What is remembered once a break was counted; nothing after one that was taken.
    pub const fn after(outcome: Outcome) -> Option<Self> {
        match outcome {
            Outcome::Taken => None,
            Outcome::Snoozed => Some(Self::Snoozed),
            Outcome::Skipped => Some(Self::Skipped),
        }
    }
}

/// What the clinician says to a break, by a button or a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words explain themselves")]
pub enum Reply {
    Take,
    Snooze,
    Skip,
}

/// What follows from a change of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcomes {
    /// Show the nudge; `reminder` if it is the second one.
    Show {
        /// Time used in this session.
        used: Duration,
        /// Whether it was shown before.
        reminder: bool,
    },
    /// The nudge has no reason any more.
    Withdraw,
    /// Count it.
    Count(Outcome),
}

/// Where the reminder stands; amounts are time used in the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reminder {
    Waiting { due: Option<Duration> },
    Shown { at: Duration, times: u8 },
}

/// One session and its reminder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    used: Duration,
    ended: Option<Duration>,
    reminder: Reminder,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            used: Duration::ZERO,
            ended: None,
            reminder: Reminder::Waiting { due: None },
        }
    }
}

impl Session {
    /// A session that was measured before the program started: so much used, ended at this boot
    /// time.
    pub fn resumed(used: Duration, ended: Duration) -> Self {
        Self {
            used,
            ended: Some(ended),
            ..Self::default()
        }
    }

    /// Replaces what was used, keeping what was shown (usage was logged or erased by hand).
    /// What is due next moves along: a log of earlier time is no reason to remind at once.
    pub fn measured_again(&mut self, used: Duration, ended: Duration) {
        let before = self.used;
        let moved = |at: Duration| (at + used).saturating_sub(before);
        self.reminder = match self.reminder {
            Reminder::Shown { at, times } => Reminder::Shown {
                at: moved(at),
                times,
            },
            Reminder::Waiting { due } => Reminder::Waiting {
                due: due.map(moved),
            },
        };
        self.used = used;
        self.ended = Some(ended);
    }

    /// Takes up after a restart what was remembered; what comes next is counted from now, so a
    /// restart may make it later, never more. A pause that was long enough is a break taken.
    pub fn recall(&mut self, remembered: Remembered, rules: &plan::Breaks) -> Vec<Outcomes> {
        let used = self.used;
        let shown = |times| Reminder::Shown { at: used, times };
        let waiting = |time: Duration| Reminder::Waiting {
            due: Some(rules.after.max(used + time)),
        };
        if used.is_zero() {
            return match remembered {
                Remembered::Shown | Remembered::Reminded => vec![Outcomes::Count(Outcome::Taken)],
                Remembered::Snoozed | Remembered::Skipped => Vec::new(),
            };
        }
        self.reminder = match remembered {
            Remembered::Shown => shown(1),
            Remembered::Reminded => shown(2),
            Remembered::Snoozed => waiting(rules.snooze),
            Remembered::Skipped => waiting(rules.after),
        };
        Vec::new()
    }

    /// Time used, closed spans only.
    pub const fn used(&self) -> Duration {
        self.used
    }

    /// Adds a closed span that ended at this boot time.
    pub fn add(&mut self, time: Duration, ended: Duration) {
        self.used += time;
        self.ended = Some(self.ended.map_or(ended, |before| before.max(ended)));
    }

    /// Ends the session if the pause before `boot` was long enough. To be called before a new span
    /// begins and when the pause may have become long enough.
    pub fn pause(&mut self, rules: &plan::Breaks, boot: Duration) -> Vec<Outcomes> {
        let over = self
            .ended
            .is_some_and(|ended| boot.saturating_sub(ended) >= rules.length);
        if !over {
            return Vec::new();
        }
        let shown = matches!(self.reminder, Reminder::Shown { .. });
        *self = Self::default();
        if shown {
            vec![Outcomes::Withdraw, Outcomes::Count(Outcome::Taken)]
        } else {
            Vec::new()
        }
    }

    /// What is due while somebody is on a site and has used `used` in all.
    pub fn due(&mut self, rules: &plan::Breaks, used: Duration, quiet: bool) -> Vec<Outcomes> {
        if quiet || used < self.next_at(rules) {
            return Vec::new();
        }
        match self.reminder {
            Reminder::Waiting { .. } => {
                self.reminder = Reminder::Shown { at: used, times: 1 };
                vec![Outcomes::Show {
                    used,
                    reminder: false,
                }]
            }
            Reminder::Shown { times: 1, .. } => {
                self.reminder = Reminder::Shown { at: used, times: 2 };
                vec![Outcomes::Show {
                    used,
                    reminder: true,
                }]
            }
            Reminder::Shown { .. } => {
                self.reminder = Reminder::Shown { at: used, times: 1 };
                vec![
                    Outcomes::Withdraw,
                    Outcomes::Count(Outcome::Skipped),
                    Outcomes::Show {
                        used,
                        reminder: false,
                    },
                ]
            }
        }
    }

    /// The amount of use in this session at which something is due next.
    pub fn next_at(&self, rules: &plan::Breaks) -> Duration {
        match self.reminder {
            Reminder::Waiting { due } => due.unwrap_or(rules.after),
            Reminder::Shown { at, times: 1 } => at + rules.snooze,
            Reminder::Shown { at, .. } => at + rules.after,
        }
    }

    /// The boot time at which a running pause becomes a break that has to be counted.
    pub fn pause_counts_at(&self, rules: &plan::Breaks) -> Option<Duration> {
        match self.reminder {
            Reminder::Shown { .. } => self.ended.map(|ended| ended + rules.length),
            Reminder::Waiting { .. } => None,
        }
    }

    /// The clinician's answer, having used `used` in all.
    pub fn answer(&mut self, reply: Reply, rules: &plan::Breaks, used: Duration) -> Vec<Outcomes> {
        let outcome = match reply {
            Reply::Take => {
                *self = Self::default();
                Outcome::Taken
            }
            Reply::Snooze => {
                self.reminder = Reminder::Waiting {
                    due: Some(used + rules.snooze),
                };
                Outcome::Snoozed
            }
            Reply::Skip => {
                self.reminder = Reminder::Waiting {
                    due: Some(used + rules.after),
                };
                Outcome::Skipped
            }
        };
        vec![Outcomes::Withdraw, Outcomes::Count(outcome)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn minutes(n: u64) -> Duration {
        Duration::from_secs(n * 60)
    }

    const RULES: plan::Breaks = plan::Breaks {
        after: minutes(20),
        length: minutes(5),
        snooze: minutes(5),
    };

    fn shows(outcomes: &[Outcomes]) -> usize {
        outcomes
            .iter()
            .filter(|o| matches!(o, Outcomes::Show { .. }))
            .count()
    }

    #[test]
    fn one_nudge_and_one_reminder_for_one_break() {
        let mut session = Session::default();
        let shown: Vec<u64> = (0..45)
            .filter(|minute| shows(&session.due(&RULES, minutes(*minute), false)) > 0)
            .collect();
        assert_eq!(shown, [20, 25]);
    }

    #[test]
    fn an_ignored_break_is_skipped_when_the_next_one_is_due() {
        let mut session = Session::default();
        session.due(&RULES, minutes(20), false);
        session.due(&RULES, minutes(25), false);
        let outcomes = session.due(&RULES, minutes(45), false);
        assert!(outcomes.contains(&Outcomes::Count(Outcome::Skipped)));
        assert_eq!(shows(&outcomes), 1);
    }

    #[test]
    fn a_long_pause_after_the_nudge_is_a_break_taken() {
        let mut session = Session::default();
        session.due(&RULES, minutes(20), false);
        session.add(minutes(21), minutes(100));
        assert_eq!(session.pause(&RULES, minutes(104)), []);
        assert_eq!(
            session.pause(&RULES, minutes(105)),
            [Outcomes::Withdraw, Outcomes::Count(Outcome::Taken)]
        );
        assert_eq!(session.used(), Duration::ZERO);
    }

    #[test]
    fn a_pause_that_nobody_asked_for_is_not_counted() {
        let mut session = Session::default();
        session.add(minutes(10), minutes(100));
        assert_eq!(session.pause(&RULES, minutes(200)), []);
        assert_eq!(session.used(), Duration::ZERO);
    }

    #[test]
    fn snooze_and_skip_put_the_next_one_off() {
        let mut session = Session::default();
        session.due(&RULES, minutes(20), false);
        session.answer(Reply::Snooze, &RULES, minutes(21));
        assert_eq!(session.next_at(&RULES), minutes(26));
        session.due(&RULES, minutes(26), false);
        session.answer(Reply::Skip, &RULES, minutes(27));
        assert_eq!(session.next_at(&RULES), minutes(47));
    }

    #[test]
    fn time_that_is_logged_later_does_not_remind_at_once() {
        let mut session = Session::default();
        session.due(&RULES, minutes(20), false);
        session.measured_again(minutes(15), minutes(100));
        assert_eq!(session.due(&RULES, minutes(36), false), []);
        assert_eq!(session.next_at(&RULES), minutes(40));
    }

    #[test]
    fn a_restart_shows_nothing_again() {
        let after_restart = |remembered| {
            let mut session = Session::resumed(minutes(21), minutes(100));
            session.recall(remembered, &RULES);
            let shown = (21..60).filter(|m| shows(&session.due(&RULES, minutes(*m), false)) > 0);
            shown.take(2).collect::<Vec<u64>>()
        };
        assert_eq!(after_restart(Remembered::Shown), [26, 46]);
        assert_eq!(after_restart(Remembered::Reminded), [41, 46]);
        assert_eq!(after_restart(Remembered::Snoozed), [26, 31]);
        assert_eq!(after_restart(Remembered::Skipped), [41, 46]);
    }

    #[test]
    fn quiet_time_is_silent_and_the_nudge_comes_after_it() {
        let mut session = Session::default();
        assert_eq!(session.due(&RULES, minutes(30), true), []);
        assert_eq!(shows(&session.due(&RULES, minutes(31), false)), 1);
    }
}
