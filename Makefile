# clubd, the chat server of the club.
#   make run      installs what is missing, builds, serves the club and prints the link to open
#   make run-cluster   the same with two instances, PostgreSQL, Redis and haproxy, each of which one may kill
#   make images   builds the container images of docker/compose.yaml, with Docker or podman
#   make test     installs what is missing, builds, runs every test; the last line counts them
#   make          installs what is missing, builds build/clubd
#   make unit     the unit tests; unit-room and so on: those of one folder
#   make asan     unit and wire tests under AddressSanitizer and UBSan
#   make chaos    three minutes in which everything breaks, networks, disks and clocks too; as root; FOR=3600 SEED=7
#   make faults   ten minutes of faults over three instances, PostgreSQL and Redis; FOR=60 SEED=7
#   make power    200 power cuts under each store, as root; CUTS=50 STORE=sqlite SEED=7
#   make torture  each single write, flush, sending, receiving and piece of memory under the store fails once; TORTURE=20
#   make chaos-proves   builds with one rule broken each: faults must find it; simulation-proves: so must the simulation
#   make bench    the load generator's table
#   make gallery  a picture of every page into build/gallery, to be looked at; ONLY=zh-phone for a part
#   make lint     silent when all is well; make format: puts the C sources into form; make layers: who may call whom
ifeq ($(origin CC),default)
CC := gcc
endif
BUILD ?= build
FOLDERS := base wire store bus room member method api connection instance net
WARN := -Wall -Wextra -Wshadow -Wconversion -Werror
CFLAGS ?= -O2 -g
# Without memory uthash leaves an element out (its hh.tbl is NULL then) instead of ending the process.
DEFINES := -D_GNU_SOURCE -DHASH_NONFATAL_OOM=1
ALL_CFLAGS = -std=c11 $(DEFINES) $(WARN) -pthread $(CFLAGS) -Iinclude -I$(BUILD)/generated -MMD -MP
# hiredis has TLS in a library of its own, from Debian 13 on.
HIREDIS_TLS := $(if $(wildcard /usr/include/hiredis/hiredis_ssl.h),-lhiredis_ssl)
LIBS := -lwebsockets -luv -lssl -lcrypto -ljansson -lsqlite3 -lpq -lhiredis $(HIREDIS_TLS) -largon2 -licuuc -licui18n -lstemmer -lz -lpthread -lm
# Which folders a folder may call: also the order of linking and the rule that `make layers` checks.
DEPS_base :=
DEPS_wire := base
DEPS_store := base
DEPS_bus := base
DEPS_room := store bus wire base
DEPS_member := room wire store base
DEPS_method := room member store bus wire base
DEPS_api := member room wire store base
DEPS_connection := method room member store bus wire base
DEPS_instance := connection api method room member bus wire base store
DEPS_net := base
# Gold links a unit program in half the time, and it comes with binutils or does not.
UNIT_LINKER := $(if $(shell command -v ld.gold),-fuse-ld=gold)

JOBS ?= $(shell nproc)

.PHONY: all run run-cluster images test asan bench lint format layers unit unit-programs clean
.DEFAULT_GOAL := all
all:
	@tests/install.sh build
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/clubd

run: all
	@echo "Serving the club; its data lie in $${CLUB_DATA:-var}. Ctrl-C ends it."
	@exec $(BUILD)/clubd serve

run-cluster:
	@tests/install.sh build cluster
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/clubd $(NODE_TESTS)
	@CLUBD=$(BUILD)/clubd exec node tests/cluster/run.mjs

# podman forgets clubd's HEALTHCHECK in its own format.
ENGINE ?= $(shell command -v docker || command -v podman)
DEBIAN ?= bookworm
IMAGE_BUILD = BUILDAH_FORMAT=docker $(ENGINE) build $(IMAGE_FLAGS) --build-arg DEBIAN=$(DEBIAN)
images:
	$(IMAGE_BUILD) -f docker/Dockerfile -t clubd .
	for part in balancer redis postgresql; do \
	  $(IMAGE_BUILD) -f docker/services.Dockerfile --target $$part -t club-$$part . || exit 1; done

