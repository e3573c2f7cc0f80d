//! The command line: what people type, turned into requests, and the answers turned into words.
//!
//! One file per command, each with its arguments, its help with an example, and `run`. No rule
//! stands here: commands ask `requests/`. Only `output.rs` prints; only `failure.rs` words failures.

mod account;
mod audit;
mod breaks;
mod calendar;
mod call;
mod chat;
mod conference;
mod consent;
mod daemon;
mod doctor;
mod editor;
mod engagement;
mod failure;
mod feed;
mod focus;
mod init;
mod interest;
mod limit;
mod output;
mod page;
mod paper;
mod plan;
mod plan_edit;
mod post;
mod redirect;
mod report;
mod scan;
mod screen;
mod series;
mod service;
mod shell;
mod slot;
mod status;
mod terminal;
mod time;
mod transfer;
mod wrap;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::requests::Failure;
use call::Call;
use output::Output;

/// How a command ended that printed its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Done (0).
    Done,
    /// Some of it failed, as its answer says (1).
    Failed,
    /// A rule stands against it, as its answer says (3).
    Refused,
}

impl Exit {
    const fn status(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Refused => 3,
        }
    }
}

/// What a command comes to: its answer is printed already, a failure is not.
type Answer = Result<Exit, Failure>;

/// Keeps a clinician's social media in the right dose.
///
/// Measures time on social sites against limits, publishes checked posts on time, and reminds of
/// breaks. Start with `rounds up`.
#[derive(Debug, Parser)]
#[command(
    name = "rounds",
    version,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(after_help = "Example:\n  rounds init --preset balanced")]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Flags of every command.
#[derive(Debug, Args)]
struct Global {
    /// Print one JSON document instead of text for people.
    #[arg(long, global = true)]
    json: bool,
    /// Where config.toml and plan.toml are.
    #[arg(long, global = true, value_name = "DIR")]
    config_dir: Option<PathBuf>,
    /// Where the database is.
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Log more on standard error; twice for everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Print answers and errors only.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Up(daemon::UpArgs),
    Init(init::InitArgs),
    Daemon(daemon::DaemonArgs),
    Service(service::ServiceArgs),
    Status(status::StatusArgs),
    Limit(limit::LimitArgs),
    Time(time::TimeArgs),
    Focus(focus::FocusArgs),
    Break(breaks::BreakArgs),
    Conference(conference::ConferenceArgs),
    Engagement(engagement::EngagementArgs),
    Calendar(calendar::CalendarArgs),
    Chat(chat::ChatArgs),
    Feed(feed::FeedArgs),
    Scan(scan::ScanArgs),
    Post(post::PostArgs),
    Screen(screen::ScreenArgs),
    Consent(consent::ConsentArgs),
    Interest(interest::InterestArgs),
    Paper(paper::PaperArgs),
    Redirect(redirect::RedirectArgs),
    Account(account::AccountArgs),
    Slot(slot::SlotArgs),
    Series(series::SeriesArgs),
    Plan(plan::PlanArgs),
    Report(report::ReportArgs),
    Audit(audit::AuditArgs),
    Doctor(doctor::DoctorArgs),
    Export(transfer::ExportArgs),
    Import(transfer::ImportArgs),
    Backup(transfer::BackupArgs),
    Open(page::OpenArgs),
    Token(page::TokenArgs),
    Completions(shell::CompletionsArgs),
    Man(shell::ManArgs),
}

/// The daemon's command line alone: the whole tree would stay in the memory of the one command that
/// runs for weeks.
#[derive(Debug, Parser)]
struct DaemonCli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: DaemonCommand,
}

#[derive(Debug, Subcommand)]
enum DaemonCommand {
    Daemon(daemon::DaemonArgs),
}

impl From<DaemonCli> for Cli {
    fn from(cli: DaemonCli) -> Self {
        let DaemonCommand::Daemon(args) = cli.command;
        Self {
            global: cli.global,
            command: Command::Daemon(args),
        }
    }
}

/// Reads the arguments; whatever the daemon's own command line is not, the whole tree answers.
fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    if arguments.iter().any(|argument| argument == "daemon")
        && let Ok(cli) = DaemonCli::try_parse_from(arguments)
    {
        return Ok(cli.into());
    }
    Cli::try_parse_from(arguments)
}

