//! `rounds report`: the review, as text, JSON or a page.

use std::path::{Path, PathBuf};

use clap::Args;

use super::call::Call;
use super::output::table;
use super::{Answer, Exit};
use crate::calendar::Direction;
use crate::requests::review::{self, Kind, Which};
use crate::requests::{Desk, Failure, words as understood};
use crate::review::{Review, Share, words};

/// Look back on a week, month or year: time, breaks, posts, and one suggestion
///
/// The running one unless told. Texts of posts are left out unless asked for.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds report month --ago 1")]
pub(super) struct ReportArgs {
    /// Which period: week, month or year.
    #[arg(value_parser = ["week", "month", "year"], default_value = "week", conflicts_with = "from")]
    period: String,
    /// So many periods before the running one.
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 0,
        conflicts_with = "from"
    )]
    ago: u32,
    /// The first day, in place of a period.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    from: Option<String>,
    /// The last day; today unless told.
    #[arg(
        long,
        value_name = "DAY",
        allow_hyphen_values = true,
        requires = "from"
    )]
    to: Option<String>,
    /// Write it as a page into this file, to print or send; `-` prints the page.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// With the texts of the posts that led to conversation.
    #[arg(long)]
    with_texts: bool,
}

pub(super) fn run(args: &ReportArgs, call: &Call) -> Answer {
    let desk = call.desk()?;
    let which = which(args, &desk)?;
    let live = call.live(&desk.paths);
    let review = review::review(&desk, which, args.with_texts, live.as_ref())?;
    match &args.html {
        Some(file) if file == Path::new("-") => {
            call.out.bytes(review::html(&review)?.as_bytes())?;
        }
        Some(file) => {
            let written = review::write(&review, file)?;
            call.out.confirm(&written, || {
                format!("{} is written to {}.", words::title(&review), written.file)
            })?;
        }
        None => call.out.show(&review, || text(&review))?,
    }
    Ok(Exit::Done)
}

fn which(args: &ReportArgs, desk: &Desk) -> Result<Which, Failure> {
    let day = |text: &String| understood::day(desk, text, Direction::Past);
    if let Some(from) = &args.from {
        let today = desk.plan.calendar.day_of(desk.now.wall);
        let to = args.to.as_ref().map(day).transpose()?;
        return Ok(Which::Days(day(from)?, to.unwrap_or(today)));
    }
    let kind = match args.period.as_str() {
        "month" => Kind::Month,
        "year" => Kind::Year,
        _ => Kind::Week,
    };
    Ok(Which::Ago(kind, args.ago))
}

/// The review on a terminal.
fn text(review: &Review) -> String {
    let mut parts = vec![head(review)];
    if let Some(suggestion) = &review.suggestion {
        parts.push(format!(
            "Suggestion: {}\n{}",
            suggestion.text, suggestion.why
        ));
    }
    parts.push(glance(review));
    if !review.now.limits.is_empty() {
        parts.push(limits(review));
    }
    let shares = [
        ("site", &review.now.by_site, &review.before.figures.by_site),
        (
            "activity",
            &review.now.by_activity,
            &review.before.figures.by_activity,
        ),
    ];
    for (name, now, before) in shares {
        if !now.is_empty() {
            parts.push(self::shares(review, name, now, before));
        }
    }
    if !review.cadence.is_empty() {
        parts.push(cadence(review));
    }
    if !review.goals.is_empty() {
        parts.push(goals(review));
    }
    parts.extend(held(review));
    parts.extend(conversations(review));
    parts.join("\n\n")
}

fn head(review: &Review) -> String {
    let running = if review.running {
        ", still running"
    } else {
        ""
    };
    format!(
        "{}{running}. Beside it: {}.",
        words::title(review),
        words::before_days(&review.before)
    )
}

fn glance(review: &Review) -> String {
    let (now, before) = (&review.now, &review.before.figures);
    let row = |name: &str, now: String, before: String| [name.to_owned(), now, before];
    let per_post = |seconds: Option<u64>| seconds.map_or_else(|| "-".to_owned(), words::said);
    let rows = [
        row(
            "on sites",
            words::said(now.usage_s),
            words::said(before.usage_s),
        ),
        row(
            "writing",
            words::said(now.writing_s),
            words::said(before.writing_s),
        ),
        row(
            "posts out",
            now.published.to_string(),
            before.published.to_string(),
        ),
        row(
            "per post",
            per_post(now.per_post_s),
            per_post(before.per_post_s),
        ),
        row(
            "breaks",
            words::breaks(now.breaks),
            words::breaks(before.breaks),
        ),
    ];
    table(["", "now", words::before(review)], rows)
}

