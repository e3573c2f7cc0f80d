//! Answers prepared for an engagement: handed over one by one in its hour, each once.
//!
//! Rules: nothing is handed over outside the hour, nor while a check is open, a hold stands or
//! cooling off lasts; the oldest that may go goes first. Handing over gives it the present time as
//! its time, under its version: two who ask at once do not get the same one.

use jiff::Timestamp;

use super::{Desk, Failure, PostView, review, view, write};
use crate::plan::{Engagement, agenda};
use crate::posting::audit::{Entry, Kind};
use crate::posting::holds::settle;
use crate::posting::life::State;
use crate::posting::post::Post;
use crate::rulebook::Reviewed;

/// The answers that wait, oldest first: for one engagement, or for all.
pub fn prepared(desk: &Desk, engagement: Option<&str>) -> Result<Vec<PostView>, Failure> {
    if let Some(name) = engagement {
        self::engagement(desk, name)?;
    }
    let posts = desk.store.prepared(engagement)?;
    posts.iter().map(|post| view(desk, post)).collect()
}

/// Hands over the next answer of the engagement that is on, or of this one if it is.
pub fn next_answer(desk: &mut Desk, engagement: Option<&str>) -> Result<PostView, Failure> {
    let on = on(desk, engagement)?;
    let mut waiting = desk.store.prepared(engagement)?;
    waiting.retain(|post| {
        let own = post.about.engagement.as_ref();
        own.is_some_and(|own| on.contains(own))
    });
    let (mut why, mut open) = (Vec::new(), None);
    for mut post in waiting {
        let now = desk.now.wall;
        post.due_at = Some(now);
        post.state = State::Held;
        let reviewed = review(desk, &post)?;
        if let Some(reason) = not_yet(&reviewed, desk, now) {
            why.push(format!("{}: {reason}", post.id));
            let held = !reviewed.review.holds.is_empty();
            open = open.or_else(|| held.then(|| post.id.clone()));
            continue;
        }
        return hand_over(desk, post, &reviewed);
    }
    if why.is_empty() {
        let names = on.join(", ");
        return Err(Failure::refused(format!("No answer waits for {names}."))
            .with_help("prepare one with `rounds post add TEXT --to ACCOUNT --engagement NAME`"));
    }
    let why = format!("No prepared answer may go yet: {}", why.join("; "));
    Err(Failure::refused(why).with_help(match open {
        Some(id) => format!("`rounds post check {id}` answers what is open"),
        None => "ask again then; answers that are checked earlier have cooled off".to_owned(),
    }))
}

fn hand_over(desk: &mut Desk, mut post: Post, reviewed: &Reviewed) -> Result<PostView, Failure> {
    let now = desk.now.wall;
    let entry = Entry::new(now, Kind::Rescheduled, Some(&post.id), &post.author)
        .with("due", desk.plan.calendar.rfc3339(now))
        .with("system-account", desk.system_user.clone());
    let mut entries = vec![entry];
    settle(&mut post, &reviewed.review, now, &mut entries)?;
    write(desk, post, entries, reviewed)
}

/// Why an answer may not go at this moment.
fn not_yet(reviewed: &Reviewed, desk: &Desk, now: Timestamp) -> Option<String> {
    if let Some(hold) = reviewed.review.holds.first() {
        return Some(hold.why.clone());
    }
    let cooled = reviewed.review.sends_at.filter(|at| *at > now)?;
    Some(format!(
        "it cools off until {}",
        desk.plan.calendar.spoken(cooled)
    ))
}

/// The engagement of this name.
pub(super) fn engagement<'d>(desk: &'d Desk, name: &str) -> Result<&'d Engagement, Failure> {
    let mut all = desk.plan.engagements.iter();
    all.find(|engagement| engagement.name == name)
        .ok_or_else(|| {
            Failure::usage(format!("There is no engagement “{name}” in the plan."))
                .with_help("`rounds engagement list` shows them")
        })
}

/// The names of the engagements that are on.
fn on(desk: &Desk, wanted: Option<&str>) -> Result<Vec<String>, Failure> {
    if let Some(name) = wanted {
        engagement(desk, name)?;
    }
    let now = desk.now.wall;
    let on: Vec<_> = agenda::on(&desk.plan, now)
        .filter(|engagement| wanted.is_none_or(|name| engagement.name == name))
        .map(|engagement| engagement.name.clone())
        .collect();
    if on.is_empty() {
        let what = wanted.unwrap_or("No engagement");
        let not = if wanted.is_some() { " not" } else { "" };
        return Err(Failure::refused(format!("{what} is{not} on now."))
            .with_help("answers are handed over in the engagement's hour"));
    }
    Ok(on)
}
