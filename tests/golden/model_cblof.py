#!/usr/bin/env python3
"""Slow twin of src/models/cblof.c where nothing is left to chance: one cluster, or one for each row."""

import math

import model_rows


def fit(rows, n_clusters, use_weights="false", **_alpha):
    if n_clusters == 1:
        middles = [[math.fsum(column) / len(rows) for column in zip(*rows)]]
    else:
        middles = sorted(set(rows))
    size = len(rows) // len(middles) if use_weights == "true" else 1
    return lambda row: size * min(math.dist(row, middle) for middle in middles)


def main():
    model_rows.print_scores({"n_clusters": 1}, fit)
    model_rows.print_scores({"n_clusters": 1, "use_weights": "true"}, fit)
    model_rows.print_scores({"n_clusters": 1000, "alpha": 0.999}, fit)


if __name__ == "__main__":
    main()
