# SPDX-License-Identifier: MIT
# Small programs that the end-to-end tests use on the host.
TEST_TOOLS = $(patsubst tests/tools/%.c,$(BUILD)/tests/tools/%,$(wildcard tests/tools/*.c))
test-programs: $(TEST_TOOLS)
$(TEST_TOOLS): $(BUILD)/tests/tools/%: $(BUILD)/host/tests/tools/%.o
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LDFLAGS) -ljansson
$(BUILD)/tests/tools/make_samples: $(BUILD)/host/bench/analysis/random.o

# The tests that need hardware KVM, a guest system or pure cgroup v2, in an emulated machine that
# has all three. They end with make, however it ends.
.PHONY: test-kvmbox
test-kvmbox:
	@./packages.sh build test kvmbox
	@$(MAKE) --no-print-directory -j$(JOBS) all test-programs
	@$(MAKE) --no-print-directory guest-linux || echo 'test-kvmbox: without a kernel there is no box'
	@$(MAKE) --no-print-directory guest-linux-small || echo 'test-kvmbox: no small guest'
	@exec setpriv --pdeathsig TERM tests/kvmbox/run.sh $(BUILD)
