# fardel. `make help` lists what can be made.
VERSION    := 0.1.0
# No clock is right that is before it: of the newest entry of debian/changelog, so the same wherever it is built.
BUILT      := $(shell date -u -d "$$(sed -n '/^ -- /{s/.*>  //p;q}' debian/changelog)" +%s)
PREFIX     ?= /usr
SYSCONFDIR ?= /etc
BINDIR     ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/fardel
MANDIR     ?= $(PREFIX)/share/man
BASH_COMPLETIONS ?= $(PREFIX)/share/bash-completion/completions
# Where zsh looks is not the same for the system's and for the admin's own.
ZSH_COMPLETIONS  ?= $(PREFIX)/share/zsh/$(if $(filter /usr/local,$(PREFIX)),site-functions,vendor-completions)
FISH_COMPLETIONS ?= $(PREFIX)/share/fish/vendor_completions.d
DESTDIR    ?=
BUILD      ?= build
CC         ?= gcc
CXX        ?= g++
PKG_CONFIG ?= pkg-config

# The programs that only the build runs; they run where it runs.
HOSTCC     ?= $(CC)

# Each library is named once; a program links those that its objects use. With sanitizers nothing is left out that is not used.
# What every start of fardel would load is linked statically, where Debian has it so: a quarter of the time that a start takes.
# STATIC_fardel= links these as shared ones.
LIBS_start   := sqlite3 nettle jansson libsodium yaml-0.1 re2
LIBS_fardel  := libsolv smartcols
LIBS_more    := $(if $(SAN),jansson yaml-0.1 re2)
LIBS_archive := liblzma libzstd nettle zlib $(LIBS_more)
LIBS_fetch   := libcurl
# Of jansson, for tokens of registries, the same.
MORE_fetch   := -Wl,-Bstatic -ljansson -Wl,-Bdynamic
STATIC_fardel ?= -Wl,-Bstatic
MORE_fardel := $(STATIC_fardel) -lzstd $(shell $(PKG_CONFIG) --libs-only-l $(LIBS_start)) -Wl,-Bdynamic
# Lua is linked statically wherever it is: its shared library is one more that hostile scripts would be read by.
LUA_CFLAGS  := $(shell $(PKG_CONFIG) --cflags lua5.4)
LUA         ?= $(shell $(PKG_CONFIG) --variable=libdir lua5.4)/liblua5.4.a
LIBS_all     := $(sort $(LIBS_fardel) $(LIBS_start) $(LIBS_archive) $(LIBS_fetch))

WARN   := -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wstrict-prototypes \
          -Wmissing-prototypes -Wvla -Wformat=2 -Wno-format-nonliteral -Wundef -Wwrite-strings
CFLAGS   ?= -O2 -g
CXXFLAGS ?= $(CFLAGS)
HARDEN := -ffunction-sections -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
ALL_CFLAGS   = -std=c17 -D_GNU_SOURCE -iquote src -I $(BUILD)/gen $(WARN) $(HARDEN) $(CFLAGS) $(SAN)
ALL_CXXFLAGS = -std=c++17 -D_GNU_SOURCE -iquote src -Wall -Wextra -Werror $(HARDEN) $(CXXFLAGS) $(SAN)
ALL_LDFLAGS  = -pie -Wl,-z,relro,-z,now -Wl,--as-needed -Wl,--gc-sections -static-libstdc++ -static-libgcc $(LDFLAGS) $(SAN)

PROGRAMS := $(BUILD)/bin/fardel $(BUILD)/libexec/fardel/fardel-extract \
            $(BUILD)/libexec/fardel/fardel-fetch $(BUILD)/libexec/fardel/fardel-build \
            $(BUILD)/libexec/fardel/fardel-unpack $(BUILD)/libexec/fardel/fardel-live \
            $(BUILD)/libexec/fardel/fardel-lua $(BUILD)/libexec/fardel/fardel-index \
            $(BUILD)/libexec/fardel/fardel-tree
