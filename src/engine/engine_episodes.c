/* The engine's open episodes, for who keeps what people were told of. */
#include "anomaly/state.h"
#include "base/text.h"
#include "engine/describe.h"
#include "engine/engine_private.h"
#include "engine/group_rule.h"

#include <string.h>

/* Slots searched under a shard's lock at once. */
enum { STEP_SLOTS = 256 };

/* The metric of that name, with its shard locked; NULL, and not locked, where there is none. */
static struct metric *lock_metric(struct engine *engine, const struct metric_name *name,
                                  struct shard **ret_shard) {
  struct metric_name own = *name;
  plan_book_own_name(engine->plans, &own);
  const struct metric_id id = metric_name_id(&own);
  struct metric_key key;
  if (!metric_key_make(&key, &id))
    return NULL;
  struct metric *const metric = engine_lock_metric(engine, &key, ret_shard);
  if (metric != NULL && metric->plan->count > 0)
    return metric;
  pthread_mutex_unlock(&(*ret_shard)->lock);
  return NULL;
}

/* Of a group over hosts, the host that the episode is of. */
static void take_host(struct metric *metric, const struct episode_event *told) {
  const struct group_rule *const group = metric->plan->group;
  if (group == NULL || group->options.by != GROUP_BY_METRIC)
    return;
  const char *const host = told->metric.part[METRIC_HOST];
  const bool is_named = strcmp(host, metric_identity(metric).part[METRIC_HOST]) != 0;
  text_copy(metric_own(metric)->host, METRIC_PART_SIZE, is_named ? host : "");
}

static void take_told(struct metric *metric, const struct episode_event *told) {
  struct decision *const decision = &metric->decision;
  decision->episode = told->id;
  decision->start = told->seen;
  decision->since = told->start;
  decision->peak_time = told->peak_time;
  decision->peak_value = told->peak_value;
  decision->peak_ratio = told->peak_score < 1 ? told->peak_score / (1 - told->peak_score) : 0;
  decision->calm = 0;
  decision->severity = (uint8_t)told->verdict.severity;
  decision->kind = (uint8_t)told->kind;
  take_host(metric, told);
}

static bool settle(struct metric *metric, const struct episode_event *told) {
  struct decision *const decision = &metric->decision;
  const bool should_be_open = told->change != EPISODE_CLOSED;
  const bool same = decision->episode == told->id;
  if (decision->open && !same)
    return !should_be_open;
  if (decision->open == should_be_open)
    return true;
  if (should_be_open && !same)
    take_told(metric, told);
  decision->open = should_be_open;
  decision->hits = 0;
  if (!should_be_open)
    decision->severity = SEVERITY_OKAY;
  metric->unsaved = UNSAVED_STATE | UNSAVED_BASELINE;
  return true;
}

bool engine_settle_episode(struct engine *engine, const struct episode_event *told) {
  struct shard *shard;
  struct metric *const metric = lock_metric(engine, &told->metric, &shard);
  if (metric == NULL)
    return false;
  engine_count_metric(shard, metric, -1);
  const bool settled = settle(metric, told);
  engine_count_metric(shard, metric, 1);
  pthread_mutex_unlock(&shard->lock);
  return settled;
}

/* The same of a few slots, with the shard locked. */
static bool find_open_soon(const struct shard *shard, size_t *at, struct episode_event *ret_event) {
  for (size_t end = *at + STEP_SLOTS; *at < end && *at < shard->table.capacity;) {
    const struct metric *const metric = shard->table.slots[(*at)++].metric;
    if (metric == NULL || !metric->decision.open)
      continue;
    struct verdict verdict = metric_last_verdict(metric);
    verdict.change = EPISODE_OPENED;
    metric_event(metric, &verdict, EPISODE_RECOVERED, ret_event);
    return true;
  }
  return false;
}

/* The next open episode of the shard from slot *at on; false where there is none. */
static bool find_open(struct shard *shard, size_t *at, struct episode_event *ret_event) {
  for (;;) {
    pthread_mutex_lock(&shard->lock);
    const bool found = find_open_soon(shard, at, ret_event);
    const bool all = *at >= shard->table.capacity;
    pthread_mutex_unlock(&shard->lock);
    if (found || all)
      return found;
  }
}

void engine_each_open(struct engine *engine,
                      void (*visit)(void *context, const struct episode_event *event),
                      void *context) {
  for (struct shard *shard = engine->shards; shard < engine->shards + SHARDS; shard++) {
    struct episode_event event;
    for (size_t at = 0; find_open(shard, &at, &event);)
      visit(context, &event);
  }
}
