#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "internal.h"

int64_t loop_now(const struct net *net) {
  return (int64_t)uv_now(&net->loop);
}

/* How long the turn took that ends now: from the poll's return. */
static void loop_measure(struct net *net) {
  if (net->polled_ms == 0) return;
  uv_update_time(&net->loop);
  int64_t took = loop_now(net) - net->polled_ms;
  if (took > net->turn_ms_longest) net->turn_ms_longest = took;
}

/* The end of a turn: requests are handed on, the handler does its work, then what all of it marked is done. */
static void loop_turn(uv_prepare_t *prepare) {
  struct net *net = prepare->data;
  if (net->ended || !net->running) return;
  net->settling = true;
  http_settle(net);
  net->setup.handler.turn(net->setup.handler.self);
  socket_settle(net);
  listen_settle(net);
  net->settling = false;
  if (net->service_wanted) lws_cancel_service(net->context);
  net->service_wanted = false;
  if (net->again) uv_async_send(&net->wake);
  net->again = false;
  loop_measure(net);
}

static void loop_polled(uv_check_t *check) {
  struct net *net = check->data;
  net->polled_ms = loop_now(net);
}

static void loop_woken(uv_async_t *async) {
  (void)async; /* the turn comes by itself */
}

static void loop_due(uv_timer_t *timer) {
  struct net *net = timer->data;
  net->due_ms = 0;
}

void loop_arm_due(struct net *net, int64_t ms) {
  uv_timer_start(&net->due_timer, loop_due, (uint64_t)ms, 0);
}

static void loop_beat(uv_timer_t *timer) {
  struct net *net = timer->data;
  net->beat_ms = loop_now(net);
  wheel_advance(net->wheel, net->beat_ms);
}

static void loop_signalled(uv_signal_t *watcher, int number) {
  struct net *net = watcher->data;
  if (number == SIGHUP)
    tls_reload(net);
  else
    net->setup.handler.terminate(net->setup.handler.self);
}

static int loop_start_handles(struct net *net) {
  int failed = uv_async_init(&net->loop, &net->wake, loop_woken);
  if (failed) return failed;
  uv_prepare_init(&net->loop, &net->prepare);
  uv_check_init(&net->loop, &net->check);
  uv_timer_init(&net->loop, &net->due_timer);
  uv_timer_init(&net->loop, &net->beat);
  uv_signal_init(&net->loop, &net->terminate);
  uv_signal_init(&net->loop, &net->interrupt);
  uv_signal_init(&net->loop, &net->hangup);
  net->handles_ready = true;
  net->wake.data = net->prepare.data = net->check.data = net->due_timer.data = net->beat.data = net;
  net->terminate.data = net->interrupt.data = net->hangup.data = net;
  uv_prepare_start(&net->prepare, loop_turn);
  uv_check_start(&net->check, loop_polled);
  uv_timer_start(&net->beat, loop_beat, NET_BEAT_MS, NET_BEAT_MS);
  failed = uv_signal_start(&net->terminate, loop_signalled, SIGTERM);
  if (!failed) failed = uv_signal_start(&net->interrupt, loop_signalled, SIGINT);
  if (!failed) failed = uv_signal_start(&net->hangup, loop_signalled, SIGHUP);
  return failed;
}

static void loop_never(uv_poll_t *poll, int status, int events) {
  (void)poll, (void)status, (void)events;
}

/* libuv ends the process when there is no memory to let its table of descriptors grow (maybe_resize in its unix/core.c):
 * watching the highest one that there may be, once, gives it its size. */
static int loop_watch_once(struct net *net, int descriptor) {
  int failed = uv_poll_init(&net->loop, &net->highest, descriptor);
  if (failed) return failed;
  failed = uv_poll_start(&net->highest, UV_READABLE, loop_never);
  uv_close((uv_handle_t *)&net->highest, NULL);
  return failed;
}

static int loop_take_size(struct net *net, size_t descriptors) {
  int any = eventfd(0, EFD_CLOEXEC);
  int highest = any < 0 ? -1 : fcntl(any, F_DUPFD_CLOEXEC, (int)descriptors - 1);
  int failed = highest < 0 ? uv_translate_sys_error(errno) : loop_watch_once(net, highest);
  if (highest >= 0) close(highest);
  if (any >= 0) close(any);
  return failed;
}

bool loop_open(struct net *net, size_t descriptors, char *error, size_t size) {
  int failed = uv_loop_init(&net->loop);
  net->loop_ready = failed == 0;
  if (!failed) failed = loop_take_size(net, descriptors);
  if (!failed) failed = loop_start_handles(net);
  if (failed) snprintf(error, size, "cannot make an event loop: %s", uv_strerror(failed));
  if (net->loop_ready) net->beat_ms = loop_now(net);
  return failed == 0;
}

/* The handles have to be closed in the loop, and libwebsockets wants to be asked twice: its own handles close in
 * between. */
void loop_close(struct net *net) {
  if (!net->loop_ready) return;
  net->ended = true;
  if (net->context) lws_context_destroy(net->context);
  pending_close_all(net);
  listen_close(&net->club);
  listen_close(&net->admin);
  if (net->handles_ready) {
    uv_close((uv_handle_t *)&net->wake, NULL);
    uv_close((uv_handle_t *)&net->prepare, NULL);
    uv_close((uv_handle_t *)&net->check, NULL);
    uv_close((uv_handle_t *)&net->due_timer, NULL);
    uv_close((uv_handle_t *)&net->beat, NULL);
    uv_close((uv_handle_t *)&net->terminate, NULL);
    uv_close((uv_handle_t *)&net->interrupt, NULL);
    uv_close((uv_handle_t *)&net->hangup, NULL);
  }
  uv_run(&net->loop, UV_RUN_DEFAULT);
  if (net->context) lws_context_destroy(net->context);
  uv_run(&net->loop, UV_RUN_DEFAULT);
  int left = uv_loop_close(&net->loop);
  if (left) log_line(LOG_ERROR, "event loop not empty at the end", LOG_TEXT("error", uv_strerror(left)));
}
