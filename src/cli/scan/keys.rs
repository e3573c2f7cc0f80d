//! Single keys of a terminal, waited for no longer than told.
//!
//! The terminal is put back as it was when the value is dropped; Ctrl-C comes as a key, so that
//! nobody is left with a terminal that shows nothing.

use std::io;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// What Ctrl-C sends.
pub(super) const INTERRUPT: u8 = 3;

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
        let stdin = io::stdin();
        let mut asked = [PollFd::new(&stdin, PollFlags::IN)];
        let time = Timespec::try_from(time).map_err(io::Error::other)?;
        if poll(&mut asked, Some(&time))? == 0 {
            return Ok(None);
        }
        let mut key = [0_u8];
        let read = rustix::io::read(&stdin, &mut key)?;
        Ok(Some(if read == 0 { INTERRUPT } else { key[0] }))
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}
