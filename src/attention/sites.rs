//! The catalogue of sites: which window, title or address belongs to which social platform.
//!
//! Rules it keeps: a page title counts only in a browser's window, known by its class or by the
//! browser's name at the title's end, so that a note about a site in an editor is no visit; a page
//! that names a site without being on it (a search, an encyclopaedia) is none either. What a site
//! is, is data: `config/sites.toml`, to which a `sites.toml` of the user adds.
//!
//! It knows no window system and keeps nothing of what it is shown.

mod file;
mod title;

pub use file::SitesError;

/// The built-in catalogue, in the shape that users write, too.
const BUILTIN: &str = include_str!("../../config/sites.toml");

/// One social platform as used by a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Site {
    /// How limits and reports call it: lower case letters, digits and hyphens.
    pub name: String,
    /// How it is written for people.
    pub label: String,
    /// Its host names, each with its subdomains.
    pub hosts: Vec<String>,
    /// Subdomains of those that are something else.
    pub except: Vec<String>,
    /// Patterns of page titles.
    titles: Vec<String>,
    /// Classes of windows of its own programs.
    windows: Vec<String>,
}

/// A program whose windows show pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Browser {
    name: String,
    windows: Vec<String>,
    profile: bool,
}

/// All sites that are known, with what is needed to recognise them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    sites: Vec<Site>,
    browsers: Vec<Browser>,
    never: Vec<String>,
}

impl Catalogue {
    /// The catalogue that is compiled in.
    pub fn builtin() -> Self {
        // A test reads it, so it is never empty.
        Self::default().with(BUILTIN).unwrap_or_default()
    }

    /// Adds a user's file to a catalogue: new sites, and keys on top of those of the same name.
    ///
    /// # Errors
    /// The first mistake in the file, with its line and what would be right.
    pub fn read(builtin: Self, extra: &str) -> Result<Self, SitesError> {
        builtin.with(extra)
    }

    /// The site that a window shows, from its class (WM_CLASS, app_id) and its title.
    pub fn recognise(&self, app_class: &str, title: &str) -> Option<&Site> {
        let class = app_class.split(" (").next().unwrap_or(app_class);
        self.by_window(class)
            .or_else(|| self.by_title(class, title))
    }

    /// The site of a host name such as "old.reddit.com"; a port does not matter.
    pub fn by_host(&self, host: &str) -> Option<&Site> {
        let host = host
            .split(':')
            .next()
            .unwrap_or(host)
            .trim_end_matches('.')
            .to_ascii_lowercase();
        let within = |hosts: &[String]| hosts.iter().any(|zone| is_within(&host, zone));
        self.sites
            .iter()
            .find(|site| within(&site.hosts) && !within(&site.except))
    }

    /// The site of that name.
    pub fn get(&self, name: &str) -> Option<&Site> {
        self.sites.iter().find(|site| site.name == name)
    }

    /// All names, the user's own sites first, then in the catalogue's order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sites.iter().map(|site| site.name.as_str())
    }

    /// A program of the site's own, or a page installed as a program.
    fn by_window(&self, class: &str) -> Option<&Site> {
        let own = |site: &&Site| {
            site.windows
                .iter()
                .any(|own| own.eq_ignore_ascii_case(class))
        };
        self.sites
            .iter()
            .find(own)
            .or_else(|| self.by_host(installed_host(class)?))
    }

    fn by_title(&self, class: &str, title: &str) -> Option<&Site> {
        let title = title::plain(title);
        let (page, browser) = self.page_of(class, &title)?;
        let page = title::without_counter(page);
        self.by_page(page).or_else(|| {
            let profile = browser.is_some_and(|browser| browser.profile);
            let (page, _) = title::last_part(page).filter(|_| profile)?;
            self.by_page(title::without_page_count(page))
        })
    }

    /// The page's title in a browser's window, and the browser where its name is known.
    fn page_of<'a>(&self, class: &str, title: &'a str) -> Option<(&'a str, Option<&Browser>)> {
        let named = title::split_browser(title).and_then(|(page, name)| {
            Some((
                page,
                self.browsers.iter().find(|browser| browser.name == name)?,
            ))
        });
        if let Some((page, browser)) = named {
            return Some((page, Some(browser)));
        }
        let by_class = |browser: &&Browser| {
            browser
                .windows
                .iter()
                .any(|window| window.eq_ignore_ascii_case(class))
        };
        let browser = self.browsers.iter().find(by_class);
        (browser.is_some() || is_installed_page(class)).then_some((title, browser))
    }

    fn by_page(&self, page: &str) -> Option<&Site> {
        let fits_one =
            |patterns: &[String]| patterns.iter().any(|pattern| title::fits(pattern, page));
        if fits_one(&self.never) {
            return None;
        }
        let by_pattern = self.sites.iter().find(|site| fits_one(&site.titles));
        by_pattern.or_else(|| title::hosts(page).find_map(|host| self.by_host(host)))
    }
}

/// Whether a host is a zone or one of its subdomains.
fn is_within(host: &str, zone: &str) -> bool {
    host.strip_suffix(zone)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether the class is that of a page which a browser runs in a window of its own.
fn is_installed_page(class: &str) -> bool {
    class.starts_with("crx_") || installed_host(class).is_some()
}

/// The host in the class of such a window: "x.com" with `--app`, "chrome-x.com__home-Default" once
/// installed.
fn installed_host(class: &str) -> Option<&str> {
    let installed = ["chrome-", "chromium-", "brave-", "msedge-", "vivaldi-"];
    let host = installed
        .iter()
        .find_map(|prefix| class.strip_prefix(prefix)?.split_once("__"));
    let host = host.map_or(class, |(host, _)| host);
    let reversed = host.starts_with("org.") || host.starts_with("com.") || host.starts_with("io.");
    (host.contains('.') && !reversed).then_some(host)
}

#[cfg(test)]
mod tests;
