#!/bin/sh
# Instructions and signature checks of one exchange, for every case: `benches/instructions.sh`
# (needs valgrind).
set -eu
cd "$(dirname "$0")/.."
binary=$(cargo bench --bench instructions --no-run --message-format=json 2>/dev/null |
    sed -n 's/.*"name":"instructions".*"executable":"\([^"]*\)".*/\1/p')

calls=$(mktemp)
trap 'rm -f "$calls"' EXIT

count() {
    valgrind --tool=callgrind --callgrind-out-file="$calls" --toggle-collect='instructions::run' \
        "$binary" "$1" 1000 2>&1 | sed -n 's/.*Collected : \([0-9]*\)...$/\1/p'
}

# How often the function that checks a signature was called, as callgrind counted it.
checks() {
    awk '/^c?fn=/ { split($0, part, /[()]/); id = part[2]; if (part[3] != "") name[id] = part[3] }
        /^calls=/ { split(substr($0, 7), part, " "); calls[id] += part[1] }
        END { for (id in calls) if (name[id] ~ /PreparedKey::verify$/) sum += calls[id]
            print int(sum / 1000) }' "$calls"
}

printf '%-32s %10s %10s %7s %7s\n' case bare tower-auth ratio checks
"$binary" --bench | while read -r case; do
    bare=$(count "bare: $case")
    layer=$(count "tower-auth: $case")
    printf '%-32s %10d %10d %4d.%02d %7d\n' "$case" "$bare" "$layer" \
        $((layer / bare)) $((layer * 100 / bare % 100)) "$(checks)"
done
