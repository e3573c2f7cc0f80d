//! The systemd user unit: put in place, started, taken away, told about.
//!
//! The unit is the one that packages ship, with the path of the program that writes it, and beside it
//! the small one that starts it anew for a new desktop. What stands there already is replaced, with a
//! copy if it was another one; no copy is ever written over. The manager is asked by `systemctl --user`, the interface that every
//! version keeps. Changes made with `systemctl --user edit` are never touched.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Serialize;

use super::{Failure, files};
use crate::config::{Paths, system_login};
use crate::daemon::socket::Live;

/// The unit as packages ship it.
const UNIT: &str = include_str!("../../systemd/rounds.service");
const NAME: &str = "rounds.service";
/// What starts it anew for a new desktop, as packages ship it.
const DESKTOP_UNIT: &str = include_str!("../../systemd/rounds-desktop.service");
const DESKTOP_NAME: &str = "rounds-desktop.service";
/// What the user manager starts when it comes up itself.
const WITH_THE_MANAGER: &str = "default.target";
/// Where logind keeps whose services go on after logout: an empty file for each.
const LINGER: &str = "/var/lib/systemd/linger";

/// What became of the unit's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Written {
    /// There was none.
    New,
    /// It stood there as it is.
    Same,
    /// Another one stood there; a copy of it is kept.
    Replaced,
}

/// What `install` did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Installed {
    /// The unit's file.
    pub unit: String,
    /// What became of the file.
    pub written: Written,
    /// The copy of a unit that was replaced.
    pub copy: Option<String>,
    /// The copy of another unit that stood in the place of the one for new desktops.
    pub desktop_copy: Option<String>,
    /// The service runs.
    pub active: bool,
    /// What else should be known.
    pub notes: Vec<String>,
}

/// How the service stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an answer of its own"
)]
pub struct ServiceState {
    /// The unit's file, if there is one.
    pub unit: Option<String>,
    /// The unit is the one that this version writes.
    pub current: bool,
    /// A user manager answers.
    pub manager: bool,
    /// It starts with the desktop.
    pub enabled: bool,
    /// It runs.
    pub active: bool,
    /// The person's services go on after logout, and may start with the machine.
    pub lingers: bool,
    /// It starts with the person's manager, so with the machine where that lingers.
    pub at_boot: bool,
}

/// Where the person's own units lie.
pub fn unit_file(paths: &Paths) -> PathBuf {
    paths.units.join(NAME)
}

/// The unit that starts this program with these paths.
pub fn unit_text(program: &Path, options: &[String]) -> String {
    let mut start = vec![quoted(&program.to_string_lossy())];
    start.extend(options.iter().map(|option| quoted(option)));
    start.push("daemon".to_owned());
    let start = format!("ExecStart={}", start.join(" "));
    let lines = UNIT.lines().map(|line| {
        let is_start = line.starts_with("ExecStart=");
        if is_start { start.as_str() } else { line }
    });
    let mut text = lines.collect::<Vec<_>>().join("\n");
    text.push('\n');
    text
}

