#include "history/labels.h"

#include "anomaly/status.h"
#include "engine/describe.h"
#include "history/csv.h"
#include "history/labels_windows.h"

#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the columns are; -1: not there. */
struct places {
  ptrdiff_t metric, start, end;
};

static int refuse_line(const struct csv *csv, const char *what, struct text *why) {
  text_addf(why, "line %llu: %s", (unsigned long long)csv_line(csv), what);
  return STATUS_INVALID;
}

static int make_room(struct labels *labels) {
  if (labels->count == LABELS_MAX)
    return STATUS_LIMIT;
  if (labels->count < labels->room)
    return STATUS_OK;
  const size_t room = 2 * labels->room + 64;
  struct label *const list = realloc(labels->list, room * sizeof *list);
  if (list == NULL)
    return STATUS_NO_MEMORY;
  labels->list = list;
  labels->room = room;
  return STATUS_OK;
}

int labels_add(struct labels *labels, const struct label *label, const char *metric,
               const char *place) {
  const int status = make_room(labels);
  if (status != STATUS_OK)
    return status;
  struct label *const added = &labels->list[labels->count++];
  *added = (struct label){.start = label->start, .end = label->end};
  if (metric != NULL && (added->metric = text_duplicate(metric)) == NULL)
    return STATUS_NO_MEMORY;
  if (place != NULL && (added->place = text_duplicate(place)) == NULL)
    return STATUS_NO_MEMORY;
  return STATUS_OK;
}

static int read_row(struct labels *labels, const struct csv *csv, const struct places *places,
                    struct text *why) {
  struct label label = {.metric = NULL};
  if (csv_time(csv, (size_t)places->start, &label.start) != STATUS_OK ||
      csv_time(csv, (size_t)places->end, &label.end) != STATUS_OK)
    return refuse_line(csv, "start and end must be times", why);
  if (label.end < label.start)
    return refuse_line(csv, "the end is before the start", why);
  const char *const metric = places->metric < 0 ? "" : csv_field(csv, (size_t)places->metric);
  return labels_add(labels, &label, *metric != '\0' ? metric : NULL, NULL);
}

static int by_start(const void *left, const void *right) {
  const struct label *const one = left;
  const struct label *const other = right;
  return (one->start > other->start) - (one->start < other->start);
}

static int read_rows(struct labels *labels, struct csv *csv, struct text *why) {
  const struct places places = {.metric = csv_column_find(csv, "metric"),
                                .start = csv_column_find(csv, "start"),
                                .end = csv_column_find(csv, "end")};
  if (places.start < 0 || places.end < 0) {
    text_add(why, "there must be columns \"start\" and \"end\"");
    return STATUS_INVALID;
  }
  int status;
  while ((status = csv_next(csv)) == STATUS_OK)
    if ((status = read_row(labels, csv, &places, why)) != STATUS_OK)
      return status;
  if (status == STATUS_INVALID || status == STATUS_LIMIT)
    return refuse_line(csv, "wrong number of fields, or too long", why);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static int read_csv(struct labels *labels, FILE *file, struct text *why) {
  struct csv *csv;
  int status = csv_open_or_why(&csv, file, "metric,start,end", why);
  if (status != STATUS_OK)
    return status;
  status = read_rows(labels, csv, why);
  csv_close(csv);
  return status;
}

/* Leaves the file where it is; of what cannot be looked into it is '\0'. */
static char first_byte(FILE *file) {
  const int descriptor = fileno(file);
  char byte = '\0';
  if (descriptor >= 0)
    return pread(descriptor, &byte, 1, 0) == 1 ? byte : '\0';
  const int letter = getc(file);
  return letter != EOF && ungetc(letter, file) != EOF ? (char)letter : '\0';
}

int labels_read(struct labels *labels, FILE *file, struct text *why) {
  const int status = first_byte(file) == '{' ? labels_read_windows(labels, file, why)
                                             : read_csv(labels, file, why);
  if (status != STATUS_OK && why->used == 0)
    text_add(why, status == STATUS_IO ? strerror(errno) : status_text(status));
  if (status == STATUS_OK && labels->count > 0)
    qsort(labels->list, labels->count, sizeof *labels->list, by_start);
  return status;
}

void labels_release(struct labels *labels) {
  for (size_t i = 0; i < labels->count; i++) {
    free(labels->list[i].metric);
    free(labels->list[i].place);
  }
  free(labels->list);
  *labels = (struct labels){.list = NULL};
}

/* Whether one path is the other, or its end from a slash on. */
static bool same_file(const char *one, const char *other) {
  const size_t length = strlen(one), other_length = strlen(other);
  if (length > other_length)
    return same_file(other, one);
  const char *const end = other + (other_length - length);
  return strcmp(end, one) == 0 && (end == other || end[-1] == '/');
}

static bool is_about(const struct label *label, const char *metric, const char *place) {
  if (label->place != NULL && !same_file(label->place, place))
    return false;
  return label->metric == NULL || strcmp(label->metric, metric) == 0 ||
         fnmatch(label->metric, metric, 0) == 0;
}

int label_walk_create(struct label_walk *ret_walk, const struct labels *labels,
                      const struct metric_id *id, const char *place) {
  char words[METRIC_TEXT_SIZE];
  struct text text = text_over(words, sizeof words);
  describe_metric(id, &text);
  struct label_walk walk = {.list = calloc(labels->count + 1, sizeof *walk.list)};
  if (walk.list == NULL)
    return STATUS_NO_MEMORY;
  for (size_t i = 0; i < labels->count; i++)
    if (is_about(&labels->list[i], words, place))
      walk.list[walk.count++] = labels->list[i];
  *ret_walk = walk;
  return STATUS_OK;
}

void label_walk_release(struct label_walk *walk) {
  free(walk->list);
  *walk = (struct label_walk){.list = NULL};
}

bool label_walk_at(struct label_walk *walk, double time) {
  while (walk->at < walk->count && walk->list[walk->at].end < time)
    walk->at++;
  /* A long label may hide that a shorter one behind it is over. */
  for (size_t i = walk->at; i < walk->count && walk->list[i].start <= time; i++)
    if (walk->list[i].end >= time)
      return true;
  return false;
}
