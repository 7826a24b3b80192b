#!/usr/bin/env bash
# Runs a command beside a PostgreSQL of its own, which ADSCRIBE_TEST_POSTGRESQL names, and ends that afterwards:
#   tests/store/postgresql.sh make test
# Debian's package is installed where it is absent and may be (root or sudo); where it can't be had, one line says
# so and the command runs without: the tests that need it skip.
set -euo pipefail

say() { echo "postgresql.sh: $*" >&2; }

server() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }

fetch() {
    local root=()
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null || return 1
        root=(sudo -n)
    fi
    command -v apt-get >/dev/null || return 1
    { "${root[@]}" apt-get update && DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y --no-install-recommends postgresql; } >&2
}

if [ -z "$(server)" ]; then
    fetch || { say "no PostgreSQL here, its tests skip"; exec "$@"; }
fi
bin=$(server)

folder=$(mktemp -d)
as=()
if [ "$(id -u)" = 0 ]; then
    # It refuses to run as root.
    as=(runuser -u postgres --)
    chown postgres "$folder"
fi
end() {
    "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap end EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cd "$folder"
"${as[@]}" "$bin/initdb" -D "$folder/data" -U adscribe --auth=trust --encoding=UTF8 --locale=C >/dev/null
# What is tested doesn't outlive the tests: nothing needs to reach the disk.
"${as[@]}" "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w start >/dev/null \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c fsync=off -c full_page_writes=off"
cd "$OLDPWD"
export ADSCRIBE_TEST_POSTGRESQL="postgresql://adscribe@127.0.0.1:$port/postgres"
"$@"
