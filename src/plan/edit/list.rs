//! A list of entries in a TOML file, written as `[[key]]` tables or as `key = [{ … }]`.
//!
//! Rules: entries keep their order; what is added comes last; comments that do not belong to a
//! removed entry move to what follows it. It does not know what the entries mean.

use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, TableLike, Value};

use super::EditError;

/// A list of entries of either form.
pub(super) enum List<'d> {
    Tables(&'d mut ArrayOfTables),
    Inline(&'d mut Array),
}

impl<'d> List<'d> {
    /// The list under a key; made where there is none, `inline` saying in which form.
    pub(super) fn open(
        table: &'d mut dyn TableLike,
        key: &'static str,
        inline: bool,
    ) -> Result<Self, EditError> {
        if table.get(key).is_none() {
            let empty = if inline {
                Item::Value(Value::Array(Array::new()))
            } else {
                Item::ArrayOfTables(ArrayOfTables::new())
            };
            table.insert(key, empty);
        }
        match table.get_mut(key) {
            Some(Item::ArrayOfTables(tables)) => Ok(Self::Tables(tables)),
            Some(Item::Value(Value::Array(array))) => Ok(Self::Inline(array)),
            _ => Err(EditError::Shape(key)),
        }
    }

    /// Whether it is written `key = [{ … }]`.
    pub(super) fn is_inline(&self) -> bool {
        matches!(self, Self::Inline(_))
    }

    /// The first entry that matches.
    pub(super) fn position(&self, matches: impl Fn(&dyn TableLike) -> bool) -> Option<usize> {
        match self {
            Self::Tables(tables) => tables.iter().position(|entry| matches(entry)),
            Self::Inline(array) => array
                .iter()
                .position(|entry| entry.as_inline_table().is_some_and(|entry| matches(entry))),
        }
    }

    /// An entry to change.
    pub(super) fn entry(&mut self, at: usize) -> Option<&mut dyn TableLike> {
        match self {
            Self::Tables(tables) => tables.get_mut(at).map(|entry| entry as &mut dyn TableLike),
            Self::Inline(array) => array
                .get_mut(at)
                .and_then(Value::as_inline_table_mut)
                .map(|entry| entry as &mut dyn TableLike),
        }
    }

    /// Adds an entry after the last one.
    pub(super) fn push(&mut self, table: Table) {
        match self {
            Self::Tables(tables) => tables.push(table),
            Self::Inline(array) => {
                let mut entry = Value::InlineTable(table.into_inline_table());
                // One entry a line stays one entry a line.
                if let Some(last) = array.iter().last() {
                    let indent = last.decor().prefix().and_then(|raw| raw.as_str());
                    let indent = indent.and_then(|text| text.rsplit_once('\n'));
                    if let Some((_, indent)) = indent {
                        entry.decor_mut().set_prefix(format!("\n{indent}"));
                    }
                }
                array.push_formatted(entry);
            }
        }
    }

    /// Takes an entry out; a `[[…]]` table is handed back.
    pub(super) fn remove(&mut self, at: usize) -> Option<Table> {
        match self {
            Self::Tables(tables) => Some(tables.remove(at)),
            Self::Inline(array) => {
                array.remove(at);
                None
            }
        }
    }

    /// Whether it has no entry.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Tables(tables) => tables.is_empty(),
            Self::Inline(array) => array.is_empty(),
        }
    }
}

/// Adds an entry to a list of the file; a new list starts at the file's end.
pub(super) fn push_at_end(
    document: &mut DocumentMut,
    key: &'static str,
    mut table: Table,
) -> Result<(), EditError> {
    let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
    if !document.contains_key(key) && trailing.contains('#') {
        table
            .decor_mut()
            .set_prefix(format!("{}\n\n", trailing.trim_end()));
        document.set_trailing("");
    }
    List::open(document.as_table_mut(), key, false)?.push(table);
    Ok(())
}

/// Removes the first entry that matches, with the comment directly above it; whether there was one.
pub(super) fn remove_first(
    document: &mut DocumentMut,
    key: &'static str,
    matches: impl Fn(&dyn TableLike) -> bool,
) -> Result<bool, EditError> {
    if !document.contains_key(key) {
        return Ok(false);
    }
    let mut list = List::open(document.as_table_mut(), key, false)?;
    let Some(at) = list.position(matches) else {
        return Ok(false);
    };
    let removed = list.remove(at);
    if list.is_empty() {
        document.remove(key);
    }
    if let Some(removed) = removed {
        keep_comments(document, &removed);
    }
    Ok(true)
}

/// Hands the comments above a removed table that an empty line sets off to what follows it.
fn keep_comments(document: &mut DocumentMut, removed: &Table) {
    let above = removed.decor().prefix().and_then(|raw| raw.as_str());
    let Some((kept, _)) = above.and_then(|above| above.rsplit_once("\n\n")) else {
        return;
    };
    if !kept.contains('#') {
        return;
    }
    let mut after = Vec::new();
    tables_after(document.as_table_mut(), removed.position(), &mut after);
    if let Some(next) = after.into_iter().min_by_key(|table| table.position()) {
        let own = next.decor().prefix().and_then(|raw| raw.as_str());
        let joined = format!("{kept}\n{}", own.unwrap_or("\n"));
        next.decor_mut().set_prefix(joined);
    } else {
        let trailing = document.trailing().as_str().unwrap_or_default();
        let joined = format!("{kept}\n{trailing}");
        document.set_trailing(joined);
    }
}

/// All tables of the file that stand after a position.
fn tables_after<'t>(table: &'t mut Table, position: Option<isize>, found: &mut Vec<&'t mut Table>) {
    for (_, item) in table.iter_mut() {
        let inner: Vec<&mut Table> = match item {
            Item::Table(table) => vec![table],
            Item::ArrayOfTables(tables) => tables.iter_mut().collect(),
            _ => Vec::new(),
        };
        for table in inner {
            if table.position() > position {
                found.push(table);
            } else {
                tables_after(table, position, found);
            }
        }
    }
}
