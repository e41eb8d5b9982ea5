#include "history/types_db.h"

#include "anomaly/status.h"
#include "history/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#ifndef COLLECTD_TYPES_DB
#define COLLECTD_TYPES_DB "/usr/share/collectd/types.db"
#endif

static const char BLANKS[] = " \t\r";

static bool read_kind(const char *word, enum value_kind *ret_kind) {
  static const char *const names[] = {[VALUE_GAUGE] = "GAUGE",
                                      [VALUE_COUNTER] = "COUNTER",
                                      [VALUE_DERIVE] = "DERIVE",
                                      [VALUE_ABSOLUTE] = "ABSOLUTE"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strcmp(word, names[i]) == 0) {
      *ret_kind = (enum value_kind)i;
      return true;
    }
  return false;
}

/* "U" is no bound. */
static bool read_bound(const char *word, double *ret_bound) {
  if (strcmp(word, "U") != 0)
    return number_parse(word, ret_bound) == STATUS_OK;
  *ret_bound = (double)NAN;
  return true;
}

/* Cuts "rx:DERIVE:0:U" into its four words. */
static bool read_source(char *words, struct types_source *source) {
  char *word[4];
  for (size_t i = 0; i < 4; i++) {
    word[i] = strsep(&words, ":");
    if (word[i] == NULL)
      return false;
  }
  source->name = word[0];
  return words == NULL && *word[0] != '\0' && read_kind(word[1], &source->kind) &&
         read_bound(word[2], &source->min) && read_bound(word[3], &source->max);
}

static int add(struct types_db *db, const struct types_source *source) {
  if (db->count == db->room) {
    const size_t room = 2 * db->room + 256;
    struct types_source *const sources = realloc(db->sources, room * sizeof *sources);
    if (sources == NULL)
      return STATUS_NO_MEMORY;
    db->sources = sources;
    db->room = room;
  }
  db->sources[db->count++] = *source;
  return STATUS_OK;
}

/* A line that is wrong in one place is not used at all. */
static int read_line(struct types_db *db, char *line) {
  const size_t before = db->count;
  line += strspn(line, BLANKS);
  char *rest = line + strcspn(line, BLANKS);
  if (*line == '#' || *rest == '\0')
    return STATUS_OK;
  *rest++ = '\0';
  struct types_source source = {.type = line};
  char *words;
  while ((words = strsep(&rest, ",")) != NULL) {
    words += strspn(words, BLANKS);
    words[strcspn(words, BLANKS)] = '\0';
    if (!read_source(words, &source)) {
      db->count = before;
      return STATUS_OK;
    }
    if (add(db, &source) != STATUS_OK)
      return STATUS_NO_MEMORY;
  }
  return STATUS_OK;
}

/* Sources of a line lie one behind the other in the text. */
static int by_type(const void *left, const void *right) {
  const struct types_source *const one = left;
  const struct types_source *const other = right;
  const int order = strcmp(one->type, other->type);
  return order != 0 ? order : (one->name > other->name) - (one->name < other->name);
}

int types_db_read(struct types_db *db, FILE *file) {
  db->text = malloc(TYPES_DB_MAX + 1);
  if (db->text == NULL)
    return STATUS_NO_MEMORY;
  const size_t size = fread(db->text, 1, TYPES_DB_MAX, file);
  if (ferror(file) != 0)
    return STATUS_IO;
  db->text[size] = '\0';
  char *rest = db->text;
  char *line;
  int status = STATUS_OK;
  while (status == STATUS_OK && (line = strsep(&rest, "\n")) != NULL)
    status = read_line(db, line);
  if (status == STATUS_OK && db->count > 0)
    qsort(db->sources, db->count, sizeof *db->sources, by_type);
  return status;
}

int types_db_load(struct types_db *db, const char *path) {
  FILE *const file = fopen(path != NULL ? path : COLLECTD_TYPES_DB, "re");
  if (file == NULL)
    return path == NULL ? STATUS_OK : STATUS_IO;
  const int status = types_db_read(db, file);
  fclose(file);
  return status;
}

const struct types_source *types_db_find(const struct types_db *db, const char *type,
                                         const char *name) {
  size_t low = 0, high = db->count;
  while (low < high) { /* the first one behind all of the type */
    const size_t middle = (low + high) / 2;
    if (strcmp(db->sources[middle].type, type) <= 0)
      low = middle + 1;
    else
      high = middle;
  }
  /* Backwards: the later line wins. */
  for (; low > 0 && strcmp(db->sources[low - 1].type, type) == 0; low--)
    if (strcmp(db->sources[low - 1].name, name) == 0)
      return &db->sources[low - 1];
  return NULL;
}

void types_db_release(struct types_db *db) {
  free(db->sources);
  free(db->text);
  *db = (struct types_db){.text = NULL};
}
