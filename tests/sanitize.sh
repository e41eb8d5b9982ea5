#!/bin/sh
# sanitize.sh TOP: the tests under sanitizers, each in a build of its own that
# ./dev has configured (build/asan, build/tsan), then the plugin inside the real
# collectd under ASan and under valgrind.
set -u
top=$1
failed=

step() { # NAME COMMAND...
  name=$1
  shift
  echo "==== $name"
  "$@" || failed="$failed
  $name"
}

# tests_in FOLDER VARIABLE...: `make check` of these lists only
tests_in() {
  folder=$top/build/$1
  shift
  lists=$(printf '$(%s) ' "$@")
  find "$folder" -name '*.trs' -delete
  status=0
  $wrapper make -C "$folder" -j "$(nproc)" --no-print-directory -s VERBOSE=1 check TESTS="$lists" \
    >"$folder/check.log" 2>&1 || status=1
  sh "$top/tests/totals.sh" "$folder" $status
}

wrapper=
step "ASan and UBSan: unit, command line and fuzz tests" \
  tests_in asan UNIT_TESTS CLI_TESTS FUZZ_TESTS
# TSan wants its addresses where a randomised layout may not leave them.
if setarch -R true 2>/dev/null; then wrapper="setarch -R"; fi
step "TSan: unit tests" tests_in tsan UNIT_TESTS
step "ASan: the plugin inside collectd" \
  python3 "$top/tests/live/memory.py" --asan "$top/build/asan/plugin/.libs"
step "valgrind: the plugin inside collectd" \
  python3 "$top/tests/live/memory.py" --valgrind "$top/build/stage/lib/collectd"

[ -z "$failed" ] || echo "Failed:$failed"
[ -z "$failed" ]
