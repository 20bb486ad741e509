# SPDX-License-Identifier: MIT
# The names of the system calls come from the kernel's own header, so that none is ever missing.
SYSCALL_NAMES = $(BUILD)/gen/minivmm/syscall_names.inc

$(SYSCALL_NAMES): $(KERNEL_HEADERS)/asm/unistd_64.h
	@mkdir -p $(@D)
	awk '$$1 == "#define" && $$2 ~ /^__NR_/ { print "[" $$3 "] = \"" substr($$2, 6) "\"," }' \
	    $< >$@

$(KERNEL_HEADERS)/asm/unistd_64.h: | $(KERNEL_HEADERS)

$(BUILD)/host/minivmm/syscalls.o $(BUILD)/box/minivmm/syscalls.o: $(SYSCALL_NAMES)

# Fuzz targets: the library once more, by clang, with AddressSanitizer, UBSan and what libFuzzer wants
# to see of it. A target is a file tests/fuzz/fuzz_NAME.c; seeds are in tests/fuzz/corpus/fuzz_NAME/.
FUZZERS = $(patsubst tests/fuzz/%.c,$(BUILD)/tests/fuzz/%,\
                     $(filter-out $(patsubst $(BUILD)/%,%.c,$(BENCH_FUZZERS) $(TUI_FUZZERS)),$(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_CFLAGS = -std=gnu17 -O1 -g -I. -I$(BUILD)/gen -D_GNU_SOURCE -MMD -MP -DVIRTLAB_PREFIX='"$(PREFIX)"' \
              -Wno-gnu-variable-sized-type-not-at-end \
              -fsanitize=address,undefined -fno-sanitize-recover=undefined
FUZZ_O = $(patsubst %,$(BUILD)/fuzz/%.o,$(MINIVMM_O) $(patsubst %,common/%,$(COMMON_BASE)))

$(BUILD)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(Q)clang $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -c -o $@ $<

$(BUILD)/fuzz/minivmm/syscalls.o: $(SYSCALL_NAMES)
$(BUILD)/fuzz/libminivmm.a: $(FUZZ_O)

$(FUZZERS): $(BUILD)/tests/fuzz/%: $(BUILD)/fuzz/tests/fuzz/%.o $(BUILD)/fuzz/libminivmm.a
	@mkdir -p $(@D)
	$(Q)clang -fsanitize=fuzzer,address,undefined -o $@ $^

ifeq ($(SANITIZE),)
test-programs: $(FUZZERS)
endif

# `make fuzz MINUTES=60`: so long in all, the time shared by all targets. What they find stays in
# $(BUILD)/fuzz-found/, and so do the inputs that reached something new, for the next time.
MINUTES ?= 10
ALL_FUZZERS = $(FUZZERS) $(BENCH_FUZZERS) $(TUI_FUZZERS)
.PHONY: fuzz
fuzz: $(ALL_FUZZERS) $(GUESTS)
	@printf '%s\n' $(notdir $(ALL_FUZZERS)) | xargs -P $(JOBS) -I TARGET \
	    tests/fuzz/run.sh $(BUILD) TARGET \
	    $$(($(MINUTES) * 60 * $(JOBS) / $(words $(ALL_FUZZERS)))) $(BUILD)/fuzz-found/TARGET

# Writes the ACPI tables into files, for a test with ACPI's own compiler.
$(BUILD)/tests/tools/make_acpi: $(BUILD)/host/libminivmm.a $(BUILD)/host/libcommon.a

# The network of user space: the one part with libraries of its own, so it is linked dynamically.
NETWORK = $(LIBEXEC)/minivmm-network

$(NETWORK): $(patsubst %,$(BUILD)/host/%.o,$(call c_files,minivmm/network) \
              minivmm/devices/forward minivmm/devices/sandbox) $(BUILD)/host/libcommon.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LDFLAGS) $(shell pkg-config --libs slirp)

all: $(NETWORK)

include minivmm/guest/rules.mk
