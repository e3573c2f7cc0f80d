//! Hand-off: the site's own composer is opened with the text ready, and the clinician confirms.
//!
//! What will be opened is fixed beforehand, with everything else of the request. Nothing is opened
//! until a person presses *Open*, and nothing here says that a post was published: only the person
//! can. Whose post is answered, quoted or passed on is opened itself, with the text to be pasted.

mod composers;
pub mod opening;

use serde::{Deserialize, Serialize};

pub use composers::{Composer, all};

use crate::engine::{Found, Outcome};
use crate::plan::Account;
use crate::posting::post::{Content, Post, Relation};
use composers::Filling;

/// A site that is posted on by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handoff {
    site: String,
    /// The account's own address of a composer, if it has one.
    compose: Option<String>,
    server: Option<String>,
}

/// What will be opened, fixed before it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The site.
    pub site: String,
    /// The address to open; none where no composer of the site is known.
    pub open: Option<String>,
    /// The text, as it was when the request was fixed.
    pub text: String,
    /// The text is not in the address: it is copied, to be pasted.
    pub copies: bool,
}

impl Request {
    /// Opens an address and nothing else.
    pub fn address(site: &str, address: String) -> Self {
        Self {
            site: site.to_owned(),
            open: Some(address),
            text: String::new(),
            copies: false,
        }
    }
}

impl std::fmt::Debug for Request {
    /// Without the text, nor the address that may hold it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("site", &self.site)
            .field("copies", &self.copies)
            .finish_non_exhaustive()
    }
}

impl Handoff {
    /// The hand-off of an account.
    pub fn new(account: &Account, site: &str) -> Self {
        let setting = |key: &str| {
            let found = account.settings.iter().find(|(name, _)| name == key);
            found.map(|(_, value)| value.clone())
        };
        Self {
            site: site.to_owned(),
            compose: setting("compose"),
            server: setting("server"),
        }
    }

    pub(super) fn site(&self) -> &str {
        &self.site
    }

    /// What it will do with each post, in one or two sentences.
    pub fn promise(&self) -> String {
        let site = &self.site;
        let (open, in_it) = self.composer("text");
        let opens = match (open, in_it) {
            (Some(_), true) => {
                format!("Each post opens the composer of {site} with the text in it")
            }
            (Some(_), false) => {
                format!("Each post opens the composer of {site} and copies the text, to be pasted")
            }
            (None, _) => format!(
                "No composer of {site} is known, so each post is copied (`--set compose=ADDRESS` \
                 names one)"
            ),
        };
        format!("{opens}; you send it yourself.")
    }

    pub(super) fn freeze(&self, post: &Post) -> serde_json::Value {
        serde_json::to_value(self.request(&post.content)).unwrap_or_default()
    }

    fn request(&self, content: &Content) -> Request {
        let text = content.text.clone();
        let (open, in_it) = match &content.relation {
            Relation::Repost(address) | Relation::Quote(address) | Relation::Reply(address) => {
                (Some(address.clone()), false)
            }
            Relation::Own => self.composer(&text),
        };
        Request {
            site: self.site.clone(),
            open,
            copies: !in_it && !text.is_empty(),
            text,
        }
    }

    fn composer(&self, text: &str) -> (Option<String>, bool) {
        let own = self.compose.as_deref();
        let composer = own
            .map(|address| Composer::own(&self.site, address))
            .or_else(|| Composer::of(&self.site));
        let Some(composer) = composer else {
            return (None, false);
        };
        let server = self.server.as_deref();
        let (address, in_it) = composer.address(Filling { text, server });
        (Some(address), in_it)
    }

    /// Nothing is sent: the person is asked to.
    #[expect(clippy::unused_self, reason = "all hands are asked the same way")]
    pub(super) fn publish(&self) -> Outcome {
        Outcome::HandedOff
    }

    pub(super) fn look(&self) -> Found {
        Found::CannotTell {
            why: format!("only you can see whether it is on {}", self.site),
        }
    }
}

/// What a stored attempt would open, if it was a hand-off.
pub fn request_of(stored: &serde_json::Value) -> Option<Request> {
    serde_json::from_value(stored.clone()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frozen(site: &str, settings: &[(&str, &str)], content: &Content) -> Request {
        let plan = "timezone = \"UTC\"\n[[accounts]]\nname = \"a\"\nplatform = \"handoff\"\n";
        let mut account = crate::requests::parse_plan(plan)
            .unwrap()
            .accounts
            .remove(0);
        let settings = settings.iter();
        account.settings = settings
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        let request = Handoff::new(&account, site).request(content);
        let stored = serde_json::to_value(&request).unwrap();
        assert_eq!(request_of(&stored).as_ref(), Some(&request));
        request
    }

    fn text(text: &str) -> Content {
        Content {
            text: text.to_owned(),
            ..Content::default()
        }
    }

    #[test]
    fn a_text_that_is_in_the_address_is_not_copied() {
        let request = frozen("x", &[], &text("Flu vaccines are here."));
        assert!(!request.copies);
        let open = request.open.unwrap();
        assert_eq!(
            open,
            "https://x.com/intent/post?text=Flu%20vaccines%20are%20here."
        );
    }

    #[test]
    fn an_answer_opens_the_post_that_it_answers() {
        let address = "https://x.com/name/status/1";
        let content = Content {
            relation: Relation::Reply(address.to_owned()),
            ..text("Thank you.")
        };
        let request = frozen("x", &[], &content);
        assert_eq!(
            (request.open.as_deref(), request.copies),
            (Some(address), true)
        );
    }

    #[test]
    fn a_site_without_a_known_composer_still_gets_its_text() {
        let request = frozen("forum", &[], &text("Hello"));
        assert_eq!((request.open, request.copies), (None, true));
        let own = [("compose", "https://forum.example/new?body={text}")];
        let request = frozen("forum", &own, &text("Hello"));
        assert_eq!(
            request.open.as_deref(),
            Some("https://forum.example/new?body=Hello")
        );
    }

    #[test]
    fn the_text_is_not_in_what_logs_print() {
        let request = frozen("x", &[], &text("Secret"));
        assert!(!format!("{request:?}").contains("Secret"));
    }
}