LAYER_DIRS := base sys ext model store net rules solve engine cmd
SOURCES  := $(foreach d,$(LAYER_DIRS),$(wildcard src/$(d)/*.c src/$(d)/*.cc))
OBJECTS  := $(patsubst src/%,$(BUILD)/obj/%.o,$(SOURCES))
LIBRARY  := $(BUILD)/libfardel.a
UNITS    := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))

# Compilers and suites side by side, unless -j says otherwise: one more than there are processors, as suites also wait for disks and clocks. What many
# suites say is kept together.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell tests/lib/processors.py 1) $(if $(filter check check-long asan,$(MAKECMDGOALS)),-O)
endif

all: $(PROGRAMS) $(BUILD)/man/.made completions

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

## make              build into build/
## make demo         the main job, from a real .deb to its removal, in a private root
## make check        all tests (a quarter of an hour on two processors); check-unit, check-solve, check-lua, check-cli, check-life,
##                   check-packages, check-compat, check-crash, check-fault, check-hostile: parts of it
## make check-long   check, crash points and faults in bulk (CONTRIBUTING.md), what hostile cases repeat, mutants, check-deb (three hours); make -k goes on
## make check-web    a repository's web pages in a headless Chromium, where there is one
## make check-deb    the Debian packages: two builds compared, lintian, life in a private root
## make -C packages  the real installers, and a bundle of them (packages/README.md)
## make lint         layers, headers, lengths, format, shellcheck
## make asan         the tests under ASan and UBSan
## make fuzz         the fuzz targets, FUZZ_SECONDS (20) each
## make bench        figures, as ratios measured side by side
## make deps         install what the build and the tests need (Debian, as root)
## make man          the manual pages, from man/, docs/ and the program's tables; make completions: the shells'
## make install      into DESTDIR and PREFIX; make uninstall takes it out; make clean

# The filters of system calls: C that a program of ours prints.
$(BUILD)/tools/%: tools/%.c
	@mkdir -p $(@D)
	$(HOSTCC) -std=c17 -D_GNU_SOURCE $(WARN) -O1 -o $@ $< $$($(PKG_CONFIG) --cflags --libs libseccomp)

# Manual pages and completions: what stands in the program's tables is printed by a program that only the build runs.
MANUAL      := $(BUILD)/tools/manual
COMPLETIONS := $(BUILD)/completions/fardel.bash $(BUILD)/completions/_fardel $(BUILD)/completions/fardel.fish
MANUAL_OBJECTS := $(patsubst tools/manual/%.c,$(BUILD)/obj/manual/%.c.o,$(wildcard tools/manual/*.c))

$(BUILD)/obj/manual/%.c.o: tools/manual/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(CPPFLAGS) -DFARDEL_VERSION='"$(VERSION)"' -MMD -MP -c -o $@ $<

$(MANUAL): $(MANUAL_OBJECTS) $(LIBRARY)
	@mkdir -p $(@D)
	$(CXX) $(ALL_LDFLAGS) -o $@ $^ $(MORE_fardel) $$($(PKG_CONFIG) --libs $(LIBS_fardel))

man: $(BUILD)/man/.made

$(BUILD)/man/.made: $(MANUAL) tools/pages tools/man.awk tools/roff.awk CHANGELOG.md $(wildcard man/*.md docs/*.md rules-api/*.md)
	tools/pages $(MANUAL) $(VERSION) $(@D)
	@touch $@

.PHONY: completions
completions: $(COMPLETIONS)

$(COMPLETIONS): $(BUILD)/completions/%: completions/% $(MANUAL)
	@mkdir -p $(@D)
	$(MANUAL) $(or $(patsubst .%,%,$(suffix $*)),zsh) <$< >$@.new
	mv $@.new $@

$(BUILD)/gen/filters.inc: $(BUILD)/tools/filters
	@mkdir -p $(@D)
	$< >$@.new
	mv $@.new $@

$(BUILD)/obj/store/trust.c.o: CPPFLAGS += -DFARDEL_BUILT='INT64_C($(BUILT))'

$(BUILD)/obj/sys/seccomp.c.o: $(BUILD)/gen/filters.inc

$(BUILD)/obj/ext/lua.c.o $(BUILD)/obj/ext/lua_library.c.o: CPPFLAGS += $(LUA_CFLAGS)

$(BUILD)/obj/%.c.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(CPPFLAGS) -DFARDEL_VERSION='"$(VERSION)"' -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.cc.o: src/%.cc
	@mkdir -p $(@D)
	$(CXX) $(ALL_CXXFLAGS) $(CPPFLAGS) -MMD -MP -c -o $@ $<

$(LIBRARY): $(OBJECTS)
	@rm -f $@
	$(AR) rcsD $@ $^

define link
	@mkdir -p $(@D)
	$(CXX) $(ALL_LDFLAGS) -o $@ $(1) $(LIBRARY) $(3) $$($(PKG_CONFIG) --libs $(2))
endef

$(BUILD)/bin/fardel: $(BUILD)/obj/main.c.o $(LIBRARY)
	$(call link,$<,$(LIBS_fardel),$(MORE_fardel))

$(BUILD)/libexec/fardel/fardel-%: $(BUILD)/obj/work/%.c.o $(LIBRARY)
	$(call link,$<,$(LIBS_$*),$(MORE_$*))

# It runs where no library of ours, nor of this system's version, may be: in any --root. Sanitizers know no static programs.
LIVE   := $(patsubst src/%,$(BUILD)/obj/%.o,$(wildcard src/work/live*.c))
STATIC := $(if $(SAN),-pie,-static-pie)
$(BUILD)/libexec/fardel/fardel-live: $(LIVE) $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(STATIC) -Wl,-z,relro,-z,now -Wl,--gc-sections $(LDFLAGS) $(SAN) -o $@ $^ -lm

# What reads or writes archives. fardel-unpack and fardel-tree run there, too; of libarchive only what reads tars and zips and
# writes tars is in them: as a shared library it brings a dozen others, XML and Unicode among them, into the processes that read
# hostile bytes. TOML's reader is C++; with sanitizers nothing is left out that is not used.
ARCHIVERS := $(foreach p,extract build unpack tree,$(BUILD)/libexec/fardel/fardel-$(p))
$(BUILD)/libexec/fardel/fardel-unpack $(BUILD)/libexec/fardel/fardel-tree: $(BUILD)/obj/work/unpack_members.c.o
$(ARCHIVERS): $(BUILD)/libexec/fardel/fardel-%: $(BUILD)/obj/work/%.c.o $(LIBRARY)
	@mkdir -p $(@D)
	$(if $(SAN),$(CXX),$(CC)) $(STATIC) -Wl,-z,relro,-z,now -Wl,--gc-sections $(LDFLAGS) $(SAN) -o $@ $(filter %.o,$^) $(LIBRARY) -larchive \
		$$($(PKG_CONFIG) --static --libs-only-l $(LIBS_archive)) -lbz2 -lm

$(BUILD)/libexec/fardel/fardel-lua: $(BUILD)/obj/work/lua.c.o $(LIBRARY)
	@mkdir -p $(@D)
	$(CXX) $(STATIC) -Wl,-z,relro,-z,now -Wl,--gc-sections $(LDFLAGS) $(SAN) -o $@ $^ $(LUA) \
		-ljansson $(if $(SAN),-lyaml -lre2) -lnettle -ldl -lm

# Statically, as each start counts. What SQLite would load extensions with is never called: the linker's warning of it says nothing.
INDEX  := $(patsubst src/%,$(BUILD)/obj/%.o,$(wildcard src/work/index*.c))
$(BUILD)/libexec/fardel/fardel-index: $(INDEX) $(LIBRARY)
	@mkdir -p $(@D)
	$(CXX) $(STATIC) -Wl,--no-warnings -Wl,-z,relro,-z,now -Wl,--gc-sections $(LDFLAGS) $(SAN) -o $@ $^ -larchive -lyaml \
		-lsqlite3 -ljansson $$($(PKG_CONFIG) --static --libs-only-l $(LIBS_archive)) -lbz2 -lm

# What runs once is compiled for that; the library that it tests is as it is shipped.
$(BUILD)/unit/%: tests/unit/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -O0 -U_FORTIFY_SOURCE -MMD -MP -MT $@ -c -o $@.o $<
	$(CXX) $(ALL_LDFLAGS) -o $@ $@.o $(LIBRARY) $$($(PKG_CONFIG) --libs libarchive $(LIBS_all) cmocka) -lbz2 $(LUA)

PUZZLE      := $(BUILD)/tests/puzzle
BENCH_SOLVE := $(BUILD)/tests/bench-solve
$(PUZZLE): tests/solve/puzzle.c $(LIBRARY)
	$(call link_test,$<)

$(BENCH_SOLVE): tests/bench/solve.c $(LIBRARY)
	$(call link_test,$<)

# Makes repositories for figures and tests, without any installer.
REPOSITORY  := $(BUILD)/tests/repository
$(REPOSITORY): tests/bench/repository.c $(LIBRARY)
	$(call link_test,$<)

define link_test
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -MT $@ -c -o $@.o $(1)
	$(CXX) $(ALL_LDFLAGS) -o $@ $@.o $(LIBRARY) $(MORE_fardel) $$($(PKG_CONFIG) --libs $(LIBS_fardel))
endef

# Preloaded by tests/fault and tests/hostile into the programs as they are: without their sanitizers.
FAULT_SHIM := $(BUILD)/tests/fault.so
CLOCK_SHIM := $(BUILD)/tests/clock.so
$(FAULT_SHIM): tests/fault/shim.c
$(CLOCK_SHIM): tests/hostile/clock.c
$(FAULT_SHIM) $(CLOCK_SHIM):
	@mkdir -p $(@D)
	$(CC) -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror -O1 -g -fPIC -shared -o $@ $<

# What is static can have nothing preloaded: for tests/fault the same workers, of shared libraries.
DYNAMIC := $(foreach p,extract index tree,$(BUILD)/tests/dynamic/fardel-$(p))
$(BUILD)/tests/dynamic/fardel-tree: $(BUILD)/obj/work/unpack_members.c.o
$(BUILD)/tests/dynamic/fardel-index: $(INDEX)
$(DYNAMIC): $(BUILD)/tests/dynamic/fardel-%: $(BUILD)/obj/work/%.c.o $(LIBRARY)
	@mkdir -p $(@D)
	$(CXX) $(ALL_LDFLAGS) -o $@ $(sort $(filter %.o,$^)) $(LIBRARY) $$($(PKG_CONFIG) --libs libarchive $(LIBS_all)) -lbz2

# The longest first: with -j, none of them is left alone at the end.
check: all check-cli check-hostile check-life check-crash check-fault check-unit check-compat check-solve check-packages \
       check-lua check-web

check-unit: all $(UNITS)
	tests/run unit $(BUILD)

check-solve: all $(PUZZLE)
	tests/run solve $(BUILD)

check-lua: all
	tests/run lua $(BUILD)

check-cli: all $(REPOSITORY)
	tests/run cli $(BUILD)

check-life: all
	tests/run life $(BUILD)

check-packages: all
	$(MAKE) -C packages check BUILD='$(if $(filter /%,$(BUILD)),,../)$(BUILD)'

check-compat: all
	tests/run compat $(BUILD)

check-crash: all
	tests/run crash $(BUILD)

check-fault: all $(FAULT_SHIM) $(DYNAMIC)
	tests/run fault $(BUILD)

check-hostile: all $(CLOCK_SHIM) $(FAULT_SHIM)
	tests/run hostile $(BUILD)

check-web: all
	tests/web $(BUILD)

check-long: check check-mutants check-all-crash check-all-fault check-all-hostile check-deb

check-mutants: all
	tests/run mutants $(BUILD)

check-all-crash: all
	tests/run crash $(BUILD) --all

check-all-fault: all $(FAULT_SHIM) $(DYNAMIC)
	tests/run fault $(BUILD) --all

check-all-hostile: all $(CLOCK_SHIM) $(FAULT_SHIM)
	tests/run hostile $(BUILD) --all

check-deb:
	tests/run deb $(BUILD)

demo: all
	tests/demo $(BUILD)

lint:
	tests/lint

asan:
	$(MAKE) BUILD=build-asan CFLAGS='-O1 -g -fno-omit-frame-pointer' HARDEN=-fPIE \
		SAN='-fsanitize=address,undefined -fno-sanitize-recover=all' check

fuzz:
	tests/fuzz/run

bench: all $(BENCH_SOLVE) $(REPOSITORY)
	tests/bench/run $(BUILD)

deps:
	tests/deps

deb:
	tools/deb . $(BUILD)/deb

.PHONY: deb check-deb

install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(SYSCONFDIR)/fardel
	install -m 0755 $(BUILD)/bin/fardel $(DESTDIR)$(BINDIR)/fardel
	install -m 0755 $(BUILD)/libexec/fardel/* $(DESTDIR)$(LIBEXECDIR)/
	for n in 5 7 8; do install -D -m 0644 -t $(DESTDIR)$(MANDIR)/man$$n $(BUILD)/man/*.$$n || exit; done
	install -D -m 0644 $(BUILD)/completions/fardel.bash $(DESTDIR)$(BASH_COMPLETIONS)/fardel
	install -D -m 0644 $(BUILD)/completions/_fardel $(DESTDIR)$(ZSH_COMPLETIONS)/_fardel
	install -D -m 0644 $(BUILD)/completions/fardel.fish $(DESTDIR)$(FISH_COMPLETIONS)/fardel.fish

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/fardel
	rm -rf $(DESTDIR)$(LIBEXECDIR)
	for n in 5 7 8; do rm -f $(DESTDIR)$(MANDIR)/man$$n/fardel[-.]* $(DESTDIR)$(MANDIR)/man$$n/puavo-pkg.$$n; done
	rm -f $(DESTDIR)$(BASH_COMPLETIONS)/fardel $(DESTDIR)$(ZSH_COMPLETIONS)/_fardel $(DESTDIR)$(FISH_COMPLETIONS)/fardel.fish
	-rmdir $(DESTDIR)$(SYSCONFDIR)/fardel

clean:
	rm -rf build build-asan build-fuzz

.PHONY: all help check check-web check-unit check-solve check-lua check-cli check-life check-packages check-compat check-crash check-fault check-hostile check-long check-mutants check-all-crash check-all-fault check-all-hostile demo lint asan fuzz bench deps \
	install uninstall clean man
.SECONDARY:
-include $(shell find $(BUILD)/obj $(BUILD)/unit -name '*.d' 2>/dev/null)
