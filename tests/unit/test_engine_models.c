/* Fitted blocks on their way out of the engine, and back: for each model of the list. */
#include "anomaly/detector.h"
#include "anomaly/model.h"
#include "anomaly/state.h"
#include "anomaly/status.h"
#include "unit/alloc_fail.h"
#include "unit/each_model.h"
#include "unit/kept_model.h"
#include "unit/model_rig.h"
#include "unit/unit_test.h"

#include <stdlib.h>
#include <string.h>

/* Where nothing else is said, each fit takes the place of the last one. */
static const char *const unchallenged[] = {"shadow=0", NULL};

static void start(struct model_rig *rig, const char *model, const char *const *options) {
  struct engine_settings settings = engine_settings_preset();
  settings.store_models = true;
  model_rig_start_with(rig, &settings, model, options != NULL ? options : unchallenged);
}

/* Another engine with the same rule that knows what was kept but for the block. */
static void restore(const struct model_rig *old, const struct kept_model *kept, const char *model,
                    const char *const *options, struct model_rig *rig) {
  start(rig, model, options);
  const struct restore_stats stats = kept_model_restore(kept, rig->engine, old->time);
  assert_int_equal(stats.metrics, 1);
  assert_int_equal(stats.cold_detectors, 0);
  rig->time = old->time;
  rig->noise = old->noise;
}

static void assert_same(const struct verdict *a, const struct verdict *b) {
  assert_true(a->scored && b->scored);
  assert_true(a->raw == b->raw && a->ratio == b->ratio && a->surprise == b->surprise);
  assert_true(a->outlier == b->outlier && a->anomaly == b->anomaly && a->change == b->change);
  assert_true(a->reason == b->reason);
}

/* Usual values, and a spike now and then; later fits too. */
static void assert_same_from_now(struct model_rig *a, struct model_rig *b, unsigned values) {
  for (unsigned i = 0; i < values; i++) {
    const double value = i % 37 == 36 ? 80 : 50 + noise_gaussian(&a->noise);
    const struct verdict left = model_rig_observe(a, value);
    const struct verdict right = model_rig_observe(b, value);
    assert_same(&left, &right);
  }
}

/* ---- A restart is not noticed ----------------------------------------------- */

static void goes_on_where_it_was(const struct model *model) {
  struct model_rig old, rig;
  struct kept_model kept = {.block = NULL};
  start(&old, model->name, NULL);
  model_rig_feed(&old, 190); /* fitted twice, and forty values ago */
  kept_model_export(&kept, old.engine, false);
  assert_non_null(kept.block);
  assert_int_equal(kept.version, 2);
  assert_true(kept.created == MODEL_RIG_BEGIN + 150 * MODEL_RIG_STEP);
  assert_true(kept.from < kept.created);
  restore(&old, &kept, model->name, NULL, &rig);
  const struct stored_model stored = kept_model_stored(&kept, model->name);
  assert_true(engine_wants_model(rig.engine, &stored));
  assert_int_equal(engine_take_model(rig.engine, &stored), STATUS_OK);
  assert_false(engine_wants_model(rig.engine, &stored));
  assert_int_equal(engine_take_model(rig.engine, &stored), STATUS_NOT_FOUND);
  assert_same_from_now(&old, &rig, 150);
  assert_int_equal(model_rig_stats(&rig).fits, 1); /* the third, in its turn */
  engine_destroy(rig.engine);
  engine_destroy(old.engine);
  kept_model_forget(&kept);
}

/* The block was stored long ago, and the second restart takes it up all the same. */
static void goes_on_twice(const struct model *model) {
  struct model_rig old, rig;
  struct kept_model kept = {.block = NULL};
  start(&old, model->name, NULL);
  model_rig_feed(&old, 160);
  kept_model_export(&kept, old.engine, false);
  for (unsigned run = 0; run < 2; run++) {
    const double created = kept.created;
    model_rig_feed(&old, 20);
    kept_model_export(&kept, old.engine, false); /* the state alone */
    assert_true(kept.created == created);
    restore(&old, &kept, model->name, NULL, &rig);
    const struct stored_model stored = kept_model_stored(&kept, model->name);
    assert_int_equal(engine_take_model(rig.engine, &stored), STATUS_OK);
    engine_destroy(old.engine);
    old = rig;
  }
  restore(&old, &kept, model->name, NULL, &rig);
  const struct stored_model stored = kept_model_stored(&kept, model->name);
  assert_int_equal(engine_take_model(rig.engine, &stored), STATUS_OK);
  assert_same_from_now(&old, &rig, 10);
  engine_destroy(rig.engine);
  engine_destroy(old.engine);
  kept_model_forget(&kept);
}

