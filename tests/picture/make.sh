#!/usr/bin/env bash
# Makes tests/picture/rounds.png, the picture of the README: the program in use on a small desktop
# of its own. Usage: tests/picture/make.sh [path of the rounds binary]
# Debian: xvfb openbox xterm dbus xfce4-notifyd imagemagick fonts-dejavu-core
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rounds=$(realpath "${1:-$here/../../target/release/rounds}")
if [ -z "${IN_BUS:-}" ]; then
  work=$(mktemp -d)
  trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
  mkdir -p "$work/home" "$work/run"
  chmod 700 "$work/run"
  exec 3>"$work/display"
  Xvfb -displayfd 3 -screen 0 1330x560x24 -nolisten tcp 2>/dev/null &
  until [ -s "$work/display" ]; do sleep 0.05; done
  export DISPLAY=":$(cat "$work/display")" HOME="$work/home" XDG_RUNTIME_DIR="$work/run"
  unset XDG_CONFIG_HOME XDG_DATA_HOME DBUS_SESSION_BUS_ADDRESS
  IN_BUS=1 dbus-run-session -- "$0" "$rounds"
  exit
fi
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
openbox &
/usr/lib/x86_64-linux-gnu/xfce4/notifyd/xfce4-notifyd &
sleep 1
"$rounds" -q init --preset lin --timezone Europe/London
plan="$HOME/.config/rounds/plan.toml"
sed -i 's/^after = "20m"/after = "4s"/; s/^from = "22:30"/from = "03:00"/; s/^until = "07:00"/until = "03:00"/' "$plan"
"$rounds" -q limit set all 3h per week
"$rounds" -q limit set x 15m per day
"$rounds" -q time log 1h50m --site x --day today
"$rounds" daemon 2>/dev/null &
xterm -T "Home / X - Chromium" -geometry 20x2+20+560 -e sleep 60 &
sleep 8
cat >"$HOME/demo" <<DEMO
PS1='\$ '
show() { printf '\033[1m\$ %s\033[0m\n' "\$*"; "\$@"; echo; }
rounds() { "$rounds" "\$@"; }
show rounds post add "RSV vaccine: what the new trial shows, in plain words." --to blog --slot
show rounds status
sleep 60
DEMO
xterm -fa 'DejaVu Sans Mono' -fs 10 -bg '#fdfdfb' -fg '#222222' -geometry 112x29+12+12 -T rounds -e bash "$HOME/demo" &
sleep 3
import -window root "$here/rounds.png"
