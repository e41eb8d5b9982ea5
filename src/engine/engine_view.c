#include "anomaly/engine.h"

#include "engine/engine_private.h"

#include <math.h>

static void add_stats(struct engine_stats *sum, const struct engine_stats *part) {
  for (size_t i = 0; i < OBSERVATION_RESULTS; i++)
    sum->results[i] += part->results[i];
  sum->anomalies += part->anomalies;
  sum->episodes += part->episodes;
  sum->expired += part->expired;
  sum->metrics += part->metrics;
  sum->ignored += part->ignored;
  sum->warming += part->warming;
  sum->models_warming += part->models_warming;
  sum->groups_warming += part->groups_warming;
  sum->anomalous += part->anomalous;
  sum->open += part->open;
  sum->publishing += part->publishing;
  sum->fits += part->fits;
  sum->failed_fits += part->failed_fits;
  sum->rejected_fits += part->rejected_fits;
  sum->drifted += part->drifted;
  sum->postponed_fits += part->postponed_fits;
  if (part->warming > 0)
    sum->warming_until = fmax(sum->warming_until, part->warming_until);
}

void engine_stats(struct engine *engine, struct engine_stats *ret_stats) {
  struct engine_stats sum = {.warming_until = NAN};
  for (size_t i = 0; i < SHARDS; i++) {
    struct shard *const shard = &engine->shards[i];
    pthread_mutex_lock(&shard->lock);
    add_stats(&sum, &shard->stats);
    sum.memory += table_memory(&shard->table);
    pthread_mutex_unlock(&shard->lock);
  }
  sum.memory += atomic_load(&engine->memory) + atomic_load(&engine->fitted.bytes) +
                hosts_memory(engine->hosts);
  sum.waiting_fits = fit_queue_count(&engine->fit_queue);
  sum.models = atomic_load(&engine->fitted.blocks);
  sum.hosts = hosts_count(engine->hosts);
  sum.groups = engine_group_count(engine);
  sum.group_rows = atomic_load(&engine->group_rows);
  sum.refused_columns = atomic_load(&engine->refused_columns);
  *ret_stats = sum;
}

static struct metric_view view_of(const struct metric *metric) {
  return (struct metric_view){.id = metric_identity(metric),
                              .options = &metric->plan->options,
                              .last = metric_last_verdict(metric),
                              .warming = metric->warming,
                              .publish_score = metric->plan->options.publish_score,
                              .first_time = metric->first_time,
                              .last_time = metric->rate.time};
}

static bool visit_shard(struct shard *shard, bool (*visit)(void *, const struct metric_view *),
                        void *context) {
  for (size_t i = 0; i < shard->table.capacity; i++) {
    const struct metric *const metric = shard->table.slots[i].metric;
    if (metric == NULL || metric->plan->count == 0)
      continue;
    const struct metric_view view = view_of(metric);
    if (!visit(context, &view))
      return false;
  }
  return true;
}

void engine_each(struct engine *engine, bool (*visit)(void *context, const struct metric_view *),
                 void *context) {
  bool go_on = true;
  for (size_t i = 0; i < SHARDS && go_on; i++) {
    struct shard *const shard = &engine->shards[i];
    pthread_mutex_lock(&shard->lock);
    go_on = visit_shard(shard, visit, context);
    pthread_mutex_unlock(&shard->lock);
  }
}

const struct rule *engine_rule(struct engine *engine, const struct metric_id *id) {
  const struct plan *const plan = plan_book_find(engine->plans, id);
  return plan != NULL ? plan->rule : NULL;
}
