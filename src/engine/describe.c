#include "engine/describe.h"

#include "base/timefmt.h"
#include "engine/causes.h"
#include "engine/group_rule.h"

#include <math.h>
#include <string.h>

struct metric_id metric_name_id(const struct metric_name *name) {
  struct metric_id id;
  for (size_t part = 0; part < METRIC_PARTS; part++)
    id.part[part] = name->part[part];
  return id;
}

static void add_pair(struct text *text, const char *name, const char *instance) {
  text_add(text, name);
  if (*instance != '\0') {
    text_add(text, "-");
    text_add(text, instance);
  }
}

void describe_metric_short(const struct metric_id *id, struct text *text) {
  const char *const source = id->part[METRIC_DATA_SOURCE];
  add_pair(text, id->part[METRIC_PLUGIN], id->part[METRIC_PLUGIN_INSTANCE]);
  text_add(text, "/");
  add_pair(text, id->part[METRIC_TYPE], id->part[METRIC_TYPE_INSTANCE]);
  if (*source != '\0' && strcmp(source, "value") != 0) {
    text_add(text, ":");
    text_add(text, source);
  }
}

void describe_metric(const struct metric_id *id, struct text *text) {
  text_add(text, id->part[METRIC_HOST]);
  text_add(text, "/");
  describe_metric_short(id, text);
}

static bool has_band(const struct verdict *verdict) {
  return !isnan(verdict->lower) && !isnan(verdict->upper);
}

/* One open side is enough to be beyond the other. */
static bool is_outside(const struct verdict *verdict) {
  return verdict->value < verdict->lower || verdict->value > verdict->upper;
}

static void add_band(const struct verdict *verdict, struct text *text) {
  const bool open_below = isnan(verdict->lower), open_above = isnan(verdict->upper);
  text_add(text, open_below || open_above ? "limit " : "usual ");
  if (!open_below)
    text_add_number(text, verdict->lower);
  if (!open_below && !open_above)
    text_add(text, " .. ");
  if (!open_above)
    text_add_number(text, verdict->upper);
}

/* "97.3 is far above its usual 2.1 .. 31.0" and its kin. */
static void add_deviation(const struct verdict *verdict, struct text *text) {
  static const double far = .8;
  text_add(text, " ");
  text_add_number(text, verdict->value);
  if (is_outside(verdict)) {
    text_add(text, verdict->score >= far ? " is far " : " is ");
    text_add(text, verdict->value > verdict->upper ? "above its " : "below its ");
  } else if (has_band(verdict)) {
    text_add(text, " is unusual, though in its ");
  } else {
    text_add(text, " is unusual");
    return;
  }
  add_band(verdict, text);
}

/* Of a notification's 255 bytes, for the members that the evidence comes from. */
enum { GROUP_CLAUSE_SIZE = 112 };

bool describe_causes(const struct episode_event *event, struct text *text) {
  const struct episode_causes *const causes = &event->causes;
  for (unsigned i = 0; i < causes->count; i++) {
    char words[METRIC_TEXT_SIZE + 32];
    struct text cause = text_over(words, sizeof words);
    const struct metric_id id = causes_get(causes, i, event->metric.part[METRIC_HOST]);
    text_add(&cause, i > 0 ? ", " : "");
    if (causes->hosts)
      text_add(&cause, id.part[METRIC_HOST]);
    else
      describe_metric_short(&id, &cause);
    text_addf(&cause, " %.1f", (double)causes->decades[i]);
    if (!text_try(text, words))
      return false;
  }
  return true;
}

static bool is_group(const struct episode_event *event) {
  return strcmp(event->metric.part[METRIC_PLUGIN], GROUP_PLUGIN) == 0;
}

static void add_group(const struct episode_event *event, struct text *text) {
  const char *const reason = event->verdict.reason;
  char words[GROUP_CLAUSE_SIZE];
  struct text causes = text_over(words, sizeof words);
  text_addf(text, ": %s", reason != NULL ? reason : "unusual");
  text_add(&causes, ": ");
  const size_t nothing = causes.used;
  (void)describe_causes(event, &causes);
  if (causes.used > nothing)
    text_add(text, words);
}

static void add_oddity(const struct episode_event *event, struct text *text) {
  const struct verdict *const verdict = &event->verdict;
  if (is_group(event)) {
    add_group(event, text);
  } else if (verdict->kind == KIND_MISSING) {
    text_add(text, " sends no values");
  } else if (verdict->kind == KIND_FLATLINE) {
    text_add(text, " is stuck at ");
    text_add_number(text, verdict->value);
  } else {
    add_deviation(verdict, text);
  }
}

