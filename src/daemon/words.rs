//! What nudges say. Each says why it came; none carries the text of a post.

use std::time::Duration;

use crate::attention::usage::Level;
use crate::calendar::{Per, format_duration};
use crate::engine::{self, Ask, HourStage};
use crate::notify::{Button, Nudge, Stay, Topic, Urgency};
use crate::plan::Of;
use crate::platforms::handoff::opening::{OpenError, Opened};
use crate::requests::Failure;
use crate::requests::sheets::{Saved, Sheet};

/// A limit's nudge goes by itself after this.
const GLANCE: Duration = Duration::from_secs(20);

/// The notification for a nudge.
pub(super) fn notification(nudge: &engine::Nudge) -> Nudge {
    let key = nudge.key();
    match nudge {
        engine::Nudge::Break {
            used,
            length,
            snooze,
            reminder,
        } => {
            let again = if *reminder { "Still no break. " } else { "" };
            let (used, length) = (minutes(*used), format_duration(*length));
            let body = format!("{again}{used} on social sites without a pause of {length}.");
            rest(key, body, *snooze)
        }
        engine::Nudge::Limit {
            of,
            per,
            level,
            used,
            limit,
            ..
        } => {
            let period = if *per == Per::Day {
                "today".to_owned()
            } else {
                format!("this {per}")
            };
            let title = match level {
                Level::Over => format!("{}: time is up for {period}", what(of)),
                _ => format!("{}: most of the time for {period} is used", what(of)),
            };
            let body = format!(
                "{} of {} {period}.",
                minutes(*used),
                format_duration(*limit)
            );
            glance(key, title, body)
        }
        engine::Nudge::Post {
            account,
            ask,
            post,
            opened,
            ..
        } => post_question(key, account, (*ask, *opened), post.as_str()),
        engine::Nudge::Hour { .. } => hour(nudge),
        engine::Nudge::Slot { account, when, .. } => empty_slot(key, account, when),
        engine::Nudge::Ahead { .. } => too_many(nudge),
        engine::Nudge::SecondLook { posts, .. } => {
            let ids: Vec<_> = posts.iter().map(ToString::to_string).collect();
            let title = match posts.len() {
                1 => "A post from last night wants a second look".to_owned(),
                many => format!("{many} posts from last night want a second look"),
            };
            let body = format!("Look at them with `rounds post show`: {}.", ids.join(", "));
            question(
                key,
                title,
                body,
                vec![button("approve", "Let them go", None)],
            )
        }
    }
}

/// The question about a slot for which nothing is ready.
fn empty_slot(key: String, account: &str, when: &str) -> Nudge {
    let write = format!("rounds post add - --to {account} --slot");
    let skip = format!("rounds slot skip {account}");
    question(
        key,
        format!("Nothing is ready for {account}"),
        format!("Its next slot is {when}."),
        vec![
            button("write", "Write now", Some(&write)),
            button("skip", "Skip this slot", Some(&skip)),
        ],
    )
}

/// More is queued than meant: nothing to press.
fn too_many(nudge: &engine::Nudge) -> Nudge {
    let engine::Nudge::Ahead {
        key,
        account,
        per,
        first,
        planned,
        most,
    } = nudge
    else {
        return glance(nudge.key(), String::new(), String::new());
    };
    let title = format!("More is queued on {account} than you meant");
    let from = first.strftime("%a %-d %b");
    let body = format!(
        "{planned} posts in the {per} from {from}, where you meant {most} at most. \
         `rounds post reschedule` moves one."
    );
    Nudge {
        topic: Topic::Post,
        ..glance(key.clone(), title, body)
    }
}

/// What to do with a sheet that was opened, or could not be.
pub(super) fn sheet_opened(sheet: &Sheet, is_open: bool) -> Nudge {
    let Sheet { account, when, .. } = sheet;
    let file = sheet.file.display();
    let (title, body) = if is_open {
        (
            format!("Write the post for {account}, then save"),
            format!("What you save becomes the post for {when}."),
        )
    } else {
        let command = &sheet.command;
        (
            "No editor could be opened".to_owned(),
            format!("Write it in {file} and save, or run: {command}"),
        )
    };
    let popup = glance(format!("sheet:{account}"), title, body);
    Nudge {
        topic: Topic::Post,
        stay: if is_open {
            popup.stay
        } else {
            Stay::UntilAnswered
        },
        ..popup
    }
}

