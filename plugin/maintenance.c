#include "plugin/maintenance.h"

#include "anomaly/status.h"
#include "base/text.h"
#include "plugin/translate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LINE_SIZE = 512 };

void maintenance_release(struct maintenance *maintenance) {
  patterns_free(maintenance->patterns, maintenance->count);
  *maintenance = (struct maintenance){.patterns = NULL};
}

/* The line without the white space around it. */
static char *trimmed(char *line) {
  line += strspn(line, " \t");
  line[strcspn(line, "\r\n")] = '\0';
  for (size_t length = strlen(line); length > 0 && strchr(" \t", line[length - 1]) != NULL;)
    line[--length] = '\0';
  return line;
}

static bool is_host(const char *line) { return *line != '\0' && *line != '#'; }

/* Adds the pattern of one line; what is none is told and passed over. */
static void read_line(struct pattern *patterns, size_t *count, const char *line) {
  char words[160];
  struct text why = text_over(words, sizeof words);
  if (*count == MAINTENANCE_HOSTS)
    WARNING(PLUGIN_NAME " plugin: maintenance: more than %d hosts, \"%s\" is passed over",
            MAINTENANCE_HOSTS, line);
  else if (pattern_create(&patterns[*count], line, &why) == STATUS_OK)
    ++*count;
  else
    WARNING(PLUGIN_NAME " plugin: maintenance: \"%s\" is no host: %s", line, words);
}

/* Returns the patterns of all lines, or one that matches all; NULL if there is no memory. */
static struct pattern *read_patterns(FILE *file, size_t *ret_count) {
  struct pattern *const patterns = calloc(MAINTENANCE_HOSTS, sizeof *patterns);
  if (patterns == NULL)
    return NULL;
  char buffer[LINE_SIZE];
  size_t count = 0;
  bool named = false;
  while (fgets(buffer, sizeof buffer, file) != NULL) {
    const char *const line = trimmed(buffer);
    if (!is_host(line))
      continue;
    named = true;
    read_line(patterns, &count, line);
  }
  *ret_count = named ? count : 1; /* a pattern that is all zero matches everything */
  return patterns;
}

static void replace(struct maintenance *maintenance, struct pattern *patterns, size_t count,
                    struct incidents *incidents) {
  incidents_set_maintenance(incidents, MAINTENANCE_BY_FILE, patterns, count);
  patterns_free(maintenance->patterns, maintenance->count);
  maintenance->patterns = patterns;
  maintenance->count = count;
}

static void fail_to_read(struct maintenance *maintenance, const char *path,
                         struct incidents *incidents) {
  if (!maintenance->said_unreadable)
    WARNING(PLUGIN_NAME " plugin: maintenance: %s cannot be read", path);
  maintenance->said_unreadable = true;
  maintenance->present = false;
  replace(maintenance, NULL, 0, incidents);
}

static void read_file(struct maintenance *maintenance, const char *path,
                      struct incidents *incidents) {
  FILE *const file = fopen(path, "re");
  size_t count = 0;
  struct pattern *const patterns = file != NULL ? read_patterns(file, &count) : NULL;
  if (file != NULL)
    fclose(file);
  if (patterns == NULL) {
    fail_to_read(maintenance, path, incidents);
    return;
  }
  maintenance->said_unreadable = false;
  replace(maintenance, patterns, count, incidents);
  INFO(PLUGIN_NAME " plugin: maintenance by %s: nothing new is told until it is removed", path);
}

static bool is_unchanged(const struct maintenance *maintenance, const struct stat *status) {
  return maintenance->present && maintenance->size == status->st_size &&
         maintenance->read.tv_sec == status->st_mtim.tv_sec &&
         maintenance->read.tv_nsec == status->st_mtim.tv_nsec;
}

void maintenance_look(struct maintenance *maintenance, const char *path,
                      struct incidents *incidents) {
  struct stat status;
  if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
    if (maintenance->present)
      INFO(PLUGIN_NAME " plugin: maintenance is over: %s is gone", path);
    maintenance->present = maintenance->said_unreadable = false;
    replace(maintenance, NULL, 0, incidents);
    return;
  }
  if (is_unchanged(maintenance, &status))
    return;
  maintenance->present = true;
  maintenance->read = status.st_mtim;
  maintenance->size = status.st_size;
  read_file(maintenance, path, incidents);
}
