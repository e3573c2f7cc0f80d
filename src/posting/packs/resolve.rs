//! Packs brought together: items that one pack takes over from another, and what spans packs.
//!
//! A leader that is misspelt would split a question in two, so it is an error; so is a demand that
//! no answer to the shared question could fulfil, or that would not be heard. It reads no text.

use super::read::Also;
use super::{Item, Pack, PackError};

/// Puts the items that packs take over from others into place, and checks what spans packs.
pub(super) fn resolve(packs: Vec<Pack>) -> Result<Vec<Pack>, PackError> {
    let told = packs.clone();
    let mut resolved = Vec::new();
    for mut pack in packs {
        for also in std::mem::take(&mut pack.also) {
            pack.items.push(taken_over(&told, &pack, &also)?);
        }
        resolved.push(pack);
    }
    for (at, pack) in resolved.iter().enumerate() {
        for item in &pack.items {
            check_leader(&resolved, pack, item)?;
            check_shared(&resolved[..at], pack, item)?;
        }
    }
    Ok(resolved)
}

fn taken_over(told: &[Pack], into: &Pack, also: &Also) -> Result<Item, PackError> {
    let error = |message: String| PackError {
        file: also.place.0.clone(),
        line: also.place.1,
        field: "also".to_owned(),
        message,
    };
    if into.items.iter().any(|item| item.id == also.id) {
        return Err(error(format!("`{}` stands twice in this pack", also.id)));
    }
    let from = told.iter().find(|pack| pack.name == also.pack);
    let item = from.and_then(|pack| pack.items.iter().find(|item| item.id == also.id));
    let item = item.ok_or_else(|| error(format!("`{}` has no item `{}`", also.pack, also.id)))?;
    Ok(Item {
        source: also.source.clone(),
        ..item.clone()
    })
}

/// An item asked with another needs that other to exist, to be asked at the same level and to
/// stand on its own.
fn check_leader(packs: &[Pack], pack: &Pack, item: &Item) -> Result<(), PackError> {
    let Some(id) = &item.asked_with else {
        return Ok(());
    };
    let leader = packs
        .iter()
        .flat_map(|pack| &pack.items)
        .find(|other| other.id == *id);
    let why = match leader {
        None => "no pack holds that item",
        Some(leader) if leader.asked_with.is_some() => "that item is itself asked with another",
        Some(leader) if leader.level != item.level => "that item is asked at the other level",
        Some(_) => return Ok(()),
    };
    let message = format!("`{}` is asked with `{id}`, but {why}", item.id);
    Err(pack.error(Some(&item.id), "asked_with", message))
}

/// An item that an earlier pack holds too is one question with it: at the same level, and with
/// evidence of which one is at least as strict as the other.
fn check_shared(earlier: &[Pack], pack: &Pack, item: &Item) -> Result<(), PackError> {
    let others = earlier
        .iter()
        .flat_map(|pack| pack.items.iter().map(move |item| (pack, item)));
    let shared: Vec<_> = others.clone().filter(|(_, o)| o.id == item.id).collect();
    let own = "give the question an id of its own";
    for (other, same) in &shared {
        if same.level != item.level {
            let message = format!(
                "`{}` is answered at the other level in the pack `{}`; {own}",
                item.id, other.name
            );
            return Err(pack.error(Some(&item.id), "level", message));
        }
    }
    let Some(kind) = item.evidence_kind else {
        return Ok(());
    };
    let leaders = shared.iter().filter_map(|(_, o)| o.asked_with.as_deref());
    let asked: Vec<&str> = leaders.chain([item.id.as_str()]).collect();
    let clash = others
        .filter(|(_, other)| asked.contains(&other.id.as_str()))
        .find_map(|(other, same)| {
            let theirs = same.evidence_kind?;
            kind.stricter(theirs).is_none().then_some((other, theirs))
        });
    let Some((other, theirs)) = clash else {
        return Ok(());
    };
    let message = format!(
        "`{}` takes `{theirs}` in the pack `{}`, and neither that nor `{kind}` is the stricter; {own}",
        item.id, other.name
    );
    Err(pack.error(Some(&item.id), "evidence_kind", message))
}