# ---- what the description of the protocol becomes ----

GENERATED := $(addprefix $(BUILD)/generated/,methods.h methods.c protocol.ts)
$(GENERATED) &: server/wire/openrpc.json server/wire/generate.mjs $(wildcard server/wire/generate/*.mjs)
	node server/wire/generate.mjs $(BUILD)/generated
$(BUILD)/wire/methods.o: $(BUILD)/generated/methods.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Iserver/wire -c $< -o $@
-include $(BUILD)/wire/methods.d
# The reference page; protocol-check fails when it is stale.
.PHONY: protocol protocol-check
protocol:
	node server/wire/generate.mjs --page
protocol-check:
	@node server/wire/generate.mjs --check

# Memory that is refused, waiting that fails: the server's own code asks the test.
TORTURES := $(addprefix $(BUILD)/unit/store/,test_torture test_postgres_torture test_postgres_server_torture)
MEMORY_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*/test_memory.c)) $(BUILD)/unit/connection/test_inbox
# These are linked each by itself, all others of a folder together (tests/unit/together.c): that spares a hundred links.
ALONE := $(TORTURES) $(MEMORY_TESTS) $(BUILD)/unit/instance/test_simulation

.PHONY: FORCE
define folder_rules
$(1)_OBJECTS := $$(patsubst server/%.c,$$(BUILD)/%.o,$$(wildcard server/$(1)/*.c server/$(1)/*/*.c))
$$(BUILD)/lib$(1).a: $$($(1)_OBJECTS)
	rm -f $$@ && ar rcs $$@ $$^
