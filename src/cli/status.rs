//! `rounds status`: how things stand now.

use std::time::Duration;

use clap::Args;

use super::call::Call;
use super::output::table;
use super::{Answer, Exit};
use crate::calendar::format_duration;
use crate::requests::status::{LimitNow, Status, status};
use crate::review::words::counted;

/// Show today and this week against the limits, breaks, posts, the daemon
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds status")]
pub(super) struct StatusArgs {}

pub(super) fn run(_args: &StatusArgs, call: &Call) -> Answer {
    let desk = call.desk()?;
    let live = call.live(&desk.paths);
    let now = status(&desk, live.as_ref())?;
    call.out.show(&now, || words(&now))?;
    Ok(Exit::Done)
}

/// A screen that can be read at a glance.
pub(super) fn words(now: &Status) -> String {
    let mut parts = vec![time(now)];
    if !now.limits.is_empty() {
        let header = ["limit", "used", "left", "level"];
        parts.push(table(header, now.limits.iter().map(limit)));
    }
    parts.extend(floors(now));
    parts.push(breaks(now));
    parts.push(posts(now));
    parts.extend(per_post(now));
    parts.extend(now.cadence.iter().map(|c| {
        let target = if c.target_min == c.target_max {
            c.target_min.to_string()
        } else {
            format!("{}-{}", c.target_min, c.target_max)
        };
        let standing = serde_json::to_value(c.standing).ok();
        let standing = standing
            .and_then(|s| s.as_str().map(str::to_owned))
            .unwrap_or_default();
        format!(
            "{}: {} of {target} posts this {} out, {} to come ({standing}).",
            c.account, c.published, c.period, c.queued
        )
    }));
    parts.push(daemon(now));
    parts.join("\n")
}

fn time(now: &Status) -> String {
    let current = now.usage.current.as_ref().map(|current| {
        let site = current.site.as_deref().unwrap_or("away from sites");
        format!(" Now: {site} ({}).", current.activity)
    });
    format!(
        "On social sites: {} today, {} this week.{}",
        said(now.usage.today_s),
        said(now.usage.week_s),
        current.unwrap_or_default()
    )
}

fn limit(limit: &LimitNow) -> [String; 4] {
    let level = serde_json::to_value(limit.level).ok();
    [
        format!("{} per {}", limit.of, limit.per),
        format!("{} of {}", said(limit.used_s), said(limit.limit_s)),
        said(limit.left_s),
        level
            .and_then(|level| level.as_str().map(str::to_owned))
            .unwrap_or_default(),
    ]
}

/// What is missing to floors.
fn floors(now: &Status) -> impl Iterator<Item = String> {
    let floors = now.limits.iter().filter(|limit| limit.at_least_s > 0);
    floors.map(|limit| {
        let least = said(limit.at_least_s);
        match limit.lacking_s {
            0 => format!(
                "{}: at least {least} this {} is reached.",
                limit.of, limit.per
            ),
            lacking => format!(
                "{}: {} is missing to at least {least} this {}.",
                limit.of,
                said(lacking),
                limit.per
            ),
        }
    })
}

fn per_post(now: &Status) -> Option<String> {
    let writing = &now.writing;
    let each = said(writing.per_post_s?);
    Some(format!(
        "Writing: {each} for each of {} in the last four weeks.",
        counted(writing.posts, "post")
    ))
}

fn breaks(now: &Status) -> String {
    let due = now
        .breaks
        .due_in_s
        .map(|due| format!(" The next is due in {}.", said(due)));
    format!(
        "Breaks today: {} taken, {} snoozed, {} skipped.{}",
        now.breaks.taken_today,
        now.breaks.snoozed_today,
        now.breaks.skipped_today,
        due.unwrap_or_default()
    )
}

fn posts(now: &Status) -> String {
    let posts = &now.posts;
    let mut text = format!(
        "Posts: {} queued, {} held, {}.",
        posts.queued,
        posts.held,
        counted(posts.draft, "draft")
    );
    let odd = [
        (posts.uncertain, "uncertain"),
        (posts.missed, "missed"),
        (posts.failed, "failed"),
        (posts.handed_off, "handed off"),
    ];
    for (count, name) in odd.into_iter().filter(|(count, _)| *count > 0) {
        text.push_str(&format!(" {count} {name}: `rounds post list` shows them."));
    }
    if let Some(next) = &posts.next {
        text.push_str(&format!(
            " Next: {} on {}, {}.",
            next.id, next.account, next.spoken
        ));
    }
    let overdue = posts.overdue.iter();
    let overdue = overdue.map(|post| {
        format!(
            "\nOverdue: {} on {}, {}: `rounds post show {}` says why.",
            post.id, post.account, post.spoken, post.id
        )
    });
    text.extend(overdue);
    text
}

fn daemon(now: &Status) -> String {
    let mut lines = vec![match now.daemon.pid {
        Some(pid) => format!("rounds is running (process {pid})."),
        None => "rounds is not running: start it with `rounds up`.".to_owned(),
    }];
    lines.extend(
        now.daemon
            .troubles
            .iter()
            .map(|trouble| format!("Trouble: {trouble}")),
    );
    lines.join("\n")
}

/// Seconds in words; whole minutes above ten of them.
fn said(seconds: u64) -> String {
    let whole = if seconds > 600 {
        seconds / 60 * 60
    } else {
        seconds
    };
    format_duration(Duration::from_secs(whole))
}
