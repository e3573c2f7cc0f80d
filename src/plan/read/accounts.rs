//! Accounts: names, platforms with their required settings, slots, cadence in stages.
//!
//! Rules: names differ also without regard to case; a secret is refused by the name of its key;
//! plain http is for this machine only; stages follow each other in time.

use jiff::civil::Date;

use super::each;
use super::fault::{Fault, Wrong, nearest};
use super::posts::parse_posts;
use super::section::{Leaf, Noted, Section};
use super::values::{date, name, named, pattern};
use crate::calendar::Age;
use crate::plan::{Account, Begins, Platform, SpeaksAs, Stage};

/// The keys that every account may have.
pub(in crate::plan) const KEYS: [&str; 7] = [
    "name",
    "platform",
    "owner",
    "speaks_as",
    "packs",
    "slots",
    "cadence",
];

pub(super) fn accounts(raw: Vec<Section<'_>>) -> Option<Vec<Account>> {
    let mut names: Vec<String> = Vec::new();
    each(raw, |raw| account(raw, &mut names))
}

fn account(mut raw: Section<'_>, names: &mut Vec<String>) -> Option<Account> {
    let name = own_name(&mut raw, names);
    let platform_leaf = raw.required_leaf("platform");
    let owner = raw.words("owner");
    let speaks_as = raw.or("speaks_as", speaks_as, SpeaksAs::Doctor);
    let packs = raw.list("packs", named);
    let slots = raw.list("slots", pattern);
    let cadence = cadence(raw.tables("cadence", "accounts.cadence"));
    let at = platform_leaf.as_ref().map(|leaf| leaf.at);
    let platform_name = platform_leaf.and_then(|leaf| raw.check(&leaf, "platform", known_platform));
    let faults = raw.faults();
    let mut settings = Vec::new();
    let mut are_right = true;
    for (key, leaf) in raw.rest() {
        if let Some(fault) = setting(&key, &leaf) {
            faults.note(fault);
            are_right = false;
        }
        settings.push((key, leaf.text));
    }
    let lacking = |lacks| faults.note(needs(at.unwrap_or_default(), lacks));
    let platform = platform_name.and_then(|platform_name| {
        let account = name.as_deref().unwrap_or_default();
        let platform = platform(&platform_name, account, &mut settings);
        platform.map_err(lacking).ok()
    });
    Some(Account {
        name: name?,
        platform: platform?,
        owner: owner?,
        speaks_as: speaks_as?,
        packs: packs?,
        slots: slots?,
        cadence: cadence?,
        settings: are_right.then_some(settings)?,
    })
}

/// The account's name, which no other has.
fn own_name(raw: &mut Section<'_>, names: &mut Vec<String>) -> Option<String> {
    let leaf = raw.required_leaf("name")?;
    let name = raw.check(&leaf, "name", name)?;
    let mut others = names.iter();
    if let Some(other) = others.find(|other| other.to_lowercase() == name.to_lowercase()) {
        let message = format!("there already is an account `{other}`");
        let fault = Fault::at(leaf.at, raw.field("name"));
        raw.note(fault.saying(message, "give each account its own name"));
    }
    names.push(name.clone());
    Some(name)
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

/// What is wrong with another setting.
fn setting(key: &str, leaf: &Leaf) -> Option<Fault> {
    let fault = Fault::at(leaf.at, format!("accounts.{key}"));
    if let Some(known) = nearest(key, &KEYS, 1) {
        let message = format!("`{key}` is no key of an account");
        return Some(fault.saying(message, format!("did you mean `{known}`?")));
    }
    if is_secret(key) {
        let message = format!("`{key}` looks like a secret, and others may read this file");
        let help = "remove the line; rounds asks for it and keeps it in the Secret Service";
        return Some(fault.saying(message, help));
    }
    let text = leaf.text.as_str();
    let checked = match key {
        "server" => server(text),
        "site" => name(text).map(|_| ()),
        "front_matter" => front_matter(text),
        _ => Ok(()),
    };
    checked.map_err(|wrong| fault.of(wrong)).err()
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

/// The platform with its required settings, which leave the list of other ones; or the key that it
/// lacks.
fn platform(
    name: &str,
    account: &str,
    settings: &mut Vec<(String, String)>,
) -> Result<Platform, (String, &'static str)> {
    let mut take = |key: &str| {
        let at = settings.iter().position(|(name, _)| name == key)?;
        Some(settings.remove(at).1).filter(|text| !text.trim().is_empty())
    };
    let lacks = |key| (name.to_owned(), key);
    let required: &[&str] = match name {
        "folder" => {
            let path = take("path").ok_or_else(|| lacks("path"))?;
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
        Some(key) => Err(lacks(key)),
        None => Ok(Platform::Later {
            name: name.to_owned(),
        }),
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

fn needs(at: usize, (platform, key): (String, &str)) -> Fault {
    let example = match key {
        "path" => "path = \"~/site/content/posts\"",
        "handle" => "handle = \"name.bsky.social\"",
        "server" => "server = \"https://example.org\"",
        _ => "user = \"name\"",
    };
    let message = format!("an account on {platform} needs `{key}`");
    Fault::at(at, format!("accounts.{key}"))
        .saying(message, format!("add a line such as {example}"))
        .absent()
}

fn cadence(raw: Vec<Section<'_>>) -> Option<Vec<Stage>> {
    let mut first: Option<Date> = None;
    let mut before: Option<Date> = None;
    let mut is_first = true;
    each(raw, |raw| {
        let fault = raw.fault();
        let faults = raw.faults();
        let stage = stage(raw);
        let leads = std::mem::take(&mut is_first);
        let stage = stage?;
        let starts = match (stage.begins, first) {
            (Begins::On(date), _) => date,
            (Begins::After(age), Some(first)) => age.after(first),
            (Begins::After(_), None) if !leads => return Some(stage),
            (Begins::After(_), None) => {
                let message = "the first stage has `after`, but nothing comes before it";
                let help = "give the first stage a date: from = 2026-01-05";
                faults.note(fault.in_key("after").saying(message, help));
                return None;
            }
        };
        if let Some(before) = before.filter(|before| starts <= *before) {
            let message =
                format!("this stage begins on {starts}, not after the one before, {before}");
            faults.note(fault.saying(message, "put the stages in the order of their dates"));
            return None;
        }
        first = first.or(Some(starts));
        before = Some(starts);
        Some(stage)
    })
}

fn stage(mut raw: Section<'_>) -> Option<Stage> {
    let from = raw.optional("from", date);
    let after = raw.optional("after", age);
    let posts = raw.required("posts", |text| {
        let help = "for example \"2 per week\" or \"2-3 per month\"";
        parse_posts(text).map_err(|error| Wrong::new(error, help))
    });
    let begins = match (from, after) {
        (Ok(Some(date)), Ok(None)) => Some(Begins::On(date)),
        (Ok(None), Ok(Some(age))) => Some(Begins::After(age)),
        (Err(Noted), _) | (_, Err(Noted)) => None,
        (Ok(Some(_)), Ok(Some(_))) => {
            let help = "keep one: a date, or a time after the first stage";
            raw.note(
                raw.fault()
                    .saying("this stage has both `from` and `after`", help),
            );
            None
        }
        (Ok(None), Ok(None)) => {
            let help = "add from = 2026-01-05 to the first stage, after = \"2y\" to later ones";
            let fault = raw
                .fault()
                .saying("this stage does not say when it begins", help);
            raw.note(fault.absent());
            None
        }
    };
    raw.end();
    let (min, max, per) = posts?;
    Some(Stage {
        begins: begins?,
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
