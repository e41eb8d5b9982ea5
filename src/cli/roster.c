#include "cli/roster.h"

#include "base/text.h"
#include "cli/room.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double WEEK = 7 * 86400.0;

void roster_release(struct roster *roster) {
  free(roster->hosts);
  free(roster->silences);
  *roster = (struct roster){.hosts = NULL};
}

/* Metrics of one host mostly come together. */
bool roster_find(const struct roster *roster, const char *name, size_t *ret_host) {
  size_t at = roster->last_found;
  if (at >= roster->host_count || strcmp(roster->hosts[at].name, name) != 0)
    for (at = 0; at < roster->host_count && strcmp(roster->hosts[at].name, name) != 0;)
      at++;
  if (at == roster->host_count)
    return false;
  *ret_host = at;
  return true;
}

bool roster_hold(struct roster *roster, const char *name, double time, size_t *ret_host) {
  size_t at = roster->host_count;
  if (!roster_find(roster, name, &at)) {
    struct roster_host *const hosts =
        room_for_one(roster->hosts, at, &roster->host_room, sizeof *hosts);
    if (hosts == NULL)
      return false;
    roster->hosts = hosts;
    hosts[at] = (struct roster_host){.first_time = time, .last_time = time};
    text_copy(hosts[at].name, sizeof hosts[at].name, name);
    roster->host_count++;
  }
  roster->last_found = at;
  *ret_host = at;
  return true;
}

void roster_note_value(struct roster *roster, size_t host, double time) {
  struct roster_host *const noted = &roster->hosts[host];
  noted->first_time = fmin(noted->first_time, time);
  noted->last_time = fmax(noted->last_time, time);
}

bool roster_note_silence(struct roster *roster, const struct roster_silence *silence) {
  if (roster->silence_count == ROSTER_SILENCES_MAX) {
    roster->full = true;
    return true;
  }
  struct roster_silence *const silences = room_for_one(roster->silences, roster->silence_count,
                                                       &roster->silence_room, sizeof *silences);
  if (silences == NULL)
    return false;
  roster->silences = silences;
  silences[roster->silence_count++] = *silence;
  return true;
}

double roster_weeks(const struct roster *roster) {
  double seconds = 0;
  for (size_t i = 0; i < roster->host_count; i++)
    seconds += roster->hosts[i].last_time - roster->hosts[i].first_time;
  return seconds / WEEK;
}
