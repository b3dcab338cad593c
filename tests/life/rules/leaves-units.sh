#!/bin/sh
# Rules that enable a unit, make an alternative, and give a program a capability.
set -eu
case $1 in
unpack) dpkg-deb -x "$2" "$3" ;;
configure)
  mkdir -p /usr/local/bin
  cp "$2/usr/bin/@NAME@" /usr/local/bin/@NAME@-helper
  setcap cap_net_raw+ep /usr/local/bin/@NAME@-helper
  printf '[Service]\nExecStart=/usr/local/bin/@NAME@-helper\n[Install]\nWantedBy=multi-user.target\n' \
    >/etc/systemd/system/@NAME@-helper.service
  systemctl enable --now @NAME@-helper.service
  update-alternatives --quiet --install /usr/bin/vendors-choice vendors-choice /usr/local/bin/@NAME@-helper 50
  [ ! -e /srv/fail ]
  ;;
unconfigure) systemctl stop @NAME@-helper.service ;;
esac