/* ---- What is handed out ------------------------------------------------------- */

static void is_handed_out_once(const struct model *model) {
  struct model_rig rig;
  struct kept_model kept = {.block = NULL};
  start(&rig, model->name, NULL);
  model_rig_feed(&rig, 60);
  kept_model_export(&kept, rig.engine, true);
  assert_int_equal(kept.version, 1);
  kept.version = 0;
  kept_model_export(&kept, rig.engine, false); /* as it was refused */
  assert_int_equal(kept.version, 1);
  kept.version = 0;
  model_rig_feed(&rig, 1);
  kept_model_export(&kept, rig.engine, false);
  assert_int_equal(kept.version, 0);
  model_rig_feed(&rig, 100);
  kept_model_export(&kept, rig.engine, false);
  assert_int_equal(kept.version, 2);
  engine_mark_unsaved(rig.engine);
  kept.version = 0;
  kept_model_export(&kept, rig.engine,
                    false); /* a block that has learned since is gone as it was */
  assert_int_equal(kept.version, model->learn != NULL ? 0 : 2);
  engine_destroy(rig.engine);
  kept_model_forget(&kept);
}

/* A block that learns is kept twice, until it is stored. */
static void costs_what_is_said(const struct model *model) {
  struct model_rig rig;
  struct kept_model kept = {.block = NULL};
  start(&rig, model->name, NULL);
  model_rig_feed(&rig, 60);
  const uint64_t before = model_rig_stats(&rig).memory;
  kept_model_export(&kept, rig.engine, false);
  const uint64_t freed = before - model_rig_stats(&rig).memory;
  assert_int_equal(freed, model->learn != NULL ? kept.block_size : 0);
  engine_destroy(rig.engine);
  kept_model_forget(&kept);
}

/* ---- What is refused ---------------------------------------------------------- */

/* Gives it bytes or words that are wrong; then it fits anew, from its window, at once. */
static void assert_refused(const struct model_rig *old, const struct kept_model *kept,
                           const char *model, const struct stored_model *stored, int status) {
  struct model_rig rig;
  restore(old, kept, model, NULL, &rig);
  const uint64_t memory = model_rig_stats(&rig).memory;
  assert_int_equal(engine_take_model(rig.engine, stored), status);
  assert_int_equal(model_rig_stats(&rig).models, 0);
  assert_int_equal(model_rig_stats(&rig).memory, memory);
  model_rig_feed(&rig, 1);
  assert_int_equal(model_rig_stats(&rig).fits, 1);
  assert_true(model_rig_feed(&rig, 1).scored);
  engine_destroy(rig.engine);
}

static void wrong_ones_are_refused(const struct model *model) {
  struct model_rig old;
  struct kept_model kept = {.block = NULL};
  start(&old, model->name, NULL);
  model_rig_feed(&old, 180);
  kept_model_export(&kept, old.engine, false);
  const struct stored_model good = kept_model_stored(&kept, model->name);
  unsigned char *const bytes = kept.block;
  bytes[kept.block_size / 2] ^= 1;
  assert_refused(&old, &kept, model->name, &good, STATUS_CORRUPT);
  bytes[kept.block_size / 2] ^= 1;
  struct stored_model wrong = good;
  wrong.size -= 64;
  assert_refused(&old, &kept, model->name, &wrong, STATUS_CORRUPT);
  wrong = good;
  wrong.version++;
  assert_refused(&old, &kept, model->name, &wrong, STATUS_NOT_FOUND);
  wrong = good;
  wrong.created += MODEL_RIG_STEP;
  assert_refused(&old, &kept, model->name, &wrong, STATUS_NOT_FOUND);
  wrong = good;
  wrong.key ^= 1;
  assert_refused(&old, &kept, model->name, &wrong, STATUS_NOT_FOUND);
  wrong = good;
  wrong.model = "no such model";
  assert_refused(&old, &kept, model->name, &wrong, STATUS_NOT_FOUND);
  engine_destroy(old.engine);
  kept_model_forget(&kept);
}

