/*
 * The output of another program, line by line. Nothing goes through a shell;
 * the program runs under the C locale and gets no standard input, and what it
 * says on standard error is kept from the user's terminal.
 */
#ifndef ANOMALY_HISTORY_CHILD_H
#define ANOMALY_HISTORY_CHILD_H

#include <stdio.h>
#include <sys/types.h>

struct child {
  pid_t process;
  FILE *output;
};

/*
 * Starts argv[0], looked for in PATH; argv is NULL-ended. Errors: STATUS_IO
 * (errno says why, as ENOENT where there is no such program).
 */
int child_start(struct child *ret_child, const char *const *argv);

/*
 * Waits for its end. STATUS_OK where it succeeded and its output could be
 * read, else STATUS_IO. A program that still writes is told to end by the
 * closing of its output.
 */
int child_finish(struct child *child);

#endif
