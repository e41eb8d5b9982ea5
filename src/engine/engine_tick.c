#include "anomaly/engine.h"

#include "engine/engine_private.h"

#include <math.h>

/* A tick counts at most so much: a clock that jumps must not expire everything. */
static const double TICK_MAX = 3600;

/* Slots looked at before other threads get their turn at a shard's lock. */
enum { SLOTS_PER_TURN = 256 };

/* Advances the engine's clock; returns the shard whose turn it is to be searched. */
static struct shard *advance_clock(struct engine *engine, double now) {
  pthread_mutex_lock(&engine->tick_lock);
  const double step = engine->last_tick > 0 ? now - engine->last_tick : 0;
  atomic_store(&engine->clock, atomic_load(&engine->clock) + fmin(fmax(step, 0), TICK_MAX));
  engine->last_tick = now;
  struct shard *const shard = &engine->shards[engine->next_expiry++ % SHARDS];
  pthread_mutex_unlock(&engine->tick_lock);
  return shard;
}

/* Visits one slot with the shard locked; may unlock it for a moment. */
typedef void (*slot_visitor)(struct engine *engine, struct shard *shard, size_t index, double now);

/* Metrics that come, go or move while the lock is given up may be missed or met twice. */
static void visit_slots(struct engine *engine, struct shard *shard, slot_visitor visit,
                        double now) {
  pthread_mutex_lock(&shard->lock);
  for (size_t i = 0; i < shard->table.capacity; i++) {
    if (shard->table.slots[i].metric != NULL)
      visit(engine, shard, i, now);
    if (i % SLOTS_PER_TURN == SLOTS_PER_TURN - 1) {
      pthread_mutex_unlock(&shard->lock);
      pthread_mutex_lock(&shard->lock);
    }
  }
  pthread_mutex_unlock(&shard->lock);
}

static void judge_if_silent(struct engine *engine, struct shard *shard, size_t index, double now) {
  struct metric *const metric = shard->table.slots[index].metric;
  if (!metric->silent)
    return;
  struct outcome outcome;
  engine_judge_silence(engine, shard, metric, now, &outcome);
  engine_unlock_and_tell(engine, shard, metric, &outcome);
  pthread_mutex_lock(&shard->lock);
}

static void end_of_expired(const struct metric *metric, double now, struct outcome *ret_outcome) {
  ret_outcome->result = OBSERVED;
  ret_outcome->verdict = metric_last_verdict(metric);
  ret_outcome->verdict.time = now;
  ret_outcome->verdict.change = metric->decision.open ? EPISODE_CLOSED : EPISODE_UNCHANGED;
  ret_outcome->verdict.anomaly = false;
  ret_outcome->verdict.open = false;
  ret_outcome->verdict.severity = SEVERITY_OKAY;
  ret_outcome->end = EPISODE_EXPIRED;
  ret_outcome->booted = NAN;
}

static void expire_if_old(struct engine *engine, struct shard *shard, size_t index, double now) {
  struct metric *const metric = shard->table.slots[index].metric;
  if (atomic_load(&engine->clock) - metric->last_seen <= engine->options.expire_after ||
      (metric->plan->group != NULL && engine_group_is_used(engine, metric)))
    return;
  struct outcome outcome;
  end_of_expired(metric, now, &outcome);
  engine_count_metric(shard, metric, -1);
  shard->stats.expired++;
  table_remove(&shard->table, index);
  engine_unlock_and_tell(engine, shard, metric, &outcome);
  engine_drop_metric(engine, metric);
  pthread_mutex_lock(&shard->lock);
}

/* Before the first of them is judged, a host must know how many are missed. */
static void miss_if_awaited(struct engine *engine, struct shard *shard, size_t index, double now) {
  (void)engine, (void)now;
  struct metric *const metric = shard->table.slots[index].metric;
  if (metric->awaited)
    engine_count_missed(metric, true);
}

/* Whoever has not come back after a restart is silent from now on. */
static void judge_if_awaited(struct engine *engine, struct shard *shard, size_t index, double now) {
  struct metric *const metric = shard->table.slots[index].metric;
  if (!metric->awaited)
    return;
  metric->awaited = false;
  struct outcome outcome;
  engine_judge_silence(engine, shard, metric, now, &outcome);
  engine_unlock_and_tell(engine, shard, metric, &outcome);
  pthread_mutex_lock(&shard->lock);
}

static void await_no_longer(struct engine *engine, double now) {
  atomic_store(&engine->awaiting, false);
  for (size_t i = 0; i < SHARDS; i++)
    visit_slots(engine, &engine->shards[i], miss_if_awaited, now);
  for (size_t i = 0; i < SHARDS; i++)
    visit_slots(engine, &engine->shards[i], judge_if_awaited, now);
}

static bool has_silent(struct shard *shard) {
  pthread_mutex_lock(&shard->lock);
  const bool silent = shard->silent > 0;
  pthread_mutex_unlock(&shard->lock);
  return silent;
}

void engine_tick(struct engine *engine, double now) {
  if (!(now > 0 && now < ENGINE_TIME_MAX))
    return;
  struct shard *const old = advance_clock(engine, now);
  const double clock = atomic_load(&engine->clock);
  if (clock - atomic_load(&engine->earliest_seen) > engine->options.expire_after)
    visit_slots(engine, old, expire_if_old, now);
  if (clock > engine->options.restart_grace && atomic_load(&engine->awaiting))
    await_no_longer(engine, now);
  engine_pass_groups(engine);
  for (size_t i = 0; i < SHARDS; i++)
    if (has_silent(&engine->shards[i]))
      visit_slots(engine, &engine->shards[i], judge_if_silent, now);
}
