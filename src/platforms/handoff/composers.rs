//! The catalogue of composers, and how an address is filled with a text.
//!
//! Every value is percent-encoded, so that no text can change where an address leads. An address
//! that would become too long is not made. It opens nothing.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

const BUILTIN: &str = include_str!("../../../config/composers.toml");

/// What needs no escape in an address (RFC 3986, section 2.3).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Servers and browsers cut or refuse addresses beyond about this many bytes.
const LONGEST_ADDRESS: usize = 8000;

/// How a site's own editor is reached, and what it accepts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Composer {
    /// The site's name in the catalogue of sites.
    pub site: String,
    /// How it is written for people.
    pub label: String,
    /// The address of the empty composer.
    pub plain: String,
    /// The address that takes the text.
    pub text: Option<String>,
    /// The address that takes a link only.
    pub link: Option<String>,
    /// How many characters the composer takes.
    pub longest: usize,
    /// How many characters its title takes, where it has one.
    pub longest_title: Option<usize>,
    /// What `{server}` means unless the account says so.
    pub server: Option<String>,
}

/// What is put into an address.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filling<'a> {
    pub(super) text: &'a str,
    pub(super) server: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    composers: Vec<Composer>,
}

/// All composers that are known.
pub fn all() -> Vec<Composer> {
    // A test reads it, so it is never empty.
    toml::from_str::<File>(BUILTIN).map_or_else(|_| Vec::new(), |file| file.composers)
}

impl Composer {
    /// The composer of a site.
    pub fn of(site: &str) -> Option<Self> {
        all().into_iter().find(|composer| composer.site == site)
    }

    /// A composer that the account names itself.
    pub(super) fn own(site: &str, address: &str) -> Self {
        let takes = ["{text}", "{title}", "{rest}"]
            .iter()
            .any(|field| address.contains(field));
        Self {
            site: site.to_owned(),
            label: site.to_owned(),
            plain: without_query(address).to_owned(),
            text: takes.then(|| address.to_owned()),
            link: address.contains("{link}").then(|| address.to_owned()),
            longest: usize::MAX,
            longest_title: None,
            server: None,
        }
    }

    /// The address to open, and whether the text is in it.
    pub(super) fn address(&self, filling: Filling<'_>) -> (String, bool) {
        let most = self.longest_title.unwrap_or(usize::MAX);
        let fits = filling.text.chars().count() <= self.longest
            && title_of(filling.text).0.chars().count() <= most;
        let with_text = self.text.as_deref().filter(|_| fits);
        if let Some(address) = with_text.and_then(|template| self.fill(template, filling)) {
            return (address, true);
        }
        let link = self.link.as_deref();
        let link = link.filter(|_| first_link(filling.text).is_some());
        let address = link.and_then(|template| self.fill(template, filling));
        let plain = || self.fill(&self.plain, filling).unwrap_or_default();
        (address.unwrap_or_else(plain), false)
    }

    /// A template with its fields filled in; none if that would be too long.
    fn fill(&self, template: &str, filling: Filling<'_>) -> Option<String> {
        let (title, rest) = title_of(filling.text);
        let server = filling.server.or(self.server.as_deref());
        let values = [
            ("{server}", server.map_or("", host)),
            ("{text}", filling.text),
            ("{title}", title.trim()),
            ("{rest}", rest.trim()),
            ("{link}", first_link(filling.text).unwrap_or_default()),
        ];
        let mut address = template.to_owned();
        for (field, value) in values {
            let value = utf8_percent_encode(value, PLAIN).to_string();
            address = address.replace(field, &value);
        }
        (address.len() <= LONGEST_ADDRESS).then_some(address)
    }
}

/// A text's first line, and what follows it.
fn title_of(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}

fn without_query(address: &str) -> &str {
    address.split('?').next().unwrap_or(address)
}

/// The host of a server's address, as people write either.
fn host(server: &str) -> &str {
    let bare = server.split_once("://").map_or(server, |(_, rest)| rest);
    bare.split('/').next().unwrap_or(bare)
}

