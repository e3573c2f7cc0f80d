//! The unit as it stands in the repository: what it forbids, and what it lets through.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::manager::{
    NOBODY, allowed, analyze, said, under_a_manager, under_a_manager_with, unit_file, unit_with,
};

const ROOT: u32 = 0;
const MOST_EXPOSURE: f64 = 5.0;

#[test]
fn the_unit_is_understood_without_a_complaint() {
    if !allowed("the_unit_is_understood_without_a_complaint") {
        return;
    }
    let dir = unit_with(&format!("{} daemon", env!("CARGO_BIN_EXE_rounds")));
    let verified = analyze(dir.path(), &["verify"]);
    assert_eq!(said(&verified), "");
    assert!(verified.status.success());
}

#[test]
fn the_unit_exposes_little() {
    if !allowed("the_unit_exposes_little") {
        return;
    }
    let dir = unit_with("/bin/true");
    let analyzed = said(&analyze(
        dir.path(),
        &["security", "--offline=true", "--no-pager"],
    ));
    let level = analyzed
        .split("rounds.service: ")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next())
        .unwrap_or_else(|| panic!("{analyzed}"));
    println!("exposure {level}");
    assert!(level.parse::<f64>().unwrap() <= MOST_EXPOSURE, "{level}");
}

#[test]
fn every_line_of_the_unit_has_its_reason() {
    let unit = fs::read_to_string(unit_file()).unwrap();
    let blocks = unit.split("\n\n").filter(|b| b.contains('='));
    for block in blocks {
        assert!(block.contains("# "), "no reason given for:\n{block}");
    }
}

/// What the program in the unit could and could not do.
fn tried_in_the_unit(user: u32) -> Vec<String> {
    let script = "$systemctl start rounds.service; $systemctl is-active rounds.service; \
                  $systemctl show -P StatusText rounds.service; \
                  $systemctl show -P ExecMainStatus rounds.service";
    let (said, dir) = under_a_manager(user, script, "");
    let log = fs::read_to_string(dir.path().join("home/log")).unwrap_or_default();
    assert!(said.contains("active\nready\n"), "{said}\n{log}");
    log.lines().map(str::to_owned).collect()
}

fn assert_tried(tried: &[String], expected: &[&str]) {
    for line in expected {
        assert!(tried.iter().any(|t| t == line), "{line} not in {tried:#?}");
    }
}

const WALLS: [&str; 9] = [
    "look up a name: ok",
    "netlink socket: refused",
    "publish into the home: ok",
    "own socket: ok",
    "loopback: ok",
    "packet socket: refused",
    "new namespace: refused",
    "raise priority: refused",
    "new privileges: refused",
];

#[test]
fn the_unit_starts_and_its_walls_stand() {
    if !allowed("the_unit_starts_and_its_walls_stand") {
        return;
    }
    assert_tried(&tried_in_the_unit(NOBODY), &WALLS);
}

/// Where the manager may make mount namespaces, as root's may here, all lines hold.
#[test]
fn the_walls_that_need_namespaces_let_the_work_through() {
    if !allowed("the_walls_that_need_namespaces_let_the_work_through") {
        return;
    }
    let tried = tried_in_the_unit(ROOT);
    assert_tried(&tried, &WALLS);
    let walls = ["system for reading: yes", "write beside the home: refused"];
    assert_tried(&tried, &walls);
}

#[test]
fn a_daemon_that_hangs_is_started_again() {
    if !allowed("a_daemon_that_hangs_is_started_again") {
        return;
    }
    let script = "$systemctl start rounds.service; \
         until_is() { for _ in $(seq 200); do \
           [ $($systemctl show -P $1 rounds.service) = $2 ] && echo $1 is $2 && return; \
           sleep 0.1; done; }; \
         until_is Result watchdog; until_is NRestarts 1; until_is ActiveState active";
    let (said, _dir) = under_a_manager(NOBODY, script, "WatchdogSec=1s\nRestartSec=2s");
    let course = "Result is watchdog\nNRestarts is 1\nActiveState is active\n";
    assert!(said.contains(course), "{said}");
}

/// A session bus as distributions start it: the manager joins it when its service is up.
const BUS: [(&str, &str); 2] = [
    ("dbus.socket", "[Socket]\nListenStream=%t/bus\n"),
    (
        "dbus.service",
        "[Unit]\nRequires=dbus.socket\n[Service]\nType=notify\nExecStart=/usr/bin/dbus-daemon \
         --session --address=systemd: --nofork --nopidfile --systemd-activation\n",
    ),
];

/// Stands for xdg-open and xclip: tells what it was given and behind which walls it runs.
const OUTSIDE: &str = "#!/bin/sh\n{ echo \"$(basename $0) $*\"; [ $(basename $0) = xdg-open ] || cat; echo; \
    grep NoNewPrivs /proc/self/status; cat /proc/self/cgroup; } >$HOME/$(basename $0).told\n";

#[test]
fn a_composer_is_opened_outside_the_walls() {
    if !allowed("a_composer_is_opened_outside_the_walls") {
        return;
    }
    let script = r#"
for unit in dbus.socket dbus.service; do mv $HOME/$unit $HOME/.config/systemd/user/; done
$systemctl daemon-reload; $systemctl start dbus.service
$systemctl set-environment PATH=$HOME/bin:/usr/bin:/bin DISPLAY=:99 \
  DBUS_SESSION_BUS_ADDRESS=unix:path=$XDG_RUNTIME_DIR/bus
$systemctl start rounds.service
for _ in $(seq 100); do [ "$(cat $HOME/xdg-open.told $HOME/xclip.told | grep -c /rounds-open-)" = 2 ] && break; sleep 0.1; done
cat $HOME/xdg-open.told $HOME/xclip.told; grep "open a composer" $HOME/log
$systemctl stop dbus.service dbus.socket
"#;
    let prepare = |home: &Path| {
        for (name, text) in BUS {
            fs::write(home.join(name), text).unwrap();
        }
        fs::create_dir(home.join("bin")).unwrap();
        for name in ["xdg-open", "xclip"] {
            let file = home.join("bin").join(name);
            fs::write(&file, OUTSIDE).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
    };
    let (said, _dir) = under_a_manager_with(NOBODY, script, "", prepare);
    assert!(
        said.contains("composer: Some(Unit), copied: true"),
        "{said}"
    );
    assert!(
        said.contains("xdg-open https://x.com/intent/post?text=Hello"),
        "{said}"
    );
    assert!(
        said.contains("xclip -quiet -selection clipboard\nHello you\n"),
        "{said}"
    );
    assert_eq!(said.matches("NoNewPrivs:\t0").count(), 2, "{said}");
    assert_eq!(said.matches("/rounds-open-").count(), 2, "{said}");
}
