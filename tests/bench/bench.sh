#!/bin/sh
# ./dev bench [WHAT [ARGUMENT...]]: builds what measures, and measures.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$top/build

usage="usage: ./dev bench [cost | daemon | incidents | models | quality | store | tables | train [ARGUMENT...]]"

make_targets() {
  make -C "$build" -s -j "$(nproc)" --no-print-directory "$@"
}

bench_cost() {
  make_targets tests/bench/bench_observe tests/bench/bench_groups
  "$build/tests/bench/bench_observe" "$@"
  [ $# != 0 ] || "$build/tests/bench/bench_groups"
}

bench_daemon() {
  make_targets tests/bench/empty_write.la tests/daemon/flood.la
  python3 "$top/tests/bench/daemon_cost.py" "$build" "$@"
}

bench_incidents() {
  make_targets tests/bench/bench_incidents
  "$build/tests/bench/bench_incidents" "$@"
}

bench_models() {
  make_targets tests/bench/bench_models
  "$build/tests/bench/bench_models" "$@"
}

bench_quality() {
  make_targets tests/bench/bench_quality
  "$build/tests/bench/bench_quality" "$@"
}

# print_end DOCUMENT COMMAND...: writes the tables at its end anew.
print_end() {
  document=$top/docs/$1
  shift
  sed '/^<!-- What follows is printed/q' "$document" >"$build/tables"
  "$@" --markdown >>"$build/tables"
  mv "$build/tables" "$document"
}

bench_tables() {
  print_end models.md bench_models
  print_end detectors.md bench_quality
}

bench_store() {
  make_targets tests/bench/bench_store
  "$build/tests/bench/bench_store" "$@"
}

bench_train() {
  make_targets anomalyctl
  python3 "$top/tests/bench/train.py" "$build" "$@"
}

what=${1-all}
[ $# = 0 ] || shift
case $what in
  cost | daemon | incidents | models | quality | store | tables | train) "bench_$what" "$@" ;;
  all)
    for part in cost daemon incidents models quality store train; do
      "bench_$part" "$@"
    done
    ;;
  *)
    echo "$usage" >&2
    exit 2
    ;;
esac
