# SPDX-License-Identifier: MIT
# The names of the system calls come from the kernel's own header, so that none is ever missing.
SYSCALL_NAMES = $(BUILD)/gen/minivmm/syscall_names.inc

$(SYSCALL_NAMES): $(KERNEL_HEADERS)/asm/unistd_64.h
	@mkdir -p $(@D)
	awk '$$1 == "#define" && $$2 ~ /^__NR_/ { print "[" $$3 "] = \"" substr($$2, 6) "\"," }' \
	    $< >$@

$(KERNEL_HEADERS)/asm/unistd_64.h: | $(KERNEL_HEADERS)

$(BUILD)/host/minivmm/syscalls.o $(BUILD)/box/minivmm/syscalls.o: $(SYSCALL_NAMES)
