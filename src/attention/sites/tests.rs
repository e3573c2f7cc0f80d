//! The built-in catalogue against titles as browsers show them, both ways, and users' files.

use super::{Catalogue, SitesError};

/// Titles in a Chromium window, without the browser's name, and the site they belong to.
const PAGES: &[(&str, Option<&str>)] = &[
    ("Home / X", Some("x")),
    ("(3) Home / X", Some("x")),
    ("(99+) Notifications / X", Some("x")),
    ("Startseite / X", Some("x")),
    ("ホーム / X", Some("x")),
    ("Ann Lin (@annlin) / X", Some("x")),
    ("Ann Lin on X: \"Flu season again\" / X", Some("x")),
    ("(1) Ann Lin on X: \"x.com - Google Search\" / X", Some("x")),
    ("sepsis - Search / X", Some("x")),
    ("X. It’s what’s happening / X", Some("x")),
    ("X", Some("x")),
    ("x.com", Some("x")),
    ("https://x.com/home", Some("x")),
    ("x.com/i/bookmarks", Some("x")),
    ("twitter.com", Some("x")),
    ("Loading https://mobile.twitter.com/home", Some("x")),
    ("Home | x.com", Some("x")),
    ("Fix / X-ray", None),
    ("Chest X", None),
    ("netflix.com", None),
    ("fedex.com/tracking", None),
    ("help.x.com", None),
    ("x.com - Google Search", None),
    ("https://x.com/home - Google-Suche", None),
    ("x.com at DuckDuckGo", None),
    ("How to leave x.com for good", None),
    ("Twitter - Wikipedia", None),
    ("Twitter use among cardiologists: a survey - PubMed", None),
    ("Home — Bluesky", Some("bluesky")),
    ("(3) Home — Bluesky", Some("bluesky")),
    ("Ann Lin (@annlin.bsky.social) — Bluesky", Some("bluesky")),
    ("Bluesky", Some("bluesky")),
    ("bsky.app/profile/annlin.bsky.social", Some("bluesky")),
    ("Bluesky (social network) - Wikipedia", None),
    ("What is Bluesky? | The Guardian", None),
    ("Home - Mastodon", Some("mastodon")),
    ("(12) Notifications - Mastodon", Some("mastodon")),
    (
        "Ann Lin (@annlin@med.example) - Our Hospital",
        Some("mastodon"),
    ),
    ("Ann Lin: \"Flu season again\" - Mastodon", Some("mastodon")),
    ("mastodon.social", Some("mastodon")),
    ("Home - Fosstodon", Some("mastodon")),
    ("Mastodon (band) - Wikipedia", None),
    ("Mastodon bones found in Texas | BBC News", None),
    ("Facebook", Some("facebook")),
    ("(1) Facebook", Some("facebook")),
    ("(20+) Facebook", Some("facebook")),
    ("Ann Lin | Facebook", Some("facebook")),
    ("Doctors' group | Facebook", Some("facebook")),
    ("Facebook – log in or sign up", Some("facebook")),
    ("Facebook to pay fine | Technology | The Guardian", None),
    ("How to quit Facebook - BBC News", None),
    ("developers.facebook.com", None),
    ("Instagram", Some("instagram")),
    ("(2) Instagram", Some("instagram")),
    (
        "Ann Lin (@annlin) • Instagram photos and videos",
        Some("instagram"),
    ),
    (
        "Ann Lin (@annlin) • Fotos y vídeos de Instagram",
        Some("instagram"),
    ),
    ("Inbox • Direct", Some("instagram")),
    ("Ann Lin on Instagram: \"Flu season\"", Some("instagram")),
    ("Teenagers on Instagram: a cohort study", None),
    ("Home • Threads", Some("threads")),
    ("Ann Lin (@annlin) • Threads, Say more", Some("threads")),
    ("threads.net", Some("threads")),
    ("Sewing threads - Haberdashery", None),
    ("Feed | LinkedIn", Some("linkedin")),
    ("(12) Feed | LinkedIn", Some("linkedin")),
    ("Ann Lin, MD | LinkedIn", Some("linkedin")),
    (
        "Ann Lin on LinkedIn: Flu season again | 14 comments",
        Some("linkedin"),
    ),
    ("LinkedIn: Log In or Sign Up", Some("linkedin")),
    ("Statistics for clinicians | LinkedIn Learning", None),
    ("Posting on LinkedIn: a guide for doctors", None),
    ("YouTube", Some("youtube")),
    ("(5) Suturing for beginners - YouTube", Some("youtube")),
    ("▶ Suturing for beginners - YouTube", Some("youtube")),
    ("m.youtube.com", Some("youtube")),
    ("YouTube - Google Search", None),
    ("Suturing - YouTube - Google Search", None),
    ("YouTube - Wikipedia", None),
    ("music.youtube.com", None),
    ("For You | TikTok", Some("tiktok")),
    ("TikTok - Make Your Day", Some("tiktok")),
    ("TikTok ban explained - BBC News", None),
    ("r/medicine", Some("reddit")),
    ("r/medicine - Reddit", Some("reddit")),
    ("Night shifts are over : r/medicine", Some("reddit")),
    ("Reddit - The heart of the internet", Some("reddit")),
    ("Ann Lin (u/annlin) - Reddit", Some("reddit")),
    ("old.reddit.com", Some("reddit")),
    ("What is Reddit? - Wikipedia", None),
    ("r/K selection theory - Wikipedia", None),
    ("(5) Pinterest", Some("pinterest")),
    ("Tumblr", Some("tumblr")),
    ("Snapchat for Web", Some("snapchat")),
    ("Newsfeed | Doximity", Some("doximity")),
    ("Sermo", Some("sermo")),
    ("figure1.com", Some("figure1")),
    ("Figure 1", None),
    ("Home Feed | ResearchGate", Some("researchgate")),
    ("(PDF) Anatomy of the ear", None),
    ("(4) Home - Quora", Some("quora")),
    ("Home | Substack", Some("substack")),
    ("Anatomy of the ear - PubMed", None),
    ("WhatsApp", None),
    ("Inbox (3) - ann@clinic.example - Gmail", None),
    ("New Tab", None),
    ("", None),
];

