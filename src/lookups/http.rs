//! The one HTTP client of the look-ups.
//!
//! - Nothing is built until the first question, and nothing is left after the last: whoever does
//!   not ask pays nothing.
//! - Every question ends: in time, in size, in redirects.
//! - https, except to this machine itself; nobody out there can lead a question back into it.
//! - It says who is asking: the program and its version, nothing about the person.
//! - An address may hold a secret, so no error repeats more of it than the server's name.
//!
//! It knows no service: what an answer means is read by those who ask.

#[cfg(test)]
mod tests;

use std::cell::OnceCell;
use std::error::Error as _;
use std::future::Future;
use std::net::IpAddr;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{
    ACCEPT, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    LAST_MODIFIED, RETRY_AFTER,
};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, Response, StatusCode, Url};

/// How long it may take until a server is reached.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// How long a whole question may take, unless its limits say otherwise.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// The largest answer, in bytes, unless the limits say otherwise.
const LARGEST: usize = 4 * 1024 * 1024;
/// How often a server may send a question on.
const REDIRECTS: usize = 3;

/// What is written as %XX in forms and addresses: all but letters, digits and four signs.
pub const WRITTEN_OUT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What a server is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// The address: https, or http on this machine.
    pub address: String,
    /// The media types that are understood, as an `Accept` header; empty for any.
    pub accept: String,
    /// Fields of a form: the question is then sent as a POST, and they stand in no address.
    pub form: Vec<(String, String)>,
    /// What is known of an earlier answer: the server may say that nothing changed.
    pub known: Known,
}

impl Question {
    /// Asks for what lies at an address.
    pub fn get(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            ..Self::default()
        }
    }

    /// Says which media types are understood.
    #[must_use]
    pub fn accepting(mut self, accept: &str) -> Self {
        accept.clone_into(&mut self.accept);
        self
    }

    /// Asks only for news since an earlier answer.
    #[must_use]
    pub fn unless(mut self, known: Known) -> Self {
        self.known = known;
        self
    }
}

/// What a server gave along to tell its answers apart; to be stored as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The `ETag` of the answer.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub modified: Option<String>,
}

/// What a server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The answer.
    Answer(Answer),
    /// Nothing changed since the answer that is known.
    Unchanged,
}

/// An answer, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The bytes.
    pub body: Vec<u8>,
    /// The media type that the server names, with its parameters; empty if it names none.
    pub media_type: String,
    /// What to give along next time.
    pub known: Known,
}

/// How long and how large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Until the last byte is there.
    pub within: Duration,
    /// The largest answer, in bytes.
    pub largest: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            within: ANSWER_WITHIN,
            largest: LARGEST,
        }
    }
}

/// Why there is no answer, for the clinician.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// It cannot be asked at all.
    #[error("“{0}” is no address of a server; it should begin with https://")]
    NoAddress(String),
    /// It would go over the net in the open.
    #[error("{0} is asked over https only; http:// is for this machine itself")]
    NotSecure(String),
    /// The name is not known, most often because there is no network.
    #[error("{0} could not be found; is this machine online?")]
    Offline(String),
    /// Nobody answers there.
    #[error("{0} could not be reached")]
    Unreachable(String),
    /// The secure connection failed.
    #[error("{0} could not prove that it is itself, so it was not asked")]
    Untrusted(String),
    /// It took too long.
    #[error("{0} did not answer in time")]
    TooSlow(String),
    /// It said too much.
    #[error("{host} sent more than {largest} bytes, which is too much")]
    TooLarge {
        /// Who.
        host: String,
        /// The bound.
        largest: usize,
    },
    /// It sent the question on too often, or to where it may not go.
    #[error("{0} sends the question on to where it may not go")]
    LedAstray(String),
    /// It has nothing there.
    #[error("{0} knows nothing under this address")]
    NotFound(String),
    /// It wants fewer questions.
    #[error("{host} is asked too often; it may be asked again in {} s", .wait.as_secs())]
    TooOften {
        /// Who.
        host: String,
        /// How long it wants to be left alone.
        wait: Duration,
    },
    /// It refused or failed.
    #[error("{host} answered with an error ({status})")]
    Status {
        /// Who.
        host: String,
        /// The number.
        status: u16,
    },
    /// The answer broke off.
    #[error("the answer of {0} broke off")]
    BrokenOff(String),
    /// The machine cannot ask anybody.
    #[error("no secure connection can be made from this machine: {0}")]
    NoClient(String),
}

impl HttpError {
    /// Whether asking again later may help.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Offline(_)
            | Self::Unreachable(_)
            | Self::TooSlow(_)
            | Self::TooOften { .. }
            | Self::BrokenOff(_) => true,
            Self::Status { status, .. } => *status >= 500,
            _ => false,
        }
    }
}

/// A client for some questions asked together; made at the first of them.
#[derive(Debug, Default)]
pub struct Http {
    bounds: Bounds,
    outside: OnceCell<Client>,
    inside: OnceCell<Client>,
}

impl Http {
    /// A client with the usual bounds.
    pub fn new() -> Self {
        Self::default()
    }

    /// A client with bounds of its own.
    pub fn within(bounds: Bounds) -> Self {
        Self {
            bounds,
            ..Self::default()
        }
    }

    /// Asks one question.
    pub async fn ask(&self, question: &Question) -> Result<Said, HttpError> {
        let url = address(&question.address)?;
        let host = host(&url);
        let client = self.client(&url)?;
        let mut request = if question.form.is_empty() {
            client.get(url)
        } else {
            client
                .post(url)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(encoded(&question.form))
        };
        for (name, value) in headers(question) {
            request = request.header(name, value);
        }
        let sent = request.send().await;
        let response = sent.map_err(|error| explain(&error, &host))?;
        if response.status() == StatusCode::NOT_MODIFIED {
            return Ok(Said::Unchanged);
        }
        refusal(&response, &host)?;
        let answer = self.read(response, &host).await?;
        Ok(Said::Answer(answer))
    }

