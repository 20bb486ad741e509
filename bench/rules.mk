# SPDX-License-Identifier: MIT
# What virtlab says about its own making: written anew at each make, changed only when it differs,
# so that a second make does nothing. Outside a git work tree the commit is empty.
COMMIT_H = $(BUILD)/gen/commit.h
C_STRING = "$(subst ",\",$(subst \,\\,$(strip $(1))))"

.PHONY: FORCE
$(COMMIT_H): FORCE
	@mkdir -p $(@D)
	@commit=$$(git rev-parse --short=12 HEAD 2>/dev/null) || commit=; \
	 [ -z "$$commit" ] || git diff --quiet HEAD -- 2>/dev/null || commit=$$commit+changes; \
	 compiler=$$($(CC) --version | head -n 1 | tr -d '\\"'); \
	 { echo '/* SPDX-License-Identifier: MIT */'; \
	   echo '/* Made by bench/rules.mk. */'; \
	   echo "#define VIRTLAB_COMMIT \"$$commit\""; \
	   echo "#define VIRTLAB_COMPILER \"$$compiler\""; \
	   printf '%s\n' '#define VIRTLAB_FLAGS $(call C_STRING,$(OPTIMISE) $(SANITIZE) $(CFLAGS))'; \
	   printf '%s\n' '#define VIRTLAB_BOXES $(call C_STRING,$(BOX_CC) $(OPTIMISE) $(BOX_LDFLAGS) $(SANITIZE))'; \
	   printf '%s\n' '#define VIRTLAB_PROGRAMS $(call C_STRING,$(PROGRAM_CC) -O2 -static)'; \
	 } >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
$(BUILD)/host/bench/results/environment.o: $(COMMIT_H)

# SHA-256, for the machine's identifier and the hash of env.json.
BENCH_LIBS += -lmd

