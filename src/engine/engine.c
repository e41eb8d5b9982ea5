#include "anomaly/engine.h"

#include "anomaly/state.h"
#include "base/option.h"
#include "base/text.h"
#include "engine/engine_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Seconds of nothing but late values: a clock that was set back, not stragglers. */
static const double LATE_PATIENCE = 600;

const struct option_row engine_option_rows[] = {
    {.name = "memory_limit",
     .kind = OPTION_SIZE,
     .unit = "bytes",
     .offset = offsetof(struct engine_options, memory_limit),
     .preset = 256.0 * (1 << 20),
     .min = 1 << 20,
     .max = 1024.0 * (1 << 30),
     .help = "Memory for all metrics; a new metric beyond it is refused and counted"},
    {.name = "expire_after",
     .kind = OPTION_DURATION,
     .offset = offsetof(struct engine_options, expire_after),
     .preset = 7 * 86400.0,
     .min = 60,
     .max = 520 * 604800.0,
     .help = "A metric without a value for so long is forgotten and its memory used again"},
    {.name = "restart_grace",
     .kind = OPTION_DURATION,
     .offset = offsetof(struct engine_options, restart_grace),
     .preset = 600,
     .min = 10,
     .max = 7 * 86400.0,
     .help = "After a start, a metric of the last run that has no value for so long is missing"},
    {.name = "trainer_cpu",
     .kind = OPTION_REAL,
     .unit = "% of a processor",
     .offset = offsetof(struct engine_options, trainer_cpu),
     .preset = 5,
     .min = .1,
     .max = 100,
     .help = "Processor time for fitting models; where it is too little, fits come later"},
    OPTION_ROWS_END,
};

const char *observation_result_name(enum observation_result result) {
  static const char *const names[OBSERVATION_RESULTS] = {
      [OBSERVED] = "observed",
      [OBSERVED_GAP] = "observed_gap",
      [OBSERVED_IGNORED] = "observed_ignored",
      [REFUSED_LATE] = "refused_late",
      [REFUSED_TIME] = "refused_time",
      [REFUSED_NAME] = "refused_name",
      [REFUSED_OUT_OF_RANGE] = "refused_out_of_range",
      [REFUSED_MEMORY] = "refused_memory",
  };
  return result < OBSERVATION_RESULTS ? names[result] : "unknown";
}

struct engine_settings engine_settings_preset(void) {
  struct engine_settings settings = {0};
  option_set_presets(engine_option_rows, &settings.options);
  return settings;
}

static void init_locks(struct engine *engine) {
  pthread_mutex_init(&engine->tick_lock, NULL);
  pthread_mutex_init(&engine->groups_lock, NULL);
  fit_queue_init(&engine->fit_queue);
  for (size_t i = 0; i < SHARDS; i++) {
    pthread_mutex_init(&engine->shards[i].lock, NULL);
    engine->shards[i].stats.warming_until = NAN;
  }
}

int engine_create(struct engine **ret_engine, const struct engine_settings *settings) {
  struct engine *const engine = aligned_alloc(_Alignof(struct engine), sizeof *engine);
  if (engine == NULL)
    return STATUS_NO_MEMORY;
  memset(engine, 0, sizeof *engine);
  engine->options = settings->options;
  engine->listener = settings->listener;
  engine->boot_listener = settings->boot_listener;
  engine->row_listener = settings->row_listener;
  engine->listener_context = settings->listener_context;
  engine->verdict_listener = settings->verdict_listener;
  engine->verdict_context = settings->verdict_context;
  engine->hash_seed = settings->hash_seed;
  engine->fit_later = settings->fit_later;
  engine->store_models = settings->store_models;
  engine->groups_later = settings->groups_later;
  engine->slab = slab_create();
  engine->hosts = hosts_create(settings->hash_seed);
  if (engine->slab == NULL || engine->hosts == NULL ||
      plan_book_create(&engine->plans, settings->rules) != STATUS_OK) {
    hosts_destroy(engine->hosts);
    slab_destroy(engine->slab);
    free(engine);
    return STATUS_NO_MEMORY;
  }
  init_locks(engine);
  *ret_engine = engine;
  return STATUS_OK;
}

void engine_destroy(struct engine *engine) {
  if (engine == NULL)
    return;
  for (size_t i = 0; i < SHARDS; i++) {
    struct table *const table = &engine->shards[i].table;
    for (size_t at = 0; at < table->capacity; at++)
      if (table->slots[at].metric != NULL)
        engine_drop_metric(engine, table->slots[at].metric);
    table_release(table);
    pthread_mutex_destroy(&engine->shards[i].lock);
  }
  pthread_mutex_destroy(&engine->tick_lock);
  pthread_mutex_destroy(&engine->groups_lock);
  fit_queue_release(&engine->fit_queue);
  plan_book_destroy(engine->plans);
  hosts_destroy(engine->hosts);
  slab_destroy(engine->slab);
  free(engine);
}

/* Keeps the count of its host's silent metrics. */
void engine_count_missed(struct metric *metric, bool missed) {
  if (metric->missed == missed)
    return;
  metric->missed = missed;
  if (missed)
    atomic_fetch_add(&metric->host->silent, 1);
  else
    atomic_fetch_sub(&metric->host->silent, 1);
}

