//! The questions of a post, one after the other, on a terminal.
//!
//! - What goes out is shown before the first question.
//! - An answer is for the words that were shown: where the post was changed meanwhile it is refused.
//! - A key that is not known asks again. What was answered stays, however one leaves.

use std::collections::BTreeSet;

use super::super::output::Output;
use super::proof::{proof, question};
use super::show::state;
use crate::clock::Moment;
use crate::posting::evidence::is_yes;
use crate::requests::post::{Answer, CheckView, PostView, answer, show};
use crate::requests::{Desk, Failure};

/// What was typed.
#[derive(Debug, PartialEq, Eq)]
enum Typed {
    Answer(String),
    No,
    Skip,
    Quit,
    /// Nothing that is known, and why.
    Unknown(String),
}

/// What became of a question.
enum Left {
    /// The next may come.
    Behind,
    /// The person leaves.
    Quit,
}

/// Asks every open question that an answer can close, once.
pub(super) fn interview(
    desk: &mut Desk,
    id: &str,
    by: Option<&str>,
    out: Output,
) -> Result<PostView, Failure> {
    let mut post = show(desk, id)?;
    out.aside(&proof(&post, &state(&post, desk), out.width()));
    let mut put = BTreeSet::new();
    while let Some(check) = next(&post, &put).cloned() {
        put.insert(check.item.clone());
        let left = open(&post).filter(|check| !put.contains(&check.item));
        let place = (put.len(), put.len() + left.count());
        out.aside(&format!(
            "\n{}",
            question(&post, &check, place, out.width())
        ));
        match ask(desk, &mut post, &check, by, out)? {
            Left::Behind => {}
            Left::Quit => break,
        }
    }
    out.aside("");
    Ok(post)
}

fn open(post: &PostView) -> impl Iterator<Item = &CheckView> {
    post.open().filter(|check| !check.takes_no_answer())
}

fn next<'a>(post: &'a PostView, put: &BTreeSet<String>) -> Option<&'a CheckView> {
    open(post).find(|check| !put.contains(&check.item))
}

/// Asks one question until it is answered or left.
fn ask(
    desk: &mut Desk,
    post: &mut PostView,
    check: &CheckView,
    by: Option<&str>,
    out: Output,
) -> Result<Left, Failure> {
    let keys = match check.evidence_kind {
        Some(_) => "    what it asks for, or n no, s skip, q quit: ",
        None => "    y yes, n no, s skip, q quit, or a note: ",
    };
    loop {
        let Some(line) = out.prompt(keys)? else {
            return Ok(Left::Quit);
        };
        let evidence = match typed(&line, check.evidence_kind.is_some()) {
            Typed::Answer(evidence) => evidence,
            Typed::Skip => return Ok(Left::Behind),
            Typed::Quit => return Ok(Left::Quit),
            Typed::No => {
                out.aside(&format!(
                    "    Then it stays open. `rounds post edit {}` changes the post.",
                    post.id
                ));
                return Ok(Left::Behind);
            }
            Typed::Unknown(why) => {
                out.aside(&format!("    {why}"));
                continue;
            }
        };
        // Each answer is given at its own time, from which cooling off counts.
        desk.now = Moment::now();
        let given = Answer {
            about: Some(post.content_hash.clone()),
            ..Answer::new(&check.item, Some(&evidence))
        };
        let (now, refused) = answer(desk, &post.id, &[given], None, by)?;
        *post = now;
        match refused {
            None => return Ok(Left::Behind),
            Some(refused) => out.aside(&format!("    {refused}")),
        }
    }
}

/// Understands a line. Where evidence is asked for, a yes is none.
fn typed(line: &str, wants_evidence: bool) -> Typed {
    let line = line.trim();
    match line.to_lowercase().as_str() {
        "" => Typed::Unknown("Nothing was typed; s leaves it open.".to_owned()),
        "s" | "skip" => Typed::Skip,
        "q" | "quit" => Typed::Quit,
        "n" | "no" => Typed::No,
        small if wants_evidence && is_yes(small) => {
            Typed::Unknown("A yes is not enough here.".to_owned())
        }
        _ if wants_evidence => Typed::Answer(line.to_owned()),
        small if is_yes(small) => Typed::Answer("yes".to_owned()),
        _ if line.split_whitespace().count() > 2 => Typed::Answer(line.to_owned()),
        _ => Typed::Unknown(format!(
            "“{line}” is none of the keys; a note has three words or more."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_words_are_the_same_in_any_case() {
        for word in ["y", "Y", "yes", "YES", " Yes ", "sí"] {
            assert_eq!(typed(word, false), Typed::Answer("yes".into()), "{word}");
        }
        for word in ["n", "N", "no", "NO"] {
            assert_eq!(typed(word, false), Typed::No, "{word}");
            assert_eq!(typed(word, true), Typed::No, "{word}");
        }
        for word in ["s", "S", "skip", "Skip"] {
            assert_eq!(typed(word, false), Typed::Skip, "{word}");
        }
        for word in ["q", "Q", "quit", "QUIT"] {
            assert_eq!(typed(word, true), Typed::Quit, "{word}");
        }
    }

    #[test]
    fn what_is_no_answer_is_asked_again() {
        for word in ["", "  ", "x", "maybe", "yess", "j a"] {
            assert!(matches!(typed(word, false), Typed::Unknown(_)), "{word}");
        }
        for word in ["", "y", "yes", "ok"] {
            assert!(matches!(typed(word, true), Typed::Unknown(_)), "{word}");
        }
        assert_eq!(typed("IT-7", true), Typed::Answer("IT-7".into()));
    }
}
