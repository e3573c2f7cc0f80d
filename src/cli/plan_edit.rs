//! `rounds plan edit`: the editor, what will differ, the question, the answer.

use super::call::Call;
use super::editor;
use super::failure::print;
use super::plan::EditArgs;
use super::slot::next_words;
use super::{Answer, Exit};
use crate::plan::difference::Change;
use crate::requests::plan_draft::{self, Draft, Look};
use crate::requests::{Desk, Failure};

/// Lets the plan be changed in the editor until it is taken or given up.
pub(super) fn edit(args: &EditArgs, call: &Call) -> Answer {
    let mut desk = call.desk()?;
    let draft = plan_draft::begin(&desk)?;
    told(&draft, call);
    loop {
        editor::open(&draft.file).inspect_err(|_| plan_draft::discard_untouched(&draft))?;
        let (text, look) = match read(&desk, &draft) {
            Ok(read) => read,
            Err(failure) if call.out.can_ask() => {
                print(&failure, call.out);
                if call.out.ask("Open the editor again?") {
                    continue;
                }
                return Err(Failure::refused("The plan is as it was."));
            }
            Err(failure) => return Err(failure),
        };
        if !look.changed {
            plan_draft::discard(&draft)?;
            call.out
                .confirm(&look, || "The plan is as it was.".to_owned())?;
            return Ok(Exit::Done);
        }
        if args.yes || !call.out.can_ask() {
            return save(call, &mut desk, &draft, &text, &look);
        }
        call.out.text(&look_words(&look))?;
        if call.out.ask("Save the plan?") {
            return save(call, &mut desk, &draft, &text, &look);
        }
        if !call.out.ask("Open the editor again?") {
            let kept = format!("It is kept in {}.", draft.file.display());
            call.out.warn(&format!("The plan is as it was. {kept}"));
            return Ok(Exit::Done);
        }
    }
}

/// What the editor left, looked over.
fn read(desk: &Desk, draft: &Draft) -> Result<(String, Look), Failure> {
    let text = plan_draft::text(draft)?;
    let look = plan_draft::look(desk, draft, &text)?;
    Ok((text, look))
}

fn told(draft: &Draft, call: &Call) {
    if draft.is_left_over {
        let file = draft.file.display();
        call.out.warn(&format!(
            "This is your last edit, which was not taken ({file}). Remove that file to begin anew."
        ));
    }
    if let Some(aside) = &draft.set_aside {
        let aside = aside.display();
        call.out.warn(&format!(
            "The plan was changed after your last edit, which was not taken; it is kept in {aside}."
        ));
    }
}

fn save(call: &Call, desk: &mut Desk, draft: &Draft, text: &str, look: &Look) -> Answer {
    let copy = plan_draft::take(desk, draft, text)?;
    let asked = call.out.can_ask();
    call.out.confirm(look, || {
        let copy = copy.display();
        let saved = format!("The plan is changed; the former one is kept in {copy}.");
        if asked {
            saved
        } else {
            format!("{}\n{saved}", look_words(look))
        }
    })?;
    call.tell(desk);
    Ok(Exit::Done)
}

/// What will differ, what contradicts itself, and the next times.
fn look_words(look: &Look) -> String {
    let mut lines = Vec::new();
    if look.changes.is_empty() {
        lines.push("Nothing will differ in the coming four weeks.".to_owned());
    } else {
        lines.push("What will differ in the coming four weeks:".to_owned());
        lines.extend(
            look.changes
                .iter()
                .map(|change| format!("  {}", change_words(change))),
        );
    }
    lines.extend(
        look.warnings
            .iter()
            .map(|warning| format!("Note: {}", warning.spoken())),
    );
    lines.extend(look.slots.iter().map(next_words));
    lines.join("\n")
}

fn change_words(change: &Change) -> String {
    let what = &change.what;
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{what}: {before} → {after}"),
        (Some(before), None) => format!("{what}: no longer {before}"),
        (None, Some(after)) => format!("{what}: new, {after}"),
        (None, None) => what.clone(),
    }
}
