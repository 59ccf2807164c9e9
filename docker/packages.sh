#!/bin/bash
# The Debian packages that a program needs at run time, one a line: docker/packages.sh PROGRAM
# Their names differ between Debian's releases, so they are asked for where the program was built.
set -euo pipefail
ldd "$1" | awk '/not found/ { print > "/dev/stderr"; bad = 1 } $3 ~ "^/" { print $3 } END { exit bad }' |
  while read -r library; do
    dpkg-query -S "*/$(basename "$(readlink -e "$library")")" | sed 's/:.*//'
  done | sort -u
echo ca-certificates
# libwebsockets loads this one by name.
echo libwebsockets-evlib-uv
