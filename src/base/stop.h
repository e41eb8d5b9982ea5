/*
 * Long work that may be told to stop, from any thread.
 */
#ifndef ANOMALY_BASE_STOP_H
#define ANOMALY_BASE_STOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* NULL never asks. */
static inline bool stop_asked(const atomic_bool *stop) {
  return stop != NULL && atomic_load_explicit(stop, memory_order_relaxed);
}

#endif
