# The browser client inside the binary. `make WEB_CLIENT= …` builds without it: what lies in $(WEB), or else a placeholder.
WEB_CLIENT ?= $(WEB)/index.html
WEB_ASSETS ?= $(BUILD)/generated/web_assets.c
$(WEB_ASSETS) $(WEB_ASSETS:.c=.bin) &: server/net/embed.mjs server/net/placeholder/index.html $(WEB_CLIENT)
	node server/net/embed.mjs $(WEB) server/net/placeholder $(WEB_ASSETS)
$(BUILD)/net/web_assets.o: $(WEB_ASSETS) $(WEB_ASSETS:.c=.bin)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Iserver/net -c $< -o $@
$(BUILD)/libnet.a: $(BUILD)/net/web_assets.o
-include $(BUILD)/net/web_assets.d
