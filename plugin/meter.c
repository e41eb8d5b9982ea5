#include "plugin/meter.h"

#include <math.h>
#include <time.h>

static _Thread_local unsigned calls;

static uint64_t now(void) {
  struct timespec time;
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) != 0)
    return 0;
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t meter_begin(void) {
  if (++calls % METER_PERIOD != 0)
    return 0;
  const uint64_t first = now();
  const uint64_t second = now();
  return second + (second - first);
}

void meter_end(struct meter *meter, uint64_t begin, uint64_t values) {
  if (begin == 0)
    return;
  const uint64_t end = now();
  const uint64_t spent = end > begin ? end - begin : 0;
  atomic_fetch_add_explicit(&meter->nanoseconds, spent, memory_order_relaxed);
  atomic_fetch_add_explicit(&meter->values, values, memory_order_relaxed);
}

double meter_take(struct meter *meter) {
  const uint64_t values = atomic_exchange_explicit(&meter->values, 0, memory_order_relaxed);
  const uint64_t nanoseconds =
      atomic_exchange_explicit(&meter->nanoseconds, 0, memory_order_relaxed);
  return values > 0 ? (double)nanoseconds / (double)values : (double)NAN;
}