fn limits(review: &Review) -> String {
    let rows = review.now.limits.iter().map(|limit| {
        let former = review.former_limit(limit);
        let former = former.filter(|former| former.periods > 0);
        [
            limit.of.to_string(),
            words::limit(limit),
            words::said(limit.used_s),
            match limit.over_s {
                0 => words::kept(limit),
                over => format!("{}, over by {}", words::kept(limit), words::said(over)),
            },
            former.map_or_else(|| "-".to_owned(), words::kept),
        ]
    });
    let floors = review.now.limits.iter().filter_map(|limit| {
        let floor = words::floor(limit)?;
        Some(format!("\n{}: {floor}.", limit.of))
    });
    let header = ["limit", "allowed", "used", "kept", words::before(review)];
    format!("{}{}", table(header, rows), floors.collect::<String>())
}

fn shares(review: &Review, name: &str, now: &[Share], before: &[Share]) -> String {
    let rows = now.iter().map(|share| {
        let former = before.iter().find(|other| other.key == share.key);
        [
            share.key.clone(),
            words::said(share.usage_s),
            words::said(former.map_or(0, |former| former.usage_s)),
        ]
    });
    table([name, "time", words::before(review)], rows)
}

fn cadence(review: &Review) -> String {
    let rows = review.cadence.iter().map(|pace| {
        let stages = pace.stages.iter().map(words::stage);
        [
            pace.now.account.clone(),
            words::target(pace.now.target_min, pace.now.target_max, pace.now.period),
            format!("{} out, {} to come", pace.now.published, pace.now.queued),
            words::standing(pace.now.standing).to_owned(),
            stages.collect::<Vec<_>>().join("; "),
        ]
    });
    let header = [
        "account",
        "meant",
        "this period",
        "standing",
        "over these days",
    ];
    table(header, rows)
}

fn goals(review: &Review) -> String {
    let rows = review.goals.iter().map(|row| {
        [
            words::goal(row.goal).to_owned(),
            row.posts.to_string(),
            words::said(row.writing_s),
            number(row.replies),
        ]
    });
    table(["goal", "posts", "writing, by share", "replies"], rows)
}

fn held(review: &Review) -> Option<String> {
    let mut lines = Vec::new();
    if review.missed > 0 {
        lines.push(format!("{} missed their time.", review.missed));
    }
    lines.extend(review.held.iter().map(|held| {
        let longest = words::said(held.longest_s);
        format!(
            "{} held up to {longest}: {}.",
            held.posts,
            words::hold(held)
        )
    }));
    lines.extend(review.disputed.iter().map(|dispute| {
        format!(
            "{} called a finding of {} in post {} wrong: {}",
            dispute.by, dispute.item, dispute.post, dispute.why
        )
    }));
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn conversations(review: &Review) -> Option<String> {
    if review.conversations.is_empty() {
        return (review.now.published > 0).then(|| {
            format!(
                "Answers are known of {} of {} posts; `rounds post metrics ID --replies 2` writes \
                 them in.",
                review.posts_with_numbers, review.now.published
            )
        });
    }
    let rows = review.conversations.iter().map(|post| {
        [
            post.post.clone(),
            post.account.clone(),
            words::goal(post.goal).to_owned(),
            number(post.replies),
            number(post.reposts),
            number(post.likes),
        ]
    });
    let header = [
        "led to conversation",
        "account",
        "goal",
        "replies",
        "reposts",
        "likes",
    ];
    let texts = review.conversations.iter().filter_map(|post| {
        let text = post.text.as_ref()?;
        Some(format!("\n\n{}: {text}", post.post))
    });
    Some(format!(
        "{}{}",
        table(header, rows),
        texts.collect::<String>()
    ))
}

fn number(number: Option<u64>) -> String {
    number.map_or_else(|| "-".to_owned(), |number| number.to_string())
}
