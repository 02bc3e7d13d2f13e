# What `make install` installs: units of systemd, started by a systemd of their own where that can be, and the man page.
CHECKS += check-systemd check-man
.PHONY: check-systemd check-man
check-systemd: $(BIN)
	@tests/scenario/deploy/systemd.sh $(B) "$(MAKE) --no-print-directory"
check-man: $(BIN)
	@tests/scenario/deploy/man.sh $(B)
