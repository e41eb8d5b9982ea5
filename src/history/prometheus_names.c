#include "history/prometheus_names.h"

#include "anomaly/status.h"
#include "base/text.h"
#include "engine/identity.h"

#include <string.h>

enum { PAIR_SIZE = 2 * METRIC_PART_SIZE };

static const char *label_of(const struct prometheus_series *series, const char *name) {
  for (size_t i = 0; i < series->count; i++)
    if (strcmp(series->labels[i].name, name) == 0)
      return series->labels[i].value;
  return NULL;
}

/* ---- node_exporter ---- */

/* In a template, {label} is a label's value. */
static const struct node_row {
  const char *series;
  const char *plugin, *type, *source;
  double scale;
  bool counter;
} node_rows[] = {
    {"node_context_switches_total", "contextswitch", "contextswitch", "value", 1, true},
    {"node_cpu_seconds_total", "cpu-{cpu}", "cpu-{mode}", "value", 100, true},
    {"node_disk_read_bytes_total", "disk-{device}", "disk_octets", "read", 1, true},
    {"node_disk_reads_completed_total", "disk-{device}", "disk_ops", "read", 1, true},
    {"node_disk_writes_completed_total", "disk-{device}", "disk_ops", "write", 1, true},
    {"node_disk_written_bytes_total", "disk-{device}", "disk_octets", "write", 1, true},
    {"node_entropy_available_bits", "entropy", "entropy", "value", 1, false},
    {"node_filefd_allocated", "fhcount", "file_handles-used", "value", 1, false},
    {"node_filesystem_avail_bytes", "df-{mountpoint}", "df_complex-free", "value", 1, false},
    {"node_forks_total", "processes", "fork_rate", "value", 1, true},
    {"node_load1", "load", "load", "shortterm", 1, false},
    {"node_load15", "load", "load", "longterm", 1, false},
    {"node_load5", "load", "load", "midterm", 1, false},
    {"node_memory_Buffers_bytes", "memory", "memory-buffered", "value", 1, false},
    {"node_memory_Cached_bytes", "memory", "memory-cached", "value", 1, false},
    {"node_memory_MemFree_bytes", "memory", "memory-free", "value", 1, false},
    {"node_memory_SReclaimable_bytes", "memory", "memory-slab_recl", "value", 1, false},
    {"node_memory_SUnreclaim_bytes", "memory", "memory-slab_unrecl", "value", 1, false},
    {"node_memory_SwapCached_bytes", "swap", "swap-cached", "value", 1, false},
    {"node_memory_SwapFree_bytes", "swap", "swap-free", "value", 1, false},
    {"node_network_receive_bytes_total", "interface-{device}", "if_octets", "rx", 1, true},
    {"node_network_receive_drop_total", "interface-{device}", "if_dropped", "rx", 1, true},
    {"node_network_receive_errs_total", "interface-{device}", "if_errors", "rx", 1, true},
    {"node_network_receive_packets_total", "interface-{device}", "if_packets", "rx", 1, true},
    {"node_network_transmit_bytes_total", "interface-{device}", "if_octets", "tx", 1, true},
    {"node_network_transmit_drop_total", "interface-{device}", "if_dropped", "tx", 1, true},
    {"node_network_transmit_errs_total", "interface-{device}", "if_errors", "tx", 1, true},
    {"node_network_transmit_packets_total", "interface-{device}", "if_packets", "tx", 1, true},
    {"node_nf_conntrack_entries", "conntrack", "conntrack", "value", 1, false},
    {"node_procs_blocked", "processes", "ps_state-blocked", "value", 1, false},
    {"node_procs_running", "processes", "ps_state-running", "value", 1, false},
};

/* Where collectd has another word for a label's value. */
static const char *collectd_word(const char *label, const char *value) {
  if (strcmp(label, "mode") == 0 && strcmp(value, "iowait") == 0)
    return "wait";
  if (strcmp(label, "mode") == 0 && strcmp(value, "irq") == 0)
    return "interrupt";
  if (strcmp(label, "mountpoint") == 0 && strcmp(value, "/") == 0)
    return "root";
  return value;
}

/* A folder's slashes become dashes in collectd, the first one nothing. */
static void add_word(struct text *text, const char *value) {
  for (value += *value == '/'; *value != '\0'; value++) {
    const char letter[] = {*value == '/' ? '-' : *value, '\0'};
    text_add(text, letter);
  }
}

