#!/bin/sh
# fuzz.sh FOLDER [TARGET] [SECONDS]: lets libFuzzer work on one target or all of
# them in FOLDER, a build with --enable-libfuzzer. What it learns is kept in
# FOLDER/corpus; an input that breaks a target is left in FOLDER/broken.
set -eu
folder=$1
target=all
seconds=60
shift
for word in "$@"; do
  case $word in
    *[!0-9]*) target=$word ;;
    *) seconds=$word ;;
  esac
done
source=$(cd "$(dirname "$0")" && pwd)

fuzz() { # NAME
  learned=$folder/corpus/$1
  mkdir -p "$learned" "$folder/broken"
  echo "fuzz $1: $seconds s"
  "$folder/tests/fuzz/fuzz_$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
    -max_len=65536 -print_final_stats=1 -verbosity=0 -artifact_prefix="$folder/broken/$1-" \
    "$learned" "$source/corpus/$1"
}

ran=0
failed=0
for file in "$source"/fuzz_*.c; do
  name=$(basename "$file" .c)
  name=${name#fuzz_}
  case $target in "$name" | all) ;; *) continue ;; esac
  ran=$((ran + 1))
  fuzz "$name" || failed=$((failed + 1))
done
echo "$ran targets, $failed failed"
[ "$ran" -gt 0 ] && [ "$failed" = 0 ]
