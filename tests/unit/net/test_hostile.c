/* Lines that hung or ended servers built on this library. Each is bounded in time, and others are served meanwhile. */
#include "client.h"

/* A short write outstanding, then a breach of the protocol, then a record of 16 KB. */
static void unsent_then_breach(bool tls) {
  static const char *const breaches[] = {"\x81\x82mask\x92\x9f", "\x83\x80mask", "\x80\x80mask", "\x88\x81mask\x03"};
  static const size_t sizes[] = {8, 6, 6, 7};
  static struct fixture fixture;
  fixture_start(&fixture, tls);
  for (size_t i = 0; i < 4; i++) {
    char *record = malloc(16384);
    memset(record, 'r', 16384);
    struct client client = client_open_with(&fixture, 4096);
    client_text(&client, "flood 300 20000");
    usleep(100000);
    client_send(&client, breaches[i], sizes[i]);
    client_send(&client, record, 16384);
    usleep(100000);
    fixture_serves(&fixture);
    client_close(&client);
    client = client_open_with(&fixture, 4096); /* all at once */
    unsigned char at_once[20000];
    size_t used = frame_make(at_once, 0x81, "flood 300 20000", 15);
    memcpy(at_once + used, breaches[i], sizes[i]);
    memcpy(at_once + used + sizes[i], record, 16000);
    client_send(&client, at_once, used + sizes[i] + 16000);
    usleep(50000);
    fixture_serves(&fixture);
    client_close(&client);
    free(record);
  }
  fixture_await(&fixture.closed, 16);
  fixture_stop(&fixture);
}

static void a_breach_behind_unsent_bytes_hangs_nothing(void **state) {
  (void)state;
  unsent_then_breach(false);
  unsent_then_breach(true);
}

static void hostile_step(struct client *client, unsigned *seed) {
  char bytes[17000];
  int size = rand_r(seed) % 3000;
  for (int i = 0; i < size; i++) bytes[i] = (char)rand_r(seed);
  switch (rand_r(seed) % 12) {
    case 0: client_text(client, "flood 100 20000"); break;
    case 1: client_text(client, "flood 200 3000"); break;
    case 2: client_frame(client, 0x80 | OP_TEXT, "\xff\xff", 2); break;
    case 3: client_frame(client, 0x80 | OP_CLOSE, "\x03\xe8", 2); break;
    case 4: client_frame(client, 0x80 | OP_PING, "ping", 4); break;
    case 5: client_send(client, bytes, (size_t)size); break;
    case 6: client_text(client, "close 4001"); break;
    case 7: client_text(client, "pause"); break;
    case 8: client_text(client, "kill"); break;
    case 9:
      memset(bytes, 'q', 16000);
      client_frame(client, 0x80 | OP_TEXT, bytes, 16000);
      break;
    case 10: client_text(client, "ping"); break;
    default: usleep(2000);
  }
}

static void noise(bool tls) {
  static struct fixture fixture;
  struct client kept[8];
  unsigned seed = 7;
  fixture_start(&fixture, tls);
  for (size_t i = 0; i < 8; i++) kept[i].descriptor = -1;
  for (int i = 0; i < 150; i++) {
    struct client *client = &kept[i % 8];
    if (client->descriptor >= 0) client_close(client);
    *client = client_open_with(&fixture, i % 3 ? 4096 : 0);
    struct timeval wait = {0, 200000};
    setsockopt(client->descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    for (unsigned steps = (unsigned)rand_r(&seed) % 10; steps > 0; steps--) hostile_step(client, &seed);
    struct linger at_once = {1, 0};
    if (i % 5 == 0) setsockopt(client->descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  fixture_serves(&fixture);
  for (size_t i = 0; i < 8; i++) client_close(&kept[i]);
  usleep(300000);
  int turns = fixture_turns(&fixture);
  usleep(500000);
  fixture_spun_not(&fixture, turns);
  fixture_serves(&fixture);
  fixture_stop(&fixture);
}

static void noise_ends_nothing_and_spins_nothing(void **state) {
  (void)state;
  noise(false);
  noise(true);
}

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  const struct CMUnitTest tests[] = {
      fixture_unit_test(a_breach_behind_unsent_bytes_hangs_nothing),
      fixture_unit_test(noise_ends_nothing_and_spins_nothing),
  };
  return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
