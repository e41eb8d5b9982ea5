#include "cli/incident_feed.h"

#include "anomaly/status.h"

#include <math.h>

int incident_feed_create(struct incident_feed *feed, const struct incident_options *options,
                         incident_listener listener, void *context) {
  struct incident_settings settings = incident_settings_preset();
  settings.options = *options;
  settings.listener = listener;
  settings.listener_context = context;
  feed->now = 0;
  return incidents_create(&feed->incidents, &settings);
}

void incident_feed_release(struct incident_feed *feed) {
  incidents_destroy(feed->incidents);
  feed->incidents = NULL;
}

void incident_feed_take_episode(void *context, const struct episode_event *episode) {
  struct incident_feed *const feed = context;
  incidents_observe(feed->incidents, episode, feed->now);
}

void incident_feed_take_boot(void *context, const char *host, double time) {
  struct incident_feed *const feed = context;
  incidents_note_boot(feed->incidents, host, time);
}

void incident_feed_advance(struct incident_feed *feed, double time) {
  feed->now = fmax(feed->now, time);
  incidents_advance(feed->incidents, feed->now);
}

void incident_feed_finish(struct incident_feed *feed) {
  incidents_flush(feed->incidents, feed->now);
}
