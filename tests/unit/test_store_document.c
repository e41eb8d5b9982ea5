/* docs/database.md has every table and column of the schema, and no other. */
#include "unit/stored.h"
#include "unit/unit_test.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char document[1 << 16];

static int read_document(void **state) {
  char path[4096];
  const char *const folder = getenv("ANOMALY_SRCDIR");
  snprintf(path, sizeof path, "%s/docs/database.md", folder != NULL ? folder : ".");
  FILE *const file = fopen(path, "r");
  if (file == NULL)
    return -1;
  const size_t size = fread(document, 1, sizeof document - 1, file);
  fclose(file);
  document[size] = '\0';
  return stored_make_folder(state);
}

/* The section of a table: from its heading to the next. */
static char *section_of(const char *table) {
  char heading[128];
  snprintf(heading, sizeof heading, "\n## `%s`\n", table);
  const char *const begin = strstr(document, heading);
  if (begin == NULL)
    return NULL;
  const char *const end = strstr(begin + strlen(heading), "\n## ");
  return end != NULL ? strndup(begin, (size_t)(end - begin)) : strdup(begin);
}

static unsigned count_columns(const char *section) {
  unsigned count = 0;
  for (const char *at = section; (at = strstr(at, "\n| `")) != NULL; at++)
    count++;
  return count;
}

static unsigned tables, columns;

static int check_column(void *section, int count, char **values, char **names) {
  char row[128];
  (void)count, (void)names;
  snprintf(row, sizeof row, "\n| `%s` |", values[1]);
  if (strstr(section, row) == NULL) {
    fprintf(stderr, "column %s is not in docs/database.md\n", values[1]);
    return 1;
  }
  columns++;
  return 0;
}

static int check_table(void *database, int count, char **values, char **names) {
  char sql[256];
  (void)count, (void)names;
  char *const section = section_of(values[0]);
  if (section == NULL) {
    fprintf(stderr, "table %s is not in docs/database.md\n", values[0]);
    return 1;
  }
  columns = 0;
  snprintf(sql, sizeof sql, "PRAGMA table_info(%s)", values[0]);
  int failed = sqlite3_exec(database, sql, check_column, section, NULL) != SQLITE_OK;
  if (!failed && columns != count_columns(section)) {
    fprintf(stderr, "docs/database.md has more columns of %s than there are\n", values[0]);
    failed = 1;
  }
  free(section);
  tables++;
  return failed;
}

static void the_document_is_the_schema(void **state) {
  (void)state;
  struct stored stored;
  sqlite3 *database;
  stored_start(&stored, 3600);
  stored_stop(&stored);
  assert_int_equal(sqlite3_open(stored_path, &database), SQLITE_OK);
  assert_int_equal(sqlite3_exec(database, "SELECT name FROM sqlite_master WHERE type = 'table'",
                                check_table, database, NULL),
                   SQLITE_OK);
  sqlite3_close(database);
  unsigned sections = 0;
  for (const char *at = document; (at = strstr(at, "\n## `")) != NULL; at++)
    sections++;
  assert_int_equal(tables, sections);
  assert_true(tables >= 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_document_is_the_schema)};
  return cmocka_run_group_tests(tests, read_document, stored_remove_folder);
}
