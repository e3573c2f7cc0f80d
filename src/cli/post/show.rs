//! Posts in words: one, or all of them in a table.

use jiff::Timestamp;

use super::super::call::Call;
use super::super::output::table;
use super::super::{Answer, Exit};
use super::add::Posts;
use super::{IdArgs, ListArgs, MetricsArgs};
use crate::posting::checks::CheckState;
use crate::posting::holds::HoldKind;
use crate::posting::seen::Seen;
use crate::requests::Desk;
use crate::requests::post::{self, MetricsView, Numbers, PostView, list, show};

pub(super) fn run(args: &IdArgs, call: &Call) -> Answer {
    let desk = call.desk()?;
    let post = show(&desk, &args.id)?;
    call.out.show(&post, || words(&post, &desk))?;
    Ok(call.done(&desk))
}

/// How a post was received.
pub(super) fn metrics(args: &MetricsArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let seen = Numbers {
        replies: args.replies,
        reposts: args.reposts,
        likes: args.likes,
    };
    let metrics = post::metrics(&mut desk, &args.id, seen)?;
    call.out.show(&metrics, || metrics_words(&metrics, &desk))?;
    Ok(call.done(&desk))
}

fn metrics_words(metrics: &MetricsView, desk: &Desk) -> String {
    let Some(at) = &metrics.at else {
        return format!(
            "Nothing is known of post {}. Look at it and write in what you see: \
             `rounds post metrics {} --replies 2 --likes 9`.",
            metrics.id, metrics.id
        );
    };
    let number = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |n| n.to_string());
    let row = [
        metrics.id.clone(),
        metrics.account.clone(),
        number(metrics.replies),
        number(metrics.reposts),
        number(metrics.likes),
        said(at, desk),
    ];
    table(
        ["post", "account", "replies", "reposts", "likes", "seen at"],
        [row],
    )
}

/// The post as its readers will see it.
pub(super) fn preview(args: &IdArgs, call: &Call) -> Answer {
    let desk = call.desk()?;
    let post = show(&desk, &args.id)?;
    call.out.show(&post, || {
        let pictures = post.media.iter().map(|m| format!("\n[picture: {}]", m.alt));
        let count = post.text.chars().count();
        format!(
            "{}{}\n\n({count} characters)",
            post.text,
            pictures.collect::<String>()
        )
    })?;
    Ok(Exit::Done)
}

pub(super) fn all(args: &ListArgs, call: &Call) -> Answer {
    let desk = call.desk()?;
    let posts = list(&desk, args.state.as_deref())?;
    call.out.show(&Posts { posts: &posts }, || {
        if posts.is_empty() {
            return "No posts. Add one with `rounds post add TEXT --to ACCOUNT --slot`.".to_owned();
        }
        let row = |post: &PostView| {
            let text: String = post
                .text
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .take(48)
                .collect();
            [
                post.id.clone(),
                post.state.to_owned(),
                post.account.clone(),
                when(post, &desk),
                text,
            ]
        };
        table(
            ["id", "state", "account", "when", "text"],
            posts.iter().map(row),
        )
    })?;
    Ok(call.done(&desk))
}

/// Where a post stands after its questions: what was shown before them is not said again.
pub(super) fn standing(post: &PostView, desk: &Desk) -> String {
    let mut lines = vec![head(post, desk)];
    lines.extend(left(post));
    lines.join("\n")
}

fn head(post: &PostView, desk: &Desk) -> String {
    let state = state(post, desk);
    format!("Post {} for {}: {state}.", post.id, post.account)
}

/// What holds a post still.
fn left(post: &PostView) -> Vec<String> {
    let holds = post.holds.iter().filter(|hold| hold.item.is_none());
    let mut lines: Vec<_> = holds.map(|hold| format!("Held: {}", hold.why)).collect();
    for check in post.open() {
        lines.push(format!(
            "To answer: {} [{}]{}",
            post.asked(check),
            check.item,
            wants(check)
        ));
    }
    lines.extend(closed(post));
    if !post.is_answered() {
        lines.push(format!("Answer with `rounds post check {}`.", post.id));
    }
    let looks = [HoldKind::Approval, HoldKind::SecondLook];
    if post.holds.iter().any(|hold| looks.contains(&hold.kind)) {
        lines.push(format!("Approve with `rounds post approve {}`.", post.id));
    }
    lines
}

