/** What each shell is told once: to ask `sluice` itself for what may follow. */
import type { Shell } from './for-shell.ts';

/** The command that the scripts ask; people have no use for it, so help does not show it. */
export const ASKED_COMMAND = '__complete';

/** bash splits words at `:` and `=`: they are put together again, and what bash keeps of the word is taken from the answers. */
const BASH = `_sluice() {
  local -a words=() lines=()
  local i word glue=no kept line
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ \${#words[@]} -gt 0 && ( $glue == yes || ( -n $word && -z \${word//[:=]/} ) ) ]]; then
      words[\${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    glue=no
    [[ -n $word && -z \${word//[:=]/} ]] && glue=yes
  done
  word=\${words[\${#words[@]}-1]}
  while IFS= read -r line; do lines+=("$line"); done < <(sluice ${ASKED_COMMAND} bash -- "\${words[@]}" 2>/dev/null)
  COMPREPLY=()
  case \${lines[0]} in
    files) COMPREPLY=($(compgen -f -- "$word")); compopt -o filenames 2>/dev/null ;;
    directories) COMPREPLY=($(compgen -d -- "$word")); compopt -o filenames 2>/dev/null ;;
    *)
      kept=\${word%"\${word##*[:=]}"}
      for line in "\${lines[@]:1}"; do COMPREPLY+=("\${line#"$kept"}"); done
      ;;
  esac
}
complete -F _sluice sluice
`;

const ZSH = `#compdef sluice
_sluice() {
  local -a lines values shown
  local line
  lines=("\${(@f)$(sluice ${ASKED_COMMAND} zsh -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  case $lines[1] in
    files) _files ;;
    directories) _files -/ ;;
    *)
      for line in "\${(@)lines[2,-1]}"; do
        values+=("\${line%%$'\\t'*}")
        shown+=("\${\${line/$'\\t'/  -- }%  -- }")
      done
      (( \${#values} )) && compadd -l -d shown -a -- values
      ;;
  esac
}
if [[ $funcstack[1] == _sluice ]]; then _sluice "$@"; else compdef _sluice sluice; fi
`;

const FISH = `function __sluice_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct | string collect)
    set -l lines (sluice ${ASKED_COMMAND} fish -- $words[2..-1] "$current" 2>/dev/null)
    switch "$lines[1]"
        case files
            __fish_complete_path "$current"
        case directories
            __fish_complete_directories "$current"
        case '*'
            printf '%s\\n' $lines[2..-1]
    end
end
complete -c sluice -f -a '(__sluice_complete)'
`;

export const SHELL_SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
