# SPDX-License-Identifier: MIT
# virtlab: `make help` lists what can be made.

BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
TIERS   ?= build test lint

CC     ?= gcc
# The boxes and everything that runs in them are static and linked with musl: a third of a
# millisecond less at every start than glibc. Elsewhere: make BOX_CC=gcc PROGRAM_CC=gcc.
BOX_CC     ?= musl-gcc
PROGRAM_CC ?= musl-gcc
BOX_LDFLAGS ?= -static

WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
           -Wpointer-arith -Wwrite-strings -Wformat=2 -Wundef -Wvla $(if $(CI),-Werror)
OPTIMISE ?= -O2 -g
SANITIZE ?=
CFLAGS_ALL = -std=gnu17 $(OPTIMISE) $(WARNINGS) $(SANITIZE) -I. -I$(BUILD)/gen -D_GNU_SOURCE \
             -DVIRTLAB_PREFIX='"$(PREFIX)"' -MMD -MP $(CFLAGS)
# musl-gcc hides the system's headers; the kernel's own are wanted all the same.
KERNEL_HEADERS = $(BUILD)/kernel-headers
BOX_CFLAGS     = $(CFLAGS_ALL) -isystem $(KERNEL_HEADERS)

BIN     = $(BUILD)/bin
LIBEXEC = $(BUILD)/libexec/virtlab
SHARE   = $(BUILD)/share/virtlab

# `make V=1` shows every command; otherwise one short line for each file made.
Q = $(if $(V),,@$(call announce,$@) )
announce = printf '  making %s\n' $(1:$(BUILD)/%=%);

.PHONY: all run test setup lint format asan fresh-test install clean help
.DELETE_ON_ERROR:
.SECONDARY:
all:

help:
	@echo 'make run          install what is missing, build, and compare the boxes on this machine'
	@echo 'make test         install what the tests need, then run every test; KVMBOX=no: without Linux guests'
	@echo 'make paper        a report of this machine: every experiment, claims, figures (15 minutes)'
	@echo 'make              build into $(BUILD)/; the commands are in $(BIN)/'
	@echo 'make labs-test    prove every lab: skeleton, steps, solution, mutants, bad input'
	@echo 'make handout      the archive for students: no solutions, no hidden tests'
	@echo 'make instructor   the archive for teachers: everything, and each step of each lab'
	@echo 'make slides       the lectures as HTML and PDF; RESULTS=DIR: with the figures of that run'
	@echo 'make lint         layout, static analysis, shell scripts, spelling'
	@echo 'make test-kvmbox  the tests that boot Linux, in an emulated machine with hardware KVM'
	@echo 'make asan         the tests under AddressSanitizer and UBSan'
	@echo 'make fuzz MINUTES=60   every fuzz target; they share the time'
	@echo 'make docs         the documents as HTML, and the manual pages'
	@echo 'make dist         this version as an archive, $(BUILD)/virtlab-VERSION.tar.gz'
	@echo 'make fresh-test   make run and make test in a clean Debian (root, needs mmdebstrap)'
	@echo 'make guest-linux         a guest of Debian: its kernel for clouds, and busybox'
	@echo 'make guest-linux-small   a guest with a kernel of our own configuration (5 to 10 minutes)'
	@echo 'make install      into $$(DESTDIR)$$(PREFIX), default /usr/local'
	@echo 'make setup TIERS="build test"   install the packages of those tiers of packages.apt'
	@echo 'make format       let clang-format lay out every C file'
	@echo 'make clean        remove $(BUILD)/'

# What the two boxes need of common/, in the C library that they are linked with.
COMMON_BASE = error text options timeline explain observer streams paths host_file process_stat

