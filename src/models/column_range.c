#include "models/column_range.h"

#include "stats/clamp.h"

#include <math.h>

static struct column_range range_of(const struct matrix *rows, size_t column) {
  double low = rows->cells[column], high = low;
  for (size_t i = 1; i < rows->rows; i++) {
    const double value = rows->cells[i * rows->columns + column];
    low = double_min(low, value);
    high = double_max(high, value);
  }
  return (struct column_range){low, high > low ? high - low : 1};
}

void column_ranges_find(const struct matrix *rows, struct column_range *ret_ranges) {
  for (size_t i = 0; i < rows->columns; i++)
    ret_ranges[i] = range_of(rows, i);
}

void column_ranges_place(const struct column_range *ranges, size_t columns, const double *row,
                         double reach, float *ret_places) {
  for (size_t i = 0; i < columns; i++)
    ret_places[i] =
        (float)double_clamp((row[i] - ranges[i].low) / ranges[i].span, -reach, 1 + reach);
}

bool column_ranges_valid(const struct column_range *ranges, size_t columns) {
  bool valid = true;
  for (size_t i = 0; i < columns; i++)
    valid = valid && isfinite(ranges[i].low) && isfinite(ranges[i].span) && ranges[i].span > 0;
  return valid;
}
