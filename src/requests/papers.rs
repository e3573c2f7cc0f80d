//! The papers of posts, asked about where the clinician allows it, and the clinician's own key.
//!
//! What was said is kept with its date. Without leave nobody is asked and nothing is said of it.

use serde::Serialize;

use super::{Changed, Desk, Failure};
use crate::lookups::papers::{FRESH, due, look_up_now};
use crate::posting::post::Post;
use crate::posting::sources::{Paper, PaperId, of_post};
use crate::secrets::{Kept, Secrets};

/// The name under which the key for PubMed is kept.
pub const PUBMED_KEY: &str = "pubmed";

/// A paper as commands and pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaperView {
    /// Its DOI or PMID.
    pub id: String,
    /// Its title, where a service gave it.
    pub title: Option<String>,
    /// `retracted`, `partly-retracted`, `concern` or `preprint`, the heaviest; none if nothing is
    /// held against it or nothing is known.
    pub warning: Option<crate::posting::sources::Warning>,
    /// What is known, in words.
    pub said: String,
    /// When a service last answered, RFC 3339.
    pub asked_at: Option<String>,
}

impl PaperView {
    /// A paper with times as the plan writes them.
    pub fn new(paper: &Paper, plan: &crate::plan::Plan) -> Self {
        let answer = paper.answer.as_ref();
        Self {
            id: paper.id.to_string(),
            title: answer.and_then(|answer| answer.title.clone()),
            warning: paper.worst().map(|notice| notice.warning),
            said: paper.said(),
            asked_at: answer.map(|answer| plan.calendar.rfc3339(answer.at)),
        }
    }

    /// A paper that nobody was asked about; `allowed` says whether anybody may be.
    pub fn unheard(id: &PaperId, allowed: bool) -> Self {
        let off = "not looked up, because look-ups are off ([lookups] in config.toml): see for \
                   yourself that it says so and was not retracted";
        Self {
            said: if allowed {
                Paper::unheard(id.clone()).said()
            } else {
                off.to_owned()
            },
            id: id.to_string(),
            title: None,
            warning: None,
            asked_at: None,
        }
    }
}

/// Asks about the papers of a post, if the clinician allows it and the last answer is old.
pub(super) fn look_up(desk: &mut Desk, post: &Post) -> Result<(), Failure> {
    if desk.config.lookups.sources {
        ask(desk, &of_post(post))?;
    }
    Ok(())
}

fn ask(desk: &mut Desk, ids: &[PaperId]) -> Result<(), Failure> {
    let papers = due(ids, &desk.store.papers(ids)?, FRESH, desk.now.wall);
    if papers.is_empty() {
        return Ok(());
    }
    let wants_key = papers.iter().any(|p| matches!(p.id, PaperId::Pmid(_)));
    let key = if wants_key { key(&desk.paths) } else { None };
    let papers = look_up_now(&desk.config.lookups, key.as_deref(), papers, desk.now.wall);
    desk.store.save_papers(&papers)?;
    Ok(())
}

/// The clinician's own key, if there is one that can be read now; look-ups go on without.
pub fn key(paths: &crate::config::Paths) -> Option<String> {
    Secrets::of(paths).get(PUBMED_KEY).ok().flatten()
}

/// Looks up papers by hand; says what is known of each.
pub fn check(desk: &mut Desk, names: &[String]) -> Result<Vec<PaperView>, Failure> {
    let parse = |name: &String| {
        PaperId::parse(name).ok_or_else(|| {
            Failure::usage(format!("“{name}” is neither a DOI nor a PMID."))
                .with_help("write 10.1136/bmj.r315, PMID:31926098, or the address of either")
        })
    };
    let ids = names.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    if !desk.config.lookups.sources {
        return Err(
            Failure::refused("Papers are not looked up: nobody allowed it.")
                .with_help("set `sources = true` under [lookups] in config.toml"),
        );
    }
    ask(desk, &ids)?;
    desk.changed.insert(Changed::Posts);
    super::post::review_where(desk, |post| of_post(post).iter().any(|id| ids.contains(id)))?;
    let known = desk.store.papers(&ids)?;
    Ok(known
        .iter()
        .map(|paper| PaperView::new(paper, &desk.plan))
        .collect())
}

/// Keeps a key for PubMed.
pub fn keep_key(paths: &crate::config::Paths, key: &str) -> Result<Kept, Failure> {
    let key = key.trim();
    if key.is_empty() || !key.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(
            Failure::usage("This is no key of NCBI: it has letters and digits only.")
                .with_help("copy it from your NCBI account, under “API Key Management”"),
        );
    }
    Ok(Secrets::of(paths).set(PUBMED_KEY, key)?)
}

/// Forgets the key for PubMed; says whether there was one.
pub fn forget_key(paths: &crate::config::Paths) -> Result<bool, Failure> {
    Ok(Secrets::of(paths).remove(PUBMED_KEY)?)
}
