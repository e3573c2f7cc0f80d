//! Where a byte of the text stands: its line, and the key it belongs to.

use toml::de::{DeTable, DeValue};

/// The line of a byte, from 1.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    1 + before.matches('\n').count()
}

/// The key at a byte with its tables, such as `limits.time`; empty where the text is no TOML.
pub(super) fn path_at(text: &str, offset: usize) -> String {
    let Ok(table) = DeTable::parse(text) else {
        return String::new();
    };
    let mut path = Vec::new();
    in_table(table.get_ref(), offset, &mut path);
    path.join(".")
}

fn in_table<'t>(table: &'t DeTable<'_>, offset: usize, path: &mut Vec<&'t str>) -> bool {
    for (key, value) in table {
        path.push(key.get_ref());
        if in_value(value.get_ref(), offset, path)
            || key.span().contains(&offset)
            || value.span().contains(&offset)
        {
            return true;
        }
        path.pop();
    }
    false
}

fn in_value<'t>(value: &'t DeValue<'_>, offset: usize, path: &mut Vec<&'t str>) -> bool {
    match value {
        DeValue::Table(table) => in_table(table, offset, path),
        DeValue::Array(values) => values
            .iter()
            .any(|value| in_value(value.get_ref(), offset, path)),
        _ => false,
    }
}
