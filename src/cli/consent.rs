//! `rounds consent`: the consent register.

use clap::{Args, Subcommand};

use super::call::Call;
use super::output::table;
use super::{Answer, Exit};
use crate::calendar::Direction;
use crate::posting::consent::{Consent, Signer};
use crate::requests::consents::{self, ConsentRow};
use crate::requests::{Desk, words};

/// Record patients' consent to publish, by reference and without names
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  rounds consent list")]
pub(super) struct ConsentArgs {
    #[command(subcommand)]
    command: ConsentCommand,
}

#[derive(Debug, Subcommand)]
enum ConsentCommand {
    Add(AddArgs),
    /// List all records
    #[command(after_help = "Example:\n  rounds consent list")]
    List,
    /// Show one record
    #[command(after_help = "Example:\n  rounds consent show R-2026-17")]
    Show(ReferenceArgs),
    /// Confirm a record that came in from a file, after a look into the clinic's own records
    #[command(after_help = "Example:\n  rounds consent confirm R-2026-17")]
    Confirm(ReferenceArgs),
    /// Withdraw a record: posts that rely on it do not go out any more
    #[command(after_help = "Example:\n  rounds consent withdraw R-2026-17")]
    Withdraw(ReferenceArgs),
}

/// One record.
#[derive(Debug, Args)]
struct ReferenceArgs {
    /// The reference in the clinic's own records.
    reference: String,
}

/// Record a signed consent to publish
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  rounds consent add R-2026-18 --platform blog --shows \"wound, no face\" --signed-on today"
)]
struct AddArgs {
    /// The reference in the clinic's own records; never a name.
    reference: String,
    /// Account or platform that it covers; `all` for every one.
    #[arg(long, required = true, value_delimiter = ',')]
    platform: Vec<String>,
    /// What may be shown, in general words.
    #[arg(long, value_name = "TEXT")]
    shows: String,
    /// Who signed.
    #[arg(long, value_parser = ["patient", "guardian", "attorney"], default_value = "patient")]
    signer: String,
    /// On which day it was signed.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    signed_on: String,
    /// Its last day, if it ends.
    #[arg(long, value_name = "DAY", allow_hyphen_values = true)]
    expires: Option<String>,
    /// It is part of the consent to care; such a record covers no post.
    #[arg(long)]
    with_care: bool,
}

pub(super) fn run(args: &ConsentArgs, call: &Call) -> Answer {
    match &args.command {
        ConsentCommand::Add(args) => add(args, call),
        ConsentCommand::List => list(call),
        ConsentCommand::Show(args) => show(args, call),
        ConsentCommand::Confirm(args) => confirm(args, call),
        ConsentCommand::Withdraw(args) => withdraw(args, call),
    }
}

fn add(args: &AddArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let ahead = |text: &String| words::day(&desk, text, Direction::Future);
    let record = Consent {
        reference: args.reference.trim().to_owned(),
        platforms: args.platform.clone(),
        shows: args.shows.trim().to_owned(),
        signer: match args.signer.as_str() {
            "guardian" => Signer::Guardian,
            "attorney" => Signer::Attorney,
            _ => Signer::Patient,
        },
        signed_on: words::day(&desk, &args.signed_on, Direction::Past)?,
        expires_on: args.expires.as_ref().map(ahead).transpose()?,
        separate_from_care: !args.with_care,
        withdrawn_at: None,
        unconfirmed_since: None,
    };
    let row = consents::add(&mut desk, record)?;
    call.out
        .confirm(&row, || format!("Recorded.\n{}", spoken(&desk, &row)))?;
    Ok(call.done(&desk))
}

