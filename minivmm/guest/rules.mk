# SPDX-License-Identifier: MIT
# Guest systems for `minivmm boot`: a kernel and an initial file system each.
GUEST_WORK = $(BUILD)/guest
GUEST_O    = $(BUILD)/host/minivmm/boot/cpio.o $(BUILD)/host/common/error.o $(BUILD)/host/common/text.o

$(GUEST_WORK)/init: $(wildcard minivmm/guest/*.h) minivmm/devices/layout.h minivmm/guest/init.c minivmm/guest/program.c \
                    minivmm/guest/ports.c | $(KERNEL_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(PROGRAM_CC) -std=gnu17 -Os $(WARNINGS) -D_GNU_SOURCE -I. -isystem $(KERNEL_HEADERS) -static -s \
	    -o $@ $(filter %.c,$^)

$(GUEST_WORK)/make_initrd: $(BUILD)/host/minivmm/guest/make_initrd.o $(GUEST_O)
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LDFLAGS)

test-programs: $(GUEST_WORK)/init $(GUEST_WORK)/make_initrd

# Both look for themselves at what is there already and what has changed.
.PHONY: guest-linux guest-linux-small
guest-linux: $(GUEST_WORK)/init $(GUEST_WORK)/make_initrd
	@minivmm/guest/debian.sh $(abspath $(GUEST_WORK)) $(abspath $^) $(abspath $(SHARE))/guest/debian

guest-linux-small: $(GUEST_WORK)/init $(GUEST_WORK)/make_initrd
	@./packages.sh guest
	@minivmm/guest/small.sh $(abspath $(GUEST_WORK)) $(abspath $^) $(abspath $(SHARE))/guest/small $(JOBS)
