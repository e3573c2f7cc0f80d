//! `rounds service`: the systemd user unit.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::call::Call;
use super::{Answer, Exit};
use crate::requests::service::{self, Installed, ServiceState, Written};
use crate::requests::{Failure, load_plan};

/// Run in the background with systemd: install, uninstall, status
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds service status")]
pub(super) struct ServiceArgs {
    #[command(subcommand)]
    command: ServiceCommand,
}

#[derive(Debug, Subcommand)]
enum ServiceCommand {
    /// Write the user unit, start it now and at every login
    #[command(after_help = "Example:\n  rounds service install")]
    Install,
    /// Stop it and remove the user unit
    #[command(after_help = "Example:\n  rounds service uninstall")]
    Uninstall,
    /// Say whether it is installed and runs
    #[command(after_help = "Example:\n  rounds service status")]
    Status,
}

pub(super) fn run(args: &ServiceArgs, call: &Call) -> Answer {
    match args.command {
        ServiceCommand::Install => install(call),
        ServiceCommand::Uninstall => uninstall(call),
        ServiceCommand::Status => status(call),
    }
}

fn install(call: &Call) -> Answer {
    let paths = call.paths()?;
    load_plan(&paths)?;
    let live = call.live(&paths);
    let installed = service::install(&paths, &program()?, &call.directories(), live.as_ref())?;
    call.out.confirm(&installed, || done(&installed))?;
    Ok(Exit::Done)
}

fn uninstall(call: &Call) -> Answer {
    let paths = call.paths()?;
    let was = service::uninstall(&paths)?;
    call.out
        .confirm(&serde_json::json!({ "removed": was }), || {
            let words = if was {
                "The service is stopped and removed. Plan and posts stay."
            } else {
                "There was no service."
            };
            words.to_owned()
        })?;
    Ok(Exit::Done)
}

fn status(call: &Call) -> Answer {
    let paths = call.paths()?;
    let state = service::state(&paths, &program()?, &call.directories());
    call.out.show(&state, || stands(&state))?;
    Ok(Exit::Done)
}

/// This program's own path.
fn program() -> Result<PathBuf, Failure> {
    std::env::current_exe()
        .map_err(|error| Failure::failed(format!("This program's own path is unknown: {error}.")))
}

fn done(installed: &Installed) -> String {
    let unit = &installed.unit;
    let mut lines = vec![match (installed.written, &installed.copy) {
        (Written::Replaced, Some(copy)) => {
            format!("Replaced {unit}; the former one is kept as {copy}.")
        }
        (Written::Same, _) => format!("{unit} was in place already."),
        _ => format!("Wrote {unit}."),
    }];
    if let Some(copy) = &installed.desktop_copy {
        lines.push(format!(
            "The unit that starts it anew for a new desktop replaced another one, kept as {copy}."
        ));
    }
    let runs = if installed.active {
        "The service runs, and starts with your desktop."
    } else {
        "The service does not run yet: `systemctl --user status rounds` says why."
    };
    lines.push(runs.to_owned());
    let shells = "`rounds completions --help` and `rounds man --help` say where completions for \
                  your shell and manual pages go.";
    lines.push(shells.to_owned());
    lines.extend(installed.notes.iter().cloned());
    lines.join("\n")
}

fn stands(state: &ServiceState) -> String {
    let yes = |is: bool, yes: &'static str, no: &'static str| if is { yes } else { no };
    let Some(unit) = &state.unit else {
        return "No service is installed: `rounds service install` does it.".to_owned();
    };
    let mut lines = vec![format!("Unit: {unit}")];
    if !state.current {
        lines.push(
            "It is not the one that this program writes: `rounds service install` replaces it."
                .to_owned(),
        );
    }
    if !state.manager {
        lines.push("No user manager of systemd answers here.".to_owned());
        return lines.join("\n");
    }
    lines.push(yes(state.active, "It runs.", "It does not run.").to_owned());
    let enabled = yes(
        state.enabled,
        "It starts with your desktop.",
        "It does not start with your desktop.",
    );
    lines.push(enabled.to_owned());
    lines.push(away(state).to_owned());
    lines.join("\n")
}

/// What becomes of it while nobody is logged in.
fn away(state: &ServiceState) -> &'static str {
    match (state.lingers, state.at_boot) {
        (false, _) => "It ends at logout; `rounds doctor` says how to let it go on.",
        (true, true) => "It goes on after logout, and starts with the machine.",
        (true, false) => {
            "It goes on after logout; `rounds service install` lets it start with the machine, too."
        }
    }
}