/// What came of a saved sheet.
pub(super) fn sheet_saved(saved: &Saved) -> Nudge {
    let Saved { post, account, .. } = saved;
    let when = saved.when.as_ref().map_or_else(
        || "It has no time yet.".to_owned(),
        |when| format!("It is meant for {when}."),
    );
    let open = match saved.open {
        0 => String::new(),
        open => format!(" It waits for {open} answers: rounds post check {post}"),
    };
    let title = format!("Saved as post {post} for {account}");
    Nudge {
        topic: Topic::Post,
        ..glance(format!("sheet:{account}"), title, format!("{when}{open}"))
    }
}

/// Why what was saved could not be taken.
pub(super) fn sheet_refused(failure: &Failure) -> Nudge {
    let body = match &failure.help {
        Some(help) => format!("{} {}.", failure.message, capital(help)),
        None => failure.message.clone(),
    };
    let title = "What you saved is not in the queue".to_owned();
    Nudge {
        topic: Topic::Trouble,
        ..glance("sheet-refused".to_owned(), title, body)
    }
}

/// The break's nudge, with its three answers.
fn rest(key: String, body: String, snooze: Duration) -> Nudge {
    Nudge {
        key,
        title: "Time for a break".to_owned(),
        body,
        buttons: vec![
            button("take", "Take a break", Some("rounds break take")),
            button("snooze", &spoken(snooze), Some("rounds break snooze")),
            button("skip", "Skip", Some("rounds break skip")),
        ],
        urgency: Urgency::Normal,
        topic: Topic::Break,
        stay: Stay::UntilAnswered,
    }
}

/// An engagement's hour begins, or is over.
fn hour(nudge: &engine::Nudge) -> Nudge {
    let engine::Nudge::Hour {
        key,
        name,
        site,
        stage,
        left,
        answers,
    } = nudge
    else {
        return glance(nudge.key(), String::new(), String::new());
    };
    if *stage == HourStage::Over {
        let body = "Time counts as before again.".to_owned();
        let mut over = glance(key.clone(), format!("{name} is over"), body);
        over.topic = Topic::Break;
        return over;
    }
    let prepared = match answers {
        0 => String::new(),
        1 => " An answer is prepared.".to_owned(),
        several => format!(" {several} answers are prepared."),
    };
    let next =
        (*answers > 0).then(|| button("next-answer", "Next answer", Some("rounds chat next")));
    let open = site.as_ref().map(|_| button("open", "Open", None));
    Nudge {
        key: key.clone(),
        title: format!("{name} is on"),
        body: format!("Another {}.{prepared}", minutes(*left)),
        buttons: next
            .into_iter()
            .chain(open)
            .chain([button("later", "Later", None)])
            .collect(),
        urgency: Urgency::Normal,
        topic: Topic::Break,
        // What is over is taken off the screen.
        stay: Stay::For(*left),
    }
}

/// A limit's nudge: nothing to press.
fn glance(key: String, title: String, body: String) -> Nudge {
    Nudge {
        key,
        title,
        body,
        buttons: Vec::new(),
        urgency: Urgency::Normal,
        topic: Topic::Limit,
        stay: Stay::For(GLANCE),
    }
}

/// What came of a press on *Open*, where there is something to say.
pub(super) fn opened(id: &str, site: &str, done: &Result<Opened, OpenError>) -> Option<Nudge> {
    let show = format!("`rounds post show {id}` prints the text and the address.");
    let (title, body, topic) = match done {
        Ok(Opened { copied: true, .. }) => (
            format!("Text for {site} copied"),
            "Paste it there.".to_owned(),
            Topic::Post,
        ),
        Ok(Opened { missing: true, .. }) => (
            format!("The text for {site} is not copied"),
            format!("{show} To have it copied, install wl-clipboard (Wayland) or xclip (X11)."),
            Topic::Trouble,
        ),
        Ok(_) => return None,
        Err(error) => (
            format!("{site} could not be opened"),
            format!("{}. {show}", capital(&error.to_string())),
            Topic::Trouble,
        ),
    };
    Some(Nudge {
        key: format!("opened:{id}"),
        title,
        body,
        buttons: Vec::new(),
        urgency: Urgency::Low,
        topic,
        stay: Stay::For(GLANCE),
    })
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(rest).collect()
}

