#include "plugin/publish.h"

#include "base/hash.h"
#include "base/text.h"
#include "plugin/translate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct published_score {
  double score;
  char host[DATA_MAX_NAME_LEN];
  char plugin_instance[DATA_MAX_NAME_LEN];
  char type_instance[DATA_MAX_NAME_LEN];
};

static void dispatch(value_list_t *list, const char *type, value_t value) {
  text_copy(list->type, sizeof list->type, type);
  list->values = &value;
  list->values_len = 1;
  plugin_dispatch_values(list);
}

static value_list_t own_list(void) {
  value_list_t list = {.time = cdtime()};
  text_copy(list.plugin, sizeof list.plugin, PLUGIN_NAME);
  return list;
}

static void publish_gauge(const char *type, const char *instance, double value) {
  value_list_t list = own_list();
  text_copy(list.type_instance, sizeof list.type_instance, instance);
  dispatch(&list, type, (value_t){.gauge = value});
}

static void publish_count(const char *instance, uint64_t value) {
  value_list_t list = own_list();
  text_copy(list.type_instance, sizeof list.type_instance, instance);
  dispatch(&list, "derive", (value_t){.derive = (derive_t)value});
}

static double seconds_left(double until) { return fmax(until - translate_seconds(cdtime()), 0); }

static void publish_metrics(const struct engine_stats *stats) {
  const uint64_t known = stats->metrics - stats->warming;
  publish_gauge("gauge", "metrics", (double)stats->metrics);
  publish_gauge("gauge", "warming", (double)stats->warming);
  publish_gauge("gauge", "ignored", (double)stats->ignored);
  publish_gauge("gauge", "anomalous", (double)stats->anomalous);
  publish_gauge("percent", "anomalous",
                known > 0 ? 100.0 * (double)stats->anomalous / (double)known : 0);
  publish_gauge("gauge", "hosts", (double)stats->hosts);
  publish_gauge("gauge", "groups", (double)stats->groups);
  publish_gauge("gauge", "groups_warming", (double)stats->groups_warming);
  publish_gauge("gauge", "group_columns_refused", (double)stats->refused_columns);
  publish_gauge("gauge", "episodes_open", (double)stats->open);
  publish_gauge("gauge", "warming_seconds", seconds_left(stats->warming_until));
  publish_gauge("bytes", "memory", (double)stats->memory);
  publish_count("episodes", stats->episodes);
}

static void publish_models(const struct engine_stats *stats) {
  publish_gauge("gauge", "models", (double)stats->models);
  publish_gauge("gauge", "models_warming", (double)stats->models_warming);
  publish_gauge("gauge", "model_fits_waiting", (double)stats->waiting_fits);
  publish_count("model_fits", stats->fits);
  publish_count("model_fits_failed", stats->failed_fits);
  publish_count("model_fits_rejected", stats->rejected_fits);
  publish_count("model_fits_drifted", stats->drifted);
  publish_count("model_fits_postponed", stats->postponed_fits);
}

static void publish_incidents(const struct incident_stats *stats) {
  publish_gauge("gauge", "incidents_open", stats->open);
  publish_gauge("gauge", "incidents_told_open", stats->open_told);
  publish_count("incidents", stats->incidents);
  publish_count("incidents_told", stats->told);
  publish_count("incidents_held", stats->held);
  publish_count("episodes_left_out", stats->left_out);
}

static void publish_values(const struct engine_stats *stats) {
  uint64_t values = 0;
  for (int result = 0; result < OBSERVATION_RESULTS; result++) {
    char name[DATA_MAX_NAME_LEN];
    struct text text = text_over(name, sizeof name);
    text_addf(&text, "values_%s", observation_result_name((enum observation_result)result));
    publish_count(name, stats->results[result]);
    values += stats->results[result];
  }
  publish_count("values", values);
}

static void publish_outbox(struct outbox *outbox) {
  struct outbox_stats stats;
  outbox_stats(outbox, &stats);
  publish_gauge("gauge", "outbox_waiting", (double)stats.waiting);
  publish_count("outbox_put", stats.put);
  publish_count("outbox_delivered", stats.delivered);
  publish_count("outbox_merged", stats.merged);
  publish_count("outbox_overflowed", stats.overflowed);
}

void publish_store(const struct store_status *status) {
  publish_gauge("gauge", "database_fault", (double)status->health.fault);
  publish_gauge("bytes", "database", (double)status->bytes);
  publish_gauge("gauge", "checkpoint_age", status->checkpoint_age);
  publish_gauge("gauge", "checkpoint_seconds", status->checkpoint_seconds);
  publish_count("checkpoints", status->checkpoints);
  publish_count("checkpoint_rows", status->rows);
  publish_count("anomalies_stored", status->anomalies);
  publish_count("anomalies_left_out", status->anomalies_left_out);
  publish_count("models_stored", status->models);
  publish_count("models_left_out", status->models_left_out);
  publish_gauge("gauge", "silences", (double)status->silences);
}

