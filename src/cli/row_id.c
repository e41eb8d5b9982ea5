#include "cli/row_id.h"

#include <errno.h>
#include <stdlib.h>

bool row_id_read(const char *word, int64_t *ret_id) {
  char *end;
  errno = 0;
  const long long id = strtoll(word, &end, 10);
  *ret_id = id;
  return errno == 0 && end != word && *end == '\0';
}
