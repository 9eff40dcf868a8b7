# Completion of orchest for elvish: `orchest completions elvish` prints this file.
#
# The words come from `orchest __complete`, which asks no server. elvish quotes each of them as the line needs it; nothing of it
# is ever evaluated here.

use str

set edit:completion:arg-completer[orchest] = {|@words|
    var answer = []
    try {
        set answer = [(e:orchest __complete elvish (- (count $words) 2) (all $words[1..]) 2>/dev/null | from-lines)]
    } catch {
        # Whoever completes a word cannot be told.
        nop
    }
    if (eq $answer [files]) {
        var flag path = '' $words[-1]
        if (and (str:has-prefix $path --) (str:contains $path =)) {
            set flag path = (str:split &max=2 = $path)
            set flag = $flag'='
        }
        edit:complete-filename $path | each {|found|
            edit:complex-candidate $flag$found[stem] &code-suffix=$found[code-suffix] &display=$found[display]
        }
    } elif (> (count $answer) 1) {
        for line $answer[1..] {
            var value shown = (str:split &max=2 "\t" $line)
            edit:complex-candidate $value &code-suffix=' ' &display=$shown
        }
    }
}
