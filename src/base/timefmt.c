#include "base/timefmt.h"

#include "anomaly/status.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

static const double YEAR_9999 = 253402300799.0;

static int parse_epoch(const char *text, double *ret_time) {
  double time;
  const char *rest;
  if (!text_to_number(text, &time, &rest) || *rest != '\0' || !isfinite(time))
    return STATUS_INVALID;
  *ret_time = time;
  return STATUS_OK;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Reads exactly `count` digits and moves on behind them. */
static bool read_digits(const char **at, int count, int *ret_number) {
  int number = 0;
  for (int i = 0; i < count; i++) {
    if (!is_digit((*at)[i]))
      return false;
    number = 10 * number + ((*at)[i] - '0');
  }
  *at += count;
  *ret_number = number;
  return true;
}

static bool read_separator(const char **at, const char *allowed) {
  if (**at == '\0' || strchr(allowed, **at) == NULL)
    return false;
  (*at)++;
  return true;
}

/* Reads ".5" if there is one; digits beyond the ninth do not count. */
static bool read_fraction(const char **at, double *ret_fraction) {
  *ret_fraction = 0;
  if (!read_separator(at, "."))
    return true;
  if (!is_digit(**at))
    return false;
  double scale = 1;
  for (; is_digit(**at); (*at)++) {
    scale /= 10;
    if (scale > 1e-10)
      *ret_fraction += (**at - '0') * scale;
  }
  return true;
}

/* The end of the text, "Z", "+01", "+0130" or "+01:30": seconds east of UTC. */
static bool read_zone(const char **at, double *ret_offset) {
  *ret_offset = 0;
  if (**at == '\0' || read_separator(at, "Zz"))
    return true;
  const double sign = **at == '-' ? -1 : 1;
  int hours, minutes = 0;
  if (!read_separator(at, "+-") || !read_digits(at, 2, &hours))
    return false;
  if (**at != '\0') {
    read_separator(at, ":");
    if (!read_digits(at, 2, &minutes))
      return false;
  }
  *ret_offset = sign * (hours * 3600.0 + minutes * 60.0);
  return hours <= 23 && minutes <= 59;
}

static bool read_date(const char **at, struct tm *tm) {
  if (!read_digits(at, 4, &tm->tm_year) || !read_separator(at, "-") ||
      !read_digits(at, 2, &tm->tm_mon) || !read_separator(at, "-") ||
      !read_digits(at, 2, &tm->tm_mday))
    return false;
  tm->tm_year -= 1900;
  tm->tm_mon -= 1;
  return tm->tm_year >= 70;
}

/* Reads a time of day, with seconds or without, if there is one. */
static bool read_clock(const char **at, struct tm *tm, double *ret_second) {
  int second = 0;
  double fraction = 0;
  *ret_second = 0;
  if (!read_separator(at, "Tt "))
    return true;
  if (!read_digits(at, 2, &tm->tm_hour) || !read_separator(at, ":") ||
      !read_digits(at, 2, &tm->tm_min))
    return false;
  if (read_separator(at, ":") && (!read_digits(at, 2, &second) || !read_fraction(at, &fraction)))
    return false;
  *ret_second = second + fraction;
  return tm->tm_hour <= 23 && tm->tm_min <= 59 && second <= 60;
}

static int parse_iso(const char *text, double *ret_time) {
  struct tm tm = {0};
  double second, offset;
  const char *at = text;
  if (!read_date(&at, &tm) || !read_clock(&at, &tm, &second) || !read_zone(&at, &offset) ||
      *at != '\0')
    return STATUS_INVALID;
  const struct tm written = tm;
  const double start = (double)timegm(&tm);
  if (tm.tm_mday != written.tm_mday || tm.tm_mon != written.tm_mon)
    return STATUS_INVALID;
  *ret_time = start + second - offset;
  return STATUS_OK;
}

int time_parse(const char *text, double *ret_time) {
  const bool has_date = strlen(text) > 7 && text[4] == '-' && text[7] == '-';
  return has_date ? parse_iso(text, ret_time) : parse_epoch(text, ret_time);
}

static bool break_down(double time, bool local, struct tm *ret_tm) {
  if (!(time >= 0 && time <= YEAR_9999))
    return false;
  const time_t seconds = (time_t)time;
  return (local ? localtime_r(&seconds, ret_tm) : gmtime_r(&seconds, ret_tm)) != NULL;
}

void time_add_iso(struct text *text, double time) {
  struct tm tm;
  const double milliseconds = round(time * 1000);
  const double seconds = floor(milliseconds / 1000);
  if (!break_down(seconds, false, &tm)) {
    text_addf(text, "%.0f", time);
    return;
  }
  text_addf(text, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
            tm.tm_hour, tm.tm_min, tm.tm_sec);
  if (milliseconds > seconds * 1000)
    text_addf(text, ".%03.0f", milliseconds - seconds * 1000);
  text_add(text, "Z");
}

void time_add_clock(struct text *text, double time) {
  struct tm tm;
  if (break_down(time, true, &tm))
    text_addf(text, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
  else
    text_addf(text, "%.0f", time);
}

static void add_two_units(struct text *text, uint64_t whole, uint64_t rest, const char *unit,
                          const char *rest_unit) {
  text_addf(text, "%llu %s", (unsigned long long)whole, unit);
  if (rest > 0)
    text_addf(text, " %llu %s", (unsigned long long)rest, rest_unit);
}

void time_add_duration(struct text *text, double seconds) {
  if (!(seconds >= 0 && seconds < 1e15)) {
    text_add(text, "?");
    return;
  }
  const uint64_t whole = (uint64_t)(seconds + .5);
  if (whole < 120)
    text_addf(text, seconds < 10 && seconds != floor(seconds) ? "%.1f s" : "%.0f s", seconds);
  else if (whole < 7200)
    add_two_units(text, whole / 60, 0, "min", "");
  else if (whole < 172800)
    add_two_units(text, whole / 3600, whole % 3600 / 60, "h", "min");
  else
    add_two_units(text, whole / 86400, whole % 86400 / 3600, "d", "h");
}

static const struct {
  char name;
  double seconds;
} duration_units[] = {{'w', 604800}, {'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

enum { DURATION_UNITS = sizeof duration_units / sizeof duration_units[0] };

int duration_parse(const char *text, double *ret_seconds) {
  double number;
  const char *rest;
  if (!text_to_number(text, &number, &rest))
    return STATUS_INVALID;
  if (*rest == '\0') {
    *ret_seconds = number;
    return STATUS_OK;
  }
  for (size_t i = 0; i < DURATION_UNITS; i++)
    if (*rest == duration_units[i].name && rest[1] == '\0') {
      *ret_seconds = number * duration_units[i].seconds;
      return STATUS_OK;
    }
  return STATUS_INVALID;
}

void duration_add(struct text *text, double seconds) {
  if (!isfinite(seconds)) {
    text_addf(text, "%g", seconds);
    return;
  }
  size_t unit = 0;
  while (unit + 1 < DURATION_UNITS &&
         (seconds == 0 || fmod(seconds, duration_units[unit].seconds) != 0))
    unit++;
  text_addf(text, "%.9g%c", seconds / duration_units[unit].seconds, duration_units[unit].name);
}
