/* Groups in the engine: their instances, and what comes of their rows. */
#include "anomaly/status.h"
#include "engine/describe.h"
#include "engine/engine_private.h"
#include "engine/group_instance.h"
#include "engine/held_models.h"

#include <stdlib.h>

/* ---- Instances ------------------------------------------------------------ */

void engine_hold_group(struct engine *engine, struct group_instance *instance) {
  pthread_mutex_lock(&engine->groups_lock);
  instance->holders++;
  pthread_mutex_unlock(&engine->groups_lock);
}

static void take_out(struct engine *engine, struct group_instance *instance) {
  if (instance->previous != NULL)
    instance->previous->next = instance->next;
  else
    engine->groups = instance->next;
  if (instance->next != NULL)
    instance->next->previous = instance->previous;
  engine->group_count--;
}

void engine_give_group(struct engine *engine, struct group_instance *instance) {
  pthread_mutex_lock(&engine->groups_lock);
  const bool last = --instance->holders == 0;
  if (last && instance->listed)
    take_out(engine, instance);
  pthread_mutex_unlock(&engine->groups_lock);
  if (last)
    group_instance_destroy(instance);
}

static void note_part(struct engine *engine, const struct metric *metric) {
  const struct metric_id id = metric_identity(metric);
  const uint_fast32_t part = group_rule_part(metric->plan->group, &id);
  uint_fast32_t most = atomic_load(&engine->group_parts);
  while (most < part && !atomic_compare_exchange_weak(&engine->group_parts, &most, part))
    ;
}

bool engine_make_group(struct engine *engine, struct metric *metric, const struct metric_key *key) {
  struct group_instance *const instance =
      group_instance_create(metric->plan->group, key, &engine->memory, &engine->fitted);
  if (instance == NULL)
    return false;
  instance->keeps = engine->groups_later;
  instance->holders = 1;
  note_part(engine, metric);
  metric_own(metric)->instance = instance;
  return true;
}

void engine_list_group(struct engine *engine, struct metric *metric) {
  struct group_instance *const instance = metric_own(metric)->instance;
  pthread_mutex_lock(&engine->groups_lock);
  instance->next = engine->groups;
  if (engine->groups != NULL)
    engine->groups->previous = instance;
  engine->groups = instance;
  engine->group_count++;
  instance->listed = true;
  pthread_mutex_unlock(&engine->groups_lock);
}

void engine_drop_group(struct engine *engine, struct metric *metric) {
  struct group_own *const own = metric_own(metric);
  if (own->instance != NULL)
    engine_give_group(engine, own->instance);
  own->instance = NULL;
}

bool engine_group_is_used(struct engine *engine, const struct metric *metric) {
  pthread_mutex_lock(&engine->groups_lock);
  const bool used = metric_own(metric)->instance->holders > 1;
  pthread_mutex_unlock(&engine->groups_lock);
  return used;
}

size_t engine_group_count(struct engine *engine) {
  pthread_mutex_lock(&engine->groups_lock);
  const size_t count = engine->group_count;
  pthread_mutex_unlock(&engine->groups_lock);
  return count;
}

/* ---- Rows ----------------------------------------------------------------- */

void engine_feed_groups(struct engine *engine, const struct metric *metric,
                        const struct sample *sample, struct outcome *outcome) {
  const struct verdict *const verdict = &outcome->verdict;
  struct group_value value = {.time = sample->time,
                              .interval = sample->interval > 0 ? sample->interval
                                                               : (double)metric->interval,
                              .clock = metric->last_seen};
  for (size_t i = 0; i < metric->plan->seats; i++) {
    const struct group_seat *const seat = &metric_seats(metric)[i];
    if (seat->instance == NULL)
      continue;
    const struct group_detector *const detector = seat->instance->rule->detector;
    const bool verdicts = detector != NULL && detector->feed == GROUP_OF_VERDICTS;
    value.value = verdicts ? (double)verdict->anomaly : verdict->value;
    if (!group_instance_add(seat->instance, seat->member, &value))
      continue;
    engine_hold_group(engine, seat->instance);
    outcome->due[outcome->due_count++] = seat->instance;
  }
}

/* Whether the metric is that of the instance, and not of one that came in its place. */
static bool is_of(const struct metric *metric, const struct group_instance *instance) {
  return metric->plan->group == instance->rule && metric_own(metric)->instance == instance;
}

/* What came of a row, to be told with no lock held. */
struct row_news {
  bool taken; /* by the group's own metric */
  bool told;  /* listeners are to hear of the event */
  struct verdict verdict;
  struct episode_event event;
};

