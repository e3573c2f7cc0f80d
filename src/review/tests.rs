//! Reviews of days made up by hand: every figure can be counted on the fingers.

use std::time::Duration;

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};

use super::posts::{Past, goals, held, published};
use super::*;
use crate::attention::usage::{Amount, Interval, Source};
use crate::plan::LimitHistory;
use crate::plan::read::read;
use crate::posting::audit::Kind as Entries;
use crate::posting::metrics::Metrics;
use crate::posting::post::{Goal, PostId};

const PLAN: &str = r#"
timezone = "Europe/London"
[[limits]]
of = "all"
per = "day"
time = "30m"
[[limits]]
of = "activity:write"
per = "week"
time = "4h"
at_least = "3h"
[[accounts]]
name = "blog"
platform = "folder"
path = "p"
cadence = [{ from = 2026-01-05, posts = "2 per week" }]
[[conferences]]
name = "C"
from = 2026-03-03
until = 2026-03-04
time = "1h"
"#;

const MONDAY: Date = date(2026, 3, 2);

fn plan() -> Plan {
    read(PLAN).unwrap()
}

fn at(day: Date, hour: i8) -> Timestamp {
    plan().calendar.instant(day.at(hour, 0, 0, 0))
}

fn amount(day: Date, minutes: u64, site: Option<&str>, activity: Activity) -> Amount {
    Amount {
        day,
        time: Duration::from_mins(minutes),
        doing: Doing {
            site: site.map(str::to_owned),
            activity,
        },
    }
}

fn post(id: &str, day: Date, goal: Option<Goal>, replies: Option<u64>) -> Past {
    Past {
        id: PostId(id.to_owned()),
        account: "blog".to_owned(),
        at: at(day, 8),
        published: true,
        goal,
        text: None,
        metrics: replies.map(|replies| Metrics {
            at: at(day, 20),
            replies: Some(replies),
            reposts: None,
            likes: None,
            source: crate::posting::metrics::Source::Hand,
        }),
    }
}

fn entry(kind: Entries, id: &str, at: Timestamp, facts: &[(&str, &str)]) -> Entry {
    let entry = Entry::new(at, kind, Some(&PostId(id.to_owned())), "rounds");
    facts
        .iter()
        .fold(entry, |entry, (name, value)| entry.with(name, *value))
}

/// The week from 2 March, looked at on the Monday after it.
fn week(begun: Date) -> Span {
    let today = date(2026, 3, 9);
    Span::ago(&plan().calendar, Kind::Week, 1, (begun, today))
}

fn material() -> Material {
    Material {
        usage: Usage {
            intervals: vec![Interval {
                from: at(date(2026, 3, 8), 23),
                until: at(date(2026, 3, 9), 5),
                doing: Doing {
                    site: Some("x".to_owned()),
                    activity: Activity::Scan,
                },
                source: Source::Sensor,
            }],
            amounts: vec![
                amount(MONDAY, 40, Some("x"), Activity::Scan),
                amount(date(2026, 3, 3), 20, Some("bluesky"), Activity::Conference),
                amount(date(2026, 3, 5), 100, None, Activity::Write),
                amount(date(2026, 2, 26), 600, None, Activity::Write),
            ],
        },
        posts: vec![
            post("a", date(2026, 3, 3), Some(Goal::Educate), Some(2)),
            post("b", date(2026, 3, 6), None, None),
            post("c", date(2026, 2, 27), None, None),
        ],
        ..Material::default()
    }
}

fn reviewed() -> Review {
    let now = at(date(2026, 3, 9), 12);
    review(
        &plan(),
        week(Date::MIN),
        &material(),
        &Material::default(),
        now,
    )
}

#[test]
fn a_week_is_added_up() {
    let review = reviewed();
    // The last evening ends at 04:00, when the next week begins: 5 of its 6 hours are in.
    assert_eq!(review.now.usage_s, (5 * 60 + 60) * 60);
    let share = |shares: &[Share]| -> Vec<(String, u64)> {
        shares
            .iter()
            .map(|s| (s.key.clone(), s.usage_s / 60))
            .collect()
    };
    let named = |pairs: &[(&str, u64)]| -> Vec<(String, u64)> {
        pairs
            .iter()
            .map(|(key, time)| ((*key).to_owned(), *time))
            .collect()
    };
    assert_eq!(
        share(&review.now.by_site),
        named(&[("x", 340), ("bluesky", 20)])
    );
    assert_eq!(
        share(&review.now.by_activity),
        named(&[("scan", 340), ("write", 100), ("conference", 20)])
    );
    assert_eq!(
        (review.now.published, review.now.per_post_s),
        (2, Some(3_000))
    );
    let bars: Vec<u64> = review.bars.iter().map(|bar| bar.usage_s / 60).collect();
    assert_eq!(bars, [40, 20, 0, 0, 0, 0, 300]);
}

