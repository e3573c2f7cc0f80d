//! Ready answers to patients, and the sites' own pages against abuse, as people ask for them.

use super::post::{NewPost, PostView, Time, add};
use super::{Desk, Failure};
use crate::posting::post::{About, Relation};
use crate::posting::redirects::{Moderation, ReadyAnswer, Redirects};

/// The setting of an account that names its official way.
const CHANNEL: &str = "channel";

fn data() -> Result<Redirects, Failure> {
    Redirects::builtin()
        .map_err(|error| Failure::failed(format!("The ready answers cannot be read: {error}.")))
}

/// All ready answers, or those in one language.
pub fn list(language: Option<&str>) -> Result<Vec<ReadyAnswer>, Failure> {
    let mut answers = data()?.answers;
    answers.retain(|answer| language.is_none_or(|language| answer.language == language));
    Ok(answers)
}

/// A ready answer that somebody wants to give.
#[derive(Debug, Clone)]
pub struct Redirect {
    /// The ready answer's id.
    pub id: String,
    /// From which account.
    pub account: String,
    /// To whose post, by its address.
    pub to: String,
    /// The official way; else the account's setting.
    pub channel: Option<String>,
    /// When.
    pub time: Time,
}

/// Makes the post that answers; like every post it is checked.
pub fn answer(desk: &mut Desk, redirect: &Redirect) -> Result<PostView, Failure> {
    let data = data()?;
    let known = data.answers.iter().find(|answer| answer.id == redirect.id);
    let ready = known.ok_or_else(|| {
        let ids: Vec<_> = data.answers.iter().map(|a| a.id.as_str()).collect();
        Failure::usage(format!("There is no ready answer “{}”.", redirect.id))
            .with_help(format!("there are {}", ids.join(", ")))
    })?;
    let account = desk.plan.account(&redirect.account);
    let setting = account.and_then(|account| {
        let mut settings = account.settings.iter();
        settings
            .find(|(key, _)| key == CHANNEL)
            .map(|(_, value)| value.clone())
    });
    let channel = redirect
        .channel
        .clone()
        .or(setting)
        .filter(|c| !c.trim().is_empty());
    let Some(channel) = channel else {
        let line = "channel = \"the practice, 01234 567 890\"";
        return Err(
            Failure::usage("Where should the patient turn?").with_help(format!(
                "give --channel, or add a line such as {line} to the account in plan.toml"
            )),
        );
    };
    let channel = channel.trim();
    if !data.clinical_in_channel(channel).is_empty() {
        return Err(Failure::refused(format!(
            "“{channel}” gives advice; a channel only says where to turn."
        ))
        .with_help(
            "name it as a telephone book would, such as \"our diabetes line, 01234 567 890\"",
        ));
    }
    let new = NewPost {
        text: ready.text.replace("{channel}", channel),
        accounts: vec![redirect.account.clone()],
        time: redirect.time,
        about: About {
            redirect: Some(ready.id.clone()),
            channel: Some(channel.to_owned()),
            ..About::default()
        },
        relation: Relation::Reply(redirect.to.clone()),
        ..NewPost::default()
    };
    let mut posts = add(desk, &new)?;
    posts
        .pop()
        .ok_or_else(|| Failure::failed("No post came of it."))
}

/// The pages of all sites, or of one.
pub fn trolls(site: Option<&str>) -> Result<Vec<Moderation>, Failure> {
    let mut sites = data()?.sites;
    let known: Vec<_> = sites.iter().map(|site| site.site.clone()).collect();
    sites.retain(|one| site.is_none_or(|site| one.site == site));
    if sites.is_empty() {
        let site = site.unwrap_or_default();
        return Err(
            Failure::usage(format!("Nothing is known of the site “{site}”."))
                .with_help(format!("there are {}", known.join(", "))),
        );
    }
    Ok(sites)
}
