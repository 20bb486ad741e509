#!/bin/bash
# SPDX-License-Identifier: MIT
# The manual pages: there is one for each command, no judge finds fault with it, and it names every option.
. "$(dirname "$0")/../lib.sh"

pages=$BUILD/share/man/man1

there_is_one_for_each_command() {
    local command
    for command in "$BUILD"/bin/* "$BUILD"/libexec/virtlab/virtlab-*; do
        [ "${command##*/}" = virtlab-bundle ] || [ -s "$pages/${command##*/}.1" ] || fail "no page of ${command##*/}"
    done
}

no_judge_finds_fault() {
    command -v mandoc >/dev/null || skip user "no mandoc"
    mandoc -Tlint -W warning "$pages"/*.1
    ! grep -l '@[A-Z]*@\|^@help' "$pages"/*.1 || fail "a page is unfinished"
}

# has_options PAGE COMMAND...: what --help names stands in bold, and its sentence below it to the end.
has_options() {
    local page=$1 option
    shift
    "$@" --help >help
    while read -r option; do
        grep '^\\fB' "$pages/$page.1" | grep -qF -- "${option//-/\\-}" ||
            fail "$page.1 does not name $option of $*"
    done < <(sed -nE 's/^ +(-[A-Za-z0-9], )?(--[a-z0-9-]+).*/\2/p' help)
    # Every word of --help is in the page as it is read.
    fmt -w 1 <help | tr -d " " | sed '1,/^Usage:/d' | grep -E '^[a-z]{3,}[.,:]?$' | sort -u >words
    MANWIDTH=200 mandoc -Tutf8 -O width=500 "$pages/$page.1" | sed 's/.\x08//g' | fmt -w 1 | tr -d " " | sort -u >shown
    [ -z "$(comm -23 words shown)" ] || fail "$page.1 lacks $(comm -23 words shown | tr '\n' ' ')"
}

names_every_option() {
    command -v mandoc >/dev/null || skip user "no mandoc"
    local command
    for command in run boot emulate check probe; do has_options minivmm minivmm $command; done
    for command in run check; do has_options minicontainer minicontainer $command; done
    for command in "$BUILD"/libexec/virtlab/virtlab-*; do
        command=${command##*/virtlab-}
        [ "$command" = bundle ] || has_options "virtlab-$command" virtlab "$command"
    done
}

# virtlab(1) leads to every other page.
leads_to_all_pages() {
    local page
    for page in "$pages"/*.1; do
        page=$(basename "$page" .1)
        [ "$page" = virtlab ] || grep -q "\\b$page\\b *\"*(1)" "$pages/virtlab.1" || fail "virtlab(1) does not name $page(1)"
    done
}

it "every command has a page" there_is_one_for_each_command
it "mandoc finds nothing to warn of" no_judge_finds_fault
it "every option of --help is in the page, with its sentence" names_every_option
it "virtlab(1) leads to every other page" leads_to_all_pages
finish
