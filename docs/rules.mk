# SPDX-License-Identifier: MIT
# `make docs`: the documents as HTML that works from a file, and the manual pages. `make dist`: this version as
# an archive, from which `make` works.
DOCUMENTS  = $(patsubst %.md,%,$(wildcard *.md docs/*.md labs/*/README*.md))
DOCS       = $(BUILD)/docs
DOCS_HTML  = $(addprefix $(DOCS)/,$(addsuffix .html,$(DOCUMENTS)))
VERSION   := $(shell sed -n 's/.*VIRTLAB_VERSION "\(.*\)"/\1/p' common/version.h)

.PHONY: docs docs-made dist
docs:
	@./packages.sh build docs || echo "make docs: going on with what is there"
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@$(MAKE) --no-print-directory docs-made
docs-made: $(MAN_PAGES) $(DOCS_HTML)
	@mkdir -p $(DOCS)/docs
	@# What else they lead to.
	@cp -R docs/example docs/tui docs/recompute.awk $(DOCS)/docs/
	@cp LICENSE packages.apt $(DOCS)/ && mkdir -p $(DOCS)/bench && cp bench/*.conf $(DOCS)/bench/
	@echo 'begin with $(DOCS)/README.html; the manual pages are in $(BUILD)/share/man'

# Links between documents lead to their HTML.
$(DOCS_HTML): $(DOCS)/%.html: %.md docs/page.css docs/links.lua
	@mkdir -p $(@D)
	$(Q)pandoc --quiet --from gfm --to html5 --standalone --metadata title=$* --metadata lang=$(if $(filter %.ko,$*),ko,en) \
	    --variable title= --lua-filter docs/links.lua --include-in-header docs/page.css --output $@ $<

dist: $(BUILD)/virtlab-$(VERSION).tar.gz
$(BUILD)/virtlab-$(VERSION).tar.gz: FORCE
	@docs/dist.sh $(VERSION) $@
