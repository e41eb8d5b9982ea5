#!/bin/sh
# C code is as clang-format writes it.
. "$ANOMALY_SRCDIR/tests/checks/tap.sh"

differently_formatted() {
  project_files '*.c' '*.h' | while read -r file; do
    "$CLANG_FORMAT" "$file" | cmp -s - "$file" || echo "$file: ./dev format writes it otherwise"
  done
}

if [ -n "$CLANG_FORMAT" ]; then
  expect_nothing "clang-format changes nothing" differently_formatted
else
  skip_check "clang-format changes nothing" "clang-format-14 is not there; others differ"
fi
finish
