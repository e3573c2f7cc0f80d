//! What a post looks like in a static site's content folder.

use serde::{Deserialize, Serialize};

/// Whose front matter is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FrontMatter {
    /// YAML, as Hugo reads it.
    #[default]
    Hugo,
    /// TOML, as Zola reads it.
    Zola,
    /// YAML with a layout, as Jekyll reads it.
    Jekyll,
}

impl FrontMatter {
    /// The generator of this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "hugo" => Some(Self::Hugo),
            "zola" => Some(Self::Zola),
            "jekyll" => Some(Self::Jekyll),
            _ => None,
        }
    }

    /// The front matter for a title and an RFC 3339 date. A JSON string is a YAML and a TOML one.
    pub(super) fn text(self, title: &str, date: &str) -> String {
        let title = serde_json::Value::from(title);
        match self {
            Self::Hugo => format!("---\ntitle: {title}\ndate: {date}\ndraft: false\n---\n"),
            Self::Zola => format!("+++\ntitle = {title}\ndate = {date}\n+++\n"),
            Self::Jekyll => format!("---\nlayout: post\ntitle: {title}\ndate: {date}\n---\n"),
        }
    }
}

/// A picture with its description.
pub(super) fn image(alt: &str, file: &str) -> String {
    let alt = alt.replace(['[', ']'], "").replace('\n', " ");
    format!("\n![{alt}]({file})\n")
}

/// The title and the text below it: a first line that begins with `# ` is the title, else the
/// first sentence is, and the text stays whole.
pub(super) fn title(text: &str) -> (String, String) {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("# ") {
        let (title, body) = rest.split_once('\n').unwrap_or((rest, ""));
        return (title.trim().to_owned(), body.trim().to_owned());
    }
    let line = text.lines().next().unwrap_or_default();
    let sentence = &line[..sentence_end(line)];
    let mut title: String = sentence.chars().take(70).collect();
    if title.len() < sentence.len() {
        let cut = title
            .rsplit_once(' ')
            .map_or(title.as_str(), |(head, _)| head)
            .to_owned();
        title = format!("{cut}…");
    }
    (title, text.to_owned())
}

/// Where the first sentence ends: before a full stop that something blank follows.
fn sentence_end(line: &str) -> usize {
    line.char_indices()
        .filter(|(_, c)| ".!?".contains(*c))
        .map(|(at, _)| at)
        .find(|at| {
            line[at + 1..]
                .chars()
                .next()
                .is_none_or(char::is_whitespace)
        })
        .filter(|at| *at > 0)
        .unwrap_or(line.len())
}

/// Letters and digits with hyphens between, at most forty bytes.
pub(super) fn slug(title: &str) -> String {
    let plain: String = title
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let mut slug = String::new();
    for word in plain.split('-').filter(|word| !word.is_empty()) {
        if slug.len() + word.len() >= 40 {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(word);
    }
    if slug.is_empty() {
        "post".to_owned()
    } else {
        slug
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_the_title_and_leaves_the_text() {
        assert_eq!(
            title("# Flu shots\n\nGet one."),
            ("Flu shots".into(), "Get one.".into())
        );
    }

    #[test]
    fn else_the_first_sentence_is_the_title_and_the_text_stays_whole() {
        let (head, body) = title("Flu is back, v2.0 of it. Get a shot.");
        assert_eq!(head, "Flu is back, v2.0 of it");
        assert_eq!(body, "Flu is back, v2.0 of it. Get a shot.");
    }

    #[test]
    fn odd_titles_have_a_slug() {
        assert_eq!(slug("Flu is back: 10 facts!"), "flu-is-back-10-facts");
        assert_eq!(slug("¡¿…?!"), "post");
        assert!(slug(&"word ".repeat(50)).len() <= 40);
    }

    #[test]
    fn quotes_in_a_title_stay_inside_it() {
        let text = FrontMatter::Zola.text("She said \"no\": twice", "2026-11-24T08:00:00+00:00");
        let inner = text.trim_matches(['+', '\n']);
        let parsed: toml::Table = inner.parse().unwrap();
        assert_eq!(parsed["title"].as_str(), Some("She said \"no\": twice"));
    }
}
