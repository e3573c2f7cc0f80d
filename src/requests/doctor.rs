//! What works on this desktop, what does not, and what to do about it: one row a topic.
//!
//! It looks and changes nothing, except that the notification server is started if the desktop
//! knows how, as the first nudge would. It works before `init`, and without a desktop.

mod bus;
mod disk;
mod eyes;
mod memory;
mod standing;

use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::Path;

use serde::Serialize;

use super::failure::sentence;
use super::{Failure, load_plan, service};
use crate::config::{Config, Paths, desktop_variables, system_login};
use crate::daemon::socket::Live;
use crate::plan::Plan;
use crate::platforms::handoff::opening;
use crate::review::words::counted;
use crate::rulebook::{Rulebook, own_packs};
use crate::sensors::x11;

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
    let config = Config::load(paths);
    let state = service::state(paths, program, options);
    let mut rows = vec![plan_row(&plan), packs_row(paths)];
    rows.extend(config.as_ref().err().map(config_row));
    let config = config.unwrap_or_default();
    rows.extend(eye_rows(&config.sensors.kind));
    rows.extend(bus::rows());
    rows.push(opening_row());
    rows.push(standing::service(&state, live));
    rows.push(standing::logged_out(&state, &system_login()));
    rows.push(clock_row(plan.as_ref().ok()));
    rows.extend(memory::rows(paths, plan.is_ok()));
    rows.extend(disk::rows(&paths.data));
    rows.extend(port_rows(&config, live));
    rows.push(waking_row());
    rows
}

/// The settings of this machine, where they cannot be read.
fn config_row(failure: &Failure) -> Row {
    let help = failure.help.as_deref().map(sentence);
    let mend = failure
        .line
        .map(|_| "Mend that line, or delete it: every key has a default.".to_owned());
    let to_do: Vec<_> = help.into_iter().chain(mend).collect();
    let to_do = if to_do.is_empty() {
        "Mend it, or move it away: every setting has a default.".to_owned()
    } else {
        to_do.join(" ")
    };
    Row::broken("settings", placed(failure), to_do)
}

fn plan_row(plan: &Result<Plan, Failure>) -> Row {
    match plan {
        Ok(plan) => Row::works(
            "plan",
            format!("{}.", counted(plan.accounts.len() as u64, "account")),
        ),
        Err(failure) => {
            let usual = "Mend it with `rounds plan edit`.";
            let help = failure.help.as_deref().map_or(usual.to_owned(), sentence);
            Row::broken("plan", placed(failure), help)
        }
    }
}

/// What is wrong, with file and line.
fn placed(failure: &Failure) -> String {
    let Some(file) = &failure.file else {
        return failure.message.clone();
    };
    if failure.message.contains(file.as_str()) {
        return failure.message.clone();
    }
    let line = failure.line.map(|line| format!(":{line}"));
    let message = failure.message.trim_end_matches('.');
    format!("{file}{}: {message}.", line.unwrap_or_default())
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

fn eye_rows(wanted: &str) -> [Row; 3] {
    let variables = desktop_variables();
    let named = |name| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    };
    let session = eyes::Session {
        wanted,
        x11: named("DISPLAY"),
        wayland: named("WAYLAND_DISPLAY"),
        probe: x11::probe(None),
    };
    session.rows()
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

/// Whether another program holds an address that the page or the receiver is to listen on. Neither
/// is built yet, and each says so.
fn port_rows(config: &Config, live: Option<&Live>) -> Vec<Row> {
    let wanted = [
        (
            ("page", &config.dashboard.listen, "[dashboard]"),
            "Until the page is built, commands show the same: `rounds --help` lists them.",
        ),
        (
            ("receiver", &config.receiver.listen, "[receiver]"),
            "Until the receiver is built, time is measured from windows, or by `rounds time log`.",
        ),
    ];
    let own = live.and_then(|live| live.page.as_deref());
    let looked_at = wanted
        .into_iter()
        .filter(|((_, address, _), _)| *address != "off");
    looked_at
        .map(
            |((topic, address, section), meanwhile)| match TcpListener::bind(address) {
                Ok(_) => Row::caveat(
                    topic,
                    format!("{address} is free; rounds listens on nothing yet."),
                    meanwhile,
                ),
                Err(_) if own.is_some_and(|page| page.contains(address)) => {
                    Row::works(topic, format!("The daemon listens on {address}."))
                }
                Err(error) => Row::caveat(
                    topic,
                    if error.kind() == ErrorKind::AddrInUse {
                        format!("Another program listens on {address}.")
                    } else {
                        format!("{address} cannot be used: {error}.")
                    },
                    format!(
                        "Give `listen` of {section} in config.toml another address, or \"off\"."
                    ),
                ),
            },
        )
        .collect()
}

fn waking_row() -> Row {
    Row::caveat(
        "sleep",
        "A sleeping machine is not woken for a post.",
        "A post that is overdue by more than `late_after` when it wakes asks you first.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_another_program_holds_is_told() {
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = held.local_addr().unwrap().to_string();
        let mut config = Config::default();
        config.dashboard.listen.clone_from(&address);
        config.receiver.listen = "127.0.0.1:0".into();
        let rows = port_rows(&config, None);
        assert_eq!(
            (rows[0].topic, rows[0].state),
            ("page", Health::Caveat),
            "{rows:?}"
        );
        assert!(rows[0].what.contains(&address), "{rows:?}");
        assert!(rows[0].to_do.contains("[dashboard]"), "{rows:?}");
        assert_eq!(
            (rows[1].topic, rows[1].state),
            ("receiver", Health::Caveat),
            "{rows:?}"
        );
        assert!(rows[1].what.contains("listens on nothing yet"), "{rows:?}");
        drop(held);
        config.receiver.listen = "off".into();
        config.dashboard.listen = "here".into();
        let rows = port_rows(&config, None);
        assert_eq!((rows.len(), rows[0].state), (1, Health::Caveat), "{rows:?}");
        assert!(rows[0].what.starts_with("here cannot be used"), "{rows:?}");
    }
    #[test]
    fn wrong_settings_are_told_with_their_own_help() {
        let file = Path::new("/c/config.toml");
        let denied = Failure::file(file, &ErrorKind::PermissionDenied.into());
        let row = config_row(&denied);
        assert!(row.to_do.contains("permissions"), "{row:?}");
        assert!(!row.to_do.contains("that line"), "{row:?}");
        let wrong = Failure::config("sensors.use: no.").at(file, Some(3));
        let row = config_row(&wrong.with_help("write so"));
        assert_eq!(row.what, "/c/config.toml:3: sensors.use: no.");
        assert!(row.to_do.starts_with("Write so. Mend that line"), "{row:?}");
        let odd = Failure::file(file, &ErrorKind::Other.into());
        assert!(config_row(&odd).to_do.contains("move it away"));
    }
}
