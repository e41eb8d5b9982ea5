#include "history/csv.h"

#include "anomaly/status.h"
#include "base/timefmt.h"
#include "history/input.h"
#include "history/number.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  READ_BLOCK = 1 << 17,
  /* Room for one row of any allowed length, one read, and a final NUL. */
  BUFFER_SIZE = CSV_LINE_MAX + READ_BLOCK + 1,
};

struct csv {
  FILE *stream;
  int descriptor; /* -1: the stream has none and is read itself */
  bool at_end;
  char *buffer;
  size_t start, end; /* of the bytes in the buffer not yet taken as a row */
  char *header;
  char **names;
  char **fields;
  size_t columns;
  size_t found; /* fields of the current row */
  uint64_t line, next_line;
  uint64_t bytes;
};

/* A row as it lies in the buffer, measured from `start`. */
struct extent {
  size_t length; /* without the line end */
  size_t taken;  /* with it */
  bool quoted;
};

static ssize_t read_some(struct csv *csv, char *to, size_t size) {
  if (csv->descriptor < 0) {
    const size_t got = fread(to, 1, size, csv->stream);
    return got == 0 && ferror(csv->stream) != 0 ? -1 : (ssize_t)got;
  }
  ssize_t got;
  do
    got = read(csv->descriptor, to, size);
  while (got < 0 && errno == EINTR);
  return got;
}

/* Appends what can be read at once; moves the bytes left over to the front. */
static int fill(struct csv *csv) {
  if (csv->at_end)
    return STATUS_NOT_FOUND;
  if (csv->end - csv->start >= CSV_LINE_MAX)
    return STATUS_LIMIT;
  memmove(csv->buffer, csv->buffer + csv->start, csv->end - csv->start);
  csv->end -= csv->start;
  csv->start = 0;
  const ssize_t got = read_some(csv, csv->buffer + csv->end, READ_BLOCK);
  if (got < 0)
    return STATUS_IO;
  csv->at_end = got == 0;
  csv->end += (size_t)got;
  return csv->at_end ? STATUS_NOT_FOUND : STATUS_OK;
}

/* The line at `start`; STATUS_NOT_FOUND where nothing is left. */
static int measure_line(struct csv *csv, struct extent *ret_line) {
  size_t searched = 0;
  for (;;) {
    const size_t present = csv->end - csv->start;
    const char *const from = csv->buffer + csv->start;
    const char *const newline = memchr(from + searched, '\n', present - searched);
    if (newline != NULL) {
      const size_t length = (size_t)(newline - from);
      *ret_line = (struct extent){.length = length, .taken = length + 1};
      return length > CSV_LINE_MAX ? STATUS_LIMIT : STATUS_OK;
    }
    searched = present;
    const int status = fill(csv);
    if (status == STATUS_NOT_FOUND && present > 0) {
      *ret_line = (struct extent){.length = present, .taken = present};
      return STATUS_OK;
    }
    if (status != STATUS_OK)
      return status;
  }
}

enum place { FIELD_START, IN_PLAIN, IN_QUOTES, AFTER_QUOTE, AFTER_RETURN, BROKEN, ROW_END };

static enum place follow(enum place place, char byte) {
  switch (place) {
  case IN_QUOTES:
    return byte == '"' ? AFTER_QUOTE : IN_QUOTES;
  case AFTER_RETURN:
    return byte == '\n' ? ROW_END : BROKEN;
  case FIELD_START:
  case IN_PLAIN:
  case AFTER_QUOTE:
    break;
  case BROKEN:
  case ROW_END:
    return place;
  }
  if (byte == ',')
    return FIELD_START;
  if (byte == '\n')
    return ROW_END;
  if (place == AFTER_QUOTE)
    return byte == '"' ? IN_QUOTES : byte == '\r' ? AFTER_RETURN : BROKEN;
  if (byte == '"')
    return place == FIELD_START ? IN_QUOTES : BROKEN;
  return IN_PLAIN;
}

/* Like measure_line for a row with quotes, which may go over several lines. */
static int measure_quoted(struct csv *csv, struct extent *ret_row) {
  enum place place = FIELD_START;
  size_t at = 0;
  while (place != ROW_END && place != BROKEN) {
    if (at == csv->end - csv->start) {
      const int status = fill(csv);
      if (status == STATUS_NOT_FOUND && place != IN_QUOTES)
        break;
      if (status != STATUS_OK)
        return status == STATUS_IO ? status : STATUS_INVALID;
    }
    place = follow(place, csv->buffer[csv->start + at]);
    at++;
  }
  if (place == BROKEN)
    return STATUS_INVALID;
  *ret_row = (struct extent){.length = place == ROW_END ? at - 1 : at, .taken = at, .quoted = true};
  return STATUS_OK;
}

