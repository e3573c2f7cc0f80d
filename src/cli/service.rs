//! `rounds service`: the systemd user unit.

use clap::{Args, Subcommand};

use super::Answer;
use super::call::Call;
use super::failure::not_built;

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

pub(super) fn run(args: &ServiceArgs, _call: &Call) -> Answer {
    Err(not_built(match args.command {
        ServiceCommand::Install => "service install",
        ServiceCommand::Uninstall => "service uninstall",
        ServiceCommand::Status => "service status",
    }))
}
