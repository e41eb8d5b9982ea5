/*
 * Reads what an HTTP server answers, with patience: by libcurl, where the
 * program is built with it.
 */
#ifndef ANOMALY_HISTORY_HTTP_GET_H
#define ANOMALY_HISTORY_HTTP_GET_H

#include "base/text.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* An open connection, used again and again; belongs to one thread. */
struct http;

/* Whether this program can; else `why` says so. */
bool http_is_there(struct text *why);

/* `stop`, where it is not NULL and not 0, ends waiting. Errors: STATUS_NO_MEMORY. */
int http_open(struct http **ret_http, const volatile sig_atomic_t *stop);

/*
 * Gets an address. Where the server cannot be reached, is busy (429) or fails
 * (5xx), it is tried again, HTTP_TRIES times in all, waiting twice as long each
 * time. *ret_body is NUL-terminated and valid until the next call. Errors, with
 * why: STATUS_IO (no answer, or a status other than 200; then *ret_body is what
 * the server said, or ""), STATUS_LIMIT (more than HTTP_BODY_MAX bytes),
 * STATUS_NO_MEMORY, STATUS_NOT_FOUND (stopped).
 */
int http_get(struct http *http, const char *address, const char **ret_body, size_t *ret_size,
             struct text *why);
#define HTTP_TRIES 5
#define HTTP_BODY_MAX (256u << 20)

/* The text as a part of an address, on the heap; NULL where memory runs out. */
char *http_escape(const char *text);

/* NULL is fine. */
void http_close(struct http *http);

#endif
