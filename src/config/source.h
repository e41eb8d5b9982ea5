/*
 * A configuration as one text, with the files that @include lines name put in
 * their places, and the way back from a line of it to file and line.
 *
 * libconfig could follow @include itself, but ends the whole process where the
 * file is a folder or cannot be read (1.5), and reads without bounds; it also
 * takes a whole number beyond 32 bits for another one. So this part sees to it
 * that libconfig meets no @include, no such number, no deep nesting and no
 * comment or text without end.
 */
#ifndef ANOMALY_CONFIG_SOURCE_H
#define ANOMALY_CONFIG_SOURCE_H

#include "config/config.h"

#include <stddef.h>

/* Bounds of all files together, of files inside files, of ( { [ in each other. */
#define SOURCE_SIZE_MAX (1u << 20)
#define SOURCE_INCLUDES_MAX 10
#define SOURCE_FILES_MAX 100
#define SOURCE_NESTING_MAX 16

/* Lines from `start` on, up to the next piece, are those of `file` from `line` on. */
struct source_piece {
  unsigned start;
  unsigned line;
  const char *file;
};

struct source {
  char *text; /* NUL-terminated */
  size_t size, capacity;
  unsigned lines; /* line ends in the text */
  char *files[SOURCE_FILES_MAX];
  size_t file_count;
  struct source_piece pieces[2 * SOURCE_FILES_MAX];
  size_t piece_count;
};

/*
 * Reads a file, or takes a text that `name` stands for in messages and in
 * which @include is refused. Errors: STATUS_IO, STATUS_INVALID,
 * STATUS_NO_MEMORY; *ret_error then says what is wrong, and *source is empty.
 */
int source_read_file(struct source *source, const char *path, struct config_error *ret_error);
int source_read_text(struct source *source, const char *name, const char *text,
                     struct config_error *ret_error);

/* Frees what the source owns and empties it. */
void source_release(struct source *source);

/* Where a line of the text, counted from 1, comes from; one behind the last is the last. */
void source_locate(const struct source *source, unsigned line, const char **ret_file,
                   unsigned *ret_line);

#endif
