#include "cli/training.h"

#include "anomaly/status.h"
#include "cli/say.h"
#include "history/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int say_file(const struct feature_file *file, const char *why) {
  say_error(file->verb, "%s: %s", file->path, why);
  return EXIT_FAILURE;
}

static int open_rows(struct feature_file *file, const char *const *names, size_t count) {
  char why[512];
  struct text text = text_over(why, sizeof why);
  if (feature_rows_open(&file->rows, file->input, names, count, &text) != STATUS_OK)
    return say_file(file, why);
  file->row = calloc(feature_rows_columns(file->rows), sizeof *file->row);
  return file->row != NULL ? EXIT_SUCCESS : say_file(file, status_text(STATUS_NO_MEMORY));
}

int feature_file_open(struct feature_file *ret_file, const struct verb *verb, const char *path,
                      const char *const *names, size_t count) {
  struct feature_file file = {
      .verb = verb,
      .path = strcmp(path, "-") == 0 ? "standard input" : path,
      .input = input_open(path),
  };
  if (file.input == NULL)
    return say_file(&file, input_error(errno));
  const int exit_status = open_rows(&file, names, count);
  if (exit_status != EXIT_SUCCESS) {
    feature_file_release(&file);
    return exit_status;
  }
  file.progress = progress_of(file.input);
  *ret_file = file;
  return EXIT_SUCCESS;
}

bool feature_file_next(struct feature_file *file, int *ret_exit_status) {
  char why[512];
  struct text text = text_over(why, sizeof why);
  const int status = feature_rows_next(file->rows, file->row, &text);
  if (status == STATUS_OK) {
    file->number++;
    progress_update(&file->progress, feature_rows_bytes(file->rows), file->number);
    return true;
  }
  progress_clear(&file->progress);
  *ret_exit_status = EXIT_SUCCESS;
  if (status != STATUS_NOT_FOUND)
    *ret_exit_status = say_file(file, why);
  else if (file->number == 0)
    *ret_exit_status = say_file(file, "there are no rows");
  return false;
}

void feature_file_release(struct feature_file *file) {
  free(file->row);
  feature_rows_close(file->rows);
  input_close(file->input);
  *file = (struct feature_file){.verb = NULL};
}

int feature_file_read(struct feature_file *file, struct feature_table *table) {
  int exit_status = EXIT_SUCCESS;
  table->columns = feature_rows_columns(file->rows);
  while (feature_file_next(file, &exit_status)) {
    const int status = feature_table_add(table, file->row);
    if (status == STATUS_OK)
      continue;
    progress_clear(&file->progress);
    return say_file(file,
                    status == STATUS_LIMIT ? "too many rows for a model" : status_text(status));
  }
  return exit_status;
}

int train_on_table(const struct model_choice *choice, const struct feature_file *file,
                   const struct feature_table *table, struct block **ret_block) {
  const struct matrix rows = {
      .cells = table->cells, .rows = table->rows, .columns = table->columns};
  char why[512];
  struct text text = text_over(why, sizeof why);
  return model_choice_fit(choice, &rows, ret_block, &text) == STATUS_OK ? EXIT_SUCCESS
                                                                        : say_file(file, why);
}

static int make_model(const struct model_choice *choice, const struct feature_file *file,
                      const struct feature_table *table, struct model_file *ret_model) {
  struct block *block;
  const int exit_status = train_on_table(choice, file, table, &block);
  if (exit_status != EXIT_SUCCESS)
    return exit_status;
  if (model_file_make(ret_model, block, feature_rows_names(file->rows)) == STATUS_OK)
    return EXIT_SUCCESS;
  block_destroy(block);
  return say_file(file, status_text(STATUS_NO_MEMORY));
}

int train_on_file(const struct model_choice *choice, const struct verb *verb, const char *path,
                  struct model_file *ret_model, struct feature_table *ret_table) {
  struct feature_file file;
  int exit_status = feature_file_open(&file, verb, path, NULL, 0);
  if (exit_status != EXIT_SUCCESS)
    return exit_status;
  struct feature_table table = {0};
  exit_status = feature_file_read(&file, &table);
  if (exit_status == EXIT_SUCCESS)
    exit_status = make_model(choice, &file, &table, ret_model);
  feature_file_release(&file);
  if (exit_status == EXIT_SUCCESS && ret_table != NULL)
    *ret_table = table;
  else
    feature_table_release(&table);
  return exit_status;
}
