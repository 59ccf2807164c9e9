#ifndef BASE_CONFIG_PARSE_H
#define BASE_CONFIG_PARSE_H
/* One parser for each form that a setting's value has. A parser fills the field and gives NULL, or says what is wrong
 * with the value ("is neither on nor off"): a text that follows the value in a message. */
#include "club/config.h"

const char *config_parse_text(struct config *config, void *field, const char *value);
const char *config_parse_switch(struct config *config, void *field, const char *value);
const char *config_parse_endpoint(struct config *config, void *field, const char *value);
const char *config_parse_url(struct config *config, void *field, const char *value);
const char *config_parse_store(struct config *config, void *field, const char *value);
const char *config_parse_redis(struct config *config, void *field, const char *value);
const char *config_parse_origins(struct config *config, void *field, const char *value);
const char *config_parse_proxies(struct config *config, void *field, const char *value);
/* Adds the networks that this machine is attached to, its loopback left out. */
const char *config_add_attached(struct config *config);
const char *config_parse_rate(struct config *config, void *field, const char *value);
const char *config_parse_file(struct config *config, void *field, const char *value);
const char *config_parse_folder(struct config *config, void *field, const char *value);
const char *config_parse_data(struct config *config, void *field, const char *value);
#endif
