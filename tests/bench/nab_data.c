#include "bench/nab_data.h"

#include <stdio.h>

#ifdef HAVE_JANSSON

#include "anomaly/status.h"
#include "base/text.h"
#include "base/timefmt.h"

#include <jansson.h>
#include <stdlib.h>

/* Rows between two times, both inclusive. */
static bool window_rows(const struct frame *frame, double from, double until,
                        struct nab_window *ret_window) {
  bool found = false;
  for (size_t row = 0; row < frame->rows; row++) {
    if (frame->time[row] < from || frame->time[row] > until)
      continue;
    if (!found)
      ret_window->first = row;
    ret_window->last = row;
    found = true;
  }
  return found;
}

static bool read_windows(struct nab_file *file, const json_t *windows) {
  file->windows = calloc(json_array_size(windows) + 1, sizeof(*file->windows));
  if (file->windows == NULL)
    return false;
  for (size_t at = 0; at < json_array_size(windows); at++) {
    const json_t *window = json_array_get(windows, at);
    const char *from = json_string_value(json_array_get(window, 0));
    const char *until = json_string_value(json_array_get(window, 1));
    double first, last;
    if (from == NULL || until == NULL || time_parse(from, &first) != STATUS_OK ||
        time_parse(until, &last) != STATUS_OK ||
        !window_rows(&file->frame, first, last, &file->windows[file->window_count]))
      return false;
    file->window_count++;
  }
  return true;
}

static bool read_file(struct nab_file *file, const char *name, const json_t *windows) {
  char below[DATA_PATH_SIZE], path[DATA_PATH_SIZE];
  struct text text = text_over(below, sizeof(below));
  text_addf(&text, "nab/data/%s", name);
  data_path(below, path, sizeof(path));
  return frame_read(path, &file->frame) && read_windows(file, windows);
}

static bool read_files(struct nab_corpus *corpus, json_t *labels) {
  corpus->files = calloc(json_object_size(labels) + 1, sizeof(*corpus->files));
  if (corpus->files == NULL)
    return false;
  const char *name;
  json_t *windows;
  json_object_foreach(labels, name, windows) if (!read_file(&corpus->files[corpus->count++], name,
                                                            windows)) return false;
  return corpus->count > 0;
}

bool nab_corpus_read(struct nab_corpus *ret_corpus) {
  char path[DATA_PATH_SIZE];
  data_path("nab/labels/combined_windows.json", path, sizeof(path));
  json_error_t error;
  json_t *labels = json_load_file(path, 0, &error);
  if (labels == NULL) {
    fprintf(stderr, "%s: %s\n", path, error.text);
    return false;
  }
  struct nab_corpus corpus = {0};
  const bool good = read_files(&corpus, labels);
  json_decref(labels);
  if (good)
    *ret_corpus = corpus;
  else
    nab_corpus_release(&corpus);
  return good;
}

void nab_corpus_release(struct nab_corpus *corpus) {
  for (size_t at = 0; at < corpus->count; at++) {
    frame_release(&corpus->files[at].frame);
    free(corpus->files[at].windows);
  }
  free(corpus->files);
  *corpus = (struct nab_corpus){0};
}

#else

bool nab_corpus_read(struct nab_corpus *ret_corpus) {
  (void)ret_corpus;
  fprintf(stderr, "built without jansson, which reads the windows of NAB\n");
  return false;
}

void nab_corpus_release(struct nab_corpus *corpus) { (void)corpus; }

#endif
