/*
 * The engine's own structure, shared by the files that implement
 * anomaly/engine.h.
 */
#ifndef ANOMALY_ENGINE_ENGINE_PRIVATE_H
#define ANOMALY_ENGINE_ENGINE_PRIVATE_H

#include "anomaly/engine.h"
#include "engine/fit_queue.h"
#include "engine/hosts.h"
#include "engine/metric.h"
#include "engine/model_seat.h"
#include "engine/plan.h"
#include "engine/slab.h"
#include "engine/table.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SHARD_BITS = 5, SHARDS = 1 << SHARD_BITS };

/* An episode's id: seconds of the data above, a running number below. */
enum { EPISODE_BITS = 24, EPISODE_NUMBERS = (1 << EPISODE_BITS) - 1 };

/* A part of the metrics, chosen by hash, and the one lock for it. */
struct shard {
  pthread_mutex_t lock;
  struct table table;
  struct engine_stats stats; /* this shard's part; memory is the engine's */
  uint64_t silent;           /* metrics that are silent now */
} __attribute__((aligned(64)));

struct engine {
  struct engine_options options;
  engine_listener listener;
  engine_boot_listener boot_listener;
  engine_row_listener row_listener;
  void *listener_context;
  engine_listener verdict_listener;
  void *verdict_context;
  uint64_t hash_seed;
  struct plan_book *plans;
  struct slab *slab;
  struct hosts *hosts;
  atomic_uint_fast64_t memory; /* of all metrics' blocks */
  struct fitted_totals fitted;
  bool fit_later, groups_later, store_models;
  struct fit_queue fit_queue;        /* where fit_later */
  atomic_uint_fast64_t next_episode; /* counts up */
  _Atomic double clock;              /* engine's own clock: sum of the ticks */
  _Atomic double earliest_seen;      /* by that clock; below 0 for what was restored */
  atomic_bool awaiting;              /* restored metrics may not have come back yet */
  pthread_mutex_t groups_lock;       /* for the list, and the holders of those in it */
  struct group_instance *groups;
  size_t group_count;
  atomic_uint_fast32_t group_parts; /* the most that one has had */
  atomic_uint_fast64_t refused_columns, group_rows;
  pthread_mutex_t tick_lock;
  double last_tick;   /* guarded by tick_lock; 0 before the first */
  size_t next_expiry; /* guarded by tick_lock: the shard to search next */
  struct shard shards[SHARDS];
};

/* What became of one call for one metric. */
struct outcome {
  enum observation_result result;
  struct verdict verdict; /* for OBSERVED */
  enum episode_end end;   /* where verdict.change is EPISODE_CLOSED */
  double booted;          /* when the host was, as the sample says for the first time; else NaN */
  size_t due_count;       /* groups with a row to be judged once no lock is held; held */
  struct group_instance *due[GROUPS_MAX];
};

/* The shard of a key, locked, and the metric of that key or NULL. */
struct metric *engine_lock_metric(struct engine *engine, const struct metric_key *key,
                                  struct shard **ret_shard);

/* The same; the metric is made if need be, and NULL where there is no room. */
struct metric *engine_lock_or_admit(struct engine *engine, const struct metric_id *id,
                                    const struct metric_key *key, struct shard **ret_shard);

/* Counts a verdict, and names the episode that it opened; shard locked. */
void engine_note_verdict(struct engine *engine, struct shard *shard, struct metric *metric,
                         const struct verdict *verdict);

/* Whether listeners are to hear of it; and tells them, with no lock held. */
bool engine_is_news(const struct engine *engine, const struct outcome *outcome);
void engine_tell_episode(struct engine *engine, const struct episode_event *event);

/*
 * How a metric counts in its shard's stats: taken out (-1) before it changes,
 * put in (+1) after.
 */
void engine_count_metric(struct shard *shard, const struct metric *metric, int one);

/* Counts a metric as one of its host that is missed, or no longer; shard locked. */
void engine_count_missed(struct metric *metric, bool missed);

/* Judges that a metric is silent until `time`; shard locked. */
void engine_judge_silence(struct engine *engine, struct shard *shard, struct metric *metric,
                          double time, struct outcome *ret_outcome);

