//! The service as `rounds service install` puts it in place, with the real program.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::{Command, Output};

use super::manager::{NOBODY, allowed, manager, said};

/// An empty home of `nobody`, and the program where `nobody` may start it.
fn bare_home() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let home = dir.path().join("home");
    fs::create_dir(&home).unwrap();
    chown(&home, Some(NOBODY), Some(NOBODY)).unwrap();
    let program = dir.path().join("rounds");
    fs::copy(env!("CARGO_BIN_EXE_rounds"), &program).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

/// Calls the real program as the person, without sensors or a session bus, on a plan whose posts go
/// at once.
const PERSON: &str = r#"
no_bus=DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus
$systemctl set-environment $no_bus
rounds="env ROUNDS_SENSORS_USE=off $no_bus $as_user $HOME_OF_TEST/rounds"
$rounds init --timezone UTC >/dev/null
printf '%s\n' 'timezone = "UTC"' '[quiet]' 'from = "00:00"' 'until = "00:00"' \
  '[posting]' 'cooling_off = "0s"' >$HOME/.config/rounds/plan.toml
wait_until() { for _ in $(seq 600); do eval "$1" && return; sleep 0.1; done; echo "waited in vain: $1"; return 1; }
answer_all() { # ID: answers whatever is asked
  $rounds --json post show $1 | python3 -c '
import json, sys
known = {None: "", "policy": "=IT-7", "url": "=https://example.org/"}
for check in json.load(sys.stdin)["checks"]:
    if check["state"] == "missing" and check["severity"] != "advise":
        print("--attest", check["item"] + known[check["evidence_kind"]])' |
    xargs $rounds post check $1 >/dev/null
}
"#;

#[test]
fn installed_it_runs_publishes_into_the_home_and_is_watched() {
    if !allowed("installed_it_runs_publishes_into_the_home_and_is_watched") {
        return;
    }
    let dir = bare_home();
    let script = [
        PERSON,
        r#"
$rounds service install >$HOME/first && echo installed
$systemctl is-active rounds.service
$rounds service install | head -1 | grep -o "in place already"
for unit in rounds rounds-desktop; do
  systemd-analyze --user verify $HOME/.config/systemd/user/$unit.service && echo $unit is verified
done
$rounds account add notes --platform folder --path '~/deep/folder of mine' >/dev/null
id=$($rounds --json post add "Wash your hands." --to notes --at "in 1s" |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["posts"][0]["id"])')
answer_all $id
wait_until '[ "$(ls "$HOME/deep/folder of mine" 2>/dev/null | grep -c md)" = 1 ]' && echo published
mkdir -p $HOME/.config/systemd/user/rounds.service.d
printf '[Service]
WatchdogSec=2s
RestartSec=1s
' >$HOME/.config/systemd/user/rounds.service.d/t.conf
$systemctl daemon-reload; $systemctl restart rounds.service
sleep 5; $systemctl show -P NRestarts rounds.service
main=$($systemctl show -P MainPID rounds.service)
grep "Max core file size" /proc/$main/limits | tr -s ' '
# The loop's thread, and no other, stands still at its next turn.
strace -qq -e trace=epoll_wait,epoll_pwait -e inject=epoll_wait,epoll_pwait:delay_enter=200000000 \
  -p $main 2>/dev/null & holder=$!
wait_until '[ "$($systemctl show -P Result rounds.service)" = watchdog ]' && echo noticed
kill -KILL $holder; wait $holder 2>/dev/null
wait_until '[ "$($systemctl show -P NRestarts rounds.service)" = 1 ]'
wait_until '[ "$($systemctl is-active rounds.service)" = active ]' && echo restarted
echo '[Service]' >$HOME/.config/systemd/user/rounds.service
$rounds service status | grep -o "is not the one"
$rounds service install | grep -o "the former one is kept as .*" | sed "s:$HOME::"
printf '[Service]\nNice=5\n' >$HOME/.config/systemd/user/rounds.service
cp $HOME/.config/systemd/user/rounds.service $HOME/.config/systemd/user/rounds-desktop.service
$rounds service install | grep -o "kept as .*" | sed "s:$HOME::"
cat $HOME/.config/systemd/user/rounds.service.old
$rounds service uninstall | grep -o "stopped and removed"
find $HOME/.config/systemd/user -name 'rounds*.service' | grep . || echo gone
"#,
    ];
    let output = said(&manager(NOBODY, dir.path(), &script.concat()));
    let expected = [
        "installed",
        "active",
        "in place already",
        "rounds is verified",
        "rounds-desktop is verified",
        "published",
        "0",
        "Max core file size 0 0 bytes ",
        "noticed",
        "restarted",
        "is not the one",
        "the former one is kept as /.config/systemd/user/rounds.service.old.",
        "kept as /.config/systemd/user/rounds.service.old.2.",
        "kept as /.config/systemd/user/rounds-desktop.service.old.",
        "[Service]",
        "stopped and removed",
        "gone",
    ];
    assert_eq!(output.lines().collect::<Vec<_>>(), expected, "{output}");
}

