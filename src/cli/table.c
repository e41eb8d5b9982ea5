#include "cli/table.h"

#include "anomaly/status.h"
#include "cli/csv_text.h"
#include "cli/decimal.h"
#include "cli/json.h"
#include "cli/say.h"
#include "store/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { DIGITS = 17 };

/* Bytes as hexadecimal digits. */
static void write_bytes(const struct stored_value *value) {
  for (size_t i = 0; i < value->size; i++)
    fprintf(stdout, "%02x", value->bytes[i]);
}

static void write_field(const struct stored_value *value) {
  char number[DECIMAL_SIZE];
  switch (value->kind) {
  case STORED_NULL:
    return;
  case STORED_WHOLE:
    fprintf(stdout, "%" PRIi64, value->whole);
    return;
  case STORED_REAL:
    decimal_write(number, value->real, DIGITS);
    fputs(number, stdout);
    return;
  case STORED_TEXT:
    csv_write_field(stdout, value->text);
    return;
  case STORED_BYTES:
    write_bytes(value);
    return;
  }
}

static void write_header(const struct store_reader *reader) {
  for (size_t i = 0; i < store_reader_columns(reader); i++) {
    if (i > 0)
      putc_unlocked(',', stdout);
    csv_write_field(stdout, store_reader_name(reader, i));
  }
  putc_unlocked('\n', stdout);
}

static void write_row(const struct store_reader *reader) {
  for (size_t i = 0; i < store_reader_columns(reader); i++) {
    const struct stored_value value = store_reader_value(reader, i);
    if (i > 0)
      putc_unlocked(',', stdout);
    write_field(&value);
  }
  putc_unlocked('\n', stdout);
}

static int write_table(struct store_reader *reader, const char *table, bool json,
                       struct text *why) {
  int status = store_reader_begin(reader, table, why);
  if (status != STATUS_OK)
    return status;
  if (!json)
    write_header(reader);
  while (ferror(stdout) == 0 && (status = store_reader_next(reader, why)) == STATUS_OK) {
    if (json)
      json_write_row(stdout, reader);
    else
      write_row(reader);
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static void write_name(void *context, const char *name) {
  (void)context;
  puts(name);
}

int table_print(const struct verb *verb, const char *path, const char *name, bool json) {
  char why[512] = "";
  struct text text = text_over(why, sizeof why);
  struct store_reader *reader = NULL;
  int status = store_reader_open(&reader, path, &text);
  if (status == STATUS_OK && name == NULL)
    status = store_reader_tables(reader, write_name, NULL, &text);
  else if (status == STATUS_OK)
    status = write_table(reader, name, json, &text);
  store_reader_close(reader);
  if (status == STATUS_OK)
    return EXIT_SUCCESS;
  say_error(verb, "%s: %s", path, why);
  return EXIT_FAILURE;
}
