/*
 * A Prometheus server: its list of series, then each of them page by page by
 * query_range. `last_over_time` over one and a half steps makes of the server's
 * own filling of gaps a gap again.
 */
#include "anomaly/status.h"
#include "history/source.h"

#include <string.h>

/* The scheme of an address. */
static bool knows(const char *place) {
  return strncmp(place, "http://", strlen("http://")) == 0 ||
         strncmp(place, "https://", strlen("https://")) == 0;
}

#if defined HAVE_CURL && defined HAVE_JANSSON

#include "engine/describe.h"
#include "history/http_get.h"
#include "history/number.h"
#include "history/prometheus_names.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

enum { PAGE_POINTS = 10000, LABELS_MAX = 64, QUERY_SIZE = 8192 };

/* The server keeps so much if nobody tells it otherwise. */
static const double USUAL_SPAN = 15 * 86400.0, USUAL_STEP = 15;

struct prometheus_state {
  struct history_context *context;
  struct http *http;
  struct types_db types;
  json_t *series;  /* array of objects of labels */
  json_t *targets; /* array of objects; NULL where the server does not tell */
  size_t next_series, next_number;
  double since, until; /* of all pages */

  struct prometheus_metric metric; /* the series that is read */
  struct metric_id id;
  char query[QUERY_SIZE];
  double step;
  double next_page; /* start of it; infinite where there is none */

  json_t *page;
  const json_t *points; /* of it; borrowed */
  size_t at;

  double last_time, last_value; /* of a counter; NaN before the first */
};

/* ---- Talking ---- */

/* Gets base + path and query, and the part `data` of the answer, which the caller owns. */
static int ask(struct prometheus_state *state, const char *path, json_t **ret_data) {
  const char *const base = state->context->place;
  char address[2 * QUERY_SIZE + 1024];
  struct text text = text_over(address, sizeof address);
  int length = (int)strlen(base);
  while (length > 0 && base[length - 1] == '/')
    length--;
  text_addf(&text, "%.*s%s", length, base, path);
  if (text.cut) {
    text_add(&state->context->why, "an address that is too long");
    return STATUS_LIMIT;
  }
  const char *body = "";
  size_t size = 0;
  const int status = http_get(state->http, address, &body, &size, &state->context->why);
  json_error_t error;
  json_t *const answer =
      status == STATUS_OK || status == STATUS_IO ? json_loadb(body, size, 0, &error) : NULL;
  const char *const message = json_string_value(json_object_get(answer, "error"));
  json_t *const data = status == STATUS_OK ? json_object_get(answer, "data") : NULL;
  if (message != NULL)
    text_addf(&state->context->why, ": %.200s", message);
  else if (status == STATUS_OK && data == NULL)
    text_add(&state->context->why, "the answer is not that of a Prometheus server");
  json_incref(data);
  json_decref(answer);
  *ret_data = data;
  return status != STATUS_OK ? status : data == NULL ? STATUS_INVALID : STATUS_OK;
}

static int list_series(struct prometheus_state *state) {
  char path[512];
  struct text text = text_over(path, sizeof path);
  char *const match = http_escape("{__name__=~\"" PROMETHEUS_NAMES "\"}");
  if (match == NULL)
    return STATUS_NO_MEMORY;
  text_addf(&text, "/api/v1/series?match[]=%s&start=%.3f&end=%.3f", match, state->since,
            state->until);
  free(match);
  const int status = ask(state, path, &state->series);
  if (status != STATUS_OK || json_is_array(state->series))
    return status;
  text_add(&state->context->why, "the server's list of series is none");
  return STATUS_INVALID;
}

/* Older servers do not know it; then the usual interval is taken. */
static void list_targets(struct prometheus_state *state) {
  json_t *data = NULL;
  struct text *const why = &state->context->why;
  if (ask(state, "/api/v1/targets?state=active", &data) == STATUS_OK)
    state->targets = json_incref(json_object_get(data, "activeTargets"));
  json_decref(data);
  *why = text_over(why->buffer, why->size);
}

static int open_prometheus(void *of, struct history_context *context) {
  struct prometheus_state *const state = of;
  const double now = (double)time(NULL);
  state->context = context;
  /* The server's `end` is in, our `until` is not; it knows milliseconds. */
  state->until = fmin(context->settings->until - 1e-3, now);
  state->since = context->settings->since > 0 ? context->settings->since : now - USUAL_SPAN;
  state->next_page = (double)INFINITY;
  int status = http_open(&state->http, context->settings->stop);
  if (status == STATUS_OK)
    status = history_read_types(context, &state->types);
  if (status == STATUS_OK)
    status = list_series(state);
  if (status == STATUS_OK)
    list_targets(state);
  if (status != STATUS_OK && context->why.used == 0)
    text_add(&context->why, status_text(status));
  return status;
}

