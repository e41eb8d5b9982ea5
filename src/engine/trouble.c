#include "engine/trouble.h"

#include <string.h>

/* NULL matches every plugin or type; the first row that matches holds. */
struct trouble_row {
  const char *plugin, *type;
  enum trouble trouble;
};

static const struct trouble_row rows[] = {
    {NULL, "latency", TROUBLE_PERFORMANCE},
    {NULL, "response_time", TROUBLE_PERFORMANCE},
    {NULL, "queue_length", TROUBLE_PERFORMANCE},
    {NULL, "load", TROUBLE_PERFORMANCE},
    {NULL, "ping", TROUBLE_PERFORMANCE},
    {NULL, "ping_stddev", TROUBLE_PERFORMANCE},
    {NULL, "time_dispersion", TROUBLE_SYSTEM},
    {"disk", "disk_octets", TROUBLE_TRAFFIC},
    {"disk", "disk_ops", TROUBLE_TRAFFIC},
    {"disk", "disk_merged", TROUBLE_TRAFFIC},
    {"disk", NULL, TROUBLE_PERFORMANCE},
    {"contextswitch", NULL, TROUBLE_PERFORMANCE},
    {"pressure", NULL, TROUBLE_PERFORMANCE},
    {"cpu", NULL, TROUBLE_RESOURCE},
    {"memory", NULL, TROUBLE_RESOURCE},
    {"swap", NULL, TROUBLE_RESOURCE},
    {"vmem", NULL, TROUBLE_RESOURCE},
    {"hugepages", NULL, TROUBLE_RESOURCE},
    {"numa", NULL, TROUBLE_RESOURCE},
    {"df", NULL, TROUBLE_RESOURCE},
    {"filecount", NULL, TROUBLE_RESOURCE},
    {"fhcount", NULL, TROUBLE_RESOURCE},
    {"conntrack", NULL, TROUBLE_RESOURCE},
    {"cgroups", NULL, TROUBLE_RESOURCE},
    {"processes", NULL, TROUBLE_RESOURCE},
    {"zfs_arc", NULL, TROUBLE_RESOURCE},
    {"interface", NULL, TROUBLE_TRAFFIC},
    {"netlink", NULL, TROUBLE_TRAFFIC},
    {"network", NULL, TROUBLE_TRAFFIC},
    {"protocols", NULL, TROUBLE_TRAFFIC},
    {"tcpconns", NULL, TROUBLE_TRAFFIC},
    {"ethstat", NULL, TROUBLE_TRAFFIC},
    {"iptables", NULL, TROUBLE_TRAFFIC},
    {"nfs", NULL, TROUBLE_TRAFFIC},
    {"dns", NULL, TROUBLE_TRAFFIC},
    {"bind", NULL, TROUBLE_TRAFFIC},
    {"apache", NULL, TROUBLE_TRAFFIC},
    {"nginx", NULL, TROUBLE_TRAFFIC},
    {"haproxy", NULL, TROUBLE_TRAFFIC},
    {"varnish", NULL, TROUBLE_TRAFFIC},
    {"memcached", NULL, TROUBLE_TRAFFIC},
    {"redis", NULL, TROUBLE_TRAFFIC},
    {"mysql", NULL, TROUBLE_TRAFFIC},
    {"postgresql", NULL, TROUBLE_TRAFFIC},
    {NULL, "if_octets", TROUBLE_TRAFFIC},
    {NULL, "if_packets", TROUBLE_TRAFFIC},
    {NULL, "if_errors", TROUBLE_TRAFFIC},
    {NULL, "if_dropped", TROUBLE_TRAFFIC},
    {NULL, "http_requests", TROUBLE_TRAFFIC},
    {NULL, "total_requests", TROUBLE_TRAFFIC},
};

static bool matches(const char *wanted, const char *part) {
  return wanted == NULL || strcmp(wanted, part) == 0;
}

enum trouble trouble_of(const struct metric_id *id) {
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (matches(rows[i].plugin, id->part[METRIC_PLUGIN]) &&
        matches(rows[i].type, id->part[METRIC_TYPE]))
      return rows[i].trouble;
  return TROUBLE_SYSTEM;
}

const char *trouble_name(enum trouble trouble) {
  static const char *const names[TROUBLES] = {
      [TROUBLE_RESOURCE] = "resource",
      [TROUBLE_PERFORMANCE] = "performance",
      [TROUBLE_TRAFFIC] = "traffic",
      [TROUBLE_SYSTEM] = "system",
  };
  return trouble < TROUBLES ? names[trouble] : "unknown";
}
