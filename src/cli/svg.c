#include "cli/svg.h"

#include "base/text.h"
#include "base/timefmt.h"

#include <math.h>

enum {
  WIDTH = 960,
  LEFT = 70, /* of the plots: room for numbers */
  RIGHT = 8,
  VALUE_TOP = 8,
  VALUE_HEIGHT = 160,
  SCORE_TOP = VALUE_TOP + VALUE_HEIGHT + 12,
  SCORE_HEIGHT = 60,
  ROWS_TOP = SCORE_TOP + SCORE_HEIGHT + 6,
  ROW_HEIGHT = 9, /* a row of episodes */
  TIMES = 16,
};

void html_write_text(FILE *stream, const char *text) {
  for (; *text != '\0'; text++) {
    const unsigned char byte = (unsigned char)*text;
    if (byte == '&')
      fputs("&amp;", stream);
    else if (byte == '<')
      fputs("&lt;", stream);
    else if (byte == '>')
      fputs("&gt;", stream);
    else if (byte == '"')
      fputs("&quot;", stream);
    else if (byte == '\'')
      fputs("&#39;", stream);
    else
      putc(byte < ' ' || byte == 0x7f ? '?' : byte, stream);
  }
}

/* How numbers become places. */
struct scale {
  double start, end; /* seconds */
  double low, high;  /* values */
  size_t length;     /* spans */
  const struct plot *plot;
};

static double x_of(const struct scale *scale, double time) {
  const double share = (time - scale->start) / (scale->end - scale->start);
  return LEFT + (WIDTH - LEFT - RIGHT) * fmin(fmax(share, 0), 1);
}

static double x_of_span(const struct scale *scale, double span) {
  return x_of(scale, scale->plot->start + span * scale->plot->width);
}

static double y_of(const struct scale *scale, double value) {
  const double share = (value - scale->low) / (scale->high - scale->low);
  return VALUE_TOP + VALUE_HEIGHT * (1 - fmin(fmax(share, 0), 1));
}

static double y_of_score(double score) { return SCORE_TOP + SCORE_HEIGHT * (1 - score); }

/* The values decide; a band that is far wider is cut. */
static struct scale scale_of(const struct plot *plot) {
  struct scale scale = {.plot = plot, .length = plot_length(plot)};
  scale.start = plot->start;
  scale.end = plot->start + fmax((double)scale.length, 1) * plot->width;
  double low = INFINITY, high = -INFINITY;
  for (size_t i = 0; i < scale.length; i++) {
    low = fmin(low, (double)plot->spans[i].low);
    high = fmax(high, (double)plot->spans[i].high);
  }
  if (!(low <= high))
    low = high = 0;
  const double margin = high > low ? (high - low) * .06 : fmax(fabs(high) * .1, 1);
  scale.low = low - margin;
  scale.high = high + margin;
  return scale;
}

static void write_rectangle(FILE *stream, const char *class, double from, double to, double top,
                            double height) {
  fprintf(stream, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
          class, from, top, fmax(to - from, 1.5), height);
}

static void write_labels(FILE *stream, const struct scale *scale) {
  for (size_t i = 0; i < scale->length; i++) {
    const size_t first = i;
    while (i < scale->length && scale->plot->spans[i].labelled)
      i++;
    if (i > first)
      write_rectangle(stream, "label", x_of_span(scale, (double)first), x_of_span(scale, (double)i),
                      VALUE_TOP, ROWS_TOP - VALUE_TOP);
  }
}

/* What is drawn of a span; false where the area is broken there. */
static bool band_of(const struct plot_span *span, bool expected, double *ret_low,
                    double *ret_high) {
  *ret_low = (double)(expected ? span->lower : span->low);
  *ret_high = (double)(expected ? span->upper : span->high);
  return !isnan(*ret_low) && !isnan(*ret_high);
}

/* One unbroken piece, there along the top and back along the bottom. */
static void write_piece(FILE *stream, const struct scale *scale, bool expected, size_t from,
                        size_t to) {
  double low, high;
  fprintf(stream, "<path class=\"%s\" d=\"M", expected ? "band" : "values");
  for (size_t i = from; i < to; i++)
    if (band_of(&scale->plot->spans[i], expected, &low, &high))
      fprintf(stream, " %.1f %.1f", x_of_span(scale, (double)i + .5), y_of(scale, high));
  for (size_t i = to; i > from; i--)
    if (band_of(&scale->plot->spans[i - 1], expected, &low, &high))
      fprintf(stream, " %.1f %.1f", x_of_span(scale, (double)i - .5), y_of(scale, low));
  fputs("Z\"/>\n", stream);
}

