#include "bench/data.h"

#include "anomaly/status.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "history/csv.h"
#include "history/input.h"

#include <glob.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The build says where the sources are; else it is the current folder. */
#ifndef SOURCE_FOLDER
#define SOURCE_FOLDER "."
#endif

void data_path(const char *name, char *path, size_t size) {
  const char *folder = getenv("ANOMALY_DATA");
  struct text text = text_over(path, size);
  if (folder != NULL && folder[0] != '\0')
    text_addf(&text, "%s/%s", folder, name);
  else
    text_addf(&text, "%s/../shared/data/%s", SOURCE_FOLDER, name);
}

struct data_files data_find(const char *pattern) {
  char path[DATA_PATH_SIZE];
  data_path(pattern, path, sizeof(path));
  glob_t found;
  struct data_files files = {0};
  if (glob(path, 0, NULL, &found) != 0)
    return files;
  files.path = calloc(found.gl_pathc, sizeof(*files.path));
  for (size_t at = 0; files.path != NULL && at < found.gl_pathc; at++) {
    files.path[files.count] = strdup(found.gl_pathv[at]);
    files.count += files.path[files.count] != NULL;
  }
  globfree(&found);
  return files;
}

void data_files_release(struct data_files *files) {
  for (size_t at = 0; at < files->count; at++)
    free(files->path[at]);
  free(files->path);
  *files = (struct data_files){0};
}

/* "…/nab/data/realTweets/a.csv" becomes "realTweets/a". */
static void name_frame(struct frame *frame, const char *path) {
  const char *name = path;
  size_t slashes = 0;
  for (const char *at = path + strlen(path); at > path && slashes < 2; at--)
    if (*at == '/' && ++slashes == 2)
      name = at + 1;
  text_copy(frame->name, sizeof(frame->name), name);
  char *end = strstr(frame->name, ".csv");
  if (end != NULL)
    *end = '\0';
}

/* Which column of the file is which; -1 = none. */
struct layout {
  ptrdiff_t label, test;
  size_t file_columns;
};

static bool lay_out(struct frame *frame, const struct csv *csv, struct layout *layout) {
  *layout = (struct layout){.label = -1, .test = -1, .file_columns = csv_columns(csv)};
  frame->column = calloc(layout->file_columns + 1, sizeof(*frame->column));
  if (frame->column == NULL)
    return false;
  for (size_t column = 1; column < layout->file_columns; column++) {
    const char *name = csv_column_name(csv, column);
    if (strcasecmp(name, "label") == 0)
      layout->label = (ptrdiff_t)column;
    else if (strcasecmp(name, "test") == 0)
      layout->test = (ptrdiff_t)column;
    else
      text_copy(frame->column[frame->columns++], DATA_NAME_SIZE, name);
  }
  return frame->columns > 0;
}

static bool make_room(struct frame *frame, size_t rows) {
  double *time = realloc(frame->time, rows * sizeof(*time));
  if (time != NULL)
    frame->time = time;
  double *value = realloc(frame->value, rows * frame->columns * sizeof(*value));
  if (value != NULL)
    frame->value = value;
  bool *label = realloc(frame->label, rows * sizeof(*label));
  if (label != NULL)
    frame->label = label;
  return time != NULL && value != NULL && label != NULL;
}

static bool read_row(struct frame *frame, const struct csv *csv, const struct layout *layout,
                     bool *in_test) {
  double *value = frame->value + frame->rows * frame->columns;
  bool label = false;
  if (time_parse(csv_field(csv, 0), &frame->time[frame->rows]) != STATUS_OK)
    return false;
  for (size_t column = 1; column < layout->file_columns; column++) {
    double number;
    if (csv_number(csv, column, &number) != STATUS_OK)
      return false;
    if ((ptrdiff_t)column == layout->label)
      label = number > 0;
    else if ((ptrdiff_t)column == layout->test)
      *in_test = number > 0;
    else
      *value++ = number;
  }
  frame->label[frame->rows] = label;
  return true;
}

