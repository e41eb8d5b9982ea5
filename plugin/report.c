#include "plugin/report.h"

#include "base/text.h"
#include "base/timefmt.h"
#include "plugin/translate.h"

#include <math.h>

void report_start(const char *path) {
  INFO(PLUGIN_NAME " plugin: watching every metric, configured by %s; a metric is silent until "
                   "it has warmed up",
       path != NULL ? path : "what is built in (ConfigFile is not given)");
}

static void report_full(const struct engine_stats *stats) {
  WARNING(PLUGIN_NAME " plugin: no memory for more than %llu metrics, new ones are not watched; "
                      "raise memory_limit",
          (unsigned long long)(stats->metrics + stats->ignored));
}

static void report_watched(const struct engine_stats *stats, double now) {
  char words[64];
  struct text left = text_over(words, sizeof words);
  if (stats->warming_until > now) {
    text_add(&left, ", the last of them for another ");
    time_add_duration(&left, stats->warming_until - now);
  }
  INFO(PLUGIN_NAME " plugin: metrics watched: %llu, still warming up: %llu%s",
       (unsigned long long)stats->metrics, (unsigned long long)stats->warming, words);
  if (stats->groups_warming > 0)
    INFO(PLUGIN_NAME " plugin: groups that need more rows to judge: %llu of %llu",
         (unsigned long long)stats->groups_warming, (unsigned long long)stats->groups);
  if (stats->models_warming > 0)
    INFO(PLUGIN_NAME " plugin: metrics that need more values for a model: %llu of %llu",
         (unsigned long long)stats->models_warming, (unsigned long long)stats->metrics);
}

/* What has changed since it was told how many are warming up. */
static void report_warmed(struct report *report, const struct engine_stats *stats) {
  if (report->none_known && stats->warming < stats->metrics) {
    report->none_known = false;
    INFO(PLUGIN_NAME " plugin: the first metrics have warmed up");
  }
  if (report->some_warming && stats->warming == 0) {
    report->some_warming = false;
    INFO(PLUGIN_NAME " plugin: all metrics have warmed up: %llu",
         (unsigned long long)stats->metrics);
  }
}

void report_stats(struct report *report, const struct engine_stats *stats, double now) {
  if (stats->results[REFUSED_MEMORY] > 0 && !report->said_full) {
    report->said_full = true;
    report_full(stats);
  }
  /* Not at the first read with metrics: the other plugins have only begun then. */
  if (stats->metrics == 0 || ++report->reads < 2)
    return;
  if (report->said_watched) {
    report_warmed(report, stats);
    return;
  }
  report_watched(stats, now);
  report->said_watched = true;
  report->some_warming = stats->warming > 0;
  report->none_known = stats->warming == stats->metrics;
}

static void report_restored(const struct store_status *status) {
  const struct restore_stats *const restored = &status->restored;
  if (restored->metrics > 0)
    INFO(PLUGIN_NAME " plugin: metrics that go on where they were: %llu, read in %.2g s",
         (unsigned long long)restored->metrics, status->restore_seconds);
  if (status->models_restored > 0)
    INFO(PLUGIN_NAME " plugin: fitted models that go on: %llu",
         (unsigned long long)status->models_restored);
  const uint64_t cold = restored->cold_metrics + restored->cold_detectors + restored->refused;
  if (cold > 0)
    WARNING(PLUGIN_NAME " plugin: of what was stored, this starts anew: metrics whose state is "
                        "damaged %llu, detectors that are new, have other options or are damaged "
                        "%llu, metrics that memory_limit has no room for %llu",
            (unsigned long long)restored->cold_metrics,
            (unsigned long long)restored->cold_detectors, (unsigned long long)restored->refused);
}

static void report_refused(struct report *report, const struct store_status *status) {
  if (status->models_refused > report->refused)
    WARNING(PLUGIN_NAME
            " plugin: of the stored models, this many are damaged, of another version or "
            "of other options, and are not used: %llu",
            (unsigned long long)(status->models_refused - report->refused));
  report->refused = status->models_refused;
}

static void report_bad(struct report *report, const struct store_status *status) {
  if (status->models_bad > report->bad)
    INFO(PLUGIN_NAME
         " plugin: models that labels show to be below min_f1, and that are replaced: %llu",
         (unsigned long long)(status->models_bad - report->bad));
  report->bad = status->models_bad;
}

/* What somebody wanted meanwhile. */
static void report_crowned(struct report *report, const struct store_status *status) {
  if (status->models_crowned > report->crowned)
    INFO(PLUGIN_NAME " plugin: models that are gone back to: %llu",
         (unsigned long long)(status->models_crowned - report->crowned));
  report->crowned = status->models_crowned;
}

static void report_event(const struct health *health) {
  switch (health->event) {
  case STORE_SET_ASIDE:
    ERROR(PLUGIN_NAME " plugin: the database was damaged; it is kept as %s and a new one is begun",
          health->aside);
    break;
  case STORE_SET_ASIDE_NEWER:
    WARNING(PLUGIN_NAME " plugin: the database is of a later version of this program; it is kept "
                        "as %s and a new one is begun",
            health->aside);
    break;
  case STORE_GONE:
    WARNING(PLUGIN_NAME " plugin: the database was removed or replaced; all is written anew");
    break;
  case STORE_NOTHING:
    break;
  }
}

static void report_fault(const struct health *health) {
  static const char *const phrase[] = {
      [STORE_FINE] = "can be written again",
      [STORE_FULL] = "cannot be written, the disk is full",
      [STORE_READ_ONLY] = "cannot be written, it is read-only",
      [STORE_LOCKED] = "cannot be written, another process holds it",
      [STORE_BROKEN] = "cannot be used",
      [STORE_FOREIGN] = "cannot be used",
      [STORE_NO_MEMORY] = "cannot be written, there is no memory",
  };
  if (health->fault == STORE_FINE)
    INFO(PLUGIN_NAME " plugin: the database %s", phrase[STORE_FINE]);
  else
    ERROR(PLUGIN_NAME " plugin: the database %s (%s); detection goes on, and it is tried again",
          phrase[health->fault], health->detail);
}

/* What anomalyctl train has learned meanwhile. */
static void report_taken_over(struct report *report, const struct store_status *status) {
  if (status->taken_over > report->taken_over)
    INFO(PLUGIN_NAME " plugin: metrics that go on with what was learned from the past: %llu",
         (unsigned long long)(status->taken_over - report->taken_over));
  report->taken_over = status->taken_over;
}

void report_store(struct report *report, const struct store_status *status) {
  if (!report->said_restored)
    report_restored(status);
  report->said_restored = true;
  report_taken_over(report, status);
  report_bad(report, status);
  report_crowned(report, status);
  report_refused(report, status);
  if (status->health.events != report->store_events)
    report_event(&status->health);
  report->store_events = status->health.events;
  if (status->health.fault != report->fault)
    report_fault(&status->health);
  report->fault = status->health.fault;
}