c_files = $(patsubst %.c,%,$(wildcard $(1)/*.c))
BENCH_COMMANDS = $(patsubst bench/cmd_%.c,%,$(wildcard bench/cmd_*.c))

COMMON_HOST_O   = $(patsubst %,$(BUILD)/host/%.o,$(call c_files,common))
COMMON_BOX_O    = $(patsubst %,$(BUILD)/box/common/%.o,$(COMMON_BASE))
MINIVMM_ROOMS   = minivmm minivmm/boot minivmm/devices
MINIVMM_O       = $(filter-out minivmm/main,$(foreach room,$(MINIVMM_ROOMS),$(call c_files,$(room))))
MINICONTAINER_O = $(filter-out minicontainer/main minicontainer/make_%,$(call c_files,minicontainer))
BENCH_ROOMS     = bench $(addprefix bench/,process results analysis tables folders harness experiments claims \
                  report doctor)
BENCH_O         = $(filter-out bench/virtlab bench/cmd_%,$(foreach room,$(BENCH_ROOMS),$(call c_files,$(room))))

$(BUILD)/host/libcommon.a:        $(COMMON_HOST_O)
$(BUILD)/box/libcommon.a:         $(COMMON_BOX_O)
$(BUILD)/host/libminivmm.a:       $(patsubst %,$(BUILD)/host/%.o,$(MINIVMM_O))
$(BUILD)/box/libminivmm.a:        $(patsubst %,$(BUILD)/box/%.o,$(MINIVMM_O))
$(BUILD)/host/libminicontainer.a: $(patsubst %,$(BUILD)/host/%.o,$(MINICONTAINER_O))
$(BUILD)/box/libminicontainer.a:  $(patsubst %,$(BUILD)/box/%.o,$(MINICONTAINER_O))
$(BUILD)/host/libbench.a:         $(patsubst %,$(BUILD)/host/%.o,$(BENCH_O))

# Made anew too when a list above has changed.
$(BUILD)/%.a: Makefile
	@mkdir -p $(@D)
	@rm -f $@
	$(if $(V),,@)ar rcs $@ $(filter %.o,$^)

$(KERNEL_HEADERS):
	@mkdir -p $(@D)/kernel-headers.tmp
	@ln -sfn /usr/include/linux /usr/include/asm-generic $(@D)/kernel-headers.tmp/
	@ln -sfn /usr/include/$(shell uname -m)-linux-gnu/asm $(@D)/kernel-headers.tmp/asm
	@mv $(@D)/kernel-headers.tmp $@

$(BUILD)/host/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) -c -o $@ $<

$(BUILD)/box/%.o: %.c | $(KERNEL_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(BOX_CC) $(BOX_CFLAGS) -c -o $@ $<

# The boxes.
$(BIN)/minivmm: $(BUILD)/box/minivmm/main.o $(BUILD)/box/libminivmm.a $(BUILD)/box/libcommon.a
$(BIN)/minicontainer: $(BUILD)/box/minicontainer/main.o $(BUILD)/box/libminicontainer.a \
                      $(BUILD)/box/libcommon.a
$(BIN)/minivmm $(BIN)/minicontainer:
	@mkdir -p $(@D)
	$(Q)$(BOX_CC) $(BOX_LDFLAGS) $(SANITIZE) -o $@ $^ $(LDFLAGS)

# The harness: one dispatcher, one command each.
BENCH_LIBS = -ljansson -lcpuid -lm
$(BIN)/virtlab: $(BUILD)/host/bench/virtlab.o $(BUILD)/host/libbench.a $(BUILD)/host/libcommon.a
$(LIBEXEC)/virtlab-%: $(BUILD)/host/bench/cmd_%.o $(BUILD)/host/libbench.a \
                      $(BUILD)/host/libcommon.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LDFLAGS) $(BENCH_LIBS)
$(BIN)/virtlab:
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LDFLAGS) $(BENCH_LIBS)

# The programs under measurement: small, static, and never sanitized, since they run in a VM.
PROGRAMS = $(patsubst bench/%.c,$(LIBEXEC)/%,$(wildcard bench/workloads/*.c bench/probes/*.c bench/antagonists/*.c))
$(LIBEXEC)/workloads/% $(LIBEXEC)/probes/% $(LIBEXEC)/antagonists/%: PROGRAM = $(patsubst $(LIBEXEC)/%,bench/%.c,$@)
$(PROGRAMS): $(LIBEXEC)/%: bench/%.c $(wildcard bench/workloads/*.h bench/probes/*.h bench/antagonists/*.h) \
             | $(KERNEL_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(PROGRAM_CC) -std=gnu17 -O2 $(WARNINGS) -D_GNU_SOURCE -I. -isystem $(KERNEL_HEADERS) -static \
	    -o $@ $<

DATA = $(patsubst bench/%,$(SHARE)/%,$(wildcard bench/*.conf bench/*.csv bench/plots/*))
$(DATA): $(SHARE)/%: bench/%
	@mkdir -p $(@D)
	@cp $< $@

LOCALES = $(patsubst bench/po/%.po,$(BUILD)/share/locale/%/LC_MESSAGES/virtlab.mo,\
                     $(wildcard bench/po/*.po))
$(LOCALES): $(BUILD)/share/locale/%/LC_MESSAGES/virtlab.mo: bench/po/%.po
	@mkdir -p $(@D)
	@msgfmt --check -o $@ $<

COMMANDS = $(if $(wildcard minivmm/main.c),$(BIN)/minivmm) \
           $(if $(wildcard minicontainer/main.c),$(BIN)/minicontainer) \
           $(if $(wildcard bench/virtlab.c),$(BIN)/virtlab) \
           $(patsubst %,$(LIBEXEC)/virtlab-%,$(BENCH_COMMANDS))

all: $(COMMANDS) $(PROGRAMS) $(DATA) $(LOCALES)

include $(wildcard */rules.mk)

# The two commands of the README.
JOBS = $(shell nproc)
run:
	@./packages.sh build
	@$(MAKE) --no-print-directory -j$(JOBS) all
	$(BIN)/virtlab compare

# KVMBOX=no leaves out the machine with hardware KVM and the guests that it boots, half of the time, and what only a Linux guest can show is skipped.
KVMBOX ?= yes
test:
	@./packages.sh build test
	@$(MAKE) --no-print-directory -j$(JOBS) all test-programs
	@$(MAKE) --no-print-directory asan-build
ifneq ($(KVMBOX),no)
	@./packages.sh kvmbox
	@$(MAKE) --no-print-directory guest-linux guest-linux-small || echo "make test: without guests, their tests are skipped"
endif
	@VIRTLAB_ASAN=$(BUILD)/asan tests/run $(BUILD)
ifneq ($(KVMBOX),no)
	@$(MAKE) --no-print-directory test-kvmbox
endif

asan: asan-build
	@tests/run $(BUILD)/asan

SANITIZERS = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
asan-build:
	@$(MAKE) --no-print-directory -j$(JOBS) BUILD=$(BUILD)/asan BOX_CC=$(CC) BOX_LDFLAGS= \
	    SANITIZE='$(SANITIZERS)' all test-programs
	@# The guests are the same ones.
	@mkdir -p $(BUILD)/asan/share/virtlab
	@ln -sfn ../../../share/virtlab/guest $(BUILD)/asan/share/virtlab/guest
.PHONY: asan-build test-programs

# Unit tests: one cmocka program per file. Guests: small programs that the tests run in the boxes.
UNIT_TESTS = $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_*.c))
GUESTS     = $(patsubst tests/guests/%.c,$(BUILD)/tests/guests/%,$(wildcard tests/guests/*.c))
test-programs: $(UNIT_TESTS) $(GUESTS)

$(BUILD)/tests/unit/%: $(BUILD)/host/tests/unit/%.o \
                       $(if $(BENCH_O),$(BUILD)/host/libbench.a) \
                       $(if $(MINIVMM_O),$(BUILD)/host/libminivmm.a) \
                       $(if $(MINICONTAINER_O),$(BUILD)/host/libminicontainer.a) \
                       $(BUILD)/host/libcommon.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LDFLAGS) -lcmocka $(BENCH_LIBS)

$(GUESTS): $(BUILD)/tests/guests/%: tests/guests/%.c | $(KERNEL_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(PROGRAM_CC) -std=gnu17 -O1 -Wall -Wextra -D_GNU_SOURCE -isystem $(KERNEL_HEADERS) -static \
	    $(if $(findstring nolibc,$<),-nostdlib -ffreestanding -fno-stack-protector) -o $@ $<

TIERS ?= build test
setup:
	@./packages.sh $(TIERS)

C_FILES     = $(shell git ls-files -co --exclude-standard '*.c' '*.h')
SHELL_FILES = $(shell git ls-files -co --exclude-standard '*.sh' .ci/run tests/run)
lint:
	@./packages.sh build test lint
	@clang-format --dry-run --Werror $(C_FILES)
	@# Not the unit tests: cppcheck does not know that a failed cmocka assertion ends the test.
	@cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 -I. -D_GNU_SOURCE -D__x86_64__ \
	    --enable=warning,portability --suppress=missingIncludeSystem -j2 \
	    $(filter-out tests/unit/%,$(filter %.c,$(C_FILES)))
	@shellcheck $(SHELL_FILES)
	@codespell --skip '*.po,*.pot,$(BUILD)' $(shell git ls-files -co --exclude-standard)
	@$(MAKE) --no-print-directory -j$(JOBS) CI=1 BUILD=$(BUILD)/lint OPTIMISE=-O2 all test-programs >/dev/null
	@echo 'lint: clean'

format:
	clang-format -i $(C_FILES)

fresh-test:
	@./packages.sh test
	tests/fresh-test.sh

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec $(DESTDIR)$(PREFIX)/share
	cp -R $(BIN)/. $(DESTDIR)$(PREFIX)/bin/
	cp -R $(BUILD)/libexec/. $(DESTDIR)$(PREFIX)/libexec/
	cp -R $(BUILD)/share/. $(DESTDIR)$(PREFIX)/share/

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
