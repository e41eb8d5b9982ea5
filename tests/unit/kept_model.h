/*
 * What a store would have of one metric that a model watches, or of one group that it
 * judges: the state and the fitted block.
 */
#ifndef ANOMALY_TESTS_KEPT_MODEL_H
#define ANOMALY_TESTS_KEPT_MODEL_H

#include "anomaly/engine.h"
#include "anomaly/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kept_model {
  uint64_t key;
  void *state, *block; /* block: NULL = none was handed out */
  size_t state_size, block_size;
  uint32_t version;
  double from, created;
  bool group;
};

/*
 * Hands out what is unsaved of the engine's one metric, or of its one group, over what was
 * kept before; where that is to be refused, it stays so.
 */
void kept_model_export(struct kept_model *kept, struct engine *engine, bool refuse);

/* Restores the state alone; returns what became of it. */
struct restore_stats kept_model_restore(const struct kept_model *kept, struct engine *engine,
                                        double now);

/* The block as it was stored. */
struct stored_model kept_model_stored(const struct kept_model *kept, const char *model);

void kept_model_forget(struct kept_model *kept);

#endif
