//! The beginning: config, plan and database.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Failure, files};
use crate::calendar::Calendar;
use crate::clock::Moment;
use crate::config::{Config, Paths, system_zone};
use crate::plan::presets::{Preset, render};
use crate::plan::read::SYSTEM_ZONE;
use crate::store::Store;

/// How to begin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Start {
    /// The plan to start from.
    pub preset: Preset,
    /// The zone; the system's if none.
    pub timezone: Option<String>,
    /// Write over existing files, and keep copies of them.
    pub force: bool,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Made {
    /// The plan.
    pub plan: String,
    /// This machine's settings.
    pub config: String,
    /// The database.
    pub database: String,
    /// The preset.
    pub preset: String,
    /// The zone.
    pub timezone: String,
    /// Copies of files that were written over.
    pub copies: Vec<String>,
}

/// Whether a plan is there.
pub fn is_done(paths: &Paths) -> bool {
    paths.plan().exists()
}

/// Writes the files and makes the database. The plan comes last: where it is, all is.
pub fn init(paths: &Paths, start: &Start, now: Moment) -> Result<Made, Failure> {
    let zone = zone(start.timezone.as_deref())?;
    let plan = paths.plan();
    if is_done(paths) && !start.force {
        let message = format!("There is a plan already: {}.", plan.display());
        return Err(Failure::failed(message).with_help(
            "change it with `rounds limit set` or `rounds plan edit`, or give --force to start \
             again (a copy is kept)",
        ));
    }
    files::make_folder(&paths.config)?;
    files::make_folder(&paths.data)?;
    let _lock = files::lock(&paths.config)?;
    Store::open(&paths.database())?;
    let mut copies = Vec::new();
    let config = paths.config_file();
    if start.force || !config.exists() {
        put(&config, Config::DEFAULT_TEXT, now, &mut copies)?;
    }
    let calendar = Calendar {
        zone: named(&zone)?,
        ..Calendar::default()
    };
    let text = render(start.preset, &zone, calendar.day_of(now.wall));
    put(&plan, &text, now, &mut copies)?;
    Ok(Made {
        plan: plan.display().to_string(),
        config: config.display().to_string(),
        database: paths.database().display().to_string(),
        preset: start.preset.to_string(),
        timezone: zone,
        copies: copies
            .iter()
            .map(|copy| copy.display().to_string())
            .collect(),
    })
}

/// Writes a file; one with another text is kept as a copy first.
fn put(file: &Path, text: &str, now: Moment, copies: &mut Vec<PathBuf>) -> Result<(), Failure> {
    match fs::read(file) {
        Ok(old) if old == text.as_bytes() => return Ok(()),
        Ok(old) => copies.push(keep(file, &old, now)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(Failure::file(file, &error)),
    }
    files::replace(file, text.as_bytes())
}

/// Keeps what stood in a file, under a name that is free.
pub(super) fn keep(file: &Path, old: &[u8], now: Moment) -> Result<PathBuf, Failure> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let stamp = now.wall.strftime("%Y%m%d-%H%M%S");
    let mut copy = file.with_file_name(format!("{name}.bak-{stamp}"));
    let mut number = 1;
    while copy.exists() {
        number += 1;
        copy = file.with_file_name(format!("{name}.bak-{stamp}-{number}"));
    }
    files::create(&copy, old)?;
    Ok(copy)
}

/// The zone's name as the database of zones writes it, or the word for whichever the machine has.
fn zone(wanted: Option<&str>) -> Result<String, Failure> {
    let Some(wanted) = wanted else {
        return Ok(system_zone());
    };
    if wanted == SYSTEM_ZONE {
        return Ok(wanted.to_owned());
    }
    let zone = named(wanted)?;
    Ok(zone.iana_name().unwrap_or(wanted).to_owned())
}

fn named(name: &str) -> Result<jiff::tz::TimeZone, Failure> {
    let system;
    let name = if name == SYSTEM_ZONE {
        system = system_zone();
        &system
    } else {
        name
    };
    crate::config::zone(name).ok_or_else(|| {
        Failure::usage(format!("`{name}` is not a time zone known here.")).with_help(
            "write Region/City, such as Europe/London; `timedatectl list-timezones` lists them",
        )
    })
}
