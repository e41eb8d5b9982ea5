"""What ./dev run and ./dev demo show, and how they are ended."""

import contextlib
import signal
import sys
import time

COLOURS = {"WARNING": "33", "FAILURE": "31", "OKAY": "32", "status": "2", "log": "2"}


class Ended(Exception):
    """The user has had enough."""


@contextlib.contextmanager
def ending_on_signals():
    """Ctrl-C, a closed terminal and kill raise Ended, the first time; while
    collectd is being stopped they are not heard."""
    def end(*_):
        for number in heard:
            signal.signal(number, signal.SIG_IGN)
        raise Ended

    heard = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, end) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def show(kind, text, at=None):
    clock = time.strftime("%H:%M:%S", time.localtime(at))
    word = kind if kind in COLOURS else ""
    if sys.stdout.isatty() and word:
        print("%s  \033[%sm%-8s%s\033[0m" % (clock, COLOURS[word], word, text), flush=True)
    else:
        print("%s  %-8s%s" % (clock, word, text), flush=True)


def show_notification(notification):
    at = notification.number("Time")
    show(notification.severity, notification.message, at if at == at else None)


def duration(seconds):
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return "%g %s" % (round(seconds / size, 1), unit)
    return "%g s" % seconds


def figure(number):
    """A number as short as a reader wants it."""
    if number != number:
        return "-"
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(number) >= size:
            scale = 1e3 if letter == "k" else size
            return "%.3g%s" % (number / scale, letter)
    return "%.3g" % number


def table(titles, rows):
    widths = [max(len(row[column]) for row in [titles] + rows) for column in range(len(titles))]
    for row in [titles] + rows:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
