//! A terminal that is set otherwise for a while, and put back however the program ends.
//!
//! It is put back when the value is dropped, and when the program is told to end (SIGTERM, SIGHUP,
//! SIGINT, SIGQUIT): whoever waits here is woken and may end in order, and what takes longer than a
//! moment is ended from here. Only SIGKILL leaves a terminal as it was set. Shells set it as they
//! like while the program is stopped (Ctrl-Z): it is set anew when the program goes on.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, retry_on_intr};
use rustix::process::Signal;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{self, SignalKind};

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
    set: Termios,
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
        Ok(Self { before, set, told })
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
        // What interrupts it comes through the pipe, a little later.
        match retry_on_intr(|| poll(&mut asked, time.as_ref()))? {
            0 => return Ok(Woke::Time),
            _ if asked[0].revents().is_empty() => return Ok(Woke::Typed),
            _ => {}
        }
        let mut signal = [0_u8];
        (&self.told).read_exact(&mut signal)?;
        if i32::from(signal[0]) == Signal::CONT.as_raw() {
            return self.go_on();
        }
        Ok(Woke::Told(signal[0]))
    }

    /// Sets the terminal again after a stop.
    fn go_on(&self) -> io::Result<Woke> {
        match retry_on_intr(|| tcsetattr(io::stdin(), OptionalActions::Now, &self.set)) {
            // It went away: whoever reads from it is told.
            Err(Errno::IO) => Ok(Woke::Typed),
            other => other.map(|()| Woke::Continued).map_err(io::Error::from),
        }
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
    let heard = {
        let _within = runtime.enter();
        [
            Signal::TERM,
            Signal::HUP,
            Signal::INT,
            Signal::QUIT,
            Signal::CONT,
        ]
        .map(|signal| unix::signal(SignalKind::from_raw(signal.as_raw())))
    };
    let [term, hup, int, quit, cont] = heard;
    let mut heard = [term?, hup?, int?, quit?, cont?];
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            let ends = loop {
                let signal = next(&runtime, &mut heard);
                let number = u8::try_from(signal.as_raw()).unwrap_or_default();
                let _ = (&tell).write_all(&[number]);
                if signal != Signal::CONT {
                    break number;
                }
            };
            thread::sleep(MOMENT);
            put_back(&before);
            leave(ends);
        })?;
    Ok(())
}

/// Waits for the next of these signals; one that ends the program comes before the one to go on.
fn next(runtime: &Runtime, heard: &mut [unix::Signal; 5]) -> Signal {
    let [term, hup, int, quit, cont] = heard;
    runtime.block_on(async {
        tokio::select! {
            biased;
            _ = term.recv() => Signal::TERM,
            _ = hup.recv() => Signal::HUP,
            _ = int.recv() => Signal::INT,
            _ = quit.recv() => Signal::QUIT,
            _ = cont.recv() => Signal::CONT,
        }
    })
}
