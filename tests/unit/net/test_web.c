/* The pages: built in or from a folder, with their headers, and to readers of every kind. */
#include "client.h"

static void the_page_is_served_with_its_headers(void **state) {
  static struct fixture fixture;
  struct response response;
  char request[1024], tag[64];
  (void)state;
  fixture_start(&fixture, true);
  struct client client = client_connect(&fixture);
  client_request(&client, &response, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_int_equal(response.status, 200);
  assert_string_equal(response_header(&response, "Content-Type"), "text/html; charset=utf-8");
  assert_string_equal(response_header(&response, "Cache-Control"), "no-cache");
  assert_string_equal(response_header(&response, "X-Content-Type-Options"), "nosniff");
  assert_string_equal(response_header(&response, "Referrer-Policy"), "no-referrer");
  assert_string_equal(response_header(&response, "Cross-Origin-Opener-Policy"), "same-origin");
  const char *policy = response_header(&response, "Content-Security-Policy");
  assert_non_null(strstr(policy, "default-src 'none'; script-src 'self'"));
  assert_null(strstr(policy, "unsafe"));
  snprintf(tag, sizeof tag, "%s", response_header(&response, "ETag"));
  assert_true(tag[0] == '"');
  snprintf(request, sizeof request, "GET /index.html HTTP/1.1\r\nHost: h\r\nIf-None-Match: \"x\", %s\r\n\r\n", tag);
  client_request(&client, &response, request);
  assert_int_equal(response.status, 304);
  assert_string_equal(response_header(&response, "ETag"), tag);
  client_request(&client, &response, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_int_equal(response.status, 200);
  assert_true(atoi(response_header(&response, "Content-Length")) > 0);
  client_close(&client);
  fixture_stop(&fixture);
}

static void page_for(struct fixture *fixture, const char *accepted, struct response *response) {
  char request[256];
  snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: %s\r\n\r\n", accepted);
  fixture_request(fixture, response, request);
  assert_int_equal(response->status, 200);
  assert_string_equal(response_header(response, "Vary"), "Accept-Encoding");
}

static void a_page_comes_in_the_smallest_form_that_is_taken(void **state) {
  static const struct {
    const char *accepted, *coding;
  } cases[] = {{"gzip, deflate, br, zstd", "br"},
               {"gzip;q=1", "gzip"},
               {"br;q=0, gzip", "gzip"},
               {"br; Q=0.000,GZIP", "gzip"},
               {"gzip;q=0.0, br;q=0", ""},
               {"brotli, x-gzip", ""},
               {"BR", "br"},
               {"identity", ""}};
  static struct fixture fixture;
  struct response plain, response;
  char size[32], coding[32], tag[64];
  (void)state;
  fixture_start(&fixture, false);
  page_for(&fixture, "identity", &plain);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    page_for(&fixture, cases[i].accepted, &response);
    snprintf(size, sizeof size, "%s", response_header(&response, "Content-Length"));
    snprintf(coding, sizeof coding, "%s", response_header(&response, "Content-Encoding"));
    snprintf(tag, sizeof tag, "%s", response_header(&response, "ETag"));
    bool packed = strcmp(size, response_header(&plain, "Content-Length")) != 0; /* the placeholder page is too small */
    assert_string_equal(coding, packed ? cases[i].coding : "");
    assert_int_equal(strcmp(tag, response_header(&plain, "ETag")) != 0, packed);
  }
  fixture_stop(&fixture);
}

static void put_file(const struct fixture *fixture, const char *name, const char *bytes, size_t size) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", fixture->web_root, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fwrite(bytes, 1, size, file);
  fclose(file);
}

static void start_with_folder(struct fixture *fixture, bool tls) {
  char path[256];
  fixture_prepare(fixture, tls);
  snprintf(fixture->web_root, sizeof fixture->web_root, "%s/web", fixture->folder);
  mkdir(fixture->web_root, 0700);
  snprintf(path, sizeof path, "%s/secret", fixture->folder);
  FILE *file = fopen(path, "w");
  fputs("secret", file);
  fclose(file);
  put_file(fixture, "index.html", "<p>", 3);
  put_file(fixture, ".hidden", "secret", 6);
  snprintf(path, sizeof path, "%s/web/link.txt", fixture->folder);
  assert_int_equal(symlink("../secret", path), 0);
  fixture->setup.web_root = fixture->web_root;
  fixture_run(fixture);
}

