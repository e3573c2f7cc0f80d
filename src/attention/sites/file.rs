//! Reads a file of sites and says in plain words what is wrong with it, and on which line.
//!
//! The built-in file and the user's go through the same door. Nothing here recognises anything.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::{Browser, Catalogue, Site};

/// A mistake in a file of sites.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct SitesError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    never: Vec<Spanned<String>>,
    #[serde(default)]
    sites: Vec<SiteEntry>,
    #[serde(default)]
    browsers: Vec<BrowserEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SiteEntry {
    name: Spanned<String>,
    label: Option<String>,
    #[serde(default)]
    hosts: Vec<Spanned<String>>,
    #[serde(default)]
    except: Vec<Spanned<String>>,
    #[serde(default)]
    titles: Vec<Spanned<String>>,
    #[serde(default)]
    windows: Vec<Spanned<String>>,
    #[serde(default)]
    replace: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BrowserEntry {
    name: Spanned<String>,
    #[serde(default)]
    windows: Vec<Spanned<String>>,
    #[serde(default)]
    profile: bool,
}

/// A mistake with its place in the text, before the line is known.
struct Mistake {
    span: Range<usize>,
    message: String,
}

impl Catalogue {
    /// This catalogue with everything that `text` adds.
    pub(super) fn with(mut self, text: &str) -> Result<Self, SitesError> {
        let at_line = |start: usize, message: String| SitesError {
            line: text
                .as_bytes()
                .iter()
                .take(start)
                .filter(|byte| **byte == b'\n')
                .count()
                + 1,
            message,
        };
        let file: File = toml::from_str(text).map_err(|error| {
            at_line(
                error.span().map_or(0, |span| span.start),
                error.message().trim().to_owned(),
            )
        })?;
        self.add(file)
            .map_err(|mistake| at_line(mistake.span.start, mistake.message))?;
        Ok(self)
    }

    fn add(&mut self, file: File) -> Result<(), Mistake> {
        let own = sites(file.sites, &self.sites)?;
        self.sites
            .retain(|site| own.iter().all(|newer| newer.name != site.name));
        self.sites.splice(0..0, own);
        let browsers = file
            .browsers
            .into_iter()
            .map(browser)
            .collect::<Result<Vec<_>, _>>()?;
        self.browsers.splice(0..0, browsers);
        self.never.extend(texts(file.never, pattern)?);
        Ok(())
    }
}

/// The file's sites, each on top of the one of that name in `known`.
fn sites(entries: Vec<SiteEntry>, known: &[Site]) -> Result<Vec<Site>, Mistake> {
    let mut sites: Vec<Site> = Vec::with_capacity(entries.len());
    for entry in entries {
        let name = entry.name.get_ref();
        if sites.iter().any(|site| site.name == *name) {
            let message =
                format!("\"{name}\" stands here twice; put all its keys under one [[sites]]");
            return Err(Mistake {
                span: entry.name.span(),
                message,
            });
        }
        let before = known
            .iter()
            .find(|site| site.name == *name && !entry.replace);
        sites.push(site(entry, before.cloned())?);
    }
    Ok(sites)
}

/// One site. `before` is what is known of it; a site without hosts, titles and windows is allowed
/// only as a replacement, which switches it off.
fn site(entry: SiteEntry, before: Option<Site>) -> Result<Site, Mistake> {
    let span = entry.name.span();
    let may_be_empty = before.is_some() || entry.replace;
    let name = text(entry.name, name)?;
    let mut site = before.unwrap_or_else(|| Site {
        label: name.clone(),
        name,
        ..Site::default()
    });
    if let Some(label) = entry.label {
        site.label = label;
    }
    site.hosts.extend(texts(entry.hosts, host)?);
    site.except.extend(texts(entry.except, host)?);
    site.titles.extend(texts(entry.titles, pattern)?);
    site.windows.extend(texts(entry.windows, window)?);
    if !may_be_empty && site.hosts.is_empty() && site.titles.is_empty() && site.windows.is_empty() {
        let message = format!(
            "\"{}\" can never be recognised; give it hosts = [\"…\"], titles = [\"…\"] or windows = [\"…\"]",
            site.name
        );
        return Err(Mistake { span, message });
    }
    Ok(site)
}

fn browser(entry: BrowserEntry) -> Result<Browser, Mistake> {
    Ok(Browser {
        name: text(entry.name, window)?,
        windows: texts(entry.windows, window)?,
        profile: entry.profile,
    })
}

/// A rule for one value: the mistake in words, if there is one.
type Rule = fn(&str) -> Option<String>;

fn texts(values: Vec<Spanned<String>>, rule: Rule) -> Result<Vec<String>, Mistake> {
    values.into_iter().map(|value| text(value, rule)).collect()
}

fn text(value: Spanned<String>, rule: Rule) -> Result<String, Mistake> {
    match rule(value.get_ref()) {
        Some(message) => Err(Mistake {
            span: value.span(),
            message,
        }),
        None => Ok(value.into_inner()),
    }
}

fn name(name: &str) -> Option<String> {
    if name == "all" {
        return Some("name: \"all\" means every site; choose another name".to_owned());
    }
    let fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (name.is_empty() || !name.bytes().all(fine)).then(|| {
        format!(
            "name: \"{name}\" must be lower case letters, digits and hyphens, such as \"my-forum\""
        )
    })
}

fn host(host: &str) -> Option<String> {
    let fine =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    let inner = host.trim_matches('.');
    (inner != host || !host.contains('.') || !host.bytes().all(fine)).then(|| {
        format!(
            "hosts: \"{host}\" must be a host name alone in lower case, such as \"x.com\", without \
             https:// and without a path"
        )
    })
}

fn pattern(pattern: &str) -> Option<String> {
    let says_nothing = |c: char| c.is_whitespace() || "*%-–—|·•/:".contains(c);
    pattern.chars().all(says_nothing).then(|| {
        format!(
            "titles: \"{pattern}\" would fit any page; it must hold a word, such as \"* | My Forum\""
        )
    })
}

fn window(class: &str) -> Option<String> {
    class.trim().is_empty().then(|| {
        "an empty text stands here; write the window class that `xprop WM_CLASS` prints".to_owned()
    })
}