fn seen<'a>(catalogue: &'a Catalogue, class: &str, title: &str) -> Option<&'a str> {
    catalogue
        .recognise(class, title)
        .map(|site| site.name.as_str())
}

#[test]
fn the_built_in_file_is_right() {
    assert_eq!(
        Catalogue::default().with(super::BUILTIN).map(|_| ()),
        Ok(())
    );
}

#[test]
fn pages_in_a_browser() {
    let catalogue = Catalogue::builtin();
    assert!(PAGES.len() >= 80);
    for (page, site) in PAGES {
        for window in [
            format!("{page} - Chromium"),
            format!("{page} — Mozilla Firefox"),
        ] {
            assert_eq!(seen(&catalogue, "", &window), *site, "{window}");
        }
        assert_eq!(seen(&catalogue, "Epiphany", page), *site, "{page}");
    }
}

#[test]
fn the_same_titles_elsewhere_are_no_visit() {
    let catalogue = Catalogue::builtin();
    for (page, _) in PAGES {
        for window in [
            format!("{page} - gedit"),
            format!("*{page} — Kate"),
            (*page).to_owned(),
        ] {
            assert_eq!(
                seen(&catalogue, "org.gnome.gedit", &window),
                None,
                "{window}"
            );
        }
    }
}

#[test]
fn every_browser() {
    let catalogue = Catalogue::builtin();
    for (class, title) in [
        ("Google-chrome", "Home / X - Google Chrome"),
        ("google-chrome", "Home / X - Google Chrome (Incognito)"),
        ("firefox-esr", "Home / X — Mozilla Firefox"),
        ("Navigator", "Home / X — Mozilla Firefox Private Browsing"),
        ("Brave-browser", "(3) Home / X - Brave"),
        ("Vivaldi-stable", "Home / X - Vivaldi"),
        (
            "Microsoft-edge",
            "Home / X - Profile 1 - Microsoft\u{200b} Edge",
        ),
        (
            "Microsoft-edge",
            "Home / X and 3 more pages - Work - Microsoft\u{200b} Edge",
        ),
        ("Opera", "Home / X - Opera"),
        ("LibreWolf", "Home / X — LibreWolf"),
        ("org.gnome.Epiphany", "Home / X"),
        ("falkon", "Home / X - Falkon"),
        ("chromium (/tmp/profile)", "Home / X - Chromium"),
        ("chromium", "Home / X"),
        ("crx_lodlkdfmihgonocnmddehnfgiljnadcf", "X - Home / X"),
        ("chrome-x.com__home-Default", "X"),
        ("x.com", ""),
    ] {
        assert_eq!(
            seen(&catalogue, class, title),
            Some("x"),
            "{class}: {title}"
        );
    }
}

