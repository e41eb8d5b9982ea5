#!/bin/sh
# Habits of the text itself: blanks, lengths, words that mean "not finished".
. "$ANOMALY_SRCDIR/tests/checks/tap.sh"
tab=$(printf '\t')

tabs() { # makefiles need theirs
  project_files '*.c' '*.h' '*.sh' '*.py' '*.ac' '*.cfg' '*.conf' dev | xargs grep -nH "$tab"
}

trailing_blanks() {
  project_files '*' | xargs grep -nHIE '[[:blank:]]+$'
}

last_line_open() {
  project_files '*' | while read -r file; do
    [ -z "$(tail -c 1 "$file" | tr -d '\n')" ] || echo "$file: no newline at the end"
  done
}

# No-break space, soft hyphen, zero-width and direction marks, byte order mark.
invisible_characters() {
  project_files '*' | LC_ALL=C xargs grep -nHP \
    '\xC2[\xA0\xAD]|\xE2\x80[\x8B-\x8F\xAA-\xAE]|\xE2\x81[\xA0-\xA4]|\xEF\xBB\xBF'
}

unfinished() {
  project_files '*' | grep -v '^tests/checks/text.sh$' | xargs grep -nHIwE 'TODO|FIXME|XXX|HACK'
}

places_of_this_machine() {
  project_files '*' | grep -v '^tests/checks/text.sh$' |
    xargs grep -nHIE "(^|[^[:alnum:]_.])(/home/[a-z]|/root/)|$(pwd)/"
}

long_functions() {
  project_files '*.c' '*.h' | xargs awk '
    FNR == 1 { start = 0 }
    /^[A-Za-z_].*\(/ && !/;[[:blank:]]*$/ && !/^#/ && !start { start = FNR; name = $0 }
    /;[[:blank:]]*$/ && start && !body { start = 0 }
    /\{$/ && start { body = 1 }
    /^\}/ {
      if (start && FNR - start + 1 > 60)
        printf "%s:%d: %d lines: %s\n", FILENAME, start, FNR - start + 1, name
      start = body = 0
    }'
}

long_files() {
  project_files '*.c' '*.h' '*.sh' '*.py' dev | xargs wc -l |
    awk '$1 > 600 && $2 != "total" { print $2 ": " $1 " lines" }'
}

long_lines() {
  project_files '*.c' '*.h' |
    xargs awk 'length($0) > 100 { print FILENAME ":" FNR ": " length($0) " columns" }'
}

expect_nothing "no tabs" tabs
expect_nothing "no blanks at the end of a line" trailing_blanks
expect_nothing "each file ends with a newline" last_line_open
expect_nothing "no invisible characters" invisible_characters
expect_nothing "nothing is left unfinished" unfinished
expect_nothing "no folder of one machine is named" places_of_this_machine
expect_nothing "functions have at most 60 lines" long_functions
expect_nothing "files have at most 600 lines" long_files
expect_nothing "lines have at most 100 columns" long_lines
finish
