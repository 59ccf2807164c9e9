#ifndef CLUB_BUS_H
#define CLUB_BUS_H
/* The bus between instances: hints, nothing more. A message may be lost, doubled, late or out of order, and nobody may
 * rely on it. Loop thread only. */
#include <stdint.h>

#include "club/slice.h"

struct bus {
  void *self;
  /* To everybody else who subscribed to `topic` (and perhaps to oneself). Dropped when it cannot be sent. */
  void (*publish)(void *self, struct slice topic, struct slice message);
  /* Counted: as many unsubscribes as subscribes. */
  void (*subscribe)(void *self, struct slice topic);
  void (*unsubscribe)(void *self, struct slice topic);
  /* Nobody else can hear: publishing is not worth the encoding. */
  bool (*alone)(void *self);
  /* Changes whenever messages may have been missed; what is announced only on the bus is then to be asked for again.
   * Never 0. The one inside a process: always 1. */
  uint64_t (*generation)(void *self);
};

typedef void (*bus_receive)(void *context, struct slice topic, struct slice message);

/* The bus inside a process: a hub that several ends share. Messages are delivered by bus_local_deliver, at the end of a
 * turn, never inside publish. */
struct bus_hub;
struct bus_end;
struct bus_hub *bus_hub_create(void) CLUB_MUST_CHECK;
/* After its ends. Takes NULL. */
void bus_hub_destroy(struct bus_hub *hub);
struct bus_end *bus_end_create(struct bus_hub *hub, bus_receive receive, void *context) CLUB_MUST_CHECK;
void bus_end_destroy(struct bus_end *end);
struct bus bus_end_bus(struct bus_end *end);
/* Delivers what was published to this end since the last call. */
void bus_end_deliver(struct bus_end *end);
#endif
