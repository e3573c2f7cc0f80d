//! What a machine saw in a picture when it was added: words and faces, or why it did not look.
//!
//! - It is bound to the picture's bytes: another picture is looked at anew.
//! - It opens questions and closes none. Nothing found means "not read" and "none seen", never
//!   that nothing is there.
//!
//! How well this works was measured: upright words are read, turned by some degrees they are not;
//! faces that are masked, barred or small are missed.

use serde::{Deserialize, Serialize};

/// What was seen in one picture, and what was taken out of its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// SHA-256 of the bytes that were looked at.
    pub sha256: String,
    /// What was taken out of the file before it was kept, in words.
    pub removed: Vec<String>,
    /// Words in the picture.
    pub words: Words,
    /// Faces in the picture.
    pub faces: Faces,
}

/// Words in a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Words {
    /// Nobody looked for them.
    NotLooked {
        /// Why.
        why: String,
    },
    /// They were looked for.
    Looked {
        /// In which languages.
        languages: Vec<String>,
        /// What was read, one text for each way the picture was held; empty: nothing was read.
        texts: Vec<String>,
        /// Some of the ways took too long.
        cut_short: bool,
    },
}

/// Faces in a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Faces {
    /// Nobody looked for them.
    NotLooked {
        /// Why.
        why: String,
    },
    /// They were looked for; this many places look like one.
    Looked(usize),
}

impl Seen {
    /// The texts that were read.
    pub fn texts(&self) -> &[String] {
        match &self.words {
            Words::Looked { texts, .. } => texts,
            Words::NotLooked { .. } => &[],
        }
    }

    /// Whether something looks like a face; `false` says nothing.
    pub const fn has_faces(&self) -> bool {
        matches!(self.faces, Faces::Looked(count) if count > 0)
    }

    /// What was done, in sentences for the clinician.
    pub fn spoken(&self) -> String {
        let mut sentences = Vec::new();
        if !self.removed.is_empty() {
            sentences.push(format!(
                "Taken out of the file: {}.",
                self.removed.join("; ")
            ));
        }
        sentences.push(match &self.words {
            Words::NotLooked { why } => format!("Words in it were not looked for: {why}."),
            Words::Looked { texts, .. } if texts.is_empty() => {
                "No word in it could be read, which does not mean that there is none.".to_owned()
            }
            Words::Looked { texts, .. } => {
                let all = texts.iter().map(|text| text.replace('\n', " / "));
                format!("Words read in it: {}.", all.collect::<Vec<_>>().join(" | "))
            }
        });
        if matches!(
            self.words,
            Words::Looked {
                cut_short: true,
                ..
            }
        ) {
            sentences.push("Reading took too long and was cut short.".to_owned());
        }
        sentences.push(match &self.faces {
            Faces::NotLooked { why } => format!("Faces were not looked for: {why}."),
            Faces::Looked(0) => {
                "No face was seen, which does not mean that there is none.".to_owned()
            }
            Faces::Looked(1) => "One place looks like a face.".to_owned(),
            Faces::Looked(count) => format!("{count} places look like faces."),
        });
        sentences.push("Look yourself, into every corner.".to_owned());
        sentences.join(" ")
    }
}
