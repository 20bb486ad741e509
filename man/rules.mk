# SPDX-License-Identifier: MIT
# Manual pages, of hand-written sections and of what each command's --help says; and completion for bash.
# Both lie in share/, so `make install` takes them along.
MAN_PAGES   = $(BUILD)/share/man/man1/virtlab.1
COMPLETIONS = $(addprefix $(BUILD)/share/bash-completion/completions/,virtlab minivmm minicontainer)
all: $(MAN_PAGES) $(COMPLETIONS)

# The commands are asked, so they have to be there; a build with sanitizers asks its own.
$(MAN_PAGES): $(wildcard man/*) CHANGELOG.md common/version.h $(COMMANDS) $(LAB) $(LIBEXEC)/virtlab-tui
	$(Q)man/make.sh $(BUILD)

$(COMPLETIONS): man/virtlab.bash
	@mkdir -p $(@D)
	@cp $< $@
