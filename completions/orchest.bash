# Completion of orchest for bash: `orchest completions bash` prints this file.
#
# The words come from `orchest __complete`, which asks no server. It gives each of them as it has to stand in the line, quoted;
# nothing of it is ever evaluated here.

_orchest() {
    local kind word
    COMPREPLY=()
    {
        IFS= read -r kind
        while IFS= read -r word; do
            COMPREPLY+=("$word")
        done
    } < <(command orchest __complete bash "$COMP_WORDBREAKS" \
        "${COMP_LINE:0:COMP_POINT}" "${COMP_LINE:COMP_POINT}" 2>/dev/null)
    if [[ $kind == files ]]; then
        compopt -o default 2>/dev/null
    fi
}

# Older ones sort, come what may.
complete -o nosort -F _orchest orchest 2>/dev/null || complete -F _orchest orchest
