//! The whole program on a private desktop: real windows, real input, popups that are clicked, and
//! a daemon that does nothing while nothing happens.

use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use super::home::{Daemon, Home, until, uptime};
use super::private::{Desktop, Running, allowed};
use super::screen::Screen;

const XFCE: &str = "/usr/lib/x86_64-linux-gnu/xfce4/notifyd/xfce4-notifyd";
pub(super) const QUIET_NEVER: &str = "from = \"04:00\"\nuntil = \"04:00\"";
const RARE_BREAKS: &str = "after = \"1h\"";
const TITLE: &str = "Home / X - Chromium";
/// No popup takes a click faster than this.
pub(super) const FADES_IN: Duration = Duration::from_millis(400);

/// A desktop with a person's home on it.
pub(super) struct Whole {
    daemon: Daemon,
    pub(super) home: Home,
    screen: Screen,
    pub(super) desktop: Desktop,
    _log: Running,
}

impl Whole {
    pub(super) fn start(plan: &str, idle_after: &str) -> Self {
        let mut desktop = Desktop::x11();
        let mut server = desktop.command(XFCE);
        desktop.start_server(&mut server);
        let screen = Screen::on(&variable(&desktop, "DISPLAY"));
        screen.looked_after();
        let mut monitor = Command::new("sh");
        let file = desktop.dir.path().join("bus.log");
        let watch = "exec dbus-monitor --session \
             \"interface='org.freedesktop.Notifications',member='Notify'\" >\"$0\"";
        monitor.args(["-c", watch]).arg(&file);
        monitor.envs(desktop.env.iter().map(|(k, v)| (k, v)));
        let monitor = Running::start(&mut monitor);
        until("the monitor", || {
            fs::metadata(&file).ok().filter(|m| m.len() > 0)
        });
        let home = Home::empty();
        home.ok(&["init", "--timezone", "UTC"]);
        home.write_plan(&format!("timezone = \"UTC\"\n{plan}"));
        let mut command = home.command(&["daemon"]);
        for name in ["DISPLAY", "DBUS_SESSION_BUS_ADDRESS"] {
            command.env(name, variable(&desktop, name));
        }
        let path = std::env::var("PATH").unwrap();
        // Programs of a test's own come first.
        let own = desktop.dir.path().join("bin");
        command.env("PATH", format!("{}:{path}", own.display()));
        command.env("ROUNDS_SENSORS_USE", "auto");
        command.env("ROUNDS_SENSORS_IDLE_AFTER", idle_after);
        let daemon = home.daemon_by(&mut command);
        let status = home.status();
        assert_eq!(
            status["daemon"]["troubles"],
            serde_json::json!([]),
            "{status:#}"
        );
        Self {
            daemon,
            home,
            screen,
            desktop,
            _log: monitor,
        }
    }

    fn touch(&self) {
        self.screen.xdotool(&["mousemove_relative", "--", "3", "2"]);
        self.screen
            .xdotool(&["mousemove_relative", "--", "-3", "-2"]);
    }

    fn used(&self) -> u64 {
        self.home.status()["usage"]["today_s"].as_u64().unwrap()
    }

    fn current(&self) -> Value {
        self.home.status()["usage"]["current"].clone()
    }

    /// How many notifications with these words were asked for.
    pub(super) fn shown(&self, words: &str) -> usize {
        let log = fs::read_to_string(self.desktop.dir.path().join("bus.log")).unwrap();
        log.lines().filter(|line| line.contains(words)).count()
    }

    /// The place of the popup: x, y, width, height.
    pub(super) fn popup(&self) -> Option<[i32; 4]> {
        let search = ["search", "--onlyvisible", "--class", "xfce4-notifyd"];
        let windows = self.desktop.run("xdotool", &search);
        windows.lines().find_map(|window| {
            let shell = self
                .desktop
                .run("xdotool", &["getwindowgeometry", "--shell", window]);
            let value = |name: &str| {
                let mut lines = shell.lines();
                lines
                    .find_map(|l| l.strip_prefix(name))?
                    .parse::<i32>()
                    .ok()
            };
            let place = [
                value("X=")?,
                value("Y=")?,
                value("WIDTH=")?,
                value("HEIGHT=")?,
            ];
            (place[2] > 50).then_some(place)
        })
    }

    pub(super) fn click(&self, x: i32, y: i32) {
        self.screen
            .xdotool(&["mousemove", &x.to_string(), &y.to_string()]);
        sleep(FADES_IN);
        self.screen.xdotool(&["click", "1"]);
    }
}

fn variable(desktop: &Desktop, name: &str) -> String {
    let found = desktop.env.iter().rev().find(|(known, _)| known == name);
    found.unwrap().1.clone()
}

