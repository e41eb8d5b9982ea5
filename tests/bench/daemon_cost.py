"""CPU per value of the real daemon at 10,000 metrics, with the plugin and without.

usage: daemon_cost.py BUILD [ROUNDS]   (BUILD holds the plugins flood and empty_write)

Both daemons load an empty write plugin that counts; the runs take turns, and
the figures are medians. CPU is that of all the daemon's threads. With its usual
five write threads these wait for each other at the one lock of collectd's own
cache, more or less of it with each change of their pace, and the difference is
mostly that; with one write thread it is the plugin's."""

import glob
import os
import shutil
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import daemon  # noqa: E402

METRICS = 10000
INTERVAL = .2  # as flood has it: 50,000 values per second
SETTLE = 4
MEASURE = 10

PLUGINS = """\
WriteThreads {threads}
PluginDir "{build}/tests/daemon/.libs"
LoadPlugin flood
PluginDir "{build}/tests/bench/.libs"
LoadPlugin empty_write
"""


def cpu_nanoseconds(process):
    """Spent by the threads that there are; collectd's stay to its end."""
    total = 0
    for path in glob.glob("/proc/%d/task/*/schedstat" % process):
        with open(path) as file:
            total += int(file.read().split()[0])
    return total


def resident_bytes(process):
    with open("/proc/%d/statm" % process) as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def measure(folder, build, threads, anomaly):
    """Nanoseconds per value, values per second, resident bytes of one run."""
    rules = os.path.join(folder, "anomaly.cfg")
    with daemon.Daemon(folder, INTERVAL, rules, readers=(), anomaly=anomaly,
                       more=PLUGINS.format(build=build, threads=threads)) as collectd:
        time.sleep(SETTLE)
        collectd.must_run()
        process = collectd.process.pid
        before = cpu_nanoseconds(process), collectd.value("empty_write/gauge"), time.monotonic()
        time.sleep(MEASURE)
        after = cpu_nanoseconds(process), collectd.value("empty_write/gauge"), time.monotonic()
        collectd.must_run()
        memory = resident_bytes(process)
    cpu, values, seconds = (b - a for a, b in zip(before, after))
    return cpu / values, values / seconds, memory


def compare(folder, build, threads, rounds):
    runs = {False: [], True: []}
    for _ in range(rounds):
        for anomaly in runs:
            runs[anomaly].append(measure(folder, build, threads, anomaly))
    empty, ours = ([statistics.median(column) for column in zip(*runs[anomaly])]
                   for anomaly in (False, True))
    print("%d write thread%s, medians of %d runs" % (threads, "s"[:threads > 1], rounds))
    for name, middle in (("empty write plugin", empty), ("with anomaly", ours)):
        print("  %-20s %6.0f ns CPU per value, %6.0f values/s, %5.1f MB resident"
              % (name, middle[0], middle[1], middle[2] / 1e6))
    print("  %-20s %6.0f ns CPU per value, %.2f KB per metric"
          % ("difference", ours[0] - empty[0], (ours[2] - empty[2]) / METRICS / 1e3), flush=True)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    build = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) == 3 else 5
    folder = os.path.join(build, "bench")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    daemon.write_rules(os.path.join(folder, "anomaly.cfg"), 5)
    for threads in (1, 5):
        compare(folder, build, threads, rounds)


if __name__ == "__main__":
    try:
        main()
    except daemon.Failure as failure:
        sys.exit("daemon_cost: %s" % failure)
