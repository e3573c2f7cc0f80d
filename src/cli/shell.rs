//! `rounds completions` and `rounds man`: what shells and manual readers need.

use clap::Args;
use clap_complete::Shell;

use super::call::Call;
use super::{Answer, Exit, command};
use crate::requests::Failure;

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rounds completions bash

Where a shell looks for it:
 bash  rounds completions bash > ~/.local/share/bash-completion/completions/rounds
 zsh   rounds completions zsh > ~/.zfunc/_rounds
 zsh, before compinit in ~/.zshrc  fpath+=~/.zfunc
 fish  rounds completions fish > ~/.config/fish/completions/rounds.fish")]
pub(super) struct CompletionsArgs {
    /// The shell.
    shell: Shell,
}

/// Print a manual page
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rounds man limit set

Where `man` looks for it:
 all of it    rounds man > ~/.local/share/man/man1/rounds.1
 one command  rounds man limit set > ~/.local/share/man/man1/rounds-limit-set.1")]
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
    let version = concat!("rounds ", env!("CARGO_PKG_VERSION"));
    let page = clap_mangen::Man::new(found).source(version);
    let mut text = Vec::new();
    page.render(&mut text)
        .map_err(|error| Failure::failed(format!("No manual page: {error}.")))?;
    call.out.bytes(&text)?;
    Ok(Exit::Done)
}
