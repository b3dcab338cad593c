# fardel's completion for fish 3.0 and later. What it knows of commands and options comes from the program's own tables.

@TABLES@

# __fardel_words GROUP: the words that may follow it; without one, those on which the commands begin.
function __fardel_words
    if test -n "$argv"
        __fardel_commands | string replace -f "$argv " ''
    else
        __fardel_commands | string match -rv '^\S+ \S+\t'
        __fardel_commands | string replace -rf '^(\S+) \S+\t.*' '$1' | sort -u
    end
end

# Prints what may stand for a kind; see the tables. A word after + stands for itself.
function __fardel_kind -a kind last
    switch $kind
        case '+*'
            string sub -s 2 -- $kind
        case file
            __fish_complete_suffix .tar.gz
        case folder
            __fish_complete_directories
        case name
            # What fails says nothing. Of 10,000 lines cut takes less than fish itself would.
            command fardel -qq --no-input --plain $__fardel_root list 2>/dev/null </dev/null | cut -f 1
        case repository
            command fardel -qq --no-input --plain $__fardel_root repo list 2>/dev/null </dev/null | cut -f 1
        case transaction
            command fardel -qq --no-input --plain $__fardel_root history 2>/dev/null </dev/null |
                string replace -r '^(\S+)\t[^\t]*\t([^\t]*)\t.*' '$1\t$2'
        case command
            set -l inner (test -n "$last"; and __fardel_words $last)
            test -n "$inner"; and printf '%s\n' $inner; or __fardel_words
        case policy
            printf '%s\n' $__fardel_ids
        case lint
            printf '%s\n' $__fardel_lint_ids
        case key
            printf '%s=\n' $__fardel_keys
    end
end

# Prints what may stand at a place of the command's arguments; the last place may come again, but not words for themselves.
function __fardel_place -a command place last
    set -l places (string split / -- (__fardel_arguments $command))
    set -l most (string match -r '^[0-9]+' -- $places[1])
    set places[1] (string replace -r '^[0-9]+' '' -- $places[1])
    test $place -le $most; or return
    set -l kinds (string split -n ' ' -- $places[$place])
    test $place -le (count $places); or set kinds (string split -n ' ' -- $places[-1] | string match -v '+*')
    for kind in $kinds
        __fardel_kind $kind $last
    end
end

function __fardel_complete
    set -l tokens (commandline -opc)
    set -l typed (commandline -ct)
    set -l command ''
    set -l pending ''
    set -l ended ''
    set -l arguments
    set -g __fardel_root
    for word in $tokens[2..-1]
        if test -n "$pending"
            test $pending = --root; and set __fardel_root --root $word
            set pending ''
        else if test -z "$ended" -a "$word" = --
            set ended yes
        else if test -z "$ended"; and string match -q -- '-*' $word
            string match -q -- '--root=*' $word; and set __fardel_root $word
            test -n "$(__fardel_values fardel $word; __fardel_values $command $word)"; and set pending $word
        else if test -n "$(__fardel_arguments $command)"
            set -a arguments $word
        else
            set command (string trim -- "$command $word")
        end
    end
    if test -n "$pending"
        for kind in (string split -n ' ' -- (__fardel_values $command $pending; __fardel_values fardel $pending))
            __fardel_kind $kind
        end
    else if test -z "$ended"; and string match -q -- '--*=*' $typed
        set pending (string replace -r '=.*' '' -- $typed)
        for kind in (string split -n ' ' -- (__fardel_values $command $pending; __fardel_values fardel $pending))
            printf "$pending=%s\n" (__fardel_kind $kind)
        end
    else if test -z "$ended"; and string match -q -- '-*' $typed
        __fardel_options fardel
        __fardel_options $command
    else if test -z "$(__fardel_arguments $command)"
        __fardel_words $command
    else
        __fardel_place $command (math (count $arguments) + 1) $arguments[1]
    end
end

complete -c fardel -f -k -a '(__fardel_complete)'
