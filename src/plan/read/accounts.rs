//! Accounts: names, platforms with their required settings, slots, cadence in stages.
//!
//! Rules: names differ also without regard to case; a secret is refused by the name of its key;
//! plain http is for this machine only; stages follow each other in time.

use jiff::civil::Date;
use toml::Spanned;

use super::fault::{Fault, Wrong, nearest};
use super::posts::parse_posts;
use super::raw::{Leaf, RawAccount, RawStage};
use super::values::{date, name, named, or, pattern, value, words};
use crate::calendar::Age;
use crate::plan::{Account, Begins, Platform, SpeaksAs, Stage};

pub(super) fn accounts(raw: Vec<RawAccount>) -> Result<Vec<Account>, Fault> {
    let mut accounts: Vec<Account> = Vec::new();
    for raw in raw {
        let name_leaf = raw.name.clone();
        let account = account(raw)?;
        let same = |other: &&Account| other.name.to_lowercase() == account.name.to_lowercase();
        if let (Some(other), Some(leaf)) = (accounts.iter().find(same), name_leaf) {
            return Err(Fault::at(&leaf, "accounts.name")
                .saying(format!("there already is an account `{}`", other.name))
                .help("give each account its own name"));
        }
        accounts.push(account);
    }
    Ok(accounts)
}

fn account(raw: RawAccount) -> Result<Account, Fault> {
    let (Some(name_leaf), Some(platform_leaf)) = (raw.name, raw.platform) else {
        return Err(Fault::at_byte(0, "accounts").saying("`name` or `platform` is missing"));
    };
    let name = value(&name_leaf, "accounts.name", name)?;
    let mut settings = settings(raw.settings)?;
    let platform = platform(&platform_leaf, &name, &mut settings)?;
    Ok(Account {
        name,
        platform,
        owner: words(raw.owner.as_ref(), "accounts.owner")?,
        speaks_as: or(
            raw.speaks_as,
            "accounts.speaks_as",
            speaks_as,
            SpeaksAs::Doctor,
        )?,
        packs: list(&raw.packs, "accounts.packs", named)?,
        slots: list(&raw.slots, "accounts.slots", pattern)?,
        cadence: cadence(&raw.cadence)?,
        settings,
    })
}

fn list<T>(
    leaves: &[Leaf],
    field: &str,
    check: impl Fn(&str) -> Result<T, Wrong>,
) -> Result<Vec<T>, Fault> {
    leaves
        .iter()
        .map(|leaf| value(leaf, field, &check))
        .collect()
}

fn speaks_as(text: &str) -> Result<SpeaksAs, Wrong> {
    match text {
        "doctor" => Ok(SpeaksAs::Doctor),
        "practice" => Ok(SpeaksAs::Practice),
        "person" => Ok(SpeaksAs::Person),
        _ => Err(Wrong::new(
            format!("`{text}` is not a role"),
            "write \"doctor\", \"practice\" or \"person\"",
        )),
    }
}

/// Other settings as text, in the order of the file.
fn settings(raw: Vec<(String, Leaf)>) -> Result<Vec<(String, String)>, Fault> {
    raw.into_iter()
        .map(|(key, leaf)| {
            let field = format!("accounts.{key}");
            if let Some(known) = nearest(&key, &RawAccount::KEYS, 1) {
                return Err(Fault::at(&leaf, field)
                    .saying(format!("`{key}` is no key of an account"))
                    .help(format!("did you mean `{known}`?")));
            }
            if is_secret(&key) {
                return Err(Fault::at(&leaf, field)
                    .saying(format!(
                        "`{key}` looks like a secret, and others may read this file"
                    ))
                    .help(
                        "remove the line; rounds asks for it and keeps it in the Secret Service",
                    ));
            }
            match key.as_str() {
                "server" => value(&leaf, field, server)?,
                "site" => value(&leaf, field, name).map(|_| ())?,
                "front_matter" => value(&leaf, field, front_matter)?,
                _ => {}
            }
            Ok((key, leaf.into_inner().0))
        })
        .collect()
}

/// Whose front matter a folder's files have.
fn front_matter(text: &str) -> Result<(), Wrong> {
    if ["hugo", "zola", "jekyll"].contains(&text) {
        return Ok(());
    }
    let help = "write \"hugo\", \"zola\" or \"jekyll\"".to_owned();
    Err(Wrong::new(
        format!("`{text}` is no front matter known here"),
        help,
    ))
}

fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    ["password", "passwd", "token", "secret", "api_key", "apikey"]
        .iter()
        .any(|word| key.contains(word))
}

