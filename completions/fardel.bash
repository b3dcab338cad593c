# fardel's completion for bash 4.2 and later. What it knows of commands and options comes from the program's own tables.
# shellcheck disable=SC2154

@TABLES@

# The words on which the commands begin; with a first word, those behind it.
_fardel_words() {
  local command
  local -A words=()
  for command in "${!_fardel_arguments[@]}"; do
    if [[ -z $1 ]]; then
      words["${command%% *}"]=
    elif [[ $command == "$1 "* ]]; then
      words["${command#* }"]=
    fi
  done
  echo "${!words[@]}"
}

# _fardel_first FIELDS ARG…: of the lines that fardel prints, the fields that begin with what was typed. What fails says nothing.
_fardel_first() {
  mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(fardel -qq --no-input --plain "$@" 2>/dev/null </dev/null |
    TYPED=$cur LC_ALL=C awk -F '\t' 'index($1, ENVIRON["TYPED"]) == 1 { print $1 }')
}

# _fardel_pick WORDS: those that begin with what was typed.
_fardel_pick() {
  mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# Installers and folders; where none fits, any file.
_fardel_files() {
  local -a found=() folders=()
  mapfile -t found < <(compgen -f -X '!*.tar.gz' -- "$cur"; compgen -f -X '!*.tar.zst' -- "$cur")
  mapfile -t folders < <(compgen -d -- "$cur")
  compopt -o filenames 2>/dev/null
  if ((${#found[@]})); then
    COMPREPLY+=("${found[@]}" "${folders[@]}")
  else
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur")
  fi
}

# _fardel_kind KIND: see the tables.
_fardel_kind() {
  case $1 in
  '+'*) _fardel_pick "${1#+}" ;;
  file) _fardel_files ;;
  folder)
    compopt -o filenames 2>/dev/null
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$cur")
    ;;
  name) [[ $cur == */* ]] || _fardel_first "${root[@]}" list ;;
  repository) _fardel_first "${root[@]}" repo list ;;
  transaction) _fardel_first "${root[@]}" history ;;
  command) _fardel_pick "$(_fardel_words "${arguments[0]}")" ;;
  policy) _fardel_pick "$_fardel_ids" ;;
  lint) _fardel_pick "$_fardel_lint_ids" ;;
  key)
    compopt -o nospace 2>/dev/null
    _fardel_pick "${_fardel_keys// /= }="
    ;;
  esac
}

# What may stand where the next argument is. The last place may come again, but not words for themselves.
_fardel_argument() {
  local places=${_fardel_arguments[$command]} place=${#arguments[@]} again='' kind
  local most=${places%%[!0-9]*}
  places=${places#"$most"}
  ((place < most)) || return
  for (( ; place > 0; place--)); do
    if [[ $places == */* ]]; then places=${places#*/}; else again=yes; fi
  done
  for kind in ${places%%/*}; do
    [[ -n $again && $kind == '+'* ]] || _fardel_kind "$kind"
  done
}

_fardel() {
  local cur=${COMP_WORDS[COMP_CWORD]} word pending='' command='' group='' ended='' kind i
  local -a root=() arguments=()
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ -n $pending ]]; then
      [[ $word != '=' ]] || continue # a word of its own in --root=DIR
      [[ $pending != --root ]] || root=(--root "${word/#\~\//$HOME/}")
      pending=
    elif [[ -z $ended && $word == -- ]]; then
      ended=yes
    elif [[ -z $ended && $word == -* ]]; then
      [[ -z ${_fardel_values["$command $word"]+x}${_fardel_values["fardel $word"]+x} ]] || pending=$word
    elif [[ -n $command ]]; then
      arguments+=("$word")
    else
      command=${group:+$group }$word
      command=${_fardel_aliases[$command]:-$command}
      if [[ -z ${_fardel_arguments["$command"]+x} ]]; then
        group=$command
        command=
      fi
    fi
  done
  if [[ -n $pending ]]; then
    [[ $cur != '=' ]] || cur=
    for kind in ${_fardel_values["$command $pending"]-${_fardel_values["fardel $pending"]}}; do
      _fardel_kind "$kind"
    done
  elif [[ -z $ended && $cur == -* ]]; then
    _fardel_pick "${_fardel_options[fardel]} ${_fardel_options[$command]}"
  elif [[ -z $command ]]; then
    _fardel_pick "$(_fardel_words "$group")"
  else
    _fardel_argument
  fi
}

complete -F _fardel fardel
