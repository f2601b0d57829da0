/**
 * Scripts with which a shell asks `heapgraph complete -- WORDS`.
 *
 * - In: the words after the program's name up to the cursor; the last one is being typed.
 * - Out: one candidate a line, then a tab and its description.
 */

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What a shell loads; it may be loaded twice. No other completion package is needed. */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  // bash also splits COMP_WORDS at = and :. Where nothing is quoted, the line up to the cursor is
  // therefore split again, at blanks only.
  bash: `# bash completion for heapgraph: source <(heapgraph completion bash)
_heapgraph() {
  local line="\${COMP_LINE:0:COMP_POINT}" cur="" value answer cut=0
  local -a words
  if [[ $line == *[\\"\\'\\\\]* ]]; then
    words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
    words=("\${words[@]//[\\"\\'\\\\]/}")
  else
    read -ra words <<< "$line"
    words=("\${words[@]:1}")
    [[ $line == *[[:blank:]] ]] && words+=("")
  fi
  (( \${#words[@]} )) && cur="\${words[\${#words[@]} - 1]}"
  # What stands in front of the last = or : is not replaced.
  value="\${COMP_WORDS[COMP_CWORD]}"
  [[ $value == [=:] ]] && value=""
  [[ $cur == *"$value" && $cur == *[=:]* ]] && cut=$(( \${#cur} - \${#value} ))
  COMPREPLY=()
  while IFS= read -r answer; do
    answer="\${answer%%$'\\t'*}"
    [[ $answer == "$cur"* ]] && COMPREPLY+=("$(printf '%q' "\${answer:cut}")")
  done < <(heapgraph complete -- "\${words[@]}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == */ ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -F _heapgraph heapgraph
`,
  zsh: `#compdef heapgraph
# zsh completion for heapgraph: source <(heapgraph completion zsh), or as _heapgraph in a folder of $fpath
_heapgraph() {
  local answer value
  local -a asked described folders
  asked=("\${(@Q)words[2,CURRENT]}")
  (( $#asked )) || asked=("")
  while IFS= read -r answer; do
    value=\${answer%%$'\\t'*}
    if [[ $value == */ ]]; then
      folders+=("$value")
    elif [[ $answer == *$'\\t'* ]]; then
      described+=("\${value//:/\\\\:}:\${answer#*$'\\t'}")
    else
      described+=("\${value//:/\\\\:}")
    fi
  done < <(heapgraph complete -- "\${asked[@]}" 2>/dev/null)
  (( $#folders )) && compadd -S '' -- "\${folders[@]}"
  (( $#described )) && _describe -t heapgraph heapgraph described
  (( $#folders + $#described ))
}
if [[ \${funcstack[1]} == _heapgraph ]]; then
  _heapgraph "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _heapgraph heapgraph
fi
`,
  fish: `# fish completion for heapgraph: heapgraph completion fish | source
function __heapgraph_complete
  set -l words (commandline -opc)
  heapgraph complete -- $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c heapgraph -e
complete -c heapgraph -f -a '(__heapgraph_complete)'
`,
};
