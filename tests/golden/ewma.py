#!/usr/bin/env python3
"""Slow twin of src/detectors/ewma.c."""

import math

import charts
import signals

INTERVAL = 300


class Ewma:
    def __init__(self, weight=0.2, sigma=0):
        self.chart = charts.Chart(43200, INTERVAL)
        self.weight = weight
        self.limit = sigma * math.sqrt(weight / (2 - weight))
        self.mean = 0.0

    def moved(self, deviation):
        return self.mean + self.weight * (deviation - self.mean)

    def update(self, time, value):
        deviation = self.chart.take(time, value)
        finding = self.chart.judge(abs(self.moved(deviation)), self.limit, 1 / self.weight)
        self.mean = self.moved(max(-20.0, min(20.0, deviation)))
        if self.chart.learn():
            self.mean = 0.0
        return finding


def run(settings, records):
    detector = Ewma(settings.get("lambda", 0.2), settings.get("sigma", 0))
    signals.print_block(settings, records, detector)


def main():
    run({}, charts.records(2400, 1, INTERVAL))
    run({"lambda": 0.1, "sigma": 3}, charts.records(1300, 2, INTERVAL))
    run({}, charts.constant(700, INTERVAL))


if __name__ == "__main__":
    main()
