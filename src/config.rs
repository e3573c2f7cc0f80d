//! This machine: where things lie, what is listened on, who is logged in.
//!
//! The only file that reads environment variables. `config.toml` may be absent; each of its keys
//! can be overridden by a variable, `ROUNDS_DASHBOARD_LISTEN` for `listen` of `[dashboard]`.

mod faults;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use directories::ProjectDirs;
use jiff::tz::TimeZone;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::calendar::serde_duration;
use crate::requests::{Failure, read_text};

/// Where this program keeps its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// `config.toml`, `plan.toml`, `checklists/`, `sites.toml`.
    pub config: PathBuf,
    /// `rounds.db`, media, the newest audit hash, the lock.
    pub data: PathBuf,
    /// The daemon's socket.
    pub socket: PathBuf,
    /// The home directory.
    pub home: PathBuf,
    /// The person's own systemd units.
    pub units: PathBuf,
}

impl Paths {
    /// The XDG directories, unless told otherwise.
    pub fn find(config: Option<PathBuf>, data: Option<PathBuf>) -> Result<Self, Failure> {
        let home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
        let dirs = ProjectDirs::from("", "", "rounds");
        let no_home = || {
            Failure::failed("There is no home directory.")
                .with_help("set HOME, or give --config-dir and --data-dir")
        };
        let config = config.or_else(|| dirs.as_ref().map(|d| d.config_dir().to_owned()));
        let data = data.or_else(|| dirs.as_ref().map(|d| d.data_dir().to_owned()));
        let config = absolute(config.ok_or_else(no_home)?);
        let data = absolute(data.ok_or_else(no_home)?);
        let runtime = dirs
            .as_ref()
            .and_then(|d| d.runtime_dir().map(Path::to_owned));
        Ok(Self {
            socket: socket(runtime, &data),
            home: home.unwrap_or_else(|| data.clone()),
            units: units(),
            config,
            data,
        })
    }

    /// The plan.
    pub fn plan(&self) -> PathBuf {
        self.config.join("plan.toml")
    }

    /// This machine's settings.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// Sites that the clinician added.
    pub fn sites(&self) -> PathBuf {
        self.config.join("sites.toml")
    }

    /// Packs that the hospital added.
    pub fn checklists(&self) -> PathBuf {
        self.config.join("checklists")
    }

    /// A copy of the clinician's own packs that are in force.
    pub fn kept_packs(&self) -> PathBuf {
        self.data.join("checklists.json")
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.data.join("rounds.db")
    }

    /// Pictures of posts, by hash.
    pub fn media(&self) -> PathBuf {
        self.data.join("media")
    }

    /// Sheets on which posts are being written.
    pub fn sheets(&self) -> PathBuf {
        self.data.join("sheets")
    }

    /// Held by the one daemon of this data directory.
    pub fn lock(&self) -> PathBuf {
        self.data.join("daemon.lock")
    }
}

/// Where a person's own units lie.
fn units() -> PathBuf {
    let config = directories::BaseDirs::new().map(|dirs| dirs.config_dir().to_owned());
    config.unwrap_or_default().join("systemd/user")
}

fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

/// One socket for each data directory, in the runtime directory where its path is short enough.
fn socket(runtime: Option<PathBuf>, data: &Path) -> PathBuf {
    /// The longest path that a Unix socket can have.
    const LONGEST: usize = 107;
    let digest = Sha256::digest(data.as_os_str().as_encoded_bytes());
    let name = format!("{}.sock", &crate::posting::post::hex(&digest)[..12]);
    let folder = runtime.unwrap_or_else(|| data.to_owned());
    let path = folder.join(&name);
    if path.as_os_str().len() <= LONGEST {
        path
    } else {
        data.join("d.sock")
    }
}

/// The settings of this machine.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The page.
    pub dashboard: Dashboard,
    /// The receiver for browser and window watchers.
    pub receiver: Receiver,
    /// Memory.
    pub storage: Storage,
    /// What is looked at.
    pub sensors: Sensors,
    /// What may be asked of other servers.
    pub lookups: Lookups,
}

/// The local page and API.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dashboard {
    /// Address and port, loopback only, or `off`.
    pub listen: String,
}

/// The receiver that speaks to published browser extensions and window watchers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Receiver {
    /// Address and port, loopback only, or `off`.
    pub listen: String,
}

/// Which database.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// Empty, or `sqlite`: the SQLite file in the data directory.
    pub url: String,
}

/// Which sensors, and how patient they are.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sensors {
    /// `auto`, `x11` or `off`.
    #[serde(rename = "use")]
    pub kind: String,
    /// Presence ends after this long without input.
    #[serde(with = "serde_duration")]
    pub idle_after: Duration,
}

/// What may be asked of other servers. Off until somebody allows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lookups {
    /// Whether DOIs and PMIDs that a post names are looked up at Crossref and PubMed.
    pub sources: bool,
    /// An e-mail address to give to both services, as they ask for; empty: none is given.
    pub contact: String,
    /// Where Crossref's REST API answers.
    pub crossref: String,
    /// Where NCBI's E-utilities answer.
    pub pubmed: String,
}

