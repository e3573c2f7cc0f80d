//! What the daemon has done by a process of its own: everything that needs the professional rules.
//!
//! The rules are large, and needed for a moment a few times a day. A process that ends gives back
//! all that it took, so a daemon that looked at a post is as small as one that never did.
//!
//! Rules it keeps: the plan comes with the errand, since the one in force is not always the one in
//! the file; an errand asks the daemon nothing, which waits for it. It does not know how the other
//! process is started, nor how the lines get there and back.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::sheets::{Saved, take_up};
use super::{Desk, Failure, parse_plan, post};
use crate::clock::Moment;
use crate::config::{Config, Paths};
use crate::engine::Act;
use crate::posting::holds::Review;
use crate::posting::post::PostId;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Look at a post, and change nothing.
    Look(PostId),
    /// Review every post that can still change.
    ReviewAll,
    /// What a person asked by a button.
    Act(PostId, Act),
    /// Hand over the next answer prepared for this engagement.
    NextAnswer(String),
    /// Make the post of a series for a time.
    Repeat(String, Timestamp),
    /// Make or change the post that was written on a sheet.
    TakeUp(PathBuf),
}

/// What is to be done, and the plan in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Errand {
    /// What.
    pub task: Task,
    /// The text of the plan.
    pub plan: String,
}

/// What came of an errand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Done {
    /// The post is as told, if it is still there.
    Looked(Option<Look>),
    /// What was saved on the sheet, if that was anything new.
    TakenUp(Option<Saved>),
    /// It is written.
    Written,
    /// It could not be done, and nothing was.
    Failed(Failure),
}

/// What a look at a post saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The version that was looked at.
    pub version: u64,
    /// What holds it, and when it goes.
    pub review: Review,
}

/// Does an errand.
pub fn run(errand: &Errand, paths: Paths, now: Moment) -> Done {
    attempt(errand, paths, now).unwrap_or_else(Done::Failed)
}

fn attempt(errand: &Errand, paths: Paths, now: Moment) -> Result<Done, Failure> {
    let plan = parse_plan(&errand.plan).map_err(|e| Failure::plan(&paths.plan(), &e))?;
    // A mistake made in config.toml meanwhile is no reason to leave posts alone.
    let config = Config::load(&paths).unwrap_or_default();
    let mut desk = Desk::with(paths, config, plan, now)?;
    match &errand.task {
        Task::Look(id) => {
            let Some(found) = desk.store.post(id)? else {
                return Ok(Done::Looked(None));
            };
            let version = found.version;
            let review = post::review(&desk, &found)?.review;
            return Ok(Done::Looked(Some(Look { version, review })));
        }
        Task::ReviewAll => drop(post::review_all(&mut desk)?),
        Task::Act(id, act) => post::act(&mut desk, id, *act)?,
        Task::NextAnswer(name) => drop(post::next_answer(&mut desk, Some(name))?),
        Task::Repeat(series, at) => post::repeat(&mut desk, series, *at)?,
        Task::TakeUp(file) => return Ok(Done::TakenUp(take_up(&mut desk, file)?)),
    }
    Ok(Done::Written)
}
