//! `rounds post check`: answers by flags, or one question after the other.

use super::super::call::Call;
use super::super::{Answer as Ended, Exit};
use super::CheckArgs;
use super::interview::interview;
use super::show::{standing, words};
use crate::requests::post::{Answer, Objection, answer, show};

pub(super) fn run(args: &CheckArgs, call: &Call) -> Ended {
    let mut desk = call.desk()?;
    let by = args.by.as_deref();
    let answers: Vec<Answer> = args.attest.iter().map(|given| read(given)).collect();
    let objection = args.dispute.as_ref().map(|finding| Objection {
        finding: finding.clone(),
        why: args.why.clone().unwrap_or_default(),
    });
    let given = !answers.is_empty() || objection.is_some();
    let asks = !given && call.out.can_ask();
    let ended = if given {
        answer(&mut desk, &args.id, &answers, objection.as_ref(), by)
    } else if asks {
        interview(&mut desk, &args.id, by, call.out).map(|post| (post, None))
    } else {
        show(&desk, &args.id).map(|post| (post, None))
    };
    // What was answered before something failed is kept, and the daemon has to know.
    call.tell(&desk);
    let (post, refused) = ended?;
    if let Some(refused) = refused {
        return Err(refused);
    }
    call.out.show(&post, || {
        if asks {
            standing(&post, &desk)
        } else {
            words(&post, &desk)
        }
    })?;
    Ok(if post.is_answered() {
        Exit::Done
    } else {
        Exit::Refused
    })
}

/// `ITEM` or `ITEM=EVIDENCE`.
fn read(given: &str) -> Answer {
    match given.split_once('=') {
        Some((item, evidence)) => Answer::new(item.trim(), Some(evidence.trim())),
        None => Answer::new(given.trim(), None),
    }
}
