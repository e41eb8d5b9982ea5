#!/bin/sh
# Scripts are read by their checkers.
. "$ANOMALY_SRCDIR/tests/checks/tap.sh"

shell_faults() { # SC1091: it cannot follow a variable; SC2016: awk has its own $0
  project_files '*.sh' dev run | xargs "$SHELLCHECK" --exclude=SC1091,SC2016
}

python_faults() {
  project_files '*.py' | while read -r file; do
    "$PYTHON" -c 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])' "$file"
  done
}

if [ -n "$SHELLCHECK" ]; then
  expect_nothing "shellcheck accepts the shell scripts" shell_faults
else
  skip_check "shellcheck accepts the shell scripts" "shellcheck is not there"
fi
if [ -n "$PYTHON" ]; then
  expect_nothing "python3 can read the Python scripts" python_faults
else
  skip_check "python3 can read the Python scripts" "python3 is not there"
fi
finish
