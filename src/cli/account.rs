//! `rounds account`: identities on platforms.

use clap::{Args, Subcommand};

use super::call::{Agreed, Call};
use super::output::table;
use super::slot::next_words;
use super::{Answer, Exit};
use crate::requests::accounts::{self, AccountRow, NewAccount};
use crate::requests::{Failure, words};

/// Add, list, try out and remove accounts
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds account list")]
pub(super) struct AccountArgs {
    #[command(subcommand)]
    command: AccountCommand,
}

#[derive(Debug, Subcommand)]
enum AccountCommand {
    Add(Box<AddArgs>),
    /// List all accounts
    #[command(after_help = "Example:\n  rounds account list")]
    List,
    /// Say whether an account could publish, without publishing
    #[command(after_help = "Example:\n  rounds account test blog")]
    Test(NameArgs),
    /// Remove an account from the plan; its posts are held
    #[command(after_help = "Example:\n  rounds account remove blog")]
    Remove(NameArgs),
}

/// One account.
#[derive(Debug, Args)]
struct NameArgs {
    /// The account's name.
    name: String,
}

/// Add an account
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  rounds account add notes --platform folder --path ~/notes --slot \"0 8 * * Tue\" --cadence \"1 per week\""
)]
struct AddArgs {
    /// Its name in plan and commands.
    name: String,
    /// Where it publishes: folder, handoff, bluesky, mastodon, wordpress and others.
    #[arg(long)]
    platform: String,
    /// The folder into which posts are written.
    #[arg(long, value_name = "DIR")]
    path: Option<String>,
    /// The server's address.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// The handle on the platform.
    #[arg(long)]
    handle: Option<String>,
    /// The user's name on the platform.
    #[arg(long)]
    user: Option<String>,
    /// The clinician whose account it is; you unless told.
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// When posts go out; Tuesday 08:00 unless told.
    #[arg(long, value_name = "CRON")]
    slot: Vec<String>,
    /// How often it means to publish, such as "2 per week"; once a week unless told.
    #[arg(long, value_name = "POSTS")]
    cadence: Option<String>,
    /// Checklist packs on top of the core one.
    #[arg(long)]
    pack: Vec<String>,
    /// Other settings of the account.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Read the password or token from standard input.
    #[arg(long)]
    secret_stdin: bool,
    /// Only say what would be added and when its posts would go out.
    #[arg(long)]
    dry_run: bool,
    /// Save it without asking.
    #[arg(short, long)]
    yes: bool,
}

pub(super) fn run(args: &AccountArgs, call: &Call) -> Answer {
    match &args.command {
        AccountCommand::Add(args) => add(args, call),
        AccountCommand::List => list(call),
        AccountCommand::Test(args) => test(args, call),
        AccountCommand::Remove(args) => remove(args, call),
    }
}

fn add(args: &AddArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let mut settings = settings(args)?;
    let site = take(&mut settings, "site");
    let path = take(&mut settings, "path");
    let new = NewAccount {
        name: args.name.trim().to_owned(),
        platform: args.platform.trim().to_lowercase(),
        path: args.path.clone().or(path),
        site,
        owner: args.owner.clone(),
        slots: args.slot.clone(),
        cadence: args.cadence.clone(),
        packs: args.pack.clone(),
        settings,
    };
    let trial = accounts::try_out(&desk, &new)?;
    let would = || {
        format!(
            "{}\n{}",
            added("Would add", &trial),
            next_words(&trial.next_slots)
        )
    };
    if args.dry_run {
        call.out.confirm(&trial, would)?;
        return Ok(Exit::Done);
    }
    let agreed = call.agreed(args.yes, would)?;
    if agreed == Agreed::No {
        return Ok(Exit::Done);
    }
    let row = accounts::add(&mut desk, &new)?;
    call.out.confirm(&row, || match agreed {
        Agreed::Unasked => format!("{}\n{}", added("Added", &row), next_words(&row.next_slots)),
        _ => added("Added", &row),
    })?;
    Ok(call.finish(&desk))
}

fn added(done: &str, row: &AccountRow) -> String {
    let (name, platform) = (&row.name, &row.platform);
    format!("{done} the account {name} ({platform}), {}.", posts(row))
}

fn take(settings: &mut Vec<(String, String)>, key: &str) -> Option<String> {
    let at = settings.iter().position(|(name, _)| name == key)?;
    Some(settings.remove(at).1)
}

fn settings(args: &AddArgs) -> Result<Vec<(String, String)>, Failure> {
    let flags = [
        ("server", &args.server),
        ("handle", &args.handle),
        ("user", &args.user),
    ];
    let flags = flags
        .into_iter()
        .filter_map(|(key, value)| Some(Ok((key.to_owned(), value.clone()?))));
    let set = args.set.iter().map(|text| match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => {
            Ok((key.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err(Failure::usage(format!("`{text}` is no setting."))
            .with_help("write --set KEY=VALUE, such as --set front_matter=hugo")),
    });
    flags.chain(set).collect()
}

fn posts(row: &AccountRow) -> String {
    let stages: Vec<_> = row
        .cadence
        .iter()
        .map(|stage| format!("{} from {}", stage.posts, words::spoken_day(stage.from)))
        .collect();
    stages.join(", then ")
}

fn list(call: &Call) -> Answer {
    let rows = accounts::list(&call.desk()?);
    call.out.show(&rows, || {
        if rows.is_empty() {
            return "There is no account. Limits and breaks work without one.".to_owned();
        }
        let cells = rows.iter().map(|row| {
            let slots = row.slots.join("\n");
            let packs = row.packs.join(", ");
            [
                row.name.clone(),
                row.platform.clone(),
                row.owner.clone(),
                slots,
                posts(row),
                packs,
            ]
        });
        table(
            ["name", "platform", "owner", "slots", "posts", "packs"],
            cells,
        )
    })?;
    Ok(Exit::Done)
}

fn test(args: &NameArgs, call: &Call) -> Answer {
    let tried = accounts::test(&call.desk()?, &args.name)?;
    call.out.show(&tried, || tried.message.clone())?;
    Ok(if tried.ok { Exit::Done } else { Exit::Failed })
}

fn remove(args: &NameArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let row = accounts::remove(&mut desk, &args.name)?;
    call.out.confirm(&row, || {
        format!("Removed the account {} from the plan.", row.name)
    })?;
    Ok(call.finish(&desk))
}