void engine_count_metric(struct shard *shard, const struct metric *metric, int one) {
  struct engine_stats *const stats = &shard->stats;
  const uint64_t add = (uint64_t)(int64_t)one;
  if (metric->plan->count == 0) {
    stats->ignored += add;
    return;
  }
  const bool of_values = metric->plan->group == NULL;
  stats->metrics += of_values ? add : 0;
  stats->warming += of_values && metric->warming ? add : 0;
  stats->models_warming += of_values && metric->last.missing > 0 ? add : 0;
  stats->groups_warming += !of_values && metric->warming ? add : 0;
  stats->anomalous += metric->last.anomaly ? add : 0;
  stats->open += metric->decision.open ? add : 0;
  stats->publishing += metric->plan->options.publish_score ? add : 0;
  shard->silent += metric->silent ? add : 0;
}

static bool is_sensible(const struct sample *sample) {
  return sample->time > 0 && sample->time < ENGINE_TIME_MAX && sample->interval >= 0 &&
         sample->interval < ENGINE_TIME_MAX;
}

/* A clock that was set back for good starts the metric anew. */
static bool is_late(struct metric *metric, double time, double clock) {
  if (!metric->rate.known || time > metric->rate.time) {
    metric->late = false;
    return false;
  }
  if (!metric->late)
    metric->late_since = clock;
  metric->late = true;
  if (clock - metric->late_since < LATE_PATIENCE)
    return true;
  metric_restart(metric);
  return false;
}

/*
 * Unique over restarts too: seconds of the data above, a running number below.
 * Drawn only when an episode has opened, so that known metrics pay nothing for it.
 */
static uint64_t draw_episode(struct engine *engine, double time) {
  return (uint64_t)time << EPISODE_BITS |
         (atomic_fetch_add(&engine->next_episode, 1) & EPISODE_NUMBERS);
}

/* When the host was booted, where its uptime went down; else NaN. */
static double boot_time(const struct metric *metric, const struct sample *sample) {
  const double uptime = sample->value.gauge;
  const bool booted = metric->is_uptime && sample->kind == VALUE_GAUGE && metric->rate.known &&
                      uptime >= 0 && uptime < metric->rate.raw.gauge;
  return booted ? sample->time - uptime : NAN;
}

static enum observation_result judge_value(struct engine *engine, struct metric *metric,
                                           const struct sample *sample,
                                           struct outcome *ret_outcome) {
  const struct rule_options *const options = &metric->plan->options;
  const double clock = atomic_load_explicit(&engine->clock, memory_order_relaxed);
  if (metric->plan->group != NULL)
    return OBSERVED_IGNORED;
  if (is_late(metric, sample->time, clock))
    return REFUSED_LATE;
  metric->last_seen = clock;
  engine_count_missed(metric, false);
  ret_outcome->booted = boot_time(metric, sample);
  const double value = rate_update(&metric->rate, sample);
  if (!metric->plan->observed)
    return OBSERVED_IGNORED;
  metric->silent = false;
  metric->awaited = false;
  metric->trained = false;
  metric->unsaved |= UNSAVED_STATE;
  if (!isfinite(value))
    return OBSERVED_GAP;
  if (value < options->range_min || value > options->range_max)
    return REFUSED_OUT_OF_RANGE;
  metric_observe(metric, sample, value, &ret_outcome->verdict, &ret_outcome->end);
  return OBSERVED;
}

static void note_warming(struct shard *shard, const struct metric *metric) {
  const double due = metric->first_time + metric->plan->options.warmup;
  if (metric->warming && metric->plan->group == NULL && !(shard->stats.warming_until >= due))
    shard->stats.warming_until = due;
}

void engine_note_verdict(struct engine *engine, struct shard *shard, struct metric *metric,
                         const struct verdict *verdict) {
  shard->stats.anomalies += verdict->anomaly;
  if (verdict->change == EPISODE_OPENED) {
    shard->stats.episodes++;
    metric->decision.episode = draw_episode(engine, verdict->time);
  }
  note_warming(shard, metric);
}

static void observe_locked(struct engine *engine, struct shard *shard, struct metric *metric,
                           const struct sample *sample, struct outcome *ret_outcome) {
  engine_count_metric(shard, metric, -1);
  ret_outcome->result = judge_value(engine, metric, sample, ret_outcome);
  engine_count_metric(shard, metric, 1);
  if (ret_outcome->result != OBSERVED)
    return;
  if (metric->plan->fits)
    engine_fit_due(engine, &(struct model_owner){.shard = shard, .metric = metric});
  engine_note_verdict(engine, shard, metric, &ret_outcome->verdict);
  if (metric->plan->seats > 0)
    engine_feed_groups(engine, metric, sample, ret_outcome);
}

