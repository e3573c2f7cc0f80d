//! `rounds paper`: what Crossref and PubMed say of papers.

use std::io::{IsTerminal, Read};

use clap::{Args, Subcommand};

use super::call::Call;
use super::{Answer, Exit};
use crate::requests::Failure;
use crate::requests::failure::sentence;
use crate::requests::papers::{self, PaperView};
use crate::secrets::Kept;

/// Look up papers: retracted, under an expression of concern, or a preprint?
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds paper check 10.1136/bmj.r315 PMID:31926098")]
pub(super) struct PaperArgs {
    #[command(subcommand)]
    command: PaperCommand,
}

#[derive(Debug, Subcommand)]
enum PaperCommand {
    Check(CheckArgs),
    Key(KeyArgs),
}

/// Ask Crossref and PubMed about papers, if config.toml allows it ([lookups] sources = true)
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds paper check 10.1136/bmj.r315")]
struct CheckArgs {
    /// A DOI, `PMID:` and a number, or the address of either.
    #[arg(required = true, value_name = "PAPER")]
    papers: Vec<String>,
}

/// Keep your own key for PubMed, which allows more questions; asked for, never given as an argument
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds paper key")]
struct KeyArgs {
    /// Read the key from standard input.
    #[arg(long)]
    secret_stdin: bool,
    /// Forget the key.
    #[arg(long, conflicts_with = "secret_stdin")]
    remove: bool,
}

pub(super) fn run(args: &PaperArgs, call: &Call) -> Answer {
    match &args.command {
        PaperCommand::Check(args) => check(args, call),
        PaperCommand::Key(args) => key(args, call),
    }
}

fn check(args: &CheckArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let seen = papers::check(&mut desk, &args.papers)?;
    call.out.show(&seen, || {
        let lines: Vec<_> = seen.iter().map(spoken).collect();
        lines.join("\n")
    })?;
    Ok(call.done(&desk))
}

fn spoken(paper: &PaperView) -> String {
    let title = paper.title.as_ref();
    let title = title.map_or(String::new(), |title| format!(" “{title}”"));
    sentence(&format!("{}{title}: {}", paper.id, paper.said))
}

fn key(args: &KeyArgs, call: &Call) -> Answer {
    let paths = call.paths()?;
    if args.remove {
        let words = if papers::forget_key(&paths)? {
            "The key is forgotten."
        } else {
            "There was no key."
        };
        call.out
            .confirm(&serde_json::json!({ "kept": null }), || words.to_owned())?;
        return Ok(Exit::Done);
    }
    let key = if args.secret_stdin {
        let mut key = String::new();
        std::io::stdin()
            .read_to_string(&mut key)
            .map_err(|error| Failure::usage(format!("Standard input cannot be read: {error}.")))?;
        key
    } else if std::io::stdin().is_terminal() {
        call.out
            .ask_secret("Key of your NCBI account (it is not shown): ")?
    } else {
        return Err(Failure::usage("There is nobody to ask for the key.")
            .with_help("give it on standard input, with --secret-stdin"));
    };
    let kept = papers::keep_key(&paths, &key)?;
    call.out
        .confirm(&serde_json::json!({ "kept": kept }), || match &kept {
            Kept::Service => "The key is in the desktop's keyring.".to_owned(),
            Kept::File(file) => format!("There is no keyring: the key is in {}.", file.display()),
        })?;
    Ok(Exit::Done)
}