static void add_end(const struct episode_event *event, struct text *text) {
  const struct verdict *const verdict = &event->verdict;
  switch (event->end) {
  case EPISODE_RECOVERED:
    text_add(text, is_outside(verdict) ? " is no longer surprising" : " is usual again");
    break;
  case EPISODE_ACCEPTED:
    text_add(text, " stays as it is: taken for usual from now on");
    break;
  case EPISODE_EXPIRED:
    text_add(text, " has sent no value for long and is forgotten");
    return;
  }
  if (isnan(verdict->value) || is_group(event))
    return;
  text_add(text, ": ");
  text_add_number(text, verdict->value);
  if (has_band(verdict)) {
    text_add(text, " (");
    add_band(verdict, text);
    text_add(text, ")");
  }
}

/* What is told after the main clause, the most important first. */
enum { EXTRAS = 3, EXTRA_SIZE = 128 };

/* A time of day alone would mislead where it was not today's. */
static void add_beginning(const struct episode_event *event, struct text *text) {
  static const double half_day = 43200;
  const double passed = event->verdict.time - event->start;
  if (passed >= half_day) {
    text_add(text, " for ");
    time_add_duration(text, passed);
  } else {
    text_add(text, " since ");
    time_add_clock(text, event->start);
  }
}

static void add_open_extras(const struct episode_event *event, char extras[][EXTRA_SIZE]) {
  const struct verdict *const verdict = &event->verdict;
  struct text score = text_over(extras[0], EXTRA_SIZE);
  text_addf(&score, " (score %.2f, %u of %u agree)", verdict->score, verdict->agree,
            verdict->ready > 0 ? verdict->ready : verdict->detectors);
  struct text since = text_over(extras[1], EXTRA_SIZE);
  add_beginning(event, &since);
  struct text reason = text_over(extras[2], EXTRA_SIZE);
  if (verdict->reason != NULL && !is_group(event))
    text_addf(&reason, ": %s", verdict->reason);
}

static void add_end_extras(const struct episode_event *event, char extras[][EXTRA_SIZE]) {
  struct text duration = text_over(extras[0], EXTRA_SIZE);
  text_add(&duration, " after ");
  time_add_duration(&duration, event->verdict.time - event->start);
  struct text peak = text_over(extras[1], EXTRA_SIZE);
  if (isnan(event->peak_value))
    return;
  text_add(&peak, ", peak ");
  text_add_number(&peak, event->peak_value);
  text_addf(&peak, " (score %.2f) at ", event->peak_score);
  time_add_clock(&peak, event->peak_time);
}

static void add_group_name(const struct episode_event *event, struct text *text) {
  text_addf(text, "group %s", event->metric.part[METRIC_PLUGIN_INSTANCE]);
  if (event->causes.hosts)
    text_addf(text, " of %s", event->metric.part[METRIC_TYPE_INSTANCE]);
}

/* The name, cut with an ellipsis where name and clause do not fit together. */
static void add_name(const struct episode_event *event, size_t clause, struct text *text) {
  char name[METRIC_TEXT_SIZE];
  struct text name_text = text_over(name, sizeof name);
  const struct metric_id id = metric_name_id(&event->metric);
  if (is_group(event))
    add_group_name(event, &name_text);
  else
    describe_metric_short(&id, &name_text);
  const size_t room = text->size - text->used - 1;
  if (name_text.used + clause > room && clause + 3 < room) {
    name[room - clause - 3] = '\0';
    text_add(text, name);
    text_add(text, "...");
  } else {
    text_add(text, name);
  }
}

void describe_episode(const struct episode_event *event, struct text *text) {
  char clause[256];
  struct text clause_text = text_over(clause, sizeof clause);
  char extras[EXTRAS][EXTRA_SIZE] = {{0}};
  if (event->change == EPISODE_CLOSED) {
    add_end(event, &clause_text);
    add_end_extras(event, extras);
  } else {
    add_oddity(event, &clause_text);
    add_open_extras(event, extras);
  }
  add_name(event, clause_text.used, text);
  text_add(text, clause);
  for (size_t i = 0; i < EXTRAS; i++)
    (void)text_try(text, extras[i]);
}
