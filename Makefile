# clubd: `make run` serves the club, `make test` runs all tests.
CC ?= gcc
BUILD ?= build
FOLDERS := base wire store bus room member method api connection net
WARN := -Wall -Wextra -Wshadow -Wconversion -Werror
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE $(WARN) -pthread $(CFLAGS) -Iinclude -I$(BUILD)/generated -MMD -MP
LIBS := -lwebsockets -luv -lssl -lcrypto -ljansson -lsqlite3 -largon2 -licuuc -licui18n -lz -lpthread -lm
# Which folders a folder may call: also the order of linking and the rule that `make layers` checks.
DEPS_base :=
DEPS_wire := base
DEPS_store := base
DEPS_bus := base
DEPS_room := wire base
DEPS_member := base
DEPS_method := room member wire base
DEPS_api := member wire base
DEPS_connection := method room member wire base
DEPS_net := base

.PHONY: all lib clean unit
all: $(BUILD)/clubd

define folder_rules
$(1)_OBJECTS := $$(patsubst server/%.c,$$(BUILD)/%.o,$$(wildcard server/$(1)/*.c server/$(1)/*/*.c))
$$(BUILD)/lib$(1).a: $$($(1)_OBJECTS)
	rm -f $$@ && ar rcs $$@ $$^
$$(BUILD)/$(1)/%.o: server/$(1)/%.c
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_CFLAGS) -Iserver/$(1) -c $$< -o $$@
$(1)_TESTS := $$(patsubst tests/unit/%.c,$$(BUILD)/unit/%,$$(wildcard tests/unit/$(1)/test_*.c))
$$(BUILD)/unit/$(1)/%: tests/unit/$(1)/%.c $$(BUILD)/lib$(1).a $$(foreach d,$$(DEPS_$(1)),$$(BUILD)/lib$$(d).a)
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_CFLAGS) -Iserver/$(1) -Itests/unit $$< -o $$@ -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group -lcmocka $$(LIBS)
unit-$(1): $$($(1)_TESTS)
	@for t in $$^; do echo "$$$$t"; $$$$t || exit 1; done
-include $$($(1)_OBJECTS:.o=.d)
endef
$(foreach f,$(FOLDERS),$(eval $(call folder_rules,$(f))))

MAIN_OBJECTS := $(patsubst server/%.c,$(BUILD)/%.o,$(wildcard server/*.c))
$(BUILD)/%.o: server/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Iserver -c $< -o $@

$(BUILD)/clubd: $(MAIN_OBJECTS) $(foreach f,$(FOLDERS),$(BUILD)/lib$(f).a)
	$(CC) $(CFLAGS) -pthread -o $@ $(MAIN_OBJECTS) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS)

unit: $(foreach f,$(FOLDERS),unit-$(f))
clean:
	rm -rf $(BUILD)