/// An address of a server: https, or plain http on this machine.
fn server(text: &str) -> Result<(), Wrong> {
    if text
        .strip_prefix("https://")
        .is_some_and(|host| !host.is_empty())
    {
        return Ok(());
    }
    let Some(rest) = text.strip_prefix("http://") else {
        let help = format!("write \"https://{text}\"");
        return Err(Wrong::new(format!("`{text}` is not a web address"), help));
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let bare = match host.strip_prefix('[') {
        Some(inner) => inner.split(']').next().unwrap_or(inner),
        None => host.split(':').next().unwrap_or(host),
    };
    if bare == "localhost"
        || bare
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
    {
        return Ok(());
    }
    let message = format!("`{text}` would send a password in plain text over the network");
    Err(Wrong::new(message, format!("write \"https://{rest}\"")))
}

/// The platform with its required settings, which leave the list of other ones.
fn platform(
    leaf: &Leaf,
    account: &str,
    settings: &mut Vec<(String, String)>,
) -> Result<Platform, Fault> {
    let name = value(leaf, "accounts.platform", known_platform)?;
    let mut take = |key: &str| {
        let at = settings.iter().position(|(name, _)| name == key)?;
        Some(settings.remove(at).1).filter(|text| !text.trim().is_empty())
    };
    let required: &[&str] = match name.as_str() {
        "folder" => {
            let path = take("path").ok_or_else(|| needs(leaf, "folder", "path"))?;
            return Ok(Platform::Folder { path });
        }
        "handoff" => {
            let site = take("site").unwrap_or_else(|| account.to_lowercase());
            return Ok(Platform::Handoff { site });
        }
        "bluesky" => &["handle"],
        "mastodon" => &["server"],
        "wordpress" => &["server", "user"],
        _ => &[],
    };
    let has = |key: &str| {
        settings
            .iter()
            .any(|(name, text)| name == key && !text.trim().is_empty())
    };
    match required.iter().find(|key| !has(key)) {
        Some(key) => Err(needs(leaf, &name, key)),
        None => Ok(Platform::Later { name }),
    }
}

fn known_platform(text: &str) -> Result<String, Wrong> {
    if Platform::NAMES.contains(&text) {
        return Ok(text.to_owned());
    }
    let meant = nearest(text, &Platform::NAMES, 2).map(|name| format!("did you mean \"{name}\"? "));
    let help = format!(
        "{}platforms: {}",
        meant.unwrap_or_default(),
        Platform::NAMES.join(", ")
    );
    Err(Wrong::new(
        format!("`{text}` is not a platform known here"),
        help,
    ))
}

fn needs(leaf: &Leaf, platform: &str, key: &str) -> Fault {
    let example = match key {
        "path" => "path = \"~/site/content/posts\"",
        "handle" => "handle = \"name.bsky.social\"",
        "server" => "server = \"https://example.org\"",
        _ => "user = \"name\"",
    };
    Fault::at(leaf, format!("accounts.{key}"))
        .saying(format!("an account on {platform} needs `{key}`"))
        .help(format!("add a line such as {example}"))
}

fn cadence(raw: &[Spanned<RawStage>]) -> Result<Vec<Stage>, Fault> {
    let mut stages = Vec::new();
    let mut first: Option<Date> = None;
    let mut before: Option<Date> = None;
    for raw in raw {
        let offset = raw.span().start;
        let stage = stage(raw.get_ref(), offset)?;
        let starts = match (stage.begins, first) {
            (Begins::On(date), _) => date,
            (Begins::After(age), Some(first)) => age.after(first),
            (Begins::After(_), None) => {
                return Err(Fault::at_byte(offset, "accounts.cadence.after")
                    .saying("the first stage has `after`, but nothing comes before it")
                    .help("give the first stage a date: from = 2026-01-05"));
            }
        };
        if let Some(before) = before.filter(|before| starts <= *before) {
            return Err(Fault::at_byte(offset, "accounts.cadence")
                .saying(format!(
                    "this stage begins on {starts}, not after the one before, {before}"
                ))
                .help("put the stages in the order of their dates"));
        }
        first = first.or(Some(starts));
        before = Some(starts);
        stages.push(stage);
    }
    Ok(stages)
}

fn stage(raw: &RawStage, offset: usize) -> Result<Stage, Fault> {
    let begins = match (&raw.from, &raw.after) {
        (Some(from), None) => Begins::On(value(from, "accounts.cadence.from", date)?),
        (None, Some(after)) => Begins::After(value(after, "accounts.cadence.after", age)?),
        (Some(_), Some(_)) => {
            return Err(Fault::at_byte(offset, "accounts.cadence")
                .saying("this stage has both `from` and `after`")
                .help("keep one: a date, or a time after the first stage"));
        }
        (None, None) => {
            return Err(Fault::at_byte(offset, "accounts.cadence")
                .saying("this stage does not say when it begins")
                .help("add from = 2026-01-05 to the first stage, after = \"2y\" to later ones"));
        }
    };
    let (min, max, per) = value(&raw.posts, "accounts.cadence.posts", |text| {
        let help = "for example \"2 per week\" or \"2-3 per month\"";
        parse_posts(text).map_err(|error| Wrong::new(error, help))
    })?;
    Ok(Stage {
        begins,
        min,
        max,
        per,
    })
}

fn age(text: &str) -> Result<Age, Wrong> {
    let help = "for example \"2y\", \"18mo\" or \"6w\"";
    let age = Age::parse(text).map_err(|error| Wrong::new(error, help))?;
    if age.is_zero() {
        return Err(Wrong::new(format!("`{text}` is no time at all"), help));
    }
    Ok(age)
}
