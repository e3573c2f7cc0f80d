//! The plan's file: changed in one step, looked over, shown.

use std::path::Path;

use jiff::civil::Date;
use serde::Serialize;

use super::limits::LimitRow;
use super::slots::{NextTimes, next_of_all};
use super::{Changed, Desk, Failure, files, parse_plan, words};
use crate::config::Paths;
use crate::plan::Plan;
use crate::plan::edit::EditError;
use crate::plan::forecast::{self, Forecast};
use crate::plan::{Of, warnings};
use crate::rulebook::Rulebook;
use crate::simulate::{self, SimulationError};

/// Something in a valid plan that contradicts something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the words explain themselves")]
pub struct WarningRow {
    pub field: String,
    pub message: String,
    pub help: String,
}

impl WarningRow {
    /// In one line, for people.
    pub fn spoken(&self) -> String {
        format!("{}: {}; {}.", self.field, self.message, self.help)
    }
}

/// A plan as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the words explain themselves")]
pub struct Shown {
    pub file: String,
    pub timezone: String,
    pub limits: Vec<LimitRow>,
    pub text: String,
}

/// A plan that was looked over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// The file.
    pub file: String,
    /// What contradicts itself in it.
    pub warnings: Vec<WarningRow>,
    /// The next times of every account.
    pub slots: Vec<NextTimes>,
}

/// Changes the plan's text by one of `plan::edit`; the result is in force at once. Two calls at
/// the same time follow one another, so that no change is lost.
pub fn change(
    desk: &mut Desk,
    edit: impl FnOnce(&str) -> Result<String, EditError>,
) -> Result<(), Failure> {
    let _lock = files::lock(&desk.paths.config)?;
    let new = would_change(desk, edit)?;
    put(desk, &new)
}

/// What a change would make of the plan's text; nothing is written.
pub(super) fn would_change(
    desk: &Desk,
    edit: impl FnOnce(&str) -> Result<String, EditError>,
) -> Result<String, Failure> {
    let file = desk.paths.plan();
    let text = files::read_text(&file)?;
    parse_plan(&text).map_err(|error| Failure::plan(&file, &error))?;
    edit(&text).map_err(|error| refused(&file, error))
}

/// Whether the plan would take a change; nothing is written.
pub(super) fn try_out(
    desk: &Desk,
    edit: impl FnOnce(&str) -> Result<String, EditError>,
) -> Result<(), Failure> {
    let file = desk.paths.plan();
    let text = files::read_text(&file)?;
    edit(&text).map(drop).map_err(|error| refused(&file, error))
}

/// Reads the plan to show it. It may be shown although memory is away.
pub fn show(paths: &Paths) -> Result<Shown, Failure> {
    let plan = super::load_plan(paths)?;
    let file = paths.plan();
    let text = files::read_text(&file)?;
    Ok(Shown {
        file: file.display().to_string(),
        timezone: plan.timezone.clone(),
        limits: super::limits::rows(&plan),
        text,
    })
}

/// More days than anybody plans for.
const MOST_DAYS: i64 = 100 * 366;
/// More days than anybody waits for.
const MOST_SIMULATED: i64 = 20 * 366;

/// What the plan will do on the days `from..=to`.
pub fn forecast(desk: &Desk, (from, to): (Date, Date)) -> Result<Forecast, Failure> {
    words::in_order((from, to))?;
    let days = to.duration_since(from).as_hours() / 24;
    if days > MOST_DAYS {
        return Err(
            Failure::usage("That is more than a hundred years.").with_help("ask for fewer days")
        );
    }
    Ok(forecast::forecast(&desk.plan, from, to))
}

/// Lives the plan on the days `from..=until` with a made-up clinician, as the seed decides. Neither
/// memory nor accounts are touched.
pub fn simulate(
    desk: &Desk,
    (from, until): (Date, Date),
    seed: u64,
) -> Result<simulate::Report, Failure> {
    words::in_order((from, until))?;
    let days = until.duration_since(from).as_hours() / 24;
    if days > MOST_SIMULATED {
        return Err(Failure::usage("That is more than twenty years.")
            .with_help("simulate fewer days; five years take some seconds"));
    }
    simulate::simulate(&desk.plan, from, until, seed).map_err(|error| match error {
        SimulationError::Rules(error) => error.into(),
        other => Failure::failed(super::failure::sentence(&other.to_string())),
    })
}

