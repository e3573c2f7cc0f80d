//! What the program costs a desktop, and what two reminders of breaks cost the same one in the same
//! run: `cargo bench --bench desktop`.
//!
//! Meant: `rounds status` under 10 ms; an idle daemon under 12 MB resident that never wakes, whether
//! or not it looked at a post, and with ten thousand in the queue; an observation under 100 µs.
//!
//! Resident is VmRSS, wake-ups are the voluntary context switches of all threads, both from /proc;
//! programs that another one starts are not counted in it. The daemon is connected to an X screen
//! and to a session bus with a notification server. Without `ROUNDS_DESKTOP=1` there is no desktop,
//! and only what needs none is measured.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a figure that cannot be had ends the run; figures are printed"
)]

#[path = "../tests/common/desktop.rs"]
#[expect(dead_code, reason = "tests use the rest of the desktop")]
mod desktop;
#[path = "../tests/common/home.rs"]
#[expect(dead_code, reason = "tests use the rest of a home")]
mod home;

use std::collections::VecDeque;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use desktop::{Desktop, Running, allowed};
use home::{Daemon, Home, uptime};
use jiff::SignedDuration;
use rounds::clerk::{Clerk, Performed, Rules};
use rounds::clock::Moment;
use rounds::config::Paths;
use rounds::engine::{Change, Engine, Event};
use rounds::posting::post::PostId;
use rounds::requests::Desk;
use rounds::sensors::Observation;

/// How often `rounds status` is called, and how many observations are made: a day of them.
const CALLS: usize = 101;
const OBSERVATIONS: u32 = 4_000;
/// Programs are left alone this long before and while they are looked at.
const SETTLES: Duration = Duration::from_secs(8);
const LOOK: Duration = Duration::from_secs(30);
const MANY: u32 = 10_000;
const AT_ONCE: &str = "cooling_off = \"0s\"";

fn main() {
    observations();
    status("no daemon", &Home::with_blog(AT_ONCE));
    if !allowed("desktop") {
        return;
    }
    let mut desktop = Desktop::x11();
    let mut server = desktop.command("dunst");
    desktop.start_server(&mut server);
    println!("idle on an X desktop for {} s:", LOOK.as_secs());
    let home = Home::with_blog(AT_ONCE);
    let daemon = daemon(&home, &desktop);
    idle("rounds", daemon.pid());
    let id = home.queue("Wash your hands.", "in 2s");
    home.until_state(&id, "published");
    idle("rounds, after a post was looked at and sent", daemon.pid());
    status("a daemon", &home);
    assert!(daemon.stop().success());
    fill(&home);
    let begun = uptime();
    let daemon = self::daemon(&home, &desktop);
    let took = since(begun).as_secs_f64();
    idle(&format!("rounds, {MANY} posts queued"), daemon.pid());
    println!("  (which it reviewed at its start: {took:.1} s until it answered)");
    status(&format!("a daemon and {MANY} posts queued"), &home);
    assert!(daemon.stop().success());
    for program in ["safeeyes", "workrave"] {
        peer(program, &desktop);
    }
}

/// The daemon, connected to the desktop.
fn daemon(home: &Home, desktop: &Desktop) -> Daemon {
    let mut command = home.command(&["daemon"]);
    for (name, value) in &desktop.env {
        if name != "HOME" {
            command.env(name, value);
        }
    }
    command.env("ROUNDS_SENSORS_USE", "auto");
    let daemon = home.daemon_by(&mut command);
    let status = home.status();
    let troubles = &status["daemon"]["troubles"];
    assert_eq!(*troubles, serde_json::json!([]), "{status:#}");
    daemon
}

/// Another program on the same desktop, where it is installed.
fn peer(program: &str, desktop: &Desktop) {
    if rounds::config::program(program).is_none() {
        println!("  {program}: not installed");
        return;
    }
    let mut command = desktop.command(program);
    let running = Running::start(&mut command);
    idle(program, running.0.id());
}

/// Lets a program alone and tells what it cost meanwhile.
fn idle(name: &str, pid: u32) {
    sleep(SETTLES);
    let (before, used_before) = (wakeups(pid), ticks(pid));
    sleep(LOOK);
    let seconds = LOOK.as_secs_f64();
    let woke = (wakeups(pid) - before) as f64 / seconds;
    // A tick of /proc is 10 ms.
    let used = (ticks(pid) - used_before) as f64 * 10.0 / seconds;
    let resident = number(format!("/proc/{pid}/status"), "VmRSS:") as f64 / 1024.0;
    println!(
        "  {name:<46} {resident:>6.1} MB resident {woke:>6.2} wake-ups/s {used:>6.2} ms CPU/s"
    );
}

fn since(begun: Duration) -> Duration {
    uptime().saturating_sub(begun)
}

