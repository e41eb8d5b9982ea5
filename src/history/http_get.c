#include "history/http_get.h"

#include "anomaly/status.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

char *http_escape(const char *text) {
  static const char hex[] = "0123456789ABCDEF";
  char *const escaped = malloc(3 * strlen(text) + 1);
  if (escaped == NULL)
    return NULL;
  char *to = escaped;
  for (; *text != '\0'; text++) {
    const unsigned char byte = (unsigned char)*text;
    if ((byte < 0x80 && isalnum(byte) != 0) || strchr("-._~", byte) != NULL) {
      *to++ = *text;
      continue;
    }
    *to++ = '%';
    *to++ = hex[byte >> 4];
    *to++ = hex[byte & 15];
  }
  *to = '\0';
  return escaped;
}

#ifdef HAVE_CURL

#include <curl/curl.h>

enum { CONNECT_SECONDS = 10, ANSWER_SECONDS = 120, HTTP_OK = 200, HTTP_BUSY = 429 };

static const double FIRST_WAIT = .25, LOOK = .05;

struct http {
  CURL *curl;
  const volatile sig_atomic_t *stop;
  char *body;
  size_t used, room;
  bool too_long, no_memory;
  char error[CURL_ERROR_SIZE];
};

bool http_is_there(struct text *why) {
  (void)why;
  return true;
}

static bool is_stopped(const struct http *http) { return http->stop != NULL && *http->stop != 0; }

static size_t keep(char *bytes, size_t size, size_t count, void *of) {
  struct http *const http = of;
  const size_t length = size * count;
  http->too_long = length > HTTP_BODY_MAX - http->used;
  if (http->too_long)
    return 0;
  if (http->used + length >= http->room) {
    const size_t room = 2 * (http->used + length) + 4096;
    char *const body = realloc(http->body, room);
    http->no_memory = body == NULL;
    if (http->no_memory)
      return 0;
    http->body = body;
    http->room = room;
  }
  memcpy(http->body + http->used, bytes, length);
  http->used += length;
  return length;
}

static int look_at_stop(void *of, curl_off_t total, curl_off_t now, curl_off_t sent_total,
                        curl_off_t sent) {
  (void)total, (void)now, (void)sent_total, (void)sent;
  return is_stopped(of);
}

int http_open(struct http **ret_http, const volatile sig_atomic_t *stop) {
  struct http *const http = calloc(1, sizeof *http);
  if (http == NULL)
    return STATUS_NO_MEMORY;
  http->stop = stop;
  http->body = calloc(1, 1);
  http->room = 1;
  http->curl = curl_easy_init();
  if (http->curl == NULL || http->body == NULL) {
    http_close(http);
    return STATUS_NO_MEMORY;
  }
  curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, http->error);
  curl_easy_setopt(http->curl, CURLOPT_WRITEFUNCTION, keep);
  curl_easy_setopt(http->curl, CURLOPT_WRITEDATA, http);
  curl_easy_setopt(http->curl, CURLOPT_XFERINFOFUNCTION, look_at_stop);
  curl_easy_setopt(http->curl, CURLOPT_XFERINFODATA, http);
  curl_easy_setopt(http->curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(http->curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(http->curl, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(http->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
  curl_easy_setopt(http->curl, CURLOPT_TIMEOUT, (long)ANSWER_SECONDS);
  curl_easy_setopt(http->curl, CURLOPT_USERAGENT, "anomalyctl/" ANOMALY_VERSION);
  *ret_http = http;
  return STATUS_OK;
}

static void wait_for(const struct http *http, double seconds) {
  const struct timespec look = {.tv_nsec = (long)(LOOK * 1e9)};
  for (; seconds > 0 && !is_stopped(http); seconds -= LOOK)
    nanosleep(&look, NULL);
}

/* One try: *ret_answer is the HTTP status, 0 where there was no answer. */
static int try_once(struct http *http, const char *address, long *ret_answer) {
  http->used = 0;
  http->too_long = http->no_memory = false;
  http->error[0] = '\0';
  *ret_answer = 0;
  curl_easy_setopt(http->curl, CURLOPT_URL, address);
  const CURLcode code = curl_easy_perform(http->curl);
  http->body[http->used < http->room ? http->used : 0] = '\0';
  if (is_stopped(http))
    return STATUS_NOT_FOUND;
  if (http->no_memory || code == CURLE_OUT_OF_MEMORY)
    return STATUS_NO_MEMORY;
  if (http->too_long)
    return STATUS_LIMIT;
  if (code != CURLE_OK)
    return STATUS_IO;
  curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, ret_answer);
  return *ret_answer == HTTP_OK ? STATUS_OK : STATUS_IO;
}

int http_get(struct http *http, const char *address, const char **ret_body, size_t *ret_size,
             struct text *why) {
  long answer = 0;
  double pause = FIRST_WAIT;
  int status = try_once(http, address, &answer);
  for (int tries = 1; tries < HTTP_TRIES && status == STATUS_IO &&
                      (answer == 0 || answer == HTTP_BUSY || answer >= 500);
       tries++) {
    wait_for(http, pause);
    pause *= 2;
    status = try_once(http, address, &answer);
  }
  *ret_body = http->body;
  *ret_size = http->used;
  if (status == STATUS_IO && answer != 0)
    text_addf(why, "the server answered %ld", answer);
  else if (status == STATUS_IO)
    text_add(why, http->error[0] != '\0' ? http->error : "the server cannot be reached");
  else if (status == STATUS_LIMIT)
    text_add(why, "the server's answer is too long");
  else if (status != STATUS_OK)
    text_add(why, status == STATUS_NOT_FOUND ? "stopped" : status_text(status));
  return status;
}

void http_close(struct http *http) {
  if (http == NULL)
    return;
  if (http->curl != NULL)
    curl_easy_cleanup(http->curl);
  free(http->body);
  free(http);
}

#else

bool http_is_there(struct text *why) {
  text_add(why, "this program was built without libcurl");
  return false;
}

int http_open(struct http **ret_http, const volatile sig_atomic_t *stop) {
  (void)ret_http, (void)stop;
  return STATUS_INVALID;
}

int http_get(struct http *http, const char *address, const char **ret_body, size_t *ret_size,
             struct text *why) {
  (void)http, (void)address, (void)ret_body, (void)ret_size, (void)why;
  return STATUS_INVALID;
}

void http_close(struct http *http) { (void)http; }

#endif
