/*
 * Files to be read, compressed or not.
 */
#ifndef ANOMALY_HISTORY_INPUT_H
#define ANOMALY_HISTORY_INPUT_H

#include <stdio.h>

/*
 * Opens a file for reading; "-" is standard input. One whose name ends in .gz is
 * unpacked on the way, and the stream has no file descriptor; damage and an early
 * end are errors of reading (EIO). NULL: errno says why, ENOTSUP where the
 * program was built without zlib.
 */
FILE *input_open(const char *path);

/* Closes what input_open gave, but not standard input; NULL is fine. */
void input_close(FILE *input);

#endif
