#include "anomaly/status.h"
#include "config/config.h"
#include "config/source.h"
#include "engine/rule_private.h"
#include "unit/libconfig_leak.h"
#include "unit/unit_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
  char path[64];
};

static int make_folder(void **state) {
  struct folder *const folder = calloc(1, sizeof *folder);
  if (folder == NULL)
    return -1;
  text_copy(folder->path, sizeof folder->path, "/tmp/anomaly-config-XXXXXX");
  *state = folder;
  return mkdtemp(folder->path) != NULL ? 0 : -1;
}

static const char *path_in(const struct folder *folder, const char *name) {
  static char path[256];
  struct text text = text_over(path, sizeof path);
  text_addf(&text, "%s/%s", folder->path, name);
  return path;
}

static int remove_folder(void **state) {
  struct folder *const folder = *state;
  static const char *const names[] = {"main.cfg", "one.cfg", "sub/two.cfg", "sub/three.cfg", "sub"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    remove(path_in(folder, names[i]));
  const int status = remove(folder->path);
  free(folder);
  return status;
}

static void write_bytes(const struct folder *folder, const char *name, const void *bytes,
                        size_t size) {
  if (strncmp(name, "sub/", 4) == 0)
    mkdir(path_in(folder, "sub"), 0700);
  FILE *const stream = fopen(path_in(folder, name), "w");
  assert_non_null(stream);
  assert_int_equal(fwrite(bytes, 1, size, stream), size);
  assert_int_equal(fclose(stream), 0);
}

static void write_file(const struct folder *folder, const char *name, const char *content) {
  write_bytes(folder, name, content, strlen(content));
}

static void assert_file_fails(const struct folder *folder, int status, const char *in,
                              unsigned line, const char *said) {
  struct config config = {.rules = NULL};
  struct config_error error;
  assert_int_equal(config_load_file(path_in(folder, "main.cfg"), &config, &error), status);
  assert_null(config.rules);
  assert_string_equal(error.file, path_in(folder, in));
  assert_int_equal(error.line, line);
  if (strstr(error.message, said) == NULL)
    fail_msg("%s instead of %s", error.message, said);
}

static void test_a_file_with_includes(void **state) {
  const struct folder *const folder = *state;
  struct config config;
  struct config_error error;
  write_file(folder, "main.cfg",
             "hits = 2;\n  @include \"one.cfg\"\nrules = (\n@include \"sub/two.cfg\" \n);");
  write_file(folder, "one.cfg", "calm = 4; # no line end");
  write_file(folder, "sub/two.cfg", "@include \"three.cfg\"\n");
  write_file(folder, "sub/three.cfg", "{ plugin = \"cpu\"; hits = 5; }");
  if (config_load_file(path_in(folder, "main.cfg"), &config, &error) != STATUS_OK)
    fail_msg("%s:%u: %s", error.file, error.line, error.message);
  assert_int_equal(config.rules->rules[0]->options.hits, 2);
  assert_int_equal(config.rules->rules[0]->options.calm, 4);
  assert_int_equal(rule_set_size(config.rules), 2);
  config_release(&config);
}

static void test_errors_have_the_included_files_name_and_line(void **state) {
  const struct folder *const folder = *state;
  write_file(folder, "main.cfg",
             "hits = 2;\n@include \"one.cfg\"\n@include \"sub/two.cfg\"\n\ncalm = 0;\n");
  write_file(folder, "one.cfg", "\n\nwarmup = 0;\n");
  write_file(folder, "sub/two.cfg", "timeout = 60;\n");
  assert_file_fails(folder, STATUS_INVALID, "one.cfg", 3, "warmup must be");
  write_file(folder, "one.cfg", "warmup = 60;\n");
  assert_file_fails(folder, STATUS_INVALID, "main.cfg", 5, "calm must be");
  write_file(folder, "sub/two.cfg", "timeout =\n60\n\n=;\n");
  assert_file_fails(folder, STATUS_INVALID, "sub/two.cfg", 4, "syntax error");
  write_file(folder, "sub/two.cfg", "\nhits = \"2;\n");
  assert_file_fails(folder, STATUS_INVALID, "sub/two.cfg", 2, "no closing quote");
}

static void test_what_cannot_be_included(void **state) {
  const struct folder *const folder = *state;
  write_file(folder, "sub/two.cfg", "");
  write_file(folder, "main.cfg", "\n@include \"none.cfg\"\n");
  assert_file_fails(folder, STATUS_IO, "main.cfg", 2, "none.cfg\": No such file");
  write_file(folder, "main.cfg", "\n@include \"sub\"\n");
  assert_file_fails(folder, STATUS_IO, "main.cfg", 2, "sub\": Is a directory");
  write_file(folder, "main.cfg", "@include \"main.cfg\"\n");
  assert_file_fails(folder, STATUS_INVALID, "main.cfg", 1, "includes itself");
  static const char *const wrong[] = {"hits = 2; @include \"one.cfg\"",
                                      "@include one.cfg",
                                      "@include\"one.cfg\"",
                                      "@include \"\"",
                                      "@include \"one.cfg\n\"",
                                      "@imclude \"one.cfg\"",
                                      "@include \"a\\b\"",
                                      "@"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    write_file(folder, "main.cfg", wrong[i]);
    assert_file_fails(folder, STATUS_INVALID, "main.cfg", 1, "write @include \"FILE\" on a line");
  }
}

/* Writes sub/1 .. sub/count, each of which includes the next. */
static void write_chain(const struct folder *folder, int count) {
  for (int i = 1; i <= count; i++) {
    char name[32], content[64] = "";
    struct text text = text_over(content, sizeof content);
    snprintf(name, sizeof name, "sub/%d", i);
    if (i < count)
      text_addf(&text, "@include \"%d\"\n", i + 1);
    write_file(folder, name, content);
  }
}

static void remove_chain(const struct folder *folder, int count) {
  for (int i = 1; i <= count; i++) {
    char name[32];
    snprintf(name, sizeof name, "sub/%d", i);
    remove(path_in(folder, name));
  }
}

static void test_files_may_include_files_ten_times_over(void **state) {
  const struct folder *const folder = *state;
  struct config config;
  struct config_error error;
  write_file(folder, "main.cfg", "@include \"sub/1\"\n");
  write_chain(folder, SOURCE_INCLUDES_MAX);
  assert_int_equal(config_load_file(path_in(folder, "main.cfg"), &config, &error), STATUS_OK);
  config_release(&config);
  write_chain(folder, SOURCE_INCLUDES_MAX + 1);
  assert_file_fails(folder, STATUS_INVALID, "sub/10", 1, "too many files");
  remove_chain(folder, SOURCE_INCLUDES_MAX + 1);
}

static void test_an_included_file_is_whole(void **state) {
  const struct folder *const folder = *state;
  write_file(folder, "main.cfg", "@include \"one.cfg\"\n);\n");
  write_file(folder, "one.cfg", "rules = (");
  assert_file_fails(folder, STATUS_INVALID, "one.cfg", 1, "brackets are open");
  write_file(folder, "one.cfg", "hits = 2; /*");
  assert_file_fails(folder, STATUS_INVALID, "one.cfg", 1, "*/ is missing");
}

static void test_bytes_that_are_no_configuration(void **state) {
  const struct folder *const folder = *state;
  char *const bytes = calloc(1, SOURCE_SIZE_MAX + 1);
  assert_non_null(bytes);
  write_bytes(folder, "main.cfg", bytes, 10);
  assert_file_fails(folder, STATUS_INVALID, "main.cfg", 0, "zero byte");
  memset(bytes, '\n', SOURCE_SIZE_MAX + 1);
  write_bytes(folder, "main.cfg", bytes, SOURCE_SIZE_MAX + 1);
  assert_file_fails(folder, STATUS_INVALID, "main.cfg", 0, "larger than 1 MiB");
  write_bytes(folder, "one.cfg", bytes, SOURCE_SIZE_MAX / 2 + 1);
  write_file(folder, "main.cfg", "@include \"one.cfg\"\n@include \"one.cfg\"\n");
  assert_file_fails(folder, STATUS_INVALID, "one.cfg", SOURCE_SIZE_MAX / 2 - 1,
                    "larger than 1 MiB");
  free(bytes);
}

static void test_a_file_that_is_not_there(void **state) {
  const struct folder *const folder = *state;
  assert_file_fails(folder, STATUS_IO, "main.cfg", 0, "cannot be read: No such file");
  assert_int_equal(errno, ENOENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_a_file_with_includes, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(test_errors_have_the_included_files_name_and_line,
                                      make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(test_what_cannot_be_included, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(test_files_may_include_files_ten_times_over, make_folder,
                                      remove_folder),
      cmocka_unit_test_setup_teardown(test_an_included_file_is_whole, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(test_bytes_that_are_no_configuration, make_folder,
                                      remove_folder),
      cmocka_unit_test_setup_teardown(test_a_file_that_is_not_there, make_folder, remove_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
