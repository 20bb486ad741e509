# SPDX-License-Identifier: MIT
# The container's system call filter is made from seccomp.list when the tool is built, so that
# starting a container neither links libseccomp nor waits for it.
SECCOMP_FILTER = $(BUILD)/gen/minicontainer/seccomp_filter.h

$(BUILD)/gen/make_seccomp: minicontainer/make_seccomp.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -O1 $(WARNINGS) -D_GNU_SOURCE -o $@ $< -lseccomp

$(SECCOMP_FILTER): minicontainer/seccomp.list $(BUILD)/gen/make_seccomp
	@mkdir -p $(@D)
	$(Q)$(BUILD)/gen/make_seccomp $< >$@

$(BUILD)/box/minicontainer/seccomp.o $(BUILD)/host/minicontainer/seccomp.o: $(SECCOMP_FILTER)
