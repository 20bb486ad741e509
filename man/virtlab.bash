# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Completion of virtlab, minivmm and minicontainer for bash. It asks the commands themselves, by --help, so
# it knows every option of the version that is installed, and nothing else. Works with bash-completion
# (which loads it by the command's name) and without (source it).

# The words of `COMMAND... --help` that start an option's line: flags, and behind a long one "=ARGUMENT".
_virtlab_options() {
    "$@" --help 2>/dev/null </dev/null | LC_ALL=C sed -nE 's/^ +((-[A-Za-z0-9]), )?(--[a-z0-9-]+)(=[^ ]*)?( .*)?$/\2 \3\4/p'
}

# The subcommands that --help lists below each other, indented by two.
_virtlab_commands() {
    "$1" --help 2>/dev/null </dev/null | LC_ALL=C sed -nE 's/^  ([a-z][a-z-]*)( .*)?$/\1/p' | sort -u
}

_virtlab_folder() { # of the installed data: beside the command
    local path
    path=$(type -P "$1") && path=$(readlink -f "$path") && printf '%s' "${path%/bin/*}/share/virtlab"
}

# What may stand behind `--OPTION=`, from what --help calls its argument and from what it is.
_virtlab_argument() { # OPTION ARGUMENT CURRENT COMMAND
    local choices='' share
    case $1 in
    --platform)
        share=$(_virtlab_folder "$4") || return
        # A list: only what stands behind the last comma is new.
        choices=$(sed -nE 's/^\[([a-z0-9-]+)\]$/\1/p' "$share/platforms.conf" "$share/peers.conf" 2>/dev/null)
        local before=''
        [[ $3 != *,* ]] || before=${3%,*},
        mapfile -t COMPREPLY < <(compgen -P "$before" -W "$choices" -- "${3##*,}")
        compopt -o nospace 2>/dev/null
        return
        ;;
    --lang) choices='en ko' ;;
    --theme) choices='dark light mono' ;;
    --screen) choices='compare start-up isolation neighbours exits claims results labs' ;;
    esac
    case $2 in
    *[A-Z]*)
        case $2 in
        *DIR* | *FOLDER*) mapfile -t COMPREPLY < <(compgen -d -- "$3") && compopt -o filenames 2>/dev/null ;;
        *FILE* | *PATH*) mapfile -t COMPREPLY < <(compgen -f -- "$3") && compopt -o filenames 2>/dev/null ;;
        *GUEST=HOST*)
            # GUEST is a name of the user's own; behind it comes a file of the host's.
            [[ $3 != *=* ]] || mapfile -t COMPREPLY < <(compgen -f -- "${3#*=}")
            compopt -o filenames 2>/dev/null
            ;;
        *) mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$3") ;;
        esac
        ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$choices ${2//|/ }" -- "$3") ;;
    esac
}

# The words that are no options: of virtlab's commands, by what they are called in the usage.
_virtlab_word() { # CURRENT COMMAND SUBCOMMAND WORDS-BEFORE
    local choices='' share
    case "$2 $3" in
    *"virtlab bench")
        [ "$4" != 0 ] || choices="all $("$2" bench --list 2>/dev/null </dev/null | LC_ALL=C sed -nE 's/^([a-z]+) .*/\1/p')"
        ;;
    *"virtlab lab")
        if [ "$4" = 0 ]; then
            choices=$("$2" lab --help 2>/dev/null </dev/null | LC_ALL=C sed -nE 's/^  ([a-z-]+) .*/\1/p')
        elif [ "$4" = 1 ]; then
            share=$(_virtlab_folder "$2") || return
            choices=$(cd "$share/labs" 2>/dev/null && printf '%s\n' [0-9]*)
        fi
        ;;
    *"minivmm check") choices='boot emulate' ;;
    *"virtlab "*)
        mapfile -t COMPREPLY < <(compgen -d -- "$1") && compopt -o filenames 2>/dev/null
        return
        ;;
    *)
        mapfile -t COMPREPLY < <(compgen -f -- "$1") && compopt -o filenames 2>/dev/null
        return
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$1")
}

_virtlab() {
    local command=$1 current=${COMP_WORDS[COMP_CWORD]} line=() i=0 word subcommand='' words=0 option='' named argument
    COMPREPLY=()

    # bash splits words at "=" by default: `--mem = 64M` is one word again here, up to the cursor.
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $word == =* && ${#line[@]} -gt 0 ]]; then
            line[-1]+=$word
        elif [[ ${#line[@]} -gt 0 && ${line[-1]} == -*= ]]; then
            line[-1]+=$word
        else
            line+=("$word")
        fi
    done
    current=${line[-1]}
    unset 'line[-1]'

    # Where are we? Behind the subcommand, behind an option that takes an argument, behind words.
    local options=''
    for word in "${line[@]}"; do
        if [ -z "$subcommand" ]; then
            [[ $word == -* ]] || {
                subcommand=$word
                options=$(_virtlab_options "$command" "$subcommand")
            }
        elif [ -n "$option" ]; then
            option=''
        elif [[ $word == -- ]]; then
            words=$((words + 100)) # everything behind it is a program's
        elif [[ $word == -* && $words -lt 100 ]]; then
            # Without "=", the next word is its argument.
            [[ $word == *=* ]] || option=$(grep -oE -- "(^|[ ])${word}(=| --[a-z-]+=)[^ ]*" <<<"$options" | head -n 1)
        else
            words=$((words + 1))
            # A program's own options are not ours: minivmm, minicontainer and bench's PROGRAM.
            case "$command $subcommand" in
            *"minivmm run" | *"minivmm boot" | *"minivmm emulate" | *"minicontainer run" | *"virtlab compare") words=$((words + 100)) ;;
            esac
        fi
    done

    if [ -z "$subcommand" ]; then
        if [[ $current == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '--help --usage --version' -- "$current")
        else
            mapfile -t COMPREPLY < <(compgen -W "$(_virtlab_commands "$command")" -- "$current")
        fi
    elif [ -n "$option" ]; then
        named=${option%%=*}
        named=${named##* }
        _virtlab_argument "$named" "${option#*=}" "$current" "$command"
    elif [[ $current == --*=* && $words -lt 100 ]]; then
        named=${current%%=*}
        argument=$(sed -nE "s/.*${named}=([^ ]*)$/\1/p" <<<"$options" | head -n 1)
        [ -z "$argument" ] || _virtlab_argument "$named" "$argument" "${current#*=}" "$command"
    elif [[ $current == -* && $words -lt 100 ]]; then
        # Long ones with what they take: `--mem=` and no space, `--stats` and one.
        mapfile -t COMPREPLY < <(compgen -W "$(sed -E 's/^[^ ]* //; s/=.*/=/' <<<"$options")" -- "$current")
        [[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
    else
        _virtlab_word "$current" "$command" "$subcommand" "$words"
    fi
}

complete -F _virtlab virtlab minivmm minicontainer
