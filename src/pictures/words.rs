//! Words in a picture, read by the program `tesseract` where it is installed.
//!
//! A child process without a shell, with a time limit; the picture goes in through a pipe and
//! touches no disk. Four turns, each as it is and inverted, as measured on name bands and films:
//! what is written light on dark is read only when inverted. Words that the program itself is
//! unsure of are left out.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use image::{GrayImage, imageops};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::turns;
use crate::clock::Moment;
use crate::config::program;
use crate::posting::seen::Words;

/// The languages of the screen, as the program names them.
const LANGUAGES: [&str; 3] = ["eng", "spa", "cat"];
/// How long one reading may take.
const ONE_WITHIN: Duration = Duration::from_secs(15);
/// How long all readings of a picture may take.
const ALL_WITHIN: Duration = Duration::from_mins(1);
/// How sure the program must be of a word, of a hundred.
const SURE: f32 = 60.0;
/// The largest answer, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

pub(super) fn read(grey: &GrayImage) -> Words {
    let not_looked = |why: &str| Words::NotLooked {
        why: why.to_owned(),
    };
    let Some(tesseract) = program("tesseract") else {
        return not_looked("the program tesseract is not installed");
    };
    let Some(languages) = languages(&tesseract) else {
        return not_looked("tesseract has none of the languages eng, spa and cat");
    };
    let began = Moment::now().awake;
    let (mut texts, mut cut_short) = (Vec::new(), false);
    for turned in turns(grey) {
        if Moment::now().awake.saturating_sub(began) > ALL_WITHIN {
            cut_short = true;
            break;
        }
        let mut inverted = turned.clone();
        imageops::invert(&mut inverted);
        // Two at a time: one processor stays free on the smallest machine only for a moment.
        let [plain, inverted] = std::thread::scope(|scope| {
            [&turned, &inverted]
                .map(|picture| scope.spawn(|| one(&tesseract, &languages, picture)))
                .map(|reading| reading.join().unwrap_or(None))
        });
        for reading in [plain, inverted] {
            match reading {
                Some(text) if !text.is_empty() && !texts.contains(&text) => texts.push(text),
                Some(_) => {}
                None => cut_short = true,
            }
        }
    }
    Words::Looked {
        languages,
        texts,
        cut_short,
    }
}

/// Which of our languages are installed; none if there is none of them.
fn languages(tesseract: &Path) -> Option<Vec<String>> {
    let listed = run(tesseract, &["--list-langs"], &[])?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let installed = |language: &&str| listed.lines().any(|line| line.trim() == *language);
    let ours: Vec<_> = LANGUAGES
        .into_iter()
        .filter(installed)
        .map(str::to_owned)
        .collect();
    (!ours.is_empty()).then_some(ours)
}

/// One reading of a picture; none if it failed or took too long.
fn one(tesseract: &Path, languages: &[String], picture: &GrayImage) -> Option<String> {
    let languages = languages.join("+");
    // Page segmentation 11: words wherever they stand, in no order.
    let arguments = ["stdin", "stdout", "-l", &languages, "--psm", "11", "tsv"];
    let table = run(tesseract, &arguments, &pgm(picture))?;
    Some(sure_words(&String::from_utf8_lossy(&table)))
}

/// The simplest file of grey pixels.
fn pgm(picture: &GrayImage) -> Vec<u8> {
    let (width, height) = picture.dimensions();
    let mut file = format!("P5\n{width} {height}\n255\n").into_bytes();
    file.extend_from_slice(picture.as_raw());
    file
}

/// The words of the program's table that it is sure of, a line for each line of the picture.
fn sure_words(table: &str) -> String {
    let mut lines: BTreeMap<[u32; 3], Vec<&str>> = BTreeMap::new();
    for row in table.lines() {
        let columns: Vec<&str> = row.split('\t').collect();
        let [_, _, block, paragraph, line, _, _, _, _, _, sure, word] = columns[..] else {
            continue;
        };
        let place = [block, paragraph, line].map(|number| number.parse().unwrap_or(0));
        let is_sure = sure.parse::<f32>().is_ok_and(|sure| sure >= SURE);
        if is_sure && word.chars().any(char::is_alphanumeric) {
            lines.entry(place).or_default().push(word.trim());
        }
    }
    let lines: Vec<String> = lines.into_values().map(|words| words.join(" ")).collect();
    lines.join("\n")
}

/// Runs a program on some input, within the time of one reading.
fn run(program: &Path, arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let mut child = Command::new(program)
        .args(arguments)
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let (stdin, stdout) = (child.stdin.take()?, child.stdout.take()?);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut stdin = stdin;
            // A program that does not read to the end says so by its exit status.
            let _ = stdin.write_all(input);
        });
        let answer = scope.spawn(move || {
            let mut answer = Vec::new();
            stdout
                .take(LARGEST)
                .read_to_end(&mut answer)
                .map(|_| answer)
                .ok()
        });
        let ended = ends_in_time(&child);
        if !ended {
            let _ = child.kill();
        }
        let done = child.wait().is_ok_and(|status| status.success());
        let answer = answer.join().unwrap_or(None);
        answer.filter(|_| ended && done)
    })
}

/// Waits for the end of a child, without asking again and again.
fn ends_in_time(child: &Child) -> bool {
    let within = Timespec {
        tv_sec: ONE_WITHIN.as_secs() as i64,
        tv_nsec: 0,
    };
    let Ok(process) = pidfd_open(Pid::from_child(child), PidfdFlags::empty()) else {
        return false;
    };
    let mut waited = [PollFd::new(&process, PollFlags::IN)];
    poll(&mut waited, Some(&within)).is_ok_and(|ready| ready > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sure_words_are_kept_line_by_line() {
        let table = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\t\
                     height\tconf\ttext\n\
                     5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t96.5\tJANE\n5\t1\t1\t1\t1\t2\t0\t0\t9\t9\t91\tROE\n\
                     5\t1\t1\t1\t2\t1\t0\t0\t9\t9\t30\tnoise\n5\t1\t2\t1\t1\t1\t0\t0\t9\t9\t88\tWard\n\
                     5\t1\t2\t1\t1\t2\t0\t0\t9\t9\t95\t—\nodd row\n";
        assert_eq!(sure_words(table), "JANE ROE\nWard");
        assert_eq!(sure_words(""), "");
    }

    #[test]
    fn a_program_that_fails_is_missing_or_does_not_read_gives_nothing() {
        let sh = program("sh").unwrap();
        assert_eq!(run(&sh, &["-c", "exit 1"], b""), None);
        assert_eq!(run(Path::new("/nonexistent/tesseract"), &[], b""), None);
        let much = vec![0; 1 << 20];
        assert_eq!(run(&sh, &["-c", "echo ok"], &much), Some(b"ok\n".to_vec()));
    }
}