fn list(call: &Call) -> Answer {
    let rows = consents::list(&call.desk()?)?;
    call.out.show(&rows, || {
        if rows.is_empty() {
            return "There is no consent record.".to_owned();
        }
        let cells = rows.iter().map(|row| {
            let ends = row
                .record
                .expires_on
                .map_or_else(String::new, words::spoken_day);
            let valid = match &row.record {
                _ if row.valid => "yes",
                record if record.withdrawn_at.is_some() => "no, withdrawn",
                record if record.unconfirmed_since.is_some() => "no, not confirmed",
                record if !record.separate_from_care => "no, part of care",
                _ => "no, ended",
            };
            [
                row.record.reference.clone(),
                row.record.platforms.join(", "),
                ends,
                valid.to_owned(),
            ]
        });
        table(["reference", "covers", "until", "valid"], cells)
    })?;
    Ok(Exit::Done)
}

fn show(args: &ReferenceArgs, call: &Call) -> Answer {
    let desk = call.desk()?;
    let row = consents::find(&desk, &args.reference)?;
    call.out.show(&row, || spoken(&desk, &row))?;
    Ok(Exit::Done)
}

fn confirm(args: &ReferenceArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let row = consents::confirm(&mut desk, &args.reference)?;
    call.out
        .confirm(&row, || format!("Confirmed.\n{}", spoken(&desk, &row)))?;
    Ok(call.done(&desk))
}

fn withdraw(args: &ReferenceArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let withdrawn = consents::withdraw(&mut desk, &args.reference)?;
    call.out.confirm(&withdrawn, || {
        let ids = |posts: &[crate::posting::post::PostId]| {
            posts
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let mut lines = vec![format!(
            "Withdrawn: {}.",
            withdrawn.consent.record.reference
        )];
        if !withdrawn.held.is_empty() {
            lines.push(format!(
                "Held until there is another consent: {}.",
                ids(&withdrawn.held)
            ));
        }
        if !withdrawn.published.is_empty() {
            let ids = ids(&withdrawn.published);
            lines.push(format!(
                "Published already: {ids}. Take back with `rounds post retract`."
            ));
        }
        if !withdrawn.others.is_empty() {
            lines.push(format!("Used in drafts too: {}.", ids(&withdrawn.others)));
        }
        lines.join("\n")
    })?;
    call.tell(&desk);
    if call.out.can_ask() {
        offer_to_retract(&mut desk, &withdrawn.published, call)?;
    }
    Ok(Exit::Done)
}

/// Asks for each published post whether it is to be taken back now.
fn offer_to_retract(
    desk: &mut Desk,
    published: &[crate::posting::post::PostId],
    call: &Call,
) -> Result<(), crate::requests::Failure> {
    for id in published {
        let wanted = call.out.ask(&format!("Take post {id} back now?"));
        if !wanted {
            continue;
        }
        match crate::requests::post::retract(desk, id.as_str()) {
            Ok((_, what)) => call
                .out
                .text(&format!("Post {id} is taken back: {what}."))?,
            Err(failure) => call.out.warn(&format!("Post {id}: {failure}")),
        }
    }
    call.tell(desk);
    Ok(())
}

fn spoken(desk: &Desk, row: &ConsentRow) -> String {
    let record = &row.record;
    let signer = match record.signer {
        Signer::Patient => "the patient",
        Signer::Guardian => "a parent or guardian",
        Signer::Attorney => "a holder of a power of attorney",
    };
    let mut lines = vec![
        format!("Reference  {}", record.reference),
        format!("Covers     {}", record.platforms.join(", ")),
        format!("Shows      {}", record.shows),
        format!(
            "Signed     by {signer} on {}",
            words::spoken_day(record.signed_on)
        ),
    ];
    if let Some(last) = record.expires_on {
        lines.push(format!("Until      {}", words::spoken_day(last)));
    }
    if !record.separate_from_care {
        lines.push("It is part of the consent to care: it covers no post.".to_owned());
    }
    if record.unconfirmed_since.is_some() {
        lines.push(format!(
            "It came from a file and covers no post until you have looked it up and say so: \
             rounds consent confirm {}",
            record.reference
        ));
    }
    if let Some(at) = record.withdrawn_at {
        lines.push(format!("Withdrawn  {}", desk.plan.calendar.spoken(at)));
    }
    lines.join("\n")
}