#[test]
fn limits_and_floors_are_judged_period_by_period() {
    let review = reviewed();
    let limit = |number: usize| &review.now.limits[number];
    let day = limit(0);
    assert_eq!((day.periods, day.kept, day.over_s), (7, 5, (10 + 270) * 60));
    let writing = limit(1);
    assert_eq!((writing.kept, writing.floor_missed), (1, 1));
    assert_eq!(
        words::kept(writing),
        "0 of 1 week",
        "a missed floor is not kept"
    );
    assert_eq!(words::kept(day), "5 of 7 days");
    assert_eq!(writing.floor_lacking_s, 80 * 60);
    let conference = limit(2);
    assert_eq!(conference.of.to_string(), "activity:conference");
    assert_eq!((conference.periods, conference.kept), (2, 2));
    assert_eq!(review.now.limits.len(), 3);
}

#[test]
fn what_was_not_recorded_or_is_not_over_is_not_judged() {
    let wednesday = date(2026, 3, 4);
    let plan = plan();
    let history = LimitHistory::new(Vec::new(), &plan.limits);
    let judged = |span: Span| kept::limits(&plan, &history, &material().usage, span.days());
    let late = judged(week(wednesday));
    assert_eq!((late[0].periods, late[1].floor_missed), (5, 0));
    let running = Span::ago(&plan.calendar, Kind::Week, 0, (Date::MIN, wednesday));
    let running = judged(running);
    assert_eq!((running[0].periods, running[1].floor_missed), (3, 0));
    assert_eq!(words::kept(&running[1]), "still running");
    assert!(
        words::floor(&running[1])
            .unwrap()
            .ends_with("no whole one is over")
    );
    assert_eq!(words::kept(&running[0]), "1 of 2 days");
}

#[test]
fn an_account_is_held_against_its_cadence() {
    let pace = &reviewed().cadence[0];
    assert_eq!(
        (pace.now.published, pace.now.standing),
        (2, crate::plan::cadence::Word::OnTrack)
    );
    let stage = &pace.stages[0];
    assert_eq!(
        (stage.published, stage.periods, stage.kept, stage.lacking),
        (2, 1, 1, 0)
    );
}

#[test]
fn writing_time_is_shared_out_over_goals() {
    let posts = material().posts;
    let calendar = plan().calendar;
    let out = published(&calendar, week(Date::MIN), &posts);
    let rows = goals(&out, Duration::from_mins(100));
    assert_eq!(
        rows.iter().map(|row| row.writing_s).collect::<Vec<_>>(),
        [3_000, 3_000]
    );
    let replies: Vec<_> = rows.iter().map(|row| (row.goal, row.replies)).collect();
    assert_eq!(replies, [(Some(Goal::Educate), Some(2)), (None, None)]);
}

#[test]
fn only_what_was_held_for_an_hour_is_told() {
    let (morning, hour) = (at(MONDAY, 8), SignedDuration::from_hours(1));
    let check = ("check", "coi-disclosed");
    let entries = [
        entry(Entries::Held, "a", morning, &[check, ("approval", "")]),
        entry(Entries::Held, "b", morning, &[check]),
        entry(Entries::Released, "b", morning + hour / 2, &[]),
        // The question is answered, the approval still waits.
        entry(Entries::Held, "a", morning + hour, &[("approval", "")]),
        entry(Entries::Released, "a", morning + hour * 3, &[]),
        entry(Entries::Held, "c", morning, &[check]),
    ];
    let rows = held(&entries, morning + hour * 10);
    let told: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.kind.as_str(),
                row.item.as_deref(),
                row.posts,
                row.longest_s / 3_600,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("check", Some("coi-disclosed"), 2, 10),
            ("approval", None, 1, 3)
        ]
    );
}