/* Writes a template with its labels; false where one is missing or it gets too long. */
static bool fill_in(const struct prometheus_series *series, const char *template, char *to) {
  struct text text = text_over(to, PAIR_SIZE);
  const char *const brace = strchr(template, '{');
  if (brace == NULL) {
    text_add(&text, template);
    return true;
  }
  char label[32];
  struct text label_text = text_over(label, sizeof label);
  text_addf(&label_text, "%.*s", (int)strcspn(brace + 1, "}"), brace + 1);
  const char *const value = label_of(series, label);
  if (value == NULL)
    return false;
  text_addf(&text, "%.*s", (int)(brace - template), template);
  add_word(&text, collectd_word(label, value));
  return !text.cut;
}

static const struct node_row *node_row_of(const char *series) {
  for (size_t i = 0; i < sizeof node_rows / sizeof node_rows[0]; i++)
    if (strcmp(node_rows[i].series, series) == 0)
      return &node_rows[i];
  return NULL;
}

static int join(const char *host, const char *plugin, const char *type, const char *source,
                struct metric_name *ret_name) {
  char why[128];
  struct text text = text_over(why, sizeof why);
  const int status = identity_join(host, plugin, type, source, ret_name, &text);
  return status == STATUS_OK ? STATUS_OK : STATUS_NOT_FOUND;
}

static int name_node(const struct prometheus_series *series, struct prometheus_metric *ret_metric) {
  const struct node_row *const row = node_row_of(series->name);
  const char *const instance = label_of(series, "instance");
  char host[METRIC_PART_SIZE], plugin[PAIR_SIZE], type[PAIR_SIZE];
  if (row == NULL || instance == NULL || !fill_in(series, row->plugin, plugin) ||
      !fill_in(series, row->type, type))
    return STATUS_NOT_FOUND;
  struct text text = text_over(host, sizeof host);
  text_addf(&text, "%.*s", (int)strcspn(instance, ":"), instance);
  struct prometheus_metric metric = {.counter = row->counter, .scale = row->scale};
  if (text.cut || join(host, plugin, type, row->source, &metric.name) != STATUS_OK)
    return STATUS_NOT_FOUND;
  *ret_metric = metric;
  return STATUS_OK;
}

/* ---- collectd's write_prometheus: collectd_PLUGIN_TYPE[_SOURCE][_total] ---- */

/* What a name and its labels may mean. */
struct reading {
  const char *host, *plugin_instance, *type_instance;
  char words[PAIR_SIZE]; /* PLUGIN_TYPE[_SOURCE], without _total */
  bool counter;
};

/*
 * Plugins that have values of one plugin instance, but many type instances.
 * The export writes a lone instance as if it were the plugin's.
 */