# `make po` collects what is to be translated from the sources, and brings every bench/po/LANGUAGE.po
# up to date: new sentences come empty, changed ones marked fuzzy, and both are shown in English
# until a person has written the translation (and taken the mark away). A new language is a new
# file: msginit --input=$(BUILD)/virtlab.pot --output=bench/po/LANGUAGE.po
.PHONY: po
po:
	@mkdir -p $(BUILD)
	xgettext --language=C --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=STAGE_NAME --add-comments=Translators: \
	    --package-name=virtlab --no-location --sort-by-file -o $(BUILD)/virtlab.pot \
	    $(sort $(wildcard common/*.[ch] $(foreach room,$(BENCH_ROOMS) $(TUI_ROOMS) labs,$(room)/*.[ch])))
	for file in bench/po/*.po; do \
	    msgmerge --quiet --update --backup=none --no-wrap $$file $(BUILD)/virtlab.pot; done

# A report of this machine from a clean clone, in less than 15 minutes: every experiment, the ledger of
# claims, tables, figures as SVG, PDF and PNG. PAPER=--quick is a first look, PAPER=--full has three
# times the runs; PAPER_LANG=ko is in Korean.
PAPER      ?=
PAPER_LANG ?= en
.PHONY: paper
paper:
	@./packages.sh build
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@mkdir -p $(BUILD)/paper
	$(BIN)/virtlab bench all $(PAPER) --out $(BUILD)/paper >$(BUILD)/paper/tables.txt
	$(BIN)/virtlab claims $(BUILD)/paper/latest >$(BUILD)/paper/claims.txt
	$(BIN)/virtlab report --lang $(PAPER_LANG) $(BUILD)/paper/latest

# Fuzz targets: the reader of results and all that works with what it reads; the reader of claims, and
# what holds their rules against figures.
FIGURES_FUZZED = bench/results/results.c bench/results/results_line.c \
                 $(patsubst %,bench/analysis/%.c,observations figures statistics dip trend random) \
                 common/error.c common/text.c
CLAIMS_FUZZED  = $(FIGURES_FUZZED) $(wildcard bench/claims/*.c) bench/analysis/measures.c \
                 bench/results/params.c bench/results/stages.c bench/results/timeline_file.c \
                 $(patsubst %,common/%.c,i18n ini paths table table_export table_markup table_text \
                     terminal width)
# tui/rules.mk makes these: named in here, since it is read after minivmm's, which makes all others.
TUI_FUZZERS    = $(patsubst %,$(BUILD)/tests/fuzz/fuzz_%,timeline dashboard neighbours)
BENCH_FUZZERS  = $(patsubst %,$(BUILD)/tests/fuzz/fuzz_%,results claims)
$(BUILD)/tests/fuzz/fuzz_results: $(FIGURES_FUZZED)
$(BUILD)/tests/fuzz/fuzz_claims: $(CLAIMS_FUZZED)
$(BENCH_FUZZERS): $(BUILD)/%: %.c $(wildcard bench/*/*.h common/*.h)
	@mkdir -p $(@D)
	$(Q)clang -std=gnu17 -O1 -g -I. -D_GNU_SOURCE -DVIRTLAB_PREFIX='"$(PREFIX)"' \
	    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
	    -o $@ $(filter %.c,$^) -ljansson -lm
ifeq ($(SANITIZE),)
test-programs: $(BENCH_FUZZERS)
endif

# The numbers of the system calls, as the kernel's headers have them.
SYSCALL_NUMBERS = $(BUILD)/gen/bench/experiments/syscalls_64.inc $(BUILD)/gen/bench/experiments/syscalls_32.inc
$(SYSCALL_NUMBERS): $(BUILD)/gen/bench/experiments/syscalls_%.inc: $(KERNEL_HEADERS)/asm/unistd_%.h
	@mkdir -p $(@D)
	$(Q)awk '$$1 == "#define" && $$2 ~ /^__NR_/ { print $$3 ", /* " substr($$2, 6) " */" }' $< >$@
$(KERNEL_HEADERS)/asm/unistd_32.h: | $(KERNEL_HEADERS)
$(BUILD)/host/bench/experiments/reach.o: $(SYSCALL_NUMBERS)

# What the experiment `image` ships and starts: a library in two versions of the same name, a program
# for each, and the loader of this machine, so that they run wherever three files can be given.
IMAGE         = $(LIBEXEC)/image
IMAGE_LIBRARY = libvirtlab-version.so.1
IMAGE_DYNAMIC = $(CC) -std=gnu17 -O2 $(WARNINGS) -fPIC -ffreestanding -fno-stack-protector -nostdlib
IMAGE_FILES   = $(foreach n,1 2,$(IMAGE)/$(n)/$(IMAGE_LIBRARY) $(IMAGE)/$(n)/wants) \
                $(addprefix $(IMAGE)/,loader dynamic kernel overlay)
all: $(IMAGE_FILES)

$(IMAGE)/%/$(IMAGE_LIBRARY): bench/image/version.c
	@mkdir -p $(@D)
	$(Q)$(IMAGE_DYNAMIC) -shared -Wl,-soname,$(IMAGE_LIBRARY) -DVERSION=$* -o $@ $<
$(IMAGE)/%/wants: bench/image/wants.c $(IMAGE)/%/$(IMAGE_LIBRARY)
	$(Q)$(IMAGE_DYNAMIC) -pie -DVERSION=$* -o $@ $^
$(IMAGE)/dynamic: bench/image/dynamic.c
	@mkdir -p $(@D)
	$(Q)$(IMAGE_DYNAMIC) -pie -o $@ $<
$(IMAGE)/loader:
	@mkdir -p $(@D)
	$(Q)cp "$$($(CC) -print-file-name=ld-linux-x86-64.so.2)" $@
$(IMAGE)/kernel $(IMAGE)/overlay: $(IMAGE)/%: bench/image/%.c | $(KERNEL_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(PROGRAM_CC) -std=gnu17 -O2 $(WARNINGS) -D_GNU_SOURCE -isystem $(KERNEL_HEADERS) -static \
	    -o $@ $<

# All probes in one program: each compiled once more, with a name of its own for main().
RELAY        = $(LIBEXEC)/probes/relay
RELAY_PROBES = $(filter-out target,$(patsubst bench/probes/%.c,%,$(wildcard bench/probes/*.c)))
RELAY_INC    = $(BUILD)/gen/bench/relay_probes.inc
RELAY_CC     = $(PROGRAM_CC) -std=gnu17 -O2 $(filter-out -Wmissing-prototypes,$(WARNINGS)) -D_GNU_SOURCE \
               -I. -I$(BUILD)/gen -isystem $(KERNEL_HEADERS)

$(RELAY_INC): $(wildcard bench/probes) bench/rules.mk
	@mkdir -p $(@D)
	@for probe in $(RELAY_PROBES); do echo "PROBE(probe_$$(echo $$probe | tr - _), \"$$probe\")"; done >$@
$(BUILD)/relay/%.o: bench/probes/%.c $(wildcard bench/probes/*.h) | $(KERNEL_HEADERS)
	@mkdir -p $(@D)
	$(Q)$(RELAY_CC) -Dmain=probe_$(subst -,_,$*) -c -o $@ $<
$(RELAY): bench/relay/relay.c $(RELAY_INC) $(patsubst %,$(BUILD)/relay/%.o,$(RELAY_PROBES))
	@mkdir -p $(@D)
	$(Q)$(RELAY_CC) -static -o $@ $(filter-out %.inc,$^)
all: $(RELAY)

# The first process of the machines that peers make.
$(LIBEXEC)/peers/init: bench/peers/init.c
	@mkdir -p $(@D)
	$(Q)$(PROGRAM_CC) -std=gnu17 -O2 $(WARNINGS) -D_GNU_SOURCE -static -o $@ $<
all: $(LIBEXEC)/peers/init
