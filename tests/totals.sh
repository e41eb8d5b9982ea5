#!/bin/sh
# totals.sh FOLDER STATUS: what `make check` in FOLDER did, from the result files
# of the tests that ran; STATUS is make's own. Ends with one line of totals and
# fails when a test failed, none ran, or make failed for another reason.
set -u
folder=$1
status=$2
results=$(mktemp)
trap 'rm -f "$results"' EXIT

find "$folder" -name '*.trs' | sort | while read -r file; do
  awk -v name="${file#"$folder"/}" '
    $1 == ":test-result:" && $2 ~ /^(PASS|XFAIL)$/ { passed++ }
    $1 == ":test-result:" && $2 ~ /^(FAIL|XPASS|ERROR)$/ { failed++ }
    $1 == ":test-result:" && $2 == "SKIP" { skipped++ }
    END {
      sub(/\.trs$/, "", name)
      print name, passed + 0, failed + 0, skipped + 0
    }' "$file"
done >"$results"

awk '{
  printf "  %-44s %5d passed", $1, $2
  if ($3) printf "  %d FAILED", $3
  if ($4) printf "  %d skipped", $4
  print ""
}' "$results"
while read -r name _ failed skipped; do
  [ "$failed" = 0 ] || { echo "---- $name" && cat "$folder/$name.log"; }
  [ "$skipped" = 0 ] || grep '^SKIP' "$folder/$name.log"
done <"$results"

failed=$(awk '{ n += $3 } END { print n + 0 }' "$results")
if [ "$status" != 0 ] && [ "$failed" = 0 ]; then
  tail -n 60 "$folder/check.log"
  echo "make failed, not a test."
  failed=1
fi
passed=$(awk '{ n += $2 } END { print n + 0 }' "$results")
skipped=$(awk '{ n += $4 } END { print n + 0 }' "$results")
if [ "$skipped" = 0 ]; then
  echo "$passed passed, $failed failed"
else
  echo "$passed passed, $failed failed, $skipped skipped"
fi
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
