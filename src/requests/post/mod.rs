//! The queue, as people ask for it: add, look, answer, change, take back.
//!
//! Every change ends in the same place: the post is reviewed and written under its version with
//! its audit entries. No request can make a post queued; only the review can.

mod add;
mod answer;
mod change;
mod metrics;
mod pictures;
mod prepared;
mod recur;
mod restored;
mod view;

use crate::engine::Change;
use crate::posting::audit::Entry;
use crate::posting::holds::{Review, settle};
use crate::posting::life::State;
use crate::posting::post::{Post, PostId};
use crate::posting::screening::Finding;
use crate::rulebook::Reviewed;

use super::{Changed, Desk, Failure};
pub(super) use add::account;
pub use add::{NewPost, Time, add};
pub use answer::{Answer, Objection, answer};
pub use change::{
    Edit, act, approve, cancel, edit, reschedule, resolve, retract, review_all, review_where,
    revoke,
};
pub use metrics::{MetricsView, Numbers, metrics};
pub use pictures::{NewPicture, drop_unused as drop_unused_pictures};
pub use prepared::{next_answer, prepared};
pub use recur::{
    SeriesRow, begin as begin_series, coming as coming_of_series, end as end_series,
    list as list_series, repeat,
};
pub(super) use restored::hold_restored;
pub use view::{CheckView, FindingView, PostView};

/// The post whose id begins like this.
pub fn find(desk: &Desk, prefix: &str) -> Result<Post, Failure> {
    let ids = desk.store.ids(&prefix.trim().to_lowercase(), 4)?;
    match ids.as_slice() {
        _ if prefix.trim().is_empty() => Err(Failure::usage("Name the post by its id.")),
        [] => Err(Failure::failed(format!("There is no post “{prefix}”."))
            .with_help("`rounds post list` shows them")),
        [id] => Ok(desk
            .store
            .post(id)?
            .ok_or_else(|| Failure::failed("The post is gone."))?),
        several => {
            let names: Vec<_> = several.iter().map(ToString::to_string).collect();
            Err(Failure::failed(format!(
                "“{prefix}” begins several posts: {}.",
                names.join(", ")
            )))
        }
    }
}

/// Everything about one post.
pub fn show(desk: &Desk, prefix: &str) -> Result<PostView, Failure> {
    let post = find(desk, prefix)?;
    view(desk, &post)
}

/// All posts, or those in one state.
pub fn list(desk: &Desk, state: Option<&str>) -> Result<Vec<PostView>, Failure> {
    if let Some(state) = state.filter(|state| !State::NAMES.contains(state)) {
        return Err(
            Failure::usage(format!("“{state}” is not a state of a post."))
                .with_help(format!("the states are {}", State::NAMES.join(", "))),
        );
    }
    let rulebook = desk.rulebook()?;
    let posts = desk.store.posts(state)?;
    let view = |post: &Post| {
        let reviewed = rulebook.review(&desk.store, &desk.plan, post, desk.now.wall)?;
        Ok(PostView::new(post, &reviewed, desk))
    };
    posts.iter().map(view).collect()
}

/// A post as it is shown, reviewed now.
fn view(desk: &Desk, post: &Post) -> Result<PostView, Failure> {
    let reviewed = review(desk, post)?;
    Ok(PostView::new(post, &reviewed, desk))
}

pub(super) fn review(desk: &Desk, post: &Post) -> Result<Reviewed, Failure> {
    Ok(desk
        .rulebook()?
        .review(&desk.store, &desk.plan, post, desk.now.wall)?)
}

/// Reviews a changed post, writes it with its entries, and shows it.
fn save(desk: &mut Desk, mut post: Post, mut entries: Vec<Entry>) -> Result<PostView, Failure> {
    let reviewed = review(desk, &post)?;
    settle(&mut post, &reviewed.review, desk.now.wall, &mut entries)?;
    write(desk, post, entries, &reviewed)
}

/// Writes a post as it is.
fn write(
    desk: &mut Desk,
    post: Post,
    entries: Vec<Entry>,
    reviewed: &Reviewed,
) -> Result<PostView, Failure> {
    let view = PostView::new(&post, reviewed, desk);
    desk.store.write(&Change { post, entries })?;
    desk.changed.insert(Changed::Posts);
    Ok(view)
}

/// A review that asks nothing, for posts whose life is over.
fn nothing_asked(post: &Post) -> Reviewed {
    let review = Review {
        checks: Vec::new(),
        holds: post.holds.clone(),
        waiting: crate::posting::life::Waiting::Draft,
        sends_at: post.sends_at,
        wake_at: None,
        reminder: post.reminder,
        erase_at: post.erase_at,
        quiet_at: post.quiet_at,
    };
    Reviewed {
        findings: Vec::<Finding>::new(),
        papers: Vec::new(),
        review,
    }
}

/// A new id that no post has yet.
fn new_id(desk: &Desk) -> Result<PostId, Failure> {
    loop {
        let id = PostId::from_bits(fastrand::u64(..));
        if desk.store.post(&id)?.is_none() {
            return Ok(id);
        }
    }
}
