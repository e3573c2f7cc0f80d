//! A terminal that is set otherwise for a while, and put back however the program ends.
//!
//! It is put back when the value is dropped, and when the program is told to end (SIGTERM, SIGHUP,
//! SIGINT, SIGQUIT): whoever waits here is woken and may end in order, and what takes longer than a
//! moment is ended from here. Only SIGKILL leaves a terminal as it was set.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Who is told to end may take so long to do it in order.
const MOMENT: Duration = Duration::from_secs(1);
/// What shells add to a signal's number, to tell it from a program's own exit status.
const SIGNALLED: i32 = 128;

/// Why a wait is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Woke {
    /// Something was typed, or the terminal went away.
    Typed,
    /// The time is over.
    Time,
    /// The program was stopped and goes on.
    Continued,
    /// The program is told to end, by this signal.
    Told(u8),
}

/// A terminal on standard input that is set otherwise.
pub(super) struct Terminal {
    before: Termios,
    told: PipeReader,
}

impl Terminal {
    /// Takes some modes away until the value is dropped.
    pub(super) fn without(modes: LocalModes) -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let (told, tell) = io::pipe()?;
        listen(tell, before.clone())?;
        let mut set = before.clone();
        set.local_modes.remove(modes);
        tcsetattr(io::stdin(), OptionalActions::Now, &set)?;
        Ok(Self { before, told })
    }

    /// Waits until something is typed, for no longer than told.
    pub(super) fn wait(&self, time: Option<Duration>) -> io::Result<Woke> {
        let stdin = io::stdin();
        let mut asked = [
            PollFd::new(&self.told, PollFlags::IN),
            PollFd::new(&stdin, PollFlags::IN),
        ];
        let time = time.map(Timespec::try_from).transpose();
        let time = time.map_err(io::Error::other)?;
        match poll(&mut asked, time.as_ref()) {
            Ok(0) => return Ok(Woke::Time),
            // The signal itself comes through the pipe, a little later.
            Err(Errno::INTR) => return Ok(Woke::Continued),
            other => other?,
        };
        if asked[0].revents().is_empty() {
            return Ok(Woke::Typed);
        }
        let mut signal = [0_u8];
        (&self.told).read_exact(&mut signal)?;
        Ok(Woke::Told(signal[0]))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        put_back(&self.before);
    }
}

fn put_back(before: &Termios) {
    // There is nobody left to tell that it failed.
    let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
}

/// Ends the program as one that a signal has ended.
#[expect(
    clippy::exit,
    clippy::disallowed_methods,
    reason = "a signal ends the program wherever it is, and nothing is left to be dropped"
)]
pub(super) fn leave(signal: u8) -> ! {
    std::process::exit(SIGNALLED + i32::from(signal))
}

/// Hears the signals from now on, from a thread of its own.
fn listen(tell: PipeWriter, before: Termios) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_io().build()?;
    let signals = {
        let _within = runtime.enter();
        [
            SignalKind::terminate(),
            SignalKind::hangup(),
            SignalKind::interrupt(),
            SignalKind::quit(),
        ]
        .map(|kind| signal(kind).map(|signal| (kind, signal)))
    };
    let [term, hup, int, quit] = signals;
    let signals = [term?, hup?, int?, quit?];
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            let signal = first(&runtime, signals);
            let _ = (&tell).write_all(&[signal]);
            thread::sleep(MOMENT);
            put_back(&before);
            leave(signal);
        })?;
    Ok(())
}

/// Waits for the first of these signals, and gives its number.
fn first(runtime: &Runtime, signals: [(SignalKind, Signal); 4]) -> u8 {
    let [mut term, mut hup, mut int, mut quit] = signals;
    let kind = runtime.block_on(async {
        tokio::select! {
            _ = term.1.recv() => term.0,
            _ = hup.1.recv() => hup.0,
            _ = int.1.recv() => int.0,
            _ = quit.1.recv() => quit.0,
        }
    });
    u8::try_from(kind.as_raw_value()).unwrap_or_default()
}
