# SPDX-License-Identifier: MIT
# Small programs that the end-to-end tests use on the host.
TEST_TOOLS = $(patsubst tests/tools/%.c,$(BUILD)/tests/tools/%,$(wildcard tests/tools/*.c))
test-programs: $(TEST_TOOLS)
$(TEST_TOOLS): $(BUILD)/tests/tools/%: $(BUILD)/host/tests/tools/%.o
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LDFLAGS) -ljansson
$(BUILD)/tests/tools/make_samples: $(BUILD)/host/bench/random.o