pub(super) fn put(desk: &mut Desk, text: &str) -> Result<(), Failure> {
    let file = desk.paths.plan();
    let plan = parse_plan(text).map_err(|error| Failure::plan(&file, &error))?;
    files::replace(&file, text.as_bytes())?;
    desk.plan = plan;
    desk.changed.insert(Changed::Plan);
    super::limits::remember(desk)?;
    // Rules that cannot be read hold every post anyway, and whoever publishes tells it.
    drop(super::post::review_all(desk));
    Ok(())
}

/// A change that the plan does not take. The file was valid before, so what is wrong came with the
/// change: a line would point at nothing, and a field at what nobody wrote.
fn refused(file: &Path, error: EditError) -> Failure {
    match error {
        EditError::Plan(error) => {
            let mut failure = Failure::plan(file, &error);
            failure.kind = super::FailureKind::Usage;
            (failure.file, failure.line) = (None, None);
            failure.message = super::failure::sentence(&error.message);
            for (further, error) in failure.also.iter_mut().zip(&error.also) {
                further.line = None;
                further.message = super::failure::sentence(&error.message);
            }
            failure
        }
        EditError::Shape(_) => words::usage(&error).at(file, None),
        other => Failure::failed(super::failure::sentence(&other.to_string())),
    }
}

/// What contradicts itself in the desk's plan.
pub fn contradictions(desk: &Desk) -> Result<Vec<WarningRow>, Failure> {
    contradictions_of(&desk.plan, &desk.paths, desk.now.wall)
}

/// What contradicts itself in a plan, or names what is not there.
pub(super) fn contradictions_of(
    plan: &Plan,
    paths: &Paths,
    now: jiff::Timestamp,
) -> Result<Vec<WarningRow>, Failure> {
    let unknown = names_unknown_in(plan, paths)?;
    let found = warnings::warnings(plan, now).into_iter();
    Ok(unknown.into_iter().chain(found.map(row)).collect())
}

fn row(warning: warnings::Warning) -> WarningRow {
    WarningRow {
        field: warning.field,
        message: warning.message,
        help: warning.help,
    }
}

/// Names that nothing stands for: packs that are not there, sites that the catalogue lacks.
fn names_unknown_in(plan: &Plan, paths: &Paths) -> Result<Vec<WarningRow>, Failure> {
    let packs = Rulebook::load_packs(&paths.checklists())?;
    let catalogue = words::catalogue(paths)?;
    let mut found = Vec::new();
    for account in &plan.accounts {
        let unknown = account
            .packs
            .iter()
            .filter_map(|pack| packs.get(pack).err());
        found.extend(unknown.map(|error| WarningRow {
            field: format!("accounts.{}.packs", account.name),
            message: error.to_string(),
            help: "until then nothing is published on this account".to_owned(),
        }));
    }
    for (field, site) in sites(plan) {
        if catalogue.get(site).is_none() {
            found.push(WarningRow {
                field,
                message: format!("`{site}` is not a site known here, so nothing counts for it"),
                help: "correct its name, or add it to sites.toml".to_owned(),
            });
        }
    }
    Ok(found)
}

/// Every site that a plan names, with where.
fn sites(plan: &Plan) -> Vec<(String, &str)> {
    let limits = plan.limits.iter().filter_map(|limit| match &limit.of {
        Of::Site(site) => Some((format!("limits, {site} per {}", limit.per), site.as_str())),
        Of::All | Of::Activity(_) => None,
    });
    let engagements = plan.engagements.iter().filter_map(|engagement| {
        let site = engagement.site.as_deref()?;
        Some((format!("engagements, {}", engagement.name), site))
    });
    let conferences = plan.conferences.iter().filter_map(|conference| {
        let site = conference.site.as_deref()?;
        Some((format!("conferences, {}", conference.name), site))
    });
    limits.chain(engagements).chain(conferences).collect()
}

/// Looks over a plan in any file; needs no desk. Fails where it is wrong.
pub fn check(paths: &Paths, file: &Path, now: jiff::Timestamp) -> Result<Checked, Failure> {
    if file == paths.plan() && matches!(file.try_exists(), Ok(false)) {
        return Err(Failure::no_plan());
    }
    let text = files::read_text(file)?;
    let plan = parse_plan(&text).map_err(|error| Failure::plan(file, &error))?;
    Ok(Checked {
        file: file.display().to_string(),
        warnings: contradictions_of(&plan, paths, now)?,
        slots: next_of_all(&plan, now),
    })
}
