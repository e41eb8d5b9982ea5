"""./dev run: the real collectd on this machine, with the plugin over all of its
readers, until Ctrl-C; shows what a notification handler receives."""

import argparse
import os
import sys
import time

import daemon
import terminal

RECORDS_MIN = 128  # of a metric, before the default detector judges it
RECORDS_TO_KNOW = 180


def arguments():
    parser = argparse.ArgumentParser(prog="./dev run", description=__doc__)
    parser.add_argument("--interval", type=float, default=10, metavar="S",
                        help="seconds between two values of a metric [10]")
    parser.add_argument("--warmup", type=float, metavar="S",
                        help="seconds for which a metric must be known before it can alarm "
                             "[%d intervals]" % RECORDS_TO_KNOW)
    parser.add_argument("--seconds", type=float, default=float("inf"), metavar="S",
                        help="stop by itself after so long")
    given = parser.parse_args()
    if given.interval <= 0 or given.seconds <= 0 or (given.warmup or 1) <= 0:
        parser.error("times must be more than 0")
    given.warmup = given.warmup or RECORDS_TO_KNOW * given.interval
    return given


def introduce(given, folder):
    print("""\
collectd runs here with its own state in %s; Ctrl-C ends it.
Readers: %s, every %g s. Log: %s
Warm-up: %s here, so that something is seen soon; as shipped it is a day, and fewer false
alarms. What happens before a metric is known goes unnoticed: ./dev run --warmup SECONDS.
""" % (os.path.relpath(folder), " ".join(daemon.READERS), given.interval,
       os.path.relpath(os.path.join(folder, "collectd.log")), terminal.duration(given.warmup)))
    if given.warmup < RECORDS_MIN * given.interval:
        print("The default detector wants %d values whatever the warm-up, which is %s here.\n"
              % (RECORDS_MIN, terminal.duration(RECORDS_MIN * given.interval)))


def status_line(collectd):
    metrics = collectd.value("anomaly/gauge-metrics")
    if metrics != metrics:
        return None
    text = "watching %d metrics" % metrics
    warming = collectd.value("anomaly/gauge-warming")
    if warming > 0:
        text += ", %d of them warming up" % warming
        left = collectd.value("anomaly/gauge-warming_seconds")
        if left > 0:
            text += " until about " + time.strftime("%H:%M:%S", time.localtime(time.time() + left))
    return text + ", %d anomalous now" % collectd.value("anomaly/gauge-anomalous")


def watch(collectd, given):
    end = time.monotonic() + given.seconds
    pause = max(6 * given.interval, 10)
    next_status = time.monotonic() + 2.5 * given.interval
    while time.monotonic() < end:
        collectd.must_run()
        for line in collectd.log_lines("anomaly plugin"):
            terminal.show("log", line)
        for notification in collectd.notifications():
            terminal.show_notification(notification)
        if time.monotonic() >= next_status:
            text = status_line(collectd)
            next_status += pause if text else given.interval
            if text:
                terminal.show("status", text)
        daemon.wait(min(.2, given.interval))


def main():
    given = arguments()
    folder = os.path.join(daemon.TOP, "build", "run")
    os.makedirs(folder, exist_ok=True)
    rules = os.path.join(folder, "anomaly.cfg")
    daemon.write_rules(rules, given.warmup)
    introduce(given, folder)
    with terminal.ending_on_signals():
        with daemon.Daemon(folder, given.interval, rules) as collectd:
            try:
                watch(collectd, given)
            except terminal.Ended:
                print()
            terminal.show("status", "stopping collectd ...")
            collectd.stop()
    print("collectd ended with status %d." % collectd.status)
    return 0 if collectd.status == 0 else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except daemon.Failure as failure:
        sys.exit("dev run: %s" % failure)