static uint64_t count_lines(const char *text, size_t length) {
  uint64_t lines = 0;
  const char *const end = text + length;
  while ((text = memchr(text, '\n', (size_t)(end - text))) != NULL) {
    text++;
    lines++;
  }
  return lines;
}

/* Passes over a line of any length without keeping it. */
static int skip_line(struct csv *csv) {
  for (;;) {
    char *const from = csv->buffer + csv->start;
    char *const newline = memchr(from, '\n', csv->end - csv->start);
    const size_t passed = newline != NULL ? (size_t)(newline - from) + 1 : csv->end - csv->start;
    csv->bytes += passed;
    csv->start += passed;
    if (newline != NULL)
      break;
    const int status = fill(csv);
    if (status == STATUS_NOT_FOUND)
      break;
    if (status != STATUS_OK)
      return status;
  }
  csv->next_line++;
  return STATUS_LIMIT;
}

/*
 * Takes the next row out of the buffer: *ret_row is NUL-terminated there. After
 * STATUS_INVALID it is the line that is passed over.
 */
static int take_row(struct csv *csv, char **ret_row, struct extent *ret_extent) {
  csv->line = csv->next_line;
  struct extent row;
  int status = measure_line(csv, &row);
  if (status == STATUS_LIMIT)
    return skip_line(csv);
  if (status != STATUS_OK)
    return status;
  if (memchr(csv->buffer + csv->start, '"', row.length) != NULL)
    status = measure_quoted(csv, &row);
  if (status == STATUS_IO)
    return status;
  char *const text = csv->buffer + csv->start;
  csv->next_line += row.quoted ? count_lines(text, row.taken) : 1;
  csv->start += row.taken;
  csv->bytes += row.taken;
  if (row.length > 0 && text[row.length - 1] == '\r')
    row.length--;
  text[row.length] = '\0';
  *ret_row = text;
  *ret_extent = row;
  return memchr(text, '\0', row.length) != NULL ? STATUS_INVALID : status;
}

/* Ends the field at `at`, and returns where the next one begins; NULL at the end. */
static char *end_field(char *at) {
  char *const comma = strchrnul(at, ',');
  if (*comma == '\0')
    return NULL;
  *comma = '\0';
  return comma + 1;
}

/* The same for a field that may be quoted; takes the quotes off in place. */
static char *end_quoted_field(char *at, char **ret_field) {
  if (*at != '"') {
    *ret_field = at;
    return end_field(at);
  }
  char *to = at;
  char *from = at + 1;
  while (*from != '\0' && (*from != '"' || from[1] == '"')) {
    if (*from == '"')
      from++;
    *to++ = *from++;
  }
  *ret_field = at;
  char *const next = *from == '\0' ? NULL : end_field(from + 1);
  *to = '\0';
  return next;
}

/* Splits in place and counts the fields; keeps the first `columns` of them. */
static size_t split(char *row, const struct extent *extent, char **fields, size_t columns) {
  size_t found = 0;
  while (row != NULL) {
    char *field = row;
    row = extent->quoted ? end_quoted_field(row, &field) : end_field(row);
    if (found < columns)
      fields[found] = field;
    found++;
  }
  return found;
}

int csv_next(struct csv *csv) {
  csv->found = 0;
  char *row;
  struct extent extent;
  int status;
  do
    status = take_row(csv, &row, &extent);
  while (status == STATUS_OK && extent.length == 0);
  if (status != STATUS_OK && status != STATUS_INVALID)
    return status;
  const size_t found = split(row, &extent, csv->fields, csv->columns);
  csv->found = found < csv->columns ? found : csv->columns;
  return found == csv->columns ? status : STATUS_INVALID;
}

static char *trim(char *name) {
  name += strspn(name, " \t");
  size_t length = strlen(name);
  while (length > 0 && strchr(" \t", name[length - 1]) != NULL)
    length--;
  name[length] = '\0';
  return name;
}

static size_t count_columns(const char *row, const struct extent *extent) {
  size_t count = 1;
  bool quoted = false;
  for (size_t i = 0; i < extent->length; i++) {
    if (row[i] == '"')
      quoted = !quoted;
    else if (row[i] == ',' && !quoted)
      count++;
  }
  return count;
}