/// A word of a command line of a unit: specifiers, variables and quotes mean themselves.
fn quoted(word: &str) -> String {
    let word = word.replace('%', "%%").replace('$', "$$");
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:,@%$".contains(c);
    if word.chars().all(plain) {
        return word;
    }
    let escaped = word.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

/// Writes the unit, starts it now and with every desktop; where the person lingers, with the machine
/// too. `live` is what a running daemon says, if one runs.
pub fn install(
    paths: &Paths,
    program: &Path,
    options: &[String],
    live: Option<&Live>,
) -> Result<Installed, Failure> {
    must_answer()?;
    if let Some(live) = live.filter(|_| !holds(&["is-active", NAME])) {
        return Err(in_the_way(live));
    }
    let file = unit_file(paths);
    let (_, desktop_copy) = write(&paths.units.join(DESKTOP_NAME), DESKTOP_UNIT)?;
    let (written, copy) = write(&file, &unit_text(program, options))?;
    manage(&["daemon-reload"])?;
    manage(&["enable", NAME])?;
    let login = system_login();
    let lingers = lingers(Path::new(LINGER), &login);
    if lingers {
        manage(&["add-wants", WITH_THE_MANAGER, NAME])?;
    }
    let start = if written == Written::Replaced {
        "restart"
    } else {
        "start"
    };
    manage(&[start, NAME]).map_err(|failure| {
        failure.with_help("`journalctl --user -u rounds -n 20` says why; `rounds doctor` helps")
    })?;
    Ok(Installed {
        unit: file.display().to_string(),
        written,
        copy: copy.map(|copy| copy.display().to_string()),
        desktop_copy: desktop_copy.map(|copy| copy.display().to_string()),
        active: holds(&["is-active", NAME]),
        notes: notes(lingers, &login),
    })
}

/// Two daemons on one memory are refused, so the service would only fail.
fn in_the_way(live: &Live) -> Failure {
    let pid = live.pid;
    Failure::failed(format!(
        "rounds runs already (process {pid}), started by hand: the service cannot start beside it, \
         so nothing was installed."
    ))
    .with_help(format!(
        "stop it (Ctrl-C where it runs, or `kill {pid}`), then repeat"
    ))
}

fn notes(lingers: bool, login: &str) -> Vec<String> {
    let mut notes = Vec::new();
    if !holds(&["is-active", "graphical-session.target"]) {
        notes.push(
            "This desktop does not tell systemd when it is up (graphical-session.target), so the \
             service may not start at the next login: add `systemctl --user restart rounds` to \
             what your desktop starts."
                .to_owned(),
        );
    }
    notes.push(if lingers {
        "The service goes on while you are logged out, and starts with the machine.".to_owned()
    } else {
        let (waiting, linger) = (waiting(login), linger(login));
        format!("{waiting} To let them go out: {linger} once more.")
    });
    notes
}

/// What it means that a person's services end with the last logout.
pub fn waiting(login: &str) -> String {
    format!(
        "Posts do not go out while you are logged out, since the services of {login} end then \
         (lingering is off): one that comes due waits until you are back."
    )
}

/// How to let services go on after logout.
pub fn linger(login: &str) -> String {
    format!("`loginctl enable-linger {login}`, then `rounds service install`")
}

/// Stops the service and removes the unit; says whether there was one.
pub fn uninstall(paths: &Paths) -> Result<bool, Failure> {
    let file = unit_file(paths);
    let there = file.exists();
    if there && manager_answers() {
        manage(&["disable", "--now", NAME])?;
    }
    for name in [NAME, DESKTOP_NAME] {
        let file = paths.units.join(name);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Failure::file(&file, &error));
            }
            _ => unlink(&paths.units, name)?,
        }
    }
    if manager_answers() {
        manage(&["daemon-reload"])?;
    }
    Ok(there)
}

/// How the service stands.
pub fn state(paths: &Paths, program: &Path, options: &[String]) -> ServiceState {
    let file = unit_file(paths);
    let text = fs::read_to_string(&file).ok();
    let beside = fs::read_to_string(paths.units.join(DESKTOP_NAME)).ok();
    let manager = manager_answers();
    let wants = paths.units.join(format!("{WITH_THE_MANAGER}.wants"));
    ServiceState {
        current: text.as_deref() == Some(unit_text(program, options).as_str())
            && beside.as_deref() == Some(DESKTOP_UNIT),
        unit: text.map(|_| file.display().to_string()),
        manager,
        enabled: manager && holds(&["is-enabled", NAME]),
        active: manager && holds(&["is-active", NAME]),
        lingers: lingers(Path::new(LINGER), &system_login()),
        at_boot: wants.join(NAME).is_symlink(),
    }
}

