#include "stats/kernel_sum.h"

#include <stdint.h>
#include <string.h>

size_t kernels_room(size_t count) { return (count + KERNEL_LOT - 1) / KERNEL_LOT * KERNEL_LOT; }

static const double LEAST = 708; /* e^-LEAST is a normal number */

/*
 * e^x, -LEAST <= x <= 0, without a branch: 2^n times e^r of the rest, |r| at most
 * ln 2 / 2, by Taylor's series of an eighth of it. ln 2 comes in two parts, of which
 * the first has zeros at its end, so that n times it is exact.
 */
ALWAYS_INLINE double exponential(double x) {
  const double ROUND = 0x1.8p52; /* leaves whole numbers in the last bits */
  const double shifted = x * 0x1.71547652b82fep+0 + ROUND, n = shifted - ROUND;
  const double r = ((x - n * 0x1.62e42feep-1) - n * 0x1.a39ef35793c76p-33) / 8;
  double power = r / 5040 + 1. / 720;
  power = power * r + 1. / 120;
  power = power * r + 1. / 24;
  power = power * r + 1. / 6;
  power = power * r + .5;
  power = power * r + 1;
  power = power * r + 1;
  power *= power;
  power *= power;
  power *= power;
  uint64_t bits, exponent;
  memcpy(&bits, &power, sizeof bits);
  memcpy(&exponent, &shifted, sizeof exponent);
  bits += exponent << 52;
  memcpy(&power, &bits, sizeof power);
  return power;
}

ALWAYS_INLINE double sum_lots(const struct kernels *kernels, const double *row) {
  const double largest = LEAST / kernels->gamma, rate = -kernels->gamma;
  double sums[KERNEL_LOT] = {0};
  for (size_t first = 0; first < kernels->count; first += KERNEL_LOT) {
    const double *cells = kernels->cells + first, *const weights = kernels->weights + first;
    double squares[KERNEL_LOT] = {0};
    for (size_t column = 0; column < kernels->columns; column++, cells += kernels->count) {
      const double value = row[column];
      for (size_t i = 0; i < KERNEL_LOT; i++)
        squares[i] += (cells[i] - value) * (cells[i] - value);
    }
    for (size_t i = 0; i < KERNEL_LOT; i++) {
      const double square = squares[i] < largest ? squares[i] : largest;
      sums[i] += weights[i] * exponential(square * rate);
    }
  }
  double sum = 0;
  for (size_t i = 0; i < KERNEL_LOT; i++)
    sum += sums[i];
  return sum;
}

static double sum_narrow(const struct kernels *kernels, const double *row) {
  return sum_lots(kernels, row);
}

FOR_WIDE_256 static double sum_256(const struct kernels *kernels, const double *row) {
  return sum_lots(kernels, row);
}

FOR_WIDE_512 static double sum_512(const struct kernels *kernels, const double *row) {
  return sum_lots(kernels, row);
}

double kernel_sum_as(const struct kernels *kernels, const double *row, enum wide wide) {
  if (wide == WIDE_512)
    return sum_512(kernels, row);
  return wide == WIDE_256 ? sum_256(kernels, row) : sum_narrow(kernels, row);
}

double kernel_sum(const struct kernels *kernels, const double *row) {
  return kernel_sum_as(kernels, row, wide_here());
}
