//! What is wrong with the settings, and where: what is no TOML, keys that are unknown, values of
//! another kind, and values that this version cannot follow. Pure.
//!
//! Rules: nothing is accepted and then ignored; each refusal names its key and says what to write
//! instead; the words of a database's address, which may hold a password, are not repeated.

use std::net::SocketAddr;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::Config;
use crate::plan::read::line_of;
use crate::requests::Failure;
use crate::requests::failure::{Further, sentence};

/// A setting that cannot be followed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) section: &'static str,
    pub(super) key: &'static str,
    message: String,
    help: &'static str,
}

/// What cannot be followed of these settings.
pub(super) fn of_values(config: &Config) -> Vec<Fault> {
    let fault = |section, key, message: Option<String>, help| {
        message.map(|message| Fault {
            section,
            key,
            message,
            help,
        })
    };
    let page = listening(&config.dashboard.listen);
    let receiver = listening(&config.receiver.listen);
    let checked = [
        fault(
            "dashboard",
            "listen",
            page,
            "write an address of this machine alone, such as \"127.0.0.1:4664\", or \"off\"",
        ),
        fault(
            "receiver",
            "listen",
            receiver,
            "write an address of this machine alone, such as \"127.0.0.1:5600\", or \"off\"",
        ),
        fault(
            "storage",
            "url",
            storing(&config.storage.url),
            "write \"\": memory is then the SQLite file in the data directory, and --data-dir says \
             where that is",
        ),
        fault(
            "sensors",
            "use",
            sensing(&config.sensors.kind),
            "write \"auto\" (the first that works here), \"x11\" or \"off\"",
        ),
    ];
    checked.into_iter().flatten().collect()
}

/// Why nothing may listen there: nobody but this machine is to reach it.
fn listening(address: &str) -> Option<String> {
    let port = address.strip_prefix("localhost:");
    if address == "off" || port.is_some_and(|port| port.parse::<u16>().is_ok()) {
        return None;
    }
    match address.parse::<SocketAddr>() {
        Ok(found) if found.ip().to_canonical().is_loopback() => None,
        Ok(_) => Some(format!(
            "other machines could reach “{address}”, and only this one may"
        )),
        Err(_) => Some(format!("“{address}” is no address with a port")),
    }
}

fn storing(url: &str) -> Option<String> {
    let own = url.is_empty() || url == "sqlite";
    (!own).then(|| "a database elsewhere is not built yet".to_owned())
}

fn sensing(kind: &str) -> Option<String> {
    let known = ["auto", "x11", "off"].contains(&kind);
    (!known).then(|| format!("“{kind}” is none of the sensors of this version"))
}

/// These faults as they stand in the file; none where there are none.
pub(super) fn in_file(file: &Path, text: &str, faults: &[Fault]) -> Option<Failure> {
    let table = DeTable::parse(text).ok();
    let line = |fault: &Fault| {
        let (_, section) = value(table.as_ref()?.get_ref(), fault.section)?;
        let (at, _) = value(section.as_table()?, fault.key)?;
        Some(line_of(text, at))
    };
    told(faults, |fault| {
        (format!("{}.{}", fault.section, fault.key), line(fault))
    })
    .map(|failure| {
        let line = failure.line;
        failure.at(file, line)
    })
}

/// These faults of variables; none where there are none.
pub(super) fn in_variables(faults: &[Fault]) -> Option<Failure> {
    told(faults, |fault| {
        (super::variable(fault.section, fault.key), None)
    })
}

fn told(faults: &[Fault], place: impl Fn(&Fault) -> (String, Option<usize>)) -> Option<Failure> {
    let all = faults.iter().map(|fault| {
        let (name, line) = place(fault);
        Further {
            message: format!("{name}: {}.", fault.message),
            help: Some(fault.help.to_owned()),
            line,
        }
    });
    let mut all: Vec<_> = all.collect();
    all.sort_by_key(|one| one.line);
    let mut all = all.into_iter();
    let first = all.next()?;
    let mut failure = Failure::config(first.message);
    (failure.help, failure.line) = (first.help, first.line);
    failure.also = all.collect();
    Some(failure)
}