/* ---- One series ---- */

/* "1m30s" */
static double read_interval(const char *text) {
  static const struct {
    const char *unit;
    double seconds;
  } units[] = {{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}};
  double sum = 0;
  while (text != NULL && *text != '\0') {
    double number;
    if (!text_to_number(text, &number, &text))
      return 0;
    size_t unit = 0;
    while (unit < 4 && strncmp(text, units[unit].unit, strlen(units[unit].unit)) != 0)
      unit++;
    if (unit == 4)
      return 0;
    sum += number * units[unit].seconds;
    text += strlen(units[unit].unit);
  }
  return sum > 0 && sum < 1e6 ? sum : 0;
}

/* How often the server asks the target that a series is of. */
static double step_of(const struct prometheus_state *state, const json_t *labels) {
  const double asked = state->context->settings->interval;
  const char *const job = json_string_value(json_object_get(labels, "job"));
  if (asked > 0)
    return asked;
  size_t i;
  const json_t *target;
  json_array_foreach(state->targets, i, target) {
    const json_t *const of_target = json_object_get(target, "labels");
    const char *const other = json_string_value(json_object_get(of_target, "job"));
    if (job == NULL || other == NULL || strcmp(job, other) != 0)
      continue;
    const double interval =
        read_interval(json_string_value(json_object_get(target, "scrapeInterval")));
    if (interval > 0)
      return interval;
  }
  return USUAL_STEP;
}

/* A label's value in quotes, as in PromQL. */
static void add_quoted(struct text *text, const char *value) {
  text_add(text, "\"");
  for (; *value != '\0'; value++) {
    const char letter[] = {*value, '\0'};
    if (*value == '\n')
      text_add(text, "\\n");
    else
      text_addf(text, "%s%s", *value == '"' || *value == '\\' ? "\\" : "", letter);
  }
  text_add(text, "\"");
}

/* Names only a series whose labels can be read; false for others. */
static bool read_labels(json_t *labels, struct prometheus_label *into,
                        struct prometheus_series *ret_series) {
  struct prometheus_series series = {.labels = into};
  const char *name;
  json_t *value;
  json_object_foreach(labels, name, value) {
    const char *const text = json_string_value(value);
    if (text == NULL || series.count == LABELS_MAX)
      return false;
    if (strcmp(name, "__name__") == 0)
      series.name = text;
    else
      into[series.count++] = (struct prometheus_label){.name = name, .value = text};
  }
  *ret_series = series;
  return series.name != NULL;
}

/* The address of a page but for its times; false where it gets too long. */
static bool write_query(struct prometheus_state *state, const struct prometheus_series *series) {
  char words[QUERY_SIZE / 3];
  struct text text = text_over(words, sizeof words);
  text_addf(&text, "last_over_time(%s{", series->name);
  for (size_t i = 0; i < series->count; i++) {
    text_addf(&text, "%s%s=", i > 0 ? "," : "", series->labels[i].name);
    add_quoted(&text, series->labels[i].value);
  }
  text_addf(&text, "}[%.0fms])", 1500 * state->step);
  char *const escaped = http_escape(words);
  struct text query = text_over(state->query, sizeof state->query);
  if (escaped != NULL)
    text_addf(&query, "/api/v1/query_range?query=%s&step=%.3f", escaped, state->step);
  free(escaped);
  return escaped != NULL && !text.cut && !query.cut;
}

/* Begins with the next series that is a metric; STATUS_NOT_FOUND where there is none. */
static int next_series(struct prometheus_state *state) {
  while (state->next_series < json_array_size(state->series)) {
    json_t *const labels = json_array_get(state->series, state->next_series++);
    struct prometheus_label room[LABELS_MAX];
    struct prometheus_series series;
    if (!read_labels(labels, room, &series))
      continue;
    state->step = step_of(state, labels);
    if (prometheus_name(&series, &state->types, &state->metric) != STATUS_OK ||
        !write_query(state, &series)) {
      history_note(state->context, HISTORY_UNKNOWN, "%.150s", series.name);
      continue;
    }
    state->id = metric_name_id(&state->metric.name);
    if (!history_wants(state->context, &state->id))
      continue;
    state->next_number++;
    state->next_page = ceil(state->since / state->step) * state->step;
    state->last_time = (double)NAN;
    return STATUS_OK;
  }
  return STATUS_NOT_FOUND;
}