$$(BUILD)/$(1)/%.o: server/$(1)/%.c | $$(GENERATED)
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_CFLAGS) -Iserver/$(1) -c $$< -o $$@
$(1)_TESTS := $$(patsubst tests/unit/%.c,$$(BUILD)/unit/%,$$(wildcard tests/unit/$(1)/test_*.c))
$(1)_HELPERS := $$(patsubst tests/unit/%.c,$$(BUILD)/unit/%.o,$$(filter-out tests/unit/$(1)/test_%,$$(wildcard tests/unit/$(1)/*.c)))
$(1)_HEADERS := $$(wildcard include/club/*.h server/$(1)/*.h tests/unit/*.h tests/unit/$(1)/*.h)
$(1)_ALONE := $$(filter $$(ALONE),$$($(1)_TESTS))
$(1)_TOGETHER := $$(filter-out $$(ALONE),$$($(1)_TESTS))
$(1)_LIBRARIES := $$(BUILD)/lib$(1).a $$(foreach d,$$(DEPS_$(1)),$$(BUILD)/lib$$(d).a)
$(1)_UNIT = $$(CC) $$(ALL_CFLAGS) $$(UNIT_FLAGS) -Iserver/$(1) -Itests/unit -c
$(1)_LINK = $$(CC) $$(ALL_CFLAGS) $$(filter %.o,$$^) -o $$@ $$(UNIT_LINKER) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group -Wl,--as-needed -lcmocka $$(LIBS)
$$($(1)_TESTS:=.o) $$($(1)_HELPERS): $$(BUILD)/unit/%.o: tests/unit/%.c $$($(1)_HEADERS) Makefile | $$(GENERATED)
	@mkdir -p $$(@D)
	$$($(1)_UNIT) $$(if $$(filter $$(@:.o=),$$($(1)_TOGETHER)),-Dmain=$$(notdir $$*)_main) $$< -o $$@
$$($(1)_ALONE): %: %.o $$($(1)_HELPERS) $$($(1)_LIBRARIES)
	$$($(1)_LINK)
$$(BUILD)/unit/$(1)/together.list: FORCE
	@mkdir -p $$(@D)
	@echo '$$($(1)_TOGETHER)' | cmp -s - $$@ || echo '$$($(1)_TOGETHER)' > $$@
$$(BUILD)/unit/$(1)/together.o: tests/unit/together.c $$(BUILD)/unit/$(1)/together.list
	$$($(1)_UNIT) '-DTESTS=$$(patsubst %,TEST(%),$$(notdir $$($(1)_TOGETHER)))' $$< -o $$@
$$(BUILD)/unit/$(1)/together: $$(BUILD)/unit/$(1)/together.o $$($(1)_TOGETHER:=.o) $$($(1)_HELPERS) $$($(1)_LIBRARIES)
	$$($(1)_LINK)
$$($(1)_TOGETHER): $$(BUILD)/unit/$(1)/together
	ln -f $$< $$@
unit-$(1): $$($(1)_TESTS)
	@for t in $$^; do echo "$$$$t"; $$$$t || exit 1; done
-include $$($(1)_OBJECTS:.o=.d) $$($(1)_TESTS:=.d) $$($(1)_HELPERS:.o=.d)
endef
$(foreach f,$(FOLDERS),$(eval $(call folder_rules,$(f))))
$(BUILD)/libwire.a: $(BUILD)/wire/methods.o
$(TORTURES) $(MEMORY_TESTS): LIBS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
$(BUILD)/unit/store/test_postgres_torture: LIBS += -Wl,--wrap=poll,--wrap=usleep,--wrap=clock_gettime
# Into PostgreSQL's processes, which know nothing of sanitizers.
$(BUILD)/unit/store/test_postgres_server_torture: | $(BUILD)/unit/store/faulty_server.so
$(BUILD)/unit/store/%.so: tests/unit/store/preload/%.c tests/unit/store/faulty_server.h
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARN) -O2 -g -shared -fPIC $< -o $@

# What is built in as it is.
$(BUILD)/base/builtin.o: server/base/club.json
$(BUILD)/member/common_passwords.o: server/member/common_passwords.txt
$(BUILD)/store/migrations.o: $(wildcard server/store/migrations/*.sql server/store/migrations/postgres/*.sql)

MAIN_OBJECTS := $(patsubst server/%.c,$(BUILD)/%.o,$(wildcard server/*.c))
$(BUILD)/%.o: server/%.c | $(GENERATED)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Iserver -c $< -o $@

$(BUILD)/clubd: $(MAIN_OBJECTS) $(foreach f,$(FOLDERS),$(BUILD)/lib$(f).a)
	$(CC) $(CFLAGS) -pthread -o $@ $(MAIN_OBJECTS) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS)

-include $(MAIN_OBJECTS:.o=.d)

unit:
	@tests/install.sh build test
	@$(MAKE) --no-print-directory $(FOLDERS:%=unit-%)
unit-programs: $(foreach f,$(FOLDERS),$($(f)_TESTS))

# ---- the browser client ----

WEB := build/web
CLIENT_PACKAGES := client-web/node_modules/.package-lock.json
CLIENT_SOURCES := $(shell find client-web -name node_modules -prune -o -type f -print)
.PHONY: client-types
$(CLIENT_PACKAGES): client-web/package.json client-web/package-lock.json
	cd client-web && npm ci --no-progress --loglevel=error
	@touch $@
$(WEB)/index.html: $(CLIENT_SOURCES) $(CLIENT_PACKAGES)
	cd client-web && npm run --silent build
	@touch $@
client-types: $(CLIENT_PACKAGES)
	@cd client-web && npm run --silent typecheck
include server/net/net.mk

# ---- tests ----

NODE_TESTS := tests/node_modules/.package-lock.json
$(NODE_TESTS): tests/package.json tests/package-lock.json
	cd tests && npm ci --no-progress --loglevel=error
	@touch $@

test:
	@tests/install.sh build test chaos
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/clubd $(BUILD)/unit/instance/test_simulation sanitized \
	  $(BROKEN_SIMULATED:%=$(BROKEN)/%/test_simulation) $(BROKEN)/$(BROKEN_TODAY)/clubd $(NODE_TESTS) $(CLIENT_PACKAGES)
	@BUILD=$(BUILD) ASAN_BUILD=$(ASAN_BUILD) BROKEN_TODAY=$(BROKEN_TODAY) node tests/run.mjs

ASAN_BUILD := $(BUILD)/asan
# Instrumented code makes gcc guess wrongly about lengths and about what is set: the plain build looks at those.
ASAN_FLAGS := -O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined \
  -Wno-format-truncation -Wno-maybe-uninitialized
# The tests' own code, which runs little, is compiled in a third of the time when nothing is optimised, and only its memory
# is watched.
ASAN_UNIT_FLAGS := -O0 -fno-sanitize=undefined
# With the client that the plain build has made.
.PHONY: sanitized
sanitized: $(WEB_ASSETS)
	@$(MAKE) --no-print-directory BUILD=$(ASAN_BUILD) WEB_ASSETS=$(WEB_ASSETS) CFLAGS="$(ASAN_FLAGS)" UNIT_FLAGS="$(ASAN_UNIT_FLAGS)" \
	  $(ASAN_BUILD)/clubd unit-programs
asan:
	@tests/install.sh build test
	@$(MAKE) --no-print-directory -j$(JOBS) sanitized $(NODE_TESTS)
	@BUILD=$(BUILD) ASAN_BUILD=$(ASAN_BUILD) node tests/run.mjs asan

# Every page in three languages, two sizes, light and dark.
.PHONY: gallery
gallery:
	@tests/install.sh build test
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/clubd $(NODE_TESTS)
	@CLUBD=$(BUILD)/clubd node tests/browser/gallery.mjs $(BUILD)/gallery $(ONLY)

# Networks, disks and clocks of its own in which everything breaks, as root.
.PHONY: chaos
chaos:
	@tests/install.sh build test chaos
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/clubd $(NODE_TESTS)
	@CLUBD=$(BUILD)/clubd node tests/cluster/chaos.mjs $(if $(FOR),--for $(FOR)) $(if $(SEED),--seed $(SEED)) $(if $(LEAST),--least $(LEAST)) $(if $(REPORT),--report $(REPORT)) $(if $(LOGS),--logs $(LOGS))

# Faults under load over three instances; FOR: seconds, SEED: those of an earlier run again.
.PHONY: faults
faults:
	@tests/install.sh build test
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/clubd $(NODE_TESTS)
	@CLUBD=$(BUILD)/clubd node tests/cluster/faults.mjs $(if $(FOR),--for $(FOR)) $(if $(SEED),--seed $(SEED))

# Power cuts under the store; STORE: sqlite, postgres or both; SEED: those of an earlier run again; BREAK=async: a store that
# answers before it flushes, which must be found.
.PHONY: power
CUTS ?= 200
STORE ?= both
power:
	@tests/install.sh build test
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/clubd $(NODE_TESTS)
	@CLUBD=$(BUILD)/clubd node tests/cluster/power.mjs --cuts $(CUTS) --store $(STORE) $(if $(SEED),--seed $(SEED)) $(if $(BREAK),--break $(BREAK))

# Every fault under the store, of which `make test` tries a share; TORTURE=20: one of twenty.
.PHONY: torture
torture:
	@tests/install.sh build test
	@$(MAKE) --no-print-directory -j$(JOBS) $(TORTURES)
	@TORTURE=$(TORTURE) node tests/torture.mjs $(TORTURES)

-include tests/bench/bench.mk
-include tests/broken/broken.mk
-include tests/fuzz/fuzz.mk

# ---- checks ----

SOURCES = $(shell find server include tests -path '*/node_modules' -prune -o \( -name '*.c' -o -name '*.h' \) -print)
format:
	@tests/install.sh lint
	@clang-format -i $(SOURCES)

layers: $(foreach f,$(FOLDERS),$(BUILD)/lib$(f).a)
	@BUILD=$(BUILD) node tests/layers.mjs

lint:
	@tests/install.sh build test lint
	@BUILD=$(BUILD) JOBS=$(JOBS) DEFINES='$(DEFINES)' tests/lint.sh

clean:
	rm -rf $(BUILD)