static bool read_rows(struct frame *frame, struct csv *csv, const struct layout *layout) {
  size_t room = 0;
  int status;
  while ((status = csv_next(csv)) == STATUS_OK) {
    if (frame->rows == room && !make_room(frame, room = 2 * room + 1024))
      return false;
    bool in_test = false;
    if (!read_row(frame, csv, layout, &in_test))
      return false;
    if (in_test && frame->test_from == 0)
      frame->test_from = frame->rows;
    frame->rows++;
  }
  return status == STATUS_NOT_FOUND && frame->rows > 0;
}

bool frame_read(const char *path, struct frame *ret_frame) {
  struct frame frame = {0};
  FILE *stream = input_open(path);
  struct csv *csv = NULL;
  struct layout layout;
  bool good = false;
  if (stream != NULL && csv_open(&csv, stream) == STATUS_OK) {
    name_frame(&frame, path);
    good = lay_out(&frame, csv, &layout) && read_rows(&frame, csv, &layout);
  }
  if (!good)
    fprintf(stderr, "%s: cannot be read%s\n", path,
            stream == NULL ? "" : ", or is not a table of numbers");
  csv_close(csv);
  if (stream != NULL)
    fclose(stream);
  if (good)
    *ret_frame = frame;
  else
    frame_release(&frame);
  return good;
}

void frame_release(struct frame *frame) {
  free(frame->time);
  free(frame->value);
  free(frame->column);
  free(frame->label);
  *frame = (struct frame){0};
}

/* Whether "9,10,11" names the column, which is counted from 1 there. */
static bool names_column(const char *list, size_t column) {
  for (const char *at = list; *at != '\0'; at++) {
    char *end;
    if (strtoull(at, &end, 10) == column + 1 && end != at)
      return true;
    at = strchr(end, ',');
    if (at == NULL)
      return false;
  }
  return false;
}

/* A line is "first-end:columns": rows first .. end - 1 of the test half. */
static void apply_line(const char *line, const struct frame *frame, size_t column, bool *label) {
  char *at;
  const size_t first = strtoull(line, &at, 10) + frame->test_from;
  if (*at != '-')
    return;
  const size_t end = strtoull(at + 1, &at, 10) + frame->test_from;
  if (*at != ':' || !names_column(at + 1, column))
    return;
  for (size_t row = first; row < end && row < frame->rows; row++)
    label[row] = true;
}

bool frame_column_labels(const struct frame *frame, size_t column, bool *label) {
  char name[DATA_PATH_SIZE], path[DATA_PATH_SIZE];
  struct text text = text_over(name, sizeof(name));
  text_addf(&text, "%s_interpretation.txt", frame->name);
  data_path(name, path, sizeof(path));
  FILE *stream = fopen(path, "r");
  if (stream == NULL)
    return false;
  memset(label, 0, frame->rows * sizeof(*label));
  char line[4096];
  while (fgets(line, sizeof(line), stream) != NULL)
    apply_line(line, frame, column, label);
  fclose(stream);
  return true;
}

struct frames frames_read(const char *pattern) {
  struct data_files files = data_find(pattern);
  struct frames frames = {.frame = calloc(files.count + 1, sizeof(*frames.frame))};
  for (size_t at = 0; frames.frame != NULL && at < files.count; at++)
    frames.count += frame_read(files.path[at], &frames.frame[frames.count]);
  data_files_release(&files);
  return frames;
}

void frames_release(struct frames *frames) {
  for (size_t at = 0; at < frames->count; at++)
    frame_release(&frames->frame[at]);
  free(frames->frame);
}

void print_nothing_found(const char *pattern) {
  char path[DATA_PATH_SIZE];
  data_path(pattern, path, sizeof(path));
  printf("skipped: nothing at %s\n", path);
}
