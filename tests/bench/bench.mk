# The load generator and `make bench`.
BENCH_CFLAGS = -std=c11 $(DEFINES) $(WARN) -pthread -O2 -g $(BENCH_EXTRA) -Iinclude -I$(BUILD)/generated -MMD -MP
BENCH_LOAD := options measure frame scan line tls herd crowd result fanout posts idle comeback stampede batch seed sql corpus load
BENCH_BARE := options frame bare

$(BUILD)/bench/%.o: tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) -c $< -o $@
$(BUILD)/bench/load: $(BENCH_LOAD:%=$(BUILD)/bench/%.o) $(BUILD)/libstore.a $(BUILD)/libbase.a
	$(CC) $(BENCH_EXTRA) -pthread -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS)
$(BUILD)/bench/bare: $(BENCH_BARE:%=$(BUILD)/bench/%.o)
	$(CC) $(BENCH_EXTRA) -o $@ $^ -lssl -lcrypto
-include $(wildcard $(BUILD)/bench/*.d)

.PHONY: bench bench-programs
bench-programs: $(BUILD)/bench/load $(BUILD)/bench/bare
# FAST=1 for a quick look.
bench:
	@tests/install.sh build test chaos
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/clubd bench-programs $(NODE_TESTS)
	node tests/bench/run.mjs $(BUILD)
