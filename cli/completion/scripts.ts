/**
 * What a shell runs to complete `longshore`: each asks the command itself (`__complete`), which
 * answers with `files`, or with `words` and a candidate and its description a line.
 */
export const completionScripts = {
  // The line is split here: bash itself splits it at = and : too.
  bash: `# Completion of longshore for bash.
_longshore() {
  local line="\${COMP_LINE:0:COMP_POINT}" current="\${COMP_WORDS[COMP_CWORD]}"
  local -a words answer
  read -ra words <<< "$line"
  [[ "$line" =~ [[:space:]]$ ]] && words+=("")
  mapfile -t answer < <("\${words[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)
  COMPREPLY=()
  if [[ "\${answer[0]}" == files ]]; then
    compopt -o default
    return
  fi
  [[ "$current" == [=:] ]] && current=""
  local last="\${words[-1]}" candidate
  local before="\${last%"$current"}"
  for candidate in "\${answer[@]:1}"; do
    candidate="\${candidate%%$'\\t'*}"
    COMPREPLY+=("\${candidate#"$before"}")
    [[ "$candidate" == */ ]] && compopt -o nospace
  done
}
complete -F _longshore longshore
`,
  zsh: `#compdef longshore
# Completion of longshore for zsh.
_longshore() {
  local -a answer candidates
  answer=("\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "\${answer[1]}" == files ]]; then
    _files
    return
  fi
  local line name
  for line in "\${(@)answer[2,-1]}"; do
    name="\${line%%$'\\t'*}"
    candidates+=("\${name//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe 'longshore' candidates
}
# Loaded from fpath this file is the function's first call; sourced it only tells of it.
if [[ "\${funcstack[1]}" == _longshore ]]; then
  _longshore "$@"
else
  compdef _longshore longshore
fi
`,
  fish: `# Completion of longshore for fish.
function __longshore_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l answer ($words[1] __complete -- $words[2..-1] 2>/dev/null)
  if test "$answer[1]" = files
    __fish_complete_path (commandline -ct)
    return
  end
  printf '%s\\n' $answer[2..-1]
end
complete -c longshore -f -a '(__longshore_complete)'
`,
} as const;

export type Shell = keyof typeof completionScripts;
