#include "cli/plot.h"

#include <math.h>

static const double FIRST_WIDTH = 1;

static const struct plot_span unused = {.low = NAN, .high = NAN, .lower = NAN, .upper = NAN};

void plot_init(struct plot *plot) {
  plot->start = (double)NAN;
  plot->width = FIRST_WIDTH;
  for (size_t i = 0; i < PLOT_SPANS; i++)
    plot->spans[i] = unused;
}

static void merge(struct plot_span *into, const struct plot_span *from) {
  into->low = fminf(into->low, from->low);
  into->high = fmaxf(into->high, from->high);
  into->lower = fminf(into->lower, from->lower);
  into->upper = fmaxf(into->upper, from->upper);
  into->score = fmaxf(into->score, from->score);
  into->labelled = into->labelled || from->labelled;
  into->used = into->used || from->used;
}

static void halve(struct plot *plot) {
  for (size_t i = 0; i < PLOT_SPANS / 2; i++) {
    struct plot_span pair = plot->spans[2 * i];
    merge(&pair, &plot->spans[2 * i + 1]);
    plot->spans[i] = pair;
  }
  for (size_t i = PLOT_SPANS / 2; i < PLOT_SPANS; i++)
    plot->spans[i] = unused;
  plot->width *= 2;
}

void plot_add(struct plot *plot, const struct plot_point *point) {
  if (isnan(plot->start))
    plot->start = point->time;
  while (point->time - plot->start >= plot->width * PLOT_SPANS)
    halve(plot);
  const struct plot_span span = {
      .low = (float)point->value,
      .high = (float)point->value,
      .lower = (float)point->lower,
      .upper = (float)point->upper,
      .score = isnan(point->score) ? 0 : (float)point->score,
      .labelled = point->labelled,
      .used = true,
  };
  merge(&plot->spans[(size_t)fmax((point->time - plot->start) / plot->width, 0)], &span);
}

size_t plot_length(const struct plot *plot) {
  size_t length = PLOT_SPANS;
  while (length > 0 && !plot->spans[length - 1].used)
    length--;
  return length;
}
