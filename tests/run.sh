#!/usr/bin/env bash
# Runs all tests with the real programs they talk to, and says at the end which took part.
#
#   tests/run.sh                    everything that takes seconds
#   tests/run.sh --long             also many seeds, kills in mid-write, benchmarks
#   tests/run.sh --allow-missing    a real program that cannot be had is no failure
#   tests/run.sh -- NAME            arguments for `cargo test`
#
# Missing programs are installed from Debian's packages when this is root or may use sudo. Nothing
# is started on a fixed port or display, and nothing is left running.
set -euo pipefail
cd "$(dirname "$0")/.."

allow_missing=0 long=0
while [ $# -gt 0 ]; do
  case $1 in
    --allow-missing) allow_missing=1 ;;
    --long) long=1 ;;
    --) shift; break ;;
    -h | --help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "tests/run.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
  esac
  shift
done

# Each part: a name, the variable that lets its tests run, the programs it needs, and the packages
# that bring them, as measured on Debian 12. Newer versions are taken where these are gone.
desktop_programs=(Xvfb openbox xprop xdotool import /usr/lib/x86_64-linux-gnu/xfce4/notifyd/xfce4-notifyd
  dunst dunstctl sway mako makoctl dbus-daemon dbus-send notify-send setpriv fc-list python3
  chromium strace faketime mount zsh fish icalendar)
desktop_packages=(xvfb=2:21.1.7-3+deb12u13 openbox=3.6.1-10 x11-utils=7.7+5 xdotool=1:3.20160805.1-5
  imagemagick=8:6.9.11.60+dfsg-1.6+deb12u15 xfce4-notifyd=0.7.3-1 dunst=1.9.0-0.1 sway=1.7-6
  mako-notifier=1.7.1-1+b1 dbus libnotify-bin=0.8.1-1 util-linux fontconfig fonts-dejavu-core python3 python3-dbusmock tzdata
  chromium strace=6.1-0.1 faketime=0.9.10-2.1 libfaketime=0.9.10-2.1 mount
  zsh=5.9-4+b15 fish=3.6.0-3.1+deb12u1 python3-icalendar=4.0.3-5)
systemd_programs=(/lib/systemd/systemd systemctl systemd-analyze unshare strace python3)
systemd_packages=(systemd util-linux strace=6.1-0.1 python3)
# Beside these the benchmarks are run.
peers_programs=(safeeyes workrave)
peers_packages=(safeeyes=2.1.5-0.1 workrave=1.10.50-3)

# A machine that really sleeps; its kernel is unpacked, not installed.
machine_programs=(qemu-system-x86_64 dpkg-deb strip)
machine_packages=(qemu-system-x86 dpkg binutils)

pictures_programs=(tesseract exiftool dpkg-deb)
pictures_packages=(tesseract-ocr=5.3.0-2 tesseract-ocr-eng=1:4.1.0-2 tesseract-ocr-spa=1:4.1.0-2
  tesseract-ocr-cat=1:4.1.0-2 libimage-exiftool-perl=12.57+dfsg-1 dpkg)
# Real photographs, free to use: a person, a rocket, a retina, a page. Unpacked, not installed.
photographs_package=python3-skimage=0.19.3-8

