//! A sheet: a plain text file on which the post for one slot is written, in the person's own editor.
//!
//! Rules: what is saved on a sheet becomes the post of its slot, and changes that post for as long
//! as it may be changed; a post that somebody else put on the slot meanwhile is left alone, and the
//! text goes to the next free slot. An empty sheet does nothing. Sheets are readable for their owner
//! only, and go once their slot is a day past and their text is in the queue.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::post::{self, Edit, NewPost, PostView, Time};
use super::{Desk, Failure, files};

/// How a sheet's name shows its slot.
const SLOT: &str = "%Y-%m-%d %H.%M";
/// The length of that.
const SLOT_LENGTH: usize = 16;

/// A sheet and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The file.
    pub file: PathBuf,
    /// The account.
    pub account: String,
    /// The slot, for people.
    pub when: String,
    /// The command that does the same without an editor.
    pub command: String,
}

/// What came of a saved sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// The post's id.
    pub post: String,
    /// Its account.
    pub account: String,
    /// When it is meant to go out, for people; none for a draft.
    pub when: Option<String>,
    /// How many answers it waits for.
    pub open: usize,
}

/// Whether a file is a sheet by its name.
pub fn is_sheet(file: &Path) -> bool {
    let name = file.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| name.ends_with(".txt") && !name.starts_with('.'))
}

/// The sheet for a slot, made if it is not there; old ones are cleared away.
pub fn lay_out(desk: &Desk, account: &str, slot: Timestamp) -> Result<Sheet, Failure> {
    post::account(desk, account)?;
    let folder = desk.paths.sheets();
    files::make_folder(&folder)?;
    clear_away(desk, &folder);
    let local = desk.plan.calendar.local(slot);
    let file = folder.join(format!("{account} {}.txt", local.strftime(SLOT)));
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true).mode(0o600);
    options
        .open(&file)
        .map_err(|error| Failure::file(&file, &error))?;
    let at = local.strftime("%Y-%m-%d %H:%M");
    Ok(Sheet {
        file,
        account: account.to_owned(),
        when: desk.plan.calendar.spoken(slot),
        command: format!("rounds post add - --to {account} --at \"{at}\""),
    })
}

/// Makes a post of what was saved, or changes the one that was made of it before. None where there
/// is nothing new.
pub fn take_up(desk: &mut Desk, file: &Path) -> Result<Option<Saved>, Failure> {
    let Some((account, slot)) = meaning(desk, file) else {
        return Ok(None);
    };
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::file(file, &error)),
    };
    let text = text.trim_end();
    if text.trim().is_empty() {
        return Ok(None);
    }
    let made = fs::read_to_string(note(file)).ok();
    let view = match made {
        Some(id) if post::find(desk, &id)?.content.text == text => return Ok(None),
        Some(id) => {
            let text = Some(text.to_owned());
            post::edit(
                desk,
                &id,
                &Edit {
                    text,
                    ..Edit::default()
                },
            )?
        }
        None => add(desk, file, &account, slot, text)?,
    };
    let open = view.open().count();
    Ok(Some(Saved {
        post: view.id.clone(),
        account,
        when: view
            .due_at
            .as_deref()
            .and_then(|at| at.parse().ok())
            .map(|at| desk.plan.calendar.spoken(at)),
        open,
    }))
}

fn add(
    desk: &mut Desk,
    file: &Path,
    account: &str,
    slot: Timestamp,
    text: &str,
) -> Result<PostView, Failure> {
    let taken = desk.store.taken_slots(account, slot)?.contains(&slot);
    let time = match slot {
        slot if slot <= desk.now.wall => Time::None,
        _ if taken => Time::Slot,
        slot => Time::At(slot),
    };
    let new = NewPost {
        text: text.to_owned(),
        accounts: vec![account.to_owned()],
        time,
        ..NewPost::default()
    };
    let mut views = post::add(desk, &new)?;
    let view = views
        .pop()
        .ok_or_else(|| Failure::failed("No post was made."))?;
    let noted = crate::files::put(&note(file), view.id.as_bytes());
    noted.map_err(|error| Failure::file(file, &error))?;
    Ok(view)
}

/// The file beside a sheet that names the post which was made of it.
fn note(sheet: &Path) -> PathBuf {
    let name = sheet.file_name().unwrap_or_default().to_string_lossy();
    sheet.with_file_name(format!(".{name}.post"))
}

/// Account and slot of a sheet, from its name.
fn meaning(desk: &Desk, file: &Path) -> Option<(String, Timestamp)> {
    let name = file.file_name()?.to_str()?.strip_suffix(".txt")?;
    let at = name.len().checked_sub(SLOT_LENGTH)?;
    let (account, slot) = (name.get(..at)?.strip_suffix(' ')?, name.get(at..)?);
    let slot = DateTime::strptime(SLOT, slot).ok()?;
    desk.plan.account(account)?;
    Some((account.to_owned(), desk.plan.calendar.instant(slot)))
}

/// Removes sheets whose slot is a day past, and whose text is in the queue or was never written.
fn clear_away(desk: &Desk, folder: &Path) {
    let day = SignedDuration::from_hours(24);
    let yesterday = desk.now.wall.checked_sub(day).unwrap_or(Timestamp::MIN);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for file in entries
        .map(|entry| entry.path())
        .filter(|file| is_sheet(file))
    {
        let is_past = meaning(desk, &file).is_some_and(|(_, slot)| slot < yesterday);
        let is_empty = fs::metadata(&file).is_ok_and(|data| data.len() == 0);
        if is_past && (is_empty || note(&file).exists()) {
            let _ = fs::remove_file(note(&file));
            let _ = fs::remove_file(&file);
        }
    }
}