static int keep_header(struct csv *csv, const char *row, const struct extent *extent) {
  csv->columns = count_columns(row, extent);
  if (csv->columns > CSV_COLUMNS_MAX)
    return STATUS_LIMIT;
  const size_t size = strlen(row) + 1;
  csv->header = malloc(size);
  csv->names = calloc(csv->columns, sizeof *csv->names);
  csv->fields = calloc(csv->columns, sizeof *csv->fields);
  if (csv->header == NULL || csv->names == NULL || csv->fields == NULL)
    return STATUS_NO_MEMORY;
  memcpy(csv->header, row, size);
  split(csv->header, extent, csv->names, csv->columns);
  for (size_t i = 0; i < csv->columns; i++)
    csv->names[i] = trim(csv->names[i]);
  return STATUS_OK;
}

static int skip_mark(struct csv *csv) {
  static const char mark[] = {'\xef', '\xbb', '\xbf'};
  int status = STATUS_OK;
  while (status == STATUS_OK && csv->end < sizeof mark)
    status = fill(csv);
  if (csv->end >= sizeof mark && memcmp(csv->buffer, mark, sizeof mark) == 0) {
    csv->start = sizeof mark;
    csv->bytes = sizeof mark;
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static int read_header(struct csv *csv) {
  char *row;
  struct extent extent;
  int status = skip_mark(csv);
  if (status != STATUS_OK)
    return status;
  do
    status = take_row(csv, &row, &extent);
  while (status == STATUS_OK && extent.length == 0);
  if (status == STATUS_NOT_FOUND)
    return STATUS_INVALID;
  return status == STATUS_OK ? keep_header(csv, row, &extent) : status;
}

int csv_open(struct csv **ret_csv, FILE *stream) {
  struct csv *const csv = calloc(1, sizeof *csv);
  if (csv == NULL)
    return STATUS_NO_MEMORY;
  csv->stream = stream;
  csv->descriptor = fileno(stream);
  csv->next_line = 1;
  csv->buffer = malloc(BUFFER_SIZE);
  const int status = csv->buffer == NULL ? STATUS_NO_MEMORY : read_header(csv);
  if (status == STATUS_OK)
    *ret_csv = csv;
  else
    csv_close(csv);
  return status;
}

int csv_open_or_why(struct csv **ret_csv, FILE *stream, const char *example, struct text *why) {
  const int status = csv_open(ret_csv, stream);
  if (status == STATUS_INVALID)
    text_addf(why, "there is no header line, such as \"%s\"", example);
  else if (status == STATUS_LIMIT)
    text_addf(why, "the header line has more than %u bytes or %d columns", CSV_LINE_MAX,
              CSV_COLUMNS_MAX);
  else if (status != STATUS_OK)
    text_add(why, status == STATUS_IO ? input_error(errno) : status_text(status));
  return status;
}

void csv_close(struct csv *csv) {
  if (csv == NULL)
    return;
  free(csv->fields);
  free(csv->names);
  free(csv->header);
  free(csv->buffer);
  free(csv);
}

size_t csv_columns(const struct csv *csv) { return csv->columns; }

const char *csv_column_name(const struct csv *csv, size_t column) { return csv->names[column]; }

ptrdiff_t csv_column_find(const struct csv *csv, const char *name) {
  for (size_t i = 0; i < csv->columns; i++)
    if (strcmp(csv->names[i], name) == 0)
      return (ptrdiff_t)i;
  return -1;
}

const char *csv_field(const struct csv *csv, size_t column) {
  return column < csv->found ? csv->fields[column] : "";
}

int csv_number(const struct csv *csv, size_t column, double *ret_number) {
  return number_parse(csv_field(csv, column), ret_number);
}

int csv_time(const struct csv *csv, size_t column, double *ret_time) {
  const char *const field = csv_field(csv, column);
  double time;
  /* Epoch seconds are read as a number, which is quicker. */
  if (number_parse(field, &time) != STATUS_OK && time_parse(field, &time) != STATUS_OK)
    return STATUS_INVALID;
  if (!isfinite(time))
    return STATUS_INVALID;
  *ret_time = time;
  return STATUS_OK;
}

uint64_t csv_line(const struct csv *csv) { return csv->line; }

uint64_t csv_bytes(const struct csv *csv) { return csv->bytes; }
