//! What a person may ask, by command or page: one function each over plan, memory and rules.
//!
//! A request does the same thing whether the daemon runs or not. What it changed is noted, so that
//! the caller can tell a running daemon. Nothing here prints or parses a command line.

pub mod accounts;
pub mod appointments;
pub mod audit;
pub mod calendars;
pub mod consents;
pub mod doctor;
pub mod errand;
pub mod failure;
mod files;
pub mod init;
pub mod interests;
pub mod limits;
pub mod papers;
pub mod plan_draft;
pub mod plans;
pub mod post;
pub mod redirects;
pub mod review;
pub mod scan;
pub mod screening;
pub mod service;
pub mod sheets;
pub mod slots;
pub mod status;
pub mod time;
pub mod transfer;
pub mod words;

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::config::{Config, Paths, system_login, system_owner, system_zone, zone};
use crate::plan::{Plan, read};
use crate::platforms::Places;
use crate::rulebook::Rulebook;
use crate::store::Store;
pub use failure::{Failure, FailureKind};
pub use files::read_text;

/// What a request changed, for a running daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words explain themselves")]
pub enum Changed {
    Plan,
    Posts,
    Usage,
}

/// Everything that a request works on, at one moment.
#[derive(Debug)]
pub struct Desk {
    /// Where the files are.
    pub paths: Paths,
    /// This machine.
    pub config: Config,
    /// The plan in force.
    pub plan: Plan,
    /// Memory.
    pub store: Store,
    /// When it is asked; one request sees one moment.
    pub now: Moment,
    /// The system account, stored beside the names that people give.
    pub system_user: String,
    /// What was changed so far.
    pub changed: BTreeSet<Changed>,
    rulebook: OnceCell<Arc<Rulebook>>,
}

impl Desk {
    /// Reads config and plan and opens the database. Fails if `init` was never run.
    pub fn open(paths: Paths, now: Moment) -> Result<Self, Failure> {
        let config = Config::load(&paths)?;
        let plan = load_plan(&paths)?;
        Self::with(paths, config, plan, now)
    }

    /// The same with a plan that is in force already, whatever its file says by now.
    fn with(paths: Paths, config: Config, plan: Plan, now: Moment) -> Result<Self, Failure> {
        let store = Store::open(&paths.database())?;
        let mut desk = Self {
            paths,
            config,
            plan,
            store,
            now,
            system_user: system_login(),
            changed: BTreeSet::new(),
            rulebook: OnceCell::new(),
        };
        if let Some(newest) = desk.store.lost_record()? {
            post::hold_restored(&mut desk, &newest)?;
        }
        // What cannot be written now is written by the next call; reading needs no room on the disk.
        drop(limits::remember(&mut desk));
        Ok(desk)
    }

    /// A desk over a plan, a memory and rules that are there already.
    pub fn over(paths: Paths, plan: Plan, store: Store, rules: Arc<Rulebook>, now: Moment) -> Self {
        Self {
            paths,
            config: Config::default(),
            plan,
            store,
            now,
            system_user: system_login(),
            changed: BTreeSet::new(),
            rulebook: OnceCell::from(rules),
        }
    }

    /// What is wrong with the clinician's own packs, if the rules were needed so far.
    pub fn pack_fault(&self) -> Option<Failure> {
        let fault = self.rulebook.get()?.fault()?;
        let help = "the packs that were in force stay until this is mended";
        Some(Failure::rules(fault).with_help(help))
    }

    /// The rules, loaded once for as long as the desk is open.
    pub fn rulebook(&self) -> Result<Arc<Rulebook>, Failure> {
        if let Some(rulebook) = self.rulebook.get() {
            return Ok(Arc::clone(rulebook));
        }
        let rulebook = Arc::new(Rulebook::load_or_keep(
            &self.paths.checklists(),
            &self.paths.kept_packs(),
        )?);
        Ok(Arc::clone(self.rulebook.get_or_init(|| rulebook)))
    }

    /// Where accounts publish from.
    pub fn places(&self) -> Places {
        Places {
            home: self.paths.home.clone(),
            data: self.paths.data.clone(),
        }
    }
}

/// Reads the plan, with this system's zone and owner where it names none.
pub fn load_plan(paths: &Paths) -> Result<Plan, Failure> {
    let file = paths.plan();
    if matches!(file.try_exists(), Ok(false)) {
        return Err(Failure::no_plan());
    }
    let text = read_text(&file)?;
    parse_plan(&text).map_err(|error| Failure::plan(&file, &error))
}

/// Reads the text of a plan, with this system's zone and owner where it names none.
pub fn parse_plan(text: &str) -> Result<Plan, read::PlanError> {
    let zones = read::Zones {
        system: &system_zone,
        find: &zone,
    };
    let mut plan = read::read_with(text, zones)?;
    for account in &mut plan.accounts {
        if account.owner.is_empty() {
            account.owner = system_owner();
        }
    }
    Ok(plan)
}
