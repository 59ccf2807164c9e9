#!/usr/bin/env bash
# Installs the Debian packages that are missing, as root or through sudo, and says which.
#   tests/install.sh build|test|cluster|chaos|lint …
# Nothing is printed, asked or changed where all is there.
set -euo pipefail

packages=()
commands=() # a command, and the package that brings it where no other did
for part in "$@"; do
  case $part in
    build)
      packages+=(gcc libc6-dev libwebsockets-dev libwebsockets-evlib-uv libuv1-dev libssl-dev libjansson-dev
        libsqlite3-dev libpq-dev libhiredis-dev libargon2-dev libicu-dev libstemmer-dev zlib1g-dev uthash-dev ca-certificates)
      commands+=(node:nodejs npm:npm)
      ;;
    test)
      packages+=(libcmocka-dev fortunes fortunes-ru fortunes-zh fonts-noto-cjk postgresql redis-server e2fsprogs mount util-linux)
      commands+=(sqlite3:sqlite3 openssl:openssl haproxy:haproxy chromium-headless-shell:chromium-headless-shell /usr/lib/chromium/chromium:chromium nm:binutils)
      ;;
    cluster)
      packages+=(postgresql redis-server)
      commands+=(haproxy:haproxy)
      ;;
    lint) commands+=(clang:clang clang-tidy:clang-tidy clang-format:clang-format nm:binutils) ;;
    chaos)
      packages+=(postgresql redis-server libfaketime)
      commands+=(haproxy:haproxy ip:iproute2 iptables:iptables mkfs.ext4:e2fsprogs)
      ;;
    *) echo "tests/install.sh: no such part: $part" >&2 && exit 2 ;;
  esac
done


missing=()
installed=" $(dpkg-query -W -f='${binary:Package} ${db:Status-Status}\n' 2>/dev/null |
  sed -n 's/^\([^ :]*\)\(:[^ ]*\)\? installed$/\1/p' | tr '\n' ' ') "
for package in "${packages[@]}"; do
  [[ $installed == *" $package "* ]] || missing+=("$package")
done
for entry in "${commands[@]}"; do
  command -v "${entry%%:*}" >/dev/null || missing+=("${entry#*:}")
done
[ ${#missing[@]} -gt 0 ] || exit 0

mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Missing: ${missing[*]}. Install them as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "Installing what is missing: ${missing[*]}"
# What it prints is of interest only when it fails.
apt() {
  local output
  output=$("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" 2>&1) ||
    { echo "$output" >&2 && exit 1; }
}
apt update
apt install -y --no-install-recommends "${missing[@]}"
