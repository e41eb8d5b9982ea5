#include "cli/csv_text.h"

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
