# SPDX-License-Identifier: MIT
# The labs: the command `virtlab lab`, and of each labs/NN-name what students get, in share/. What only
# the teacher has (hidden tests, solutions, mutants) goes to $(BUILD)/teacher, which is never installed.
LAB   = $(LIBEXEC)/virtlab-lab
LAB_O = $(filter-out labs/cmd_%,$(call c_files,labs))
LABS  = $(patsubst labs/%/lab.conf,%,$(wildcard labs/*/lab.conf))

$(BUILD)/host/liblabs.a: $(patsubst %,$(BUILD)/host/%.o,$(LAB_O))
$(LAB): $(BUILD)/host/labs/cmd_lab.o $(BUILD)/host/liblabs.a $(BUILD)/host/libbench.a \
        $(BUILD)/host/libcommon.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LDFLAGS) $(BENCH_LIBS)
all: $(LAB)

# A handout has no src/: the skeleton that was made of it lies there instead.
LAB_READY = $(patsubst %,$(BUILD)/labs/%.ready,$(LABS))
all: $(LAB_READY)
$(LAB_READY): $(BUILD)/labs/%.ready: $(LAB) $(shell find labs -mindepth 2 -type f)
	@mkdir -p $(@D) $(SHARE)/labs
	@rm -rf $(SHARE)/labs/$* $(BUILD)/teacher/$*
	@mkdir $(SHARE)/labs/$*
	$(Q)cp labs/$*/lab.conf labs/$*/README.md labs/$*/README.ko.md labs/$*/tests/public.conf $(SHARE)/labs/$*/
	@if [ -d labs/$*/src ]; then \
	    mkdir -p -m 700 $(BUILD)/teacher && mkdir $(BUILD)/teacher/$* && \
	    cp -R labs/$*/src labs/$*/tests/hidden.conf labs/$*/tests/mutants.conf labs/$*/INSTRUCTOR.md \
	        $(BUILD)/teacher/$*/ && \
	    { [ ! -d labs/$*/tests/results ] || cp -R labs/$*/tests/results $(BUILD)/teacher/$*/; } && \
	    $(LAB) generate labs/$*/src $(SHARE)/labs/$*/skeleton; \
	 else \
	    cp -R labs/$*/skeleton $(SHARE)/labs/$*/skeleton; \
	 fi
	@cp labs/$*/README.md labs/$*/README.ko.md $(SHARE)/labs/$*/skeleton/
	@touch $@

# Its judge is tested without a box.
$(BUILD)/tests/unit/test_lab_judge: $(BUILD)/host/tests/unit/test_lab_judge.o $(BUILD)/host/liblabs.a \
        $(BUILD)/host/libbench.a $(BUILD)/host/libcommon.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LDFLAGS) -lcmocka $(BENCH_LIBS)

# What students get, and what teachers get: $(BUILD)/virtlab-handout.tar.gz, virtlab-instructor.tar.gz.
.PHONY: handout instructor labs-test
handout instructor: $(LAB) $(LAB_READY)
	@labs/archive.sh $@ $(BUILD)

# The solution of lab 06, static, for the machine with cgroups of version 2 only, which has no compiler.
ifneq ($(wildcard labs/06-cgroups/src/limit.c),)
LAB_LIMIT = $(BUILD)/tests/guests/lab-limit
test-programs: $(LAB_LIMIT)
$(LAB_LIMIT): labs/06-cgroups/src/limit.c $(LAB)
	@mkdir -p $(@D)
	@rm -rf $(BUILD)/labs/limit
	$(Q)$(LAB) generate --step 5 labs/06-cgroups/src $(BUILD)/labs/limit
	$(Q)$(MAKE) -s -C $(BUILD)/labs/limit CFLAGS='-std=gnu17 -O1 -static' limit
	@mv $(BUILD)/labs/limit/limit $@
endif

# Every lab is proved: skeleton, steps, solution, mutants, texts, bad input.
labs-test: all $(LAB_LIMIT)
	@tests/run $(BUILD) '*/labs*.sh'
