//! `rounds doctor`: what works on this desktop.

use clap::Args;

use super::call::Call;
use super::{Answer, Exit};
use crate::requests::Failure;
use crate::requests::doctor::{Health, Row, examine};

/// Say what works on this desktop and what to do about the rest
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds doctor")]
pub(super) struct DoctorArgs {}

pub(super) fn run(_args: &DoctorArgs, call: &Call) -> Answer {
    let paths = call.paths()?;
    let program = std::env::current_exe().map_err(|error| {
        Failure::failed(format!("This program's own path is unknown: {error}."))
    })?;
    let live = call.live(&paths);
    let rows = examine(&paths, &program, &call.directories(), live.as_ref());
    let broken = rows.iter().any(|row| row.state == Health::Broken);
    call.out
        .show(&serde_json::json!({ "ok": !broken, "rows": rows }), || {
            words(&rows)
        })?;
    Ok(if broken { Exit::Failed } else { Exit::Done })
}

fn words(rows: &[Row]) -> String {
    let lines = rows.iter().map(|row| {
        let state = match row.state {
            Health::Works => "works",
            Health::Caveat => "but",
            Health::Broken => "BROKEN",
        };
        let line = format!("{state:<7} {:<17} {}", row.topic, row.what);
        if row.to_do.is_empty() {
            line
        } else {
            format!("{line}\n{:26}{}", "", row.to_do)
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
