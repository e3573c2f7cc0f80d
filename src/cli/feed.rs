//! `rounds feed`: what the fifteen-minute scan reads.

use clap::{Args, Subcommand};

use super::call::Call;
use super::output::table;
use super::{Answer, Exit};
use crate::plan::feed::{Source, check_address, names_login};
use crate::requests::scan::{self, FeedRow};
use crate::requests::{Failure, words};

/// Add, list and remove what `rounds scan` reads: feeds and PubMed searches
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds feed list")]
pub(super) struct FeedArgs {
    #[command(subcommand)]
    command: FeedCommand,
}

#[derive(Debug, Subcommand)]
enum FeedCommand {
    Add(AddArgs),
    /// List all feeds
    #[command(after_help = "Example:\n  rounds feed list")]
    List,
    Remove(RemoveArgs),
}

/// Add a feed; nobody is asked before the next scan
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  rounds feed add https://www.bmj.com/rss/recent.xml --name BMJ\n  \
                  rounds feed add --pubmed \"heart failure AND primary care\""
)]
struct AddArgs {
    /// The address of an RSS, Atom or JSON feed.
    #[arg(required_unless_present = "pubmed")]
    address: Option<String>,
    /// The newest papers that this PubMed search finds.
    #[arg(long, value_name = "QUERY", conflicts_with = "address")]
    pubmed: Option<String>,
    /// Its name in lists.
    #[arg(long)]
    name: Option<String>,
}

/// Remove a feed, with what was read of it
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds feed remove Here")]
struct RemoveArgs {
    /// Its name.
    name: String,
}

pub(super) fn run(args: &FeedArgs, call: &Call) -> Answer {
    match &args.command {
        FeedCommand::Add(args) => add(args, call),
        FeedCommand::List => list(call),
        FeedCommand::Remove(args) => remove(args, call),
    }
}

fn add(args: &AddArgs, call: &Call) -> Answer {
    let source = source(args)?;
    let mut desk = call.desk()?;
    let row = scan::add_feed(&mut desk, source, args.name.as_deref())?;
    call.out.confirm(&row, || {
        format!("Added {}. `rounds scan` reads it.", row.name)
    })?;
    Ok(call.finish(&desk))
}

fn source(args: &AddArgs) -> Result<Source, Failure> {
    if let Some(query) = &args.pubmed {
        let query = query.trim();
        if query.is_empty() {
            return Err(Failure::usage("The search is empty."));
        }
        return Ok(Source::PubMed(query.to_owned()));
    }
    let address = args.address.as_deref().unwrap_or_default().trim();
    check_address(address).map_err(|error| words::usage(&error))?;
    if names_login(address) {
        let login = "The address holds a name or password, which would stand in the plan.";
        return Err(
            Failure::usage(login).with_help("give the address without what stands before @")
        );
    }
    Ok(Source::Address(address.to_owned()))
}

fn list(call: &Call) -> Answer {
    let desk = call.desk()?;
    let rows = scan::feeds(&desk)?;
    call.out.show(&rows, || {
        if rows.is_empty() {
            return "There is no feed. `rounds feed add ADDRESS` adds one.".to_owned();
        }
        let cells = rows.iter().map(|row: &FeedRow| {
            let search = row.pubmed.as_ref().map(|query| format!("PubMed: {query}"));
            let from = row.address.clone().or(search).unwrap_or_default();
            let asked = row.asked_at.as_ref().and_then(|at| at.parse().ok());
            let near = |at| desk.plan.calendar.near(at, desk.now.wall);
            let asked = asked.map_or_else(|| "never".to_owned(), near);
            [row.name.clone(), from, asked]
        });
        table(["name", "from", "asked"], cells)
    })?;
    Ok(Exit::Done)
}

fn remove(args: &RemoveArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    scan::remove_feed(&mut desk, args.name.trim())?;
    let removed = serde_json::json!({ "removed": args.name.trim() });
    call.out
        .confirm(&removed, || format!("Removed {}.", args.name.trim()))?;
    Ok(call.finish(&desk))
}
