#!/usr/bin/env bash
# Runs one test in a virtual machine that really sleeps: systemd, logind, a kernel and its clocks.
#
#   tests/suspend.sh KERNEL BUSYBOX TEST [NAME]   a kernel image, a static busybox, a test's binary
#
# The machine is emulated, so it needs no rights and no hardware; everything it runs is this
# system's own, copied into its memory. It is started without a network and leaves nothing behind.
set -euo pipefail
kernel=$1 busybox=$2 test=$3 name=${4:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

copy() { # files, with what they are linked to, and the same without what they say of themselves
  local file
  for file in "$@"; do
    [ -e "$root$file" ] && continue
    mkdir -p "$root$(dirname "$file")"
    cp -a "$file" "$root$file"
    if [ -L "$file" ]; then copy "$(readlink -f "$file")"; fi
  done
}

libraries() { # of all programs in the machine
  find "$root" -type f \( -perm -100 -o -name '*.so*' \) -print0 | { xargs -0 ldd 2>/dev/null || true; } |
    sed -n 's/.*\(^\|[ \t]\)\(\/[^ ]*\) (0x.*/\2/p' | sort -u
}

for link in bin sbin lib lib64; do
  mkdir -p "$root/usr/$link"
  if [ -L "/$link" ]; then ln -s "usr/$link" "$root/$link"; fi
done
mkdir -p "$root"/{proc,sys,dev,run,tmp,var/lib,var/log,etc/systemd/system,root}
ln -s /run "$root/var/run"
dpkg -L systemd systemd-sysv dbus dbus-daemon dbus-system-bus-common 2>/dev/null |
  grep -vE '^/usr/share/(doc|man|locale|lintian|bash-completion|zsh)' |
  while read -r file; do if [ -f "$file" ]; then copy "$file"; fi; done
programs=(sh cat sleep date mount umount rtcwake setpriv dbus-send Xvfb xkbcomp openbox xprop xdotool)
for program in "${programs[@]}"; do copy "$(command -v "$program")"; done
for data in /usr/share/X11/xkb /etc/fonts /usr/share/fontconfig /usr/share/fonts/truetype/dejavu \
  /etc/xdg/openbox /usr/share/themes /usr/share/zoneinfo/UTC /etc/passwd /etc/group /etc/nsswitch.conf \
  /etc/ld.so.conf /etc/ld.so.conf.d /etc/ld.so.cache; do
  if [ -e "$data" ]; then copy "$data"; fi
done
for module in /usr/lib/x86_64-linux-gnu/libnss_*; do copy "$module"; done
program=$(dirname "$(dirname "$test")")/rounds
copy "$test" "$program"
strip "$root$test" "$root$program"
libraries | while read -r file; do copy "$file"; done

units=$root/etc/systemd/system
for unit in systemd-firstboot systemd-tmpfiles-setup systemd-tmpfiles-setup-dev systemd-journal-flush systemd-update-utmp; do
  ln -sf /dev/null "$units/$unit.service"
done
cat >"$units/machine.target" <<EOF
[Unit]
Wants=machine.service dbus.service systemd-logind.service
EOF
cat >"$units/machine.service" <<EOF
[Unit]
After=systemd-logind.service dbus.service
SuccessAction=poweroff-force
FailureAction=poweroff-force
[Service]
Type=oneshot
TimeoutStartSec=infinity
StandardOutput=file:/dev/ttyS1
StandardError=file:/dev/ttyS1
WorkingDirectory=/tmp
Environment=ROUNDS_DESKTOP=1 ROUNDS_MACHINE=1 RUST_BACKTRACE=0
ExecStart=$test --nocapture --test-threads=1 --include-ignored $name
ExecStopPost=/bin/sh -c 'echo "machine: \$SERVICE_RESULT"'
EOF
cat >"$root/init" <<EOF
#!/bin/sh
mount -t proc proc /proc
mount -t devtmpfs dev /dev
mount -t sysfs sys /sys
mount -t tmpfs tmp /tmp
exec /lib/systemd/systemd
EOF
chmod +x "$root/init"
rm -f "$root/etc/initrd-release"

(cd "$root" && find . | "$busybox" cpio -o -H newc 2>/dev/null | gzip -1) >"$work/memory"
timeout 900 qemu-system-x86_64 -accel tcg -m 3072 -smp 1 -nodefaults -display none -no-reboot \
  -kernel "$kernel" -initrd "$work/memory" -rtc base=utc \
  -serial "file:$work/console" -serial "file:$work/said" \
  -append 'console=ttyS0 panic=-1 no_console_suspend systemd.unit=machine.target systemd.show_status=false' \
  </dev/null || true
cat "$work/said"
grep -q '^machine: success' "$work/said" && exit
echo "== its console"
tail -40 "$work/console"
exit 1
