//! `rounds completions` and `rounds man`: what shells and manual readers need.

use clap::Args;
use clap_complete::Shell;

use super::call::Call;
use super::{Answer, Exit, command};
use crate::requests::Failure;

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds completions bash")]
pub(super) struct CompletionsArgs {
    /// The shell.
    shell: Shell,
}

/// Print a manual page
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds man limit set")]
pub(super) struct ManArgs {
    /// The command; the whole program unless told.
    command: Vec<String>,
}

pub(super) fn completions(args: &CompletionsArgs, call: &Call) -> Answer {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "rounds", &mut text);
    call.out.bytes(&text)?;
    Ok(Exit::Done)
}

pub(super) fn man(args: &ManArgs, call: &Call) -> Answer {
    let mut found = command();
    found.build();
    let mut name = "rounds".to_owned();
    for word in &args.command {
        let next = found.find_subcommand(word).cloned();
        found = next.ok_or_else(|| {
            Failure::usage(format!("`{name} {word}` is not a command."))
                .with_help(format!("`{name} --help` lists them"))
        })?;
        name = format!("{name} {word}");
    }
    let page = clap_mangen::Man::new(found);
    let mut text = Vec::new();
    page.render(&mut text)
        .map_err(|error| Failure::failed(format!("No manual page: {error}.")))?;
    call.out.bytes(&text)?;
    Ok(Exit::Done)
}