static void stop_with_folder(struct fixture *fixture) {
  static const char *const names[] = {"web/index.html", "web/.hidden", "web/link.txt", "web/large.js", "web", "secret"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", fixture->folder, names[i]);
    remove(path);
  }
  fixture_stop(fixture);
}

static void paths_lead_nowhere_else(void **state) {
  static const char *const paths[] = {
      "/secret",         "/../secret",        "/%2e%2e/secret",      "/..%2fsecret",   "/./../secret",
      "/x/../../secret", "/.hidden",          "/%2ehidden",          "/link.txt",      "/..\\secret",
      "/..%5csecret",    "/index.html%00.js", "/index.html/x",       "/web",           "/~root",
      "/\xd0\xbf",       "//etc/passwd",      "/....//....//secret", "/index.html%20", "/%252e%252e/secret"};
  static struct fixture fixture;
  struct response response;
  (void)state;
  start_with_folder(&fixture, false);
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    char request[256];
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", paths[i]);
    struct client client = client_connect(&fixture);
    client_request(&client, &response, request);
    if (response.status != 404 && response.status != 400 && response.status != 0 && response.status != 403)
      fail_msg("%d for %s", response.status, paths[i]);
    assert_null(strstr(response.body, "secret"));
    client_close(&client);
  }
  fixture_request(&fixture, &response, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_string_equal(response.body, "<p>");
  stop_with_folder(&fixture);
}

enum { LARGE = 4000000 };

static char *put_large(struct fixture *fixture) {
  char *large = malloc(LARGE);
  for (size_t i = 0; i < LARGE; i++) large[i] = (char)('a' + i % 23);
  put_file(fixture, "large.js", large, LARGE);
  return large;
}

static void slow_download(bool tls) {
  static struct fixture fixture;
  start_with_folder(&fixture, tls);
  char *large = put_large(&fixture);
  struct client client = client_connect_from(fixture.port, tls, 4096, NULL);
  client_say(&client, "GET /large.js HTTP/1.1\r\nHost: h\r\n\r\n");
  usleep(200000);
  char *head;
  while (!client.size || !(head = memmem(client.bytes, client.size, "\r\n\r\n", 4))) assert_true(client_read(&client));
  size_t start = (size_t)(head - client.bytes) + 4;
  for (int i = 0; client.size < start + LARGE; i++) {
    if (!client_read(&client)) fail_msg("ended after %zu bytes", client.size);
    if (i < 20) usleep(10000);
  }
  assert_memory_equal(client.bytes + start, large, LARGE);
  client_use(&client, start + LARGE);
  struct response response;
  client_request(&client, &response, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"); /* the connection was kept */
  assert_string_equal(response.body, "<p>");
  client_close(&client);
  free(large);
  stop_with_folder(&fixture);
}

static void a_slow_download_is_whole(void **state) {
  (void)state;
  slow_download(false);
  slow_download(true);
}

static void blocked_download(bool tls) {
  static struct fixture fixture;
  start_with_folder(&fixture, tls);
  free(put_large(&fixture));
  struct client clients[5];
  int turns = fixture_turns(&fixture);
  for (size_t i = 0; i < 5; i++) {
    clients[i] = client_connect_from(fixture.port, tls, 4096, NULL);
    client_say(&clients[i], "GET /large.js HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  usleep(200000);
  for (size_t i = 0; i < 5; i++) client_say(&clients[i], "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  usleep(800000);
  fixture_spun_not(&fixture, turns);
  for (size_t i = 0; i < 5; i++) {
    assert_true(client_is_cut(&clients[i], CLIENT_WAIT_MS));
    client_close(&clients[i]);
  }
  fixture_serves(&fixture);
  stop_with_folder(&fixture);
}

static void who_sends_on_and_takes_nothing_is_cut(void **state) {
  (void)state;
  blocked_download(false);
  blocked_download(true);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      fixture_unit_test(the_page_is_served_with_its_headers),
      fixture_unit_test(a_page_comes_in_the_smallest_form_that_is_taken),
      fixture_unit_test(paths_lead_nowhere_else),
      fixture_unit_test(a_slow_download_is_whole),
      fixture_unit_test(who_sends_on_and_takes_nothing_is_cut),
  };
  return cmocka_run_group_tests_name("web", tests, NULL, NULL);
}
