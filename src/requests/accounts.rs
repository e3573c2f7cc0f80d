//! Accounts: added to the plan, listed, tried out, removed.

use std::path::PathBuf;

use jiff::civil::Date;
use serde::Serialize;

use super::slots::{NextTimes, next_times};
use super::{Desk, Failure, plans, words};
use crate::plan::read::{check_name, parse_posts};
use crate::plan::{Account, Begins, Platform, SpeaksAs, Stage, edit};
use crate::platforms::Hands;
use crate::rulebook::Rulebook;

/// What a person says about a new account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the words explain themselves")]
pub struct NewAccount {
    pub name: String,
    pub platform: String,
    pub path: Option<String>,
    pub site: Option<String>,
    pub owner: Option<String>,
    /// Cron expressions; Tuesday 08:00 if there are none.
    pub slots: Vec<String>,
    /// One stage from today on; one post a week if there is none.
    pub cadence: Option<String>,
    pub packs: Vec<String>,
    /// Other keys with their values.
    pub settings: Vec<(String, String)>,
}

/// An account, as others read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the words explain themselves")]
pub struct AccountRow {
    pub name: String,
    pub platform: String,
    pub owner: String,
    pub speaks_as: SpeaksAs,
    pub packs: Vec<String>,
    pub slots: Vec<String>,
    /// When its next slot is.
    pub next_slot: Option<String>,
    /// When its next five slots are.
    pub next_slots: NextTimes,
    pub cadence: Vec<StageRow>,
    pub settings: std::collections::BTreeMap<String, String>,
}

/// A stage of a cadence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageRow {
    /// The date on which it begins.
    pub from: Date,
    /// How many posts in which period.
    pub posts: String,
}

/// What trying an account out found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// The account.
    pub account: String,
    /// Whether a post could go out now.
    pub ok: bool,
    /// What was found, for the clinician.
    pub message: String,
}

/// All accounts, in the plan's order.
pub fn list(desk: &Desk) -> Vec<AccountRow> {
    desk.plan
        .accounts
        .iter()
        .map(|account| row(desk, account))
        .collect()
}

fn row(desk: &Desk, account: &Account) -> AccountRow {
    let next_slots = next_times(&desk.plan, account, desk.now.wall);
    let mut settings: std::collections::BTreeMap<_, _> = account.settings.iter().cloned().collect();
    match &account.platform {
        Platform::Folder { path } => settings.insert("path".to_owned(), path.clone()),
        Platform::Handoff { site } => settings.insert("site".to_owned(), site.clone()),
        Platform::Later { .. } => None,
    };
    AccountRow {
        name: account.name.clone(),
        platform: account.platform.name().to_owned(),
        owner: account.owner.clone(),
        speaks_as: account.speaks_as,
        packs: account.packs.clone(),
        slots: account
            .slots
            .iter()
            .map(|slot| slot.as_str().to_owned())
            .collect(),
        next_slot: next_slots.next.first().cloned(),
        next_slots,
        cadence: stages(&account.cadence),
        settings,
    }
}

fn stages(cadence: &[Stage]) -> Vec<StageRow> {
    let first = cadence.iter().find_map(|stage| match stage.begins {
        Begins::On(date) => Some(date),
        Begins::After(_) => None,
    });
    let rows = cadence.iter().map(|stage| StageRow {
        from: match (stage.begins, first) {
            (Begins::On(date), _) => date,
            (Begins::After(age), first) => age.after(first.unwrap_or_default()),
        },
        posts: if stage.min == stage.max {
            format!("{} per {}", stage.min, stage.per)
        } else {
            format!("{}-{} per {}", stage.min, stage.max, stage.per)
        },
    });
    rows.collect()
}

fn account(desk: &Desk, new: &NewAccount) -> Result<Account, Failure> {
    check_name(&new.name).map_err(|error| words::usage(&error))?;
    let owner = new.owner.as_deref().unwrap_or_default();
    Ok(Account {
        platform: platform(desk, new)?,
        slots: slots(&new.slots)?,
        cadence: vec![first_stage(desk, new.cadence.as_deref())?],
        packs: packs(desk, new.packs.clone())?,
        name: new.name.clone(),
        owner: owner.trim().to_owned(),
        speaks_as: SpeaksAs::Doctor,
        settings: new.settings.clone(),
    })
}

/// What adding an account would add; nothing is written. Fails where the plan would not take it.
pub fn try_out(desk: &Desk, new: &NewAccount) -> Result<AccountRow, Failure> {
    let account = account(desk, new)?;
    plans::try_out(desk, |text| edit::add_account(text, &account))?;
    Ok(row(desk, &account))
}

/// Adds an account to the plan.
pub fn add(desk: &mut Desk, new: &NewAccount) -> Result<AccountRow, Failure> {
    let account = account(desk, new)?;
    plans::change(desk, |text| edit::add_account(text, &account))?;
    let added = desk.plan.account(&account.name).cloned().unwrap_or(account);
    Ok(row(desk, &added))
}

