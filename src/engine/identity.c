#include "engine/identity.h"

#include "anomaly/status.h"

#include <string.h>

struct piece {
  const char *start;
  size_t length;
};

static struct piece piece_until(const char *start, const char *end) {
  return (struct piece){.start = start, .length = (size_t)(end - start)};
}

static struct piece piece_of(const char *text) { return piece_until(text, strchr(text, '\0')); }

static int keep(struct piece piece, struct metric_name *name, enum metric_part part,
                struct text *why) {
  if (piece.length >= METRIC_PART_SIZE) {
    text_addf(why, "a part is longer than %d bytes", METRIC_PART_SIZE - 1);
    return STATUS_INVALID;
  }
  memcpy(name->part[part], piece.start, piece.length);
  name->part[part][piece.length] = '\0';
  return STATUS_OK;
}

/* "cpu-0": a name that must not be empty, and its instance. */
static int keep_pair(struct piece pair, struct metric_name *name, enum metric_part part,
                     enum metric_part instance, struct text *why) {
  const char *const end = pair.start + pair.length;
  const char *const dash = memchr(pair.start, '-', pair.length);
  const char *const name_end = dash != NULL ? dash : end;
  if (name_end == pair.start) {
    text_add(why, "neither plugin nor type may be empty");
    return STATUS_INVALID;
  }
  const int status = keep(piece_until(pair.start, name_end), name, part, why);
  if (status != STATUS_OK)
    return status;
  return keep(piece_until(dash != NULL ? dash + 1 : end, end), name, instance, why);
}

/* The colon before the data source; instances may have colons of their own. */
static const char *data_source_of(const char *type) {
  const char *const colon = strrchr(type, ':');
  return colon != NULL && colon[1] != '\0' && strchr(colon, '/') == NULL ? colon : NULL;
}

/* An identity in four pieces; plugin and type are still with their instances. */
struct pieces {
  struct piece host, plugin, type, source;
};

static int keep_all(const struct pieces *pieces, struct metric_name *ret_name, struct text *why) {
  struct metric_name name;
  if (keep(pieces->host, &name, METRIC_HOST, why) != STATUS_OK ||
      keep_pair(pieces->plugin, &name, METRIC_PLUGIN, METRIC_PLUGIN_INSTANCE, why) != STATUS_OK ||
      keep_pair(pieces->type, &name, METRIC_TYPE, METRIC_TYPE_INSTANCE, why) != STATUS_OK ||
      keep(pieces->source, &name, METRIC_DATA_SOURCE, why) != STATUS_OK)
    return STATUS_INVALID;
  *ret_name = name;
  return STATUS_OK;
}

int identity_parse(const char *text, struct metric_name *ret_name, struct text *why) {
  const char *const first = strchr(text, '/');
  if (first == NULL) {
    text_add(why, "a metric is written [HOST/]PLUGIN[-INSTANCE]/TYPE[-INSTANCE][:DATA-SOURCE]");
    return STATUS_INVALID;
  }
  const char *const second = strchr(first + 1, '/');
  const struct piece host = second != NULL ? piece_until(text, first) : piece_of("localhost");
  const struct piece plugin =
      second != NULL ? piece_until(first + 1, second) : piece_until(text, first);
  const char *const type = second != NULL ? second + 1 : first + 1;
  const char *const colon = data_source_of(type);
  const struct pieces pieces = {
      .host = host,
      .plugin = plugin,
      .type = piece_until(type, colon != NULL ? colon : strchr(type, '\0')),
      .source = piece_of(colon != NULL ? colon + 1 : "value"),
  };
  return keep_all(&pieces, ret_name, why);
}

int identity_join(const char *host, const char *plugin, const char *type, const char *data_source,
                  struct metric_name *ret_name, struct text *why) {
  const struct pieces pieces = {.host = piece_of(host),
                                .plugin = piece_of(plugin),
                                .type = piece_of(type),
                                .source = piece_of(data_source)};
  return keep_all(&pieces, ret_name, why);
}

bool identity_is_meant(const char *text) { return strchr(text, '/') != NULL; }
