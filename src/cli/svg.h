/*
 * Plots of a metric as SVG that stands in a page: values, the band that was
 * expected, scores, labels and episodes. Colours are classes; the page has the
 * style sheet.
 */
#ifndef ANOMALY_CLI_SVG_H
#define ANOMALY_CLI_SVG_H

#include "cli/backtest.h"

#include <stdio.h>

/* Text as HTML and SVG want it: no byte of it is markup. Control characters become '?'. */
void html_write_text(FILE *stream, const char *text);

/* The plot of one metric under all trials. */
void svg_write_plot(FILE *stream, const struct backtest *backtest, size_t subject);

#endif
