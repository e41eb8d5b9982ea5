#include "cli/progress.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LONG_FILE = 8 << 20, BAR_WIDTH = 30 };

static const double REDRAW_SECONDS = .2;

static double monotonic_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

struct progress progress_start(uint64_t total) {
  struct progress progress = {.total = total};
  progress.wanted = isatty(STDERR_FILENO) != 0 && isatty(STDOUT_FILENO) == 0;
  progress.started = monotonic_seconds();
  progress.next = progress.started + REDRAW_SECONDS;
  return progress;
}

struct progress progress_of(FILE *input) {
  struct stat file;
  struct progress progress = {.wanted = false};
  if (fstat(fileno(input), &file) != 0 || !S_ISREG(file.st_mode) || file.st_size < LONG_FILE)
    return progress;
  return progress_start((uint64_t)file.st_size);
}

void progress_update(struct progress *progress, uint64_t done, uint64_t rows) {
  static const char full[] = "##############################";
  static const char empty[] = "..............................";
  _Static_assert(sizeof full - 1 == BAR_WIDTH && sizeof empty == sizeof full, "the bar's width");
  if (!progress->wanted)
    return;
  const double now = monotonic_seconds();
  if (now < progress->next)
    return;
  const double part = done < progress->total ? (double)done / (double)progress->total : 1;
  const int width = (int)(part * BAR_WIDTH);
  fprintf(stderr, "\r%.*s%.*s %3.0f %%  %.1f million rows, %.0f s left ", width, full,
          BAR_WIDTH - width, empty, part * 100, (double)rows / 1e6,
          part > 0 ? (now - progress->started) * (1 - part) / part : 0);
  progress->shown = true;
  progress->next = now + REDRAW_SECONDS;
}

void progress_clear(struct progress *progress) {
  if (progress->shown)
    fputs("\r\033[K", stderr);
  progress->shown = false;
}
