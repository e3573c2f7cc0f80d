//! `rounds focus`: say why one is on a site.

use clap::Args;

use super::call::Call;
use super::{Answer, Exit};
use crate::calendar::{format_duration, parse_duration};
use crate::daemon::socket::Ask;
use crate::plan::Activity;
use crate::requests::Failure;

/// Say why you are on a site, so that time counts for that activity
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds focus scan 15m")]
pub(super) struct FocusArgs {
    /// scan, write, chat, conference, network or browse; `stop` takes it back.
    activity: String,
    /// For how long; until you say otherwise where it is left out.
    #[arg(value_name = "DURATION")]
    length: Option<String>,
}

pub(super) fn run(args: &FocusArgs, call: &Call) -> Answer {
    let length = args.length.as_deref().map(parse_duration).transpose();
    let length = length.map_err(|error| Failure::usage(error.to_string()))?;
    let focus = match args.activity.as_str() {
        "stop" if length.is_some() => {
            return Err(Failure::usage("`focus stop` takes no duration."));
        }
        "stop" => None,
        word => {
            let activity: Activity = word
                .parse()
                .map_err(|error| Failure::usage(format!("{error}.")))?;
            Some((activity, length))
        }
    };
    let desk = call.desk()?;
    Call::ask_daemon(
        &desk.paths,
        &Ask::Focus(focus),
        "Focus is kept by the running daemon.",
    )?;
    let value = serde_json::json!({
        "focus": focus.map(|(activity, _)| activity),
        "for_s": length.map(|length| length.as_secs()),
    });
    call.out.confirm(&value, || match focus {
        None => "Time counts as it did before.".to_owned(),
        Some((activity, None)) => format!("Time counts as {activity} until `rounds focus stop`."),
        Some((activity, Some(length))) => {
            format!("Time counts as {activity} for {}.", format_duration(length))
        }
    })?;
    Ok(Exit::Done)
}
