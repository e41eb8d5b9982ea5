#include "history/rrd_info.h"

#include "anomaly/status.h"
#include "base/text.h"
#include "history/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 512 };

static const double STEP_MAX = 1e9, ROWS_MAX = 1e9;

static double number_of(const char *text, double most) {
  double number;
  return number_parse(text, &number) == STATUS_OK && number > 0 && number <= most ? floor(number)
                                                                                  : 0;
}

/* "rra[3].rows": the archive's number, and *ret_key behind the point; NULL if it is none. */
static struct rrd_archive *archive_of(struct rrd_info *info, const char *name,
                                      const char **ret_key) {
  static const char start[] = "rra[";
  if (strncmp(name, start, strlen(start)) != 0)
    return NULL;
  char *end;
  const unsigned long number = strtoul(name + strlen(start), &end, 10);
  if (end == name + strlen(start) || strncmp(end, "].", 2) != 0 || number >= RRD_ARCHIVES_MAX)
    return NULL;
  *ret_key = end + 2;
  return &info->archives[number];
}

static void read_archive(struct rrd_archive *archive, const char *key, char *value) {
  if (strcmp(key, "rows") == 0)
    archive->rows = (uint64_t)number_of(value, ROWS_MAX);
  else if (strcmp(key, "pdp_per_row") == 0)
    archive->steps = (uint64_t)number_of(value, ROWS_MAX);
  else if (strcmp(key, "cf") == 0) {
    value += *value == '"';
    value[strcspn(value, "\"")] = '\0';
    text_copy(archive->function, sizeof archive->function, value);
  }
}

/* "name = value" */
static void read_line(struct rrd_info *info, char *line) {
  line[strcspn(line, "\n")] = '\0';
  char *const equals = strstr(line, " = ");
  if (equals == NULL)
    return;
  *equals = '\0';
  char *const value = equals + 3;
  const char *key;
  struct rrd_archive *const archive = archive_of(info, line, &key);
  if (archive != NULL)
    read_archive(archive, key, value);
  else if (strcmp(line, "step") == 0)
    info->step = number_of(value, STEP_MAX);
  else if (strcmp(line, "last_update") == 0)
    info->last = number_of(value, 1e11);
}

void rrd_info_read(struct rrd_info *ret_info, FILE *output) {
  char line[LINE_SIZE];
  memset(ret_info, 0, sizeof *ret_info);
  while (fgets(line, sizeof line, output) != NULL)
    read_line(ret_info, line);
}

double rrd_archive_step(const struct rrd_info *info, const struct rrd_archive *archive) {
  return info->step * (double)archive->steps;
}

double rrd_archive_start(const struct rrd_info *info, const struct rrd_archive *archive) {
  const double step = rrd_archive_step(info, archive);
  const double end = floor(info->last / step) * step;
  return fmax(end - step * (double)archive->rows, 0);
}

static bool is_better(const struct rrd_info *info, const struct rrd_archive *archive,
                      const struct rrd_archive *than, double since) {
  const double start = rrd_archive_start(info, archive);
  const double other_start = rrd_archive_start(info, than);
  const bool covers = start <= since, other_covers = other_start <= since;
  if (covers != other_covers)
    return covers;
  if (!covers && start < other_start)
    return true;
  return (covers || start <= other_start) &&
         rrd_archive_step(info, archive) < rrd_archive_step(info, than);
}

const struct rrd_archive *rrd_info_choose(const struct rrd_info *info, double since) {
  const struct rrd_archive *best = NULL;
  for (size_t i = 0; i < RRD_ARCHIVES_MAX && info->step > 0; i++) {
    const struct rrd_archive *const archive = &info->archives[i];
    const bool is_mean = strcmp(archive->function, "AVERAGE") == 0;
    if (is_mean && archive->rows > 0 && archive->steps > 0 &&
        (best == NULL || is_better(info, archive, best, since)))
      best = archive;
  }
  return best;
}
