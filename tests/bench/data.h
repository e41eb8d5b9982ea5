/*
 * The labelled data folder, read for measuring.
 *
 * The folder is $ANOMALY_DATA, else ../shared/data beside the source tree.
 * Every part of it may be missing.
 */
#ifndef ANOMALY_TESTS_BENCH_DATA_H
#define ANOMALY_TESTS_BENCH_DATA_H

#include <stdbool.h>
#include <stddef.h>

#define DATA_PATH_SIZE 1024
#define DATA_NAME_SIZE 96

/*
 * One file: rows of a time, some values and maybe a label. `value` is row by
 * row: value[row * columns + column]; NaN is a gap. Times may fall where the
 * file's do.
 */
struct frame {
  char name[DATA_NAME_SIZE]; /* of the file, with its folder, without ending */
  size_t rows, columns;
  double *time;
  double *value;
  char (*column)[DATA_NAME_SIZE]; /* names */
  bool *label;
  size_t test_from; /* first row with a 1 in column `test`; 0 without that column */
};

/* The files that a pattern finds, in order of their names. */
struct data_files {
  char **path;
  size_t count;
};

/* Finds files such as "smd/[*].csv.gz" below the data folder; none is no error. */
struct data_files data_find(const char *pattern);
void data_files_release(struct data_files *files);

/* Writes the path of something below the data folder. */
void data_path(const char *name, char *path, size_t size);

/*
 * Reads a .csv or (with zlib) .csv.gz file: the first column is the time,
 * columns named `label` and `test` in any case are what they say, all others
 * are values. False, with a message on stderr, where that fails.
 */
bool frame_read(const char *path, struct frame *ret_frame);
void frame_release(struct frame *frame);

/*
 * The labels of one column of a frame of the Server Machine Dataset, from the
 * interpretation file beside it: label[rows] is overwritten. False if there is
 * none.
 */
bool frame_column_labels(const struct frame *frame, size_t column, bool *label);

/* The files of one set; those that cannot be read are left out. */
struct frames {
  struct frame *frame;
  size_t count;
};

struct frames frames_read(const char *pattern);
void frames_release(struct frames *frames);

/* Says that a set is not there. */
void print_nothing_found(const char *pattern);

#endif