void engine_judge_silence(struct engine *engine, struct shard *shard, struct metric *metric,
                          double time, struct outcome *ret_outcome) {
  ret_outcome->result = OBSERVED_GAP;
  ret_outcome->booted = NAN;
  if (!(time > metric->rate.time))
    return;
  engine_count_metric(shard, metric, -1);
  if (metric_silence(metric, time, &ret_outcome->verdict, &ret_outcome->end)) {
    metric->silent = true;
    ret_outcome->result = OBSERVED;
    engine_note_verdict(engine, shard, metric, &ret_outcome->verdict);
  }
  engine_count_metric(shard, metric, 1);
}

bool engine_is_news(const struct engine *engine, const struct outcome *outcome) {
  if (outcome->result != OBSERVED)
    return false;
  const bool changed = outcome->verdict.change != EPISODE_UNCHANGED;
  return (changed && engine->listener != NULL) ||
         ((changed || outcome->verdict.anomaly) && engine->verdict_listener != NULL);
}

void engine_tell_episode(struct engine *engine, const struct episode_event *event) {
  if (event->change != EPISODE_UNCHANGED && engine->listener != NULL)
    engine->listener(engine->listener_context, event);
  if (engine->verdict_listener != NULL)
    engine->verdict_listener(engine->verdict_context, event);
}

static void unlock_and_tell_episode(struct engine *engine, struct shard *shard,
                                    const struct metric *metric, const struct outcome *outcome) {
  struct episode_event event;
  metric_event(metric, &outcome->verdict, outcome->end, &event);
  pthread_mutex_unlock(&shard->lock);
  engine_tell_episode(engine, &event);
}

static void unlock_and_tell_boot(struct engine *engine, struct shard *shard,
                                 const struct metric *metric, double time) {
  char host[METRIC_PART_SIZE];
  text_copy(host, sizeof host, metric->host->name);
  pthread_mutex_unlock(&shard->lock);
  engine->boot_listener(engine->listener_context, host, time);
}

/* A boot first, as it explains the episode that came with it. */
static void unlock_and_tell_both(struct engine *engine, struct shard *shard,
                                 const struct metric *metric, const struct outcome *outcome) {
  struct episode_event event;
  metric_event(metric, &outcome->verdict, outcome->end, &event);
  unlock_and_tell_boot(engine, shard, metric, outcome->booted);
  engine_tell_episode(engine, &event);
}

void engine_unlock_and_tell(struct engine *engine, struct shard *shard, const struct metric *metric,
                            const struct outcome *outcome) {
  const bool booted = !isnan(outcome->booted) && engine->boot_listener != NULL;
  const bool news = engine_is_news(engine, outcome);
  if (booted && news)
    unlock_and_tell_both(engine, shard, metric, outcome);
  else if (news)
    unlock_and_tell_episode(engine, shard, metric, outcome);
  else if (booted)
    unlock_and_tell_boot(engine, shard, metric, outcome->booted);
  else
    pthread_mutex_unlock(&shard->lock);
}

static enum observation_result refuse(struct engine *engine, enum observation_result result) {
  struct shard *const shard = &engine->shards[0];
  pthread_mutex_lock(&shard->lock);
  shard->stats.results[result]++;
  pthread_mutex_unlock(&shard->lock);
  return result;
}

static enum observation_result conclude(const struct outcome *outcome,
                                        struct verdict *ret_verdict) {
  if (outcome->result == OBSERVED && ret_verdict != NULL)
    *ret_verdict = outcome->verdict;
  return outcome->result;
}

enum observation_result engine_observe(struct engine *engine, const struct metric_id *id,
                                       const struct sample *sample, struct verdict *ret_verdict) {
  struct metric_key key;
  if (!metric_key_make(&key, id))
    return refuse(engine, REFUSED_NAME);
  if (!is_sensible(sample))
    return refuse(engine, REFUSED_TIME);

  struct shard *shard;
  struct outcome outcome;
  outcome.result = REFUSED_MEMORY;
  outcome.booted = NAN;
  outcome.due_count = 0;
  struct metric *const metric = engine_lock_or_admit(engine, id, &key, &shard);
  if (metric != NULL)
    observe_locked(engine, shard, metric, sample, &outcome);
  shard->stats.results[outcome.result]++;
  engine_unlock_and_tell(engine, shard, metric, &outcome);
  engine_judge_groups(engine, &outcome);
  return conclude(&outcome, ret_verdict);
}

enum observation_result engine_silence(struct engine *engine, const struct metric_id *id,
                                       double time, struct verdict *ret_verdict) {
  struct metric_key key;
  if (!metric_key_make(&key, id))
    return REFUSED_NAME;
  if (!(time > 0 && time < ENGINE_TIME_MAX))
    return REFUSED_TIME;

  struct shard *shard;
  struct outcome outcome;
  outcome.result = OBSERVED_IGNORED;
  outcome.booted = NAN;
  struct metric *const metric = engine_lock_metric(engine, &key, &shard);
  if (metric != NULL && metric->plan->group == NULL && time > metric->rate.time)
    engine_count_missed(metric, true);
  if (metric != NULL && metric->plan->observed)
    engine_judge_silence(engine, shard, metric, time, &outcome);
  engine_unlock_and_tell(engine, shard, metric, &outcome);
  return conclude(&outcome, ret_verdict);
}