impl Default for Lookups {
    fn default() -> Self {
        Self {
            sources: false,
            contact: String::new(),
            crossref: "https://api.crossref.org".into(),
            pubmed: "https://eutils.ncbi.nlm.nih.gov/entrez/eutils".into(),
        }
    }
}

impl Default for Dashboard {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:4664".into(),
        }
    }
}

impl Default for Receiver {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:5600".into(),
        }
    }
}

impl Default for Sensors {
    fn default() -> Self {
        Self {
            kind: "auto".into(),
            idle_after: Duration::from_mins(1),
        }
    }
}

/// The keys that a variable may override, by section.
const KEYS: [(&str, &str); 9] = [
    ("dashboard", "listen"),
    ("receiver", "listen"),
    ("storage", "url"),
    ("sensors", "use"),
    ("sensors", "idle_after"),
    ("lookups", "sources"),
    ("lookups", "contact"),
    ("lookups", "crossref"),
    ("lookups", "pubmed"),
];

impl Config {
    /// The text of the file that `init` writes: every key with its default.
    pub const DEFAULT_TEXT: &str = include_str!("../config/config.toml");

    /// Reads the file, if there is one, and the variables. What this version cannot follow is
    /// refused.
    pub fn load(paths: &Paths) -> Result<Self, Failure> {
        let config = Self::of_file(&paths.config_file())?;
        let config =
            config.overridden(|section, key| std::env::var(variable(section, key)).ok())?;
        // What the file says was looked at before: what is wrong now was said by a variable.
        faults::in_variables(&faults::of_values(&config)).map_or(Ok(config), Err)
    }

    fn of_file(file: &Path) -> Result<Self, Failure> {
        if matches!(file.try_exists(), Ok(false)) {
            return Ok(Self::default());
        }
        let text = read_text(file).map_err(|failure| {
            if file.is_dir() {
                failure.with_help("move it away: a file of settings belongs there, or nothing")
            } else {
                failure
            }
        })?;
        let config = Self::read(&text).map_err(|error| faults::of_toml(file, &text, &error))?;
        faults::in_file(file, &text, &faults::of_values(&config)).map_or(Ok(config), Err)
    }

    /// Reads a text.
    pub fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    fn overridden(self, variable: impl Fn(&str, &str) -> Option<String>) -> Result<Self, Failure> {
        let mut config = self;
        for (section, key) in KEYS {
            let Some(value) = variable(section, key) else {
                continue;
            };
            match (section, key) {
                ("dashboard", _) => config.dashboard.listen = value,
                ("receiver", _) => config.receiver.listen = value,
                ("storage", _) => config.storage.url = value,
                ("sensors", "use") => config.sensors.kind = value,
                ("lookups", "sources") => {
                    config.lookups.sources = value.parse().map_err(|_| {
                        let name = "ROUNDS_LOOKUPS_SOURCES";
                        Failure::config(format!("{name}: “{value}” is neither true nor false."))
                            .with_help("write true or false, or unset it")
                    })?;
                }
                ("lookups", "contact") => config.lookups.contact = value,
                ("lookups", "crossref") => config.lookups.crossref = value,
                ("lookups", "pubmed") => config.lookups.pubmed = value,
                _ => {
                    config.sensors.idle_after =
                        crate::calendar::parse_duration(&value).map_err(|error| {
                            Failure::config(format!("ROUNDS_SENSORS_IDLE_AFTER: {error}."))
                        })?;
                }
            }
        }
        Ok(config)
    }
}

/// The variable that overrides a key.
fn variable(section: &str, key: &str) -> String {
    format!("ROUNDS_{}_{}", section.to_uppercase(), key.to_uppercase())
}

/// The editor that the person wants: VISUAL, else EDITOR.
pub fn editor() -> Option<String> {
    let variables = ["VISUAL", "EDITOR"].iter();
    variables
        .filter_map(|name| std::env::var(name).ok())
        .find(|editor| !editor.trim().is_empty())
}

/// The variables by which programs find the person's screen and session, as far as they are set.
pub fn desktop_variables() -> Vec<(&'static str, String)> {
    let names = [
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "XAUTHORITY",
        "XDG_CURRENT_DESKTOP",
        "DBUS_SESSION_BUS_ADDRESS",
    ];
    let set = |name| Some((name, std::env::var(name).ok().filter(|v| !v.is_empty())?));
    names.into_iter().filter_map(set).collect()
}

/// The program of that name, where the shell would find it.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_absolute() && file.is_file())
}

/// The system account: its full name, else its login.
pub fn system_owner() -> String {
    let full = whoami::realname()
        .ok()
        .filter(|name| !name.trim().is_empty());
    full.unwrap_or_else(system_login)
}

/// The login of the system account.
pub fn system_login() -> String {
    whoami::username().unwrap_or_else(|_| "unknown".to_owned())
}

