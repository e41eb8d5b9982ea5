/* State on its way out: metrics are copied under their locks, and packed without them. */
#include "anomaly/state.h"

#include "engine/engine_private.h"
#include "engine/group_instance.h"
#include "engine/group_state.h"
#include "engine/held_models.h"
#include "engine/metric_state.h"

#include <stdlib.h>
#include <string.h>

enum {
  RECORDS = 256,          /* of one batch */
  STEP_METRICS = 16,      /* copied under a shard's lock at once */
  STEP_SLOTS = 256,       /* searched under a shard's lock at once */
  FIRST_BYTES = 1 << 20,  /* of a batch; grows where metrics have more */
  FIRST_COPIES = 1 << 16, /* of a step; likewise */
};

/* A metric's block, copied under the lock to be packed without it. */
struct copy {
  size_t at; /* in copies */
  uint64_t hash;
  unsigned due;
  size_t models, model_count;   /* of the held ones: the first, and how many */
  struct group_instance *group; /* of a group's own metric; no row of it is judged meanwhile */
};

struct state_export {
  struct engine *engine;
  unsigned unsaved;
  size_t shard; /* whose hashes these are, plus one */
  uint64_t *hashes;
  size_t count, capacity, at;
  unsigned char *copies; /* aligned as the blocks are */
  size_t copies_size, copied;
  struct copy copy[STEP_METRICS];
  unsigned char *bytes; /* states and identities of the records */
  size_t used, size;
  size_t records;
  uint64_t hash[RECORDS];
  size_t offset[RECORDS]; /* of each record's state in bytes; its identity follows */
  struct metric_record record[RECORDS];
  struct held_models models;
};

int state_export_begin(struct state_export **ret_export, struct engine *engine, unsigned unsaved) {
  struct state_export *const export = calloc(1, sizeof *export);
  if (export == NULL)
    return STATUS_NO_MEMORY;
  *export = (struct state_export){.engine = engine,
                                  .unsaved = unsaved,
                                  .copies = aligned_alloc(SLAB_ALIGNMENT, FIRST_COPIES),
                                  .copies_size = FIRST_COPIES,
                                  .bytes = malloc(FIRST_BYTES),
                                  .size = FIRST_BYTES};
  if (export->copies == NULL || export->bytes == NULL) {
    state_export_end(export);
    return STATUS_NO_MEMORY;
  }
  *ret_export = export;
  return STATUS_OK;
}

void state_export_end(struct state_export *export) {
  if (export == NULL)
    return;
  held_models_release(&export->models);
  free(export->hashes);
  free(export->copies);
  free(export->bytes);
  free(export);
}

/* ---- What is to be handed out --------------------------------------------- */

static bool make_room(struct state_export *export, size_t wanted) {
  if (wanted <= export->capacity)
    return true;
  uint64_t *const hashes = realloc(export->hashes, wanted * sizeof *hashes);
  if (hashes == NULL)
    return false;
  export->hashes = hashes;
  export->capacity = wanted;
  return true;
}

/*
 * The row at hand of a group is part of its state, and no value of it marks the metric;
 * before the first row was judged there is nothing to keep.
 */
static bool is_due(struct metric *metric, unsigned unsaved) {
  if (metric->plan->group != NULL && metric->first_time == 0)
    return false;
  if (metric->plan->group != NULL)
    metric->unsaved |= UNSAVED_STATE;
  return metric->plan->count > 0 && (metric->unsaved & unsaved) != 0;
}

static void note_slots(struct state_export *export, const struct table *table, size_t begin) {
  for (size_t i = begin; i < begin + STEP_SLOTS && i < table->capacity; i++) {
    struct metric *const metric = table->slots[i].metric;
    if (metric != NULL && is_due(metric, export->unsaved) && export->count < export->capacity)
      export->hashes[export->count++] = metric_hash(metric, export->engine->hash_seed);
  }
}

static int by_number(const void *a, const void *b) {
  const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return (left > right) - (left < right);
}

/* Where memory is short, what has no room waits for the next export. */
static void note_shard(struct state_export *export) {
  struct shard *const shard = &export->engine->shards[export->shard++];
  export->count = export->at = 0;
  pthread_mutex_lock(&shard->lock);
  const size_t metrics = shard->table.count;
  pthread_mutex_unlock(&shard->lock);
  (void)make_room(export, metrics);
  for (size_t begin = 0, end = 1; begin < end; begin += STEP_SLOTS) {
    pthread_mutex_lock(&shard->lock);
    end = shard->table.capacity;
    note_slots(export, &shard->table, begin);
    pthread_mutex_unlock(&shard->lock);
  }
  if (export->count > 0)
    qsort(export->hashes, export->count, sizeof *export->hashes, by_number);
}

