/*
 * A thread that does something again and again.
 */
#ifndef ANOMALY_PLUGIN_TICKER_H
#define ANOMALY_PLUGIN_TICKER_H

struct ticker;

/*
 * Starts a thread that calls `tick` every `seconds` > 0. Errors:
 * STATUS_NO_MEMORY, STATUS_IO (no thread).
 */
int ticker_create(struct ticker **ret_ticker, double seconds, void (*tick)(void *context),
                  void *context);

/* Ends the thread, after a tick that is under way. NULL is fine. */
void ticker_destroy(struct ticker *ticker);

/* Seconds of a clock that never goes back, of no known origin. */
double ticker_now(void);

#endif
