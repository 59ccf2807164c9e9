# Builds with one rule broken on purpose (include/club/broken.h), and the proof that the tests find each. What names the rule
# is compiled once more, everything else is the ordinary build's.
BROKEN := $(BUILD)/broken
BROKEN_RULES := $(shell sed -n 's/^  \([a-z]*\): { what: .*/\1/p' tests/broken/rules.mjs)
BROKEN_SIMULATED := $(shell sed -n 's/^  \([a-z]*\): { what: .* simulated: .*/\1/p' tests/broken/rules.mjs)
# That which `make test` has found by faults, too: another one each day.
BROKEN_TODAY := $(word $(shell expr $$(date +%j) % $(words $(BROKEN_RULES)) + 1),$(BROKEN_RULES))
# server/room/log.c:gap and so on; what says that anything is broken belongs to every rule.
BROKEN_PLACES := $(shell grep -roE --include='*.c' 'BROKEN(\([a-z]+\)|_WORDS)' server | sed 's/BROKEN[(_]\([a-zA-Z]*\))*/\1/' | sort -u)

define broken_rules
$(1)_SOURCES := $$(sort $$(foreach word,$(1) WORDS,$$(patsubst %.c:$$(word),%.c,$$(filter %:$$(word),$$(BROKEN_PLACES)))))
$(1)_BROKEN := $$(patsubst server/%.c,$(BROKEN)/$(1)/%.o,$$($(1)_SOURCES))
$$($(1)_BROKEN): $(BROKEN)/$(1)/%.o: server/%.c | $$(GENERATED)
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_CFLAGS) -DCLUB_BROKEN=$(1) -I$$(patsubst %/,%,$$(dir $$<)) -c $$< -o $$@
$(BROKEN)/$(1)/clubd: $$($(1)_BROKEN) $(BUILD)/clubd
	$$(CC) $$(CFLAGS) -pthread -o $$@ $$($(1)_BROKEN) \
	  $$(filter-out $$($(1)_BROKEN:$(BROKEN)/$(1)/%=$(BUILD)/%),$$(MAIN_OBJECTS)) \
	  -Wl,--start-group $$(FOLDERS:%=$(BUILD)/lib%.a) -Wl,--end-group $$(LIBS)
$(BROKEN)/$(1)/test_simulation: $$($(1)_BROKEN) $(BUILD)/unit/instance/test_simulation
	$$(CC) $$(ALL_CFLAGS) -Iserver/instance -Itests/unit -o $$@ tests/unit/instance/test_simulation.c $$(instance_HELPERS) \
	  $$(filter-out $$(MAIN_OBJECTS:$(BUILD)/%=$(BROKEN)/$(1)/%),$$($(1)_BROKEN)) $$(UNIT_LINKER) \
	  -Wl,--start-group $$(patsubst %,$(BUILD)/lib%.a,instance $$(DEPS_instance)) -Wl,--end-group -lcmocka $$(LIBS)
-include $$($(1)_BROKEN:.o=.d)
endef
$(foreach rule,$(BROKEN_RULES),$(eval $(call broken_rules,$(rule))))

.PHONY: broken chaos-proves simulation-proves untouched
# make broken BREAK=gap: build/broken/gap/clubd
broken: $(BREAK:%=$(BROKEN)/%/clubd)
chaos-proves:
	@tests/install.sh build test chaos
	@$(MAKE) --no-print-directory -j$(JOBS) $(NODE_TESTS) $(if $(BREAK),$(BREAK:%=$(BROKEN)/%/clubd),$(BROKEN_RULES:%=$(BROKEN)/%/clubd))
	@BUILD=$(BUILD) node tests/broken/faults.mjs $(if $(SEED),--seed $(SEED)) $(BREAK)
simulation-proves:
	@tests/install.sh build test
	@$(MAKE) --no-print-directory -j$(JOBS) $(BROKEN_SIMULATED:%=$(BROKEN)/%/test_simulation)
	@BUILD=$(BUILD) node tests/broken/simulation.mjs
untouched: | $(GENERATED)
	@BUILD=$(BUILD) COMPILE="$(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS))" node tests/broken/untouched.mjs
