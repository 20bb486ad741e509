# SPDX-License-Identifier: MIT
# The names of the system calls come from the kernel's own header, so that none is ever missing.
SYSCALL_NAMES = $(BUILD)/gen/minivmm/syscall_names.inc

$(SYSCALL_NAMES): $(KERNEL_HEADERS)/asm/unistd_64.h
	@mkdir -p $(@D)
	awk '$$1 == "#define" && $$2 ~ /^__NR_/ { print "[" $$3 "] = \"" substr($$2, 6) "\"," }' \
	    $< >$@

$(KERNEL_HEADERS)/asm/unistd_64.h: | $(KERNEL_HEADERS)

$(BUILD)/host/minivmm/syscalls.o $(BUILD)/box/minivmm/syscalls.o: $(SYSCALL_NAMES)

# Fuzz targets: clang's libFuzzer, AddressSanitizer and UBSan around the whole library.
FUZZERS      = $(patsubst tests/fuzz/%.c,$(BUILD)/tests/fuzz/%,$(wildcard tests/fuzz/fuzz_vmm_*.c))
FUZZ_SOURCES = $(patsubst %,%.c,$(MINIVMM_O)) $(patsubst %,common/%.c,$(COMMON_BASE))

$(FUZZERS): $(BUILD)/tests/fuzz/%: tests/fuzz/%.c $(FUZZ_SOURCES) $(SYSCALL_NAMES) \
            $(wildcard minivmm/*.h common/*.h tests/unit/vmm_machine.h)
	@mkdir -p $(@D)
	@echo '  making $(@:$(BUILD)/%=%)'
	$(Q)clang -std=gnu17 -O1 -g -I. -I$(BUILD)/gen -D_GNU_SOURCE \
	    -Wno-gnu-variable-sized-type-not-at-end \
	    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
	    -o $@ $(filter %.c,$^)

ifeq ($(SANITIZE),)
test-programs: $(FUZZERS)
endif

# Writes the ACPI tables into files, for a test with ACPI's own compiler.
$(BUILD)/tests/tools/make_acpi: $(BUILD)/host/libminivmm.a $(BUILD)/host/libcommon.a

# The network of user space: the one part with libraries of its own, so it is linked dynamically.
NETWORK = $(LIBEXEC)/minivmm-network

$(NETWORK): $(patsubst %,$(BUILD)/host/%.o,$(call c_files,minivmm/network) \
              minivmm/devices/forward minivmm/boot/sandbox) $(BUILD)/host/libcommon.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LDFLAGS) $(shell pkg-config --libs slirp)

all: $(NETWORK)

include minivmm/guest/rules.mk
