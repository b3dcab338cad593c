#!/usr/bin/env bats
# fardel-live: what it notes, what it has the real programs do, what it answers.

bats_require_minimum_version 1.5.0

setup() {
  # shellcheck source=tests/lib/common.bash
  source "$BATS_TEST_DIRNAME/../lib/common.bash"
  fresh
  cd "$WORK" || return
  FOLDER=$ROOT/run/fardel
  MADE=()
  [[ $FARDEL_TEST_MODE != user ]] || skip "needs a root of its own, with a /run"
  mkdir -p "$FOLDER/real" "$FOLDER/names" "$ROOT/etc/systemd/system" "$ROOT/etc/init.d"
  (umask 077 && : >"$FOLDER/effects")
  cp "$FARDEL_BUILD/libexec/fardel/fardel-live" "$FOLDER/names/fardel-live"
  stage /run/fardel/names/fardel-live 2>/dev/null || (($? == 64)) || skip "no static program (sanitizers)"
}

teardown() {
  local path
  for path in "${MADE[@]}"; do
    rm -f -- "$ROOT$path"
  done
  rm -rf -- "$ROOT/run/systemd" "${FOLDER:?}"
  finish
}

# stage CMD…: in the root that stands for a stage.
stage() {
  if [[ -n $ROOT ]]; then
    chroot "$ROOT" "$@"
  else
    "$@"
  fi
}

# live NAME ARG…: the stand-in by that name.
live() {
  local name=$1
  shift
  ln -sf fardel-live "$FOLDER/names/$name"
  stage "/run/fardel/names/$name" "$@"
}

# fake FILE [STATUS]: a real program that says how it was called.
fake() {
  # shellcheck disable=SC2016
  printf '#!/bin/sh\necho "real: $*"\nexit %s\n' "${2:-0}" >"$FOLDER/real/$1"
  chmod +x "$FOLDER/real/$1"
}

# made PATH: goes after the test.
made() { MADE+=("$1"); }

# unit NAME [TEXT]: a unit's file.
unit() {
  made "/etc/systemd/system/$1"
  printf '%s\n' "${2:-[Service]}" >"$ROOT/etc/systemd/system/$1"
}

noted() { "$BATS_TEST_DIRNAME/../lib/effects" "$FOLDER/effects"; }

# notes LINE… -- CALL…: the call says nothing, succeeds, and these are noted.
notes() {
  local want=''
  while [[ $1 != -- ]]; do
    want+=$1$'\n'
    shift
  done
  shift
  : >"$FOLDER/effects"
  run --separate-stderr -0 live "$@"
  # shellcheck disable=SC2154
  [[ -z $output && -z $stderr ]]
  [[ "$(noted)" == "${want%$'\n'}" ]]
}

@test "what is asked of units is noted, without the options that change nothing" {
  unit a.service
  unit b@.service
  unit c.timer
  notes 'systemctl start a' -- systemctl start a
  notes 'systemctl restart a.service' 'systemctl restart b@1' 'systemctl restart c.timer' -- \
    systemctl --no-block -q restart a.service --no-pager b@1 c.timer
  notes 'systemctl try-restart a' -- systemctl --quie try-restart a
  notes 'systemctl daemon-reload' -- systemctl --system daemon-reload
  notes 'systemctl daemon-reexec' -- systemctl daemon-reexec
  notes 'systemctl stop gone' -- systemctl stop gone
  notes 'systemctl reset-failed' -- systemctl reset-failed
  notes 'systemctl start x.mount' -- systemctl start x.mount
  notes 'systemctl restart a*' -- systemctl restart 'a*'
}

@test "what is another request by an option, or unknown, is noted as it was made" {
  unit a.service
  notes 'systemctl --job-mode=fail start a' -- systemctl --job-mode=fail start a
  notes 'systemctl --job-mode isolate stop a' -- systemctl --job-mode isolate stop a
  notes 'systemctl kill -s HUP a' -- systemctl kill -s HUP a
  notes 'systemctl -s HUP stop a' -- systemctl -s HUP stop a
  notes 'systemctl --kill-whom main stop a' -- systemctl --kill-whom main stop a
  notes 'systemctl -H web start zzz' -- systemctl -H web start zzz
  notes 'systemctl --runtime enable a' -- systemctl --runtime enable a
  notes 'systemctl reboot' -- systemctl reboot
  notes 'systemctl set-property a CPUQuota=1%' -- systemctl set-property a CPUQuota=1%
  notes 'systemctl daemon-reload too much' -- systemctl daemon-reload too much
}

