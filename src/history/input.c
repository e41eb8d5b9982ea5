#include "history/input.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#ifdef HAVE_ZLIB
#include <zlib.h>

static ssize_t read_compressed(void *cookie, char *buffer, size_t size) {
  const int got = gzread(cookie, buffer, (unsigned)size);
  int error = Z_OK;
  if (got <= 0)
    (void)gzerror(cookie, &error);
  if (got >= 0 && error == Z_OK)
    return got;
  errno = error == Z_BUF_ERROR ? ENODATA : error == Z_DATA_ERROR ? EBADMSG : EIO;
  return -1;
}

static int close_compressed(void *cookie) { return gzclose_r(cookie) == Z_OK ? 0 : -1; }

static FILE *open_compressed(const char *path) {
  const gzFile file = gzopen(path, "rbe");
  if (file == NULL)
    return NULL;
  const cookie_io_functions_t functions = {.read = read_compressed, .close = close_compressed};
  FILE *const stream = fopencookie(file, "r", functions);
  if (stream == NULL)
    gzclose_r(file);
  return stream;
}
#else
static FILE *open_compressed(const char *path) {
  (void)path;
  errno = ENOTSUP;
  return NULL;
}
#endif

const char *input_error(int error) {
  switch (error) {
  case ENODATA:
    return "the file is cut: it ends in the middle of its compressed data";
  case EBADMSG:
    return "its compressed data are damaged";
  case ENOTSUP:
    return "this program was built without zlib, and reads no compressed files";
  default:
    return strerror(error);
  }
}

static bool is_compressed(const char *path) {
  static const char end[] = ".gz";
  const size_t length = strlen(path);
  return length >= sizeof end && strcmp(path + length - (sizeof end - 1), end) == 0;
}

FILE *input_open(const char *path) {
  if (strcmp(path, "-") == 0)
    return stdin;
  return is_compressed(path) ? open_compressed(path) : fopen(path, "re");
}

void input_close(FILE *input) {
  if (input != NULL && input != stdin)
    fclose(input);
}
