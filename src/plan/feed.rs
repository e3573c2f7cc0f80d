//! What the fifteen-minute scan reads: feeds by address, and saved PubMed searches.
//!
//! Which ones is the clinician's intention and stands in the plan; what was read of them is in
//! the store. It knows no network.

/// A feed that the clinician reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Its name in lists.
    pub name: String,
    /// Where its items come from.
    pub source: Source,
}

/// Where a feed's items come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// RSS, Atom or JSON at this address.
    Address(String),
    /// The newest papers that this PubMed search finds.
    PubMed(String),
}

/// Why a text is no address of a feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It does not begin with https, and does not name this machine.
    #[error("an address begins with https://; http:// is for this machine itself")]
    Scheme,
    /// Nothing names a host.
    #[error("the address names no host")]
    Host,
    /// A space or control character.
    #[error("an address has no spaces or control characters in it")]
    Character,
    /// More than 2000 characters.
    #[error("the address is longer than 2000 characters")]
    Long,
}

/// Checks the address of a feed or a calendar.
pub fn check_address(text: &str) -> Result<(), AddressError> {
    let here = |rest: &&str| matches!(host(rest), "127.0.0.1" | "localhost" | "[");
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://").filter(here))
        .ok_or(AddressError::Scheme)?;
    if text.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return Err(AddressError::Character);
    }
    if host(rest).is_empty() {
        return Err(AddressError::Host);
    }
    if text.chars().count() > 2000 {
        return Err(AddressError::Long);
    }
    Ok(())
}

/// The host in what follows the scheme, without port and login.
fn host(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    host.split(':').next().unwrap_or(host)
}

/// Whether an address holds a login, which nobody should write into a plan.
pub fn names_login(text: &str) -> bool {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    authority.contains('@')
}

impl Source {
    /// A name for a feed that was given none: the host, or the search itself.
    pub fn default_name(&self) -> String {
        match self {
            Self::Address(address) => {
                let rest = address.split_once("://").map_or("", |(_, rest)| rest);
                let host = host(rest);
                host.strip_prefix("www.").unwrap_or(host).to_owned()
            }
            Self::PubMed(query) => {
                let short: String = query.chars().take(40).collect();
                format!("PubMed: {}", short.trim())
            }
        }
    }

    /// What the store knows it by.
    pub fn key(&self) -> String {
        match self {
            Self::Address(address) => address.clone(),
            Self::PubMed(query) => format!("pubmed:{query}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked() {
        assert_eq!(check_address("https://www.bmj.com/rss/recent.xml"), Ok(()));
        assert_eq!(check_address("ftp://x.org"), Err(AddressError::Scheme));
        assert_eq!(check_address("www.bmj.com"), Err(AddressError::Scheme));
        assert_eq!(check_address("http://bmj.com"), Err(AddressError::Scheme));
        assert_eq!(check_address("http://127.0.0.1:8080/feed"), Ok(()));
        assert_eq!(check_address("https:///feed"), Err(AddressError::Host));
        assert_eq!(check_address("https://a b"), Err(AddressError::Character));
        assert!(names_login("https://me:secret@x.org/a"));
        assert!(!names_login("https://x.org/@me"));
    }

    #[test]
    fn a_feed_without_a_name_is_called_by_its_host() {
        let name = |text: &str| Source::Address(text.into()).default_name();
        assert_eq!(name("https://www.bmj.com:443/rss?x"), "bmj.com");
        assert_eq!(
            name("https://me:secret@feeds.example.org/a"),
            "feeds.example.org"
        );
    }
}
