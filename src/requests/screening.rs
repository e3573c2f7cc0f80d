//! Screening alone: what is seen in a text, without a post and without a plan.

use serde::Serialize;
use serde_json::Value;

use super::Failure;
use crate::config::Paths;
use crate::posting::screening::{Context, Finding, Screening, Verdict};
use crate::rulebook::Rulebook;

/// Loads the rules, with the packs of the configuration directory where there is one.
pub fn rules(paths: Option<&Paths>) -> Result<Rulebook, Failure> {
    Ok(match paths {
        Some(paths) => Rulebook::load(&paths.checklists())?,
        None => Rulebook::builtin()?,
    })
}

/// Screens one text as a clinician's.
pub fn screen(rules: &Rulebook, text: &str, language: Option<String>) -> Screening {
    let context = Context {
        professional: true,
        language,
        ..Context::default()
    };
    rules.screen(text, &context)
}

/// One text of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    id: Value,
    words: String,
    language: Option<String>,
}

/// What was seen in one text of many.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Seen {
    /// The text's own id.
    pub id: Value,
    /// How long it took, in milliseconds.
    pub ms: f64,
    /// The worst of it.
    pub verdict: Verdict,
    /// All of it, by place.
    pub findings: Vec<Finding>,
}

/// A line that is no text to screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadLine {
    /// Its id, where it has one.
    pub id: Value,
    /// What is wrong with it.
    pub error: String,
}

/// Understands `{"id": …, "text": …}` with an optional `lang`.
pub fn read_line(line: &[u8]) -> Result<Text, BadLine> {
    let bad = |id: Value, error: &str| BadLine {
        id,
        error: error.to_owned(),
    };
    let value: Value = serde_json::from_slice(line)
        .map_err(|error| bad(Value::Null, &format!("not JSON: {error}")))?;
    let Value::Object(mut fields) = value else {
        return Err(bad(Value::Null, "not an object with `id` and `text`"));
    };
    let id = match fields.remove("id") {
        Some(id @ (Value::String(_) | Value::Number(_))) => id,
        Some(_) => return Err(bad(Value::Null, "`id` is neither a text nor a number")),
        None => return Err(bad(Value::Null, "`id` is missing")),
    };
    let language = match fields.remove("lang") {
        None | Some(Value::Null) => None,
        Some(Value::String(language)) => Some(language),
        Some(_) => return Err(bad(id, "`lang` is not a text")),
    };
    match fields.remove("text") {
        Some(Value::String(words)) => Ok(Text {
            id,
            words,
            language,
        }),
        Some(_) => Err(bad(id, "`text` is not a text")),
        None => Err(bad(id, "`text` is missing")),
    }
}

/// Screens one text of many; `took` measures the work.
pub fn see(rules: &Rulebook, text: Text, clock: impl Fn() -> std::time::Duration) -> Seen {
    let begun = clock();
    let screening = screen(rules, &text.words, text.language);
    let took = clock().saturating_sub(begun);
    Seen {
        id: text.id,
        ms: took.as_micros() as f64 / 1000.0,
        verdict: screening.verdict,
        findings: screening.findings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_lines_keep_their_id_where_they_have_one() {
        let bad = |line: &str| read_line(line.as_bytes()).map_err(|bad| bad.id);
        assert_eq!(bad("{"), Err(Value::Null));
        assert_eq!(bad("[1]"), Err(Value::Null));
        assert_eq!(bad(r#"{"text":"a"}"#), Err(Value::Null));
        assert_eq!(bad(r#"{"id":"a"}"#), Err("a".into()));
        assert_eq!(bad(r#"{"id":7,"text":null}"#), Err(7.into()));
        assert!(bad(r#"{"id":"a","text":"","lang":null,"platform":"x"}"#).is_ok());
        assert!(read_line(b"\xff").is_err());
    }
}
