#include "base/nearest.h"

#include <stdint.h>
#include <string.h>

enum { LETTERS_MAX = 63 };

static size_t least(size_t a, size_t b, size_t c) {
  const size_t lesser = a < b ? a : b;
  return lesser < c ? lesser : c;
}

size_t name_distance(const char *a, const char *b) {
  const size_t rows = strlen(a), columns = strlen(b);
  if (rows > LETTERS_MAX || columns > LETTERS_MAX)
    return SIZE_MAX;
  uint8_t distance[LETTERS_MAX + 1][LETTERS_MAX + 1];
  for (size_t i = 0; i <= rows; i++)
    distance[i][0] = (uint8_t)i;
  for (size_t j = 0; j <= columns; j++)
    distance[0][j] = (uint8_t)j;
  for (size_t i = 1; i <= rows; i++)
    for (size_t j = 1; j <= columns; j++) {
      size_t best = least(distance[i - 1][j] + 1U, distance[i][j - 1] + 1U,
                          distance[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        best = least(best, distance[i - 2][j - 2] + 1U, SIZE_MAX);
      distance[i][j] = (uint8_t)best;
    }
  return distance[rows][columns];
}

void nearest_try(struct nearest *nearest, const char *candidate) {
  const size_t length = strlen(nearest->name);
  const size_t allowed = (length + 2) / 3;
  size_t distance = name_distance(nearest->name, candidate);
  if (length >= 3 && distance > allowed && strncmp(candidate, nearest->name, length) == 0)
    distance = allowed;
  if (distance > allowed || (nearest->best != NULL && distance >= nearest->distance))
    return;
  nearest->best = candidate;
  nearest->distance = distance;
}