/* A block of the same metric and version, but fitted with other options. */
static void those_of_other_options_are_refused(const struct model *model) {
  struct model_rig old, other;
  struct kept_model kept = {.block = NULL}, of_other = {.block = NULL};
  start(&old, model->name, NULL);
  start(&other, model->name, (const char *const[]){"contamination=0.2", "shadow=0", NULL});
  model_rig_feed(&old, 160);
  model_rig_feed(&other, 160);
  kept_model_export(&kept, old.engine, false);
  kept_model_export(&of_other, other.engine, false);
  const struct stored_model wrong = kept_model_stored(&of_other, model->name);
  assert_refused(&old, &kept, model->name, &wrong, STATUS_MISMATCH);
  engine_destroy(other.engine);
  engine_destroy(old.engine);
  kept_model_forget(&of_other);
  kept_model_forget(&kept);
}

/* What was learned in more values than the window keeps cannot be made up for. */
static void too_much_learned_is_refused(const struct model *model) {
  struct model_rig old, rig;
  struct kept_model kept = {.block = NULL};
  const char *const options[] = {"window_size=100", "retrain_interval=1000", NULL};
  start(&old, model->name, options);
  model_rig_feed(&old, 50 + 102);
  kept_model_export(&kept, old.engine, false);
  restore(&old, &kept, model->name, options, &rig);
  const struct stored_model stored = kept_model_stored(&kept, model->name);
  assert_int_equal(engine_take_model(rig.engine, &stored),
                   model->learn != NULL ? STATUS_LIMIT : STATUS_OK);
  engine_destroy(rig.engine);
  engine_destroy(old.engine);
  kept_model_forget(&kept);
}

/* ---- Going back ---------------------------------------------------------------- */

/* The first block is gone back to, in place of a later one or of none. */
static void an_earlier_one_is_gone_back_to(const struct model *model) {
  bool went = false;
  static const char *const options[] = {"window_size=120", "drift_limit=0", "shadow=0", NULL};
  struct model_rig rig, twin, again;
  struct kept_model kept = {.block = NULL}, first = {.block = NULL};
  start(&rig, model->name, options);
  model_rig_feed(&rig, 50);
  kept_model_export(&first, rig.engine, false);
  model_rig_feed(&rig, 110);
  kept_model_export(&kept, rig.engine, false);
  assert_int_equal(kept.version, 2);
  const struct stored_model stored = kept_model_stored(&first, model->name);
  assert_int_equal(engine_crown_model(rig.engine, &stored, &went), STATUS_OK);
  assert_true(went);
  kept_model_export(&kept, rig.engine, false); /* the state, and the block again */
  assert_int_equal(kept.version, 1);
  assert_true(kept.created == first.created && kept.block_size == first.block_size);
  assert_memory_equal(kept.block, first.block, first.block_size);
  assert_int_equal(model_rig_stats(&rig).models, 1);
  restore(&rig, &kept, model->name, options, &twin); /* which waits for the first, too */
  assert_int_equal(engine_take_model(twin.engine, &stored), STATUS_OK);
  restore(&rig, &kept, model->name, options, &again); /* and one that has none gets it */
  assert_int_equal(engine_crown_model(again.engine, &stored, &went), STATUS_OK);
  assert_same_from_now(&rig, &twin, 119);
  assert_int_equal(model_rig_stats(&rig).fits, 2); /* until nothing of the window is left */
  assert_same_from_now(&rig, &twin, 1);
  assert_int_equal(model_rig_stats(&rig).fits, 3);
  kept_model_export(&kept, rig.engine, false);
  assert_int_equal(kept.version, 3);
  engine_destroy(again.engine);
  engine_destroy(twin.engine);
  engine_destroy(rig.engine);
  kept_model_forget(&first);
  kept_model_forget(&kept);
}

