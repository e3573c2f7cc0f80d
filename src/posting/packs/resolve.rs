//! Packs brought together: items that one pack takes over from another, and what spans packs.
//!
//! A leader that is misspelt would split a question in two, so it is an error. It reads no text.

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
    for pack in &resolved {
        for item in &pack.items {
            check_leader(&resolved, pack, item)?;
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
    Err(PackError {
        field: "asked_with".to_owned(),
        ..PackError::of_pack(&pack.name, &message)
    })
}
