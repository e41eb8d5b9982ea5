#include "cli/model_store.h"

#include "anomaly/status.h"
#include "cli/say.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int say_file(const struct verb *verb, const char *path, const char *why) {
  say_error(verb, "%s: %s", path, why);
  return EXIT_FAILURE;
}

static bool write_all(int descriptor, const char *bytes, size_t size) {
  while (size > 0) {
    const ssize_t written = write(descriptor, bytes, size);
    if (written < 0 && errno != EINTR)
      return false;
    bytes += written > 0 ? written : 0;
    size -= written > 0 ? (size_t)written : 0;
  }
  return fsync(descriptor) == 0;
}

/* mkostemp's files have mode 0600. */
static bool replace(const char *path, const char *bytes, size_t size) {
  char beside[PATH_MAX];
  if (snprintf(beside, sizeof beside, "%s.XXXXXX", path) >= (int)sizeof beside) {
    errno = ENAMETOOLONG;
    return false;
  }
  const int descriptor = mkostemp(beside, O_CLOEXEC);
  if (descriptor < 0)
    return false;
  bool good = write_all(descriptor, bytes, size);
  good = close(descriptor) == 0 && good && rename(beside, path) == 0;
  if (!good) {
    const int reason = errno;
    unlink(beside);
    errno = reason;
  }
  return good;
}

static bool is_replaceable(const char *path) {
  struct stat file;
  return stat(path, &file) != 0 || S_ISREG(file.st_mode);
}

/* A link is followed, not replaced. */
static bool replace_target(const char *path, const char *bytes, size_t size) {
  char *const target = realpath(path, NULL);
  const bool good = replace(target != NULL ? target : path, bytes, size);
  const int reason = errno;
  free(target);
  errno = reason;
  return good;
}

int model_store_save(const struct model_file *model, const struct verb *verb, const char *path) {
  if (!is_replaceable(path))
    return say_file(verb, path, "is no file that could be replaced");
  void *bytes;
  size_t size;
  const int status = model_file_write(model, &bytes, &size);
  if (status != STATUS_OK)
    return say_file(verb, path, status_text(status));
  const bool good = replace_target(path, bytes, size);
  free(bytes);
  return good ? EXIT_SUCCESS : say_file(verb, path, strerror(errno));
}

static int read_bytes(FILE *input, char **ret_bytes, size_t *ret_size) {
  struct stat file;
  if (fstat(fileno(input), &file) != 0)
    return STATUS_IO;
  if (!S_ISREG(file.st_mode) || file.st_size > (off_t)MODEL_FILE_MAX)
    return STATUS_CORRUPT;
  const size_t size = (size_t)file.st_size;
  char *const bytes = malloc(size + 1);
  if (bytes == NULL)
    return STATUS_NO_MEMORY;
  *ret_size = fread(bytes, 1, size, input);
  if (ferror(input) != 0) {
    free(bytes);
    return STATUS_IO;
  }
  *ret_bytes = bytes;
  return STATUS_OK;
}

static const char *load_text(int status) {
  switch (status) {
  case STATUS_IO:
    return strerror(errno);
  case STATUS_CORRUPT:
    return "is no model file, or is damaged";
  case STATUS_VERSION:
    return "is of another version of this program, or of another kind of machine";
  case STATUS_NOT_FOUND:
    return "is of a model that this program does not have";
  default:
    return status_text(status);
  }
}

int model_store_load(struct model_file *ret_model, const struct verb *verb, const char *path) {
  FILE *const input = fopen(path, "re");
  if (input == NULL)
    return say_file(verb, path, strerror(errno));
  char *bytes = NULL;
  size_t size = 0;
  int status = read_bytes(input, &bytes, &size);
  fclose(input);
  if (status == STATUS_OK)
    status = model_file_read(ret_model, bytes, size);
  free(bytes);
  return status == STATUS_OK ? EXIT_SUCCESS : say_file(verb, path, load_text(status));
}
