#include "cli/csv_text.h"

#include "base/timefmt.h"
#include "cli/decimal.h"

#include <math.h>
#include <string.h>

void csv_write_field(FILE *stream, const char *field) {
  const size_t plain = strcspn(field, ",\"\r\n");
  if (field[plain] == '\0') {
    fwrite_unlocked(field, 1, plain, stream);
    return;
  }
  putc_unlocked('"', stream);
  for (; *field != '\0'; field++) {
    if (*field == '"')
      putc_unlocked('"', stream);
    putc_unlocked(*field, stream);
  }
  putc_unlocked('"', stream);
}

void csv_write_time(FILE *stream, double time) {
  char buffer[64];
  struct text text = text_over(buffer, sizeof buffer);
  if (!isnan(time))
    time_add_iso(&text, time);
  fputs_unlocked(buffer, stream);
}

void csv_write_number(FILE *stream, double number, unsigned digits) {
  char buffer[DECIMAL_SIZE];
  decimal_write(buffer, number, digits);
  fputs_unlocked(buffer, stream);
}

void csv_add_field(FILE *stream, const char *field) {
  csv_write_field(stream, field);
  putc_unlocked(',', stream);
}

void csv_add_time(FILE *stream, double time) {
  csv_write_time(stream, time);
  putc_unlocked(',', stream);
}

void csv_add_number(FILE *stream, double number, unsigned digits) {
  csv_write_number(stream, number, digits);
  putc_unlocked(',', stream);
}
