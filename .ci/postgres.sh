# shellcheck shell=bash
# Starts a PostgreSQL server of our own: a free port, a temporary directory, no trace left behind. Sourced by `test` and
# `bench`.

# The directory of the newest PostgreSQL server binaries, or nothing.
postgres_bin() {
  if command -v initdb >/dev/null && command -v pg_ctl >/dev/null; then
    dirname "$(readlink -f "$(command -v initdb)")"
  else
    find /usr/lib/postgresql /usr/pgsql* /opt/homebrew/opt/postgresql* -name initdb -path '*/bin/*' 2>/dev/null |
      sort -V | tail -n 1 | xargs -r dirname
  fi
}

# PostgreSQL refuses to run as root.
as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then
    (cd / && runuser -u "$(id -un postgres 2>/dev/null || echo nobody)" -- "$@")
  else
    "$@"
  fi
}

# start_postgres SETTING=VALUE… : sets postgres_url; the settings are added to the server's own.
start_postgres() {
  local bin setting port settings=""
  bin=$(postgres_bin)
  postgres_dir=$(mktemp -d "${TMPDIR:-/tmp}/hotdash-postgres.XXXXXX")
  if [ "$(id -u)" -eq 0 ]; then chown "$(id -un postgres 2>/dev/null || echo nobody)" "$postgres_dir"; fi
  as_postgres "$bin/initdb" -D "$postgres_dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync \
    >"$postgres_dir.log" 2>&1 || { cat "$postgres_dir.log" >&2; return 1; }
  for setting in "$@"; do settings="$settings -c $setting"; done
  for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 12000))
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then continue; fi
    if as_postgres "$bin/pg_ctl" -D "$postgres_dir/data" -w -t 60 -l "$postgres_dir/log" \
      -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$postgres_dir $settings" \
      start </dev/null >>"$postgres_dir.log" 2>&1; then
      postgres_url="postgres://postgres@127.0.0.1:$port/postgres"
      return 0
    fi
  done
  cat "$postgres_dir/log" "$postgres_dir.log" >&2
  return 1
}

stop_postgres() {
  [ -n "${postgres_dir:-}" ] || return 0
  as_postgres "$(postgres_bin)/pg_ctl" -D "$postgres_dir/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$postgres_dir" "$postgres_dir.log"
  postgres_dir=""
}
