#!/usr/bin/env python3
"""Slow twin of src/detectors/cusum.c."""

import charts
import signals

INTERVAL = 300


def run(settings, records):
    detector = charts.PageChart(
        43200, INTERVAL, settings.get("slack", .5), settings.get("interval", 0)
    )
    signals.print_block(settings, records, detector)


def main():
    run({}, charts.records(2400, 1, INTERVAL))
    run({"interval": 5, "slack": 0.25}, charts.records(1300, 2, INTERVAL))
    run({}, charts.constant(700, INTERVAL))


if __name__ == "__main__":
    main()