/* Joins what is not empty by '-'. */
static void join(char *to, size_t size, const char *const *parts, size_t count) {
  char whole[METRIC_TEXT_SIZE];
  struct text text = text_over(whole, sizeof whole);
  for (size_t i = 0; i < count; i++)
    if (parts[i][0] != '\0')
      text_addf(&text, "%s%s", text.used > 0 ? "-" : "", parts[i]);
  if (text_copy(to, size, whole))
    return;
  enum { TAIL = 10 }; /* a '-', eight digits and the final NUL */
  struct text tail = text_over(to + size - TAIL, TAIL);
  text_addf(&tail, "-%08x", (unsigned)hash_bytes(whole, text.used, 0));
}

static void name_score(struct published_score *score, const struct metric_id *id) {
  const char *const *const part = id->part;
  const char *const source = part[METRIC_DATA_SOURCE];
  text_copy(score->host, sizeof score->host, part[METRIC_HOST]);
  if (strcmp(part[METRIC_PLUGIN], PLUGIN_NAME) == 0) {
    text_copy(score->plugin_instance, sizeof score->plugin_instance, part[METRIC_PLUGIN_INSTANCE]);
    text_copy(score->type_instance, sizeof score->type_instance, part[METRIC_TYPE_INSTANCE]);
    return;
  }
  join(score->plugin_instance, sizeof score->plugin_instance,
       (const char *const[]){part[METRIC_PLUGIN], part[METRIC_PLUGIN_INSTANCE]}, 2);
  join(score->type_instance, sizeof score->type_instance,
       (const char *const[]){part[METRIC_TYPE], part[METRIC_TYPE_INSTANCE],
                             strcmp(source, "value") == 0 ? "" : source},
       3);
}

/* The scores that there are, and as many of them as there is room for. */
struct collection {
  struct published_score *scores;
  size_t capacity, wanted;
};

static bool collect(void *context, const struct metric_view *view) {
  struct collection *const collection = context;
  if (!view->publish_score || view->warming || isnan(view->last.time))
    return true;
  if (collection->wanted < collection->capacity) {
    struct published_score *const score = &collection->scores[collection->wanted];
    score->score = view->last.score;
    name_score(score, &view->id);
  }
  collection->wanted++;
  return true;
}

/* Makes room for `wanted` scores and some more; where memory is short, all stays as it is. */
static void grow(struct publisher *publisher, size_t wanted) {
  size_t capacity = wanted + wanted / 4;
  if (capacity > PUBLISHED_SCORES_MAX)
    capacity = PUBLISHED_SCORES_MAX;
  if (capacity <= publisher->capacity)
    return;
  struct published_score *const scores =
      realloc(publisher->scores, capacity * sizeof *publisher->scores);
  if (scores == NULL)
    return;
  publisher->scores = scores;
  publisher->capacity = capacity;
}

/* Fills the publisher's scores and says how many there are, and how many there should be. */
static size_t collect_scores(struct publisher *publisher, struct engine *engine,
                             size_t *ret_wanted) {
  struct collection collection = {.scores = publisher->scores, .capacity = publisher->capacity};
  engine_each(engine, collect, &collection);
  if (collection.wanted > collection.capacity) {
    grow(publisher, collection.wanted);
    collection = (struct collection){.scores = publisher->scores, .capacity = publisher->capacity};
    engine_each(engine, collect, &collection);
  }
  *ret_wanted = collection.wanted;
  return collection.wanted < collection.capacity ? collection.wanted : collection.capacity;
}

static void publish_scores(struct publisher *publisher, struct engine *engine,
                           const struct engine_stats *stats) {
  size_t wanted = 0;
  const size_t count = stats->publishing > 0 ? collect_scores(publisher, engine, &wanted) : 0;
  value_list_t list = own_list();
  for (size_t i = 0; i < count; i++) {
    const struct published_score *const score = &publisher->scores[i];
    text_copy(list.host, sizeof list.host, score->host);
    text_copy(list.plugin_instance, sizeof list.plugin_instance, score->plugin_instance);
    text_copy(list.type_instance, sizeof list.type_instance, score->type_instance);
    dispatch(&list, "gauge", (value_t){.gauge = score->score});
  }
  publish_gauge("gauge", "scores_left_out", (double)(wanted - count));
}

void publisher_run(struct publisher *publisher, struct engine *engine,
                   const struct engine_stats *stats, const struct incident_stats *incidents,
                   struct outbox *outbox, struct meter *meter) {
  publish_metrics(stats);
  publish_models(stats);
  publish_incidents(incidents);
  publish_values(stats);
  publish_outbox(outbox);
  const double cost = meter_take(meter);
  if (!isnan(cost))
    publish_gauge("gauge", "nanoseconds_per_value", cost);
  publish_scores(publisher, engine, stats);
}

void publisher_release(struct publisher *publisher) {
  free(publisher->scores);
  *publisher = (struct publisher){0};
}