#[test]
fn a_page_counts_while_somebody_is_there() {
    if !allowed("a_page_counts_while_somebody_is_there") {
        return;
    }
    let plan = format!("[quiet]\n{QUIET_NEVER}\n[breaks]\n{RARE_BREAKS}\n");
    let whole = Whole::start(&plan, "2s");
    assert_eq!(whole.current(), Value::Null);
    let client = whole.screen.client();
    whole.touch();
    let begun = uptime();
    client.titled("chromium", TITLE);
    let mut touched = uptime();
    until("three seconds of use", || {
        whole.touch();
        touched = uptime();
        (whole.used() >= 3).then_some(())
    });
    assert_eq!(whole.current()["site"], "x");
    // Nobody touches anything: presence ended with the last input, not when it was noticed.
    until("nobody there", || whole.current().is_null().then_some(()));
    let used = whole.used();
    let most = touched.saturating_sub(begun).as_secs() + 1;
    assert!(used <= most, "{used} s counted, {most} s were there");
    let later = uptime() + Duration::from_secs(4);
    until("four more seconds", || (uptime() > later).then_some(()));
    assert_eq!(whole.used(), used, "time away was counted");
    until("somebody there again", || {
        whole.touch();
        (whole.used() > used).then_some(())
    });
    assert!(whole.daemon.stop().success());
    assert!(whole.home.status()["usage"]["today_s"].as_u64().unwrap() > used);
}

#[test]
fn a_real_browser_counts() {
    if !allowed("a_real_browser_counts") {
        return;
    }
    let plan = format!("[quiet]\n{QUIET_NEVER}\n[breaks]\n{RARE_BREAKS}\n");
    let whole = Whole::start(&plan, "1m");
    whole.touch();
    let dir = whole.desktop.dir.path();
    let page = dir.join("page.html");
    fs::write(&page, "<title>Home / X</title>Feed").unwrap();
    let mut browser = whole.desktop.command("chromium");
    browser.args([
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--password-store=basic",
    ]);
    browser.arg(format!("--user-data-dir={}", dir.join("profile").display()));
    browser.arg(format!("file://{}", page.display()));
    let _browser = Running::start(&mut browser);
    until("the browser's page", || {
        (whole.current()["site"] == "x").then_some(())
    });
    until("a second of it", || (whole.used() >= 1).then_some(()));
}

fn counts(home: &Home) -> [u64; 3] {
    let status = home.status();
    ["taken_today", "snoozed_today", "skipped_today"]
        .map(|name| status["breaks"][name].as_u64().unwrap())
}

#[test]
fn a_break_is_taken_put_off_and_skipped_by_its_buttons() {
    if !allowed("a_break_is_taken_put_off_and_skipped_by_its_buttons") {
        return;
    }
    let breaks = "after = \"3s\"\nlength = \"3s\"\nsnooze = \"3s\"";
    let plan = format!("[quiet]\n{QUIET_NEVER}\n[breaks]\n{breaks}\n");
    let whole = Whole::start(&plan, "1h");
    whole.touch();
    let client = whole.screen.client();
    client.titled("chromium", TITLE);
    let mut from_right = 40;
    let mut seen = [false; 3];
    while seen != [true; 3] {
        let [x, y, width, height] = until("the popup", || whole.popup());
        assert!(from_right < width, "no more buttons after {seen:?}");
        if from_right == 40 {
            sleep(FADES_IN);
            let picture = whole.desktop.picture("break-nudge.png");
            println!("picture {}", picture.display());
        }
        let before = counts(&whole.home);
        whole.click(x + width - from_right, y + height - 30);
        until("the popup to go", || whole.popup().is_none().then_some(()));
        let after = counts(&whole.home);
        for which in 0..3 {
            seen[which] |= after[which] > before[which];
        }
        from_right += 50;
    }
    assert!(whole.shown("Time for a break") >= 3);
    // The command does the same.
    let before = counts(&whole.home);
    whole.home.ok(&["break", "skip"]);
    assert_eq!(counts(&whole.home)[2], before[2] + 1);
}

const TEN_SECONDS: &str = "[[limits]]\nof = \"x\"\nper = \"day\"\ntime = \"10s\"\n";

#[test]
fn a_limit_speaks_at_eighty_and_at_a_hundred_percent_once_each() {
    if !allowed("a_limit_speaks_at_eighty_and_at_a_hundred_percent_once_each") {
        return;
    }
    let plan = format!("[quiet]\n{QUIET_NEVER}\n[breaks]\n{RARE_BREAKS}\n{TEN_SECONDS}");
    let whole = Whole::start(&plan, "1h");
    whole.touch();
    let client = whole.screen.client();
    client.titled("chromium", TITLE);
    until("80 %", || {
        (whole.shown("most of the time for today") > 0).then_some(())
    });
    assert_eq!(whole.home.status()["limits"][0]["level"], "near");
    until("100 %", || {
        (whole.shown("time is up for today") > 0).then_some(())
    });
    until("two seconds more", || (whole.used() >= 13).then_some(()));
    assert_eq!(whole.home.status()["limits"][0]["level"], "over");
    assert_eq!(whole.shown("most of the time for today"), 1);
    assert_eq!(whole.shown("time is up for today"), 1);
    assert_eq!(whole.shown("member=Notify"), 2);
}

