"""./dev demo: stresses this machine's CPU, memory and disk in turn and shows that
each is noticed and that its end is noticed too. Ends with 0 only then."""

import os
import shutil
import subprocess
import sys
import time

import daemon
import terminal

INTERVAL = .5
WARMUP = 30  # seconds for which a metric must be known before it can alarm
LEARN = 110  # seconds without stress at first; the longer, the surer
STRESS = 25
LATE = 2  # seconds after the stress in which it may still be noticed
QUIET = 10  # seconds without stress after each
CALM = 60  # seconds to wait at most until nothing is odd: what begins then is told by itself
ATTEMPTS = 2  # a busy machine may hide the first
PATIENCE = 120  # seconds after the stress until the all-clear must have come


class Stress:
    """One kind of stress, where it must show, and what came of it."""

    def __init__(self, name, words, plugins):
        self.name = name
        self.words = words  # of stress-ng, by attempt: 1, 2 ...
        self.plugins = plugins
        self.attempt = 0
        self.started = 0
        self.began = None  # the first notification of it
        self.worst = None  # of the same incident
        self.open = False
        self.delay = self.lasted = float("nan")

    def is_of_this_attempt(self, notification):
        at = notification.number("Time") - self.started
        return (notification.plugins & self.plugins and notification.severity != "OKAY" and
                notification.number("StartTime") >= self.started - 1 and at <= STRESS + LATE)

    def take(self, notification):
        if not notification.is_anomaly:
            return
        if self.began is None:
            if not self.is_of_this_attempt(notification):
                return
            self.began = self.worst = notification
            self.delay = max(0, notification.number("Time") - self.started)
        elif notification["IncidentId"] != self.began["IncidentId"]:
            return
        self.open = notification.severity != "OKAY"
        if not self.open:
            self.lasted = notification.number("Time") - self.began.number("Time")
        elif notification.number("AnomalyScore") > self.worst.number("AnomalyScore"):
            self.worst = notification

    @property
    def was_seen(self):
        return self.began is not None and not self.open

    def row(self):
        name = self.name if self.attempt == 1 else "%s (attempt %d)" % (self.name, self.attempt)
        if self.began is None:
            return [name, "not noticed", "", "", "", "", ""]
        seen = self.worst
        usual = "%s .. %s" % (terminal.figure(seen.number("WarningMin")),
                              terminal.figure(seen.number("WarningMax")))
        return [name, seen.metric, usual, terminal.figure(seen.number("CurrentValue")),
                "%.2f" % seen.number("AnomalyScore"), "%.1f" % self.delay,
                "not seen" if self.open else "%.1f" % self.lasted]


def memory_to_take(attempt):
    with open("/proc/meminfo") as file:
        fields = dict(line.split(":") for line in file)
    available = int(fields["MemAvailable"].split()[0]) * 1024
    return attempt * min(available // 3, 6 << 30)


def stresses():
    # Enough of them that it shows in the load where the CPUs are busy anyway.
    workers = 8 * len(os.sched_getaffinity(0))
    return [
        Stress("cpu", lambda attempt: ["--cpu", str(workers * attempt)], {"cpu", "load"}),
        Stress("memory", lambda attempt: ["--vm", "1", "--vm-bytes", str(memory_to_take(attempt)),
                                          "--vm-keep", "--vm-populate"], {"memory", "swap"}),
        Stress("disk", lambda attempt: ["--hdd", str(attempt), "--hdd-bytes", "256m",
                                        "--hdd-opts", "fsync"], {"disk", "df"}),
    ]


def introduce(folder):
    print("""\
collectd watches this machine every %g s; its state and log are in %s.
Warm-up: %d s here instead of a day, so that the demonstration is short; it costs false alarms.
First it learns for %d s what is usual here: leave the machine alone meanwhile. Then stress-ng
works on CPU, memory and disk, %d s each, and once more and harder where that is not noticed.
About four minutes in all.
""" % (INTERVAL, os.path.relpath(folder), WARMUP, LEARN, STRESS))


def step(collectd, stress=None):
    """Shows what has come, and notes what it means for the stress of this time."""
    collectd.must_run()
    for line in collectd.log_lines("anomaly plugin"):
        terminal.show("log", line)
    for notification in collectd.notifications():
        terminal.show_notification(notification)
        if stress is not None:
            stress.take(notification)
    daemon.wait(.1)


def warm_up(collectd):
    end = time.monotonic() + LEARN
    next_status = time.monotonic() + 3
    while time.monotonic() < end:
        step(collectd)
        if time.monotonic() >= next_status:
            metrics = collectd.value("anomaly/gauge-metrics")
            warming = collectd.value("anomaly/gauge-warming")
            terminal.show("status", "learning what is usual here: %g metrics, %g warming up; "
                          "%d s to go" % (metrics, warming, end - time.monotonic()))
            next_status += 20


def calm_down(collectd):
    end = time.monotonic() + CALM
    while time.monotonic() < end and collectd.value("anomaly/gauge-incidents_open") > 0:
        step(collectd)


def perform(collectd, stress, folder):
    calm_down(collectd)
    words = stress.words(stress.attempt)
    command = ["stress-ng", "--quiet", "--temp-path", folder, "--timeout", "%ds" % STRESS]
    terminal.show("status", "stress: stress-ng " + " ".join(words))
    stress.started = time.time()
    with open(os.path.join(folder, "stress.log"), "ab") as log, \
            subprocess.Popen(command + words, stdin=subprocess.DEVNULL, stdout=log,
                             stderr=log) as process:
        try:
            while process.poll() is None:
                step(collectd, stress)
        finally:
            process.terminate()
    if process.returncode != 0:
        terminal.show("status", "stress-ng ended with status %d, see its log" % process.returncode)
    terminal.show("status", "end of the stress")
    ended = time.time()
    while time.time() < ended + (PATIENCE if stress.open else QUIET):
        step(collectd, stress)


def perform_until_seen(collectd, stress, folder):
    while stress.began is None and stress.attempt < ATTEMPTS:
        stress.attempt += 1
        perform(collectd, stress, folder)


def report(done):
    print()
    terminal.table(["stress", "metric", "usual range", "value", "score", "delay s",
                    "all-clear after s"], [stress.row() for stress in done])
    missed = [stress.name for stress in done if not stress.was_seen]
    print("\n%s" % ("Not seen to be raised and cleared: " + ", ".join(missed) if missed else
                    "Each was raised and cleared."))
    if any(stress.lasted < STRESS for stress in done):
        print("An all-clear within %d s came before the end of the stress: what lasts becomes\n"
              "usual, and soon for a metric that is not known for long." % STRESS)
    return 1 if missed else 0


def main():
    if shutil.which("stress-ng") is None:
        raise daemon.Failure("stress-ng is not there (Debian and Fedora: stress-ng)")
    folder = os.path.join(daemon.TOP, "build", "demo")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    rules = os.path.join(folder, "anomaly.cfg")
    daemon.write_rules(rules, WARMUP)
    introduce(folder)
    done = stresses()
    with terminal.ending_on_signals():
        try:
            with daemon.Daemon(folder, INTERVAL, rules) as collectd:
                warm_up(collectd)
                for stress in done:
                    perform_until_seen(collectd, stress, folder)
        except terminal.Ended:
            print()
    return report(done)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except daemon.Failure as failure:
        sys.exit("dev demo: %s" % failure)