/* A span in which nothing came breaks nothing: values may be rarer than spans. */
static void write_area(FILE *stream, const struct scale *scale, bool expected) {
  double low, high;
  size_t from = 0, last = 0; /* of the piece; none where they are equal */
  for (size_t i = 0; i < scale->length; i++) {
    const struct plot_span *const span = &scale->plot->spans[i];
    if (band_of(span, expected, &low, &high)) {
      from = last > from ? from : i;
      last = i + 1;
    } else if (span->used && last > from) {
      write_piece(stream, scale, expected, from, last);
      from = last = i;
    }
  }
  if (last > from)
    write_piece(stream, scale, expected, from, last);
}

static void write_scores(FILE *stream, const struct scale *scale, size_t trial) {
  fprintf(stream, "<path class=\"score t%zu\" d=\"M", trial % 4);
  for (size_t i = 0; i < scale->length; i++)
    if (scale->plot->spans[i].used)
      fprintf(stream, " %.1f %.1f", x_of_span(scale, (double)i + .5),
              y_of_score((double)scale->plot->spans[i].score));
  fputs("\"/>\n", stream);
}

static void write_episodes(FILE *stream, const struct scale *scale, const struct trial *trial,
                           size_t index, size_t subject) {
  char class[16];
  struct text text = text_over(class, sizeof class);
  text_addf(&text, "episode t%zu", index % 4);
  const double top = ROWS_TOP + (double)index * ROW_HEIGHT;
  fprintf(stream, "<text class=\"name\" x=\"%d\" y=\"%.1f\">%c</text>\n", LEFT - 6, top + 8,
          (char)('A' + (int)index));
  for (size_t i = 0; i < trial->episode_count; i++) {
    const struct seen_episode *const episode = &trial->episodes[i];
    const double end = isnan(episode->end) ? scale->end : episode->end;
    if (episode->judged == subject)
      write_rectangle(stream, class, x_of(scale, episode->start), x_of(scale, end), top,
                      ROW_HEIGHT - 2);
  }
}

static void write_number(FILE *stream, double y, double number) {
  char words[32];
  struct text text = text_over(words, sizeof words);
  text_add_number(&text, number);
  fprintf(stream, "<text class=\"name\" x=\"%d\" y=\"%.1f\">%s</text>\n", LEFT - 6, y, words);
}

static void write_axes(FILE *stream, const struct scale *scale, double bottom) {
  char from[64], to[64];
  struct text from_text = text_over(from, sizeof from), to_text = text_over(to, sizeof to);
  time_add_iso(&from_text, scale->start);
  time_add_iso(&to_text, scale->end);
  write_number(stream, VALUE_TOP + 10, scale->high);
  write_number(stream, VALUE_TOP + VALUE_HEIGHT, scale->low);
  fprintf(stream,
          "<text class=\"name\" x=\"%d\" y=\"%d\">score 1</text>\n"
          "<path class=\"line\" d=\"M%d %.1fH%d\"/>\n"
          "<path class=\"axis\" d=\"M%d %dV%dM%d %dV%d\"/>\n"
          "<text x=\"%d\" y=\"%.1f\">%s</text>\n"
          "<text class=\"name\" x=\"%d\" y=\"%.1f\">%s</text>\n",
          LEFT - 6, SCORE_TOP + 8, LEFT, y_of_score(.5), WIDTH - RIGHT, LEFT, VALUE_TOP,
          VALUE_TOP + VALUE_HEIGHT, LEFT, SCORE_TOP, SCORE_TOP + SCORE_HEIGHT, LEFT, bottom - 4,
          from, WIDTH - RIGHT, bottom - 4, to);
}

/* Of the first trial that has one: a group may be in some only. */
static const struct plot *first_plot(const struct backtest *backtest, size_t subject) {
  size_t i = 0;
  while (i + 1 < backtest->trial_count && isnan(backtest->trials[i].tallies[subject].plot->start))
    i++;
  return backtest->trials[i].tallies[subject].plot;
}

void svg_write_plot(FILE *stream, const struct backtest *backtest, size_t subject) {
  const struct scale scale = scale_of(first_plot(backtest, subject));
  const int height = ROWS_TOP + ROW_HEIGHT * (int)backtest->trial_count + TIMES;
  fprintf(stream, "<svg viewBox=\"0 0 %d %d\" role=\"img\">\n<title>", WIDTH, height);
  char name[METRIC_TEXT_SIZE];
  struct text text = text_over(name, sizeof name);
  subject_name(&backtest->subjects[subject], &text);
  html_write_text(stream, name);
  fputs("</title>\n", stream);
  write_labels(stream, &scale);
  write_area(stream, &scale, true);
  write_area(stream, &scale, false);
  for (size_t i = 0; i < backtest->trial_count; i++) {
    const struct plot *const plot = backtest->trials[i].tallies[subject].plot;
    if (isnan(plot->start))
      continue;
    const struct scale of_trial = scale_of(plot);
    write_scores(stream, &of_trial, i);
    write_episodes(stream, &of_trial, &backtest->trials[i], i, subject);
  }
  write_axes(stream, &scale, height);
  fputs("</svg>\n", stream);
}
