# The web client (gateway/web) in a real Chromium, against a real `mudlark up`.  playwright-core comes from
# the npm registry into the build folder; where it, node or Chromium cannot be had, this is skipped aloud.
CHECKS += check-web
.PHONY: check-web
check-web: $(BIN)
	@tests/web/run $(B)
