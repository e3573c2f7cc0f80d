//! What to do when an older database was put in the place of the one in use: a backup brought back,
//! a snapshot of the disk.
//!
//! What happened since is not known any more: a post that waits may be out already or called off.
//! So every post that has a time is held for a second look, and the record says that it was.

use super::change::review_where;
use super::{Change, Desk, Failure};
use crate::posting::audit::{Entry, Head, Kind};

/// Holds every post that could still go out by itself. `newest` is the entry that was lost.
pub(in crate::requests) fn hold_restored(desk: &mut Desk, newest: &Head) -> Result<(), Failure> {
    let now = desk.now.wall;
    for state in ["held", "queued"] {
        for mut post in desk.store.posts(Some(state))? {
            post.restored_at = Some(now);
            let entries = Vec::new();
            desk.store.write(&Change { post, entries })?;
        }
    }
    review_where(desk, |post| post.restored_at == Some(now))?;
    // Last: until it is written, all this is done again.
    let entry = Entry::new(now, Kind::Restored, None, "rounds")
        .with("lost", newest.hash.clone())
        .with("number", newest.sequence.to_string());
    desk.store.append(&[entry])?;
    Ok(())
}
