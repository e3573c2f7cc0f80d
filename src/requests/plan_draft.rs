//! The plan changed as a text: a draft beside it, looked over, told, then taken.
//!
//! Rules: the plan's file is replaced only by a text that is a valid plan, and only if it is still
//! the text that the edit began with; what stood there is kept as a copy. An empty text is no plan. A draft that was not taken stays, is opened again by the next
//! edit, and is set aside, never overwritten, once the plan has moved on without it.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::ToSpan;
use serde::Serialize;

use super::init::keep;
use super::plans::{WarningRow, contradictions_of, put};
use super::slots::{NextTimes, next_of_all};
use super::{Desk, Failure, files, parse_plan};
use crate::plan::difference::{Change, difference};

/// How many days are looked ahead before a change is saved.
const AHEAD: i64 = 28;

/// An edit that has begun.
#[derive(Debug)]
pub struct Draft {
    /// The file that is edited.
    pub file: PathBuf,
    /// It was left by a former edit that was not taken.
    pub is_left_over: bool,
    /// Where a former draft was moved, since the plan was changed after it.
    pub set_aside: Option<PathBuf>,
    /// The plan's text when the edit began.
    base: String,
}

/// What a draft would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Look {
    /// Whether the text differs from the plan's.
    pub changed: bool,
    /// What will differ in the coming four weeks.
    pub changes: Vec<Change>,
    /// What contradicts itself in it.
    pub warnings: Vec<WarningRow>,
    /// The next times of every account.
    pub slots: Vec<NextTimes>,
}

/// Begins an edit with a copy of the plan, or goes on with one that was left.
pub fn begin(desk: &Desk) -> Result<Draft, Failure> {
    let plan = desk.paths.plan();
    let base = files::read_text(&plan)?;
    let file = desk.paths.config.join("plan.edited.toml");
    let mut draft = Draft {
        file: file.clone(),
        is_left_over: false,
        set_aside: None,
        base,
    };
    let left = fs::read(&file).ok();
    if left.is_some_and(|left| left != draft.base.as_bytes()) {
        if is_newer(&file, &plan) {
            draft.is_left_over = true;
            return Ok(draft);
        }
        let aside = free_name(&desk.paths.config);
        fs::rename(&file, &aside).map_err(|error| Failure::file(&file, &error))?;
        draft.set_aside = Some(aside);
    }
    files::replace(&file, draft.base.as_bytes())?;
    Ok(draft)
}

fn is_newer(file: &Path, other: &Path) -> bool {
    let changed = |file: &Path| fs::metadata(file).and_then(|data| data.modified()).ok();
    changed(file) >= changed(other)
}

fn free_name(folder: &Path) -> PathBuf {
    let names = (1_u32..).map(|number| folder.join(format!("plan.edited-{number}.toml")));
    let mut free = names.filter(|name| !name.exists());
    free.next()
        .unwrap_or_else(|| folder.join("plan.edited-0.toml"))
}

/// The text of a draft as the editor left it.
pub fn text(draft: &Draft) -> Result<String, Failure> {
    files::read_text(&draft.file).map_err(|failure| kept(draft, failure))
}

/// Looks over the text of a draft. Fails where it is empty or no valid plan, with
/// the line in the draft.
pub fn look(desk: &Desk, draft: &Draft, text: &str) -> Result<Look, Failure> {
    if text.trim().is_empty() {
        let empty = Failure::config("The edited plan is empty: nothing was changed.");
        return Err(kept(draft, empty));
    }
    let new = parse_plan(text).map_err(|error| kept(draft, Failure::plan(&draft.file, &error)))?;
    let now = desk.now.wall;
    let today = new.calendar.day_of(now);
    let last = today.saturating_add((AHEAD - 1).days());
    Ok(Look {
        changed: text != draft.base,
        changes: difference(&desk.plan, &new, today, last),
        warnings: contradictions_of(&new, &desk.paths, now)?,
        slots: next_of_all(&new, now),
    })
}

/// Takes the text as the plan, and says where the former one is kept. Fails, and keeps the draft, if the plan was changed meanwhile.
pub fn take(desk: &mut Desk, draft: &Draft, text: &str) -> Result<PathBuf, Failure> {
    let _lock = files::lock(&desk.paths.config)?;
    let plan = desk.paths.plan();
    let now = files::read_text(&plan)?;
    if now != draft.base {
        let failure = Failure::failed("The plan was changed by another program meanwhile.");
        return Err(kept(draft, failure));
    }
    let copy = keep(&plan, now.as_bytes(), desk.now)?;
    put(desk, text).map_err(|failure| kept(draft, failure))?;
    discard(draft)?;
    Ok(copy)
}

/// Removes a draft that is not needed any more.
pub fn discard(draft: &Draft) -> Result<(), Failure> {
    fs::remove_file(&draft.file).map_err(|error| Failure::file(&draft.file, &error))
}

/// Removes a draft in which nothing was written.
pub fn discard_untouched(draft: &Draft) {
    if fs::read_to_string(&draft.file).is_ok_and(|text| text == draft.base) {
        let _ = fs::remove_file(&draft.file);
    }
}

/// A failure that says where the text of the edit is.
fn kept(draft: &Draft, mut failure: Failure) -> Failure {
    let file = draft.file.display();
    let kept = format!("your text is kept in {file}: `rounds plan edit` opens it again");
    failure.add_help(&kept);
    failure
}
