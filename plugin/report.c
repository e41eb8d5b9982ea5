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