/// The file cannot be taken apart, or holds what no setting is.
pub(super) fn of_toml(file: &Path, text: &str, error: &toml::de::Error) -> Failure {
    let at = error.span().map(|span| span.start);
    let line = at.map(|at| line_of(text, at));
    let table = DeTable::parse(text);
    let key = table
        .ok()
        .and_then(|table| key_at(table.get_ref(), at?))
        .unwrap_or_default();
    let (message, help) = words(&key, error.message());
    let failure = Failure::config(message).at(file, line);
    match help {
        Some(help) => failure.with_help(help),
        None => failure,
    }
}

/// What is wrong with a key, and what to write; the key is empty where the text is no TOML.
fn words(key: &str, message: &str) -> (String, Option<String>) {
    if key.is_empty() {
        let help = if message.contains("duplicate key") {
            "keep one of the two, and delete the other"
        } else {
            "words stand in quotes; numbers, true and false stand without them"
        };
        return (sentence(message), Some(help.to_owned()));
    }
    if message.starts_with("unknown field") {
        let known = message
            .split_once("expected ")
            .map_or("", |(_, known)| known);
        let known = known.trim_start_matches("one of ");
        return (
            format!("{key}: there is no such setting."),
            Some(format!(
                "here may stand: {known}; mend the word, or delete it"
            )),
        );
    }
    let kinds = message
        .strip_prefix("invalid type: ")
        .and_then(|kinds| kinds.split_once(", expected "));
    let why = kinds.map_or_else(
        || message.to_owned(),
        |(found, wanted)| {
            let wanted = match wanted {
                "a string" => "a text in quotes",
                "a boolean" => "true or false, without quotes,",
                wanted if wanted.starts_with("struct") => "a section",
                wanted => wanted,
            };
            format!("here belongs {wanted} and not {found}")
        },
    );
    let help = match key.split_once('.') {
        Some((section, name)) => {
            default_line(section, name).map(|line| format!("write it as in this example: {line}"))
        }
        None => Some(format!(
            "write [{key}] on a line of its own, and its keys on the lines below"
        )),
    };
    (format!("{key}: {}.", why.trim_end_matches('.')), help)
}

/// The line of a key with its default.
fn default_line(section: &str, key: &str) -> Option<&'static str> {
    let (_, from) = Config::DEFAULT_TEXT.split_once(&format!("[{section}]\n"))?;
    let mut lines = from.lines().take_while(|line| !line.starts_with('['));
    lines.find(|line| line.split_once(" = ").is_some_and(|(name, _)| name == key))
}

/// A value of a table, with where it begins.
fn value<'t, 'i>(table: &'t DeTable<'i>, key: &str) -> Option<(usize, &'t DeValue<'i>)> {
    let mut entries = table.iter();
    let (_, value) = entries.find(|(name, _)| name.get_ref() == key)?;
    Some((value.span().start, value.get_ref()))
}