/// Where the system keeps its zone: a link into the database of zones.
pub const LOCALTIME: &str = "/etc/localtime";

/// The name of the system's zone, as it is now: a daemon outlives a journey.
pub fn system_zone() -> String {
    let link = Path::new(LOCALTIME);
    if std::env::var_os("TZ").is_none()
        && let Some(zone) = zone_of_link(link)
    {
        return zone;
    }
    let zone = TimeZone::system();
    zone.iana_name().unwrap_or("UTC").to_owned()
}

/// The zone that a link names; none where it is a copy of the zone's file.
fn zone_of_link(link: &Path) -> Option<String> {
    let target = fs::read_link(link).ok()?;
    let (_, name) = target.to_str()?.rsplit_once("zoneinfo/")?;
    zone(name)?.iana_name().map(str::to_owned)
}

/// A zone by its name. It is read from its own file: to look through the whole database of zones
/// takes longer than all else that a command does. A name that is not spelled as the database
/// spells it, or a database elsewhere, is left to jiff.
pub fn zone(name: &str) -> Option<TimeZone> {
    if name == "UTC" {
        return Some(TimeZone::UTC);
    }
    let usual = std::env::var_os("TZDIR").is_none();
    let read = || zone_in(Path::new("/usr/share/zoneinfo"), name);
    usual
        .then(read)
        .flatten()
        .or_else(|| TimeZone::get(name).ok())
}

/// The zone of a file in a database, under a name that cannot lead out of it.
fn zone_in(folder: &Path, name: &str) -> Option<TimeZone> {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte);
    let proper = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_uppercase()) && part.bytes().all(letter)
    };
    let file = name.split('/').all(proper).then(|| folder.join(name))?;
    TimeZone::tzif(name, &fs::read(file).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_is_read_from_the_link_anew() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("localtime");
        assert_eq!(zone_of_link(&link), None);
        for zone in ["Europe/London", "Asia/Tokyo", "America/Argentina/Ushuaia"] {
            let _ = fs::remove_file(&link);
            let target = format!("../usr/share/zoneinfo/{zone}");
            std::os::unix::fs::symlink(target, &link).unwrap();
            assert_eq!(zone_of_link(&link).as_deref(), Some(zone));
        }
    }

    #[test]
    fn a_zone_is_read_from_its_own_file_as_the_database_has_it() {
        for name in [
            "Europe/London",
            "America/North_Dakota/New_Salem",
            "Etc/GMT+1",
        ] {
            let own = zone_in(Path::new("/usr/share/zoneinfo"), name).unwrap();
            assert_eq!(own, TimeZone::get(name).unwrap());
            assert_eq!(own.iana_name(), Some(name));
        }
        let odd = zone("europe/london").unwrap();
        assert_eq!(odd.iana_name(), Some("Europe/London"));
        let folder = tempfile::tempdir().unwrap();
        let london = fs::read("/usr/share/zoneinfo/Europe/London").unwrap();
        fs::write(folder.path().join("London"), london).unwrap();
        let inner = folder.path().join("Inner");
        fs::create_dir(&inner).unwrap();
        assert!(zone_in(folder.path(), "London").is_some());
        for wrong in [
            "",
            "Inner",
            "../London",
            "Inner/../London",
            "/etc/localtime",
        ] {
            assert!(zone_in(&inner, wrong).is_none(), "{wrong}");
            assert!(zone_in(folder.path(), wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn the_commented_file_holds_the_defaults() {
        assert_eq!(
            Config::read(Config::DEFAULT_TEXT).unwrap(),
            Config::default()
        );
    }

    #[test]
    fn variables_override_each_key() {
        let config = Config::default()
            .overridden(|section, key| match (section, key) {
                ("dashboard", "listen") => Some("127.0.0.1:0".into()),
                ("sensors", "idle_after") => Some("90s".into()),
                ("lookups", "sources") => Some("true".into()),
                ("lookups", "pubmed") => Some("http://127.0.0.1:1".into()),
                _ => None,
            })
            .unwrap();
        assert!(config.lookups.sources);
        assert_eq!(config.lookups.pubmed, "http://127.0.0.1:1");
        assert_eq!(config.dashboard.listen, "127.0.0.1:0");
        assert_eq!(config.sensors.idle_after, Duration::from_secs(90));
        assert_eq!(config.receiver, Receiver::default());
    }

    #[test]
    fn a_variable_that_makes_no_sense_is_named() {
        let odd = |_: &str, key: &str| (key == "sources").then(|| "perhaps".to_owned());
        let error = Config::default().overridden(odd).unwrap_err().to_string();
        assert!(error.contains("ROUNDS_LOOKUPS_SOURCES"), "{error}");
    }

    #[test]
    fn long_runtime_directories_still_have_a_socket() {
        let long = PathBuf::from("/").join("a".repeat(120));
        assert_eq!(socket(Some(long), Path::new("/d")), Path::new("/d/d.sock"));
    }
}
