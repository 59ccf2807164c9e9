# Fuzzing, on request only: `make fuzz-frame FUZZ_SECONDS=600`. Needs clang and its sanitizer runtime.
FUZZ_SECONDS ?= 60
FUZZ_FLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
FUZZ_BUILD := $(BUILD)/fuzz

.PHONY: fuzz-frame
fuzz-frame:
	@$(MAKE) --no-print-directory CC=clang BUILD=$(FUZZ_BUILD) CFLAGS="$(FUZZ_FLAGS)" $(FUZZ_BUILD)/libwire.a $(FUZZ_BUILD)/libbase.a
	clang -std=c11 $(DEFINES) $(WARN) $(FUZZ_FLAGS) -Iinclude -I$(FUZZ_BUILD)/generated tests/fuzz/frame.c -o $(FUZZ_BUILD)/frame \
	  -fsanitize=fuzzer -Wl,--start-group $(FUZZ_BUILD)/libwire.a $(FUZZ_BUILD)/libbase.a -Wl,--end-group $(LIBS)
	@mkdir -p $(FUZZ_BUILD)/frames
	$(FUZZ_BUILD)/frame -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -dict=tests/fuzz/frame.dict $(FUZZ_BUILD)/frames tests/fuzz/frames
