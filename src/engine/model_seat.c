#include "engine/model_seat.h"

#include "anomaly/status.h"

/* ---- Work ----------------------------------------------------------------- */

enum model_task model_seat_task(const struct model_seat *seat) {
  const bool held = *seat->fitted != NULL;
  if (held && seat->odd)
    return MODEL_IDLE;
  return model_life_task(seat->life, &seat->terms, seat->newest, held);
}

struct model_work model_seat_work(const struct model_seat *seat, enum model_task task) {
  return (struct model_work){.task = task,
                             .model = seat->model,
                             .common = seat->common,
                             .own = seat->own,
                             .terms = seat->terms,
                             .champion = *seat->fitted != NULL ? (*seat->fitted)->block : NULL,
                             .copies = seat->stores};
}

uint32_t model_seat_rows(const struct model_seat *seat, enum model_task task) {
  return task == MODEL_FIT ? seat->source->count(seat) : seat->terms.drift_window;
}

struct model_result model_seat_work_now(const struct model_seat *seat, enum model_task task) {
  const struct model_work work = model_seat_work(seat, task);
  struct model_rows rows;
  (void)seat->source->newest(seat, model_seat_rows(seat, task), &rows);
  const struct model_result result = model_work_do(&work, &rows, NULL);
  model_rows_release(&rows);
  return result;
}

/* ---- What came of it ------------------------------------------------------ */

static struct model_quality quality_of(const struct model_drift *drift) {
  return (struct model_quality){.input_drift = drift->input, .score_drift = drift->score};
}

/* Whether there is room for blocks in place of the one that is there. */
static bool has_room(const struct model_seat *seat, const struct block *block,
                     const struct block *copy) {
  const struct fitted *const old = *seat->fitted;
  const uint64_t freed = old != NULL ? fitted_cost(old->block) : 0;
  const uint64_t kept = copy != NULL ? block_size(copy) : 0;
  return (int64_t)(fitted_cost(block) + kept - freed) <= seat->room;
}

/* Holds both in place of what is there; where that cannot be, they stay the caller's. */
static int hold(const struct model_seat *seat, struct block *block, struct block *copy,
                const struct stored_model *about) {
  if (!has_room(seat, block, copy))
    return STATUS_LIMIT;
  struct fitted *const fitted = fitted_create(block, about->version, about->created, seat->totals);
  if (fitted == NULL)
    return STATUS_NO_MEMORY;
  fitted_keep(fitted, copy);
  fitted->from = about->from;
  fitted->since = about->since;
  fitted->quality = about->quality;
  fitted_give(*seat->fitted);
  *seat->fitted = fitted;
  return STATUS_OK;
}

static bool take_block(const struct model_seat *seat, struct model_result *result,
                       uint32_t spread) {
  const struct stored_model about = {.from = result->from,
                                     .created = result->created,
                                     .since = seat->newest,
                                     .quality = quality_of(&result->drift)};
  if (hold(seat, result->block, result->copy, &about) != STATUS_OK) {
    model_result_drop(result);
    return false;
  }
  (*seat->fitted)->version =
      model_life_took(seat->life, &seat->terms, result->created, seat->newest, spread);
  (*seat->fitted)->unsaved = seat->stores;
  return true;
}

bool model_seat_take_fit(const struct model_seat *seat, struct model_result *result,
                         uint32_t spread) {
  if (result->block != NULL && take_block(seat, result, spread))
    return true;
  model_life_missed(seat->life, &seat->terms, seat->newest, *seat->fitted != NULL);
  return false;
}

void model_seat_take_look(const struct model_seat *seat, const struct model_result *result) {
  struct fitted *const fitted = *seat->fitted;
  model_life_looked(seat->life, &seat->terms, result->drifted);
  fitted->quality = quality_of(&result->drift);
  fitted->judged = seat->stores;
}

/* ---- Stored blocks -------------------------------------------------------- */

bool model_seat_wants(const struct model_seat *seat, const struct stored_model *stored) {
  return *seat->fitted == NULL && model_life_wants(seat->life, stored->version, stored->created);
}

/* Whether a fit of this seat would have made such a block. */
static bool is_of(const struct block *block, const struct model_seat *seat) {
  return block_model(block) == seat->model && block_columns(block) == seat->columns &&
         block_options(block) == model_options_hash(seat->model, &seat->common, seat->own);
}

/* Lets the block learn what it had; `scratch` is block_scratch of it. */
static int relearn(const struct model_seat *seat, struct block *block, double *scratch) {
  struct model_rows rows;
  if (!block_learns(block))
    return STATUS_OK;
  const int status = seat->source->scored(seat, &rows);
  for (size_t i = 0; status == STATUS_OK && i < rows.matrix.rows; i++) {
    const double *const row = rows.cells + i * rows.matrix.columns;
    (void)model_score(block, row, scratch);
    model_learn(block, row, scratch);
  }
  if (status == STATUS_OK)
    model_rows_release(&rows);
  return status;
}

int model_seat_attach(const struct model_seat *seat, const struct stored_model *stored,
                      struct block *block) {
  int status = is_of(block, seat) ? hold(seat, block, NULL, stored) : STATUS_MISMATCH;
  if (status != STATUS_OK) {
    block_destroy(block);
    return status;
  }
  status = relearn(seat, block, (*seat->fitted)->scratch);
  if (status != STATUS_OK) {
    fitted_give(*seat->fitted);
    *seat->fitted = NULL;
  }
  return status;
}

static bool is_in_use(const struct model_seat *seat, const struct stored_model *stored) {
  const struct fitted *const fitted = *seat->fitted;
  return fitted != NULL && fitted->version == stored->version && fitted->created == stored->created;
}

int model_seat_go_back(const struct model_seat *seat, const struct stored_model *stored,
                       struct block *block, struct block *copy, bool *ret_went) {
  struct stored_model about = *stored;
  about.since = seat->newest;
  const bool stays = is_of(block, seat) && is_in_use(seat, stored);
  int status = is_of(block, seat) ? STATUS_OK : STATUS_MISMATCH;
  if (status == STATUS_OK && !stays)
    status = hold(seat, block, copy, &about);
  *ret_went = status == STATUS_OK && !stays;
  if (*ret_went) {
    model_life_went_back(seat->life, &seat->terms, stored->version, stored->created, seat->newest,
                         seat->reach);
  } else {
    block_destroy(copy);
    block_destroy(block);
  }
  if (status == STATUS_OK)
    (*seat->fitted)->unsaved = true;
  return status;
}
