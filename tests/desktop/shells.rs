//! What real shells make of the completions, and `man` of a page.

use std::fs;
use std::process::Command;

use super::home::Home;
use super::private::allowed;

/// What a shell says to some lines.
fn said(shell: &str, options: &[&str], lines: &str, home: &Home) -> String {
    let mut command = Command::new(shell);
    command.args(options).args(["-c", lines]);
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", home.dir.path());
    let out = command.current_dir(home.dir.path()).output().unwrap();
    let errors = String::from_utf8_lossy(&out.stderr);
    assert!(
        out.status.success() && errors.is_empty(),
        "{shell}: {errors}"
    );
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn shells_complete_commands() {
    if !allowed("shells_complete_commands") {
        return;
    }
    let home = Home::empty();
    for (shell, file) in [
        ("bash", "rounds"),
        ("zsh", "_rounds"),
        ("fish", "rounds.fish"),
    ] {
        let text = home.ok(&["completions", shell]);
        fs::write(home.dir.path().join(file), text).unwrap();
    }
    let bash = "source ./rounds; COMP_WORDS=(rounds stat); COMP_CWORD=1
                _rounds rounds stat rounds; echo \"${COMPREPLY[@]}\"";
    assert_eq!(said("bash", &["--norc"], bash, &home), "status\n");
    // Loaded as the shell would at the first use, which reads all of it.
    let zsh = "fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D
               autoload +X _rounds && print $_comps[rounds]";
    assert_eq!(said("zsh", &["-f"], zsh, &home), "_rounds\n");
    let fish = "source rounds.fish; complete -C 'rounds stat'";
    let found = said("fish", &["--no-config"], fish, &home);
    assert!(found.starts_with("status\t"), "{found}");
}