@test "units that are not there, or masked, are not started" {
  unit a.service
  run --separate-stderr -5 live systemctl start a nowhere
  [[ $stderr == 'Failed to start nowhere.service: Unit nowhere.service not found.' ]]
  [[ "$(noted)" == 'systemctl start a' ]]
  ln -s /dev/null "$ROOT/etc/systemd/system/m.service"
  made /etc/systemd/system/m.service
  run --separate-stderr -1 live systemctl restart m nowhere a
  [[ ${stderr_lines[0]} == 'Failed to restart m.service: Unit m.service is masked.' ]]
  [[ "$(noted)" == $'systemctl start a\nsystemctl restart a' ]]
  run -1 live systemctl start
  run -1 live systemctl stop
  printf '[Service]\n' >"$ROOT/srv/x.service"
  run -5 live systemctl start ../../../srv/x
  [[ "$(noted)" == $'systemctl start a\nsystemctl restart a' ]]
}

@test "an old script of init.d is a unit" {
  printf '#!/bin/sh\n' >"$ROOT/etc/init.d/old"
  made /etc/init.d/old
  run -5 live systemctl start old
  chmod +x "$ROOT/etc/init.d/old"
  notes 'systemctl start old' -- systemctl start old
}

@test "what is about files is done by the real one, offline, and systemd is to read them" {
  fake systemctl
  run --separate-stderr -0 live systemctl -q enable a
  [[ $output == 'real: --root=/ -q enable a' && -z $stderr ]]
  [[ "$(noted)" == 'systemctl daemon-reload' ]]
  : >"$FOLDER/effects"
  run --separate-stderr -0 live systemctl enable --now /srv/a.service b --no-reload
  [[ $output == 'real: --root=/ enable /srv/a.service b --no-reload' ]]
  [[ "$(noted)" == $'systemctl start a.service\nsystemctl start b' ]]
  : >"$FOLDER/effects"
  run --separate-stderr -0 live systemctl --now disable a
  [[ "$(noted)" == $'systemctl daemon-reload\nsystemctl stop a' ]]
  : >"$FOLDER/effects"
  for verb in is-enabled list-unit-files get-default; do
    run --separate-stderr -0 live systemctl "$verb" a
    [[ $output == "real: --root=/ $verb a" ]]
  done
  run --separate-stderr -0 live systemctl --root=/srv start a
  [[ $output == 'real: --root=/srv start a' ]]
  run --separate-stderr -0 live systemctl --version
  [[ $output == 'real: --version' ]]
  [[ -z "$(noted)" ]]
}

@test "where the real one fails, nothing is noted" {
  fake systemctl 7
  run --separate-stderr -7 live systemctl enable --now a
  rm "$FOLDER/real/systemctl"
  run --separate-stderr -127 live systemctl enable a
  [[ $stderr == 'systemctl: cannot be run: /run/fardel/real/systemctl: No such file or directory' ]]
  [[ -z "$(noted)" ]]
}

@test "the real systemctl makes the links" {
  [[ -z $ROOT && -x /usr/bin/systemctl ]] || skip "no systemctl in this root"
  ln -s /usr/bin/systemctl "$FOLDER/real/systemctl"
  unit fardel-test.service $'[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target'
  made /etc/systemd/system/multi-user.target.wants/fardel-test.service
  run live systemctl is-enabled fardel-test
  [[ $output == disabled && $status == 1 ]]
  run --separate-stderr -0 live systemctl enable --now fardel-test
  [[ -L /etc/systemd/system/multi-user.target.wants/fardel-test.service ]]
  [[ "$(noted)" == $'systemctl daemon-reload\nsystemctl start fardel-test' ]]
  run -0 live systemctl is-enabled fardel-test
  [[ $output == enabled ]]
  run -0 live systemctl disable fardel-test
  [[ ! -L /etc/systemd/system/multi-user.target.wants/fardel-test.service ]]
  run live systemctl is-enabled nowhere
  ((status != 0))
}

