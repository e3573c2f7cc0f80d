//! Single keys of a terminal, waited for no longer than told.
//!
//! Ctrl-C comes as a key, so that the scan ends in order. What a key sends beyond one byte (arrows,
//! accented letters, a letter with Alt) is one key that means nothing, never several.

use std::io;
use std::time::Duration;

use rustix::io::Errno;
use rustix::termios::LocalModes;

use crate::cli::terminal::{Terminal, Woke};

/// What Ctrl-C sends.
pub(super) const INTERRUPT: u8 = 3;
/// What begins the several bytes of an arrow or of a letter with Alt.
const ESCAPE: u8 = 27;
/// The first byte of a letter of several bytes is no ASCII.
const LAST_ASCII: u8 = 127;
/// A key that means nothing.
const NOTHING: u8 = 0;
/// The bytes of one key come together; who types is slower.
const TOGETHER: Duration = Duration::from_millis(25);

/// What came while a key was waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// A key.
    Key(u8),
    /// Nothing, in all that time.
    Nothing,
    /// The program is told to end, by this signal.
    Signal(u8),
}

/// A terminal that gives its keys one by one.
pub(super) struct Keys {
    terminal: Terminal,
}

impl Keys {
    pub(super) fn start() -> io::Result<Self> {
        let modes = LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
        let terminal = Terminal::without(modes)?;
        Ok(Self { terminal })
    }

    /// The next key that comes in time. A terminal that went away is Ctrl-C.
    pub(super) fn wait(&self, time: Duration) -> io::Result<Came> {
        let first = self.byte(time)?;
        if !matches!(first, Came::Key(key) if key == ESCAPE || key > LAST_ASCII) {
            return Ok(first);
        }
        loop {
            match self.byte(TOGETHER)? {
                Came::Key(INTERRUPT) => return Ok(Came::Key(INTERRUPT)),
                Came::Key(_) => {}
                Came::Nothing => return Ok(Came::Key(NOTHING)),
                Came::Signal(signal) => return Ok(Came::Signal(signal)),
            }
        }
    }

    /// The next byte of the terminal.
    fn byte(&self, time: Duration) -> io::Result<Came> {
        match self.terminal.wait(Some(time))? {
            Woke::Typed => {}
            Woke::Time => return Ok(Came::Nothing),
            Woke::Continued => return Ok(Came::Key(NOTHING)),
            Woke::Told(signal) => return Ok(Came::Signal(signal)),
        }
        let mut key = [0_u8];
        match rustix::io::read(io::stdin(), &mut key) {
            Ok(0) | Err(Errno::IO) => Ok(Came::Key(INTERRUPT)),
            other => other.map(|_| Came::Key(key[0])).map_err(io::Error::from),
        }
    }
}
