#include "engine/held_models.h"

bool held_models_full(const struct held_models *held) {
  return held->count >= HELD_MODELS || held->bytes >= HELD_BYTES;
}

static void take(struct held_models *held, const struct plan_detector *detector,
                 struct fitted *fitted) {
  const bool stored = !fitted->unsaved;
  struct block *const block = stored ? fitted->block : fitted_stored(fitted);
  fitted->unsaved = fitted->judged = false;
  if (block == NULL)
    return;
  held->fitted[held->count] = fitted_hold(fitted);
  held->record[held->count++] = (struct model_record){.detector = detector->detector,
                                                      .options = detector->options,
                                                      .version = fitted->version,
                                                      .from = fitted->from,
                                                      .created = fitted->created,
                                                      .since = fitted->since,
                                                      .block = block,
                                                      .stored = stored,
                                                      .quality = fitted->quality};
  held->bytes += stored ? 0 : block_size(block);
}

size_t held_models_take(struct held_models *held, const struct metric *metric) {
  const size_t before = held->count;
  for (size_t i = 0; i < metric->plan->count; i++) {
    struct fitted *const *const fitted = metric_fitted(metric, i);
    if (fitted != NULL && *fitted != NULL && ((*fitted)->unsaved || (*fitted)->judged))
      take(held, &metric->plan->detectors[i], *fitted);
  }
  return held->count - before;
}

void held_models_release(struct held_models *held) {
  for (size_t i = 0; i < held->count; i++) {
    if (!held->refused)
      fitted_keep(held->fitted[i], NULL);
    fitted_give(held->fitted[i]);
  }
  held->count = held->bytes = 0;
  held->refused = false;
}

void held_models_mark(const struct metric *metric) {
  for (size_t i = 0; i < metric->plan->count; i++) {
    struct fitted *const *const fitted = metric_fitted(metric, i);
    if (fitted != NULL && *fitted != NULL)
      (*fitted)->unsaved = true;
  }
}