/* ---- Handing out ---------------------------------------------------------- */

static struct metric_baseline baseline_of(const struct summary *summary) {
  return (struct metric_baseline){.count = summary->moments.count,
                                  .mean = summary->moments.mean,
                                  .deviation = moments_deviation(&summary->moments),
                                  .minimum = summary_get(summary, SUMMARY_MINIMUM),
                                  .maximum = summary_get(summary, SUMMARY_MAXIMUM),
                                  .percentile_95 = summary_get(summary, SUMMARY_95),
                                  .percentile_99 = summary_get(summary, SUMMARY_99)};
}

static struct metric *copy_at(struct state_export *export, size_t which) {
  return (struct metric *)(void *)(export->copies + export->copy[which].at);
}

/* Whether a metric can be copied now: not where a row of its group is just being judged. */
static bool begin_copy(const struct metric *metric, struct group_instance **ret_group) {
  *ret_group = metric->plan->group != NULL ? metric_own(metric)->instance : NULL;
  return *ret_group == NULL || pthread_mutex_trylock(&(*ret_group)->judging) == 0;
}

/* Holds the models of what is copied. */
static void take_models(struct state_export *export, struct shard *shard, struct metric *metric,
                        struct copy *copy) {
  const bool grouped = copy->group != NULL && copy->group->rule->model != NULL;
  const struct model_owner owner = {
      .shard = shard, .metric = metric, .instance = grouped ? copy->group : NULL};
  if ((copy->due & UNSAVED_MODEL) != 0)
    copy->model_count = held_models_take(&export->models, export->engine, &owner);
}

/*
 * Copies a few metrics under the lock. A metric too large for the room gives
 * what it needs, and is not copied yet.
 */
static size_t copy_step(struct state_export *export) {
  struct engine *const engine = export->engine;
  struct shard *const shard = engine_shard(engine, export->hashes[export->at]);
  size_t used = 0, needed = 0;
  export->copied = 0;
  pthread_mutex_lock(&shard->lock);
  while (export->at < export->count && export->copied < STEP_METRICS &&
         export->records + export->copied < RECORDS && !held_models_full(&export->models)) {
    const uint64_t hash = export->hashes[export->at];
    struct metric *const metric = table_find_hash(&shard->table, hash, engine->hash_seed);
    needed = metric != NULL ? slab_cost(metric->size) : 0;
    if (needed > export->copies_size - used)
      break;
    export->at++;
    struct group_instance *group;
    if (metric == NULL || !begin_copy(metric, &group))
      continue;
    const unsigned due = metric->unsaved & export->unsaved;
    struct copy *const copy = &export->copy[export->copied++];
    *copy = (struct copy){
        .at = used, .hash = hash, .due = due, .models = export->models.count, .group = group};
    take_models(export, shard, metric, copy);
    if (group != NULL)
      engine_hold_group(engine, group);
    memcpy(export->copies + used, metric, metric->size);
    metric->unsaved &= (uint8_t) ~export->unsaved;
    used += needed;
  }
  pthread_mutex_unlock(&shard->lock);
  return needed;
}

/* A metric that is too large even for all the room, where memory is short too, is left out. */
static void grow_copies(struct state_export *export, size_t needed) {
  if (needed <= export->copies_size)
    return;
  unsigned char *const copies = aligned_alloc(SLAB_ALIGNMENT, needed);
  if (copies == NULL) {
    export->at++;
    return;
  }
  free(export->copies);
  export->copies = copies;
  export->copies_size = needed;
}

static bool grow_bytes(struct state_export *export, size_t needed) {
  if (needed <= export->size - export->used)
    return true;
  const size_t size = (export->used + needed) * 2;
  unsigned char *const bytes = realloc(export->bytes, size);
  if (bytes == NULL)
    return false;
  export->bytes = bytes;
  export->size = size;
  return true;
}

/* Of what nobody has locked. */
static void mark_again(struct engine *engine, uint64_t hash, unsigned unsaved) {
  struct model_owner owner;
  if (!engine_lock_owner(engine, hash, &owner))
    return;
  engine_note_owner(engine, &owner, &(struct owner_news){.unsaved = unsaved});
  if ((unsaved & UNSAVED_MODEL) != 0)
    held_models_mark(engine, &owner);
  engine_unlock_owner(engine, &owner);
}

/* The instance of a group's own metric, packed; STATUS_OK and NULL for others. */
static int pack_group(const struct copy *copy, void **ret_group, size_t *ret_size) {
  *ret_group = NULL;
  *ret_size = 0;
  if (copy->group == NULL || (copy->due & UNSAVED_STATE) == 0)
    return STATUS_OK;
  return group_state_pack(copy->group, ret_group, ret_size);
}

