//! `rounds interest`: the register of interests.

use clap::{Args, Subcommand};

use super::call::Call;
use super::output::table;
use super::{Answer, Exit};
use crate::calendar::Direction;
use crate::posting::interests::{Interest, Ready, Tie};
use crate::requests::interests::{self, InterestRow};
use crate::requests::{Failure, words};

/// Register payments, gifts, shares, family ties and jobs that a post has to tell
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds interest list")]
pub(super) struct InterestArgs {
    #[command(subcommand)]
    command: InterestCommand,
}

#[derive(Debug, Subcommand)]
enum InterestCommand {
    Add(AddArgs),
    /// List all ties, and whether they are to be told today
    #[command(after_help = "Example:\n  rounds interest list")]
    List,
    End(EndArgs),
    Words(WordsArgs),
}

/// Add a tie: posts that name it have to tell it in their first words
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  rounds interest add Boehringer --kind payment --since 2026-01-01 --known-as Jardiance"
)]
struct AddArgs {
    /// The company, product or person.
    name: String,
    /// What ties you: payment, gift, shares, family or job.
    #[arg(long, value_parser = Tie::NAMES)]
    kind: String,
    /// Its first day; today unless told.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    since: Option<String>,
    /// The last day on which it is to be told.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    until: Option<String>,
    /// Another name by which a text may mention it; again for more.
    #[arg(long, value_name = "NAME")]
    known_as: Vec<String>,
}

/// End a tie: it is told until that day
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds interest end Acme --on today")]
struct EndArgs {
    /// The company, product or person.
    name: String,
    /// The last day on which it is to be told; today unless told.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    on: Option<String>,
}

/// Show ready wordings for a tie, with what they leave of a post's length
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds interest words Acme")]
struct WordsArgs {
    /// The company, product or person.
    name: String,
}

pub(super) fn run(args: &InterestArgs, call: &Call) -> Answer {
    match &args.command {
        InterestCommand::Add(args) => add(args, call),
        InterestCommand::List => list(call),
        InterestCommand::End(args) => end(args, call),
        InterestCommand::Words(args) => show_words(args, call),
    }
}

fn add(args: &AddArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let since = args.since.as_deref().unwrap_or("today");
    let ahead = |text: &String| words::day(&desk, text, Direction::Future);
    let interest = Interest {
        name: args.name.trim().to_owned(),
        kind: kind(&args.kind)?,
        since: words::day(&desk, since, Direction::Past)?,
        until: args.until.as_ref().map(ahead).transpose()?,
        known_as: args
            .known_as
            .iter()
            .map(|name| name.trim().to_owned())
            .collect(),
    };
    let row = interests::add(&mut desk, interest)?;
    let ready = interests::wordings(&desk, &row.interest.name)?;
    call.out
        .confirm(&row, || format!("{}\n{}", spoken(&row), told(&ready)))?;
    Ok(call.done(&desk))
}

fn kind(name: &str) -> Result<Tie, Failure> {
    let word = serde_json::Value::String(name.to_owned());
    serde_json::from_value(word).map_err(|_| Failure::usage(format!("“{name}” is no kind of tie.")))
}

fn list(call: &Call) -> Answer {
    let rows = interests::list(&call.desk()?)?;
    call.out.show(&rows, || {
        if rows.is_empty() {
            return "The register of interests is empty.".to_owned();
        }
        let cells = rows.iter().map(|row| {
            let tie = &row.interest;
            [
                tie.name.clone(),
                tie.kind.name().to_owned(),
                words::spoken_day(tie.since),
                tie.until.map_or_else(String::new, words::spoken_day),
                tie.known_as.join(", "),
                if row.in_force { "yes" } else { "no" }.to_owned(),
            ]
        });
        table(
            ["name", "kind", "since", "until", "known as", "to be told"],
            cells,
        )
    })?;
    Ok(Exit::Done)
}

fn end(args: &EndArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let day = args.on.as_deref().unwrap_or("today");
    let last = words::day(&desk, day, Direction::Past)?;
    let row = interests::end(&mut desk, &args.name, last)?;
    call.out.confirm(&row, || spoken(&row))?;
    Ok(call.done(&desk))
}

fn show_words(args: &WordsArgs, call: &Call) -> Answer {
    let ready = interests::wordings(&call.desk()?, &args.name)?;
    call.out.show(&ready, || told(&ready))?;
    Ok(Exit::Done)
}

fn spoken(row: &InterestRow) -> String {
    let tie = &row.interest;
    let until = tie.until.map_or(String::new(), |day| {
        format!(" until {}", words::spoken_day(day))
    });
    let (name, since) = (&tie.name, words::spoken_day(tie.since));
    format!("{name}: {} since {since}{until}.", tie.kind.name())
}

fn told(ready: &[Ready]) -> String {
    let mut lines = vec!["Posts that name it begin with something like:".to_owned()];
    for wording in ready {
        let left = wording
            .left
            .iter()
            .map(|(platform, left)| format!("{left} left on {platform}"));
        let left = left.collect::<Vec<_>>().join(", ");
        lines.push(format!(
            "  {}  {}  ({} characters; {left})",
            wording.language, wording.text, wording.characters
        ));
    }
    lines.join("\n")
}