@test "shown in the place of the real ones, by all of their names" {
  [[ -z $ROOT && -x /usr/bin/systemctl ]] || skip "no systemctl in this root"
  command -v unshare >/dev/null || skip "no unshare"
  for file in systemctl pgrep; do
    : >"$FOLDER/real/$file"
  done
  # In a mount namespace of their own, so that nothing is left of it.
  cat >cover <<'END'
set -eu
for file in systemctl pgrep; do
  mount --bind "$(readlink -f "/usr/bin/$file")" "/run/fardel/real/$file"
  mount --bind /run/fardel/names/fardel-live "$(readlink -f "/usr/bin/$file")"
done
systemctl daemon-reload
/bin/systemctl stop gone
pkill -x no-such-program || echo "pkill: $?"
pgrep -x no-such-program || echo "pgrep: $?"
END
  run --separate-stderr unshare --mount sh cover
  [[ $status == 0 ]] || [[ $stderr != *'permission denied'* && $stderr != *'not permitted'* ]] ||
    skip "no mount namespace"
  ((status == 0))
  [[ $output == $'pkill: 1\npgrep: 1' && -z $stderr ]]
  [[ "$(noted)" == $'systemctl daemon-reload\nsystemctl stop gone\npkill -x no-such-program' ]]
}

@test "what was started is active, all else is not" {
  unit a.service
  run -3 live systemctl is-active a b
  [[ $output == $'inactive\ninactive' ]]
  run -1 live systemctl is-failed a
  [[ $output == inactive ]]
  run -3 live systemctl status a
  [[ $output == *'Loaded: loaded (/etc/systemd/system/a.service)'*'Active: inactive (dead)' ]]
  run -4 live systemctl status nowhere
  [[ $output == 'Unit nowhere.service could not be found.' ]]
  live systemctl start a
  run -0 live systemctl is-active --quiet a
  [[ -z $output ]]
  run -0 live systemctl is-active b a
  [[ $output == $'inactive\nactive' ]]
  run -1 live systemctl is-failed a
  run -0 live systemctl status a
  run -0 live systemctl show -p ActiveState,LoadState --property MainPID a
  [[ $output == $'MainPID=0\nLoadState=loaded\nActiveState=active' ]]
  run -0 live systemctl show -P LoadState nowhere
  [[ $output == not-found ]]
  live systemctl stop a
  run -3 live systemctl is-active a
  [[ $output == inactive ]]
}

@test "a unit's file is shown" {
  unit a.service $'[Service]\nExecStart=/bin/a'
  unit b@.service '[Service]'
  run -0 live systemctl cat a b@1
  [[ $output == $'# /etc/systemd/system/a.service\n[Service]\nExecStart=/bin/a\n# /etc/systemd/system/b@.service\n[Service]' ]]
  run -1 live systemctl cat nowhere
  [[ $output == 'No files found for nowhere.service.' ]]
}

@test "systemd is said to run where it does" {
  run -1 live systemctl is-system-running
  [[ $output == offline ]]
  mkdir -p "$ROOT/run/systemd/system"
  run -0 live systemctl is-system-running
  [[ $output == running ]]
  run -0 live systemctl
  [[ -z $output ]]
  run -0 live systemctl list-timers
  [[ -z $output && -z "$(noted)" ]]
}

@test "a user's systemd is not there" {
  run -1 live systemctl --user start a
  [[ $output == 'Failed to connect to bus: No medium found' && -z "$(noted)" ]]
  fake systemctl
  run -0 live systemctl --user enable a
  [[ $output == 'real: --root=/ --user enable a' && -z "$(noted)" ]]
}

@test "a wrong option fails as it does with the real one" {
  run -1 live systemctl --nonsense start a
  [[ $output == *"unrecognized option '--nonsense'" && -z "$(noted)" ]]
  run -1 live systemctl frobnicate a
  [[ $output == 'Unknown command verb frobnicate.' && -z "$(noted)" ]]
}

@test "udevadm" {
  fake udevadm
  notes 'udevadm control --reload-rules' -- udevadm control --reload-rules
  notes 'udevadm trigger --subsystem-match=usb' -- udevadm trigger --subsystem-match=usb
  notes 'udevadm settle' -- udevadm settle --timeout=5
  run -0 live udevadm info /dev/null
  [[ $output == 'real: info /dev/null' ]]
  run -0 live udevadm --version
  [[ $output == 'real: --version' ]]
}

@test "service and invoke-rc.d" {
  unit a.service
  fake service
  fake invoke-rc.d 3
  notes 'service a restart' -- service a restart
  notes 'service a rotate now' -- service a rotate now
  notes 'service gone stop' -- service gone stop
  notes 'invoke-rc.d a start' -- invoke-rc.d --quiet --skip-systemd-native a start
  : >"$FOLDER/effects"
  run -3 live service a status
  run -1 live service gone start
  [[ $output == 'service: gone: unrecognized service' ]]
  run -100 live invoke-rc.d gone start
  run -0 live service --status-all
  [[ $output == 'real: --status-all' ]]
  run -3 live invoke-rc.d --query a start
  [[ $output == 'real: --query a start' ]]
  [[ -z "$(noted)" ]]
}

