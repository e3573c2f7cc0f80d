//! Single keys of a terminal, waited for no longer than told.
//!
//! The terminal is put back as it was when the value is dropped; Ctrl-C comes as a key, so that
//! nobody is left with a terminal that shows nothing. What a key sends beyond one byte (arrows,
//! accented letters, a letter with Alt) is one key that means nothing, never several.

use std::io;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

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

/// A terminal that gives its keys one by one.
pub(super) struct Keys {
    before: Termios,
}

impl Keys {
    pub(super) fn start() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut single = before.clone();
        let modes = LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
        single.local_modes.remove(modes);
        tcsetattr(io::stdin(), OptionalActions::Now, &single)?;
        Ok(Self { before })
    }

    /// The next key, or none if none came in time. A terminal that went away is Ctrl-C.
    #[expect(
        clippy::unused_self,
        reason = "only who has the terminal may read its keys"
    )]
    pub(super) fn wait(&self, time: Duration) -> io::Result<Option<u8>> {
        let key = byte(time)?;
        if !key.is_some_and(|key| key == ESCAPE || key > LAST_ASCII) {
            return Ok(key);
        }
        while let Some(more) = byte(TOGETHER)? {
            if more == INTERRUPT {
                return Ok(Some(INTERRUPT));
            }
        }
        Ok(Some(NOTHING))
    }
}

/// The next byte of the terminal, or none if none came in time.
fn byte(time: Duration) -> io::Result<Option<u8>> {
    let stdin = io::stdin();
    let mut asked = [PollFd::new(&stdin, PollFlags::IN)];
    let time = Timespec::try_from(time).map_err(io::Error::other)?;
    match poll(&mut asked, Some(&time)) {
        Ok(0) => return Ok(None),
        // The program was stopped and goes on.
        Err(Errno::INTR) => return Ok(Some(NOTHING)),
        other => other?,
    };
    let mut key = [0_u8];
    match rustix::io::read(&stdin, &mut key) {
        Ok(0) | Err(Errno::IO) => Ok(Some(INTERRUPT)),
        other => other.map(|_| Some(key[0])).map_err(io::Error::from),
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}
