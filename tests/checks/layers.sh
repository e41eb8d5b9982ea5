#!/bin/sh
# Who may include whom (CONTRIBUTING.md): a file includes only what is to the
# left of its own layer, and siblings never include each other.
. "$ANOMALY_SRCDIR/tests/checks/tap.sh"

includes() { # file:include, for each #include line of the code
  project_files '*.c' '*.h' | grep -E '^(include|plugin|src|tests)/' |
    xargs grep -HE '^[[:space:]]*#[[:space:]]*include' |
    sed -E 's/^([^:]*):[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]([^>"]*)[>"].*/\1:\2/'
}

wrong_direction() {
  includes | awk -F: '
    BEGIN {
      rank["base"] = 1
      rank["stats"] = 2
      rank["detectors"] = rank["groups"] = rank["models"] = 3
      rank["engine"] = 4
      rank["config"] = rank["store"] = rank["history"] = rank["evaluate"] = rank["http"] = 5
      rank["cli"] = rank["plugin"] = 6
    }
    function folder_of(path) {
      sub(/^src\//, "", path)
      sub(/\/.*/, "", path)
      return path
    }
    $1 !~ /^tests\// {
      from = folder_of($1)
      to = folder_of($2)
      if (to == "anomaly")
        next
      if (from == "include")
        from = "base"
      if (to in rank && from != to && rank[from] <= rank[to])
        print $1 " includes " $2
      if (!(from in rank))
        print $1 " is in no known layer"
      if (to == "unit" || to == "tests")
        print $1 " includes " $2 " of the tests"
    }'
}

# only_in PATTERN FOLDER...: who else includes what matches the pattern
only_in() {
  pattern=$1
  shift
  includes | grep -E ":$pattern" | while IFS=: read -r file header; do
    allowed=no
    for folder in "$@"; do
      case $file in "$folder"/*) allowed=yes ;; esac
    done
    [ $allowed = yes ] || echo "$file includes $header"
  done
}

expect_nothing "each layer includes only what is below it" wrong_direction
expect_nothing "libconfig.h only in src/config" only_in 'libconfig\.h' src/config
expect_nothing "sqlite3.h only in src/store and tests" only_in 'sqlite3\.h' src/store tests
expect_nothing "libsvm's header only in src/models" only_in '(libsvm/)?svm\.h' src/models
expect_nothing "collectd's headers only in plugin and tests" \
  only_in '(collectd/|daemon/|core/|plugin\.h|collectd\.h|utils/)' plugin tests
finish
