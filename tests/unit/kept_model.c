#include "unit/kept_model.h"

#include "anomaly/model.h"
#include "anomaly/status.h"
#include "unit/unit_test.h"

#include <stdlib.h>
#include <string.h>

static void *copy_of(const void *bytes, size_t size) {
  void *const copy = malloc(size);
  assert_non_null(copy);
  memcpy(copy, bytes, size);
  return copy;
}

static void keep_block(struct kept_model *kept, const struct model_record *model) {
  free(kept->block);
  kept->block_size = block_size(model->block);
  kept->block = copy_of(block_bytes(model->block), kept->block_size);
  kept->version = model->version;
  kept->from = model->from;
  kept->created = model->created;
}

static void keep(struct kept_model *kept, const struct metric_record *record) {
  free(kept->state);
  kept->key = record->key;
  kept->state_size = record->size;
  kept->state = copy_of(record->state, record->size);
  assert_true(record->model_count <= 1);
  if (record->model_count > 0)
    keep_block(kept, record->models);
}

void kept_model_export(struct kept_model *kept, struct engine *engine, bool refuse) {
  struct state_export *export;
  const struct metric_record *records;
  size_t found = 0;
  assert_int_equal(state_export_begin(&export, engine, UNSAVED_STATE | UNSAVED_MODEL), STATUS_OK);
  for (size_t count; (count = state_export_next(export, &records)) > 0;) {
    for (size_t i = 0; i < count; i++)
      if (records[i].group == kept->group) {
        keep(kept, &records[i]);
        found++;
      }
    if (refuse)
      state_export_refused(export);
  }
  state_export_end(export);
  assert_int_equal(found, 1);
}

struct restore_stats kept_model_restore(const struct kept_model *kept, struct engine *engine,
                                        double now) {
  struct restore_stats stats = {.metrics = 0};
  engine_restore(engine, LEARNED_HERE, kept->state, kept->state_size, now, &stats);
  return stats;
}

struct stored_model kept_model_stored(const struct kept_model *kept, const char *model) {
  return (struct stored_model){.key = kept->key,
                               .model = model,
                               .version = kept->version,
                               .from = kept->from,
                               .created = kept->created,
                               .bytes = kept->block,
                               .size = kept->block_size};
}

void kept_model_forget(struct kept_model *kept) {
  free(kept->state);
  free(kept->block);
}
