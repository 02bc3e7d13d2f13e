# Mudlark.  `make help` lists what one can ask for.
#
# A folder is a process: every .c in it but main.c goes into lib<folder>.a, main.c makes the binary.
# bridges/ holds several: a folder of its own for each, and what they share.
# Each test folder under tests/unit links the library of its name and the runtime.  Everything made
# goes below $(B); nothing made is committed.
#
# Tests.  `make check` runs every unit test, then every target named in CHECKS.  A part of the tests
# that is more than a unit test has its own tests/<part>.mk, which is included here:
#
#	CHECKS += check-link                    # a part of `make check`
#	ASAN_CHECKS += check-link               # also wanted in `make asan` (keep it short)
#	.PHONY: check-link
#	check-link: $(B)/tests/scenario/link/drive $(BIN)
#		tests/scenario/link/run $(B)
#
# Each target runs by itself, after everything in BIN, UNIT and TEST_BIN (other programs that tests
# need: `TEST_BIN += $(B)/tests/...`) is built; its output goes to $(B)/check/<target>.log.  It counts
# by the lines it prints, `N passed, M failed` or check's own `100%: Checks: N, Failures: F, Errors: E`,
# and as one test when it prints neither; a target that exits non-zero counts as failed in any case.
# What cannot run on this machine prints `skipped: why` and exits 0.  bench, fuzz, sim and the like are
# defined in tests/*.mk too, with `## help text` behind the target; `need-test` brings clang and the rest.

B ?= build
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
MAKEFLAGS += --no-builtin-rules
# One short line for each step; V=1 shows the commands.
V ?=
Q := $(if $(V),,@)
step = $(if $(V),,@echo '  $(1)')
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:

PKGS_rt := libzmq libprotobuf-c libevent_core libevent_extra libsodium libutf8proc yaml-0.1 libseccomp
PKGS_gateway := $(PKGS_rt) jansson openssl zlib
PKGS_world := $(PKGS_rt) jansson
PKGS_aibridge := $(PKGS_rt) jansson libcurl
PKGS_persist := $(PKGS_rt) jansson libpq sqlite3 zlib
PKGS_deploy := $(PKGS_rt) libedit zlib
PKGS_bridges := $(PKGS_rt) jansson libcurl openssl expat zlib
PKGS_unit_rt := $(PKGS_rt) jansson libcurl

SAN ?=
# At -O2 gcc warns of what the sanitizers' own code does.
OPT ?= $(if $(SAN),-O1,-O2)
IS_CLANG := $(findstring clang,$(shell $(CC) --version 2>/dev/null | head -1))
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wformat=2 -Wvla -Wno-gnu-zero-variadic-macro-arguments -Werror
ifeq ($(IS_CLANG),)
WARN := $(filter-out -Wno-gnu-zero-variadic-macro-arguments,$(WARN))
else
WARN += -Wno-gnu-statement-expression
endif
HARDEN := -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection=full \
	-fno-delete-null-pointer-checks -fno-strict-overflow
# Fortified calls need an optimizer, and are the sanitizers' own business where those are.
FORTIFY = $(if $(SAN)$(filter -O0,$(OPT)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer)
CPPFLAGS += -D_GNU_SOURCE -I. -Iproto -I$(B)/proto/schema $(DEFS)
CFLAGS_ALL = -std=gnu11 $(OPT) -g $(HARDEN) $(FORTIFY) $(SANFLAGS) $(CFLAGS)
LDFLAGS_ALL = -pie -Wl,-z,relro,-z,now,-z,noexecstack $(SANFLAGS) $(LDFLAGS)
cflags = $(shell pkg-config --cflags $(PKGS_$(1)) 2>/dev/null)
LIBS_gateway := -lwslay
LIBS_bridges := -lwslay
libs = $(shell pkg-config --libs $(PKGS_$(1)) 2>/dev/null) $(LIBS_$(1)) -lpthread -lm

SCHEMA := $(wildcard proto/schema/*.proto)
PB_H := $(SCHEMA:%.proto=$(B)/%.pb-c.h)
PB_O := $(SCHEMA:%.proto=$(B)/%.pb-c.o)
src = $(filter-out $(1)/main.c,$(wildcard $(1)/*.c $(1)/*/*.c))
obj = $(patsubst %.c,$(B)/%.o,$(1))

SERVERS := gateway world persist aibridge
# bridges/<name> is a process; what they share is bridges/*.c
BRIDGES := irc discord rss
BIN := $(SERVERS:%=$(B)/bin/mudlark-%) $(BRIDGES:%=$(B)/bin/mudlark-%) $(B)/bin/mudlark