    async fn read(&self, mut response: Response, host: &str) -> Result<Answer, HttpError> {
        let largest = self.bounds.largest;
        let too_large = || HttpError::TooLarge {
            host: host.to_owned(),
            largest,
        };
        if response
            .content_length()
            .is_some_and(|length| length > largest as u64)
        {
            return Err(too_large());
        }
        let media_type = text(response.headers(), &CONTENT_TYPE).unwrap_or_default();
        let known = Known {
            etag: text(response.headers(), &ETAG),
            modified: text(response.headers(), &LAST_MODIFIED),
        };
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| explain(&e, host))? {
            if body.len() + chunk.len() > largest {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            body,
            media_type,
            known,
        })
    }

    /// One client for the world, one that never goes through a proxy for this machine.
    fn client(&self, url: &Url) -> Result<&Client, HttpError> {
        let here = is_this_machine(url);
        let cell = if here { &self.inside } else { &self.outside };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        // Another part may have chosen the same provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = Client::builder()
            .user_agent(concat!("rounds/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_WITHIN)
            .timeout(self.bounds.within)
            .referer(false)
            .redirect(Policy::custom(follow));
        let builder = if here { builder.no_proxy() } else { builder };
        let client = builder
            .build()
            .map_err(|error| HttpError::NoClient(innermost(&error)))?;
        Ok(cell.get_or_init(|| client))
    }
}

/// Waits for questions outside of any loop: in a command, or on a thread that may wait.
pub fn wait_for<T>(work: impl Future<Output = T>) -> Result<T, HttpError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(2)
        .build()
        .map_err(|error| HttpError::NoClient(error.to_string()))?;
    let done = runtime.block_on(work);
    // A name that is still being looked up is not waited for.
    runtime.shutdown_background();
    Ok(done)
}

/// Reads an address and refuses what may not be asked.
fn address(text: &str) -> Result<Url, HttpError> {
    let no_address = || HttpError::NoAddress(text.chars().take(40).collect());
    let url = Url::parse(text).map_err(|_| no_address())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(no_address());
    }
    if url.scheme() == "http" && !is_this_machine(&url) {
        return Err(HttpError::NotSecure(host(&url)));
    }
    Ok(url)
}

/// Whether an address leads to this machine.
fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    address.map_or_else(
        |_| host == "localhost" || host.ends_with(".localhost"),
        |ip| ip.is_loopback(),
    )
}

/// Follows a few redirects that stay secure, and never from the world into this machine.
fn follow(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let to = attempt.url();
    let from_here = attempt.previous().first().is_some_and(is_this_machine);
    let allowed = if from_here {
        is_this_machine(to)
    } else {
        to.scheme() == "https" && !is_this_machine(to)
    };
    if allowed && attempt.previous().len() <= REDIRECTS {
        attempt.follow()
    } else {
        attempt.error("led astray")
    }
}

fn headers(question: &Question) -> Vec<(HeaderName, &str)> {
    let accept = Some(question.accept.as_str()).filter(|accept| !accept.is_empty());
    let known = &question.known;
    let all = [
        (ACCEPT, accept),
        (IF_NONE_MATCH, known.etag.as_deref()),
        (IF_MODIFIED_SINCE, known.modified.as_deref()),
    ];
    all.into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// Fields as a form writes them.
fn encoded(fields: &[(String, String)]) -> String {
    let write = |text: &str| utf8_percent_encode(text, WRITTEN_OUT).to_string();
    let fields = fields
        .iter()
        .map(|(name, value)| format!("{}={}", write(name), write(value)));
    fields.collect::<Vec<_>>().join("&")
}

fn refusal(response: &Response, host: &str) -> Result<(), HttpError> {
    let status = response.status();
    let host = host.to_owned();
    match status {
        status if status.is_success() => Ok(()),
        StatusCode::NOT_FOUND | StatusCode::GONE => Err(HttpError::NotFound(host)),
        StatusCode::TOO_MANY_REQUESTS => {
            let wait = text(response.headers(), &RETRY_AFTER);
            let seconds = wait.and_then(|wait| wait.trim().parse().ok()).unwrap_or(1);
            Err(HttpError::TooOften {
                host,
                wait: Duration::from_secs(seconds),
            })
        }
        status => Err(HttpError::Status {
            host,
            status: status.as_u16(),
        }),
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.to_owned())
}

/// The server's name, which is all of an address that an error repeats.
fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

fn explain(error: &reqwest::Error, host: &str) -> HttpError {
    let host = host.to_owned();
    if error.is_timeout() {
        HttpError::TooSlow(host)
    } else if error.is_redirect() {
        HttpError::LedAstray(host)
    } else if error.is_dns() {
        HttpError::Offline(host)
    } else if is_untrusted(error) {
        HttpError::Untrusted(host)
    } else if error.is_connect() {
        HttpError::Unreachable(host)
    } else {
        HttpError::BrokenOff(host)
    }
}

/// Whether the secure connection itself failed.
fn is_untrusted(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<rustls::Error>() {
            return true;
        }
        let boxed = inner.downcast_ref::<std::io::Error>();
        cause = match boxed.and_then(std::io::Error::get_ref) {
            Some(held) => Some(held),
            None => inner.source(),
        };
    }
    false
}

fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