/* What is in use already stays as it is, and is handed out once more. */
static void the_one_in_use_stays(const struct model *model) {
  bool went = false;
  struct model_rig rig;
  struct kept_model kept = {.block = NULL};
  start(&rig, model->name, NULL);
  model_rig_feed(&rig, 60);
  kept_model_export(&kept, rig.engine, false);
  const struct stored_model stored = kept_model_stored(&kept, model->name);
  assert_int_equal(engine_crown_model(rig.engine, &stored, &went), STATUS_OK);
  assert_false(went);
  model_rig_feed(&rig, 89);
  assert_int_equal(model_rig_stats(&rig).fits, 1);
  model_rig_feed(&rig, 1);
  assert_int_equal(model_rig_stats(&rig).fits, 2);
  engine_destroy(rig.engine);
  kept_model_forget(&kept);
}

static void no_wrong_one_is_gone_back_to(const struct model *model) {
  bool went = false;
  struct model_rig rig, other;
  struct kept_model kept = {.block = NULL}, of_other = {.block = NULL};
  start(&rig, model->name, NULL);
  start(&other, model->name, (const char *const[]){"contamination=0.2", "shadow=0", NULL});
  model_rig_feed(&rig, 160);
  model_rig_feed(&other, 60);
  kept_model_export(&kept, rig.engine, false);
  kept_model_export(&of_other, other.engine, false);
  const uint64_t memory = model_rig_stats(&rig).memory;
  struct stored_model wrong = kept_model_stored(&of_other, model->name);
  assert_int_equal(engine_crown_model(rig.engine, &wrong, &went), STATUS_MISMATCH);
  wrong.key ^= 1 << 10;
  assert_int_equal(engine_crown_model(rig.engine, &wrong, &went), STATUS_NOT_FOUND);
  wrong = kept_model_stored(&of_other, "no such model");
  assert_int_equal(engine_crown_model(other.engine, &wrong, &went), STATUS_NOT_FOUND);
  wrong = kept_model_stored(&of_other, model->name);
  wrong.size = 0;
  assert_int_equal(engine_crown_model(other.engine, &wrong, &went), STATUS_CORRUPT);
  assert_int_equal(model_rig_stats(&rig).memory, memory);
  engine_destroy(other.engine);
  engine_destroy(rig.engine);
  kept_model_forget(&of_other);
  kept_model_forget(&kept);
}

/* ---- Without memory ------------------------------------------------------------ */

static void without_memory_it_fits_anew(const struct model *model) {
  bool went = false;
  struct model_rig old, rig;
  struct kept_model kept = {.block = NULL};
  start(&old, model->name, NULL);
  model_rig_feed(&old, 180);
  kept_model_export(&kept, old.engine, false);
  const struct stored_model stored = kept_model_stored(&kept, model->name);
  int status = STATUS_NO_MEMORY;
  for (unsigned n = 1; status != STATUS_OK; n++) {
    alloc_fail_at(n);
    status = engine_crown_model(old.engine, &stored, &went);
    alloc_fail_at(0);
    assert_true(model_rig_feed(&old, 1).scored);
  }
  status = STATUS_NO_MEMORY;
  for (unsigned n = 1; status != STATUS_OK; n++) {
    restore(&old, &kept, model->name, NULL, &rig);
    alloc_fail_at(n);
    status = engine_take_model(rig.engine, &stored);
    const bool failed = alloc_has_failed();
    alloc_fail_at(0);
    assert_int_equal(status == STATUS_OK, !failed);
    assert_true(model_rig_feed(&rig, 2).scored);
    engine_destroy(rig.engine);
  }
  engine_destroy(old.engine);
  kept_model_forget(&kept);
}

int main(int count, char **names) {
  static const struct model_test tests[] = {
      {"a restart is not noticed", goes_on_where_it_was},
      {"nor are two", goes_on_twice},
      {"a block is handed out once", is_handed_out_once},
      {"one that learns is kept as it was", costs_what_is_said},
      {"damaged and foreign ones are refused", wrong_ones_are_refused},
      {"and those of other options", those_of_other_options_are_refused},
      {"and what has learned too much", too_much_learned_is_refused},
      {"an earlier one is gone back to", an_earlier_one_is_gone_back_to},
      {"the one in use stays", the_one_in_use_stays},
      {"no wrong one is gone back to", no_wrong_one_is_gone_back_to},
      {"without memory it fits anew", without_memory_it_fits_anew},
  };
  return run_for_each_model(tests, sizeof tests / sizeof tests[0], count - 1, names + 1);
}