#[test]
fn nothing_speaks_in_quiet_time() {
    if !allowed("nothing_speaks_in_quiet_time") {
        return;
    }
    let now: jiff::Timestamp = {
        let home = Home::with_blog("cooling_off = \"0s\"");
        home.status()["now"].as_str().unwrap().parse().unwrap()
    };
    let hour = now.as_second() / 3600;
    let (from, until_hour) = ((hour + 23) % 24, (hour + 3) % 24);
    let quiet = format!("from = \"{from:02}:00\"\nuntil = \"{until_hour:02}:00\"");
    let breaks = "after = \"3s\"\nlength = \"3s\"\nsnooze = \"3s\"";
    let plan = format!("[quiet]\n{quiet}\n[breaks]\n{breaks}\n{TEN_SECONDS}");
    let whole = Whole::start(&plan, "1h");
    whole.touch();
    let client = whole.screen.client();
    client.titled("chromium", TITLE);
    until("more than the limit", || (whole.used() >= 13).then_some(()));
    assert_eq!(whole.home.status()["limits"][0]["level"], "over");
    assert_eq!(whole.shown("member=Notify"), 0);
}

/// How often the threads of a process went to sleep so far.
fn switches(pid: u32) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let mut found: Vec<String> = tasks
        .flatten()
        .filter_map(|task| {
            let status = fs::read_to_string(task.path().join("status")).ok()?;
            let line = status.lines().find(|l| l.starts_with("voluntary"))?;
            Some(format!("{:?} {line}", task.file_name()))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn use_is_on_the_disk_within_a_minute() {
    if !allowed("use_is_on_the_disk_within_a_minute") {
        return;
    }
    let plan = format!("[quiet]\n{QUIET_NEVER}\n[breaks]\n{RARE_BREAKS}\n");
    let whole = Whole::start(&plan, "10s");
    let trace = whole.desktop.dir.path().join("trace");
    let mut strace = Command::new("strace");
    let pid = whole.daemon.pid().to_string();
    strace.args(["-f", "-y", "-e", "trace=fsync,fdatasync", "-p", &pid, "-o"]);
    let _strace = Running::start_heard(strace.arg(&trace), Stdio::null());
    let synced = || {
        let trace = fs::read_to_string(&trace).unwrap_or_default();
        trace.matches("rounds.db-wal>) = 0").count()
    };
    sleep(Duration::from_secs(1));
    let client = whole.screen.client();
    whole.touch();
    client.titled("chromium", TITLE);
    until("the page counts", || {
        whole.current().is_object().then_some(())
    });
    let (begun, before) = (uptime(), synced());
    while uptime().saturating_sub(begun) < Duration::from_secs(63) {
        whole.touch();
        sleep(Duration::from_secs(2));
    }
    assert_eq!(synced(), before + 1, "within a minute, and no more often");
}

#[test]
fn a_daemon_with_nothing_to_do_makes_no_call() {
    if !allowed("a_daemon_with_nothing_to_do_makes_no_call") {
        return;
    }
    let plan = format!("[quiet]\n{QUIET_NEVER}\n[breaks]\n{RARE_BREAKS}\n");
    let whole = Whole::start(&plan, "2s");
    let pid = whole.daemon.pid();
    until("a daemon at rest", || {
        let before = switches(pid);
        sleep(Duration::from_secs(3));
        (switches(pid) == before).then_some(())
    });
    let trace = whole.desktop.dir.path().join("trace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-tt", "-s", "256", "-p", &pid.to_string(), "-o"]);
    let _strace = Running::start_heard(strace.arg(&trace), Stdio::null());
    let traced = || fs::read_to_string(&trace).unwrap_or_default();
    let threads = switches(pid).len();
    until("all threads traced", || {
        (traced().lines().count() >= threads).then_some(())
    });
    // Other programs only open what it watches: that is nothing to wake for.
    for file in ["/etc/passwd".into(), whole.home.plan()] {
        fs::read_to_string(&file).unwrap();
    }
    sleep(Duration::from_secs(20));
    let idle = traced();
    let calls: Vec<_> = idle.lines().filter(|line| line.contains(" = ")).collect();
    assert_eq!(calls, Vec::<&str>::new(), "calls of an idle daemon in 20 s");
    println!("{threads} threads, no call in 20 s");
    whole.home.ok(&["limit", "set", "x", "15m", "per", "day"]);
    let told = traced()[idle.len()..].to_owned();
    for part in ["accept4(", "take-up", "plan.toml"] {
        assert!(told.contains(part), "{part} not in {told}");
    }
}
