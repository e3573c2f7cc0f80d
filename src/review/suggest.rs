//! The one suggestion of a review: a table of rules, the first that applies speaks.
//!
//! Each rule says when it applies, what to do, and why that is worth doing. They stand in the order
//! of their weight: first what waits for a person, then what was meant and not kept, then what
//! could be better. A rule about kept periods needs periods that have ended.

use std::time::Duration;

use serde::Serialize;

use super::Review;
use super::kept::LimitKept;
use super::words::{self, said};
use crate::calendar::format_duration;
use crate::plan::Of;
use crate::posting::post::Goal;

/// What to change, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The rule that speaks.
    pub rule: &'static str,
    /// What to do.
    pub text: String,
    /// Why.
    pub why: &'static str,
}

/// One rule.
struct Rule {
    name: &'static str,
    why: &'static str,
    /// What to do, where the rule applies.
    speaks: fn(&Review) -> Option<String>,
}

/// The rules, weightiest first.
const RULES: [Rule; 10] = [
    Rule {
        name: "posts-missed",
        why: "A post that waits for you is forgotten more easily than it is written.",
        speaks: posts_missed,
    },
    Rule {
        name: "limit-too-tight",
        why: "A limit that is broken most of the time is no limit: an honest one is kept.",
        speaks: limit_too_tight,
    },
    Rule {
        name: "breaks-skipped",
        why: "A reminder that is mostly sent away teaches you to send reminders away.",
        speaks: breaks_skipped,
    },
    Rule {
        name: "floor-missed",
        why: "Writing that has its hour in the week is done; writing in what is left is not.",
        speaks: floor_missed,
    },
    Rule {
        name: "cadence-too-fast",
        why: "Readers come back to a blog that keeps its days, however few they are.",
        speaks: cadence_too_fast,
    },
    Rule {
        name: "cadence-too-slow",
        why: "Posts that come in bursts crowd each other out; what is ready can wait for its slot.",
        speaks: cadence_too_slow,
    },
    Rule {
        name: "held-by-one-question",
        why: "What is asked at every post is answered quicker with its evidence at hand.",
        speaks: held_by_one_question,
    },
    Rule {
        name: "goal-that-is-answered",
        why: "A post that is answered reaches somebody: more of its kind reach more.",
        speaks: goal_that_is_answered,
    },
    Rule {
        name: "nothing-known-of-posts",
        why: "Without a look at the answers nobody knows which posts were worth their hours.",
        speaks: nothing_known,
    },
    Rule {
        name: "keep-it",
        why: "A plan that is kept needs no change.",
        speaks: keep_it,
    },
];

/// What the first rule that applies suggests.
pub fn suggestion(review: &Review) -> Option<Suggestion> {
    RULES.iter().find_map(|rule| {
        let text = (rule.speaks)(review)?;
        Some(Suggestion {
            rule: rule.name,
            text,
            why: rule.why,
        })
    })
}

fn posts_missed(review: &Review) -> Option<String> {
    (review.missed > 0).then(|| {
        format!(
            "{} missed: `rounds post list --state missed` shows what still waits; give each a new \
             time or cancel it.",
            posts(review.missed)
        )
    })
}

/// Exceeded in at least half of two or more ended periods; of several the one most often broken.
fn limit_too_tight(review: &Review) -> Option<String> {
    let in_force = review.now.limits.iter().filter(|limit| limit.in_force);
    let broken = in_force.filter(|limit| {
        let ended = &limit.ended;
        ended.periods >= 2 && ended.exceeded * 2 >= ended.periods
    });
    let share =
        |limit: &LimitKept| f64::from(limit.ended.exceeded) / f64::from(limit.ended.periods);
    let limit = broken.reduce(|one, other| {
        if share(other) > share(one) {
            other
        } else {
            one
        }
    })?;
    let ended = &limit.ended;
    Some(format!(
        "The limit `{}` per {} was exceeded in {} of {} that ended, by {} each. Say what you \
         mean: `rounds limit set {} {} per {}`, or keep the site for one fixed time of the day.",
        limit.of,
        limit.per,
        ended.exceeded,
        words::counted(ended.periods, limit.per),
        said(ended.over_s / u64::from(ended.exceeded)),
        limit.of,
        format_duration(honest(&ended.used_s)),
        limit.per
    ))
}

/// What would have been kept in at least four of five periods, in whole quarters of an hour.
fn honest(used_s: &[u64]) -> Duration {
    let mut used_s = used_s.to_vec();
    used_s.sort_unstable();
    let enough = (used_s.len() * 4).div_ceil(5);
    let used = used_s.get(enough.saturating_sub(1)).copied();
    Duration::from_secs(used.unwrap_or_default().div_ceil(900).max(1) * 900)
}

/// At least five, and more than were taken.
fn breaks_skipped(review: &Review) -> Option<String> {
    let breaks = review.now.breaks;
    (breaks.skipped >= 5 && breaks.skipped > breaks.taken).then(|| {
        format!(
            "{} breaks were skipped and {} taken: let them come later, with a greater `after` \
             under [breaks] in the plan.",
            breaks.skipped, breaks.taken
        )
    })
}

