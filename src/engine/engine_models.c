/* Fitted blocks that were stored, on their way back. */
#include "anomaly/state.h"
#include "engine/engine_private.h"
#include "engine/pack.h"

#include <string.h>

/* The seat that a stored model is of, its owner locked; false, and nothing locked: there is none.
 */
static bool lock_seat(struct engine *engine, const struct stored_model *stored,
                      struct model_owner *ret_owner, struct model_seat *ret_seat) {
  if (!engine_lock_owner_of(engine, stored->key, ret_owner))
    return false;
  for (size_t which = 0; engine_model_seat(engine, ret_owner, &which, ret_seat); which++)
    if (strcmp(ret_seat->model->name, stored->model) == 0)
      return true;
  engine_unlock_owner(engine, ret_owner);
  return false;
}

bool engine_wants_model(struct engine *engine, const struct stored_model *stored) {
  struct model_owner owner;
  struct model_seat seat;
  if (!lock_seat(engine, stored, &owner, &seat))
    return false;
  const bool wants = model_seat_wants(&seat, stored);
  engine_unlock_owner(engine, &owner);
  return wants;
}

/* Gives the block, which is taken over, to whom waits for it. */
static int attach(struct engine *engine, const struct stored_model *stored, struct block *block) {
  struct model_owner owner;
  struct model_seat seat;
  const bool found = lock_seat(engine, stored, &owner, &seat);
  int status = STATUS_NOT_FOUND;
  if (found && model_seat_wants(&seat, stored))
    status = model_seat_attach(&seat, stored, block);
  else
    block_destroy(block);
  if (found)
    engine_unlock_owner(engine, &owner);
  return status;
}

int engine_take_model(struct engine *engine, const struct stored_model *stored) {
  struct block *block;
  const int status = block_load(&block, stored->bytes, stored->size);
  return status == STATUS_OK ? attach(engine, stored, block) : status;
}

/* ---- Going back ---------------------------------------------------------------- */

/* `copy` is of the block, where it learns; both are taken over. */
static int go_back(struct engine *engine, const struct stored_model *stored, struct block *block,
                   struct block *copy, bool *ret_went) {
  struct model_owner owner;
  struct model_seat seat;
  if (!lock_seat(engine, stored, &owner, &seat)) {
    block_destroy(copy);
    block_destroy(block);
    return STATUS_NOT_FOUND;
  }
  const int status = model_seat_go_back(&seat, stored, block, copy, ret_went);
  struct owner_news news = {.unsaved = *ret_went ? UNSAVED_STATE : 0};
  if (status == STATUS_OK)
    news.unsaved |= UNSAVED_MODEL;
  engine_note_owner(engine, &owner, &news);
  engine_unlock_owner(engine, &owner);
  return status;
}

/* A copy only of a block that learns. */
static int load(const struct stored_model *stored, struct block **ret_block,
                struct block **ret_copy) {
  int status = block_load(ret_block, stored->bytes, stored->size);
  if (status != STATUS_OK || !block_learns(*ret_block))
    return status;
  status = block_copy(ret_copy, *ret_block);
  if (status != STATUS_OK)
    block_destroy(*ret_block);
  return status;
}

int engine_crown_model(struct engine *engine, const struct stored_model *stored, bool *ret_went) {
  struct block *block, *copy = NULL;
  /* A life goes on with it; one that comes from a state was looked at there. */
  if (!unpacked_time_valid(stored->created))
    return STATUS_CORRUPT;
  *ret_went = false;
  const int status = load(stored, &block, &copy);
  return status == STATUS_OK ? go_back(engine, stored, block, copy, ret_went) : status;
}

/* ---- Labels -------------------------------------------------------------------- */

enum model_grade engine_grade_model(struct engine *engine, const struct stored_model *stored,
                                    double f1, double best) {
  struct model_owner owner;
  struct model_seat seat;
  enum model_grade grade = MODEL_GOOD;
  if (!lock_seat(engine, stored, &owner, &seat))
    return grade;
  if (model_life_wants(seat.life, stored->version, stored->created))
    grade = model_life_graded(seat.life, &seat.terms, f1, best);
  engine_unlock_owner(engine, &owner);
  return grade;
}
