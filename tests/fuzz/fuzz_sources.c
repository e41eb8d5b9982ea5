/* Any bytes as types.db, as the words of `rrdtool info`, and as names of Prometheus. */
#include "anomaly/status.h"
#include "history/prometheus_names.h"
#include "history/rrd_info.h"
#include "history/types_db.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { LABELS_MAX = 8 };

static void read_info(FILE *stream) {
  struct rrd_info info;
  rrd_info_read(&info, stream);
  const struct rrd_archive *const archive = rrd_info_choose(&info, 1e9);
  if (archive != NULL &&
      !(rrd_archive_step(&info, archive) >= 1 && isfinite(rrd_archive_start(&info, archive))))
    __builtin_trap();
}

static bool is_sound(const struct metric_name *name) {
  for (size_t part = 0; part < METRIC_PARTS; part++)
    if (memchr(name->part[part], '\0', METRIC_PART_SIZE) == NULL)
      return false;
  return *name->part[METRIC_PLUGIN] != '\0' && *name->part[METRIC_TYPE] != '\0';
}

/* Lines are a series' name, then names and values of labels by turns. */
static void name_series(char *text, const struct types_db *types) {
  struct prometheus_label labels[LABELS_MAX] = {{"instance", "host"}};
  struct prometheus_series series = {.labels = labels, .count = 1};
  series.name = strsep(&text, "\n");
  const char *name, *value;
  while (series.count < LABELS_MAX && (name = strsep(&text, "\n")) != NULL &&
         (value = strsep(&text, "\n")) != NULL)
    labels[series.count++] = (struct prometheus_label){.name = name, .value = value};
  struct prometheus_metric metric;
  if (prometheus_name(&series, types, &metric) == STATUS_OK && !is_sound(&metric.name))
    __builtin_trap();
}

static void read_types(FILE *stream, struct types_db *types) {
  if (types_db_read(types, stream) != STATUS_OK)
    return;
  for (size_t i = 0; i < types->count; i++)
    if (types_db_find(types, types->sources[i].type, types->sources[i].name) == NULL)
      __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  char *const text = malloc(size + 1);
  FILE *const stream =
      size == 0 || text == NULL ? NULL : fmemopen((void *)(uintptr_t)bytes, size, "r");
  struct types_db types = {.text = NULL};
  if (stream != NULL) {
    memcpy(text, bytes, size);
    text[size] = '\0';
    read_info(stream);
    rewind(stream);
    read_types(stream, &types);
    name_series(text, &types);
    fclose(stream);
  }
  types_db_release(&types);
  free(text);
  return 0;
}