/* Unlocks the shard and tells the listeners what is new, if anything is. */
void engine_unlock_and_tell(struct engine *engine, struct shard *shard, const struct metric *metric,
                            const struct outcome *outcome);

/* The shard of a metric with this hash. */
struct shard *engine_shard(struct engine *engine, uint64_t hash);

/* A new metric in no table; NULL where there is no room. */
struct metric *engine_make_metric(struct engine *engine, const struct metric_id *id,
                                  const struct metric_key *key);

/* Puts it into the shard's table, where it is not and there is room; shard locked. */
void engine_put_metric(struct engine *engine, struct shard *shard, struct metric *metric,
                       uint32_t hash);

/*
 * A group's own metric has an instance of the group, which lives on while it has
 * members. False where there is no memory. Other threads find it once it is listed.
 */
bool engine_make_group(struct engine *engine, struct metric *metric, const struct metric_key *key);
void engine_list_group(struct engine *engine, struct metric *metric);
void engine_drop_group(struct engine *engine, struct metric *metric);
void engine_hold_group(struct engine *engine, struct group_instance *instance);
void engine_give_group(struct engine *engine, struct group_instance *instance);
bool engine_group_is_used(struct engine *engine, const struct metric *metric);

/* Takes a new metric's seats in groups, and gives them back; no shard locked. */
void engine_take_seats(struct engine *engine, struct metric *metric, const struct metric_id *id,
                       const struct metric_key *key);
void engine_leave_seats(struct engine *engine, struct metric *metric);

/* Adds what was observed to the metric's groups; its shard is locked. */
void engine_feed_groups(struct engine *engine, const struct metric *metric,
                        const struct sample *sample, struct outcome *outcome);

/* Judges the rows that have become whole by that, with no lock held. */
void engine_judge_groups(struct engine *engine, const struct outcome *outcome);

/* Marks the models that judge groups as not stored. */
void engine_mark_groups(struct engine *engine);

/* Instances of groups. */
size_t engine_group_count(struct engine *engine);

/* Closes and judges rows that no value comes to any more. */
void engine_pass_groups(struct engine *engine);

/*
 * Who has fitted models: a metric, whose shard is locked, or an instance of a group that
 * a model judges, whose `judging` is held.
 */
struct model_owner {
  struct shard *shard; /* of a metric, as is the next */
  struct metric *metric;
  struct group_instance *instance; /* of a group; else NULL */
};

/*
 * The owner by its metric's hash, or by what stands for it in a store: locked, and of a
 * group held. False, and nothing locked, where there is none.
 */
bool engine_lock_owner(struct engine *engine, uint64_t hash, struct model_owner *ret_owner);
bool engine_lock_owner_of(struct engine *engine, uint64_t key, struct model_owner *ret_owner);
void engine_unlock_owner(struct engine *engine, const struct model_owner *owner);

/* Its first seat from place *which on, which that becomes; false where there is none. */
bool engine_model_seat(struct engine *engine, const struct model_owner *owner, size_t *which,
                       struct model_seat *ret_seat);

/* The options of that seat as they are written: in so many tables, at most MODEL_TABLES_MAX. */
size_t engine_model_options(const struct model_owner *owner, size_t which,
                            struct option_table ret_tables[MODEL_TABLES_MAX]);

/* What is to be noted of an owner: what came of its models, and what is unsaved of it. */
struct owner_news {
  uint64_t fits, failed_fits, rejected_fits, drifted, postponed_fits;
  unsigned unsaved; /* enum unsaved */
};
void engine_note_owner(struct engine *engine, const struct model_owner *owner,
                       const struct owner_news *news);

/* Does what is due of an owner's models, or has it done later. */
void engine_fit_due(struct engine *engine, const struct model_owner *owner);

/*
 * Does that for the owner that has waited longest, if one waits. Once *stop
 * is true it ends soon.
 */
void engine_fit_next(struct engine *engine, const atomic_bool *stop);

/* Returns the memory of a metric that is in no table any more. */
void engine_drop_metric(struct engine *engine, struct metric *metric);

#endif