/// In at least half of the periods, at least one of them over.
fn floor_missed(review: &Review) -> Option<String> {
    let limit = review
        .now
        .limits
        .iter()
        .filter(|limit| limit.in_force)
        .find(|limit| limit.floor_missed > 0 && limit.floor_missed * 2 >= limit.ended.whole)?;
    let lacking = limit.floor_lacking_s / u64::from(limit.floor_missed);
    let length = format_duration(Duration::from_secs(lacking.div_ceil(900) * 900));
    let activity = match &limit.of {
        Of::Activity(activity) => activity.name(),
        Of::All | Of::Site(_) => "browse",
    };
    Some(format!(
        "`{}` lacked {} of its {} per {}. Give it an hour of its own: `rounds engagement add \
         \"Writing\" --cron \"0 18 * * Thu\" --length {length} --activity {activity}`.",
        limit.of,
        said(lacking),
        said(limit.at_least_s),
        limit.per
    ))
}

/// Behind in at least half of two or more ended periods.
fn cadence_too_fast(review: &Review) -> Option<String> {
    let stage = review
        .stages()
        .find(|stage| stage.periods >= 2 && stage.lacking * 2 >= stage.periods)?;
    Some(format!(
        "{} published {} fewer than meant in {} {}s: plan fewer, with a new stage in its cadence \
         (`rounds plan edit`).",
        stage.account,
        posts(stage.lacking),
        stage.periods,
        stage.period
    ))
}

fn cadence_too_slow(review: &Review) -> Option<String> {
    let stage = review
        .stages()
        .find(|stage| stage.periods >= 2 && stage.beyond * 2 >= stage.periods)?;
    Some(format!(
        "{} published {} more than meant in {} {}s: queue with `--slot`, which takes the next free \
         one.",
        stage.account,
        posts(stage.beyond),
        stage.periods,
        stage.period
    ))
}

/// The same question held three posts or more.
fn held_by_one_question(review: &Review) -> Option<String> {
    let held = review
        .held
        .iter()
        .find(|held| held.posts >= 3 && held.item.is_some())?;
    let item = held.item.as_deref().unwrap_or_default();
    Some(format!(
        "`{item}` held {} for an hour or more: answer it while you write, with \
         `rounds post check ID --attest {item}`.",
        posts(held.posts)
    ))
}

/// One goal has at least twice the answers of the others, by post.
fn goal_that_is_answered(review: &Review) -> Option<String> {
    let known = review.goals.iter().filter_map(|row| {
        let replies = row.replies?;
        Some((
            row.goal?,
            replies as f64 / f64::from(row.posts.max(1)),
            row.posts,
        ))
    });
    let mut known: Vec<(Goal, f64, u32)> = known.collect();
    known.sort_by(|one, other| other.1.total_cmp(&one.1));
    let [best, next, ..] = known.as_slice() else {
        return None;
    };
    (best.1 >= 1.0 && best.1 >= next.1 * 2.0 && best.2 >= 2).then(|| {
        format!(
            "Posts to {} were answered {:.1} times each, the next kind {:.1} times: plan one more \
             of them.",
            words::goal(Some(best.0)),
            best.1,
            next.1
        )
    })
}

fn nothing_known(review: &Review) -> Option<String> {
    (review.now.published >= 3 && review.posts_with_numbers == 0).then(|| {
        "Look at your posts once and write in what came of them: \
         `rounds post metrics ID --replies 2 --likes 9`."
            .to_owned()
    })
}

/// Something can be judged, and nothing that can be was broken mostly.
fn keep_it(review: &Review) -> Option<String> {
    let limits = review.now.limits.iter();
    let limits = limits.map(|limit| (limit.ended.kept, limit.decided()));
    let stages = review.stages().map(|stage| (stage.kept, stage.periods));
    let judged: Vec<(u32, u32)> = limits.chain(stages).filter(|(_, all)| *all > 0).collect();
    let nothing_ended = judged.is_empty() && review.running;
    if review.is_empty() || nothing_ended || judged.iter().any(|(kept, all)| kept * 2 < *all) {
        return None;
    }
    Some(if judged.iter().all(|(kept, all)| kept == all) {
        "Everything that can be judged was kept: leave it as it is.".to_owned()
    } else {
        "Most of what can be judged was kept: leave it as it is for now.".to_owned()
    })
}

fn posts(count: u32) -> String {
    words::counted(count, "post")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_honest_limit_is_kept_in_four_of_five_periods() {
        let minutes = |used: &[u64]| {
            let used: Vec<u64> = used.iter().map(|minutes| minutes * 60).collect();
            honest(&used).as_secs() / 60
        };
        assert_eq!(minutes(&[200, 10, 20, 31, 40]), 45);
        assert_eq!(minutes(&[10, 61]), 75);
        assert_eq!(minutes(&[60]), 60);
    }
}
