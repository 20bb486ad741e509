#!/bin/bash
# SPDX-License-Identifier: MIT
# Completion for bash: it offers what --help offers, no more and no less; and it does so at a real prompt.
. "$(dirname "$0")/../lib.sh"

script=$BUILD/share/bash-completion/completions/virtlab

# completed LINE: what is offered at the end of LINE, one a line. As bash does, words are broken at "=" too.
completed() {
    bash --norc -c '
        . "$1"
        line=$2
        COMP_LINE=$line COMP_POINT=${#line} COMP_WORDS=() word=
        for ((i = 0; i < ${#line}; i++)); do
            case ${line:i:1} in
            " ") [ -z "$word" ] || COMP_WORDS+=("$word"); word= ;;
            "=") [ -z "$word" ] || COMP_WORDS+=("$word"); COMP_WORDS+=("="); word= ;;
            *) word+=${line:i:1} ;;
            esac
        done
        # Right behind a "=" the word to be completed is that sign.
        [[ $line == *= ]] || COMP_WORDS+=("$word")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _virtlab "${COMP_WORDS[0]}"
        printf "%s\n" "${COMPREPLY[@]}"' - "$script" "$1" 2>/dev/null | grep . | sort -u
}

# Every command's options: those of --help.
offers_the_options() {
    local command
    while read -r command; do
        # shellcheck disable=SC2086 # words
        $command --help | sed -nE 's/^ +(-[A-Za-z0-9], )?(--[a-z0-9-]+)(=?).*/\2\3/p' | sort -u >expected
        [ "$(wc -l <expected)" -ge 3 ] || fail "$command --help has no options"
        completed "$command --" | diff expected - || fail "$command: other options are completed"
    done < <(
        printf 'minivmm %s\n' run boot emulate check probe
        printf 'minicontainer %s\n' run check
        for command in "$BUILD"/libexec/virtlab/virtlab-*; do echo "virtlab ${command##*/virtlab-}"; done
    )
}

offers() {
    local line=$1 wanted=$2
    completed "$line" >out
    [ "$(tr '\n' ' ' <out)" = "${wanted:+$wanted }" ] || fail "'$line' offers '$(tr '\n' ' ' <out)', not '$wanted'"
}

offers_the_commands() {
    virtlab --help | sed -nE 's/^  ([a-z]+) .*/\1/p' | sort >expected
    completed "virtlab " | diff expected -
    offers "minivmm " "boot check emulate probe run"
    offers "minicontainer " "check run"
    offers "virtlab do" "doctor"
}

offers_the_experiments() {
    { echo all; virtlab bench --list | sed -nE 's/^([a-z]+) .*/\1/p'; } | sort >expected
    completed "virtlab bench " | diff expected -
}

offers_files() {
    mkdir folder
    touch file
    offers "minivmm run f" "file folder"
    offers "minivmm run --timeline=fi" "file"
    offers "minivmm run --file=/data=fi" "file"
    offers "virtlab show f" "folder"
    offers "virtlab lab grade 0 --in=f" "folder"
}

# With bash-completion, which loads it by the command's name, and readline: TAB is pressed.
works_at_a_prompt() {
    need tmux
    local tmux="tmux -L virtlab-completion-$$ -f /dev/null"
    {
        echo "PATH=$PATH XDG_DATA_DIRS=$BUILD/share PS1='> '"
        if [ "$1" = loaded ]; then
            [ -e /usr/share/bash-completion/bash_completion ] || skip tmux "no bash-completion"
            echo ". /usr/share/bash-completion/bash_completion"
        else
            echo ". $script"
        fi
    } >rc
    trap 'tmux -L virtlab-completion-$$ kill-server 2>/dev/null' EXIT
    $tmux new-session -d -x 100 -y 20 "bash --rcfile '$PWD/rc' -i"
    expect_soon shows '^>$'
    $tmux send-keys 'minivmm run --timel' Tab
    expect_soon shows 'minivmm run --timeline=$'
    $tmux send-keys C-u 'virtlab doc' Tab
    expect_soon shows 'virtlab doctor$'
    $tmux send-keys C-u 'minivmm run --pages=2' Tab
    expect_soon shows 'pages=2m$'
}

shows() {
    $tmux capture-pane -p | sed "s/ *\$//" | grep -qE -- "$1" # without the spaces behind
}

it "offers the options of every command's --help" offers_the_options
it "offers the commands" offers_the_commands
it "offers the experiments" offers_the_experiments
it "offers choices" offers "minivmm boot --protocol=" "auto linux pvh"
it "offers choices behind a space too" offers "minivmm run --pages " "2m 4k auto"
it "offers platforms, one behind the other" offers "virtlab bench startup --platform native,vm-linux" "native,vm-linux native,vm-linux-tcg"
it "offers what a lab can do" offers "virtlab lab ch" "check"
it "offers the labs" offers "virtlab lab start 01" "01-hello-vm"
it "offers files and folders where they belong" offers_files
it "offers none of its options to the program" offers "minivmm run /bin/true --st" ""
it "works at a prompt" works_at_a_prompt sourced
it "is loaded by bash-completion" works_at_a_prompt loaded
finish