/// What a desktop does as it comes and goes; its variables are known to the manager before.
const DESKTOP: &str = r#"
$as_user mkdir -p $HOME/.config/systemd/user
printf '[Unit]\nBindsTo=graphical-session.target\n' >$HOME/.config/systemd/user/desktop.target
$systemctl daemon-reload
comes() { $systemctl set-environment DISPLAY=$1; $systemctl start desktop.target; }
goes() { $systemctl stop desktop.target; $systemctl unset-environment DISPLAY
  wait_until '[ "$($systemctl is-active graphical-session.target)" = inactive ]'; }
variables() { tr '\\0' '\\n' <"/proc/$($systemctl show -P MainPID rounds.service)/environ"; } 2>/dev/null
sees() { wait_until "variables | grep -qx DISPLAY=$1" &&
  wait_until '[ "$($systemctl is-active rounds.service)" = active ]' && echo sees $1; }
about() { $rounds --json doctor | python3 -c '
import json, sys
for row in json.load(sys.stdin)["rows"]:
    if row["topic"] == sys.argv[1]: print(row["state"], row["what"], row["to_do"])' "$1"; }
"#;

#[test]
fn who_lingers_has_posts_go_out_while_logged_out_and_others_are_told() {
    if !allowed("who_lingers_has_posts_go_out_while_logged_out_and_others_are_told") {
        return;
    }
    let dir = bare_home();
    let script = [
        PERSON,
        DESKTOP,
        r#"
$rounds account add notes --platform folder --path '~/notes' >/dev/null
$rounds service install | grep -c "enable-linger nobody"
about "logged out" | grep -o "caveat Posts do not go out while you are logged out"
ls $HOME/.config/systemd/user/default.target.wants 2>/dev/null
touch /var/lib/systemd/linger/nobody
about "logged out" | grep -o "does not start with the machine"
$rounds service install | grep -o "goes on while you are logged out, and starts with the machine"
$rounds service status | grep -o "goes on after logout, and starts with the machine"
about "logged out" | grep -o "works Posts go out while you are logged out, too"
ls $HOME/.config/systemd/user/default.target.wants
$systemctl stop rounds.service
comes :71; sees :71
goes; $systemctl is-active rounds.service
id=$($rounds --json post add "Wash your hands." --to notes --at "in 1s" |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["posts"][0]["id"])')
answer_all $id
wait_until '[ "$(ls "$HOME/notes" 2>/dev/null | grep -c md)" = 1 ]' && echo published
comes :72; sees :72
$rounds service uninstall | grep -o "stopped and removed"
find $HOME/.config/systemd/user -name 'rounds*' | grep . || echo gone
"#,
    ];
    let output = said(&manager(NOBODY, dir.path(), &script.concat()));
    let expected = [
        "1",
        "caveat Posts do not go out while you are logged out",
        "does not start with the machine",
        "goes on while you are logged out, and starts with the machine",
        "goes on after logout, and starts with the machine",
        "works Posts go out while you are logged out, too",
        "rounds.service",
        "sees :71",
        "active",
        "published",
        "sees :72",
        "stopped and removed",
        "gone",
    ];
    assert_eq!(output.lines().collect::<Vec<_>>(), expected, "{output}");
}

#[test]
fn beside_a_daemon_started_by_hand_nothing_is_installed() {
    if !allowed("beside_a_daemon_started_by_hand_nothing_is_installed") {
        return;
    }
    let dir = bare_home();
    let script = [
        PERSON,
        r#"
$rounds daemon & by_hand=$!
wait_until '$rounds status | grep -q "is running (process"'
$rounds service install; echo exit $?
ls $HOME/.config/systemd 2>/dev/null
kill $by_hand; wait $by_hand
$rounds service install >/dev/null; echo exit $?
$rounds daemon; echo exit $?
$rounds service status | grep -o "It runs."
"#,
    ];
    let output = said(&manager(NOBODY, dir.path(), &script.concat()));
    let expected = "exit 1\nexit 0\nexit 1\nIt runs.\n";
    assert!(output.starts_with(expected), "{output}");
    assert!(output.contains("started by hand: the service cannot start"));
    assert!(output.contains("Hint: stop it (Ctrl-C where it runs, or `kill "));
    assert!(output.contains("rounds is running already"), "{output}");
}

/// Calls the real program in a home without a user manager.
fn call(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rounds"));
    command.env_clear().env("HOME", home);
    command.env("PATH", std::env::var_os("PATH").unwrap());
    command.args(arguments).output().unwrap()
}

#[test]
fn without_a_manager_no_link_to_the_removed_unit_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let units = dir.path().join(".config/systemd/user");
    for wanting in ["default", "graphical-session"] {
        let wants = units.join(format!("{wanting}.target.wants"));
        fs::create_dir_all(&wants).unwrap();
        let link = wants.join("rounds.service");
        std::os::unix::fs::symlink("../rounds.service", link).unwrap();
    }
    fs::write(units.join("rounds.service"), "[Service]\n").unwrap();
    let output = call(dir.path(), &["service", "uninstall"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(fs::read_dir(&units).unwrap().count(), 0);
}

#[test]
fn without_a_manager_it_says_so_and_installs_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let init = call(dir.path(), &["init", "--timezone", "UTC"]);
    assert!(init.status.success());
    let output = call(dir.path(), &["service", "install"]);
    assert_eq!(output.status.code(), Some(1));
    let words = said(&output);
    assert!(
        words.contains("No user manager of systemd answers"),
        "{words}"
    );
    assert!(!dir.path().join(".config/systemd").exists());
}