work=$(mktemp -d)
job=
finish() {
  code=$?
  trap - EXIT INT TERM
  [ -z "$job" ] || kill -- "-$job" 2>/dev/null || true
  rm -rf "$work"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

ran=() missing=()

absent() { # the programs among the arguments that are not there
  local program
  for program in "$@"; do command -v "$program" >/dev/null || echo "$program"; done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif sudo -n true 2>/dev/null; then sudo "$@"; else return 1; fi
}

install() { # packages with the versions known to work, else whatever the distribution has now
  command -v apt-get >/dev/null || return 1
  local quiet=(-qq -y --no-install-recommends -o DPkg::Lock::Timeout=300)
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 update >>"$work/apt" 2>&1 || return 1
  as_root env DEBIAN_FRONTEND=noninteractive apt-get "${quiet[@]}" install "$@" >>"$work/apt" 2>&1 && return
  echo "   not in these versions; taking the present ones"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get "${quiet[@]}" install "${@%%=*}" >>"$work/apt" 2>&1
}

version() { # what a program is, for the list at the end
  local file
  file=$(readlink -f "$(command -v "$1")")
  dpkg-query -S "$file" 2>/dev/null | head -1 | cut -d: -f1 | xargs -r dpkg-query -W -f '${Package} ${Version}\n' 2>/dev/null || basename "$1"
}

part() { # NAME VARIABLE: makes sure of its programs and lets its tests run
  local -n programs=$1_programs packages=$1_packages
  local lacking
  lacking=$(absent "${programs[@]}" | xargs)
  if [ -n "$lacking" ]; then
    echo "== installing for $1: $lacking"
    install "${packages[@]}" || tail -3 "$work/apt" 2>/dev/null || true
    lacking=$(absent "${programs[@]}" | xargs)
  fi
  if [ -n "$lacking" ]; then
    missing+=("$1: not installed and could not be: $lacking")
    return 1
  fi
  export "$2=1"
  local program
  for program in "${programs[@]}"; do version "$program"; done | sort -u >"$work/$1"
  ran+=("$1: $(paste -sd, "$work/$1" | sed 's/,/, /g')")
}

build_programs=(cargo cc)
build_packages=(build-essential cargo)
part build ROUNDS_TESTS || { printf '%s\n' "${missing[@]}" >&2; exit 1; }

unpack() { # FOLDER PACKAGE...: fetches packages, or those there are now, and unpacks them there
  local folder=$work/$1 file
  shift
  mkdir -p "$folder" &&
    (cd "$folder" && { apt-get -qq download "$@" || apt-get -qq download "${@%%=*}"; }) >>"$work/apt" 2>&1 || return 1
  for file in "$folder"/*.deb; do dpkg-deb -x "$file" "$folder" || return 1; done
}

photographs() { # unpacks them and says where they are
  unpack photographs "$photographs_package" &&
    export ROUNDS_PHOTOGRAPHS="$work/photographs/usr/lib/python3/dist-packages/skimage/data"
}

kernel() { # unpacks the distribution's kernel, and a shell that needs nothing
  local package
  package=$(apt-cache depends linux-image-amd64 2>/dev/null | sed -n 's/.*Depends: //p' | head -1)
  unpack sleeper "$package" busybox-static
}

part desktop ROUNDS_DESKTOP || true
languages=$(tesseract --list-langs 2>/dev/null | grep -cxE 'eng|spa|cat' || true)
[ "$languages" = 3 ] || install "${pictures_packages[@]}" || true
if part pictures ROUNDS_PICTURES && ! photographs; then
  missing+=("pictures: no photographs: $photographs_package could not be fetched")
fi
if [ "$(id -u)" != 0 ]; then
  missing+=("systemd: a user manager of our own needs root (namespaces)")
elif ! unshare --mount --cgroup --pid --fork --mount-proc true 2>/dev/null; then
  missing+=("systemd: this machine allows no namespaces")
else
  part systemd ROUNDS_SYSTEMD || true
fi
if [ $long = 1 ]; then
  export ROUNDS_LONG=1
  part peers ROUNDS_PEERS || true
  if part machine ROUNDS_SLEEPS && ! kernel; then
    missing+=("machine: no kernel: linux-image-amd64 could not be fetched")
    unset ROUNDS_SLEEPS
  fi
fi

run() { # a command in a process group of its own, so that all of it can be stopped
  set -m
  "$@" &
  job=$!
  set +m
  local code=0
  wait "$job" || code=$?
  job=
  return "$code"
}

failed=0
cargo_test() { cargo test --locked "$@" 2>&1 | tee "$work/log" | without_names; }
without_names() { # of tests that passed: they stand above already
  awk '/^successes:$/ { passed = 1; next } /^(failures:|test result)/ { passed = 0 }
       passed && /^ +[a-z_0-9:]+$|^$/ { next } { print; fflush() }'
}
run cargo_test "$@" -- --show-output || failed=1
sleeps() { # the one test that needs a machine that sleeps, inside one
  local test
  test=$(cargo test --locked --no-run --test desktop --message-format=json 2>/dev/null |
    sed -n 's/.*"executable":"\([^"]*\/desktop-[^"]*\)".*/\1/p' | tail -1)
  tests/suspend.sh "$work"/sleeper/boot/vmlinuz-* "$work/sleeper/bin/busybox" "$test" suspend::
}
if [ -n "${ROUNDS_SLEEPS:-}" ]; then
  run sleeps || failed=1
fi
if [ $long = 1 ] && [ -d benches ]; then
  run cargo bench --locked || failed=1
fi

# A test that did not run says so in a line "NAME: needs ...".
skipped=$(grep -aE '^[a-z_0-9]+: needs ' "$work/log" | sort -u || true)
while read -r line; do [ -z "$line" ] || missing+=("$line"); done <<<"$skipped"

echo
echo "== ran with"
printf '   %s\n' "${ran[@]}"
[ $long = 1 ] || echo "   (not the long ones: add --long)"
if [ ${#missing[@]} -gt 0 ]; then
  echo "== did not run"
  printf '   %s\n' "${missing[@]}"
  [ $allow_missing = 1 ] || failed=1
fi
if [ $failed = 1 ]; then echo "== FAILED"; elif [ ${#missing[@]} -gt 0 ]; then echo "== all that ran passed"; else echo "== all passed"; fi
exit $failed
