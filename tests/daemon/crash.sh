#!/bin/sh
# The daemon killed at random points, a few times; ./dev crash does it more often.
. "$ANOMALY_SRCDIR/tests/daemon/lib.sh"

if nm -D --undefined-only "$our_plugins/anomaly.so" | grep -qE '__(asan|tsan)_init'; then
  skip_all "a sanitizer has to be loaded into the daemon first"
fi
check "nothing that was told is lost by four kills" \
  "$python" "$here/kill_daemon.py" "$collectd" "$system_plugins" "$our_plugins" 4
finish
