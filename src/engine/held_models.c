#include "engine/held_models.h"

bool held_models_full(const struct held_models *held) {
  return held->count >= HELD_MODELS || held->bytes >= HELD_BYTES;
}

static void take(struct held_models *held, const struct model_owner *owner, size_t which,
                 const struct model_seat *seat) {
  struct fitted *const fitted = *seat->fitted;
  const bool stored = !fitted->unsaved;
  struct block *const block = stored ? fitted->block : fitted_stored(fitted);
  fitted->unsaved = fitted->judged = false;
  if (block == NULL)
    return;
  struct model_record *const record = &held->record[held->count];
  held->fitted[held->count++] = fitted_hold(fitted);
  *record = (struct model_record){.model = seat->model->name,
                                  .version = fitted->version,
                                  .from = fitted->from,
                                  .created = fitted->created,
                                  .since = fitted->since,
                                  .block = block,
                                  .stored = stored,
                                  .quality = fitted->quality};
  record->tables = engine_model_options(owner, which, record->options);
  held->bytes += stored ? 0 : block_size(block);
}

size_t held_models_take(struct held_models *held, struct engine *engine,
                        const struct model_owner *owner) {
  const size_t before = held->count;
  struct model_seat seat;
  for (size_t which = 0; engine_model_seat(engine, owner, &which, &seat); which++)
    if (*seat.fitted != NULL && ((*seat.fitted)->unsaved || (*seat.fitted)->judged))
      take(held, owner, which, &seat);
  return held->count - before;
}

void held_models_put_back(struct held_models *held, size_t first, size_t count) {
  for (size_t i = first; i < first + count; i++) {
    fitted_give(held->fitted[i]);
    held->fitted[i] = NULL;
  }
}

void held_models_release(struct held_models *held) {
  for (size_t i = 0; i < held->count; i++) {
    if (!held->refused && held->fitted[i] != NULL)
      fitted_keep(held->fitted[i], NULL);
    fitted_give(held->fitted[i]);
  }
  held->count = held->bytes = 0;
  held->refused = false;
}

void held_models_mark(struct engine *engine, const struct model_owner *owner) {
  struct model_seat seat;
  for (size_t which = 0; engine_model_seat(engine, owner, &which, &seat); which++)
    if (*seat.fitted != NULL)
      (*seat.fitted)->unsaved = true;
}