/// Writes the unit where it is not there yet; keeps a copy of another one.
fn write(file: &Path, text: &str) -> Result<(Written, Option<PathBuf>), Failure> {
    if is_masked(file) {
        return Err(masked(file));
    }
    let former = match fs::read(file) {
        Ok(former) if former == text.as_bytes() => return Ok((Written::Same, None)),
        Ok(former) => Some(former),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(Failure::file(file, &error)),
    };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(|error| Failure::file(folder, &error))?;
    }
    let copy = former.map(|former| keep(file, &former)).transpose()?;
    let written = if copy.is_some() {
        Written::Replaced
    } else {
        Written::New
    };
    files::replace(file, text.as_bytes())?;
    Ok((written, copy))
}

/// Keeps what a unit's file holds, under the first name that is free or holds the same already: no
/// former copy is written over.
fn keep(file: &Path, former: &[u8]) -> Result<PathBuf, Failure> {
    let mut copy = file.with_extension("service.old");
    let mut number = 1;
    while copy.symlink_metadata().is_ok() {
        if fs::read(&copy).is_ok_and(|kept| kept == former) {
            return Ok(copy);
        }
        number += 1;
        copy = file.with_extension(format!("service.old.{number}"));
    }
    files::create(&copy, former)?;
    Ok(copy)
}

/// Whether a link to nowhere stands in a unit's place, as `systemctl mask` puts it there.
fn is_masked(file: &Path) -> bool {
    fs::read_link(file).is_ok_and(|target| target == Path::new("/dev/null"))
}

/// The person forbade the service: a link to nowhere stands in its place.
fn masked(file: &Path) -> Failure {
    let name = file.file_name().unwrap_or_default().display();
    Failure::failed(format!(
        "{} is masked, so that it cannot start; nothing was installed.",
        file.display()
    ))
    .with_help(format!(
        "`systemctl --user unmask {name}` takes that back; then repeat"
    ))
}

/// Removes the links by which targets want a unit, as `systemctl disable` does, where no manager
/// does it.
fn unlink(units: &Path, name: &str) -> Result<(), Failure> {
    for folder in fs::read_dir(units).into_iter().flatten().flatten() {
        let folder = folder.path();
        let wants = folder.extension().is_some_and(|end| end == "wants");
        let link = folder.join(name);
        if wants && link.is_symlink() {
            fs::remove_file(&link).map_err(|error| Failure::file(&link, &error))?;
            // It stays where it holds other links.
            let _ = fs::remove_dir(&folder);
        }
    }
    Ok(())
}

fn must_answer() -> Result<(), Failure> {
    if manager_answers() {
        return Ok(());
    }
    Err(Failure::failed("No user manager of systemd answers here, so nothing was installed.")
        .with_help(
            "run this in your desktop session, not with sudo; without systemd, have your desktop \
             start `rounds daemon` at login",
        ))
}

/// Whether the person's own service manager runs.
pub fn manager_answers() -> bool {
    holds(&["show", "--property=Version"])
}

/// Whether something holds; the manager answers by its exit status.
fn holds(arguments: &[&str]) -> bool {
    systemctl(arguments).is_ok_and(|output| output.status.success())
}

fn manage(arguments: &[&str]) -> Result<(), Failure> {
    let shown = arguments.join(" ");
    let output = systemctl(arguments)
        .map_err(|error| Failure::failed(format!("systemctl cannot be run: {error}.")))?;
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr);
    let why = why.trim();
    Err(Failure::failed(format!(
        "`systemctl --user {shown}` failed: {why}"
    )))
}

fn systemctl(arguments: &[&str]) -> std::io::Result<Output> {
    Command::new("systemctl")
        .args(["--user", "--no-pager", "--quiet"])
        .args(arguments)
        .env("SYSTEMD_COLORS", "0")
        .output()
}

