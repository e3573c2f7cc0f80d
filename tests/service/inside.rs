//! The program that the unit starts in tests of its walls: this test binary, started again, so that
//! it can try what the unit forbids.

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use rounds::platforms::handoff::Request;
use rounds::platforms::handoff::opening::open;
use rustix::fs::{StatVfsMountFlags, statvfs};
use rustix::net::{AddressFamily, SocketType, socket};

/// Not a test: what the unit starts here.
#[test]
fn program_in_the_unit() {
    if std::env::var_os("ROUNDS_TEST_PROGRAM").is_none() {
        return;
    }
    let mut out = std::io::stdout();
    let mut tell = |what: &str, outcome: &str| writeln!(out, "\n{what}: {outcome}").unwrap();
    let home = PathBuf::from(std::env::var_os("HOME").unwrap());
    let runtime = PathBuf::from(std::env::var_os("XDG_RUNTIME_DIR").unwrap());
    let ok = |worked: bool| if worked { "ok" } else { "refused" };
    let published = fs::write(home.join("site/2026-11-24-post.md"), "text");
    tell("publish into the home", ok(published.is_ok()));
    let own = runtime.join("rounds.sock");
    let listening = UnixListener::bind(&own).and_then(|_l| UnixStream::connect(&own));
    let beside = fs::write("/var/tmp/rounds-test", "text");
    tell("write beside the home", ok(beside.is_ok()));
    let _ = fs::remove_file("/var/tmp/rounds-test");
    let looked_up = ("localhost", 80).to_socket_addrs();
    tell("look up a name", ok(looked_up.is_ok()));
    tell("own socket", ok(listening.is_ok()));
    tell("loopback", ok(loopback().is_ok()));
    let packets = socket(AddressFamily::PACKET, SocketType::RAW, None);
    let links = socket(AddressFamily::NETLINK, SocketType::RAW, None);
    tell(
        "netlink socket",
        ok(links.err() != Some(rustix::io::Errno::AFNOSUPPORT)),
    );
    tell(
        "packet socket",
        ok(packets.err() != Some(rustix::io::Errno::AFNOSUPPORT)),
    );
    tell("new namespace", ok(runs("unshare", &["--user", "true"])));
    tell(
        "raise priority",
        ok(runs("ionice", &["-c", "2", "-n", "7", "true"])),
    );
    let status = fs::read_to_string("/proc/self/status").unwrap();
    tell("new privileges", ok(!status.contains("NoNewPrivs:\t1")));
    let system = statvfs("/usr").unwrap().f_flag;
    let reading = if system.contains(StatVfsMountFlags::RDONLY) {
        "yes"
    } else {
        "no"
    };
    tell("system for reading", reading);
    open_composer(&mut tell);
    sd_notify::notify(&[
        sd_notify::NotifyState::Ready,
        sd_notify::NotifyState::Status("ready"),
    ])
    .unwrap();
    std::thread::sleep(Duration::from_mins(1));
}

/// Opens an address and copies a text, as a press on *Open* does.
fn open_composer(tell: &mut impl FnMut(&str, &str)) {
    if std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_none() {
        return;
    }
    let request = Request {
        site: "x".to_owned(),
        open: Some("https://x.com/intent/post?text=Hello".to_owned()),
        text: "Hello you".to_owned(),
        copies: true,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let done = runtime.block_on(open(&request));
    tell("open a composer", &format!("{done:?}"));
}

fn loopback() -> std::io::Result<TcpStream> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    TcpStream::connect(listener.local_addr()?)
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    let ran = Command::new(program)
        .args(arguments)
        .stderr(Stdio::null())
        .status();
    ran.is_ok_and(|status| status.success())
}
