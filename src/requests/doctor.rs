//! What works on this desktop, what does not, and what to do about it: one row a topic.
//!
//! It looks and changes nothing, except that the notification server is started if the desktop
//! knows how, as the first nudge would. It works before `init`, and without a desktop.

mod bus;
mod disk;

use std::net::TcpListener;
use std::path::Path;

use serde::Serialize;

use super::failure::sentence;
use super::{Desk, Failure, load_plan, service};
use crate::clock::Moment;
use crate::config::{Config, Paths};
use crate::daemon::socket::Live;
use crate::plan::Plan;
use crate::platforms::handoff::opening;
use crate::review::words::counted;
use crate::rulebook::{Rulebook, own_packs};
use crate::sensors::x11;
use crate::store::{Store, StoreError};

/// Whether something works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// It does what it should.
    Works,
    /// It works, with a limit that should be known.
    Caveat,
    /// It does not work.
    Broken,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What was looked at.
    pub topic: &'static str,
    /// Whether it works.
    pub state: Health,
    /// What was found.
    pub what: String,
    /// What to do; empty where nothing is.
    pub to_do: String,
}

impl Row {
    fn works(topic: &'static str, what: impl Into<String>) -> Self {
        Self::new(topic, Health::Works, what, "")
    }

    fn caveat(topic: &'static str, what: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self::new(topic, Health::Caveat, what, to_do)
    }

    fn broken(topic: &'static str, what: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self::new(topic, Health::Broken, what, to_do)
    }

    fn new(
        topic: &'static str,
        state: Health,
        what: impl Into<String>,
        to_do: impl Into<String>,
    ) -> Self {
        Self {
            topic,
            state,
            what: what.into(),
            to_do: to_do.into(),
        }
    }
}

/// Looks at everything. `live` is what the running daemon says, if one runs.
pub fn examine(paths: &Paths, program: &Path, options: &[String], live: Option<&Live>) -> Vec<Row> {
    let plan = load_plan(paths);
    let mut rows = vec![plan_row(&plan), packs_row(paths), display_row()];
    rows.extend(bus::rows());
    rows.push(opening_row());
    rows.push(service_row(paths, program, options, live));
    rows.push(clock_row(plan.as_ref().ok()));
    rows.extend(memory_rows(paths, plan.is_ok()));
    rows.extend(disk::rows(&paths.data));
    rows.extend(port_rows(paths, live));
    rows.push(waking_row());
    rows
}

fn plan_row(plan: &Result<Plan, Failure>) -> Row {
    match plan {
        Ok(plan) => Row::works(
            "plan",
            format!("{}.", counted(plan.accounts.len() as u64, "account")),
        ),
        Err(failure) => {
            let help = failure.help.clone().unwrap_or_default();
            Row::broken("plan", failure.message.clone(), help)
        }
    }
}

/// The checklist packs, the clinician's own among them.
fn packs_row(paths: &Paths) -> Row {
    let checklists = paths.checklists();
    let packs = own_packs(&checklists).and_then(|own| {
        let packs = Rulebook::load_packs(&checklists)?;
        Ok((own.len(), packs.names()))
    });
    match packs {
        Ok((own, names)) => {
            Row::works("checklists", format!("{own} of your own; in all: {names}."))
        }
        Err(fault) => Row::broken(
            "checklists",
            sentence(&fault.to_string()),
            "The packs that were in force stay until this is mended.",
        ),
    }
}

fn display_row() -> Row {
    let to_do = "Log time with `rounds time log`.";
    match x11::probe(None) {
        Ok(probe) if probe.works() => Row::works("sensors", probe.lines().join(" ")),
        Ok(probe) => Row::caveat("sensors", probe.lines().join(" "), to_do),
        Err(error) => {
            let why = format!("Time is not measured by itself: {error}.");
            Row::caveat("sensors", why, to_do)
        }
    }
}

fn opening_row() -> Row {
    let (opener, copier) = opening::abilities();
    let name = |program: Option<&Path>| program.map_or_else(String::new, opening::name_of);
    match (opener.as_deref(), copier.as_deref()) {
        (None, _) => Row::caveat(
            "hand-off",
            "No program here opens addresses.",
            "Install xdg-utils, or open the sites by hand.",
        ),
        (opener, None) => Row::caveat(
            "hand-off",
            format!(
                "Sites are opened ({}); texts cannot be copied.",
                name(opener)
            ),
            "Install wl-clipboard (Wayland) or xclip (X11), or take texts from `rounds post show`.",
        ),
        (opener, copier) => {
            let (opener, copier) = (name(opener), name(copier));
            Row::works(
                "hand-off",
                format!("Sites are opened ({opener}), texts copied ({copier})."),
            )
        }
    }
}

