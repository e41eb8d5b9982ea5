#include "history/child.h"

#include "anomaly/status.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The environment with the C locale before all others; NULL where memory runs out. */
static char **c_environment(void) {
  static char c_locale[] = "LC_ALL=C";
  size_t count = 0;
  while (environ[count] != NULL)
    count++;
  char **const copy = calloc(count + 2, sizeof(char *));
  if (copy == NULL)
    return NULL;
  size_t used = 0;
  copy[used++] = c_locale;
  for (size_t i = 0; i < count; i++)
    if (strncmp(environ[i], "LC_ALL=", strlen("LC_ALL=")) != 0)
      copy[used++] = environ[i];
  return copy;
}

/* This program ignores SIGPIPE; what it runs is to end by it when nobody reads on. */
static int init_attributes(posix_spawnattr_t *attributes) {
  sigset_t reset;
  sigemptyset(&reset);
  sigaddset(&reset, SIGPIPE);
  const int error = posix_spawnattr_init(attributes);
  if (error != 0)
    return error;
  posix_spawnattr_setsigdefault(attributes, &reset);
  posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF);
  return 0;
}

static int redirect(posix_spawn_file_actions_t *actions, int output) {
  int error = posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
  if (error == 0)
    error = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (error == 0)
    error = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  return error;
}

static int spawn_with(pid_t *ret_process, const char *const *argv,
                      const posix_spawn_file_actions_t *actions,
                      const posix_spawnattr_t *attributes) {
  char **const environment = c_environment();
  if (environment == NULL)
    return ENOMEM;
  union {
    const char *const *given;
    char *const *wanted;
  } words = {.given = argv};
  const int error =
      posix_spawnp(ret_process, argv[0], actions, attributes, words.wanted, environment);
  free(environment);
  return error;
}

static int spawn(pid_t *ret_process, const char *const *argv, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int error = init_attributes(&attributes);
  if (error != 0)
    return error;
  error = posix_spawn_file_actions_init(&actions);
  if (error == 0) {
    error = redirect(&actions, output);
    if (error == 0)
      error = spawn_with(ret_process, argv, &actions, &attributes);
    posix_spawn_file_actions_destroy(&actions);
  }
  posix_spawnattr_destroy(&attributes);
  return error;
}

int child_start(struct child *ret_child, const char *const *argv) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return STATUS_IO;
  struct child child;
  const int error = spawn(&child.process, argv, ends[1]);
  close(ends[1]);
  child.output = error == 0 ? fdopen(ends[0], "r") : NULL;
  if (child.output != NULL) {
    *ret_child = child;
    return STATUS_OK;
  }
  close(ends[0]);
  if (error == 0)
    waitpid(child.process, NULL, 0);
  else
    errno = error;
  return STATUS_IO;
}

int child_finish(struct child *child) {
  const bool readable = ferror(child->output) == 0;
  fclose(child->output);
  int status;
  while (waitpid(child->process, &status, 0) < 0)
    if (errno != EINTR)
      return STATUS_IO;
  return readable && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? STATUS_OK : STATUS_IO;
}
