#!/bin/sh
# Each header compiles alone, each source with clang as strictly as with the
# compiler of this build.
. "$ANOMALY_SRCDIR/tests/checks/tap.sh"

# compile COMPILER FLAG...: syntax and warnings only; the file comes last
compile() {
  # Word splitting is meant: both hold several flags.
  # shellcheck disable=SC2086
  "$@" -std=gnu11 -fsyntax-only $CHECK_CPPFLAGS $CHECK_WARNINGS \
    -Iinclude -Isrc -Itests -I. -I"$ANOMALY_BUILDDIR/src" -include src/base/banned.h
}

headers_alone() {
  project_files '*.h' | while read -r header; do
    echo "#include \"$header\"" | compile "$@" -x c -Wno-unused-macros - 2>&1
  done
}

sources() {
  project_files '*.c' | while read -r source; do
    compile "$@" "$source" 2>&1
  done
}

expect_nothing "each header compiles alone with $CC" headers_alone "$CC"
if [ -n "$CLANG" ]; then
  unknown=-Wno-unknown-warning-option
  expect_nothing "each header compiles alone with clang" headers_alone "$CLANG" $unknown
  expect_nothing "each source compiles with clang" sources "$CLANG" $unknown
else
  skip_check "each source compiles with clang" "clang is not there"
fi
finish