static bool has_type_instances(const char *plugin, const char *type) {
  static const struct {
    const char *plugin, *type; /* NULL: all of them */
  } rows[] = {
      {"anomaly", NULL},
      {"dns", NULL},
      {"fhcount", NULL},
      {"hddtemp", NULL},
      {"irq", NULL},
      {"memory", NULL},
      {"ntpd", NULL},
      {"ping", NULL},
      {"statsd", NULL},
      {"swap", NULL},
      {"processes", "ps_state"},
      {"vmem", NULL},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (strcmp(rows[i].plugin, plugin) == 0 &&
        (rows[i].type == NULL || strcmp(rows[i].type, type) == 0))
      return true;
  return false;
}

/* The plugin's instance is the label of its name, the type's is `type` or, alone, that one too. */
static void read_instances(const struct prometheus_series *series, const char *plugin,
                           const char *type, struct reading *reading) {
  const char *const of_plugin = label_of(series, plugin);
  const char *const of_type = label_of(series, "type");
  const bool lone_type = of_type == NULL && has_type_instances(plugin, type);
  reading->plugin_instance = of_plugin != NULL && !lone_type ? of_plugin : "";
  reading->type_instance = of_type != NULL                  ? of_type
                           : of_plugin != NULL && lone_type ? of_plugin
                                                            : "";
}

/*
 * Whether the rest of the name is a type of types.db with a data source of the
 * right kind; a name may be split in several ways, types.db knows the right one.
 */
static bool find_type(const struct types_db *types, const char *rest, bool counter,
                      const struct types_source **ret_source) {
  char type[PAIR_SIZE];
  for (const char *end = strchr(rest, '\0'); end != NULL && end > rest;) {
    struct text text = text_over(type, sizeof type);
    text_addf(&text, "%.*s", (int)(end - rest), rest);
    const struct types_source *const source =
        types_db_find(types, type, *end == '_' ? end + 1 : "value");
    const bool counts =
        source != NULL && (source->kind == VALUE_COUNTER || source->kind == VALUE_DERIVE);
    if (source != NULL && counts == counter) {
      *ret_source = source;
      return true;
    }
    do
      end--;
    while (end > rest && *end != '_');
  }
  return false;
}

static int join_reading(const struct reading *reading, const char *plugin,
                        const struct types_source *source, struct metric_name *ret_name) {
  char plugin_pair[PAIR_SIZE], type_pair[PAIR_SIZE];
  struct text plugin_text = text_over(plugin_pair, sizeof plugin_pair);
  struct text type_text = text_over(type_pair, sizeof type_pair);
  text_addf(&plugin_text, "%s%s%s", plugin, *reading->plugin_instance != '\0' ? "-" : "",
            reading->plugin_instance);
  text_addf(&type_text, "%s%s%s", source->type, *reading->type_instance != '\0' ? "-" : "",
            reading->type_instance);
  if (plugin_text.cut || type_text.cut)
    return STATUS_NOT_FOUND;
  return join(reading->host, plugin_pair, type_pair, source->name, ret_name);
}

/* Tries `length` bytes of the words as the plugin; 0: plugin and type have one name. */
static int try_plugin(const struct prometheus_series *series, struct reading *reading,
                      const struct types_db *types, size_t length,
                      struct prometheus_metric *ret_metric) {
  const char *const rest = length == 0 ? reading->words : reading->words + length + 1;
  const struct types_source *source;
  if (!find_type(types, rest, reading->counter, &source))
    return STATUS_NOT_FOUND;
  char plugin[PAIR_SIZE];
  struct text text = text_over(plugin, sizeof plugin);
  if (length == 0)
    text_add(&text, source->type);
  else
    text_addf(&text, "%.*s", (int)length, reading->words);
  read_instances(series, plugin, source->type, reading);
  struct prometheus_metric metric = {.counter = reading->counter, .scale = 1};
  if (join_reading(reading, plugin, source, &metric.name) != STATUS_OK)
    return STATUS_NOT_FOUND;
  *ret_metric = metric;
  return STATUS_OK;
}

static bool begin_reading(const struct prometheus_series *series, struct reading *ret_reading) {
  static const char start[] = "collectd_", end[] = "_total";
  struct reading reading = {.host = label_of(series, "exported_instance")};
  if (reading.host == NULL)
    reading.host = label_of(series, "instance");
  if (reading.host == NULL || strncmp(series->name, start, strlen(start)) != 0 ||
      !text_copy(reading.words, sizeof reading.words, series->name + strlen(start)))
    return false;
  const size_t length = strlen(reading.words), tail = strlen(end);
  reading.counter = length > tail && strcmp(reading.words + length - tail, end) == 0;
  if (reading.counter)
    reading.words[length - tail] = '\0';
  *ret_reading = reading;
  return true;
}

static int name_collectd(const struct prometheus_series *series, const struct types_db *types,
                         struct prometheus_metric *ret_metric) {
  struct reading reading;
  if (!begin_reading(series, &reading))
    return STATUS_NOT_FOUND;
  /* A label that the name begins with is the plugin, and decides. */
  size_t best = 0;
  for (size_t i = 0; i < series->count; i++) {
    const size_t length = strlen(series->labels[i].name);
    if (length > best && strncmp(reading.words, series->labels[i].name, length) == 0 &&
        reading.words[length] == '_')
      best = length;
  }
  if (best > 0 && try_plugin(series, &reading, types, best, ret_metric) == STATUS_OK)
    return STATUS_OK;
  if (try_plugin(series, &reading, types, 0, ret_metric) == STATUS_OK)
    return STATUS_OK;
  for (size_t i = 1; reading.words[i] != '\0'; i++)
    if (reading.words[i] == '_' && try_plugin(series, &reading, types, i, ret_metric) == STATUS_OK)
      return STATUS_OK;
  return STATUS_NOT_FOUND;
}

int prometheus_name(const struct prometheus_series *series, const struct types_db *types,
                    struct prometheus_metric *ret_metric) {
  return strncmp(series->name, "node_", strlen("node_")) == 0
             ? name_node(series, ret_metric)
             : name_collectd(series, types, ret_metric);
}