/* The points of the only series in a page; NULL where it has none. */
static const json_t *points_of(const json_t *page) {
  const json_t *const result = json_object_get(page, "result");
  return json_object_get(json_array_get(result, 0), "values");
}

static int next_page(struct prometheus_state *state) {
  json_decref(state->page);
  state->page = NULL;
  state->points = NULL;
  state->at = 0;
  while (state->next_page > state->until) {
    const int status = next_series(state);
    if (status != STATUS_OK)
      return status;
  }
  const double last = fmin(state->next_page + (PAGE_POINTS - 1) * state->step, state->until);
  char path[QUERY_SIZE + 128];
  struct text text = text_over(path, sizeof path);
  text_addf(&text, "%s&start=%.3f&end=%.3f", state->query, state->next_page, last);
  const int status = ask(state, path, &state->page);
  state->next_page += PAGE_POINTS * state->step;
  state->points = points_of(state->page);
  return status;
}

/* [time, "value"] */
static bool read_point(const json_t *point, double *ret_time, double *ret_value) {
  const json_t *const time = json_array_get(point, 0);
  const char *const value = json_string_value(json_array_get(point, 1));
  if (!json_is_number(time) || value == NULL || number_parse(value, ret_value) != STATUS_OK)
    return false;
  *ret_time = json_number_value(time);
  return true;
}

/* A counter's rate since its last value; false where there is none before. */
static bool make_rate(struct prometheus_state *state, double time, double *value) {
  const double span = time - state->last_time, change = *value - state->last_value;
  const bool first = isnan(state->last_time);
  /* Over a gap the daemon would know no rate either. */
  const bool known = span > 0 && span < 4 * state->step;
  if (known && change < 0)
    history_note(state->context, HISTORY_RESET, "%.100s at %.0f",
                 state->metric.name.part[METRIC_PLUGIN], time);
  state->last_time = time;
  state->last_value = *value;
  *value = known && change >= 0 ? change / span : (double)NAN;
  return !first;
}

static int next(void *of, struct history_value *ret_value) {
  struct prometheus_state *const state = of;
  for (;;) {
    const int status = state->at < json_array_size(state->points) ? STATUS_OK : next_page(state);
    if (status != STATUS_OK)
      return status;
    if (state->at >= json_array_size(state->points))
      continue;
    double time, value;
    if (!read_point(json_array_get(state->points, state->at++), &time, &value)) {
      history_note(state->context, HISTORY_BAD_VALUE, "%.150s", state->query);
      continue;
    }
    if (state->metric.counter && !make_rate(state, time, &value))
      continue;
    *ret_value = (struct history_value){
        .metric = state->next_number - 1,
        .id = state->id,
        .sample = sample_gauge(time, state->step, value * state->metric.scale)};
    return STATUS_OK;
  }
}

static double progress(const void *of) {
  const struct prometheus_state *const state = of;
  const double series = (double)json_array_size(state->series);
  const double left = fmax(state->until - state->next_page, 0);
  const double done = isfinite(state->next_page) ? left / (state->until - state->since) : 0;
  return series > 0 ? fmin(((double)state->next_series - done) / series, 1) : 1;
}

static void close_prometheus(void *of) {
  struct prometheus_state *const state = of;
  json_decref(state->page);
  json_decref(state->targets);
  json_decref(state->series);
  types_db_release(&state->types);
  http_close(state->http);
}

#else

struct prometheus_state {
  char nothing;
};

static int open_prometheus(void *of, struct history_context *context) {
  (void)of;
  text_add(&context->why, "this program was built without libcurl or without jansson");
  return STATUS_INVALID;
}

static int next(void *of, struct history_value *ret_value) {
  (void)of, (void)ret_value;
  return STATUS_NOT_FOUND;
}

static double progress(const void *of) {
  (void)of;
  return 0;
}

static void close_prometheus(void *of) { (void)of; }

#endif

const struct history_source prometheus_source = {
    .name = "a Prometheus server",
    .state_size = sizeof(struct prometheus_state),
    .knows = knows,
    .open = open_prometheus,
    .next = next,
    .progress = progress,
    .close = close_prometheus,
};
