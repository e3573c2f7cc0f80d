//! `rounds post add`: from words and flags to queued posts.

use std::io::Read;
use std::path::PathBuf;

use serde::Serialize;

use super::super::call::{Agreed, Call};
use super::super::slot::times_words;
use super::super::{Answer, Exit};
use super::show::words;
use super::{AddArgs, ContentArgs, TimeArgs};
use crate::calendar::parse_when;
use crate::posting::post::{About, Goal, Relation};
use crate::requests::post::{
    NewPicture, NewPost, PostView, Time, add, begin_series, coming_of_series,
};
use crate::requests::{Desk, Failure};

/// All posts of one call.
#[derive(Serialize)]
pub(super) struct Posts<'p> {
    pub(super) posts: &'p [PostView],
}

pub(super) fn run(args: &AddArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let new = NewPost {
        text: text(&args.text)?,
        accounts: args.to.clone(),
        time: time(&desk, &args.time)?.unwrap_or_default(),
        pictures: pictures(&args.content)?,
        sources: args.content.source.clone(),
        consent: args.consent.clone(),
        about: About {
            patient: args.about_patient,
            sponsor: args.sponsor.clone(),
            goal: args.goal.as_deref().and_then(goal),
            dispute: args.dispute,
            redirect: None,
            channel: None,
            keep: false,
            engagement: args.engagement.clone(),
        },
        relation: relation(args),
        author: args.by.clone(),
    };
    if let Some(cron) = &args.series.cron {
        return series(args, call, &mut desk, &new, cron);
    }
    let posts = add(&mut desk, &new)?;
    call.out.show(&Posts { posts: &posts }, || {
        posts
            .iter()
            .map(|post| words(post, &desk))
            .collect::<Vec<_>>()
            .join("\n\n")
    })?;
    call.tell(&desk);
    Ok(Exit::Done)
}

/// Posts that recur: their next times, the first of each series, and when the next is made.
fn series(args: &AddArgs, call: &Call, desk: &mut Desk, new: &NewPost, cron: &str) -> Answer {
    let (next_times, spoken) = coming_of_series(desk, new, cron)?;
    let told = || times_words(&format!("Next posts for {}", args.to.join(", ")), &spoken);
    if args.series.dry_run {
        let answer = serde_json::json!({ "next_times": next_times });
        call.out.show(&answer, told)?;
        return Ok(Exit::Done);
    }
    let agreed = call.agreed(args.series.yes, told)?;
    if agreed == Agreed::No {
        return Ok(Exit::Done);
    }
    let (series, posts) = begin_series(desk, new, cron)?;
    let answer = serde_json::json!({
        "posts": posts, "series": series, "next_times": next_times
    });
    call.out.show(&answer, || {
        let times = (agreed == Agreed::Unasked).then(told);
        let posts = posts.iter().map(|post| words(post, desk));
        let series = series.iter().map(|row| {
            let next = row.spoken.as_deref().unwrap_or("never");
            let id = &row.id;
            format!(
                "Series {id} on {}: the next post is for {next}. `rounds series end {id}` ends it.",
                row.account
            )
        });
        let parts = posts.chain(times).chain(series);
        parts.collect::<Vec<_>>().join("\n\n")
    })?;
    call.tell(desk);
    Ok(Exit::Done)
}

/// The text, or standard input for `-`.
pub(super) fn text(given: &str) -> Result<String, Failure> {
    if given != "-" {
        return Ok(given.to_owned());
    }
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::usage(format!("Standard input cannot be read: {error}.")))?;
    Ok(text)
}

/// The time that the flags name; none where they name none.
pub(super) fn time(desk: &Desk, args: &TimeArgs) -> Result<Option<Time>, Failure> {
    if args.slot {
        return Ok(Some(Time::Slot));
    }
    args.at
        .as_deref()
        .map(|at| when(desk, at).map(Time::At))
        .transpose()
}

/// An instant as a person says it.
pub(in crate::cli) fn when(desk: &Desk, text: &str) -> Result<jiff::Timestamp, Failure> {
    parse_when(&desk.plan.calendar, text, desk.now.wall)
        .map_err(|error| Failure::usage(error.to_string()))
}

/// Pictures with their descriptions, in order.
pub(super) fn pictures(args: &ContentArgs) -> Result<Vec<NewPicture>, Failure> {
    if args.media.len() != args.alt.len() {
        return Err(Failure::usage(format!(
            "There are {} pictures and {} descriptions.",
            args.media.len(),
            args.alt.len()
        ))
        .with_help("give one --alt for each --media, saying what the picture shows"));
    }
    let pair = |(file, alt): (&PathBuf, &String)| NewPicture {
        file: file.clone(),
        alt: alt.clone(),
    };
    Ok(args.media.iter().zip(&args.alt).map(pair).collect())
}

fn goal(word: &str) -> Option<Goal> {
    serde_json::from_value(word.into()).ok()
}

fn relation(args: &AddArgs) -> Relation {
    let repost = args.repost.clone().map(Relation::Repost);
    let quote = args.quote.clone().map(Relation::Quote);
    let reply = args.reply_to.clone().map(Relation::Reply);
    repost.or(quote).or(reply).unwrap_or_default()
}
