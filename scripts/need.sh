#!/bin/sh
# The servers, the browser and the font that `make test` needs and no package index carries.
# Installs what is missing when it may (root, or sudo without a password); otherwise says which command does.
set -eu

has() { command -v "$1" >/dev/null 2>&1; }

missing=""
# The shell is the same engine without the desktop around it: opening a page costs a twelfth.
has chromium-headless-shell || has chromium || has chromium-browser || has google-chrome || missing="$missing chromium-headless-shell"
# Debian keeps initdb off PATH, in a directory named after the version.
has initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
has redis-server || has valkey-server || missing="$missing redis-server"
# Without a Chinese font every screen of the journeys is a page of empty boxes.
{ has fc-list && fc-list :lang=zh family | grep -q .; } || missing="$missing fontconfig fonts-wqy-microhei"

[ -n "$missing" ] || exit 0

install="apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends$missing"
if ! has apt-get; then
    echo "make test needs:$missing. Please install them with your system's package manager." >&2
    exit 1
elif [ "$(id -u)" = 0 ]; then
    as_root=""
elif has sudo && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    printf 'make test needs:%s. Please run:\n\n    sudo apt-get update && sudo %s\n\n' "$missing" "$install" >&2
    exit 1
fi

echo "Installing$missing ..."
$as_root apt-get -o DPkg::Lock::Timeout=300 update -q || true # a broken third source need not matter
# shellcheck disable=SC2086  # both are lists of words
$as_root env DEBIAN_FRONTEND=noninteractive $install
