#!/usr/bin/env python3
"""Slow twin of src/models/copod.c."""

import model_rows
import model_tails


def main():
    def part(left, right, longer):
        return max((left + right) / 2, longer)

    model_rows.print_scores({}, lambda rows: model_tails.fit(rows, part))


if __name__ == "__main__":
    main()
