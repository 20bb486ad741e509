# SPDX-License-Identifier: MIT
# The dashboard: `virtlab tui`. The only command that is linked with ncurses.
TUI_ROOMS = tui tui/model tui/layout tui/screen
TUI_O     = $(filter-out tui/cmd_%,$(foreach room,$(filter-out tui/screen,$(TUI_ROOMS)),$(call c_files,$(room))))
SCREEN_O  = $(call c_files,tui/screen)
TUI       = $(LIBEXEC)/virtlab-tui

$(BUILD)/host/libtui.a: $(patsubst %,$(BUILD)/host/%.o,$(filter-out tui/app,$(TUI_O)))

$(TUI): $(patsubst %,$(BUILD)/host/%.o,tui/cmd_tui tui/app $(SCREEN_O)) $(BUILD)/host/libtui.a \
        $(BUILD)/host/liblabs.a $(BUILD)/host/libbench.a $(BUILD)/host/libcommon.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LDFLAGS) $(BENCH_LIBS) -lncursesw -ltinfo -lpthread
all: $(TUI)

# Its layers are tested without a terminal.
TUI_TESTS = $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_tui_*.c))
$(TUI_TESTS): $(BUILD)/tests/unit/%: $(BUILD)/host/tests/unit/%.o $(BUILD)/host/libtui.a \
              $(BUILD)/host/liblabs.a $(BUILD)/host/libbench.a $(BUILD)/host/libcommon.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LDFLAGS) -lcmocka $(BENCH_LIBS) -lpthread

$(BUILD)/tests/unit/test_tui_theme: $(BUILD)/host/tui/screen/theme.o

# Fuzz targets: the model and the layout, and what they stand on, once more, by clang.
FUZZED_ROOMS = bench/process tui/model tui/layout bench/claims bench/tables bench/analysis bench/results common
$(BUILD)/fuzz/libdashboard.a: $(patsubst %,$(BUILD)/fuzz/%.o,$(foreach room,$(FUZZED_ROOMS),$(call c_files,$(room))) \
                                $(addprefix labs/,lab lab_record lab_tests))
$(BUILD)/fuzz/bench/results/environment.o: $(COMMIT_H)
$(TUI_FUZZERS): $(BUILD)/tests/fuzz/%: $(BUILD)/fuzz/tests/fuzz/%.o $(BUILD)/fuzz/libdashboard.a
	@mkdir -p $(@D)
	$(Q)clang -fsanitize=fuzzer,address,undefined -o $@ $^ $(BENCH_LIBS) -lpthread
ifeq ($(SANITIZE),)
test-programs: $(TUI_FUZZERS)
endif