/* What a row does to the group's own metric. */
static void conclude(struct engine *engine, struct group_instance *instance,
                     const struct group_judged_row *row, struct row_news *ret_news) {
  struct shard *shard;
  struct metric *const metric = engine_lock_metric(engine, &instance->key, &shard);
  ret_news->taken = metric != NULL && is_of(metric, instance);
  if (ret_news->taken) {
    const struct group_news group = {.time = row->time,
                                     .interval = row->interval,
                                     .finding = &row->finding,
                                     .causes = &row->causes};
    struct outcome outcome = {.result = OBSERVED};
    engine_count_metric(shard, metric, -1);
    metric_take_row(metric, &group, &outcome.verdict, &outcome.end);
    metric->last_seen = atomic_load(&engine->clock);
    engine_count_metric(shard, metric, 1);
    engine_note_verdict(engine, shard, metric, &outcome.verdict);
    ret_news->verdict = outcome.verdict;
    ret_news->told = engine_is_news(engine, &outcome);
    if (ret_news->told)
      metric_event(metric, &outcome.verdict, outcome.end, &ret_news->event);
  }
  pthread_mutex_unlock(&shard->lock);
}

static void tell(struct engine *engine, const struct group_instance *instance, double interval,
                 const struct row_news *news) {
  if (news->taken && engine->row_listener != NULL) {
    const struct engine_row row = {.group = metric_identity_of(instance->key.bytes),
                                   .over_hosts = instance->rule->options.by == GROUP_BY_METRIC,
                                   .interval = interval,
                                   .verdict = news->verdict};
    engine->row_listener(engine->listener_context, &row);
  }
  if (news->told)
    engine_tell_episode(engine, &news->event);
}

/* One row, if there is one; listeners hear of it with no lock held. */
static bool judge_row(struct engine *engine, struct group_instance *instance) {
  struct group_judged_row row;
  struct row_news news = {.taken = false};
  pthread_mutex_lock(&instance->judging);
  const bool judged = group_instance_judge(instance, &row);
  if (judged)
    conclude(engine, instance, &row, &news);
  if (judged && instance->rule->model != NULL)
    engine_fit_due(engine, &(struct model_owner){.instance = instance});
  pthread_mutex_unlock(&instance->judging);
  if (!judged)
    return false;
  atomic_fetch_add(&engine->group_rows, 1);
  tell(engine, instance, row.interval, &news);
  return true;
}

static void judge(struct engine *engine, struct group_instance *instance) {
  while (judge_row(engine, instance))
    continue;
  engine_give_group(engine, instance);
}

void engine_judge_groups(struct engine *engine, const struct outcome *outcome) {
  for (size_t i = 0; i < outcome->due_count; i++)
    judge(engine, outcome->due[i]);
}

/* The one behind it, held, or the first; `instance` is given back. */
static struct group_instance *next_instance(struct engine *engine,
                                            struct group_instance *instance) {
  pthread_mutex_lock(&engine->groups_lock);
  struct group_instance *const next = instance != NULL ? instance->next : engine->groups;
  if (next != NULL)
    next->holders++;
  pthread_mutex_unlock(&engine->groups_lock);
  if (instance != NULL)
    engine_give_group(engine, instance);
  return next;
}

void engine_pass_groups(struct engine *engine) {
  const double clock = atomic_load(&engine->clock);
  struct group_instance *instance = NULL;
  while ((instance = next_instance(engine, instance)) != NULL) {
    if (!group_instance_pass(instance, clock))
      continue;
    engine_hold_group(engine, instance);
    judge(engine, instance);
  }
}

void engine_mark_groups(struct engine *engine) {
  struct group_instance *instance = NULL;
  while ((instance = next_instance(engine, instance)) != NULL) {
    pthread_mutex_lock(&instance->judging);
    if (instance->rule->model != NULL)
      held_models_mark(engine, &(struct model_owner){.instance = instance});
    pthread_mutex_unlock(&instance->judging);
  }
}

/* ---- What was kept -------------------------------------------------------- */

static void replay(struct engine *engine, struct group_instance *instance,
                   const struct group_kept *kept) {
  for (size_t i = 0; i < kept->count; i++) {
    const struct kept_value *const one = &kept->list[i];
    const struct group_value value = {
        .time = one->time, .interval = (double)one->interval, .value = one->mean};
    if (!group_instance_add(instance, instance->members.list[one->column], &value))
      continue;
    engine_hold_group(engine, instance);
    judge(engine, instance);
  }
}

int engine_judge_kept(struct engine *engine) {
  struct group_instance *instance = NULL;
  int status = STATUS_OK;
  while ((instance = next_instance(engine, instance)) != NULL) {
    struct group_kept kept = group_instance_take_kept(instance);
    if (kept.status != STATUS_OK)
      status = kept.status;
    replay(engine, instance, &kept);
    free(kept.list);
  }
  return status;
}
