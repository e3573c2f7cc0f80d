//! `rounds post check`: answers by flags, or one question after the other.

use std::io::{BufRead, Write};

use super::super::call::Call;
use super::super::{Answer as Ended, Exit};
use super::CheckArgs;
use super::show::words;
use crate::requests::post::{Answer, CheckView, Objection, PostView, answer, show};
use crate::requests::{Desk, Failure};

pub(super) fn run(args: &CheckArgs, call: &Call) -> Ended {
    let mut desk = call.desk()?;
    let by = args.by.as_deref();
    let answers: Vec<Answer> = args.attest.iter().map(|given| read(given)).collect();
    let objection = args.dispute.as_ref().map(|finding| Objection {
        finding: finding.clone(),
        why: args.why.clone().unwrap_or_default(),
    });
    let (post, refused) = if !answers.is_empty() || objection.is_some() {
        answer(&mut desk, &args.id, &answers, objection.as_ref(), by)?
    } else if call.out.can_ask() {
        (interview(&mut desk, &args.id, by)?, None)
    } else {
        (show(&desk, &args.id)?, None)
    };
    call.tell(&desk);
    if let Some(refused) = refused {
        return Err(refused);
    }
    call.out.show(&post, || words(&post, &desk))?;
    Ok(if post.is_answered() {
        Exit::Done
    } else {
        Exit::Refused
    })
}

/// `ITEM` or `ITEM=EVIDENCE`.
fn read(given: &str) -> Answer {
    match given.split_once('=') {
        Some((item, evidence)) => Answer {
            item: item.trim().to_owned(),
            evidence: Some(evidence.trim().to_owned()),
        },
        None => Answer {
            item: given.trim().to_owned(),
            evidence: None,
        },
    }
}

/// Asks every open question once; an empty answer leaves it open.
fn interview(desk: &mut Desk, id: &str, by: Option<&str>) -> Result<PostView, Failure> {
    let mut post = show(desk, id)?;
    let questions: Vec<CheckView> = post.open().cloned().collect();
    for (number, check) in questions.iter().enumerate() {
        let Some(reply) = ask(check, number + 1, questions.len())? else {
            continue;
        };
        let given = Answer {
            item: check.item.clone(),
            evidence: Some(reply),
        };
        let (now, refused) = answer(desk, id, &[given], None, by)?;
        post = now;
        if let Some(refused) = refused {
            say(&format!("  {refused}"))?;
        }
    }
    Ok(post)
}

fn ask(check: &CheckView, number: usize, of: usize) -> Result<Option<String>, Failure> {
    let hint = match check.evidence_kind {
        Some(kind) => kind.wanted().to_owned(),
        None => "yes, or Enter to leave it open".to_owned(),
    };
    say(&format!(
        "{number}/{of} {}\n  ({}; {})",
        check.question, hint, check.source
    ))?;
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| unreadable(&error))?;
    let reply = line.trim();
    let good = !reply.is_empty()
        && (check.evidence_kind.is_some() || ["y", "yes"].contains(&reply.to_lowercase().as_str()));
    Ok(good.then(|| reply.to_owned()))
}

fn say(text: &str) -> Result<(), Failure> {
    writeln!(anstream::stderr().lock(), "{text}").map_err(|error| unreadable(&error))
}

fn unreadable(error: &std::io::Error) -> Failure {
    Failure::failed(format!("The terminal cannot be used: {error}."))
}
