//! A user manager of a test's own, with the unit in a home of its own.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub(crate) const NOBODY: u32 = 65534;

pub(crate) fn allowed(test: &str) -> bool {
    let yes = std::env::var_os("ROUNDS_SYSTEMD").is_some_and(|v| v == "1");
    if !yes {
        println!("{test}: needs tests/run.sh");
    }
    yes
}

/// The unit as it stands in the repository.
pub(crate) fn unit_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/rounds.service")
}

/// A folder with the unit in it, starting `program`.
pub(crate) fn unit_with(program: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let unit = fs::read_to_string(unit_file()).unwrap();
    let line = unit.lines().find(|l| l.starts_with("ExecStart=")).unwrap();
    let unit = unit.replace(line, &format!("ExecStart={program}"));
    fs::write(dir.path().join("rounds.service"), unit).unwrap();
    dir
}

pub(crate) fn analyze(dir: &Path, arguments: &[&str]) -> Output {
    Command::new("systemd-analyze")
        .args(arguments)
        .arg("--user")
        .arg(dir.join("rounds.service"))
        .env("XDG_RUNTIME_DIR", dir)
        .env("SYSTEMD_COLORS", "0")
        .output()
        .unwrap()
}

pub(crate) fn said(output: &Output) -> String {
    let both = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&both).into_owned()
}

/// Starts a user manager with the unit and runs a script beside it; what the script printed.
const MANAGER: &str = r#"
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/user/$ID
mount -t tmpfs tmpfs /var/lib/systemd
mkdir /var/lib/systemd/linger
chmod 700 /run/user/$ID
chown -R $ID:$ID /run/user/$ID
umount -R /sys/fs/cgroup 2>/dev/null
mount -t cgroup2 cgroup2 /sys/fs/cgroup
group=/sys/fs/cgroup/rounds-test-$(basename "$HOME_OF_TEST")
mkdir -p $group
chown -R $ID:$ID $group
export XDG_RUNTIME_DIR=/run/user/$ID HOME=$HOME_OF_TEST/home
unset DBUS_SESSION_BUS_ADDRESS
as_user="setpriv --reuid $ID --regid $ID --clear-groups --"
( echo 0 >$group/cgroup.procs
  exec $as_user /lib/systemd/systemd --user ) >/dev/null 2>&1 &
manager=$!
for _ in $(seq 200); do [ -S /run/user/$ID/systemd/private ] && break; sleep 0.05; done
systemctl="$as_user systemctl --user"
eval "$SCRIPT"
$systemctl stop rounds.service 2>/dev/null
kill $manager
wait $manager 2>/dev/null
find $group -depth -type d -exec rmdir {} + 2>/dev/null
"#;

/// A home with the unit of this test binary in it.
pub(crate) fn under_a_manager(user: u32, script: &str, more: &str) -> (String, tempfile::TempDir) {
    under_a_manager_with(user, script, more, |_| {})
}

/// The same, with more things in the home.
pub(crate) fn under_a_manager_with(
    user: u32,
    script: &str,
    more: &str,
    prepare: impl Fn(&Path),
) -> (String, tempfile::TempDir) {
    let program = std::env::current_exe().unwrap();
    let arguments = "--exact inside::program_in_the_unit --nocapture --test-threads=1";
    let dir = unit_with(&format!("{} {arguments}", program.display()));
    let home = dir.path().join("home");
    let units = home.join(".config/systemd/user");
    let changes = units.join("rounds.service.d");
    fs::create_dir_all(&changes).unwrap();
    fs::create_dir(home.join("site")).unwrap();
    fs::copy(
        dir.path().join("rounds.service"),
        units.join("rounds.service"),
    )
    .unwrap();
    let change = format!(
        "[Service]\nEnvironment=ROUNDS_TEST_PROGRAM=1\n{more}\nStandardError=append:{0}/log\n\
         StandardOutput=append:{0}/log\n",
        home.display()
    );
    fs::write(changes.join("test.conf"), change).unwrap();
    prepare(&home);
    for path in [&home, &home.join("site"), &home.join(".config")] {
        chown(path, Some(user), Some(user)).unwrap();
    }
    (said(&manager(user, dir.path(), script)), dir)
}

/// Starts the manager and runs the script beside it.
pub(crate) fn manager(user: u32, dir: &Path, script: &str) -> Output {
    Command::new("unshare")
        .args([
            "--mount",
            "--cgroup",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
        ])
        .args(["timeout", "200", "bash", "-c", MANAGER])
        .env("ID", user.to_string())
        .env("HOME_OF_TEST", dir)
        .env("SCRIPT", script)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}