/// The rule that speaks after a change of a review in which everything was kept.
fn speaks(change: impl FnOnce(&mut Review)) -> &'static str {
    let mut review = reviewed();
    for limit in &mut review.now.limits {
        (limit.kept, limit.over_s, limit.floor_missed) = (limit.periods, 0, 0);
        (limit.ended.kept, limit.ended.exceeded) = (limit.ended.periods, 0);
    }
    change(&mut review);
    suggest::suggestion(&review).unwrap().rule
}

#[test]
fn the_weightiest_rule_that_applies_speaks() {
    assert_eq!(speaks(|_| {}), "keep-it");
    assert_eq!(speaks(|r| r.missed = 1), "posts-missed");
    assert_eq!(
        speaks(|r| (r.now.limits[0].ended.exceeded, r.now.limits[0].ended.over_s) = (4, 60)),
        "limit-too-tight"
    );
    assert_eq!(speaks(|r| r.now.breaks.skipped = 5), "breaks-skipped");
    assert_eq!(speaks(|r| r.now.limits[1].floor_missed = 1), "floor-missed");
    let stage = |r: &mut Review, periods, lacking, beyond| {
        let stage = &mut r.cadence[0].stages[0];
        (stage.periods, stage.lacking, stage.beyond) = (periods, lacking, beyond);
    };
    assert_eq!(speaks(|r| stage(r, 4, 2, 0)), "cadence-too-fast");
    assert_eq!(speaks(|r| stage(r, 4, 1, 2)), "cadence-too-slow");
    let item = |r: &mut Review| {
        r.held = vec![posts::Held {
            kind: "check".to_owned(),
            item: Some("coi-disclosed".to_owned()),
            posts: 3,
            longest_s: 9_000,
        }];
    };
    assert_eq!(speaks(item), "held-by-one-question");
    let answered = |r: &mut Review| {
        let row = |goal, posts, replies| posts::GoalRow {
            goal: Some(goal),
            posts,
            writing_s: 0,
            replies: Some(replies),
        };
        r.goals = vec![row(Goal::Educate, 2, 8), row(Goal::Promote, 3, 1)];
    };
    assert_eq!(speaks(answered), "goal-that-is-answered");
    assert_eq!(
        speaks(|r| (r.now.published, r.posts_with_numbers) = (3, 0)),
        "nothing-known-of-posts"
    );
    let nothing = review(
        &plan(),
        week(Date::MIN),
        &Material::default(),
        &Material::default(),
        at(MONDAY, 12),
    );
    assert_eq!(nothing.suggestion.map(|s| s.rule), Some("floor-missed"));
}

#[test]
fn a_week_that_has_just_begun_is_not_praised_and_the_worst_limit_is_named() {
    let run = |today: Date| {
        let span = Span::ago(&plan().calendar, Kind::Week, 0, (Date::MIN, today));
        let none = Material::default();
        review(&plan(), span, &material(), &none, at(today, 12)).suggestion
    };
    assert_eq!(run(MONDAY), None);
    let worst = |r: &mut Review| {
        for (number, exceeded) in [(0, 4), (2, 2)] {
            r.now.limits[number].ended.exceeded = exceeded;
        }
    };
    let mut review = reviewed();
    worst(&mut review);
    let text = suggest::suggestion(&review).unwrap().text;
    assert!(text.contains("`activity:conference`"), "{text}");
}

#[test]
fn the_page_stands_alone_and_escapes_what_people_wrote() {
    let mut review = reviewed();
    review.disputed.push(posts::Disputed {
        post: "a".to_owned(),
        item: "no-patient-identifiers".to_owned(),
        why: "<script>alert(1)</script> & \"more\"".to_owned(),
        by: "Dr Lin".to_owned(),
        at: String::new(),
    });
    let page = page::page(&review).unwrap();
    assert!(page.contains(page::MARK));
    assert!(
        !page.contains("<script") && page.contains("&#60;script&#62;"),
        "{page}"
    );
    for outside in ["http://", "https://", "src=", "href=", "url(", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
    let headings = page.matches("<h2").count();
    assert!(
        headings >= 7 && page.matches("<h1>").count() == 1,
        "{headings}"
    );
    assert_eq!(
        page.matches("<rect").count(),
        4,
        "one for each activity of each day"
    );
    assert!(page.contains("limit 30 min") && page.contains("prefers-color-scheme: dark"));
}