/// Whether a person's services go on after logout, as logind keeps it in a folder.
fn lingers(folder: &Path, login: &str) -> bool {
    folder.join(login).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_starts_this_program_and_nothing_else_changes() {
        let text = unit_text(Path::new("/home/a b/100%/rounds"), &[]);
        let starts: Vec<_> = text
            .lines()
            .filter(|l| l.starts_with("ExecStart="))
            .collect();
        assert_eq!(starts, ["ExecStart=\"/home/a b/100%%/rounds\" daemon"]);
        let others = |text: &str| {
            let lines = text.lines().filter(|l| !l.starts_with("ExecStart="));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(others(&text), others(UNIT));
    }

    #[test]
    fn who_lingers_has_a_file_and_who_does_not_is_told_what_that_means() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("lin"), "").unwrap();
        assert!(lingers(folder.path(), "lin"));
        assert!(!lingers(folder.path(), "sam"));
        assert!(!lingers(&folder.path().join("absent"), "lin"));
        let told = |yes| notes(yes, "sam").join("\n");
        assert!(told(false).contains("do not go out while you are logged out"));
        assert!(told(false).contains("`loginctl enable-linger sam`"));
        assert!(told(true).contains("goes on while you are logged out"));
        assert!(!told(true).contains("enable-linger"));
    }

    #[test]
    fn directories_go_with_it() {
        let options = ["--data-dir=/srv/my data".to_owned()];
        let text = unit_text(Path::new("/usr/bin/rounds"), &options);
        let start = "ExecStart=/usr/bin/rounds \"--data-dir=/srv/my data\" daemon\n";
        assert!(text.contains(start), "{text}");
    }

    #[test]
    fn another_unit_is_kept_as_a_copy_and_the_same_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("user").join(NAME);
        assert_eq!(write(&file, "new").unwrap(), (Written::New, None));
        assert_eq!(write(&file, "new").unwrap(), (Written::Same, None));
        let (written, copy) = write(&file, "newer").unwrap();
        assert_eq!(written, Written::Replaced);
        assert_eq!(fs::read_to_string(copy.unwrap()).unwrap(), "new");
        assert_eq!(fs::read_to_string(&file).unwrap(), "newer");
    }
    #[test]
    fn no_copy_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(NAME);
        let put = |text: &str| write(&file, text).unwrap().1;
        let read = |name: &str| fs::read(dir.path().join(name)).ok();
        fs::write(&file, b"my own, caf\xE9").unwrap();
        let first = put("version 1").unwrap();
        let second = put("version 2").unwrap();
        assert_ne!(first, second);
        assert_eq!(fs::read(&first).unwrap(), b"my own, caf\xE9");
        assert_eq!(fs::read(&second).unwrap(), b"version 1");
        fs::write(&file, b"my own, caf\xE9").unwrap();
        assert_eq!(put("version 2"), Some(first), "one copy is enough");
        assert_eq!(
            put("version 3").as_deref(),
            Some(&*dir.path().join("rounds.service.old.3"))
        );
        assert_eq!(
            read("rounds.service.old.3").as_deref(),
            Some(&b"version 2"[..])
        );
        assert_eq!(read(NAME).as_deref(), Some(&b"version 3"[..]));
    }

    #[test]
    fn a_masked_unit_is_told_by_its_link() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(NAME);
        assert!(!is_masked(&file));
        fs::write(&file, "").unwrap();
        assert!(!is_masked(&file));
        fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink("/dev/null", &file).unwrap();
        assert!(is_masked(&file));
        let told = masked(&file);
        assert!(told.help.unwrap().contains("unmask rounds.service"));
    }

    #[test]
    fn links_to_a_unit_go_and_those_to_others_stay() {
        let dir = tempfile::tempdir().unwrap();
        let wants = |target: &str| dir.path().join(format!("{target}.target.wants"));
        for target in ["default", "graphical-session"] {
            fs::create_dir(wants(target)).unwrap();
            let gone = dir.path().join(NAME);
            std::os::unix::fs::symlink(gone, wants(target).join(NAME)).unwrap();
        }
        fs::write(wants("default").join("other.service"), "").unwrap();
        unlink(dir.path(), NAME).unwrap();
        assert!(!wants("default").join(NAME).is_symlink());
        assert!(wants("default").join("other.service").exists());
        assert!(!wants("graphical-session").exists());
        unlink(&dir.path().join("absent"), NAME).unwrap();
    }
}
