#!/bin/sh
# A file that no makefile names is neither built, nor run, nor distributed.
. "$ANOMALY_SRCDIR/tests/checks/tap.sh"

not_listed() { # a program stands for its only source
  listed=$(cat Makefile.am src/*.am ./*/*.am src/*/*.am tests/*/*.am | tr -s '[:space:]' '\n' |
    sed 's|^$(srcdir)/||; s|\.in$||')
  project_files '*.c' '*.h' '*.in' '*.sh' '*.py' '*.1' '*.5' '*.cfg' | while read -r file; do
    printf '%s\n' "$listed" | grep -qxF -e "$file" -e "${file%.c}" -e "${file%.in}" ||
      echo "$file is in no makefile"
  done
}

seeds_missing() {
  for target in tests/fuzz/fuzz_*.c; do
    name=$(basename "$target" .c)
    [ -n "$(ls "tests/fuzz/corpus/${name#fuzz_}" 2>/dev/null)" ] || echo "$target has no seeds"
  done
}

expect_nothing "each file is in a makefile" not_listed
expect_nothing "each fuzz target has seeds" seeds_missing
finish