/// The first address in a text.
fn first_link(text: &str) -> Option<&str> {
    let is_link = |word: &&str| word.starts_with("https://") || word.starts_with("http://");
    let word = text.split_whitespace().find(is_link)?;
    Some(word.trim_end_matches(['.', ',', ';', ')', '!', '?']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(site: &str, text: &str) -> (String, bool) {
        let filling = Filling { text, server: None };
        Composer::of(site).unwrap().address(filling)
    }

    #[test]
    fn the_catalogue_reads_and_knows_the_sites() {
        let known = crate::attention::sites::Catalogue::builtin();
        let composers = toml::from_str::<File>(BUILTIN).unwrap().composers;
        for composer in &composers {
            assert!(known.get(&composer.site).is_some(), "{}", composer.site);
            assert!(composer.plain.starts_with("https://"), "{composer:?}");
            let text = composer.text.as_deref().unwrap_or("{text}{title}");
            assert!(text.contains("{text}") || text.contains("{title}"));
        }
        let mut sites: Vec<_> = composers.iter().map(|c| c.site.as_str()).collect();
        sites.sort_unstable();
        let expected =
            "bluesky facebook instagram linkedin mastodon reddit threads tiktok x youtube";
        assert_eq!(sites.join(" "), expected);
    }

    /// For each site: how many characters it takes, what is opened for a text with a link that fits,
    /// and for one that does not; with a star where the text is in the address.
    const SITES: [(&str, usize, &str, &str); 10] = [
        (
            "x",
            280,
            "*https://x.com/intent/post?text=Read%20https%3A%2F%2Fa.org%2Fb",
            "https://x.com/compose/post",
        ),
        (
            "bluesky",
            300,
            "*https://bsky.app/intent/compose?text=Read%20https%3A%2F%2Fa.org%2Fb",
            "https://bsky.app/intent/compose",
        ),
        (
            "mastodon",
            500,
            "*https://mastodon.social/share?text=Read%20https%3A%2F%2Fa.org%2Fb",
            "https://mastodon.social/publish",
        ),
        (
            "threads",
            500,
            "*https://www.threads.com/intent/post?text=Read%20https%3A%2F%2Fa.org%2Fb",
            "https://www.threads.com/intent/post",
        ),
        (
            "reddit",
            40_000,
            "*https://www.reddit.com/submit?type=TEXT&title=Read%20https%3A%2F%2Fa.org%2Fb&text=",
            "https://www.reddit.com/submit",
        ),
        (
            "linkedin",
            3_000,
            "https://www.linkedin.com/sharing/share-offsite/?url=https%3A%2F%2Fa.org%2Fb",
            "https://www.linkedin.com/feed/?shareActive=true",
        ),
        (
            "facebook",
            63_206,
            "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fa.org%2Fb",
            "https://www.facebook.com/",
        ),
        (
            "instagram",
            2_200,
            "https://www.instagram.com/",
            "https://www.instagram.com/",
        ),
        (
            "tiktok",
            2_200,
            "https://www.tiktok.com/tiktokstudio/upload",
            "https://www.tiktok.com/tiktokstudio/upload",
        ),
        (
            "youtube",
            5_000,
            "https://studio.youtube.com/",
            "https://studio.youtube.com/",
        ),
    ];

    #[test]
    fn each_site_is_opened_with_what_its_composer_accepts() {
        assert_eq!(SITES.len(), all().len());
        for (site, longest, fits, too_long) in SITES {
            let composer = Composer::of(site).unwrap();
            assert_eq!(composer.longest, longest, "{site}");
            let (address, in_it) = opened(site, "Read https://a.org/b");
            let expected = (fits.trim_start_matches('*'), fits.starts_with('*'));
            assert_eq!((address.as_str(), in_it), expected, "{site}");
            let (address, in_it) = opened(site, &"a".repeat(longest + 1));
            assert_eq!((address.as_str(), in_it), (too_long, false), "{site}");
        }
    }

    #[test]
    fn a_title_that_is_too_long_is_left_out_with_the_rest() {
        let with = |title: usize| opened("reddit", &format!("{}\nText.", "a".repeat(title)));
        assert!(with(300).1);
        assert_eq!(
            with(301),
            ("https://www.reddit.com/submit".to_owned(), false)
        );
    }

    #[test]
    fn a_text_cannot_change_where_the_address_leads() {
        let (address, in_it) = opened("x", "50 % & more? #flu\n/grüß + {server}");
        assert!(in_it);
        assert_eq!(
            address,
            "https://x.com/intent/post?text=50%20%25%20%26%20more%3F%20%23flu%0A%2Fgr%C3%BC%C3%9F%20%2B%20%7Bserver%7D"
        );
    }

    #[test]
    fn a_field_in_the_text_stays_text() {
        let (address, _) = opened("reddit", "On {rest}\nand {title}");
        let end = "&title=On%20%7Brest%7D&text=and%20%7Btitle%7D";
        assert!(address.ends_with(end), "{address}");
    }

    #[test]
    fn sites_that_take_no_text_get_the_link_or_nothing() {
        let (linkedin, in_it) = opened("linkedin", "New: https://example.org/a?b=1&c=2.");
        assert!(!in_it);
        assert!(linkedin.ends_with("?url=https%3A%2F%2Fexample.org%2Fa%3Fb%3D1%26c%3D2"));
        let (bare, in_it) = opened("linkedin", "No link");
        assert_eq!((bare.contains("shareActive"), in_it), (true, false));
        let instagram = opened("instagram", "Text https://example.org");
        assert_eq!(instagram, ("https://www.instagram.com/".to_owned(), false));
    }

    #[test]
    fn a_text_that_is_too_long_is_left_out_of_the_address() {
        let (address, in_it) = opened("x", &"a".repeat(281));
        assert_eq!(
            (address.as_str(), in_it),
            ("https://x.com/compose/post", false)
        );
        let (address, in_it) = opened("reddit", &"ü".repeat(3000));
        assert_eq!(
            (address.as_str(), in_it),
            ("https://www.reddit.com/submit", false)
        );
        assert!(opened("x", &"a".repeat(280)).1);
    }

    #[test]
    fn the_account_names_its_server() {
        let mastodon = Composer::of("mastodon").unwrap();
        let filling = |server| Filling { text: "Hi", server };
        let own = mastodon.address(filling(Some("https://med-mastodon.com/")));
        assert_eq!(own.0, "https://med-mastodon.com/share?text=Hi");
        let common = mastodon.address(filling(None));
        assert_eq!(common.0, "https://mastodon.social/share?text=Hi");
    }

    #[test]
    fn an_account_may_bring_its_own_composer() {
        let own = Composer::own("forum", "https://forum.example/new?body={text}");
        let filling = Filling {
            text: "Hi you",
            server: None,
        };
        let expected = "https://forum.example/new?body=Hi%20you".to_owned();
        assert_eq!(own.address(filling), (expected, true));
        let plain = Composer::own("forum", "https://forum.example/new");
        assert_eq!(
            plain.address(filling),
            ("https://forum.example/new".to_owned(), false)
        );
    }
}
