#!/usr/bin/env bash
# What `make lint` checks; prints nothing and ends with 0 when all is well.
set -uo pipefail
cd "$(dirname "$0")/.."
build=${BUILD:-build}
: "${DEFINES:?by \`make lint\`}"
jobs=${JOBS:-$(nproc)}
failed=0

# Runs a check and shows what it printed only when it failed.
check() {
  local title=$1 output
  shift
  if ! output=$("$@" 2>&1); then
    printf '%s:\n%s\n' "$title" "$output"
    failed=1
  fi
}

sources() { git ls-files -co --exclude-standard -- "$@" | sort; }
headers_and_sources=$(sources 'include/*.h' 'server/*.[ch]' 'tests/*.[ch]')
server_sources=$(sources 'server/*.c')

form() { echo "$headers_and_sources" | xargs -r clang-format --dry-run --Werror; }
# What clang-tidy finds inside of uthash's macros says nothing about the code that uses them.
without_macros() {
  awk '/^[^ ].*: (error|warning): / { head = $0; getline; shown = !/HASH_/; if (shown) print head "\n" $0; next } shown'
}
export -f without_macros
tidy() {
  echo "$server_sources" | xargs -r -P "$jobs" -I{} bash -c '
    folder=$(cut -d/ -f2 <<<"{}"); case $folder in *.c) folder=. ;; esac
    found=$(clang-tidy --quiet "{}" -- -std=c11 '"$DEFINES"' -Wall -Wextra -Wshadow -Wconversion \
      -Iinclude -I'"$build"'/generated -Iserver/"$folder" 2>/dev/null | without_macros)
    [ -z "$found" ] || { echo "$found"; exit 1; }'
}
with_clang() {
  make --no-print-directory -j"$jobs" BUILD="$build/clang" WEB_ASSETS="$build/generated/web_assets.c" CC=clang CFLAGS=-O1 "$build/clang/clubd" unit-programs
}
types() { make --no-print-directory client-types; }
shell_scripts() { for file in $(sources '*.sh' .ci/run); do bash -n "$file" || return 1; done; }
# Formatted text goes through calls that know the size of what they write to.
unsafe_calls() {
  ! grep -nE '\b(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|gets|strtok|atoi|atol|alloca|setjmp)\(' $server_sources
}

check 'The server does not compile' make --no-print-directory -j"$jobs" "$build/clubd"
check 'clang does not take it' with_clang
check 'Form (make format mends it)' form
check 'clang-tidy' tidy
check 'Calls that do not know their limits' unsafe_calls
check 'Who may call whom' make --no-print-directory layers
check 'TypeScript' types
check 'Shell scripts' shell_scripts
exit $failed