/// The key that stands at a byte, or whose value does, with its section.
fn key_at(table: &DeTable<'_>, at: usize) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let inner = value.get_ref().as_table();
        let inner = inner.and_then(|inner| key_at(inner, at));
        let name = key.get_ref();
        inner.map(|inner| format!("{name}.{inner}")).or_else(|| {
            let here = key.span().contains(&at) || value.span().contains(&at);
            here.then(|| name.to_string())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str) -> Failure {
        let file = Path::new("/c/config.toml");
        match Config::read(text) {
            Err(error) => of_toml(file, text, &error),
            Ok(config) => in_file(file, text, &of_values(&config)).unwrap(),
        }
    }

    fn is(text: &str, line: usize, message: &str, help: &str) {
        let told = failure(text);
        assert_eq!(told.kind.status(), 2, "{text}");
        assert_eq!(told.file.as_deref(), Some("/c/config.toml"));
        assert_eq!(told.line, Some(line), "{text}: {told:?}");
        assert_eq!(told.message, message, "{text}");
        let said = told.help.unwrap_or_default();
        assert!(said.contains(help), "{text}: {said}");
    }

    #[test]
    fn each_kind_of_fault_has_its_key_its_line_and_its_own_hint() {
        is(
            "[dashboard]\nlisten = 5\n",
            2,
            "dashboard.listen: here belongs a text in quotes and not integer `5`.",
            "listen = \"127.0.0.1:4664\"",
        );
        is(
            "[sensors]\n\nidle_after = \"5\"\n",
            3,
            "sensors.idle_after: `5` is a number without a unit: write 5m for minutes, 5h for hours.",
            "idle_after = \"1m\"",
        );
        is(
            "[lookups]\nsources = \"yes\"\n",
            2,
            "lookups.sources: here belongs true or false, without quotes, and not string \"yes\".",
            "sources = false",
        );
        is(
            "[receiver]\nfoo = 1\n",
            2,
            "receiver.foo: there is no such setting.",
            "here may stand: `listen`;",
        );
        is(
            "# mine\n[foo]\n",
            2,
            "foo: there is no such setting.",
            "`dashboard`, `receiver`",
        );
        is(
            "sensors = 5\n",
            1,
            "sensors: here belongs a section and not integer `5`.",
            "[sensors] on a line of its own",
        );
        for text in [
            "[sensors]\nuse = auto\n",
            "[sensors]\nuse = \"a\"\nuse = \"b\"\n",
        ] {
            let hint = failure(text).help.unwrap();
            let twice = text.contains("\"b\"");
            assert_eq!(hint.contains("quotes"), !twice, "{text}: {hint}");
            assert_eq!(hint.contains("keep one"), twice, "{text}: {hint}");
        }
    }

    #[test]
    fn values_that_would_be_ignored_are_refused_all_at_once() {
        let text = "[storage]\nurl = \"postgres://me:secret@x\"\n[sensors]\nuse = \"bogus\"\n\
                    [dashboard]\nlisten = \"0.0.0.0:80\"\n";
        let told = failure(text);
        let lines: Vec<_> = std::iter::once(told.line)
            .chain(told.also.iter().map(|one| one.line))
            .collect();
        assert_eq!(lines, [Some(2), Some(4), Some(6)], "{told:?}");
        let shown = format!("{told:?}");
        for word in [
            "dashboard.listen",
            "not built yet",
            "“bogus”",
            "\\\"auto\\\"",
        ] {
            assert!(shown.contains(word), "{word}: {shown}");
        }
        assert!(!shown.contains("secret"), "{shown}");
    }

    #[test]
    fn what_can_be_followed_is_taken() {
        assert_eq!(of_values(&Config::default()), []);
        let with = |page: &str, kind: &str, url: &str| {
            let mut config = Config::default();
            config.dashboard.listen = page.to_owned();
            config.receiver.listen = page.to_owned();
            config.sensors.kind = kind.to_owned();
            config.storage.url = url.to_owned();
            of_values(&config).len()
        };
        for page in [
            "off",
            "127.0.0.1:0",
            "[::1]:4664",
            "localhost:4664",
            "127.9.9.9:1",
        ] {
            for kind in ["auto", "x11", "off"] {
                assert_eq!(with(page, kind, "sqlite"), 0, "{page} {kind}");
            }
        }
        for page in [
            "",
            "here",
            "127.0.0.1",
            "[::]:80",
            "192.168.1.5:80",
            "localhost:no",
        ] {
            assert_eq!(with(page, "off", ""), 2, "{page}");
        }
        for kind in ["", "Auto", "replay:/tmp/x", "wayland"] {
            assert_eq!(with("off", kind, ""), 1, "{kind}");
        }
        assert_eq!(with("off", "off", "sqlite:/tmp/x.db"), 1);
    }

    #[test]
    fn a_variable_is_named_with_what_is_wrong() {
        let mut config = Config::default();
        config.receiver.listen = "0.0.0.0:5600".to_owned();
        let told = in_variables(&of_values(&config)).unwrap();
        assert!(told.message.starts_with("ROUNDS_RECEIVER_LISTEN: "));
        assert_eq!((told.kind.status(), told.file), (2, None));
        assert_eq!(in_variables(&[]), None);
    }
}