fn service_row(paths: &Paths, program: &Path, options: &[String], live: Option<&Live>) -> Row {
    let state = service::state(paths, program, options);
    let install = "`rounds service install`";
    match (&state.unit, live) {
        (Some(_), _) if !state.current => Row::caveat(
            "service",
            "The unit in place is not the one that this program writes.",
            format!("{install} replaces it."),
        ),
        (Some(_), _) if state.active => Row::works("service", "The systemd user unit runs."),
        (Some(unit), _) => Row::broken(
            "service",
            format!("{unit} is in place and does not run."),
            "`systemctl --user status rounds` says why.",
        ),
        (None, Some(live)) => Row::caveat(
            "service",
            format!("The daemon runs (process {}), started by hand.", live.pid),
            format!("{install} has it start with your desktop."),
        ),
        (None, None) if !state.manager => Row::caveat(
            "service",
            "No user manager of systemd answers here, and no daemon runs.",
            "Have your desktop start `rounds daemon` at login.",
        ),
        (None, None) => Row::caveat("service", "The daemon does not run.", format!("{install}.")),
    }
}

fn clock_row(plan: Option<&Plan>) -> Row {
    let system = crate::config::system_zone();
    let synchronised = bus::clock_is_synchronised();
    let zone = plan.map_or_else(
        || system.clone(),
        |plan| {
            let name = plan.calendar.zone.iana_name();
            name.map_or_else(|| system.clone(), str::to_owned)
        },
    );
    if plain(&zone) != plain(&system) {
        return Row::caveat(
            "clock",
            format!("The plan means times in {zone}, this machine shows {system}."),
            "Times are printed in the plan's zone; change `timezone` in plan.toml if you moved.",
        );
    }
    match synchronised {
        Some(false) => Row::caveat(
            "clock",
            format!("Zone {zone}; the clock is not set by the network."),
            "`timedatectl set-ntp true` turns that on.",
        ),
        Some(true) => Row::works("clock", format!("Zone {zone}; set by the network.")),
        None => Row::works("clock", format!("Zone {zone}.")),
    }
}

/// The name of a zone without the folder of those that lie nowhere: `Etc/UTC` is `UTC`.
fn plain(zone: &str) -> &str {
    zone.strip_prefix("Etc/").unwrap_or(zone)
}

fn memory_rows(paths: &Paths, planned: bool) -> Vec<Row> {
    if !planned && !paths.database().exists() {
        return Vec::new();
    }
    let restore = "Restore a backup, or move the file away and start anew.";
    let desk = match Desk::open(paths.clone(), Moment::now()) {
        Ok(desk) => desk,
        Err(failure) => {
            let damaged = matches!(
                Store::open(&paths.database()),
                Err(StoreError::Damaged { .. })
            );
            let to_do = if damaged {
                restore
            } else {
                "What is in it is left as it is."
            };
            return vec![Row::broken("database", failure.message, to_do)];
        }
    };
    let database = match desk.store.integrity() {
        Ok(faults) if faults.is_empty() => Row::works("database", "Intact."),
        Ok(faults) => Row::broken("database", faults.join("; "), restore),
        Err(error) => Row::broken("database", error.to_string(), restore),
    };
    let audit = match desk.store.verify_audit() {
        Ok(verdict) if verdict.intact => {
            Row::works("audit", format!("{} entries, unbroken.", verdict.entries))
        }
        Ok(verdict) => Row::broken(
            "audit",
            match verdict.first_bad {
                Some(number) => format!("The chain is broken at entry {number}."),
                None => "The chain is not the one that was written.".to_owned(),
            },
            "Somebody changed it, or the file was damaged: keep a copy, then restore a backup.",
        ),
        Err(error) => Row::broken("audit", error.to_string(), restore),
    };
    vec![database, audit]
}

/// Addresses that another program holds.
fn port_rows(paths: &Paths, live: Option<&Live>) -> Vec<Row> {
    let config = Config::load(paths).unwrap_or_default();
    let wanted = [
        ("page", config.dashboard.listen, "[dashboard]"),
        ("receiver", config.receiver.listen, "[receiver]"),
    ];
    let look = |(topic, address, section): (&'static str, String, &str)| {
        if address == "off" {
            return None;
        }
        Some(match TcpListener::bind(&address) {
            Ok(_) => Row::works(topic, format!("{address} is free.")),
            Err(_) if live.is_some() => Row::works(topic, format!("{address} is in use.")),
            Err(error) => Row::caveat(
                topic,
                format!("{address} cannot be used: {error}."),
                format!("Give `listen` of {section} in config.toml another port."),
            ),
        })
    };
    wanted.into_iter().filter_map(look).collect()
}

fn waking_row() -> Row {
    Row::caveat(
        "sleep",
        "A sleeping machine is not woken for a post.",
        "A post that is overdue by more than `late_after` when it wakes asks you first.",
    )
}