/// Voluntary context switches of all threads so far.
fn wakeups(pid: u32) -> u64 {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).expect("the program runs");
    let status = threads.map(|thread| thread.unwrap().path().join("status"));
    status
        .map(|file| number(file, "voluntary_ctxt_switches:"))
        .sum()
}

/// The number behind a word in a file of /proc.
fn number(file: impl AsRef<Path>, word: &str) -> u64 {
    let text = fs::read_to_string(file).expect("the program runs");
    let line = text.lines().find_map(|line| line.strip_prefix(word));
    let value = line.and_then(|line| line.split_whitespace().next());
    value.unwrap().parse().unwrap()
}

/// User and system time so far.
fn ticks(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).expect("the program runs");
    let (_, fields) = text.rsplit_once(')').unwrap();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    fields[11..=12]
        .iter()
        .map(|field| field.parse::<u64>().unwrap())
        .sum()
}

/// Calls of `rounds status`, from the start of the process to its end.
fn status(with: &str, home: &Home) {
    let mut times: Vec<Duration> = (0..CALLS)
        .map(|_| {
            let mut command = home.command(&["status"]);
            command.stdout(Stdio::null());
            let begun = uptime();
            assert!(command.status().unwrap().success());
            since(begun)
        })
        .collect();
    times.sort();
    let [median, slow] = [CALLS / 2, CALLS * 95 / 100].map(|at| times[at].as_secs_f64() * 1000.0);
    println!("rounds status, {with}: {median:.1} ms (95 of 100 under {slow:.1} ms)");
}

/// Ten thousand posts like one that is queued, a minute apart.
fn fill(home: &Home) {
    let id = PostId(home.queue("Wash your hands.", "in 30d"));
    let mut desk = desk(home);
    let post = desk.store.post(&id).unwrap().unwrap();
    let another = |number: u32| {
        let later = SignedDuration::from_mins(i64::from(number) + 1);
        let mut post = post.clone();
        post.id = PostId(format!("{number:08}"));
        for at in [&mut post.due_at, &mut post.sends_at, &mut post.wake_at] {
            *at = at.map(|at| at + later);
        }
        let entries = Vec::new();
        Change { post, entries }
    };
    let changes: Vec<_> = (0..MANY).map(another).collect();
    desk.store.insert(&changes).unwrap();
}

fn desk(home: &Home) -> Desk {
    let folder = |name: &str| Some(home.dir.path().join(name).join("rounds"));
    let paths = Paths::find(folder("config"), folder("data")).unwrap();
    Desk::open(paths, Moment::now()).unwrap()
}

/// From what a sensor saw to what is on the disk: somebody who goes to a site and away every
/// twenty seconds.
fn observations() {
    let home = Home::with_blog(AT_ONCE);
    home.ok(&["limit", "set", "all", "4h", "per", "week"]);
    home.ok(&["limit", "set", "x", "15m", "per", "day"]);
    let desk = desk(&home);
    let (mut now, places) = (desk.now, desk.places());
    let mut engine = Engine::new(desk.plan, now);
    let mut clerk = Clerk {
        store: desk.store,
        rules: Rules::Elsewhere,
        places,
    };
    for event in clerk.briefing(engine.plan(), now.wall).unwrap() {
        turn(&mut engine, &mut clerk, event, now);
    }
    let (mut handled, mut recorded) = (Vec::new(), Vec::new());
    for number in 0..OBSERVATIONS {
        let passed = Duration::from_secs(20);
        now.wall += SignedDuration::try_from(passed).unwrap();
        (now.awake, now.boot) = (now.awake + passed, now.boot + passed);
        let site = (number % 2 == 0).then(|| "x".to_owned());
        let begun = uptime();
        let event = Event::Observed(Observation::Focus { site });
        recorded.push(turn(&mut engine, &mut clerk, event, now));
        handled.push(since(begun));
    }
    println!("an observation, {OBSERVATIONS} of them:");
    micros("handled and recorded", &mut handled);
    micros("recorded alone", &mut recorded);
}

/// Prints the median and the mean of times.
fn micros(what: &str, times: &mut [Duration]) {
    times.sort();
    let mean = times.iter().sum::<Duration>() / times.len() as u32;
    let [median, mean] = [times[times.len() / 2], mean].map(|time| time.as_secs_f64() * 1e6);
    println!("  {what:<22} {median:>4.0} µs (mean {mean:.0} µs)");
}

/// One turn, as the daemon makes it; how long its records took.
fn turn(engine: &mut Engine, clerk: &mut Clerk, event: Event, now: Moment) -> Duration {
    let mut recording = Duration::ZERO;
    let mut events = VecDeque::from([event]);
    while let Some(event) = events.pop_front() {
        for effect in engine.handle(event, now) {
            let begun = uptime();
            let performed = clerk.perform(effect, engine, now).unwrap();
            recording += since(begun);
            if let Performed::Done(more) = performed {
                events.extend(more);
            }
        }
    }
    recording
}
