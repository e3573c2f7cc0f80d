//! Opens a composer on the person's desktop and puts a text on the clipboard.
//!
//! The daemon lives behind walls that a browser could not work behind, and whatever it starts would
//! inherit them. So the desktop is asked (the OpenURI portal), or else the person's own service
//! manager, to start the browser outside. Where neither is there, no unit put up walls either, and
//! the browser is started plainly. A text never stands in an argument: it goes through a pipe.

use std::io::Write;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use zbus::export::futures_core::Stream;
use zbus::zvariant::{Fd, OwnedObjectPath, Value};
use zbus::{Connection, MatchRule, MessageStream, Proxy};

use super::Request;
use crate::config;

/// How long the desktop may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

const PORTAL: &str = "org.freedesktop.portal.Desktop";
const PORTAL_PATH: &str = "/org/freedesktop/portal/desktop";
const MANAGER: &str = "org.freedesktop.systemd1";

/// Numbers the units and requests of this process.
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Who opened an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The desktop's portal.
    Portal,
    /// A unit of its own, started by the person's service manager.
    Unit,
    /// This process.
    Child,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// Who opened the composer; none where none is known.
    pub composer: Option<Way>,
    /// The text was put on the clipboard.
    pub copied: bool,
    /// The text should have been put on the clipboard and was not.
    pub missing: bool,
}

/// Why nothing was opened. Carries neither text nor address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// No program opens addresses.
    #[error("no program here opens addresses: install xdg-utils, or open the site by hand")]
    NoOpener,
    /// It was tried.
    #[error("the browser could not be started ({0}); open the site by hand")]
    Failed(String),
}

/// Opens what a hand-off is to open, and copies its text if the address does not hold it.
///
/// # Errors
/// The address could not be opened. That a text could not be copied is told by the answer.
pub async fn open(request: &Request) -> Result<Opened, OpenError> {
    let session = patiently(Connection::session()).await;
    let copied = request.copies && copy(session.as_ref(), &request.text).await;
    let composer = match &request.open {
        Some(address) => Some(open_address(session.as_ref(), address).await?),
        None => None,
    };
    Ok(Opened {
        composer,
        copied,
        missing: request.copies && !copied,
    })
}

/// Opens a file of one's own in the program that the desktop has for it.
///
/// # Errors
/// No program could be started.
pub async fn open_file(file: &Path) -> Result<Way, OpenError> {
    let session = patiently(Connection::session()).await;
    let opener = config::program("xdg-open").ok_or(OpenError::NoOpener)?;
    let job = Job {
        program: opener,
        arguments: vec![file.to_string_lossy().into_owned()],
        input: None,
    };
    run(session.as_ref(), job).await.map_err(OpenError::Failed)
}

async fn open_address(session: Option<&Connection>, address: &str) -> Result<Way, OpenError> {
    if let Some(session) = session
        && patiently(by_portal(session, address)).await.is_some()
    {
        return Ok(Way::Portal);
    }
    let opener = config::program("xdg-open").ok_or(OpenError::NoOpener)?;
    let job = Job {
        program: opener,
        arguments: vec![address.to_owned()],
        input: None,
    };
    run(session, job).await.map_err(OpenError::Failed)
}

