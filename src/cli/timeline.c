#include "cli/timeline.h"

#include "anomaly/status.h"
#include "stats/sorted.h"

#include <math.h>
#include <stdlib.h>

static int grow(struct timeline *timeline) {
  const size_t room = timeline->room * 2 + 1024;
  double *const times = realloc(timeline->times, room * sizeof *times);
  if (times != NULL)
    timeline->times = times;
  double *const values = realloc(timeline->values, room * sizeof *values);
  if (values != NULL)
    timeline->values = values;
  if (times == NULL || values == NULL)
    return STATUS_NO_MEMORY;
  timeline->room = room;
  return STATUS_OK;
}

int timeline_add(struct timeline *timeline, double time, double value) {
  if (timeline->count == timeline->room && grow(timeline) != STATUS_OK)
    return STATUS_NO_MEMORY;
  timeline->times[timeline->count] = time;
  timeline->values[timeline->count++] = value;
  return STATUS_OK;
}

void timeline_release(struct timeline *timeline) {
  free(timeline->times);
  free(timeline->values);
  *timeline = (struct timeline){.count = 0};
}

static int median_step(const struct timeline *timeline, double *ret_step) {
  const size_t count = timeline->count - 1;
  double *const steps = malloc(count * sizeof *steps);
  if (steps == NULL)
    return STATUS_NO_MEMORY;
  for (size_t i = 0; i < count; i++)
    steps[i] = timeline->times[i + 1] - timeline->times[i];
  sort_numbers(steps, count);
  *ret_step = sorted_quantile(steps, count, .5);
  free(steps);
  return STATUS_OK;
}

/* Of two values in one place the later one counts. */
static void fill(const struct timeline *timeline, double step, double *values) {
  size_t place = 0;
  values[0] = timeline->values[0];
  for (size_t i = 1; i < timeline->count; i++) {
    const double from = values[place], to = timeline->values[i];
    const size_t next = (size_t)llround((timeline->times[i] - timeline->times[0]) / step);
    for (size_t at = place + 1; at < next; at++)
      values[at] = from + (to - from) * (double)(at - place) / (double)(next - place);
    values[next] = to;
    place = next;
  }
}

int timeline_space(const struct timeline *timeline, double step, size_t most,
                   struct timeline_series *ret_series) {
  if (timeline->count < 2)
    return STATUS_LIMIT;
  if (step <= 0 && median_step(timeline, &step) != STATUS_OK)
    return STATUS_NO_MEMORY;
  const double last_time = timeline->times[timeline->count - 1];
  const double places = (last_time - timeline->times[0]) / step;
  if (!(places < (double)most))
    return STATUS_LIMIT;
  const size_t count = (size_t)llround(places) + 1;
  double *const values = malloc(count * sizeof *values);
  if (values == NULL)
    return STATUS_NO_MEMORY;
  fill(timeline, step, values);
  *ret_series = (struct timeline_series){
      .values = values, .count = count, .step = step, .last_time = last_time};
  return STATUS_OK;
}
