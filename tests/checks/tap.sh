#!/bin/sh
# Sourced by the checks. Each check is a command that prints what it finds
# wrong, one finding per line; printing nothing is passing.
set -u
cd "$ANOMALY_SRCDIR" || exit 99
checks=0

# expect_nothing NAME COMMAND...
expect_nothing() {
  name=$1
  shift
  checks=$((checks + 1))
  findings=$("$@" 2>&1)
  if [ -z "$findings" ]; then
    echo "ok $checks - $name"
  else
    echo "not ok $checks - $name"
    printf '%s\n' "$findings" | sed 's/^/# /'
  fi
}

# skip_check NAME REASON
skip_check() {
  checks=$((checks + 1))
  echo "ok $checks - $1 # SKIP $2"
}

finish() {
  echo "1..$checks"
}

# project_files GLOB...: the project's own files with such names, in a checkout
# as well as in an unpacked tarball.
project_files() {
  for glob in "$@"; do
    find .ci collectd.conf.d docs include plugin src tests -type f -name "$glob" \
      ! -path 'tests/fuzz/corpus/*' ! -path '*/__pycache__/*'
    find . -maxdepth 1 -type f -name "$glob" ! -name configure ! -name 'configure~' \
      ! -name aclocal.m4 ! -name Makefile.in | sed 's|^\./||'
  done | LC_ALL=C sort -u
}