fn slots(wanted: &[String]) -> Result<Vec<crate::calendar::Pattern>, Failure> {
    if wanted.is_empty() {
        return Ok(vec![words::pattern("0 8 * * Tue")?]);
    }
    wanted.iter().map(|slot| words::pattern(slot)).collect()
}

fn first_stage(desk: &Desk, wanted: Option<&str>) -> Result<Stage, Failure> {
    let (min, max, per) =
        parse_posts(wanted.unwrap_or("1 per week")).map_err(|error| words::usage(&error))?;
    let today = desk.plan.calendar.day_of(desk.now.wall);
    Ok(Stage {
        begins: Begins::On(today),
        min,
        max,
        per,
    })
}

/// Packs that are there.
fn packs(desk: &Desk, wanted: Vec<String>) -> Result<Vec<String>, Failure> {
    let packs = Rulebook::load_packs(&desk.paths.checklists())?;
    for pack in &wanted {
        packs.get(pack).map_err(|error| words::usage(&error))?;
    }
    Ok(wanted)
}

fn platform(desk: &Desk, new: &NewAccount) -> Result<Platform, Failure> {
    match new.platform.as_str() {
        "folder" => {
            let path = new.path.clone().filter(|path| !path.trim().is_empty());
            let path = path.ok_or_else(|| {
                Failure::usage("An account on folder needs the folder.")
                    .with_help("add --path, such as --path ~/site/content/posts")
            })?;
            Ok(Platform::Folder {
                path: whole(desk, &path),
            })
        }
        "handoff" => {
            let site = new.site.as_deref().unwrap_or(&new.name);
            let site = words::site(&desk.paths, site)?;
            Ok(Platform::Handoff { site })
        }
        other if Platform::NAMES.contains(&other) => Err(Failure::failed(format!(
            "Publishing to {other} is not built yet."
        ))
        .with_help(
            "--platform handoff opens the site's composer with the text ready; \
                 --platform folder writes a file",
        )),
        other => Err(
            Failure::usage(format!("`{other}` is not a platform known here."))
                .with_help(format!("platforms: {}", Platform::NAMES.join(", "))),
        ),
    }
}

/// A path that means the same wherever the daemon runs; `~` stays.
fn whole(desk: &Desk, path: &str) -> String {
    if path == "~" || path.starts_with("~/") {
        return path.to_owned();
    }
    let absolute = std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path));
    match absolute.strip_prefix(&desk.paths.home) {
        Ok(inside) if !inside.as_os_str().is_empty() => format!("~/{}", inside.display()),
        _ => absolute.display().to_string(),
    }
}

/// Removes an account from the plan. Its posts stay, and are held.
pub fn remove(desk: &mut Desk, name: &str) -> Result<AccountRow, Failure> {
    let was = row(desk, find(desk, name)?);
    plans::change(desk, |text| edit::remove_account(text, name))?;
    Ok(was)
}

fn find<'d>(desk: &'d Desk, name: &str) -> Result<&'d Account, Failure> {
    desk.plan.account(name).ok_or_else(|| {
        Failure::failed(format!("There is no account `{name}`."))
            .with_help("`rounds account list` shows them, `rounds account add` adds one")
    })
}

/// Tries out whether an account could publish, without publishing.
pub fn test(desk: &Desk, name: &str) -> Result<Tried, Failure> {
    let account = find(desk, name)?;
    let (ok, message) = match Hands::of(account, &desk.places()) {
        Hands::Folder(folder) => folder_state(&folder),
        Hands::Handoff(handoff) => (true, handoff.promise()),
        Hands::Absent { platform } => {
            (false, format!("Publishing to {platform} is not built yet."))
        }
    };
    Ok(Tried {
        account: name.to_owned(),
        ok,
        message,
    })
}

/// Whether a folder could be written; one that is not there could be made.
fn folder_state(folder: &crate::platforms::folder::Folder) -> (bool, String) {
    let path = folder.path();
    let shown = path.display();
    if !path.exists() {
        let above = path.ancestors().find(|above| above.exists());
        let writable = above.is_some_and(|above| above.is_dir() && can_write(above));
        return if writable {
            (
                true,
                format!("{shown} is not there yet; it is made with the first post."),
            )
        } else {
            (
                false,
                format!("{shown} is not there and cannot be made: check the folder above it."),
            )
        };
    }
    if !path.is_dir() {
        return (false, format!("{shown} is a file, not a folder."));
    }
    if can_write(path) {
        (true, format!("{shown} can be written."))
    } else {
        (
            false,
            format!("{shown} cannot be written: check its permissions."),
        )
    }
}

fn can_write(folder: &std::path::Path) -> bool {
    rustix::fs::access(
        folder,
        rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK,
    )
    .is_ok()
}
