/*
 * Files to be read, compressed or not.
 */
#ifndef ANOMALY_HISTORY_INPUT_H
#define ANOMALY_HISTORY_INPUT_H

#include <stdio.h>

/*
 * Opens a file for reading; "-" is standard input. One whose name ends in .gz is
 * unpacked on the way, and the stream has no file descriptor; damage (EBADMSG) and
 * an early end (ENODATA) are errors of reading. NULL: errno says why, ENOTSUP where
 * the program was built without zlib.
 */
FILE *input_open(const char *path);

/* What an errno of opening or reading means, these three in our words; as strerror. */
const char *input_error(int error);

/* Closes what input_open gave, but not standard input; NULL is fine. */
void input_close(FILE *input);

#endif
