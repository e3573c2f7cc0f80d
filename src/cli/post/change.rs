//! `rounds post edit`, `reschedule`, `approve`, `cancel`, `resolve`, `retract`.

use super::super::call::Call;
use super::super::{Answer, Exit};
use super::add::{pictures, text, time, when};
use super::show::words;
use super::{ApproveArgs, EditArgs, IdArgs, RescheduleArgs, ResolveArgs};
use crate::cli::editor::edit_text;
use crate::requests::post::{
    Edit, PostView, Time, approve, cancel, edit, reschedule, resolve, retract, revoke, show,
};
use crate::requests::{Desk, Failure};

/// Prints the post as it is now, and tells the daemon.
fn done(call: &Call, desk: &Desk, post: &PostView) -> Answer {
    call.tell(desk);
    call.out.show(post, || words(post, desk))?;
    Ok(Exit::Done)
}

pub(super) fn run_edit(args: &EditArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let content = &args.content;
    let mut change = Edit {
        text: args.text.as_deref().map(text).transpose()?,
        time: time(&desk, &args.time)?,
        pictures: (!content.media.is_empty())
            .then(|| pictures(content))
            .transpose()?,
        sources: content.source.clone(),
        keep: args.keep,
    };
    let nothing = change.text.is_none()
        && change.time.is_none()
        && change.pictures.is_none()
        && change.sources.is_empty()
        && !change.keep;
    if nothing {
        let former = show(&desk, &args.id)?.text;
        change.text = Some(edit_text(&former, &desk.paths.data, "post.edit.md")?);
    }
    let post = edit(&mut desk, &args.id, &change)?;
    done(call, &desk, &post)
}

pub(super) fn run_reschedule(args: &RescheduleArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let time = if args.slot {
        Time::Slot
    } else {
        Time::At(when(&desk, &args.when.join(" "))?)
    };
    let post = reschedule(&mut desk, &args.id, time)?;
    done(call, &desk, &post)
}

pub(super) fn run_approve(args: &ApproveArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let ask = if args.revoke { revoke } else { approve };
    let post = ask(&mut desk, &args.id, args.by.as_deref())?;
    done(call, &desk, &post)
}

pub(super) fn run_cancel(args: &IdArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let post = cancel(&mut desk, &args.id)?;
    done(call, &desk, &post)
}

pub(super) fn run_resolve(args: &ResolveArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let post = resolve(&mut desk, &args.id, args.what == "published")?;
    done(call, &desk, &post)
}

pub(super) fn run_retract(args: &IdArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let (post, what) = retract(&mut desk, &args.id)?;
    call.tell(&desk);
    call.out
        .show(&post, || format!("Post {} is taken back: {what}.", post.id))?;
    Ok::<_, Failure>(Exit::Done)
}
