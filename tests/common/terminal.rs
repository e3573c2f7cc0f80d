//! A terminal of eighty columns, and a program that is asked things on it.
//!
//! What is typed is typed only once the program has asked: nothing depends on who is faster.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, OptionalActions, Winsize, tcgetattr, tcsetattr, tcsetwinsize};

/// After this a program that neither asks nor ends has failed.
const LONGEST_WAIT: Timespec = Timespec {
    tv_sec: 60,
    tv_nsec: 0,
};

/// A program on a terminal.
pub(crate) struct Terminal {
    screen: File,
    program: Child,
    seen: String,
    told: usize,
}

impl Terminal {
    /// Starts a program on a terminal of its own.
    pub(crate) fn start(command: &mut Command) -> Self {
        let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&screen).unwrap();
        unlockpt(&screen).unwrap();
        let name = ptsname(&screen, Vec::new()).unwrap().into_string().unwrap();
        let end = File::options().read(true).write(true).open(name).unwrap();
        let size = Winsize {
            ws_row: 24,
            ws_col: 80,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&end, size).unwrap();
        let of = |end: &File| Stdio::from(end.try_clone().unwrap());
        command.stdin(of(&end)).stdout(of(&end)).stderr(of(&end));
        command.env_remove("COLUMNS").env("TERM", "dumb");
        let program = command.spawn().unwrap();
        // Else this process would keep the terminal open after the program's end.
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Self {
            screen: screen.into(),
            program,
            seen: String::new(),
            told: 0,
        }
    }

    /// Reads more; whether there is any.
    fn more(&mut self) -> bool {
        let mut fds = [PollFd::new(&self.screen, PollFlags::IN)];
        let ready = poll(&mut fds, Some(&LONGEST_WAIT)).unwrap();
        assert!(ready > 0, "it neither asks nor ends: {}", self.seen);
        let mut bytes = [0; 4096];
        // A terminal whose program has ended is an error to read.
        let count = self.screen.read(&mut bytes).unwrap_or(0);
        let text = String::from_utf8_lossy(&bytes[..count]).replace('\r', "");
        self.seen.push_str(&text);
        count > 0
    }

    /// Waits for words, and gives all that came since the last wait.
    pub(crate) fn until(&mut self, words: &str) -> String {
        while !self.seen[self.told..].contains(words) {
            assert!(self.more(), "no “{words}”: {}", self.seen);
        }
        let told = self.seen[self.told..].to_owned();
        self.told = self.seen.len();
        told
    }

    /// Types a line.
    pub(crate) fn type_line(&mut self, line: &str) {
        self.screen
            .write_all(format!("{line}\n").as_bytes())
            .unwrap();
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) {
        self.screen.write_all(keys.as_bytes()).unwrap();
    }

    /// How the terminal takes lines, shows what is typed and makes signals of keys.
    pub(crate) fn modes(&self) -> LocalModes {
        tcgetattr(&self.screen).unwrap().local_modes
    }

    /// Sends the program a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.program.id()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// Stops the program, as Ctrl-Z does.
    pub(crate) fn stop(&self) {
        self.signal(Signal::STOP);
        let id = Pid::from_child(&self.program);
        waitid(WaitId::Pid(id), WaitIdOptions::STOPPED).unwrap();
    }

    /// Shows what is typed from now on.
    pub(crate) fn show_what_is_typed(&self) {
        let mut modes = tcgetattr(&self.screen).unwrap();
        modes.local_modes.insert(LocalModes::ECHO);
        tcsetattr(&self.screen, OptionalActions::Now, &modes).unwrap();
    }

    /// Waits for the end; the exit status.
    pub(crate) fn status(&mut self) -> Option<i32> {
        self.program.wait().unwrap().code()
    }

    /// Closes the window: the program is told as a shell's terminal tells it, and is waited for.
    pub(crate) fn close(mut self) -> std::process::ExitStatus {
        self.signal(Signal::HUP);
        self.program.wait().unwrap()
    }

    /// Waits for the end; the rest of what was said, and the exit status.
    pub(crate) fn end(mut self) -> (String, Option<i32>) {
        while self.more() {}
        let code = self.program.wait().unwrap().code();
        (self.seen[self.told..].to_owned(), code)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
