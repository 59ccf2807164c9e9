# The browser client inside the binary. `make WEB_CLIENT= …` builds without it: what lies in $(WEB), or else a placeholder.
WEB_CLIENT ?= $(WEB)/index.html
$(BUILD)/generated/web_assets.c: server/net/embed.mjs server/net/placeholder/index.html $(WEB_CLIENT)
	node server/net/embed.mjs $(WEB) server/net/placeholder $@
	@touch $@
$(BUILD)/net/web_assets.o: $(BUILD)/generated/web_assets.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Iserver/net -c $< -o $@
$(BUILD)/libnet.a: $(BUILD)/net/web_assets.o
-include $(BUILD)/net/web_assets.d