/// *Posted* and *Not posted*, with the commands that say the same.
fn posted(id: &str) -> [Button; 2] {
    let by = |word| format!("rounds post resolve {id} {word}");
    [
        button("posted", "Posted", Some(&by("published"))),
        button("not-posted", "Not posted", Some(&by("not-published"))),
    ]
}

/// A post to be posted by hand: first its composer, then the person's word.
fn hand_off(key: String, account: &str, id: &str, opened: bool) -> Nudge {
    let [posted, not_posted] = posted(id);
    let later = button("later", "Later", None);
    if opened {
        let title = format!("Is it out on {account}?");
        let body = format!("Say whether post {id} was posted. It counts only when you say so.");
        return question(key, title, body, vec![posted, not_posted, later]);
    }
    let open = button("open", "Open", Some(&format!("rounds post show {id}")));
    let title = format!("Time to post on {account}");
    let body = format!("Post {id} is ready. Open the site, post it, then say that it is out.");
    question(key, title, body, vec![open, posted, later])
}

fn post_question(key: String, account: &str, about: (Ask, bool), id: &str) -> Nudge {
    let (ask, opened) = about;
    let cancel = format!("rounds post cancel {id}");
    let retry = vec![
        button("send-now", "Send now", None),
        button("cancel", "Cancel it", Some(&cancel)),
    ];
    let (title, body, buttons) = match ask {
        Ask::Missed => (
            format!("A post for {account} missed its time"),
            format!("Post {id} could not go when it was due, so it waits for you."),
            retry,
        ),
        Ask::Failed => (
            format!("A post for {account} could not be sent"),
            format!("Post {id} was certainly not published. `rounds post show {id}` says why."),
            retry,
        ),
        Ask::Uncertain => (
            format!("Is the post on {account}?"),
            format!("Nobody but you can see whether post {id} went out. Look, then say."),
            posted(id).into(),
        ),
        Ask::HandedOff => return hand_off(key, account, id, opened),
        Ask::Ageing => ageing(account, id),
        Ask::Erasing => erasing(account, id),
        Ask::SecondLook => (
            "A post wants a second look".to_owned(),
            format!("Post {id} was written in quiet time."),
            vec![button(
                "approve",
                "Let it go",
                Some(&format!("rounds post approve {id}")),
            )],
        ),
    };
    question(key, title, body, buttons)
}

/// An answer or approval will be too old when the post goes.
fn ageing(account: &str, id: &str) -> (String, String, Vec<Button>) {
    let title = format!("An answer for {account} will be too old");
    let body = format!(
        "Post {id} goes out within two days; by then an answer or approval will be too old. Give \
         it again with `rounds post check {id}`."
    );
    (title, body, Vec::new())
}

/// A text that was left with something that may not go out will be erased.
fn erasing(account: &str, id: &str) -> (String, String, Vec<Button>) {
    let title = format!("The text of a post for {account} will be erased");
    let body = format!(
        "Post {id} was left with something that may not go out. `rounds post show {id}` says when \
         its text is erased."
    );
    let keep = format!("rounds post edit {id} --keep");
    (title, body, vec![button("keep", "Keep it", Some(&keep))])
}

fn question(key: String, title: String, body: String, buttons: Vec<Button>) -> Nudge {
    Nudge {
        key,
        title,
        body,
        buttons,
        urgency: Urgency::Normal,
        topic: Topic::Post,
        stay: Stay::UntilAnswered,
    }
}

fn button(id: &str, label: &str, command: Option<&str>) -> Button {
    Button {
        id: id.to_owned(),
        label: label.to_owned(),
        command: command.map(str::to_owned),
    }
}

fn what(of: &Of) -> String {
    match of {
        Of::All => "Social sites".to_owned(),
        Of::Site(site) => site.clone(),
        Of::Activity(activity) => format!("{activity} time"),
    }
}

/// A duration in whole minutes, or in seconds where it is short.
fn minutes(time: Duration) -> String {
    let whole = if time < Duration::from_mins(2) {
        Duration::from_secs(time.as_secs())
    } else {
        Duration::from_mins(time.as_secs() / 60)
    };
    format_duration(whole)
}

/// A snooze as a button says it.
fn spoken(time: Duration) -> String {
    if time.as_secs().is_multiple_of(60) && time >= Duration::from_mins(1) {
        format!("{} more minutes", time.as_secs() / 60)
    } else {
        format!("{} more", format_duration(time))
    }
}