/// Everything about one post, the open questions last.
pub(in crate::cli) fn words(post: &PostView, desk: &Desk) -> String {
    let mut lines = vec![head(post, desk)];
    lines.extend(post.text.lines().map(|line| format!("  | {line}")));
    lines.extend(
        post.media
            .iter()
            .map(|media| format!("  | [picture: {}]", media.alt)),
    );
    for (number, media) in post.media.iter().enumerate() {
        let seen = media.seen();
        let told = seen.map_or("Nobody looked at it.".to_owned(), Seen::spoken);
        lines.push(format!("Picture {}: {told}", number + 1));
    }
    for finding in post.findings.iter().filter(|finding| !finding.disputed) {
        lines.push(format!(
            "Seen ({}): {} [{}]",
            finding.id, finding.why, finding.item
        ));
    }
    for paper in &post.papers {
        lines.push(format!("Paper {}: {}.", paper.id, paper.said));
    }
    lines.extend(left(post));
    lines.extend(by_hand(post));
    lines.extend(post.receipts.iter().map(|receipt| {
        let where_to = receipt.url.as_ref().or(receipt.remote_id.as_ref());
        let place = where_to
            .map(|place| format!(": {place}"))
            .unwrap_or_default();
        format!("Published {}{place}", said(&receipt.published_at, desk))
    }));
    let spoken = |at: &String| at.parse().ok().map(|at| desk.plan.calendar.spoken(at));
    if let Some(when) = post.erases_at.as_ref().and_then(spoken) {
        lines.push(format!(
            "Its text is erased on {when}, unless you change it or keep it with \
             `rounds post edit {} --keep`.",
            post.id
        ));
    }
    if let Some(when) = post.erased_at.as_ref().and_then(spoken) {
        lines.push(format!("Its text was erased on {when}."));
    }
    lines.extend(post.failure.iter().map(|why| format!("Why: {why}")));
    lines.join("\n")
}

/// What is left to do for a post that waits for a person's hands, or eyes.
fn by_hand(post: &PostView) -> Vec<String> {
    let say = format!("rounds post resolve {} published|not-published", post.id);
    match post.state {
        "handed-off" => {
            let attempt = post.attempts.last();
            let open = attempt.and_then(|attempt| attempt.opens.as_ref());
            let open = open.map_or_else(
                || format!("Post it by hand on {}.", post.account),
                |address| format!("Open: {address}"),
            );
            vec![open, format!("Then: {say}")]
        }
        "uncertain" => vec![
            format!("Look whether it is on {}.", post.account),
            format!("Then: {say}"),
        ],
        _ => Vec::new(),
    }
}

/// What was answered before an edit and nothing asks for now: a source is not lost by another text.
fn closed(post: &PostView) -> impl Iterator<Item = String> {
    let open: Vec<_> = post.open().map(|check| check.item.as_str()).collect();
    let closed = post.checks.iter();
    let closed = closed.filter(move |check| !open.contains(&check.item.as_str()));
    closed.filter_map(|check| {
        let former = check.former.as_ref()?;
        let item = &check.item;
        Some(format!("Not asked for this text [{item}]; it was {former}"))
    })
}

fn wants(check: &crate::requests::post::CheckView) -> String {
    if check.takes_no_answer() {
        return " — change the post, or dispute what was seen".to_owned();
    }
    let stale = if check.state == CheckState::Stale {
        " (answer again)"
    } else {
        ""
    };
    let evidence = check
        .evidence_kind
        .map(|kind| format!(" — needs {}", kind.wanted()));
    let former = check.former.as_ref();
    let former = former.map(|former| format!("; it was {former}"));
    format!(
        "{}{stale}{}",
        evidence.unwrap_or_default(),
        former.unwrap_or_default()
    )
}

/// Whether a post waits although its time has passed.
fn is_overdue(post: &PostView, at: Timestamp, desk: &Desk) -> bool {
    at <= desk.now.wall && matches!(post.state, "held" | "queued")
}

pub(super) fn state(post: &PostView, desk: &Desk) -> String {
    let time = time(post.sends_at.as_ref());
    let Some(at) = time.filter(|_| matches!(post.state, "held" | "queued")) else {
        return post.state.to_owned();
    };
    let (calendar, now) = (&desk.plan.calendar, desk.now.wall);
    let (spoken, away) = (calendar.spoken(at), calendar.away(at, now));
    let overdue = if is_overdue(post, at, desk) {
        "overdue since "
    } else {
        ""
    };
    format!("{}, {overdue}{spoken}, {away}", post.state)
}

/// When a post went out, or will, or should have.
fn when(post: &PostView, desk: &Desk) -> String {
    let published = post.receipts.last().map(|receipt| &receipt.published_at);
    let at = published
        .or(post.sends_at.as_ref())
        .or(post.due_at.as_ref());
    let Some(at) = time(at) else {
        return "no time".to_owned();
    };
    let near = desk.plan.calendar.near(at, desk.now.wall);
    if is_overdue(post, at, desk) {
        return format!("overdue since {near}");
    }
    near
}

fn time(text: Option<&String>) -> Option<Timestamp> {
    text?.parse().ok()
}

/// A time of an answer as people say it.
fn said(text: &String, desk: &Desk) -> String {
    let near = |at| desk.plan.calendar.near(at, desk.now.wall);
    time(Some(text)).map_or_else(|| text.clone(), near)
}
