# Sourced by the tests of anomalyctl: TAP, a folder to work in, data to replay.
# shellcheck shell=sh
set -u
anomalyctl=$ANOMALY_BUILDDIR/anomalyctl
folder=$(mktemp -d) || exit 99
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
unset NO_COLOR
TZ=UTC
export TZ
tests=0

# conclude NAME WRONG: passed if WRONG, what is not as it should be, is empty
conclude() {
  tests=$((tests + 1))
  if [ -z "$2" ]; then
    echo "ok $tests - $1"
  else
    echo "not ok $tests - $1"
    printf '%s\n' "$2" | sed 's/^/# /'
  fi
}

# run ARGUMENT...: runs anomalyctl; leaves $status, and the files out and err
run() {
  "$anomalyctl" "$@" >out 2>err
  status=$?
}

# expect_status NAME STATUS: of the last run
expect_status() {
  [ "$status" = "$2" ] && conclude "$1" "" && return
  conclude "$1" "exit status $status instead of $2: $(cat err)"
}

# expect_output NAME TEXT: all that the last run printed
expect_output() {
  printf '%s\n' "$2" >expected
  conclude "$1" "$(diff -u expected out)"
}

# expect_file NAME FILE EXPECTED
expect_same() {
  conclude "$1" "$(diff -u "$3" "$2")"
}

# expect_in NAME FILE TEXT: a line of the file has the text
expect_in() {
  grep -qF -e "$3" "$2" && conclude "$1" "" && return
  conclude "$1" "\"$3\" is not in $2:
$(head -20 "$2")"
}

# expect_nothing NAME FILE
expect_nothing() {
  conclude "$1" "$(cat "$2")"
}

# expect_equal NAME EXPECTED ACTUAL
expect_equal() {
  [ "$2" = "$3" ] && conclude "$1" "" && return
  conclude "$1" "$3 instead of $2"
}

skip() {
  tests=$((tests + 1))
  echo "ok $tests - $1 # SKIP $2"
}

finish() {
  echo "1..$tests"
}

# series ROWS [PLACE VALUE]: a calm series at 60 s, but for VALUE in row PLACE
series() {
  awk -v rows="$1" -v place="${2:--1}" -v value="${3:-0}" 'BEGIN {
    print "timestamp,value"
    for (i = 0; i < rows; i++)
      print 1700000000 + 60 * i "," (i == place ? value : 10 + i * 7919 % 13 / 10)
  }'
}

# field NUMBER ROW FILE: one field of a row, counted from 1 for the first behind the header
field() {
  awk -F, -v field="$1" -v row="$2" 'NR == row + 1 { print $field }' "$3"
}

# row NAME: the numbers of a row of the table that backtest printed
row() {
  sed -n "s/^$1  *\([-0-9.]\)/\1/p" out | tr -s ' '
}
