#include "cli/json_values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

json_t *json_number(double number) { return isfinite(number) ? json_real(number) : json_null(); }

json_t *json_text(const char *string) {
  json_t *const value = json_string(string);
  if (value != NULL)
    return value;
  char *const shown = malloc(strlen(string) * 2 + 1);
  if (shown == NULL)
    return NULL;
  char *to = shown;
  for (; *string != '\0'; string++) {
    const unsigned char byte = (unsigned char)*string;
    if (byte >= 0x80)
      *to++ = (char)(0xc0 | byte >> 6);
    *to++ = (char)(byte >= 0x80 ? 0x80 | (byte & 0x3f) : byte);
  }
  *to = '\0';
  json_t *const latin = json_string(shown);
  free(shown);
  return latin;
}
