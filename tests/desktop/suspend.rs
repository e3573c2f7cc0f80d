//! A machine that really sleeps: logind, the kernel and its clocks are real, only the machine is
//! emulated. `tests/suspend.sh` starts it and runs this test inside.

use std::process::Command;
use std::time::Duration;

use super::fakes::Fakes;
use super::home::{Home, until, uptime};
use super::private::Desktop;
use super::screen::Screen;

/// How long the machine sleeps: longer than a break, and than the first post may be late.
const SLEEPS: Duration = Duration::from_mins(4);
const PLAN: &str = "timezone = \"UTC\"\n[quiet]\nfrom = \"04:00\"\nuntil = \"04:00\"\n\
    [breaks]\nafter = \"1h\"\nlength = \"2m\"\n\
    [posting]\ncooling_off = \"0s\"\nlate_after = \"1m\"\n\
    [[accounts]]\nname = \"blog\"\nplatform = \"folder\"\npath = \"~/blog\"\nowner = \"Dr Lin\"\n";

/// For how long the machine slept since it was started.
fn slept() -> Duration {
    let awake = uptime();
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec as u32).saturating_sub(awake)
}

fn does(program: &str, arguments: &[&str]) -> String {
    let ran = Command::new(program).args(arguments).output().unwrap();
    assert!(ran.status.success(), "{program}: {ran:?}");
    String::from_utf8_lossy(&ran.stdout).into_owned()
}

#[test]
fn sleep_ends_the_session_and_a_post_that_was_slept_through_is_asked_about() {
    if std::env::var_os("ROUNDS_MACHINE").is_none() {
        println!("a machine that sleeps: tests/run.sh --long");
        return;
    }
    let desktop = Desktop::x11();
    let variable = |name: &str| {
        let mut all = desktop.env.iter();
        all.find(|(key, _)| key == name).unwrap().1.clone()
    };
    let fakes = Fakes::start(&variable("DBUS_SESSION_BUS_ADDRESS"), None);
    let home = Home::empty();
    home.ok(&["init", "--timezone", "UTC"]);
    home.write_plan(PLAN);
    let missed = home.queue("Wash your hands.", "in 2m");
    let later = home.queue("The library opens on Friday.", "in 5m");
    let mut command = home.command(&["daemon"]);
    for name in ["DISPLAY", "DBUS_SESSION_BUS_ADDRESS"] {
        command.env(name, variable(name));
    }
    command.env("ROUNDS_SENSORS_USE", "auto");
    let daemon = home.daemon_by(&mut command);
    let screen = Screen::on(&variable("DISPLAY"));
    let client = screen.client();
    client.titled("chromium", "Home / X - Chromium");
    screen.xdotool(&["mousemove_relative", "5", "5"]);
    let usage = |what: &str| home.status()["usage"][what].as_u64().unwrap();
    until("use", || (usage("session_s") >= 3).then_some(()));
    until("an inhibitor", || {
        let list = does("systemd-inhibit", &["--list", "--no-pager"]);
        list.contains("rounds").then_some(())
    });
    let (before, used) = (slept(), usage("today_s"));

    let seconds = SLEEPS.as_secs().to_string();
    does("rtcwake", &["-m", "no", "-s", &seconds]);
    does("systemctl", &["suspend"]);
    until("sleep", || {
        (slept().saturating_sub(before) > SLEEPS / 2).then_some(())
    });
    println!("it slept {:?}", slept().saturating_sub(before));

    home.until_state(&missed, "missed");
    let asked = fakes.popup("missed its time");
    assert_eq!(asked.buttons, ["send-now", "cancel"]);
    home.until_state(&later, "published");
    // The time away was a break: another session began after it, and sleep is no use.
    let (session, today) = (usage("session_s"), usage("today_s"));
    assert!(session + used <= today + 1, "{session} {used} {today}");
    assert!(today < SLEEPS.as_secs(), "{today}");
    let held = does("systemd-inhibit", &["--list", "--no-pager"]);
    assert!(
        held.contains("rounds"),
        "it waits for the next sleep: {held}"
    );
    assert!(daemon.stop().success());
    home.intact();
}
