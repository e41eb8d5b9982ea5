#!/usr/bin/env python3
"""Slow twin of src/models/knn.c: the distances to all rows, in order."""

import math
import statistics

import model_rows


def fit(rows, n_neighbors=5, method="largest"):
    summary = {"largest": max, "mean": statistics.fmean, "median": statistics.median}[method]
    return lambda row: summary(sorted(math.dist(row, other) for other in rows)[:n_neighbors])


def main():
    model_rows.print_scores({}, fit)
    model_rows.print_scores({"method": "mean"}, fit)
    model_rows.print_scores({"n_neighbors": 8, "method": "median"}, fit)
    model_rows.print_scores({"n_neighbors": 1}, fit)


if __name__ == "__main__":
    main()