# The commit that is built: 89abcdef0123, or 89abcdef0123.changed when a file is not as it was then.  Where git cannot
# say, `make REVISION=...` may; without it a program knows its version alone.
ifndef REVISION
REVISION := $(shell r=$$(git --git-dir=.git rev-parse --short=12 HEAD 2>/dev/null) || exit 0; \
	git --git-dir=.git --no-optional-locks diff --quiet HEAD || r=$$r.changed; echo "$$r")
endif
export REVISION

# Unit tests: tests/unit/<folder>/test_<module>.c -> $(B)/tests/unit/<folder>/test_<module>
UNIT := $(patsubst %.c,$(B)/%,$(wildcard tests/unit/*/test_*.c))
TEST_BIN :=
CHECKS :=
ASAN_CHECKS :=
include $(wildcard tests/*.mk)

.DEFAULT_GOAL := all
.PHONY: all run check check-now format lint lint-now asan asan-now install unit clean help
all: $(BIN) ## build every process

# What installs packages starts make anew afterwards, with a job for each core unless -j said else.
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
again = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))
.PHONY: need-build need-test need-lint
need-build: groups = build
need-test: groups = build test
need-lint: groups = build test lint
need-build need-test need-lint:
	@deploy/packages.sh $(groups)

# What takes long begins first, so that nothing long is left alone at the end.
LONG := check-fuzz check-sim check-web check-storm
long_first = $(filter $(LONG),$(1)) $(filter-out $(LONG),$(1))

run: need-build ## install what is missing, build, start everything on loopback
	@$(again) all
	@exec $(B)/bin/mudlark up --config deploy/mudlark.yaml

check: need-test ## the same, then every test; the last line counts them
	@$(again) check-now
check-now: all $(UNIT) $(TEST_BIN)
	@tests/check.sh $(B) "$(MAKE) --no-print-directory" $(call long_first,$(UNIT) $(CHECKS))

SOURCES = $(wildcard */*.[ch] */*/*.[ch] */*/*/*.[ch])
format: ## have clang-format lay out every source file
	clang-format -i $(SOURCES)

lint: need-lint ## format, compilers, analyzers, house rules
	@$(again) lint-now
lint-now: all $(UNIT)
	@tests/lint/run $(B) "$(MAKE) --no-print-directory"

asan: need-test ## unit tests and a smoke run under ASan and UBSan
	@$(again) B=$(B)-asan SAN=address,undefined asan-now
asan-now: all $(UNIT) $(TEST_BIN)
	@ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:exitcode=99 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
		tests/check.sh $(B) "$(MAKE) --no-print-directory" $(UNIT) $(ASAN_CHECKS)

$(B)/proto/schema/%.pb-c.c $(B)/proto/schema/%.pb-c.h: proto/schema/%.proto
	@mkdir -p $(@D)
	$(call step,PROTOC $<)
	$(Q)protoc-c -I proto/schema --c_out=$(B)/proto/schema $<
$(B)/proto/schema/%.pb-c.o: $(B)/proto/schema/%.pb-c.c | $(PB_H)
	$(call step,CC $<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_ALL) -w -c -o $@ $<
$(B)/%.o: %.c | $(PB_H)
	@mkdir -p $(@D)
	$(call step,CC $<)
	$(Q)$(CC) $(CPPFLAGS) $(call cflags,$(or $(filter $(firstword $(subst /, ,$*)),$(SERVERS) bridges deploy),rt)) $(CFLAGS_ALL) $(WARN) -MMD -MP -c -o $@ $<

# Tests are compiled more often than they are run, and check's macros are slow to optimize.
$(foreach d,unit scenario support fake fuzz,$(B)/tests/$(d)/%.o): override OPT = -O0

$(B)/librt.a: $(call obj,$(wildcard proto/rt/*.c)) $(PB_O)
	$(call step,AR $@)
	$(Q)rm -f $@ && ar qcs $@ $^
# The build of the processes, in the place of proto/rt/proc_build.c: made anew when it is another, and linked into nothing
# else, so that a commit leaves the tests as they are.
.PHONY: always
$(B)/revision.c: always
	@mkdir -p $(@D)
	@r=$$(printf %.40s "$$REVISION" | tr -cd 'A-Za-z0-9.-'); \
	text=$$(printf '%s\n' '#include "rt/proc.h"' 'const char *proc_build(void)' '{' \
		"	return PROC_VERSION \"$${r:++$$r}\";" '}'); \
	[ "$$text" = "$$(cat $@ 2>/dev/null)" ] || printf '%s\n' "$$text" >$@
$(B)/revision.o: $(B)/revision.c proto/rt/proc.h
	$(call step,CC $<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_ALL) $(WARN) -c -o $@ $<
define server
$(B)/lib$(1).a: $$(call obj,$$(call src,$(1)))
	$$(call step,AR $$@)
	$$(Q)rm -f $$@ && ar qcs $$@ $$^
$(B)/bin/mudlark-$(1): $(B)/$(1)/main.o $(B)/revision.o $(B)/lib$(1).a $(B)/librt.a
	@mkdir -p $$(@D)
	$$(call step,LD $$@)
	$$(Q)$(CC) $$(LDFLAGS_ALL) -o $$@ $$^ $$(call libs,$(1))
endef
$(foreach s,$(SERVERS),$(eval $(call server,$(s))))
$(B)/libbridges.a: $(call obj,$(wildcard bridges/*.c))
	$(call step,AR $@)
	$(Q)rm -f $@ && ar qcs $@ $^
define bridge
$(B)/lib$(1).a: $$(call obj,$$(filter-out bridges/$(1)/main.c,$$(wildcard bridges/$(1)/*.c)))
	$$(call step,AR $$@)
	$$(Q)rm -f $$@ && ar qcs $$@ $$^
$(B)/bin/mudlark-$(1): $(B)/bridges/$(1)/main.o $(B)/revision.o $(B)/lib$(1).a $(B)/libbridges.a $(B)/librt.a
	@mkdir -p $$(@D)
	$$(call step,LD $$@)
	$$(Q)$(CC) $$(LDFLAGS_ALL) -o $$@ $$^ $$(call libs,bridges)
endef
$(foreach b,$(BRIDGES),$(eval $(call bridge,$(b))))
# persist's migrations (persist/schema/*/*.sql), as text in the binary
$(B)/persist/schema.c: persist/schema/embed.sh $(wildcard persist/schema/*/*.sql)
	@mkdir -p $(@D)
	$(Q)sh $< persist/schema > $@
$(B)/persist/schema.o: $(B)/persist/schema.c
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_ALL) -w -c -o $@ $<
$(B)/libpersist.a: $(B)/persist/schema.o
# the web client (gateway/web), as bytes in the binary
$(B)/gateway/page_files.c: gateway/embed.sh $(shell find gateway/web)
	@mkdir -p $(@D)
	$(Q)sh $< gateway/web > $@
$(B)/gateway/page_files.o: $(B)/gateway/page_files.c
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_ALL) -w -c -o $@ $<
$(B)/libgateway.a: $(B)/gateway/page_files.o
$(B)/libdeploy.a: $(call obj,$(filter-out deploy/mudlark.c,$(wildcard deploy/*.c)))
	$(call step,AR $@)
	$(Q)rm -f $@ && ar qcs $@ $^
$(B)/bin/mudlark: $(B)/deploy/mudlark.o $(B)/revision.o $(B)/libdeploy.a $(B)/librt.a
	@mkdir -p $(@D)
	$(call step,LD $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,deploy)

.SECONDEXPANSION:
unit_of = $(firstword $(subst /, ,$(1)))
$(B)/tests/unit/%: $(B)/tests/unit/%.o $$(if $$(filter rt,$$(call unit_of,$$*)),,$(B)/lib$$(call unit_of,$$*).a) \
		$$(if $$(filter $(BRIDGES),$$(call unit_of,$$*)),$(B)/libbridges.a) $(B)/librt.a
	$(call step,LD $@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call libs,$(or $(if $(filter rt,$(call unit_of,$*)),unit_rt),$(if \
		$(filter $(BRIDGES),$(call unit_of,$*)),bridges),$(call unit_of,$*))) $(shell pkg-config --libs check 2>/dev/null)

unit: $(UNIT) ## unit tests only
	@tests/check.sh $(B) "$(MAKE) --no-print-directory" $(UNIT)

export PREFIX ?= /usr/local
export DESTDIR SYSCONFDIR LOCALSTATEDIR
install: all ## into $(DESTDIR)$(PREFIX): programs, packs, configuration, units, man page
	@deploy/install.sh install $(B)
.PHONY: uninstall
uninstall: ## take that away; configuration and data stay
	@deploy/install.sh uninstall $(B)
clean: ## remove what was built
	rm -rf $(B)
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | sort | expand -t 16

-include $(shell find $(B) -name '*.d' -type f 2>/dev/null)