static void save_state(const struct metric *metric, const void *group, size_t group_size,
                       unsigned char *bytes) {
  const size_t size = metric_state_size(metric);
  metric_state_save(metric, bytes, size);
  if (group != NULL)
    metric_state_add_group(metric, group, group_size, bytes + size);
}

static size_t state_size(const struct copy *copy, const struct metric *metric, const void *group,
                         size_t group_size) {
  if ((copy->due & UNSAVED_STATE) == 0)
    return 0;
  return metric_state_size(metric) + (group != NULL ? metric_state_group_size(group_size) : 0);
}

static void add_record(struct state_export *export, const struct copy *copy,
                       const struct metric *metric, size_t size) {
  memcpy(export->bytes + export->used + size, metric_identity(metric).part[0], metric->key_length);
  export->offset[export->records] = export->used;
  export->hash[export->records] = copy->hash;
  export->record[export->records++] =
      (struct metric_record){.key = copy->hash >> 1,
                             .unsaved = copy->due,
                             .first_time = metric->first_time,
                             .last_time = metric->rate.time,
                             .missing = metric->last.missing,
                             .learning = metric_learning(metric),
                             .trained = metric->trained,
                             .group = metric->plan->group != NULL,
                             .size = size,
                             .baseline = baseline_of(&metric->summary),
                             .models = export->models.record + copy->models,
                             .model_count = copy->model_count};
  export->used += size + metric->key_length;
}

static void end_copy(struct engine *engine, const struct copy *copy) {
  if (copy->group == NULL)
    return;
  pthread_mutex_unlock(&copy->group->judging);
  engine_give_group(engine, copy->group);
}

static void pack_copy(struct state_export *export, const struct copy *copy,
                      const struct metric *metric) {
  void *group;
  size_t group_size;
  bool packed = pack_group(copy, &group, &group_size) == STATUS_OK;
  const size_t size = packed ? state_size(copy, metric, group, group_size) : 0;
  packed = packed && grow_bytes(export, size + metric->key_length);
  if (packed && size > 0)
    save_state(metric, group, group_size, export->bytes + export->used);
  if (packed)
    add_record(export, copy, metric, size);
  free(group);
  end_copy(export->engine, copy);
  if (packed)
    return;
  held_models_put_back(&export->models, copy->models, copy->model_count);
  mark_again(export->engine, copy->hash, copy->due);
}

/* Only now, as the bytes may have moved. */
static void point_records(struct state_export *export) {
  for (size_t i = 0; i < export->records; i++) {
    struct metric_record *const record = &export->record[i];
    const unsigned char *const bytes = export->bytes + export->offset[i];
    record->state = record->size > 0 ? bytes : NULL;
    record->id = metric_identity_of((const char *)bytes + record->size);
  }
}

size_t state_export_next(struct state_export *export, const struct metric_record **ret_records) {
  export->records = export->used = 0;
  held_models_release(&export->models);
  while (export->records < RECORDS && !held_models_full(&export->models)) {
    if (export->at == export->count) {
      if (export->records > 0 || export->shard == SHARDS)
        break;
      note_shard(export);
      continue;
    }
    const size_t needed = copy_step(export);
    for (size_t i = 0; i < export->copied; i++)
      pack_copy(export, &export->copy[i], copy_at(export, i));
    grow_copies(export, needed);
  }
  point_records(export);
  *ret_records = export->record;
  return export->records;
}

void state_export_refused(struct state_export *export) {
  export->models.refused = true;
  for (size_t i = 0; i < export->records; i++)
    mark_again(export->engine, export->hash[i], export->record[i].unsaved);
}

static void mark_all(struct engine *engine, struct shard *shard, struct metric *metric) {
  metric->unsaved = UNSAVED_STATE | UNSAVED_BASELINE | UNSAVED_MODEL;
  held_models_mark(engine, &(struct model_owner){.shard = shard, .metric = metric});
}

void engine_mark_unsaved(struct engine *engine) {
  for (struct shard *shard = engine->shards; shard < engine->shards + SHARDS; shard++)
    for (size_t begin = 0, end = 1; begin < end; begin += STEP_SLOTS) {
      pthread_mutex_lock(&shard->lock);
      end = shard->table.capacity;
      for (size_t i = begin; i < begin + STEP_SLOTS && i < end; i++)
        if (shard->table.slots[i].metric != NULL)
          mark_all(engine, shard, shard->table.slots[i].metric);
      pthread_mutex_unlock(&shard->lock);
    }
  engine_mark_groups(engine);
}

double engine_expire_after(const struct engine *engine) { return engine->options.expire_after; }
