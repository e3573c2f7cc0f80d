//! `rounds up` and `rounds daemon`: the program that watches and publishes.

use std::time::Duration;

use clap::Args;

use super::call::Call;
use super::{Answer, Exit, init};
use crate::config::Paths;
use crate::daemon::socket::Live;
use crate::daemon::{self, Started};
use crate::requests::{Failure, errand};

/// How long a daemon that holds the data directory may take until it answers.
const STARTS_WITHIN: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Set up if needed, run in the foreground and say what is seen
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds up --preset balanced")]
pub(super) struct UpArgs {
    /// The plan to start from where there is none yet.
    #[arg(long, value_parser = super::init::presets())]
    preset: Option<String>,
}

/// Run as the systemd unit does
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds daemon")]
pub(super) struct DaemonArgs {
    /// Do what the running daemon tells on standard input, and end.
    #[arg(long, hide = true)]
    errand: bool,
}

pub(super) fn up(args: &UpArgs, call: &Call) -> Answer {
    let paths = call.paths()?;
    if let Some(live) = running(call, &paths) {
        let page = live.page.clone();
        call.out.show(
            &serde_json::json!({ "running": true, "pid": live.pid, "page": page }),
            || {
                let page = page
                    .as_deref()
                    .map_or(String::new(), |page| format!(" Its page: {page}"));
                format!("rounds is running already (process {}).{page}", live.pid)
            },
        )?;
        return Ok(Exit::Done);
    }
    if !paths.plan().exists() {
        init::first(args.preset.as_deref(), call)?;
    }
    let said = |started: &Started| {
        let shown = call.out.show(&started, || words(started));
        if let Err(failure) = shown {
            tracing::warn!(%failure, "nobody reads");
        }
    };
    daemon::run(&paths, said)?;
    Ok(Exit::Done)
}

/// The daemon that runs here; one that is just starting is waited for.
fn running(call: &Call, paths: &Paths) -> Option<Live> {
    for _ in 0..STARTS_WITHIN.as_millis() / LOOK_EVERY.as_millis() {
        let live = call.live(paths);
        if live.is_some() || !daemon::holds(paths) {
            return live;
        }
        std::thread::sleep(LOOK_EVERY);
    }
    None
}

pub(super) fn run(args: &DaemonArgs, call: &Call) -> Answer {
    let paths = call.paths()?;
    if args.errand {
        return do_errand(paths, call);
    }
    daemon::run(&paths, |started| {
        for trouble in &started.troubles {
            tracing::warn!("{trouble}");
        }
    })?;
    Ok::<_, Failure>(Exit::Done)
}

/// One line in, one line out, whatever became of it.
fn do_errand(paths: Paths, call: &Call) -> Answer {
    let told = std::io::read_to_string(std::io::stdin())
        .map_err(|error| Failure::failed(format!("Standard input: {error}.")))?;
    let errand = serde_json::from_str(&told)
        .map_err(|error| Failure::usage(format!("This is no errand: {error}.")))?;
    call.out.line(&errand::run(&errand, paths, call.now))?;
    Ok(Exit::Done)
}

/// What a newcomer wants to know.
fn words(started: &Started) -> String {
    let mut lines = vec!["rounds is running; Ctrl-C stops it.".to_owned()];
    lines.extend(started.sees.iter().map(|sees| format!("  works  {sees}")));
    lines.extend(
        started
            .troubles
            .iter()
            .map(|trouble| format!("  lacks  {trouble}")),
    );
    lines.push("In another terminal:".to_owned());
    for (command, does) in [
        ("rounds limit set all 4h per week", "set a limit"),
        (
            "rounds account add blog --platform folder --path ~/blog",
            "an account that needs no password",
        ),
        ("rounds post add \"…\" --to blog --slot", "queue a post"),
        ("rounds status", "see how things stand"),
    ] {
        lines.push(format!("  {command:<58} {does}"));
    }
    lines.join("\n")
}
