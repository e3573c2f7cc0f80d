//! `rounds plan simulate`: a life with the plan, told in a few lines.

use super::super::call::Call;
use super::super::output::table;
use super::super::{Answer, Exit};
use super::SimulateArgs;
use crate::calendar::{Direction, format_duration};
use crate::requests::{plans, words};
use crate::review::words::counted;
use crate::simulate::{Report, StageKept};

pub(super) fn run(args: &SimulateArgs, call: &Call) -> Answer {
    let desk = call.desk()?;
    let days = words::range(&desk, &args.from, &args.until, Direction::Future)?;
    let report = plans::simulate(&desk, days, args.seed)?;
    call.out.show(&report, || {
        let days = words::days(days.0, days.1);
        format!("{days}, seed {}\n\n{}", args.seed, text(&report))
    })?;
    Ok(Exit::Done)
}

/// What the clinician got, then what went wrong on the way.
fn text(report: &Report) -> String {
    let mut parts = vec![time(report)];
    if !report.stages.is_empty() {
        parts.push(posts(report));
    }
    let breaks = report.breaks;
    parts.push(format!(
        "{}. Breaks: {} taken, {} snoozed, {} skipped.\n\
         Lived through: {} ill, {} abroad, {}, {}.",
        counted(report.nudges, "notification"),
        breaks.taken,
        breaks.snoozed,
        breaks.skipped,
        counted(report.days_ill, "day"),
        counted(report.days_abroad, "day"),
        counted(report.faults.of("power loss"), "power cut"),
        counted(report.faults.crashes(), "crash")
    ));
    parts.join("\n\n")
}

fn time(report: &Report) -> String {
    let row = |name: String, seconds: u64| {
        let weekly = seconds * 7 / report.days.max(1);
        [name, hours(seconds), said(weekly)]
    };
    let activities = report.by_activity_s.iter();
    let rows = activities.map(|(activity, seconds)| row(activity.to_string(), *seconds));
    let all = [row("on sites".to_owned(), report.usage_s)];
    let limits = report.limits.iter().map(|limit| {
        let floor = match limit.at_least_s {
            0 => String::new(),
            least => format!("{} below {}", limit.floor_missed, said(least)),
        };
        [
            format!("{} per {}", limit.of, limit.per),
            format!("{} of {}", limit.kept, limit.periods),
            floor,
        ]
    });
    format!(
        "{}\n\n{}",
        table(["time", "in all", "a week"], rows.chain(all)),
        table(["limit", "periods kept", "floor"], limits)
    )
}

fn posts(report: &Report) -> String {
    let stages = report.stages.iter().map(|stage| {
        [
            stage.account.clone(),
            format!("{} to {}", stage.from, stage.until),
            meant(stage),
            stage.published.to_string(),
            format!("{} of {}", stage.kept, stage.periods),
            stage.lacking.to_string(),
        ]
    });
    let header = [
        "account",
        "stage",
        "meant",
        "posts",
        "periods kept",
        "skipped",
    ];
    format!(
        "{}\n\nPublished: {}, {} of them twice, {} without their checks.\n\
         Held for an hour or more: {}; missed their time: {}.",
        table(header, stages),
        counted(report.published, "post"),
        report.duplicates,
        report.published_without_checks,
        report.held,
        report.missed
    )
}

fn meant(stage: &StageKept) -> String {
    match (stage.target_min, stage.target_max) {
        (min, max) if min == max => format!("{min} per {}", stage.period),
        (min, max) => format!("{min}-{max} per {}", stage.period),
    }
}

fn hours(seconds: u64) -> String {
    format!("{}h", (seconds + 1_800) / 3_600)
}

fn said(seconds: u64) -> String {
    format_duration(std::time::Duration::from_secs(seconds / 60 * 60))
}
