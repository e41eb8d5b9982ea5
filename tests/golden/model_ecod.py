#!/usr/bin/env python3
"""Slow twin of src/models/ecod.c."""

import model_rows
import model_tails


def main():
    model_rows.print_scores({}, lambda rows: model_tails.fit(rows, max))


if __name__ == "__main__":
    main()
