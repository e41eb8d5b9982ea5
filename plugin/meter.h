/*
 * What a value costs: nanoseconds of CPU per value in the write callback, from
 * a sample of the calls. CPU, not wall clock: on a busy machine a few calls
 * that lose the processor would drown all others.
 */
#ifndef ANOMALY_PLUGIN_METER_H
#define ANOMALY_PLUGIN_METER_H

#include <stdatomic.h>
#include <stdint.h>

/* Of the calls measured so far; all zero at first. */
struct meter {
  atomic_uint_fast64_t nanoseconds, values;
};

/* One call in so many is measured, in each thread; that costs each call 3 .. 12 ns. */
#define METER_PERIOD 128

/*
 * To be called at the begin and at the end of each call. meter_begin gives 0
 * where this call is not measured; then meter_end does nothing. What the
 * clock itself costs is taken off. Thread-safe.
 */
uint64_t meter_begin(void);
void meter_end(struct meter *meter, uint64_t begin, uint64_t values);

/* The mean since the last meter_take; NaN where nothing was measured. */
double meter_take(struct meter *meter);

#endif