@test "what ends processes reaches those of the stage, and is noted" {
  fake killall 1
  fake pgrep 1
  run -1 live killall -HUP a
  [[ $output == 'real: -HUP a' ]]
  run -1 live pkill a
  [[ $output == 'real: a' ]]
  run -1 live killall -0 a
  [[ "$(noted)" == $'killall -HUP a\npkill a' ]]
}

@test "the others are noted where they ask for something" {
  local name
  for name in sysctl kmod apparmor_parser dbus-send gdbus busctl; do
    fake "$name"
  done
  notes 'reboot' -- reboot
  notes 'shutdown -h now' -- shutdown -h now
  notes 'telinit q' -- telinit q
  notes 'initctl reload-configuration' -- initctl reload-configuration
  notes 'sysctl --system' -- sysctl --system
  notes 'sysctl -q a.b=1' -- sysctl -q a.b=1
  notes 'modprobe a' -- modprobe a
  notes 'rmmod a' -- rmmod a
  notes 'apparmor_parser -r /etc/apparmor.d/a' -- apparmor_parser -r /etc/apparmor.d/a
  notes 'dbus-send --system / a.b' -- dbus-send --system / a.b
  notes 'gdbus emit --system x' -- gdbus emit --system x
  notes 'busctl emit / a b' -- busctl emit / a b
  : >"$FOLDER/effects"
  for call in 'sysctl -n a.b' 'modprobe -n a' 'apparmor_parser -Q a' 'dbus-send --session / a.b' 'gdbus emit x' 'busctl tree'; do
    # shellcheck disable=SC2086
    run -0 live $call
    [[ $output == "real: ${call#* }" ]]
  done
  [[ -z "$(noted)" ]]
  run -1 live dbus-send --system --print-reply / a.b
  [[ $output == 'dbus-send: nothing answers before the commit' ]]
  [[ "$(noted)" == 'dbus-send --system --print-reply / a.b' ]]
}

@test "the log is bounded, and only written to whole" {
  local long
  long=$(printf 'x%.0s' {1..1025})
  run -1 live reboot "$long"
  [[ $output == 'reboot: cannot be asked of the running system: an argument: '* ]]
  # shellcheck disable=SC2046
  run -1 live reboot $(printf 'a %.0s' {1..64})
  [[ $output == 'reboot: cannot be asked of the running system: '* && -z "$(noted)" ]]
  head -c $((256 * 1024 - 20)) /dev/zero >"$FOLDER/effects"
  run -1 live reboot
  [[ $output == *'/run/fardel/effects: File too large' ]]
  (($(stat -c %s "$FOLDER/effects") == 256 * 1024 - 20))
  : >"$FOLDER/effects"
  run -0 live reboot "${long:1}"
}

@test "many at once: each record stands for itself" {
  local i pids=()
  ln -sf fardel-live "$FOLDER/names/reboot"
  for i in {1..40}; do
    stage /run/fardel/names/reboot "$i" 3>&- &
    pids+=("$!")
  done
  for i in "${pids[@]}"; do
    wait "$i"
  done
  [[ "$(noted | sort -V)" == "$(printf 'reboot %s\n' {1..40})" ]]
}

@test "without a log nothing is asked" {
  rm "$FOLDER/effects"
  run -1 live systemctl daemon-reload
  [[ $output == 'systemctl: cannot be asked of the running system: /run/fardel/effects: No such file or directory' ]]
  ln -s /srv/elsewhere "$FOLDER/effects"
  : >"$ROOT/srv/elsewhere"
  run -1 live systemctl daemon-reload
  rm "$FOLDER/effects"
  mkfifo "$FOLDER/effects"
  run -1 live systemctl daemon-reload
  # Also where somebody reads it.
  exec 9<>"$FOLDER/effects"
  run -1 live systemctl daemon-reload
  [[ $output == *'/run/fardel/effects: Invalid argument' ]]
  run ! read -r -t 0 -u 9
  exec 9>&-
  [[ ! -s $ROOT/srv/elsewhere ]]
}

@test "by its own name it says what it is" {
  run -64 stage /run/fardel/names/fardel-live
  [[ $output == 'fardel-live is run by fardel, by the names of other programs' ]]
  run -64 live nothing-known
}
