#!/bin/sh
# Instructions of one exchange, for every case: `benches/instructions.sh` (needs valgrind).
set -eu
cd "$(dirname "$0")/.."
binary=$(cargo bench --bench instructions --no-run --message-format=json 2>/dev/null |
    sed -n 's/.*"name":"instructions".*"executable":"\([^"]*\)".*/\1/p')

count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect='instructions::run' \
        "$binary" "$1" 1000 2>&1 | sed -n 's/.*Collected : \([0-9]*\)...$/\1/p'
}

printf '%-32s %10s %10s %7s\n' case bare tower-auth ratio
"$binary" --bench | while read -r case; do
    bare=$(count "bare: $case")
    layer=$(count "tower-auth: $case")
    printf '%-32s %10d %10d %4d.%02d\n' "$case" "$bare" "$layer" \
        $((layer / bare)) $((layer * 100 / bare % 100))
done
