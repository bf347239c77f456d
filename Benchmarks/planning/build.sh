#!/bin/sh
# Compiles the schedule modules and main.swift with optimisation, each module on its own as in the package, and
# prints the path of the program. Usage: build.sh [folder for what is built]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${1:-${TMPDIR:-/tmp}/pgvigil-planning}
mkdir -p "$out"
compile() {
    name=$1
    shift
    swiftc -O -wmo -swift-version 6 -package-name pgvigil -module-name "$name" -I "$out" \
        -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault \
        -enable-upcoming-feature MemberImportVisibility "$@"
}
for module in Faults Measures Cron; do
    compile "$module" -parse-as-library -emit-module -emit-module-path "$out/$module.swiftmodule" \
        -c "$root/Sources/$module"/*.swift -o "$out/$module.o"
done
compile planning "$here/main.swift" "$out/Faults.o" "$out/Measures.o" "$out/Cron.o" -o "$out/planning"
echo "$out/planning"
