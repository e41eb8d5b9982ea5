/* Any bytes: the reader ends, every field is a string, every row is a row or an error. */
#include "anomaly/status.h"
#include "history/csv.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static size_t read_fields(const struct csv *csv) {
  size_t read = 0;
  double number;
  for (size_t i = 0; i < csv_columns(csv); i++) {
    read += strlen(csv_field(csv, i));
    if (csv_number(csv, i, &number) == STATUS_OK)
      read++;
  }
  return read;
}

static void read_rows(struct csv *csv, size_t size) {
  size_t rows = 0;
  int status;
  do {
    status = csv_next(csv);
    if (++rows > size + 1 || read_fields(csv) > 3 * size + 2 * csv_columns(csv) ||
        csv_bytes(csv) > size)
      __builtin_trap();
  } while (status == STATUS_OK || status == STATUS_INVALID || status == STATUS_LIMIT);
  if (status != STATUS_NOT_FOUND || csv_bytes(csv) != size)
    __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  FILE *const stream = size == 0 ? NULL : fmemopen((void *)(uintptr_t)bytes, size, "r");
  if (stream == NULL)
    return 0;
  struct csv *csv = NULL;
  if (csv_open(&csv, stream) == STATUS_OK)
    read_rows(csv, size);
  csv_close(csv);
  fclose(stream);
  return 0;
}