/// Runs the program with these arguments, the program's name first, and says how it ended.
pub fn run(arguments: &[OsString]) -> ExitCode {
    let cli = match parse(arguments) {
        Ok(cli) => cli,
        Err(error) => return failure::of_clap(&error, arguments),
    };
    output::log_to_stderr(cli.global.verbose);
    keep_no_dump();
    let out = Output::new(cli.global.json, cli.global.quiet);
    let call = Call::new(cli.global.config_dir, cli.global.data_dir, out);
    match dispatch(&cli.command, &call) {
        Ok(exit) => ExitCode::from(exit.status()),
        Err(failure) => failure::print(&failure, out),
    }
}

/// Leaves no picture of the memory behind, whatever happens: it holds texts of posts, and secrets.
fn keep_no_dump() {
    let own = getrlimit(Resource::Core);
    let current = Some(0);
    // A sandbox may refuse it; the service's unit says the same.
    let _ = setrlimit(Resource::Core, Rlimit { current, ..own });
}

fn dispatch(command: &Command, call: &Call) -> Answer {
    match command {
        Command::Up(args) => daemon::up(args, call),
        Command::Init(args) => init::run(args, call),
        Command::Daemon(args) => daemon::run(args, call),
        Command::Service(args) => service::run(args, call),
        Command::Status(args) => status::run(args, call),
        Command::Limit(args) => limit::run(args, call),
        Command::Time(args) => time::run(args, call),
        Command::Focus(args) => focus::run(args, call),
        Command::Break(args) => breaks::run(args, call),
        Command::Conference(args) => conference::run(args, call),
        Command::Engagement(args) => engagement::run(args, call),
        Command::Calendar(args) => calendar::run(args, call),
        Command::Chat(args) => chat::run(args, call),
        Command::Feed(args) => feed::run(args, call),
        Command::Scan(args) => scan::run(args, call),
        Command::Post(args) => post::run(args, call),
        Command::Screen(args) => screen::run(args, call),
        Command::Consent(args) => consent::run(args, call),
        Command::Interest(args) => interest::run(args, call),
        Command::Paper(args) => paper::run(args, call),
        Command::Redirect(args) => redirect::run(args, call),
        Command::Account(args) => account::run(args, call),
        Command::Slot(args) => slot::run(args, call),
        Command::Series(args) => series::run(args, call),
        Command::Plan(args) => plan::run(args, call),
        Command::Report(args) => report::run(args, call),
        Command::Audit(args) => audit::run(args, call),
        Command::Doctor(args) => doctor::run(args, call),
        Command::Export(args) => transfer::export(args, call),
        Command::Import(args) => transfer::import(args, call),
        Command::Backup(args) => transfer::backup(args, call),
        Command::Open(args) => page::open(args, call),
        Command::Token(args) => page::token(args, call),
        Command::Completions(args) => shell::completions(args, call),
        Command::Man(args) => shell::man(args, call),
    }
}

/// The whole tree of commands, for completions, manual pages and the tests of their examples.
pub fn command() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each(command: &clap::Command, path: &str, see: &mut impl FnMut(&str, &clap::Command)) {
        see(path, command);
        for sub in command
            .get_subcommands()
            .filter(|sub| sub.get_name() != "help")
        {
            each(sub, &format!("{path} {}", sub.get_name()), see);
        }
    }

    #[test]
    fn the_tree_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn the_daemon_is_called_alike_by_its_own_command_line() {
        let told = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        for line in [
            "rounds daemon",
            "rounds --config-dir c --data-dir d daemon --errand",
            "rounds daemon -vv --json",
        ] {
            let own = DaemonCli::try_parse_from(told(line)).map(Cli::from);
            let whole = Cli::try_parse_from(told(line));
            assert_eq!(format!("{own:?}"), format!("{whole:?}"), "{line}");
        }
        for line in [
            "rounds daemon --help",
            "rounds daemon -v -q",
            "rounds daemon x",
        ] {
            let shown = parse(&told(line)).map_err(|error| error.to_string());
            let whole = Cli::try_parse_from(told(line)).map_err(|error| error.to_string());
            assert_eq!(shown.unwrap_err(), whole.unwrap_err(), "{line}");
        }
        let other = parse(&told("rounds screen daemon")).unwrap();
        assert!(matches!(other.command, Command::Screen(_)));
    }

    #[test]
    fn every_command_and_flag_is_explained_and_has_an_example() {
        let mut bare = Vec::new();
        each(&command(), "rounds", &mut |path, command| {
            let example = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            if command.get_about().is_none() || !example.contains("  rounds ") {
                bare.push(path.to_owned());
            }
            for arg in command.get_arguments() {
                if arg.get_help().is_none() && !arg.is_global_set() {
                    bare.push(format!("{path} {}", arg.get_id()));
                }
            }
        });
        assert!(bare.is_empty(), "{bare:#?}");
    }
}
