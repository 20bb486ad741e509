# SPDX-License-Identifier: MIT
# `make slides`: the lectures, as one HTML file each that works from a file, and as PDF, in English and
# Korean. What is a figure in them comes from RESULTS, folders as `virtlab bench` writes them; the
# first that answers is believed. `make slides RESULTS=results/latest` shows this machine.
RESULTS   ?= docs/example $(sort $(wildcard slides/results/*))
SLIDES     = $(BUILD)/slides
DECKS      = $(patsubst slides/%.md,%,$(wildcard slides/[0-9]*.md))
SLIDES_HTML = $(patsubst %,$(SLIDES)/%.html,$(DECKS))
SLIDES_DATA = $(SLIDES)/data
FIGURES    = $(patsubst slides/figures/%.fig,%,$(wildcard slides/figures/*.fig))
CHROMIUM  ?= chromium
# As root chromium refuses its own sandbox; it shows only what was made here.
CHROMIUM_FLAGS = --headless --disable-gpu $(if $(filter 0,$(shell id -u)),--no-sandbox)
language   = $(if $(filter %.ko,$(1)),ko,en)

.PHONY: slides slides-record
slides:
	@./packages.sh build slides || echo "make slides: going on with what is there"
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@$(MAKE) --no-print-directory slides-made
slides-made: $(SLIDES_HTML)
	@if command -v $(CHROMIUM) >/dev/null; then \
	    $(MAKE) --no-print-directory $(SLIDES_HTML:.html=.pdf); \
	 else echo 'make slides: no chromium here, so no PDF; the HTML files print as well'; fi
	@echo 'the slides are in $(SLIDES)/'
.PHONY: slides-made

# Everything that is put into decks: the figures as CSV, the plots, the drawings.
RESULTS_FILES = $(foreach folder,$(RESULTS),$(wildcard $(folder)/samples.jsonl $(folder)/env.json))
# Tests say that there is nothing to build: SLIDES_VIRTLAB=.
SLIDES_VIRTLAB ?= $(BIN)/virtlab
$(SLIDES_DATA)/%.made: $(RESULTS_FILES) $(wildcard slides/figures/*.fig) slides/figure.awk slides/data.sh \
                       $(SLIDES_VIRTLAB)
	@mkdir -p $(SLIDES_DATA)
	$(Q)slides/data.sh $(BIN)/virtlab $(SLIDES_DATA)/$* $* $(RESULTS)
	@touch $@

SLIDES_STYLE = $(SLIDES)/style.html
$(SLIDES_STYLE): slides/deck.css slides/deck.js
	@mkdir -p $(@D)
	@{ echo '<style>'; cat slides/deck.css; echo '</style><script>'; cat slides/deck.js; echo '</script>'; } >$@

$(SLIDES_HTML): $(SLIDES)/%.html: slides/%.md slides/deck.html slides/filter.lua slides/fill.awk \
                $(SLIDES_STYLE) $(SLIDES_DATA)/en.made $(SLIDES_DATA)/ko.made $(wildcard slides/recorded/*)
	$(Q)awk -f slides/fill.awk -v lang=$(call language,$*) -v recorded=slides/recorded \
	    $(SLIDES_DATA)/$(call language,$*)/*.csv $< >$(SLIDES)/$*.md
	@pandoc --from markdown-implicit_figures --to html5 --section-divs --self-contained --no-highlight \
	    --variable lang=$(call language,$*) --template slides/deck.html --lua-filter slides/filter.lua \
	    --include-in-header $(SLIDES_STYLE) --resource-path $(SLIDES_DATA)/$(call language,$*) \
	    --output $@ $(SLIDES)/$*.md

$(SLIDES)/%.pdf: $(SLIDES)/%.html
	@# It writes on a profile of its own; what it says of a desktop that is not there tells nothing.
	$(Q)profile=$$(mktemp -d) && { HOME=$$profile $(CHROMIUM) $(CHROMIUM_FLAGS) --user-data-dir=$$profile \
	    --no-pdf-header-footer --print-to-pdf=$(abspath $@) "file://$(abspath $<)" 2>$$profile/said || \
	    cat $$profile/said >&2; rm -rf $$profile; }
	@test -s $@

# Runs every demonstration anew, and keeps what it printed beside the decks.
slides-record: all
	slides/record.sh $(BUILD)