/// Asks the portal. Done once it took the request and did not refuse it within a moment: where it
/// asks the person which browser to use, nobody waits for the answer.
async fn by_portal(session: &Connection, address: &str) -> zbus::Result<()> {
    let token = format!("rounds{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut answers = portal_answers(session, &token).await?;
    let portal = Proxy::new(
        session,
        PORTAL,
        PORTAL_PATH,
        "org.freedesktop.portal.OpenURI",
    )
    .await?;
    let options = [("handle_token", Value::from(token.as_str()))];
    let options: std::collections::HashMap<_, _> = options.into_iter().collect();
    let _handle: OwnedObjectPath = portal.call("OpenURI", &("", address, options)).await?;
    let answer = tokio::time::timeout(PATIENCE / 4, next(&mut answers)).await;
    let Ok(Some(Ok(answer))) = answer else {
        return Ok(());
    };
    let (code, _): (
        u32,
        std::collections::HashMap<String, zbus::zvariant::OwnedValue>,
    ) = answer.body().deserialize()?;
    // 1: the person thought better of it. Anything else but 0: nothing was opened.
    match code {
        0 | 1 => Ok(()),
        other => Err(zbus::Error::Failure(format!("portal answered {other}"))),
    }
}

async fn portal_answers(session: &Connection, token: &str) -> zbus::Result<MessageStream> {
    let name = session.unique_name().map_or("", |name| name.as_str());
    let caller = name.trim_start_matches(':').replace('.', "_");
    let path = format!("{PORTAL_PATH}/request/{caller}/{token}");
    let rule = MatchRule::builder()
        .msg_type(zbus::message::Type::Signal)
        .interface("org.freedesktop.portal.Request")?
        .member("Response")?
        .path(path)?
        .build();
    MessageStream::for_match_rule(rule, session, Some(4)).await
}

/// A program to be run outside.
struct Job {
    program: PathBuf,
    arguments: Vec<String>,
    input: Option<OwnedFd>,
}

/// Runs a program as a unit of the person's manager, or, where there is none, as a child.
async fn run(session: Option<&Connection>, job: Job) -> Result<Way, String> {
    if let Some(session) = session
        && patiently(manager_runs(session)).await == Some(true)
    {
        let started = patiently(as_unit(session, &job)).await;
        return started
            .map(|()| Way::Unit)
            .ok_or_else(|| format!("{} was refused", job.program.display()));
    }
    as_child(job)
        .map(|()| Way::Child)
        .map_err(|e| e.to_string())
}

async fn manager_runs(session: &Connection) -> zbus::Result<bool> {
    let bus = zbus::fdo::DBusProxy::new(session).await?;
    let name = MANAGER.try_into().map_err(zbus::Error::from)?;
    Ok(bus.name_has_owner(name).await?)
}

async fn as_unit(session: &Connection, job: &Job) -> zbus::Result<()> {
    let manager = Proxy::new(
        session,
        MANAGER,
        "/org/freedesktop/systemd1",
        "org.freedesktop.systemd1.Manager",
    )
    .await?;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let unit = format!("rounds-open-{}-{number}.service", std::process::id());
    let program = job.program.to_string_lossy().into_owned();
    let mut arguments = vec![program.clone()];
    arguments.extend(job.arguments.iter().cloned());
    let variables: Vec<String> = config::desktop_variables()
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mut properties = vec![
        ("Description", Value::from("Opens what rounds hands over")),
        ("Type", Value::from("exec")),
        // A browser that the opener leaves running stays.
        ("KillMode", Value::from("process")),
        ("CollectMode", Value::from("inactive-or-failed")),
        ("Environment", Value::from(variables)),
        ("ExecStart", Value::from(vec![(program, arguments, false)])),
    ];
    if let Some(input) = &job.input {
        properties.push(("StandardInputFileDescriptor", Value::from(Fd::from(input))));
    }
    let auxiliary: Vec<(String, Vec<(String, Value<'_>)>)> = Vec::new();
    let request = (unit, "fail", properties, auxiliary);
    let _job: OwnedObjectPath = manager.call("StartTransientUnit", &request).await?;
    Ok(())
}

/// Starts it as a child and lets it go; a thread of its own hears of its end.
fn as_child(job: Job) -> std::io::Result<()> {
    let input = job.input.map_or_else(Stdio::null, Stdio::from);
    let mut child = Command::new(&job.program)
        .args(&job.arguments)
        .stdin(input)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    std::thread::Builder::new()
        .name("opened".to_owned())
        .stack_size(64 * 1024)
        .spawn(move || child.wait())?;
    Ok(())
}

/// Puts a text on the clipboard, with the program that this display has for it.
async fn copy(session: Option<&Connection>, text: &str) -> bool {
    let Some((program, arguments)) = copier() else {
        return false;
    };
    let Ok(input) = piped(text) else {
        return false;
    };
    let job = Job {
        program,
        arguments: arguments.iter().map(|&a| a.to_owned()).collect(),
        input: Some(input),
    };
    run(session, job).await.is_ok()
}

/// The program that keeps the clipboard, and stays until somebody else takes it.
fn copier() -> Option<(PathBuf, &'static [&'static str])> {
    let variables = config::desktop_variables();
    let has = |name: &str| variables.iter().any(|(known, _)| *known == name);
    let wayland: &[(&str, &'static [&'static str])] = &[("wl-copy", &["--foreground"])];
    let x11: &[(&str, &'static [&'static str])] = &[
        ("xclip", &["-quiet", "-selection", "clipboard"]),
        ("xsel", &["--nodetach", "--clipboard", "--input"]),
    ];
    let on = |display: &str, list: &[(&str, &'static [&'static str])]| {
        let mut list = list.iter().filter(|_| has(display));
        list.find_map(|(name, arguments)| Some((config::program(name)?, *arguments)))
    };
    on("WAYLAND_DISPLAY", wayland).or_else(|| on("DISPLAY", x11))
}

/// The reading end of a pipe that holds the text. What does not fit a pipe is no post.
fn piped(text: &str) -> std::io::Result<OwnedFd> {
    let (reader, writer) = std::io::pipe()?;
    rustix::io::ioctl_fionbio(&writer, true)?;
    let mut writer = std::fs::File::from(OwnedFd::from(writer));
    writer.write_all(text.as_bytes())?;
    Ok(reader.into())
}

/// Whether this desktop can open and copy, for `rounds doctor`.
pub fn abilities() -> (Option<PathBuf>, Option<PathBuf>) {
    let copier = copier().map(|(program, _)| program);
    (config::program("xdg-open"), copier)
}

/// The name of a program without its folder.
pub fn name_of(program: &Path) -> String {
    let name = program.file_name().unwrap_or(program.as_os_str());
    name.to_string_lossy().into_owned()
}

async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await
}

/// The answer, if it is a good one and comes in time.
async fn patiently<T>(call: impl Future<Output = zbus::Result<T>>) -> Option<T> {
    tokio::time::timeout(PATIENCE, call).await.ok()?.ok()
}
