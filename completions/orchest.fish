# Completion of orchest for fish: `orchest completions fish` prints this file.
#
# The words come from `orchest __complete`, which asks no server. fish quotes each of them as the line needs it; nothing of it
# is ever evaluated here.

function __orchest_complete
    set -l before (commandline -opc)
    set -l typed (commandline -ct)
    # A quote may be open still.
    set -l current (string unescape -- $typed; or string unescape -- $typed\'; or string unescape -- $typed\")
    set -l answer (command orchest __complete fish (math (count $before) - 1) $before[2..-1] "$current" 2>/dev/null)
    if test "$answer[1]" = files
        set -l flag (string match -r -- '^--[a-z-]+=' $typed)
        set -l path (string replace -r -- '^--[a-z-]+=' '' $typed)
        for found in (__fish_complete_path $path)
            printf '%s%s\n' "$flag" $found
        end
    else if test (count $answer) -gt 1
        printf '%s\n' $answer[2..-1]
    end
end

complete -c orchest -f -k -a '(__orchest_complete)'