#[test]
fn programs_of_their_own() {
    let catalogue = Catalogue::builtin();
    assert_eq!(
        seen(&catalogue, "dev.geopjr.Tuba", "Home"),
        Some("mastodon")
    );
    assert_eq!(seen(&catalogue, "Tokodon", ""), Some("mastodon"));
    assert_eq!(seen(&catalogue, "org.gnome.TextEditor", "x.com"), None);
}

#[test]
fn hosts_with_their_subdomains() {
    let catalogue = Catalogue::builtin();
    let name = |host| catalogue.by_host(host).map(|site| site.name.as_str());
    assert_eq!(name("x.com"), Some("x"));
    assert_eq!(name("WWW.X.com.:443"), Some("x"));
    assert_eq!(name("old.reddit.com"), Some("reddit"));
    assert_eq!(name("netflix.com"), None);
    assert_eq!(name("x.com.evil.example"), None);
    assert_eq!(name("studio.youtube.com"), None);
    assert_eq!(name(""), None);
}

#[test]
fn names_are_known_once() {
    let catalogue = Catalogue::builtin();
    let names: Vec<_> = catalogue.names().collect();
    assert!(names.len() >= 20, "{names:?}");
    for name in &names {
        assert_eq!(
            names.iter().filter(|other| *other == name).count(),
            1,
            "{name}"
        );
        assert_eq!(
            catalogue.get(name).map(|site| site.name.as_str()),
            Some(*name)
        );
    }
    assert_eq!(catalogue.get("all"), None);
}

#[test]
fn a_user_adds_a_site_and_adds_to_one() {
    let extra = r#"
        [[sites]]
        name = "mastodon"
        hosts = ["social.clinic.example"]
        [[sites]]
        name = "ward-forum"
        label = "Ward Forum"
        titles = ["* | Ward Forum"]
        [[browsers]]
        name = "Surfer"
    "#;
    let catalogue = Catalogue::read(Catalogue::builtin(), extra).unwrap();
    assert_eq!(
        seen(&catalogue, "", "New | Ward Forum - Surfer"),
        Some("ward-forum")
    );
    assert_eq!(
        catalogue.by_host("social.clinic.example").unwrap().name,
        "mastodon"
    );
    assert_eq!(
        catalogue.by_host("mastodon.social").unwrap().name,
        "mastodon"
    );
    assert_eq!(catalogue.get("mastodon").unwrap().label, "Mastodon");
    assert_eq!(
        catalogue.names().count(),
        Catalogue::builtin().names().count() + 1
    );
}

#[test]
fn a_user_switches_a_site_off() {
    let extra = "[[sites]]\nname = \"youtube\"\nreplace = true\n";
    let catalogue = Catalogue::read(Catalogue::builtin(), extra).unwrap();
    assert_eq!(seen(&catalogue, "chromium", "YouTube"), None);
    assert_eq!(catalogue.by_host("youtube.com"), None);
}

#[test]
fn mistakes_have_a_line_and_a_remedy() {
    for (text, line, words) in [
        (
            "[[sites]]\nname = \"My Forum\"\nhosts = [\"a.example\"]",
            2,
            "lower case",
        ),
        (
            "[[sites]]\nname = \"all\"\nhosts = [\"a.example\"]",
            2,
            "every site",
        ),
        (
            "\n[[sites]]\nname = \"a\"\nhosts = [\n\"b.example\",\n\"https://c.example/\"]",
            6,
            "without https://",
        ),
        (
            "[[sites]]\nname = \"a\"\ntitles = [\"* - *\"]",
            3,
            "any page",
        ),
        (
            "[[sites]]\nname = \"a\"\nhost = [\"a.example\"]",
            3,
            "unknown field `host`",
        ),
        ("[[sites]]\nname = \"a\"", 2, "never be recognised"),
        ("[[sites]]\nlabel = \"A\"", 1, "missing field `name`"),
        (
            "[[sites]]\nname = \"a\"\nwindows = [\"a\"]\n[[sites]]\nname = \"a\"",
            5,
            "twice",
        ),
        ("[[sites]]\nname = 3", 2, "string"),
        ("[[sites]]\nname = \"a\"\nwindows = \"a\"", 3, "sequence"),
        ("[[sites\n", 1, ""),
    ] {
        let SitesError { line: at, message } =
            Catalogue::read(Catalogue::builtin(), text).expect_err(text);
        assert_eq!(at, line, "{text}: {message}");
        assert!(message.contains(words), "{text}: {message}");
    }
}
