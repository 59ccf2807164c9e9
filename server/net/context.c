#include <stdio.h>
#include <string.h>

#include "internal.h"

/* libwebsockets takes a function without a context. Its lines end with a newline. */
static void context_log(int level, const char *text) {
  char line[256];
  (void)level;
  snprintf(line, sizeof line, "%s", text);
  line[strcspn(line, "\r\n")] = '\0';
  log_line(LOG_WARN, "lws", LOG_TEXT("text", line));
}

/* `protocols[0]` takes HTTP and has a name that no client can ask for. Per-session data must be there, or
 * libwebsockets does not report that a protocol was dropped. */
static void context_describe_protocols(struct net *net) {
  struct lws_protocols http = {.name = "(http)",
                               .callback = callback_lws,
                               .per_session_data_size = sizeof(void *),
                               .tx_packet_size = NET_REPLY_LIMIT};
  struct lws_protocols club = {.name = "club.v1",
                               .callback = callback_lws,
                               .per_session_data_size = sizeof(void *),
                               .rx_buffer_size = NET_RECEIVE_SIZE,
                               .tx_packet_size = LIMIT_FRAME + TRANSPORT_HEADROOM};
  net->club_protocols[0] = http;
  net->club_protocols[1] = club;
  net->admin_protocols[0] = http;
}

static void context_describe(struct net *net, struct lws_context_creation_info *info, void **loops) {
  static const lws_retry_bo_t no_validity_timers = {0};
  memset(info, 0, sizeof *info);
  loops[0] = &net->loop;
  info->foreign_loops = loops;
  info->pcontext = &net->context;
  info->user = net;
  memset(&info->gid, 0xff, sizeof info->gid); /* -1, stay who one is: signed in one version, unsigned in another */
  memset(&info->uid, 0xff, sizeof info->uid);
  info->port = CONTEXT_PORT_NO_LISTEN_SERVER;
  info->protocols = net->club_protocols;
  info->retry_and_idle_policy = &no_validity_timers;
  info->timeout_secs = LIMIT_HTTP_SECONDS - 1;
  info->keepalive_timeout = LIMIT_HTTP_SECONDS - 1;
  info->timeout_secs_ah_idle = LIMIT_HTTP_SECONDS - 1;
  /* A whole TLS record and its headroom: of what stays inside OpenSSL libwebsockets takes one more bufferful and then
   * waits for the socket. */
  info->pt_serv_buf_size = SSL3_RT_MAX_PLAIN_LENGTH + 64;
  info->max_http_header_data2 = LIMIT_HTTP_HEADERS;
  info->options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                  LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND | LWS_SERVER_OPTION_SKIP_SERVER_CANONICAL_NAME |
                  LWS_SERVER_OPTION_VALIDATE_UTF8 | LWS_SERVER_OPTION_DISABLE_IPV6;
  if (net->setup.tls) info->options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
}

/* libwebsockets picks a vhost by the Host header, even by its first letters, among those of one port: so the two have
 * different "ports", and which requests are the administrator's is decided by the listening socket alone. */
static bool context_open_vhosts(struct net *net, struct lws_context_creation_info *info) {
  uint64_t options = info->options;
  info->vhost_name = "club";
  info->alpn = "http/1.1";
  if (net->setup.tls) info->options = options | LWS_SERVER_OPTION_CREATE_VHOST_SSL_CTX;
  net->club_vhost = lws_create_vhost(net->context, info);
  if (!net->club_vhost || (net->setup.tls && !net->tls_ready)) return false;
  if (!net->setup.admin_listen) return true;
  info->vhost_name = "admin";
  info->options = options & ~(uint64_t)LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
  info->port = CONTEXT_PORT_NO_LISTEN;
  info->protocols = net->admin_protocols;
  net->admin_vhost = lws_create_vhost(net->context, info);
  return net->admin_vhost != NULL;
}

bool context_open(struct net *net, char *error, size_t size) {
  struct lws_context_creation_info info;
  void *loops[1];
  lws_set_log_level(LLL_ERR | LLL_WARN, context_log);
  context_describe_protocols(net);
  context_describe(net, &info, loops);
  net->context = lws_create_context(&info);
  if (!net->context) {
    snprintf(error, size, "cannot start libwebsockets (is libwebsockets-evlib-uv installed?)");
    return false;
  }
  if (context_open_vhosts(net, &info)) return true;
  snprintf(error, size, "cannot set up libwebsockets' virtual hosts");
  return false;
}
