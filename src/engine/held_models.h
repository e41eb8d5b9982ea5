/*
 * Fitted blocks that are being handed out: held, so that their owner may get
 * another one meanwhile.
 */
#ifndef ANOMALY_ENGINE_HELD_MODELS_H
#define ANOMALY_ENGINE_HELD_MODELS_H

#include "anomaly/rule.h"
#include "anomaly/state.h"
#include "engine/engine_private.h"

#include <stdbool.h>
#include <stddef.h>

enum { HELD_MODELS = 256, HELD_BYTES = 8 << 20 };

/* All zero: none. */
struct held_models {
  size_t count, bytes;
  bool refused; /* they could not be stored */
  struct fitted *fitted[HELD_MODELS + RULE_DETECTORS_MAX];
  struct model_record record[HELD_MODELS + RULE_DETECTORS_MAX];
};

/* Whether there are so many that another owner's are for the next time. */
bool held_models_full(const struct held_models *held);

/* Holds those of the owner, which is locked, that are unsaved; returns how many. */
size_t held_models_take(struct held_models *held, struct engine *engine,
                        const struct model_owner *owner);

/* Gives up some, from `first` on, whose owner could not be handed out: they are kept. */
void held_models_put_back(struct held_models *held, size_t first, size_t count);

/* Gives up all. What was stored need not be kept as it was taken. */
void held_models_release(struct held_models *held);

/* Marks all blocks of the owner, which is locked, as unsaved. */
void held_models_mark(struct engine *engine, const struct model_owner *owner);

#endif
